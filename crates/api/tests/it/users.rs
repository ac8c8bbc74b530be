//! Users over the Server API (docs/reference/authsignal.md §5.1, §5.2), with every oddity that clients rely on.

use countersign_testkit::app::{TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

async fn get(shop: &TestTenant, user: &str) -> Value {
    shop.server(Method::GET, &format!("/users/{user}"), Value::Null).await.ok()
}

#[tokio::test]
async fn an_unknown_or_deleted_user_is_not_enrolled_and_no_error() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let unknown =
        |id: &str| json!({ "userId": id, "isEnrolled": false, "emailVerified": false, "phoneNumberVerified": false });
    assert_eq!(get(shop, "ada").await, unknown("ada"));
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    assert_eq!(get(shop, "ada").await["isEnrolled"], true);
    assert_eq!(shop.server(Method::DELETE, "/users/ada", Value::Null).await.ok(), json!({ "success": true }));
    assert_eq!(get(shop, "ada").await, unknown("ada"));
    shop.server(Method::DELETE, "/users/ada", Value::Null).await.refused(404, "not_found");
    assert_eq!(shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok(), json!([]));
    assert_eq!(shop.server(Method::GET, "/users/ada/actions", Value::Null).await.ok(), json!([]));
}

#[tokio::test]
async fn a_user_is_described_with_their_methods() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.user_with_security_key("ada", &Authenticator::security_key()).await;
    let user = get(shop, "ada").await;
    assert_eq!((&user["userId"], &user["isEnrolled"]), (&json!("ada"), &json!(true)));
    assert_eq!(user["enrolledVerificationMethods"], json!(["SECURITY_KEY"]));
    assert_eq!(
        user["allowedVerificationMethods"],
        json!(["PASSKEY", "SECURITY_KEY", "AUTHENTICATOR_APP", "EMAIL_MAGIC_LINK", "EMAIL_OTP"])
    );
    assert_eq!(user["defaultVerificationMethod"], "SECURITY_KEY");
    for absent in ["email", "phoneNumber", "username", "displayName", "custom", "locale"] {
        assert!(user.get(absent).is_none(), "{absent} is absent until it is set");
    }
}

#[tokio::test]
async fn update_makes_unknown_users_and_leaves_alone_what_is_not_said() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let all = json!({
        "email": "ada@example.com", "emailVerified": true, "phoneNumber": "+64210000000", "phoneNumberVerified": true,
        "username": "ada", "displayName": "Ada L.", "locale": "en-NZ", "custom": { "tier": "gold", "n": 3, "vip": true },
        "defaultVerificationMethod": "PASSKEY",
    });
    // PATCH by most SDKs, POST by Java and Ruby.
    for (method, user) in [(Method::PATCH, "ada"), (Method::POST, "eve")] {
        let path = format!("/users/{user}");
        let made = shop.server(method.clone(), &path, all.clone()).await.ok();
        for (name, value) in all.as_object().unwrap() {
            assert_eq!(&made[name], value, "{method} {name}");
        }
        assert_eq!(made["userId"], user);
        let before = get(shop, user).await;
        shop.server(method.clone(), &path, json!({})).await.ok();
        assert_eq!(get(shop, user).await, before, "{method}: omitted is unchanged");
        shop.server(method, &path, json!({ "displayName": "Countess" })).await.ok();
        let after = get(shop, user).await;
        assert_eq!((&after["displayName"], &after["email"]), (&json!("Countess"), &json!("ada@example.com")));
    }
}

#[tokio::test]
async fn null_removes_and_a_new_address_is_unverified() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let update = async |body| shop.server(Method::PATCH, "/users/ada", body).await.ok();
    update(json!({ "email": "ada@example.com", "emailVerified": true, "displayName": "Ada" })).await;
    let same = update(json!({ "email": "ada@example.com" })).await;
    assert_eq!(same["emailVerified"], true, "the same address stays verified");
    let moved = update(json!({ "email": "countess@example.com" })).await;
    assert_eq!((&moved["email"], &moved["emailVerified"]), (&json!("countess@example.com"), &json!(false)));
    let bare = update(json!({ "email": null, "emailVerified": true, "displayName": null })).await;
    assert!(bare.get("email").is_none() && bare.get("displayName").is_none());
    assert_eq!(bare["emailVerified"], false, "no address, nothing verified");
}

#[tokio::test]
async fn bad_attributes_are_refused_and_make_no_user() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for body in [
        json!({ "email": "nobody" }),
        json!({ "email": "a b@example.com" }),
        json!({ "phoneNumber": "021 000 000" }),
        json!({ "username": "" }),
        json!({ "displayName": "x".repeat(257) }),
        json!({ "displayName": "line\nbreak" }),
        json!({ "locale": "x".repeat(36) }),
        json!({ "custom": { "deep": {} } }),
        json!({ "custom": { "big": "x".repeat(9000) } }),
        json!({ "custom": [] }),
        json!({ "defaultVerificationMethod": "TELEPATHY" }),
        json!({ "defaultVerificationMethod": "RECOVERY_CODE" }),
        json!({ "emailVerified": "yes" }),
    ] {
        shop.server(Method::PATCH, "/users/ada", body.clone()).await.refused(400, "invalid_request");
        shop.server(Method::POST, "/users/ada", body).await.refused(400, "invalid_request");
    }
    let rented = json!({ "defaultVerificationMethod": "VERIFF" });
    shop.server(Method::PATCH, "/users/ada", rented).await.refused(400, "invalid_configuration");
    assert!(get(shop, "ada").await.get("createdAt").is_none());
}

