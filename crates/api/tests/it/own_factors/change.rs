//! Another name, another default.

use countersign_testkit::app::TestApp;
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::{ADA, ada, change, defaults, id_of, own};

#[tokio::test]
async fn a_factor_is_called_what_its_user_calls_it() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = ada(&app, &Authenticator::new()).await;
    let (passkey, email) = (id_of(shop, "ada", "PASSKEY").await, id_of(shop, "ada", "EMAIL_OTP").await);
    let changed = change(shop, &token, &passkey, json!({ "name": "  Work laptop " })).await.ok();
    assert_eq!(changed["name"], "Work laptop");
    assert_eq!(changed["webauthnCredential"]["name"], "Work laptop");
    assert_eq!((&changed["userAuthenticatorId"], &changed["isDefault"]), (&json!(passkey), &json!(false)));
    change(shop, &token, &email, json!({ "name": "Büro \u{1f469}\u{200d}\u{1f4bb}", "isDefault": null })).await.ok();
    let held = own(shop, &token).await;
    let names: Vec<&Value> = held.iter().map(|one| &one["name"]).collect();
    assert_eq!(names, [&json!("Büro \u{1f469}\u{200d}\u{1f4bb}"), &json!("Work laptop")]);
    assert_eq!(defaults(shop, "ada").await, ["EMAIL_OTP"], "a name makes no default");
}

#[tokio::test]
async fn the_default_is_the_one_that_the_user_chose_and_there_is_one() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = ada(&app, &Authenticator::new()).await;
    let asked_first = async || shop.track("ada", "pay").await.body["defaultVerificationMethod"].clone();
    assert_eq!(asked_first().await, "EMAIL_OTP");
    let passkey = id_of(shop, "ada", "PASSKEY").await;
    let changed = change(shop, &token, &passkey, json!({ "isDefault": true })).await.ok();
    assert_eq!(changed["isDefault"], true);
    assert_eq!((defaults(shop, "ada").await, asked_first().await), (vec![json!("PASSKEY")], json!("PASSKEY")));
    // What the backend wished for before stands back behind what the user chooses now.
    let wish = json!({ "defaultVerificationMethod": "PASSKEY" });
    shop.server(Method::PATCH, "/users/ada", wish).await.ok();
    let email = id_of(shop, "ada", "EMAIL_OTP").await;
    change(shop, &token, &email, json!({ "isDefault": true })).await.ok();
    assert_eq!((defaults(shop, "ada").await, asked_first().await), (vec![json!("EMAIL_OTP")], json!("EMAIL_OTP")));
}

#[tokio::test]
async fn what_is_no_change_or_no_name_is_refused_and_changes_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = ada(&app, &Authenticator::new()).await;
    let codes = shop.ask_recovery_codes(&token).await;
    assert_eq!(codes.status, 200);
    let before = own(shop, &token).await;
    let id = id_of(shop, "ada", "PASSKEY").await;
    let long = "x".repeat(65);
    for body in [
        json!({}),
        json!({ "name": null, "isDefault": null }),
        json!({ "name": "" }),
        json!({ "name": "   " }),
        json!({ "name": long }),
        json!({ "name": "a\nb" }),
        json!({ "name": "a\u{0}" }),
        json!({ "name": "a\u{202e}b" }),
        json!({ "name": 7 }),
        json!({ "isDefault": false }),
        json!({ "isDefault": "true" }),
        json!({ "name": "good", "isDefault": false }),
        json!([]),
    ] {
        change(shop, &token, &id, body).await.refused(400, "invalid_request");
    }
    let set = id_of(shop, "ada", "RECOVERY_CODE").await;
    let both = json!({ "name": "good", "isDefault": true });
    change(shop, &token, &set, both).await.refused(400, "invalid_request");
    assert_eq!(own(shop, &token).await, before);
}

#[tokio::test]
async fn item_92_a_change_is_told_once_and_what_changes_nothing_is_not() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = ada(&app, &Authenticator::new()).await;
    let id = id_of(shop, "ada", "EMAIL_OTP").await;
    let body = json!({ "name": "Mail", "isDefault": true });
    change(shop, &token, &id, body.clone()).await.ok();
    let told = app.mails("notice", ADA).await;
    assert_eq!(told.len(), 1);
    let subject = told[0].subject.as_deref();
    assert_eq!(subject, Some("A way to sign in was changed at Test shop"), "the address itself is what it was");
    change(shop, &token, &id, body).await.ok();
    change(shop, &token, &id, json!({ "name": "" })).await.refused(400, "invalid_request");
    assert_eq!(app.mails("notice", ADA).await.len(), 1);
    let events = app.countersign.newest_events(&shop.id, 200).await.unwrap();
    let updated: Vec<_> = events.iter().filter(|event| event.kind == "authenticator.updated").collect();
    assert_eq!(updated.len(), 1, "item 89: one event a change");
    let detail = updated[0].detail.clone().unwrap_or_default();
    assert_eq!((&detail["method"], &detail["changed"]), (&json!("EMAIL_OTP"), &json!("name")));
    assert_eq!(updated[0].action_code.as_deref(), Some("account"));
    assert_eq!(updated[0].ip_address.as_deref(), Some("127.0.0.1"));
    assert!(updated[0].user_id.is_some());
}

#[tokio::test]
async fn changes_are_limited_because_each_sends_mails() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = ada(&app, &Authenticator::new()).await;
    let id = id_of(shop, "ada", "PASSKEY").await;
    let mut refused = None;
    for n in 0..61 {
        let answer = change(shop, &token, &id, json!({ "name": format!("name {n}") })).await;
        if answer.status != 200 {
            refused = Some((n, answer));
            break;
        }
    }
    let (n, answer) = refused.expect("a limit");
    assert_eq!(n, 60);
    assert!(!answer.header("retry-after").is_empty());
    answer.refused(429, "too_many_requests");
    assert_eq!(own(shop, &token).await[1]["name"], "name 59");
}
