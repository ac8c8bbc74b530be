//! What an answer has to be, and what clients of each age make of a user handle.

use countersign_testkit::forger::{Authenticator, Counter};
use http::Method;
use serde_json::{Value, json};

use super::{access, unverified};

#[tokio::test]
async fn an_assertion_opens_one_session() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.sign_up_key("ada@example.com", &key).await.session();
    for email in [Some("ada@example.com"), None] {
        let offer = shop.sign_in_offer(email).await;
        let said = key.get(&offer, &shop.origin).unwrap();
        let body = json!({ "credential": said.credential });
        shop.auth_post("/signin/webauthn/verify", body.clone()).await.session();
        shop.auth_post("/signin/webauthn/verify", body).await.declined(400, "invalid-request");
    }
}

#[tokio::test]
async fn a_registration_makes_one_account() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let offer = shop.auth_post("/signup/webauthn", json!({ "email": "ada@example.com" })).await.ok();
    let made = key.create(&offer, &shop.origin).unwrap();
    let body = json!({ "credential": made.credential });
    shop.auth_post("/signup/webauthn/verify", body.clone()).await.session();
    shop.auth_post("/signup/webauthn/verify", body).await.declined(400, "invalid-request");
    let users = shop.server(Method::GET, "/users", Value::Null).await.ok();
    assert_eq!(users["users"].as_array().map(Vec::len), Some(1), "{users}");
}

#[tokio::test]
async fn an_answer_meant_for_one_thing_is_none_to_another() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let session = shop.sign_up_key("ada@example.com", &key).await.session();
    let bearer = Some(access(&session));
    let assertions = [
        ("sign-in", shop.sign_in_offer(Some("ada@example.com")).await),
        ("nameless", shop.sign_in_offer(None).await),
        ("elevate", shop.auth(bearer, Method::POST, "/elevate/webauthn", Value::Null).await.ok()),
    ];
    for (kind, offer) in &assertions {
        let said = key.get(offer, &shop.origin).unwrap().credential;
        for (other, path) in [("sign-in", "/signin/webauthn/verify"), ("elevate", "/elevate/webauthn/verify")] {
            if *kind == other || (*kind == "nameless" && other == "sign-in") {
                continue;
            }
            let answer = shop.auth(bearer, Method::POST, path, json!({ "credential": said })).await;
            answer.declined(400, "invalid-request");
        }
        // Nor to the doors of tokens.
        let body = json!({ "authenticationCredential": said });
        let token = shop.track(session["user"]["id"].as_str().unwrap(), "withdraw").await.token;
        for path in ["/verify/passkey", "/verify/security-key"] {
            let who = countersign_testkit::app::Who::Token(&token);
            let refused = shop.client(who, Method::POST, path, body.clone()).await;
            assert!(refused.status >= 400 && refused.status < 500, "{kind} at {path}: {}", refused.body);
        }
    }
    let sign_up = shop.auth_post("/signup/webauthn", json!({ "email": "eve@example.com" })).await.ok();
    let add = shop.auth(bearer, Method::POST, "/user/webauthn/add", json!({})).await.ok();
    let spare = Authenticator::new();
    for (offer, path) in [(&sign_up, "/user/webauthn/verify"), (&add, "/signup/webauthn/verify")] {
        let made = spare.create(offer, &shop.origin).unwrap().credential;
        shop.auth(bearer, Method::POST, path, json!({ "credential": made })).await.declined(400, "invalid-request");
    }
}

#[tokio::test]
async fn options_of_another_user_are_nobodys() {
    let app = unverified().await;
    let shop = app.tenant();
    let (ada_key, eve_key) = (Authenticator::new(), Authenticator::new());
    let ada = shop.sign_up_key("ada@example.com", &ada_key).await.session();
    let eve = shop.sign_up_key("eve@example.com", &eve_key).await.session();
    let offer = shop.auth(Some(access(&ada)), Method::POST, "/user/webauthn/add", json!({})).await.ok();
    let made = Authenticator::new().create(&offer, &shop.origin).unwrap().credential;
    let body = json!({ "credential": made });
    shop.auth(Some(access(&eve)), Method::POST, "/user/webauthn/verify", body).await.declined(400, "invalid-request");

    let offer = shop.auth(Some(access(&ada)), Method::POST, "/elevate/webauthn", Value::Null).await.ok();
    let body = json!({ "credential": ada_key.get(&offer, &shop.origin).unwrap().credential });
    shop.auth(Some(access(&eve)), Method::POST, "/elevate/webauthn/verify", body)
        .await
        .declined(400, "invalid-request");

    // A challenge for one address is not answered by another's key.
    let mut offer = shop.sign_in_offer(Some("ada@example.com")).await;
    offer.as_object_mut().unwrap().remove("allowCredentials");
    let said = eve_key.get(&offer, &shop.origin).unwrap().credential;
    shop.auth_post("/signin/webauthn/verify", json!({ "credential": said })).await.declined(400, "invalid-request");
}

