//! Who runs a tenant sees, names and removes all its keys, and no other tenant's (issue 6, Build 4).

use countersign_testkit::app::{TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::{admin, data, error, send};

const LIST: &str = "{ authUserSecurityKeys(order_by: {id: asc}) { id userId nickname counter transports credentialId credentialPublicKey } }";

async fn keys(tenant: &TestTenant) -> Vec<Value> {
    data(&admin(tenant, LIST, json!({})).await)["authUserSecurityKeys"].as_array().expect("a list").clone()
}

fn id(key: &Value) -> &str {
    key["id"].as_str().expect("an id")
}

async fn shop(users: &[&str]) -> (TestApp, Vec<Authenticator>) {
    let app = TestApp::new().await;
    let mut held = Vec::new();
    for user in users {
        let key = Authenticator::security_key();
        app.tenant().user_with_security_key(user, &key).await;
        held.push(key);
    }
    (app, held)
}

#[tokio::test]
async fn a_key_of_another_door_is_a_row_here_and_a_passkey_is_none() {
    let (app, _) = shop(&["ada"]).await;
    let shop = app.tenant();
    shop.user_with_passkey("grace", &Authenticator::new()).await;
    let rows = keys(shop).await;
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(row["nickname"], Value::Null);
    assert!(row["counter"].is_number(), "{row}");
    let factors = shop.factors_of("ada").await;
    assert_eq!(row["id"], factors[0]["userAuthenticatorId"]);
    assert!(row["credentialPublicKey"].as_str().unwrap().starts_with("\\xa"), "COSE as PostgreSQL writes bytes: {row}");
    assert_eq!(row["userId"].as_str().unwrap()[..3], id(row)[..3], "one bucket");
}

#[tokio::test]
async fn conditions_orders_and_pages_choose_the_rows() {
    let (app, _) = shop(&["ada", "grace", "linus"]).await;
    let shop = app.tenant();
    let rows = keys(shop).await;
    let rename = "mutation ($id: uuid!, $name: String) {
        updateAuthUserSecurityKey(pk_columns: {id: $id}, _set: {nickname: $name}) { id nickname } }";
    for (row, name) in rows.iter().zip(["b", "a"]) {
        let body = admin(shop, rename, json!({ "id": row["id"], "name": name })).await;
        assert_eq!(data(&body)["updateAuthUserSecurityKey"]["nickname"], name);
    }
    let [first, second, third] = [0, 1, 2].map(|at| id(&rows[at]));
    let table = [
        (format!("where: {{id: {{_in: [\"{first}\", \"{third}\"]}}}}, order_by: {{id: desc}}"), vec![third, first]),
        ("where: {nickname: {_is_null: true}}".to_owned(), vec![third]),
        ("where: {nickname: {_neq: \"a\"}}".to_owned(), vec![first]),
        (
            format!(
                "where: {{_not: {{userId: {{_eq: \"{}\"}}}}}}, order_by: {{id: asc}}",
                rows[0]["userId"].as_str().unwrap()
            ),
            vec![second, third],
        ),
        ("order_by: {nickname: asc}".to_owned(), vec![second, first, third]),
        ("order_by: [{nickname: desc}, {id: asc}]".to_owned(), vec![third, first, second]),
        ("order_by: {id: asc}, limit: 1, offset: 1".to_owned(), vec![second]),
        ("limit: 2".to_owned(), vec![first, second]),
        ("limit: 0".to_owned(), vec![]),
        ("where: {_or: []}".to_owned(), vec![]),
        ("where: {userId: {_in: []}}".to_owned(), vec![]),
        ("order_by: {counter: asc}, distinct_on: counter".to_owned(), vec![first]),
    ];
    for (arguments, expected) in table {
        let body = admin(shop, &format!("{{ authUserSecurityKeys({arguments}) {{ id }} }}"), json!({})).await;
        let found: Vec<&str> = data(&body)["authUserSecurityKeys"].as_array().unwrap().iter().map(id).collect();
        assert_eq!(found, expected, "{arguments}");
    }
    let count =
        "{ authUserSecurityKeysAggregate(where: {nickname: {_is_null: false}}) { aggregate { count } nodes { id } } }";
    let body = admin(shop, count, json!({})).await;
    assert_eq!(data(&body)["authUserSecurityKeysAggregate"]["aggregate"]["count"], 2);
    assert_eq!(data(&body)["authUserSecurityKeysAggregate"]["nodes"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_hasura_refuses_is_refused_in_its_words() {
    let (app, _) = shop(&[]).await;
    for (query, code, words) in [
        ("{ authUsers { id } }", "validation-failed", "field 'authUsers' not found in type: 'query_root'"),
        (
            "{ authUserSecurityKeys { seed } }",
            "validation-failed",
            "field 'seed' not found in type: 'authUserSecurityKeys'",
        ),
        ("mutation { insertAuthUserSecurityKey { id } }", "validation-failed", "not found in type: 'mutation_root'"),
        ("{ authUserSecurityKeys(where: {id: {_eq: null}}) { id } }", "validation-failed", "null"),
        ("{ authUserSecurityKeys(where: null) { id } }", "validation-failed", "null"),
        ("{ authUserSecurityKeys(where: {id: {_eq: \"1\"}}) { id } }", "validation-failed", "type uuid"),
        ("{ authUserSecurityKeys(where: {seed: {_eq: \"1\"}}) { id } }", "validation-failed", "seed"),
        ("{ authUserSecurityKeys(where: {nickname: {_like: \"a\"}}) { id } }", "validation-failed", "_like"),
        ("{ authUserSecurityKeys(limit: -1) { id } }", "validation-failed", "negative"),
        ("{ authUserSecurityKeys(order_by: {id: up}) { id } }", "validation-failed", "order_by"),
        (
            "{ authUserSecurityKeys(order_by: {id: asc}, distinct_on: counter) { id } }",
            "validation-failed",
            "distinct_on",
        ),
        ("{ authUserSecurityKey { id } }", "validation-failed", "id"),
        ("query ($id: uuid!) { authUserSecurityKey(id: $id) { id } }", "validation-failed", "id"),
        ("mutation { updateAuthUserSecurityKeys(where: {}) { affected_rows } }", "validation-failed", "_set"),
        (
            "mutation { updateAuthUserSecurityKeys(where: {}, _set: {nickname: \"a\\u0000b\"}) { affected_rows } }",
            "validation-failed",
            "name",
        ),
        ("{", "validation-failed", "not a valid graphql query"),
    ] {
        let body = admin(app.tenant(), query, json!({})).await;
        let (message, is) = error(&body);
        assert!(is == code && message.contains(words), "{query}: {body}");
    }
}

#[tokio::test]
async fn a_removed_key_is_dead_at_once_and_its_removal_is_told() {
    let (app, held) = shop(&["ada"]).await;
    let shop = app.tenant();
    shop.server(Method::PATCH, "/users/ada", json!({ "email": "ada@shop.example", "emailVerified": true })).await.ok();
    let token = shop.track("ada", "pay").await.token;
    shop.verify_security_key(&token, &held[0]).await.ok();
    let path = "/user-authenticators/security-key/authentication-options";
    let token = shop.track("ada", "pay-more").await.token;
    let options = shop.client(countersign_testkit::app::Who::Token(&token), Method::POST, path, json!({})).await.ok();
    let key = keys(shop).await.swap_remove(0);
    let delete = "mutation ($id: uuid!) { deleteAuthUserSecurityKey(id: $id) { id nickname } }";
    let body = admin(shop, delete, json!({ "id": key["id"] })).await;
    assert_eq!(data(&body)["deleteAuthUserSecurityKey"]["id"], key["id"]);
    let said = held[0].get(&options, &shop.origin).unwrap();
    let answer = shop
        .client(countersign_testkit::app::Who::Token(&token), Method::POST, "/verify/security-key", said.credential)
        .await;
    assert!(answer.status == 400 || answer.status == 404, "a ceremony that began before: {}", answer.body);
    assert_eq!(keys(shop).await, Vec::<Value>::new());
    assert_eq!(shop.factors_of("ada").await, Vec::<Value>::new());
    let body = admin(shop, delete, json!({ "id": key["id"] })).await;
    assert_eq!(*data(&body), json!({ "deleteAuthUserSecurityKey": null }), "twice is no error");
    assert!(app.events().await.contains(&"authenticator.deleted".to_owned()));
}

#[tokio::test]
async fn many_are_removed_or_none_and_one_condition_is_not_another() {
    let (app, _) = shop(&["ada", "grace", "linus"]).await;
    let shop = app.tenant();
    let users: Vec<Value> = keys(shop).await.into_iter().map(|key| key["userId"].clone()).collect();
    let delete = "mutation ($where: authUserSecurityKeys_bool_exp!) {
        deleteAuthUserSecurityKeys(where: $where) { affected_rows returning { userId } } }";
    let body = admin(shop, delete, json!({ "where": { "userId": { "_eq": users[1] } } })).await;
    assert_eq!(
        data(&body)["deleteAuthUserSecurityKeys"],
        json!({ "affected_rows": 1, "returning": [{ "userId": users[1] }] })
    );
    let body = admin(shop, delete, json!({ "where": { "nickname": { "_eq": "nobody's" } } })).await;
    assert_eq!(data(&body)["deleteAuthUserSecurityKeys"]["affected_rows"], 0);
    assert_eq!(keys(shop).await.len(), 2);
    let rename = "mutation { updateAuthUserSecurityKeys(where: {}, _set: {nickname: \" Blue \"}) { affected_rows returning { nickname } } }";
    let body = admin(shop, rename, json!({})).await;
    assert_eq!(
        data(&body)["updateAuthUserSecurityKeys"]["returning"],
        json!([{ "nickname": "Blue" }, { "nickname": "Blue" }])
    );
    let body = admin(shop, delete, json!({ "where": {} })).await;
    assert_eq!(data(&body)["deleteAuthUserSecurityKeys"]["affected_rows"], 2);
    assert_eq!(keys(shop).await.len(), 0);
}

#[tokio::test]
async fn item_82_keys_of_another_tenant_answer_like_keys_that_do_not_exist() {
    let (app, _) = shop(&["ada"]).await;
    let (shop, other) = (app.tenant(), app.another_tenant("other.example").await);
    let key = keys(shop).await.swap_remove(0);
    let missing = json!({ "id": countersign_domain::id::AuthenticatorId::random() });
    let foreign = json!({ "id": key["id"] });
    for query in [
        "query ($id: uuid!) { authUserSecurityKey(id: $id) { id } }",
        "query ($id: uuid!) { authUserSecurityKeys(where: {id: {_eq: $id}}) { id } }",
        "mutation ($id: uuid!) { deleteAuthUserSecurityKey(id: $id) { id } }",
        "mutation ($id: uuid!) { deleteAuthUserSecurityKeys(where: {id: {_eq: $id}}) { affected_rows } }",
        "mutation ($id: uuid!) { updateAuthUserSecurityKey(pk_columns: {id: $id}, _set: {nickname: \"x\"}) { id } }",
    ] {
        let theirs = admin(&other, query, foreign.clone()).await;
        assert_eq!(theirs, admin(&other, query, missing.clone()).await, "{query}");
        data(&theirs);
    }
    assert_eq!(keys(shop).await, [key]);
    // A key of one tenant at another's address is a wrong key.
    let path = format!("/t/{}/graphql/v1", shop.id);
    let request = other.raw(Method::POST, &path).header("x-hasura-admin-secret", &other.management_key);
    let body = send(&other, request, LIST, json!({})).await.ok();
    let wrong = other.raw(Method::POST, &path).header("x-hasura-admin-secret", "csk_mgmt_wrong");
    assert_eq!(body, send(&other, wrong, LIST, json!({})).await.ok());
    assert_eq!(error(&body).1, "access-denied");
}

#[tokio::test]
async fn only_a_management_key_is_the_admin() {
    let (app, _) = shop(&["ada"]).await;
    let shop = app.tenant();
    let post = || shop.raw(Method::POST, "/graphql/v1");
    let body = send(shop, post(), LIST, json!({})).await.ok();
    assert_eq!(
        error(&body),
        ("Missing 'Authorization' or 'Cookie' header in JWT authentication mode", "invalid-headers")
    );
    let body = send(shop, post().bearer_auth("x.y.z"), LIST, json!({})).await.ok();
    let (message, code) = error(&body);
    assert!(code == "invalid-jwt" && message.starts_with("Could not verify JWT: "), "{body}");
    for request in [
        post().header("x-hasura-admin-secret", &shop.secret),
        post().header("x-hasura-admin-secret", ""),
        post().basic_auth(&shop.secret, Some("")),
        post().bearer_auth(shop.track("ada", "pay").await.token),
        post().header("x-hasura-admin-secret", &shop.management_key).header("x-hasura-role", "user"),
    ] {
        let body = send(shop, request, LIST, json!({})).await.ok();
        assert!(matches!(error(&body).1, "access-denied" | "invalid-jwt"), "{body}");
    }
    for path in ["/graphql/v1", "/v1/graphql", &format!("/t/{}/graphql/v1", shop.id)] {
        let request = shop.raw(Method::POST, path).basic_auth(&shop.management_key, Some(""));
        let body = send(shop, request, LIST, json!({})).await.ok();
        assert_eq!(data(&body)["authUserSecurityKeys"].as_array().unwrap().len(), 1, "{path}");
    }
    for path in ["/t/nobody/graphql/v1", &format!("/t/{}/graphql/v1", countersign_domain::id::TenantId::random())] {
        let answer = send(shop, shop.raw(Method::POST, path).bearer_auth("x"), LIST, json!({})).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}