/// Node and Ruby do not encode ids, PHP does, Auth0's have a pipe.
#[tokio::test]
async fn any_text_is_a_user_id() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for id in ["u 1", "é", "auth0|64", "a/b", "100%", "a+b", "a?b#c", "日本", "a@b.c", "'--", "\\", "x:y;z=1,2", "☕"]
    {
        let path = utf8_percent_encode(id, NON_ALPHANUMERIC).to_string();
        let token = shop.track(&path, "sign-up").await.token;
        let added = shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
        assert_eq!(added["userId"], id);
        assert_eq!(shop.validate(&token).await["userId"], id);
        assert_eq!(
            (&get(shop, &path).await["userId"], &get(shop, &path).await["isEnrolled"]),
            (&json!(id), &json!(true))
        );
        shop.server(Method::DELETE, &format!("/users/{path}"), Value::Null).await.ok();
        assert_eq!(get(shop, &path).await["isEnrolled"], false);
    }
    for raw in ["u 1", "é", "auth0|64"] {
        assert_eq!(get(shop, raw).await["userId"], raw, "as an SDK that does not encode sends it");
    }
}

#[tokio::test]
async fn ids_out_of_bounds_are_refused() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let longest = "x".repeat(256);
    shop.server(Method::PATCH, &format!("/users/{longest}"), json!({})).await.ok();
    for id in [format!("{longest}x"), "a%00b".to_owned(), "a%0Ab".to_owned(), "%7F".to_owned(), "%FF".to_owned()] {
        shop.server(Method::PATCH, &format!("/users/{id}"), json!({})).await.refused(400, "invalid_request");
        let track = format!("/users/{id}/actions/sign-up");
        shop.server(Method::POST, &track, json!({})).await.refused(400, "invalid_request");
    }
    // A slash that is not encoded parts the path.
    shop.server(Method::GET, "/users/a/b", Value::Null).await.refused(404, "not_found");
}

#[tokio::test]
async fn users_are_found_by_one_attribute_and_by_page() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for n in 10..35 {
        let body = json!({ "email": format!("u{n}@example.com"), "phoneNumber": format!("+642100000{n}"), "username": "same" });
        shop.server(Method::PATCH, &format!("/users/u{n}"), body).await.ok();
    }
    let ids = |page: &Value| -> Vec<String> {
        page["users"].as_array().unwrap().iter().map(|user| user["userId"].as_str().unwrap().to_owned()).collect()
    };
    let list = async |query: &str| shop.server(Method::GET, &format!("/users{query}"), Value::Null).await.ok();
    assert_eq!(ids(&list("?email=u12@example.com").await), ["u12"]);
    assert_eq!(ids(&list("?phoneNumber=%2B64210000034").await), ["u34"]);
    assert_eq!(ids(&list("?email=none@example.com").await), [""; 0]);
    for filter in ["", "&username=same"] {
        let (mut seen, mut after, mut sizes) = (Vec::new(), String::new(), Vec::new());
        loop {
            let page = list(&format!("?limit=10{filter}&lastEvaluatedUserId={after}")).await;
            sizes.push(ids(&page).len());
            seen.extend(ids(&page));
            let Some(next) = page.get("lastEvaluatedUserId") else { break };
            after = next.as_str().unwrap().to_owned();
        }
        assert_eq!((sizes, seen), (vec![10, 10, 5], (10..35).map(|n| format!("u{n}")).collect()));
    }
    assert_eq!(ids(&list("").await).len(), 20, "20 to a page when no limit is said");
    assert_eq!((ids(&list("?limit=0").await).len(), ids(&list("?limit=99999").await).len()), (1, 25));
    shop.server(Method::GET, "/users?limit=many", Value::Null).await.refused(400, "invalid_request");
}

#[tokio::test]
async fn a_deleted_authenticator_is_of_no_use_and_the_rest_is_listed_for_the_browser() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (removed, kept) = (Authenticator::new(), Authenticator::new());
    let token = shop.track("ada", "sign-up").await.token;
    let id = shop.enrol_passkey(&token, &removed).await.ok()["userAuthenticatorId"].as_str().unwrap().to_owned();
    shop.enrol_passkey(&token, &kept).await.ok();
    let path = format!("/users/ada/authenticators/{id}");
    let deleted = shop.server(Method::DELETE, &path, Value::Null).await.ok();
    assert_eq!(deleted["success"], true);
    let left = countersign_domain::secret::base64url(&kept.credentials()[0]);
    assert_eq!(deleted["signal"]["allAcceptedCredentialIds"], json!([left]));
    assert_eq!(deleted["signal"]["rpId"], "shop.example");
    shop.server(Method::DELETE, &path, Value::Null).await.refused(404, "not_found");
    shop.sign_in(&removed).await.refused(400, "unknown_credential");
    shop.sign_in(&kept).await.ok();
    let list = shop.client(Who::Token(&token), Method::GET, "/user-authenticators", Value::Null).await.ok();
    assert_eq!(list.as_array().unwrap().len(), 1);
}
