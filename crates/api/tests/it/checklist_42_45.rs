//! Security checklist, items 42 to 45: what strangers learn, and who may add a passkey.

use countersign_domain::clock::Span;
use countersign_testkit::app::{ORIGIN, TestApp, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use crate::spoiled::{self, assert_none, factors, refused_at};

/// allowCredentials for unknown users looks like that of known users, stable per name, or none is sent.
#[tokio::test]
async fn item_42_options_for_anyone_name_no_credential() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for number in 0..5 {
        shop.user_with_passkey(&format!("known-{number}"), &Authenticator::new()).await;
    }
    let masked = async |name: &str, begun: bool| {
        let names = json!({ "username": name, "userId": name, "email": name, "action": "signIn" });
        let mut body = names.clone();
        if begun {
            body["challengeId"] =
                shop.client(Who::Tenant, Method::POST, "/challenge", names).await.ok()["challengeId"].clone();
        }
        let path = "/user-authenticators/passkey/authentication-options";
        let mut offer = shop.client(Who::Tenant, Method::POST, path, body).await.ok();
        assert_eq!(offer["options"]["allowCredentials"], json!([]));
        // What is left of ten minutes depends on the moment alone.
        let timeout = offer["options"]["timeout"].take().as_i64().unwrap();
        assert!((590_000..=600_000).contains(&timeout), "{timeout}");
        offer["challengeId"] = offer["challengeId"].as_str().unwrap().len().into();
        offer["options"]["challenge"] = offer["options"]["challenge"].as_str().unwrap().len().into();
        offer
    };
    for begun in [false, true] {
        let shape = masked("known-0", begun).await;
        for number in 0..100 {
            assert_eq!(masked(&format!("known-{}", number % 5), begun).await, shape);
            assert_eq!(masked(&format!("unknown-{number}"), begun).await, shape);
        }
    }
}

/// A passkey is added only within a fresh proof (default ≤ 10 min) or a single-use enrolment grant.
#[tokio::test]
async fn item_43_a_factor_is_added_only_by_a_fresh_proof_or_a_grant() {
    let app = TestApp::with(|settings| settings.token_minutes = 30).await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let options = async |token: &str| {
        let path = "/user-authenticators/passkey/registration-options";
        shop.client(Who::Token(token), Method::POST, path, json!({})).await
    };

    // No proof: refused with what would help.
    let token = shop.track("ada", "settings").await.token;
    let refused = options(&token).await.refused(403, "insufficient_scope");
    assert!(refused["errorDescription"].as_str().unwrap().contains("challenge"), "{refused}");
    let other_scopes = json!({ "scope": "read:authenticators remove:authenticators update:authenticators" });
    options(&shop.track_with("ada", "settings", other_scopes).await.token).await.refused(403, "insufficient_scope");

    // A fresh proof, until ten minutes have passed; the options asked in time do not stretch it.
    let proved = shop.verify_passkey(&token, &key).await.ok()["accessToken"].as_str().unwrap().to_owned();
    for token in [&token, &proved] {
        shop.enrol_passkey(token, &Authenticator::new()).await.ok();
    }
    app.advance(Span::seconds(590));
    let offer = options(&proved).await.ok();
    app.advance(Span::seconds(10));
    let made = Authenticator::new().create(&offer["options"], ORIGIN).unwrap().credential;
    shop.add_passkey(&proved, &offer, &made).await.refused(403, "insufficient_scope");
    options(&proved).await.refused(403, "insufficient_scope");
    assert_eq!(factors(shop, "ada").await.len(), 3);

    // A grant of the backend is good for one.
    let scope = json!({ "scope": "add:authenticators" });
    let grant = shop.track_with("ada", "add-passkey", scope).await.token;
    let (first, second) = (options(&grant).await.ok(), options(&grant).await.ok());
    let added = shop.enrol_passkey(&grant, &Authenticator::new()).await.ok();
    for offer in [first, second] {
        let made = Authenticator::new().create(&offer["options"], ORIGIN).unwrap().credential;
        shop.add_passkey(&grant, &offer, &made).await.refused(403, "insufficient_scope");
    }
    options(&grant).await.refused(403, "insufficient_scope");
    options(added["accessToken"].as_str().unwrap()).await.refused(403, "insufficient_scope");
    assert_eq!(factors(shop, "ada").await.len(), 4);
    assert_eq!(shop.validate(&grant).await["isValid"], false, "adding a factor by grant proves nothing");
}

