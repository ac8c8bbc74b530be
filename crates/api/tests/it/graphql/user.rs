//! Users see and change their own keys, as far as the tenant's permissions say (issue 6, Build 4 and 5).

use countersign_domain::account::Elevation;
use countersign_domain::clock::Span;
use countersign_domain::keys::GraphqlSettings;
use countersign_testkit::app::{TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::{data, error, send};

const LIST: &str = "query ($userId: uuid!) { authUserSecurityKeys(where: {userId: {_eq: $userId}}) { id nickname } }";
const DELETE: &str = "mutation ($id: uuid!) { deleteAuthUserSecurityKey(id: $id) { id } }";
const RENAME: &str = "mutation ($id: uuid!, $name: String) {
    updateAuthUserSecurityKey(pk_columns: {id: $id}, _set: {nickname: $name}) { id nickname } }";

/// A user with a session and one key.
struct User {
    id: String,
    access: String,
    key: Authenticator,
}

async fn shop() -> TestApp {
    TestApp::with(|settings| settings.accounts.verify_email = false).await
}

async fn user(shop: &TestTenant, name: &str) -> User {
    let key = Authenticator::security_key();
    let session = shop.sign_up_key(&format!("{name}@shop.example"), &key).await.session();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    User { id: text(&session["user"]["id"]), access: text(&session["accessToken"]), key }
}

async fn ask(shop: &TestTenant, access: &str, query: &str, variables: Value) -> Value {
    let request = shop.raw(Method::POST, "/graphql/v1").header("origin", &shop.origin).bearer_auth(access);
    send(shop, request, query, variables).await.ok()
}

async fn keys(shop: &TestTenant, of: &User) -> Vec<Value> {
    let body = ask(shop, &of.access, LIST, json!({ "userId": of.id })).await;
    data(&body)["authUserSecurityKeys"].as_array().expect("a list").clone()
}

fn permissions(rule: &Value, columns: &Value) -> GraphqlSettings {
    let keys = json!({ "select": { "columns": columns, "rows": rule }, "delete": { "rows": rule } });
    serde_json::from_value(json!({ "permissions": { "user": { "auth.security_keys": keys } } })).expect("permissions")
}

#[tokio::test]
async fn the_guides_queries_list_name_and_remove_ones_own_keys() {
    let app = shop().await;
    let shop = app.tenant();
    let ada = user(shop, "ada").await;
    let second = Authenticator::security_key();
    shop.add_key(&ada.access, &second, Some("iPhone")).await.ok();
    let mine = keys(shop, &ada).await;
    assert_eq!(mine.len(), 2, "{mine:?}");
    let phone = mine.iter().find(|key| key["nickname"] == "iPhone").unwrap();

    let body = ask(shop, &ada.access, RENAME, json!({ "id": phone["id"], "name": "Old phone" })).await;
    assert_eq!(data(&body)["updateAuthUserSecurityKey"]["nickname"], "Old phone");
    let body = ask(shop, &ada.access, DELETE, json!({ "id": phone["id"] })).await;
    assert_eq!(data(&body)["deleteAuthUserSecurityKey"]["id"], phone["id"]);
    assert_eq!(keys(shop, &ada).await.len(), 1);
    let offer = shop.sign_in_offer(Some("ada@shop.example")).await;
    assert!(second.get(&offer, &shop.origin).is_err(), "a removed key is asked for no more: {offer}");
    shop.sign_in_key(Some("ada@shop.example"), &ada.key).await.session();
}

#[tokio::test]
async fn a_removed_key_is_dead_at_once_for_a_sign_in_that_began_before() {
    let app = shop().await;
    let shop = app.tenant();
    let ada = user(shop, "ada").await;
    let second = Authenticator::security_key();
    let added = shop.add_key(&ada.access, &second, None).await.ok();
    let said = {
        let offer = shop.sign_in_offer(Some("ada@shop.example")).await;
        second.get(&offer, &shop.origin).unwrap()
    };
    let body = ask(shop, &ada.access, DELETE, json!({ "id": added["id"] })).await;
    assert_eq!(data(&body)["deleteAuthUserSecurityKey"]["id"], added["id"]);
    let answer = shop.auth_post("/signin/webauthn/verify", json!({ "credential": said.credential })).await;
    assert!((400..500).contains(&answer.status), "{}", answer.body);
}

