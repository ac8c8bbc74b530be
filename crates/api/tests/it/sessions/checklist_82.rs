//! Item 82 of docs/reference/checklist.md for sessions: another's id answers like one that does not exist.

use countersign_domain::id::SessionId;
use countersign_domain::{Caller, Error};
use countersign_testkit::app::TestApp;
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::json;

use super::{call, enters, opened, own, refresh, tenant_of, validate};

#[tokio::test]
async fn item_82_sessions_of_others_are_as_if_they_were_not() {
    let app = TestApp::new().await;
    let (shop, other) = (app.tenant(), app.another_tenant("other.example").await);
    let (key, hers) = (Authenticator::new(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    shop.user_with_passkey("grace", &hers).await;
    let (mine, foreign, of_app) =
        (own(&app, shop, &key).await, own(&app, shop, &hers).await, opened(shop, &hers).await);
    let tenant = tenant_of(&app, shop).await;
    let who = app.countersign.authenticate_session(&tenant, &mine.access).await.unwrap();
    let revoke = async |id: &SessionId| app.countersign.revoke_own_session(&who, id, &Caller::default()).await;
    let sid = |tokens: &super::Tokens| SessionId::parse(tokens.claims()["sid"].as_str().unwrap()).unwrap();
    let refusals = [revoke(&sid(&foreign)).await, revoke(&SessionId::random()).await];
    let [theirs, unknown] = refusals.map(|refusal| refusal.unwrap_err());
    assert!(matches!(theirs, Error::NotFound(_)));
    assert_eq!(theirs.to_string(), unknown.to_string());
    assert_eq!(enters(&app, shop, &foreign.access).await, Ok(()));

    // The other tenant's backend and door: its key opens nothing here.
    validate(&other, &of_app.access).await.refused(401, "invalid_token");
    refresh(&other, &of_app.refresh).await.refused(401, "invalid_token");
    call(&other, "/revoke", json!({ "accessToken": of_app.access })).await.refused(401, "invalid_token");
    call(&other, "/user/revoke", json!({ "userId": "grace" })).await.ok();
    assert_eq!(enters(&app, &other, &foreign.access).await, Err("invalid"));
    app.countersign.sign_out(&tenant_of(&app, &other).await, &foreign.refresh, &Caller::default()).await.unwrap();
    validate(shop, &of_app.access).await.ok();
    assert_eq!(enters(&app, shop, &foreign.access).await, Ok(()));

    revoke(&sid(&mine)).await.unwrap();
    assert_eq!(enters(&app, shop, &mine.access).await, Err("invalid"));
    for path in
        ["/t/3f2504e0-4f89-41d3-9a0c-0305e82c3301/auth/v1/.well-known/jwks.json", "/t/x/auth/v1/.well-known/jwks.json"]
    {
        shop.send(shop.raw(Method::GET, path)).await.declined(404, "not-found");
    }
}
