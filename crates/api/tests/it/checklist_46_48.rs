//! Security checklist, items 46 and 48: how the use of a passkey ends, and the files that tie it to its domain.

use countersign_domain::tenant::{AndroidApp, Origin};
use countersign_testkit::app::{Answer, ORIGIN, TestApp, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use crate::spoiled::{self, bytes, factors};

/// Deleting a passkey ends its use at once and the answer lists what the client should signal.
#[tokio::test]
async fn item_46_a_deleted_passkey_is_dead_at_once_and_the_rest_are_listed() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (lost, kept) = (Authenticator::new(), Authenticator::new());
    let token = shop.track("ada", "sign-up").await.token;
    let added = shop.enrol_passkey(&token, &lost).await.ok();
    shop.enrol_passkey(added["accessToken"].as_str().unwrap(), &kept).await.ok();
    let handle = shop.passkey_options(&token).await["options"]["user"]["id"].clone();
    let id = added["userAuthenticatorId"].as_str().unwrap();

    // Options handed out before do not outlive it, with a token or without.
    let step_up = shop.track("ada", "withdraw").await.token;
    let mut begun = Vec::new();
    for who in [Who::Token(&step_up), Who::Tenant] {
        let offer = shop.assertion_options(who).await;
        let request = json!({ "challenge": offer["options"]["challenge"], "rpId": "shop.example" });
        begun.push((who, offer, lost.get(&request, ORIGIN).unwrap().credential));
    }
    shop.user_with_passkey("bob", &Authenticator::new()).await;
    for (user, id) in [("bob", id), ("nobody", id), ("ada", "none"), ("ada", "00000000-0000-4000-8000-000000000000")] {
        let path = format!("/users/{user}/authenticators/{id}");
        shop.server(Method::DELETE, &path, Value::Null).await.refused(404, "not_found");
    }
    let path = format!("/users/ada/authenticators/{id}");
    let deleted = shop.server(Method::DELETE, &path, Value::Null).await.ok();
    let signal = &deleted["signal"];
    assert_eq!((&signal["rpId"], &signal["userId"]), (&json!("shop.example"), &handle));
    let left = signal["allAcceptedCredentialIds"].as_array().unwrap();
    assert_eq!(left.iter().map(bytes).collect::<Vec<_>>(), kept.credentials());

    for (who, offer, said) in begun {
        shop.send_assertion(who, &offer, &said).await.refused(400, "unknown_credential");
    }
    shop.sign_in(&lost).await.refused(400, "unknown_credential");
    assert_eq!(factors(shop, "ada").await.len(), 1);
    let offer = shop.assertion_options(Who::Token(&step_up)).await;
    let allowed = offer["options"]["allowCredentials"].as_array().unwrap();
    assert_eq!(allowed.iter().map(|one| bytes(&one["id"])).collect::<Vec<_>>(), kept.credentials());
    shop.server(Method::DELETE, &path, Value::Null).await.refused(404, "not_found");
    assert_eq!(shop.sign_in(&kept).await.ok()["userId"], "ada");
}

/// … and the last one leaves a user without factors, who can begin anew.
#[tokio::test]
async fn item_46_after_the_last_one_the_user_is_not_enrolled() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let added = shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
    let path = format!("/users/ada/authenticators/{}", added["userAuthenticatorId"].as_str().unwrap());
    let deleted = shop.server(Method::DELETE, &path, Value::Null).await.ok();
    assert_eq!(deleted["signal"]["allAcceptedCredentialIds"], json!([]));
    let tracked = shop.track("ada", "sign-up").await;
    assert_eq!((tracked.state.as_str(), &tracked.body["isEnrolled"]), ("ALLOW", &json!(false)));
    let key = Authenticator::new();
    shop.enrol_passkey(&tracked.token, &key).await.ok();
    assert_eq!(shop.sign_in(&key).await.ok()["userId"], "ada");
}

/// A transient 5xx never names a key unknown.
#[tokio::test]
async fn item_46_a_database_that_is_away_makes_no_key_unknown() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let offer = shop.assertion_options(Who::Tenant).await;
    let said = key.get(&offer["options"], ORIGIN).unwrap().credential;
    app.db.close().await;
    let answer = shop.send_assertion(Who::Tenant, &offer, &said).await;
    assert!(!answer.header("retry-after").is_empty());
    answer.refused(503, "unavailable");
    let ids = spoiled::bytes(&said["id"]);
    let path = format!("/user-authenticators/passkey?credentialIds={}", countersign_domain::secret::base64url(&ids));
    shop.client(Who::Tenant, Method::GET, &path, Value::Null).await.refused(503, "unavailable");
}

const FILES: [&str; 4] = ["webauthn", "passkey-endpoints", "assetlinks.json", "apple-app-site-association"];

/// `/.well-known/webauthn`, `assetlinks.json`, `apple-app-site-association` answer 200, application/json, no redirect, for
/// each configured domain.
#[tokio::test]
async fn item_48_well_known_files_answer_for_each_configured_domain() {
    let app = TestApp::with(|settings| {
        settings.origins.push(Origin::parse("https://shop.test").unwrap());
        settings.related_origins.push(Origin::parse("https://shop.invalid").unwrap());
        settings.custom_domain = Some("login.shop.example".to_owned());
        settings.apple_apps = vec!["TEAM123456.example.shop".to_owned()];
        let sha256_fingerprints = vec!["AB:CD".to_owned()];
        settings.android_apps = vec![AndroidApp { package: "example.shop".to_owned(), sha256_fingerprints }];
    })
    .await;
    let shop = app.tenant();
    app.another_tenant("other.example").await;
    let get = async |host: &str, file: &str| -> Answer {
        let request = shop.raw(Method::GET, &format!("/.well-known/{file}"));
        shop.send(request.header("host", host)).await
    };
    for host in ["shop.example", "login.shop.example", "auth.shop.example", "shop.example:8443", "SHOP.example"] {
        let origins = get(host, "webauthn").await.ok();
        assert_eq!(origins, json!({ "origins": ["https://shop.test", "https://shop.invalid"] }), "{host}");
        let apps = get(host, "apple-app-site-association").await.ok();
        assert_eq!(apps["webcredentials"]["apps"], json!(["TEAM123456.example.shop"]));
        let links = get(host, "assetlinks.json").await.ok();
        assert_eq!(links[0]["target"]["package_name"], "example.shop");
        get(host, "passkey-endpoints").await.ok();
    }
    assert_eq!(get("other.example", "assetlinks.json").await.ok(), json!([]), "each tenant has its own");
    for host in
        ["evil.example", "www.shop.example", "shop.example.", "shop.example.evil.example", "127.0.0.1", "[::1]", ""]
    {
        for file in FILES {
            get(host, file).await.refused(404, "not_found");
        }
    }
    get("shop.example", "change-password").await.refused(404, "not_found");
}
