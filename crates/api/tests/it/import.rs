//! Credentials from another server, one by one and in batches (docs/reference/authsignal.md §5.2).

use countersign_testkit::app::{TestApp, Who};
use countersign_testkit::forger::{Authenticator, Created};
use http::Method;
use serde_json::{Value, json};

/// A passkey made with another server for the same RP ID: it hands back that server's user handle.
pub(crate) fn made_elsewhere(key: &Authenticator) -> Created {
    let options = json!({
        "rp": { "id": "shop.example", "name": "Old" }, "user": { "id": "b2xkLWhhbmRsZQ", "name": "ada", "displayName": "Ada" },
        "challenge": "AAECAwQFBgcICQoLDA0ODw", "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        "authenticatorSelection": { "residentKey": "required" },
    });
    key.create(&options, "https://shop.example").expect("the authenticator makes a credential")
}

pub(crate) fn entry(user: &str, method: &str, made: &Created) -> Value {
    let base64url = countersign_domain::secret::base64url;
    json!({
        "userId": user, "verificationMethod": method, "credentialId": base64url(&made.id),
        "credentialPublicKey": base64url(&made.public_key), "transports": ["internal", "hybrid"], "name": "Old phone",
    })
}

/// Options without their list of credentials: an authenticator answers them with whatever it holds.
fn without_list(offer: &Value) -> Value {
    let mut options = offer["options"].clone();
    options["allowCredentials"] = json!([]);
    options
}

#[tokio::test]
async fn an_imported_credential_signs_in_and_steps_up() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new().synced(true);
    let batch = json!({ "authenticators": [entry("ada", "PASSKEY", &made_elsewhere(&key))] });
    let report = shop.server(Method::POST, "/users/authenticators", batch).await.ok();
    assert_eq!(report, json!({ "total": 1, "succeeded": 1, "failed": 0, "failures": [] }));

    let signed_in = shop.sign_in(&key).await.ok();
    assert_eq!(signed_in["userId"], "ada");
    assert_eq!(shop.validate(signed_in["accessToken"].as_str().unwrap()).await["isValid"], true);
    let tracked = shop.track("ada", "withdraw").await;
    assert_eq!(tracked.state, "CHALLENGE_REQUIRED");
    shop.verify_passkey(&tracked.token, &key).await.ok();
    let eve = shop.track("eve", "withdraw").await;
    let offer = shop.assertion_options(Who::Tenant).await;
    let said = shop.answer_passkey(Who::Tenant, &offer, &key).await.ok();
    assert_eq!(said["userId"], "ada", "the credential's id names its owner");
    shop.enrol_passkey(&eve.token, &Authenticator::new()).await.ok();
    let offer = shop.assertion_options(Who::Token(&eve.token)).await;
    let foreign = key.forge_get(&without_list(&offer), &shop.origin, |_| ()).unwrap();
    let answer = shop.send_assertion(Who::Token(&eve.token), &offer, &foreign.credential).await;
    answer.refused(400, "invalid_credential");
    let list = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    assert_eq!(list[0]["webauthnCredential"]["name"], "Old phone");
    assert_eq!(list[0]["webauthnCredential"]["credentialDeviceType"], "multiDevice", "known since its first use");
}

#[tokio::test]
async fn a_batch_takes_each_credential_on_its_own() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let good = entry("ada", "PASSKEY", &made_elsewhere(&Authenticator::new()));
    let changed = |name: &str, value: Value| {
        let mut entry = entry("eve", "PASSKEY", &made_elsewhere(&Authenticator::new()));
        entry[name] = value;
        entry
    };
    let bad = [
        (
            {
                let mut again = good.clone();
                again["userId"] = json!("eve");
                again
            },
            "invalid_request",
        ),
        (changed("credentialId", json!("")), "invalid_request"),
        (changed("credentialId", json!("!!!")), "invalid_request"),
        (changed("credentialId", json!("A".repeat(1366))), "invalid_request"),
        (changed("credentialPublicKey", json!("oWFhAQ")), "invalid_request"),
        (changed("verificationMethod", json!("TELEPATHY")), "invalid_request"),
        (changed("verificationMethod", json!("EMAIL_OTP")), "invalid_request"),
        (changed("aaguid", json!("zero")), "invalid_request"),
        (changed("userId", json!("")), "invalid_request"),
    ];
    let mut batch = vec![good];
    batch.extend(bad.iter().map(|(entry, _)| entry.clone()));
    let report = shop.server(Method::POST, "/users/authenticators", json!({ "authenticators": batch })).await.ok();
    assert_eq!((&report["total"], &report["succeeded"], &report["failed"]), (&json!(10), &json!(1), &json!(9)));
    for (failure, (entry, code)) in report["failures"].as_array().unwrap().iter().zip(&bad) {
        assert_eq!((&failure["errorCode"], &failure["credentialId"]), (&json!(code), &entry["credentialId"]));
        assert!(failure["errorDescription"].as_str().unwrap().len() > 10, "{failure}");
    }
    assert_eq!(shop.server(Method::GET, "/users/eve", Value::Null).await.ok()["isEnrolled"], false);
    let many = json!({ "authenticators": vec![json!({ "userId": "a", "verificationMethod": "PASSKEY", "credentialId": "AA",
        "credentialPublicKey": "AA" }); 101] });
    shop.server(Method::POST, "/users/authenticators", many).await.refused(400, "invalid_request");
}