#[tokio::test]
async fn item_82_keys_of_another_user_answer_like_keys_that_do_not_exist() {
    let app = shop().await;
    let shop = app.tenant();
    let (ada, eve) = (user(shop, "ada").await, user(shop, "eve").await);
    let hers = keys(shop, &ada).await.swap_remove(0);
    let missing = countersign_domain::id::AuthenticatorId::random();
    let many = "mutation ($id: uuid!) { deleteAuthUserSecurityKeys(where: {id: {_eq: $id}}) { affected_rows returning { id } } }";
    let all = "mutation ($id: uuid!) { deleteAuthUserSecurityKeys(where: {_or: [{id: {_eq: $id}}, {id: {_is_null: false}}], userId: {_neq: \"ME\"}}) { affected_rows } }";
    for query in [
        "query ($id: uuid!) { authUserSecurityKey(id: $id) { id userId } }",
        "query ($id: uuid!) { authUserSecurityKeys(where: {id: {_eq: $id}}) { id } }",
        "query ($id: uuid!) { authUserSecurityKeysAggregate(where: {id: {_eq: $id}}) { aggregate { count } } }",
        DELETE,
        many,
        &all.replace("ME", &eve.id),
        "mutation ($id: uuid!) { updateAuthUserSecurityKey(pk_columns: {id: $id}, _set: {nickname: \"x\"}) { id } }",
        "mutation ($id: uuid!) { updateAuthUserSecurityKeys(where: {id: {_eq: $id}}, _set: {nickname: \"x\"}) { affected_rows } }",
    ] {
        let theirs = ask(shop, &eve.access, query, json!({ "id": hers["id"] })).await;
        let nobodys = ask(shop, &eve.access, query, json!({ "id": missing })).await;
        assert_eq!(theirs, nobodys, "{query}");
        data(&theirs);
    }
    let body = ask(shop, &eve.access, LIST, json!({ "userId": ada.id })).await;
    assert_eq!(*data(&body), json!({ "authUserSecurityKeys": [] }));
    assert_eq!(keys(shop, &ada).await, [hers]);
    let everything = ask(shop, &eve.access, "{ authUserSecurityKeys { userId } }", json!({})).await;
    assert_eq!(data(&everything)["authUserSecurityKeys"], json!([{ "userId": eve.id }]), "without a condition, too");
}

#[tokio::test]
async fn what_a_role_may_not_see_looks_like_what_is_not_there() {
    let app = shop().await;
    let shop = app.tenant();
    let ada = user(shop, "ada").await;
    let normal = |text: String, name: &str| text.replace(name, "NAME");
    for (query, hidden, absent) in [
        ("{ authUserSecurityKeys { id NAME } }", "credentialId", "credentialIx"),
        ("{ authUserSecurityKeys(where: {NAME: {_is_null: false}}) { id } }", "credentialId", "credentialIx"),
        ("{ authUserSecurityKeys(order_by: {NAME: asc}) { id } }", "counter", "counteq"),
        ("{ authUserSecurityKeys(distinct_on: NAME) { id } }", "counter", "counteq"),
        (
            "mutation { updateAuthUserSecurityKeys(where: {}, _set: {NAME: \"x\"}) { affected_rows } }",
            "userId",
            "userIx",
        ),
        ("mutation { NAME(id: \"x\") { id } }", "insertAuthUserSecurityKey", "insertAuthUserSecurityKex"),
        (
            "query ($x: NAME) { authUserSecurityKeys(where: {id: {_eq: $x}}) { id } }",
            "bigint_comparison_exp",
            "bigint_comparison_exq",
        ),
        ("{ NAME { queryType { name } } }", "__schema", "__schemb"),
        ("{ NAME(name: \"uuid\") { name } }", "__type", "__typf"),
    ] {
        let mut told = Vec::new();
        for name in [hidden, absent] {
            let body = ask(shop, &ada.access, &query.replace("NAME", name), json!({})).await;
            assert_eq!(error(&body).1, "validation-failed", "{body}");
            told.push(normal(body.to_string(), name));
        }
        assert_eq!(told[0], told[1], "{query}");
    }
    app.change(|_, settings| settings.graphql.introspection = Some(true)).await;
    let shown =
        ask(shop, &ada.access, "{ __schema { types { name fields { name } inputFields { name } } } }", json!({})).await;
    let shown = data(&shown).to_string();
    assert!(shown.contains("nickname") && !shown.contains("credentialId") && !shown.contains("bigint"), "{shown}");
}

