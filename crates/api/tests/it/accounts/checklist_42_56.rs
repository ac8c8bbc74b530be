//! Nobody is told whether an account is there: checklist 42, 55 and 56 at this door.

use std::collections::BTreeSet;
use std::time::Instant;

use countersign_testkit::app::TestApp;
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::unverified;

#[tokio::test]
async fn item_42_an_address_without_an_account_is_offered_keys_of_its_own_each_time_the_same() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::security_key();
    shop.sign_up_key("ada@example.com", &key).await.session();
    let known = shop.sign_in_offer(Some("ada@example.com")).await;
    let members = |offer: &Value| offer.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let mut seen = BTreeSet::new();
    for n in 0..50 {
        let email = format!("nobody{n}@example.com");
        let (one, two) = (shop.sign_in_offer(Some(&email)).await, shop.sign_in_offer(Some(&email)).await);
        assert_eq!(members(&one), members(&known));
        assert_eq!(one["allowCredentials"], two["allowCredentials"]);
        assert_ne!(one["challenge"], two["challenge"]);
        // The beginning of a challenge names its user's bucket: it too is the same each time.
        assert_eq!(one["challenge"].as_str().unwrap()[..2], two["challenge"].as_str().unwrap()[..2]);
        let keys = one["allowCredentials"].as_array().unwrap();
        assert!((1..=2).contains(&keys.len()), "{one}");
        for descriptor in keys {
            assert_eq!(members(descriptor), members(&known["allowCredentials"][0]));
            assert!(seen.insert(descriptor["id"].as_str().unwrap().to_owned()), "no two addresses share a key");
        }
    }
    let other = app.another_tenant("other.example").await;
    let here = shop.sign_in_offer(Some("nobody1@example.com")).await;
    let there = other.sign_in_offer(Some("nobody1@example.com")).await;
    assert_ne!(here["allowCredentials"], there["allowCredentials"]);
}

#[tokio::test]
async fn item_55_a_taken_address_signs_up_like_a_free_one_and_its_owner_is_told() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.sign_up_key("ada@example.com", &key).await.ok();
    let link = app.inbox().wait_for("ada@example.com", 1).await.unwrap().link.unwrap();
    shop.open_link(&link).await;
    let (taken, free) = (Authenticator::new(), Authenticator::new());
    let answers =
        [shop.sign_up_key("ada@example.com", &taken).await, shop.sign_up_key("free@example.com", &free).await];
    let names = |answer: &countersign_testkit::app::Answer| {
        answer.headers.keys().map(ToString::to_string).collect::<BTreeSet<_>>()
    };
    assert_eq!(names(&answers[0]), names(&answers[1]));
    for answer in answers {
        assert_eq!(answer.ok(), json!({}));
    }
    let told = app.inbox().wait_for("ada@example.com", 2).await.unwrap();
    assert_eq!((told.kind, told.link), ("notice", None));
    assert!(told.text.contains("tried to sign up"), "{}", told.text);
    // Nor does the new key tell what became of it.
    for key in [&taken, &free] {
        shop.sign_in_key(None, key).await.declined(401, "unverified-user");
    }
    shop.sign_in_key(Some("ada@example.com"), &key).await.session();
}

#[tokio::test]
async fn item_55_wrong_answers_are_refused_alike_whoever_is_named() {
    let app = unverified().await;
    let shop = app.tenant();
    let (key, eve) = (Authenticator::new(), Authenticator::new());
    shop.sign_up_key("ada@example.com", &key).await.session();
    shop.sign_up_key("eve@example.com", &eve).await.session();
    let mut refusals = Vec::new();
    for email in ["ada@example.com", "nobody@example.com"] {
        let offer = shop.sign_in_offer(Some(email)).await;
        let named = offer["allowCredentials"][0]["id"].clone();
        let mut nameless = offer.clone();
        nameless.as_object_mut().unwrap().remove("allowCredentials");
        let mut forged = eve.get(&nameless, &shop.origin).unwrap().credential;
        refusals.push(shop.auth_post("/signin/webauthn/verify", json!({ "credential": forged })).await);
        forged["id"] = named.clone();
        forged["rawId"] = named;
        refusals.push(shop.auth_post("/signin/webauthn/verify", json!({ "credential": forged })).await);
    }
    let bodies: BTreeSet<String> = refusals.iter().map(|answer| answer.body.to_string()).collect();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    for answer in refusals {
        answer.declined(400, "invalid-request");
    }
    for email in ["ada@example.com", "nobody@example.com"] {
        let body = json!({ "email": email });
        assert_eq!(shop.auth_post("/user/email/send-verification-email", body).await.ok(), "OK");
    }
}

#[tokio::test]
async fn item_56_answers_to_strangers_leave_at_even_times() {
    let app = unverified().await;
    let shop = app.tenant();
    shop.sign_up_key("ada@example.com", &Authenticator::new()).await.session();
    for (path, body) in [
        ("/signin/webauthn", json!({ "email": "ada@example.com" })),
        ("/signin/webauthn", json!({ "email": "nobody@example.com" })),
        ("/signin/webauthn/verify", json!({ "credential": {} })),
        ("/signup/webauthn", json!({ "email": "free@example.com" })),
        ("/user/email/send-verification-email", json!({ "email": "nobody@example.com" })),
    ] {
        let asked = Instant::now();
        shop.auth_post(path, body).await;
        // Without the step an answer comes in a few milliseconds; it is never sooner than one.
        assert!(asked.elapsed().as_millis() >= 19, "{path}: {:?}", asked.elapsed());
    }
}

#[tokio::test]
async fn a_tenant_may_tell_as_the_original_does() {
    let app = TestApp::with(|settings| settings.accounts.reveal_accounts = true).await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.sign_up_key("ada@example.com", &key).await.ok();
    let sign_in = |email: &str| shop.auth_post("/signin/webauthn", json!({ "email": email }));
    sign_in("ada@example.com").await.declined(401, "unverified-user");
    sign_in("nobody@example.com").await.declined(401, "invalid-email-password");
    let resend = |email: &str| shop.auth_post("/user/email/send-verification-email", json!({ "email": email }));
    resend("nobody@example.com").await.declined(401, "invalid-email-password");
    let link = app.inbox().wait_for("ada@example.com", 1).await.unwrap().link.unwrap();
    shop.open_link(&link).await;
    resend("ada@example.com").await.declined(400, "email-already-verified");
    let taken = shop.sign_up_key("ada@example.com", &Authenticator::new()).await;
    taken.declined(409, "email-already-in-use");
}

#[tokio::test]
async fn where_no_address_is_verified_a_taken_one_is_refused() {
    let app = unverified().await;
    let shop = app.tenant();
    shop.sign_up_key("ada@example.com", &Authenticator::new()).await.session();
    let taken = shop.sign_up_key("ADA@example.com", &Authenticator::new()).await;
    taken.declined(409, "email-already-in-use");
    let users = shop.server(Method::GET, "/users", Value::Null).await.ok();
    assert_eq!(users["users"].as_array().map(Vec::len), Some(1), "nothing of it is left: {users}");
}