#[tokio::test]
async fn each_form_of_a_user_handle_is_read_and_garbage_is_none() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let id = shop.sign_up_key("ada@example.com", &key).await.session()["user"]["id"].as_str().unwrap().to_owned();
    let long = countersign_domain::secret::base64url(id.as_bytes());
    assert_eq!(long.len(), 48);
    let garbage = "\u{fffd}\u{fffd}\u{1c}_\u{fffd}m\u{fffd}";
    let stranger = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
    for (handle, named, nameless) in [
        (json!(id), 200, 200),
        (json!(long), 200, 200),
        (Value::Null, 200, 400),
        (json!(""), 200, 400),
        (json!(garbage), 200, 400),
        (json!(7), 200, 400),
        (json!(stranger), 400, 400),
    ] {
        for (email, status) in [(Some("ada@example.com"), named), (None, nameless)] {
            let offer = shop.sign_in_offer(email).await;
            let mut said = key.get(&offer, &shop.origin).unwrap().credential;
            said["response"]["userHandle"] = handle.clone();
            let answer = shop.auth_post("/signin/webauthn/verify", json!({ "credential": said })).await;
            assert_eq!(answer.status, status, "{handle} {email:?}: {}", answer.body);
        }
    }
    let offer = shop.sign_in_offer(Some("ada@example.com")).await;
    let mut said = key.get(&offer, &shop.origin).unwrap().credential;
    said["response"].as_object_mut().unwrap().remove("userHandle");
    shop.auth_post("/signin/webauthn/verify", json!({ "credential": said, "email": "eve@x.example" })).await.session();
}

#[tokio::test]
async fn clients_of_2_x_say_transports_beside_the_response() {
    let app = unverified().await;
    let shop = app.tenant();
    let offer = shop.auth_post("/signup/webauthn", json!({ "email": "ada@example.com" })).await.ok();
    let mut made = Authenticator::security_key().create(&offer, &shop.origin).unwrap().credential;
    let transports = made["response"].as_object_mut().unwrap().remove("transports").unwrap();
    made["transports"] = transports.clone();
    let session =
        shop.auth_post("/signup/webauthn/verify", json!({ "credential": made, "options": {} })).await.session();
    let path = format!("/users/{}/authenticators", session["user"]["id"].as_str().unwrap());
    let factors = shop.server(Method::GET, &path, Value::Null).await.ok();
    assert_eq!(factors[0]["webauthnCredential"]["transports"], transports);
}

#[tokio::test]
async fn counters_are_kept_and_one_that_falls_is_refused() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::security_key().counter(Counter::Start(5));
    shop.sign_up_key("ada@example.com", &key).await.session();
    shop.sign_in_key(Some("ada@example.com"), &key).await.session();
    let offer = shop.sign_in_offer(Some("ada@example.com")).await;
    let said = key.forge_get(&offer, &shop.origin, |draft| draft.data.counter = 3).unwrap().credential;
    shop.auth_post("/signin/webauthn/verify", json!({ "credential": said })).await.declined(400, "invalid-request");
    shop.sign_in_key(Some("ada@example.com"), &key).await.session();
}

#[tokio::test]
async fn a_ceremony_has_five_minutes() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.sign_up_key("ada@example.com", &key).await.session();
    for email in [Some("ada@example.com"), None] {
        let offer = shop.sign_in_offer(email).await;
        app.advance(countersign_domain::clock::Span::seconds(301));
        shop.answer_sign_in(&offer, &key).await.declined(400, "invalid-request");
    }
    let offer = shop.auth_post("/signup/webauthn", json!({ "email": "eve@example.com" })).await.ok();
    app.advance(countersign_domain::clock::Span::seconds(301));
    let made = Authenticator::new().create(&offer, &shop.origin).unwrap().credential;
    shop.auth_post("/signup/webauthn/verify", json!({ "credential": made })).await.declined(400, "invalid-request");
}

#[tokio::test]
async fn what_is_malformed_or_of_another_origin_is_refused_in_json() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.sign_up_key("ada@example.com", &key).await.session();
    let offer = shop.sign_in_offer(Some("ada@example.com")).await;
    let elsewhere = key.get(&offer, "https://evil.example").unwrap().credential;
    for credential in [elsewhere, json!({}), json!(null), json!("x"), json!([]), json!({ "id": "x", "response": 7 })] {
        for path in ["/signin/webauthn/verify", "/signup/webauthn/verify"] {
            shop.auth_post(path, json!({ "credential": credential })).await.declined(400, "invalid-request");
        }
    }
    for path in ["/signin/webauthn/verify", "/signup/webauthn/verify", "/signup/webauthn", "/token", "/token/exchange"]
    {
        for body in
            [json!([]), json!("x"), json!({}), json!({ "credential": 1, "email": 1, "refreshToken": 1, "code": [] })]
        {
            shop.auth_post(path, body).await.declined(400, "invalid-request");
        }
    }
}
