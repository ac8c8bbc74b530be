//! The main story: sign up, sign in, step up, and what the backend is told.

use countersign_testkit::app::{TestApp, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::json;

#[tokio::test]
async fn a_user_signs_up_with_a_passkey_and_signs_in_with_it() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new().synced(true);
    let tracked = shop.track("ada", "sign-up").await;
    assert_eq!((tracked.state.as_str(), &tracked.body["isEnrolled"]), ("ALLOW", &json!(false)));

    let added = shop.enrol_passkey(&tracked.token, &key).await.ok();
    assert_eq!((added["isVerified"].as_bool(), added["userId"].as_str()), (Some(true), Some("ada")));
    let verdict = shop.validate(added["accessToken"].as_str().unwrap()).await;
    assert_eq!((&verdict["isValid"], &verdict["state"]), (&json!(true), &json!("CHALLENGE_SUCCEEDED")));
    assert_eq!((&verdict["userId"], &verdict["action"]), (&json!("ada"), &json!("sign-up")));
    assert_eq!((&verdict["verificationMethod"], &verdict["acr"]), (&json!("PASSKEY"), &json!("aal2")));

    let signed_in = shop.sign_in(&key).await.ok();
    assert_eq!(signed_in["userId"], "ada");
    let verdict = shop.validate(signed_in["accessToken"].as_str().unwrap()).await;
    assert_eq!((&verdict["isValid"], &verdict["actionCode"]), (&json!(true), &json!("signIn")));
    assert_eq!(verdict["amr"], json!(["swk", "user"]));
}

#[tokio::test]
async fn a_user_steps_up_with_a_security_key() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::security_key().uv(false);
    shop.user_with_security_key("ada", &key).await;

    let tracked = shop.track("ada", "withdraw").await;
    assert_eq!(tracked.state, "CHALLENGE_REQUIRED");
    assert_eq!(tracked.body["enrolledVerificationMethods"], json!(["SECURITY_KEY"]));
    assert_eq!(shop.validate(&tracked.token).await["isValid"], false);

    let verified = shop.verify_security_key(&tracked.token, &key).await.ok();
    let verdict = shop.validate(verified["accessToken"].as_str().unwrap()).await;
    assert_eq!(
        (&verdict["isValid"], &verdict["acr"], &verdict["amr"]),
        (&json!(true), &json!("aal1"), &json!(["hwk"]))
    );
    assert_eq!(shop.validate(&tracked.token).await["isValid"], true, "the action decides, not which token was sent");
}

#[tokio::test]
async fn what_the_user_has_is_listed_with_its_provider_and_device() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let google: [u8; 16] =
        [0xea, 0x9b, 0x8d, 0x66, 0x4d, 0x01, 0x1d, 0x21, 0x3c, 0xe4, 0xb6, 0xb4, 0x8c, 0xb5, 0x75, 0xd4];
    let key = Authenticator::new().synced(true).aaguid(google).transports(["internal", "hybrid"]);
    let token = shop.track("ada", "sign-up").await.token;
    let token = shop.enrol_passkey(&token, &key).await.ok()["accessToken"].as_str().unwrap().to_owned();

    let list = shop.client(Who::Token(&token), Method::GET, "/user-authenticators", json!(null)).await.ok();
    let credential = &list[0]["webauthnCredential"];
    assert_eq!(list[0]["verificationMethod"], "PASSKEY");
    assert_eq!(credential["aaguidMapping"]["name"], "Google Password Manager");
    assert_eq!(credential["name"], "Google Password Manager");
    assert_eq!(credential["credentialDeviceType"], "multiDevice");
    assert_eq!(credential["credentialBackedUp"], true);
    assert_eq!(credential["transports"], json!(["internal", "hybrid"]));
}