#[tokio::test]
async fn a_role_is_taken_only_from_those_of_the_session_and_one_without_permissions_sees_nothing() {
    let app = shop().await;
    let shop = app.tenant();
    let ada = user(shop, "ada").await;
    for (role, code) in
        [("admin", "access-denied"), ("", "access-denied"), ("USER", "access-denied"), ("me", "validation-failed")]
    {
        let request = shop.raw(Method::POST, "/graphql/v1").bearer_auth(&ada.access).header("x-hasura-role", role);
        let body = send(shop, request, LIST, json!({ "userId": ada.id })).await.ok();
        assert_eq!(error(&body).1, code, "{role}: {body}");
    }
    let request = shop.raw(Method::POST, "/graphql/v1").bearer_auth(&ada.access).header("x-hasura-role", "user");
    let body = send(shop, request, LIST, json!({ "userId": ada.id })).await.ok();
    assert_eq!(data(&body)["authUserSecurityKeys"].as_array().unwrap().len(), 1);
    // Headers are no session variables.
    let eve = user(shop, "eve").await;
    let request = shop.raw(Method::POST, "/graphql/v1").bearer_auth(&eve.access).header("x-hasura-user-id", &ada.id);
    let body = send(shop, request, LIST, json!({ "userId": ada.id })).await.ok();
    assert_eq!(data(&body)["authUserSecurityKeys"], json!([]));
}

#[tokio::test]
async fn a_tenants_own_permissions_decide() {
    let app = shop().await;
    let shop = app.tenant();
    let ada = user(shop, "ada").await;
    let own = json!({ "user_id": { "_eq": "X-Hasura-User-Id" } });
    app.change(move |_, settings| settings.graphql = permissions(&own, &json!(["id", "counter"]))).await;
    let body = ask(shop, &ada.access, "{ authUserSecurityKeys { id counter } }", json!({})).await;
    assert_eq!(data(&body)["authUserSecurityKeys"].as_array().unwrap().len(), 1);
    let body = ask(shop, &ada.access, "{ authUserSecurityKeys { nickname } }", json!({})).await;
    assert_eq!(error(&body).0, "field 'nickname' not found in type: 'authUserSecurityKeys'");
    let body = ask(shop, &ada.access, RENAME, json!({ "id": ada.id, "name": "x" })).await;
    assert_eq!(error(&body).0, "field 'updateAuthUserSecurityKey' not found in type: 'mutation_root'");
    app.change(|_, settings| settings.graphql.permissions.clear()).await;
    let body = ask(shop, &ada.access, "{ authUserSecurityKeys { id } }", json!({})).await;
    assert_eq!(error(&body).0, "field 'authUserSecurityKeys' not found in type: 'query_root'");
}

