//! Options, member by member, and what a sign-up may ask for.

use countersign_testkit::app::TestApp;
use countersign_testkit::forger::Authenticator;
use serde_json::{Value, json};

use super::unverified;

#[tokio::test]
async fn the_options_of_a_sign_up_are_those_of_the_original() {
    let app = unverified().await;
    let shop = app.tenant();
    let body = json!({ "email": "ada@example.com", "options": { "displayName": "Ada" } });
    let mut offer = shop.auth_post("/signup/webauthn", body).await.ok();
    let challenge = offer["challenge"].take();
    assert!(challenge.as_str().is_some_and(|text| text.len() == 64 && !text.contains('=')), "{challenge}");
    let id = offer["user"]["id"].take();
    assert!(id.as_str().is_some_and(|text| text.len() == 36 && text.matches('-').count() == 4), "a UUID's text: {id}");
    assert_eq!(
        offer,
        json!({
            "rp": { "id": "shop.example", "name": "Test shop" },
            "user": { "id": null, "name": "Ada", "displayName": "Ada" },
            "challenge": null,
            "pubKeyCredParams": [
                { "type": "public-key", "alg": -8 }, { "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -257 },
            ],
            "timeout": 300_000,
            "excludeCredentials": [],
            "authenticatorSelection": {
                "residentKey": "preferred", "requireResidentKey": false, "userVerification": "preferred",
            },
            "attestation": "none",
        })
    );
}

#[tokio::test]
async fn a_sign_in_names_the_keys_of_its_account() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::security_key();
    shop.sign_up_key("ada@example.com", &key).await.session();
    let mut offer = shop.sign_in_offer(Some("ada@example.com")).await;
    offer["challenge"].take();
    let id = countersign_domain::secret::base64url(&key.credentials()[0]);
    assert_eq!(
        offer,
        json!({
            "challenge": null, "timeout": 300_000, "rpId": "shop.example", "userVerification": "preferred",
            "allowCredentials": [{ "type": "public-key", "id": id }],
        })
    );
}

#[tokio::test]
async fn what_a_sign_up_may_not_ask_for_is_refused_by_name() {
    let app = unverified().await;
    let shop = app.tenant();
    for (options, error) in [
        (json!({ "allowedRoles": ["admin"] }), "role-not-allowed"),
        (json!({ "allowedRoles": ["user", "user", "user"] }), "role-not-allowed"),
        (json!({ "defaultRole": "admin" }), "default-role-must-be-in-allowed-roles"),
        (json!({ "allowedRoles": ["me"], "defaultRole": "user" }), "default-role-must-be-in-allowed-roles"),
        (json!({ "redirectTo": "https://evil.example" }), "redirectTo-not-allowed"),
        (json!({ "redirectTo": "javascript:alert(1)" }), "redirectTo-not-allowed"),
        (json!({ "metadata": [1] }), "invalid-request"),
        (json!({ "metadata": { "x": "y".repeat(9000) } }), "invalid-request"),
        (json!({ "metadata": { "x": "\u{0}" } }), "invalid-request"),
        (json!({ "displayName": "a\u{0}b" }), "invalid-request"),
        (json!({ "displayName": 7 }), "invalid-request"),
    ] {
        let body = json!({ "email": "ada@example.com", "options": options });
        shop.auth_post("/signup/webauthn", body).await.declined(400, error);
    }
    for email in [json!("ada"), json!(""), json!(null), json!(7), json!("a\u{0}@example.com"), json!("x".repeat(300))] {
        let answer = shop.auth_post("/signup/webauthn", json!({ "email": email })).await;
        let body = answer.declined(400, "invalid-request");
        assert_eq!(body["message"], "The request payload is incorrect");
        assert!(body["reason"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    }
    let offer =
        shop.auth_post("/signup/webauthn", json!({ "email": "ada@example.com", "options": { "locale": "xx" } }));
    assert_eq!(offer.await.status, 200, "a language that is not spoken is the first that is");
}

#[tokio::test]
async fn names_of_keys_are_names() {
    let app = TestApp::with(|settings| settings.accounts.verify_email = false).await;
    let shop = app.tenant();
    for (n, (nickname, status)) in [
        (json!(""), 200),
        (Value::Null, 200),
        (json!("x".repeat(64)), 200),
        (json!("x".repeat(65)), 400),
        (json!("a\nb"), 400),
    ]
    .into_iter()
    .enumerate()
    {
        let end = json!({ "nickname": nickname });
        let email = format!("user{n}@example.com");
        let answer = shop.sign_up_key_with(&email, &Authenticator::new(), json!({}), end).await;
        assert_eq!(answer.status, status, "{nickname}: {}", answer.body);
    }
}