/// Conditional create accepts UP=0/UV=0 only in its own ceremony, only with a fresh proof.
#[tokio::test]
async fn item_44_a_passkey_made_without_asking_needs_its_own_ceremony_and_a_fresh_token() {
    let app = TestApp::with(|settings| settings.token_minutes = 30).await;
    let shop = app.tenant();
    let add = async |token: &str, key: &Authenticator, conditional: Value| {
        let offer = shop.passkey_options(token).await;
        let made = key.create_conditionally(&offer["options"], ORIGIN).unwrap().credential;
        let body = json!({
            "challengeId": offer["challengeId"], "registrationCredential": made, "conditionalCreate": conditional,
        });
        shop.client(Who::Token(token), Method::POST, "/user-authenticators/passkey", body).await
    };
    let token = shop.track("ada", "sign-in").await.token;
    for ordinary in [json!(false), Value::Null] {
        refused_at(add(&token, &Authenticator::new(), ordinary).await, "7.1.15", "nobody was present");
    }
    for no_answer in [json!("true"), json!(1), json!([true])] {
        add(&token, &Authenticator::new(), no_answer).await.refused(400, "invalid_request");
    }
    let untouched = Authenticator::security_key();
    let silent = spoiled::enrol_security_key(shop, "ada", &untouched, |draft| {
        draft.data.flags.up = false;
    });
    refused_at(silent.await, "7.1.15", "a security key that nobody touched");
    app.advance(Span::minutes(10));
    add(&token, &Authenticator::new(), json!(true)).await.refused(403, "insufficient_scope");
    assert_none(&factors(shop, "ada").await, "a silent passkey out of place");

    let key = Authenticator::new().synced(true);
    let token = shop.track("ada", "sign-in").await.token;
    app.advance(Span::seconds(590));
    let added = add(&token, &key, json!(true)).await.ok();
    let verdict = shop.validate(added["accessToken"].as_str().unwrap()).await;
    assert_eq!((&verdict["acr"], &verdict["amr"]), (&json!("aal1"), &json!(["swk"])), "nobody was verified");
    let unverified = spoiled::sign_in(shop, &key, |draft| draft.data.flags.uv = false).await;
    refused_at(unverified, "7.2.17", "the first sign-in needs UV");
    let unseen = spoiled::sign_in(shop, &key, |draft| draft.data.flags.up = false).await;
    refused_at(unseen, "7.2.16", "no assertion is silent");
    assert_eq!(shop.sign_in(&key).await.ok()["userId"], "ada");
}

/// A missing optional field from the browser (`rk`, transports, hints) does not break enrolment.
#[tokio::test]
async fn item_45_optional_members_may_be_missing_or_new() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let without = |pointer: &'static str| (pointer, None);
    let with = |pointer: &'static str, value: Value| (pointer, Some(value));
    let cases = [
        without("/clientExtensionResults"),
        without("/clientExtensionResults/credProps"),
        without("/clientExtensionResults/credProps/rk"),
        without("/authenticatorAttachment"),
        without("/response/transports"),
        without("/response/authenticatorData"),
        without("/response/publicKey"),
        without("/response/publicKeyAlgorithm"),
        with("/clientExtensionResults", Value::Null),
        with(
            "/clientExtensionResults",
            json!({ "credProps": { "rk": true, "authenticatorDisplayName": "x" }, "prf": {} }),
        ),
        with("/authenticatorAttachment", Value::Null),
        with("/authenticatorAttachment", json!("implanted")),
        with("/response/transports", Value::Null),
        with("/response/transports", json!([])),
        with("/response/transports", json!(["internal", "smoke-signal"])),
        with("/response/publicKey", Value::Null),
        with("/somethingNew", json!({ "deep": [1, 2, 3] })),
    ];
    for (number, (pointer, value)) in cases.into_iter().enumerate() {
        let user = format!("user-{number}");
        let key = Authenticator::new();
        let token = shop.track(&user, "sign-up").await.token;
        let offer = shop.passkey_options(&token).await;
        let mut made = key.create(&offer["options"], ORIGIN).unwrap().credential;
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = made.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => parent.insert(name.to_owned(), value),
            None => parent.remove(name),
        };
        let added = shop.add_passkey(&token, &offer, &made).await;
        assert_eq!(added.status, 200, "{pointer}: {}", added.body);
        assert_eq!(shop.sign_in(&key).await.ok()["userId"], user.as_str(), "{pointer}");
    }
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    for missing in ["clientExtensionResults", "authenticatorAttachment"] {
        let offer = shop.assertion_options(Who::Tenant).await;
        let mut said = key.get(&offer["options"], ORIGIN).unwrap().credential;
        said.as_object_mut().unwrap().remove(missing);
        shop.send_assertion(Who::Tenant, &offer, &said).await.ok();
    }
}