#[tokio::test]
async fn an_elevated_session_is_asked_for_where_the_tenant_or_the_rule_wants_one() {
    let app = shop().await;
    let shop = app.tenant();
    let ada = user(shop, "ada").await;
    let second = Authenticator::security_key();
    let added = shop.add_key(&ada.access, &second, None).await.ok();
    app.change(|_, settings| settings.accounts.elevation = Elevation::Required).await;
    let body = ask(shop, &ada.access, DELETE, json!({ "id": added["id"] })).await;
    assert_eq!(error(&body).1, "access-denied");
    assert_eq!(keys(shop, &ada).await.len(), 2);
    let elevated = shop.elevate_key(&ada.access, &ada.key).await.session();
    let access = elevated["accessToken"].as_str().unwrap();
    let body = ask(shop, access, DELETE, json!({ "id": added["id"] })).await;
    assert_eq!(data(&body)["deleteAuthUserSecurityKey"]["id"], added["id"]);

    let rule = json!({ "user_id": { "_eq": "X-Hasura-Auth-Elevated" } });
    app.change(move |_, settings| settings.graphql = permissions(&rule, &json!(["id"]))).await;
    let query = "{ authUserSecurityKeys { id } }";
    let plain = shop.sign_in_key(Some("ada@shop.example"), &ada.key).await.session();
    let body = ask(shop, plain["accessToken"].as_str().unwrap(), query, json!({})).await;
    assert_eq!(error(&body).0, "missing session variable: \"x-hasura-auth-elevated\"");
    let body = ask(shop, access, query, json!({})).await;
    assert_eq!(data(&body)["authUserSecurityKeys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_last_key_stays_unless_the_tenant_lets_it_go_and_several_go_or_none() {
    let app = shop().await;
    let shop = app.tenant();
    let ada = user(shop, "ada").await;
    shop.add_key(&ada.access, &Authenticator::security_key(), None).await.ok();
    let all = "mutation { deleteAuthUserSecurityKeys(where: {}) { affected_rows } }";
    let body = ask(shop, &ada.access, all, json!({})).await;
    assert_eq!(error(&body).1, "permission-error");
    assert_eq!(keys(shop, &ada).await.len(), 2, "none went");
    app.change(|_, settings| settings.may_remove_last_factor = true).await;
    let body = ask(shop, &ada.access, all, json!({})).await;
    assert_eq!(data(&body)["deleteAuthUserSecurityKeys"]["affected_rows"], 2);
}

#[tokio::test]
async fn of_two_that_remove_the_last_two_keys_at_once_one_does() {
    let app = shop().await;
    let shop = app.tenant();
    let ada = user(shop, "ada").await;
    shop.add_key(&ada.access, &Authenticator::security_key(), None).await.ok();
    let mine = keys(shop, &ada).await;
    let remove = |at: usize| ask(shop, &ada.access, DELETE, json!({ "id": mine[at]["id"] }));
    let (one, two) = tokio::join!(remove(0), remove(1));
    let refused = [&one, &two].into_iter().filter(|body| body["errors"] != Value::Null).count();
    assert_eq!(refused, 1, "{one} {two}");
    assert_eq!(keys(shop, &ada).await.len(), 1);
}

#[tokio::test]
async fn a_session_that_is_over_is_over_here_too() {
    let app = shop().await;
    let shop = app.tenant();
    let ada = user(shop, "ada").await;
    let other = app.another_tenant("other.example").await;
    let path = format!("/t/{}/graphql/v1", other.id);
    let body = send(shop, shop.raw(Method::POST, &path).bearer_auth(&ada.access), LIST, json!({ "userId": ada.id }))
        .await
        .ok();
    assert_eq!(error(&body).1, "invalid-jwt", "a token of one tenant at another's door");
    let evil = shop.raw(Method::POST, "/graphql/v1").header("origin", "https://evil.example").bearer_auth(&ada.access);
    assert_eq!(send(shop, evil, LIST, json!({ "userId": ada.id })).await.status, 403);
    let signed_out = shop.auth(Some(&ada.access), Method::POST, "/signout", json!({ "all": true })).await;
    assert_eq!(signed_out.status, 200, "{}", signed_out.body);
    let body = ask(shop, &ada.access, LIST, json!({ "userId": ada.id })).await;
    assert_eq!(error(&body).1, "invalid-jwt");
    let session = shop.sign_in_key(Some("ada@shop.example"), &ada.key).await.session();
    app.advance(Span::minutes(16));
    let body = ask(shop, session["accessToken"].as_str().unwrap(), LIST, json!({ "userId": ada.id })).await;
    assert_eq!(error(&body), ("Could not verify JWT: JWTExpired", "invalid-jwt"));
}

#[tokio::test]
async fn a_key_of_this_door_steps_up_an_action_until_it_is_removed_here() {
    let app = shop().await;
    let shop = app.tenant();
    let ada = user(shop, "ada").await;
    let second = Authenticator::security_key();
    let added = shop.add_key(&ada.access, &second, Some("Spare")).await.ok();
    let token = shop.track(&ada.id, "pay").await.token;
    shop.verify_security_key(&token, &second).await.ok();
    ask(shop, &ada.access, DELETE, json!({ "id": added["id"] })).await;
    let factors = shop.factors_of(&ada.id).await;
    assert!(factors.iter().all(|factor| factor["userAuthenticatorId"] != added["id"]), "{factors:?}");
}
