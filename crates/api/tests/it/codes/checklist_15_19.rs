//! Items 15 to 19 of docs/reference/checklist.md: authenticator apps.

use countersign_domain::clock::Span;
use countersign_testkit::app::TestApp;
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// The refusal of a code that was used; the next try of the same factor is one of five.
fn is_refused(answer: &Value) -> bool {
    *answer == json!({ "isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED" })
}

#[tokio::test]
async fn item_15_a_code_serves_once_whatever_it_was_used_for() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let sign_up = shop.track("ada", "sign-up").await.token;
    let phone = app.enrol_app(shop, &sign_up).await;
    app.next_step();
    let first = phone.code();
    assert_eq!(shop.answer_totp(&sign_up, &first).await.ok()["isVerified"], true);
    // The code that enrolled the app, in another action and in the same.
    let pay = shop.track("ada", "pay").await.token;
    assert!(is_refused(&shop.answer_totp(&pay, &first).await.ok()));
    assert!(is_refused(&shop.answer_totp(&sign_up, &first).await.ok()));

    app.next_step();
    let second = phone.code();
    assert_eq!(shop.answer_totp(&pay, &second).await.ok()["isVerified"], true);
    let withdraw = shop.track("ada", "withdraw").await.token;
    assert!(is_refused(&shop.answer_totp(&withdraw, &second).await.ok()));
    assert!(is_refused(&shop.answer_totp(&withdraw, &first).await.ok()), "nor one from before it");
    app.next_step();
    assert!(is_refused(&shop.answer_totp(&withdraw, &second).await.ok()), "also while it is a step old");
    assert_eq!(shop.answer_totp(&withdraw, &phone.code()).await.ok()["isVerified"], true);
}

#[tokio::test]
async fn item_15_of_many_answers_with_one_code_at_once_one_is_taken() {
    for round in 0..3 {
        let app = TestApp::new().await;
        let shop = app.tenant();
        let phone = app.user_with_app(shop, "ada").await;
        let code = phone.code();
        let mut answers = JoinSet::new();
        for n in 0..20 {
            let token = shop.track("ada", &format!("pay-{}", n % 4)).await.token;
            let (shop, code) = (shop.clone(), code.clone());
            answers.spawn(async move { shop.answer_totp(&token, &code).await });
        }
        let answers = answers.join_all().await;
        let right = answers.iter().filter(|answer| answer.status == 200 && answer.body["isVerified"] == true);
        assert_eq!(right.count(), 1, "round {round}");
    }
}

#[tokio::test]
async fn item_16_a_code_is_taken_a_step_early_and_a_step_late_and_no_further() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for (seconds, works) in [(-60, false), (60, false), (-90, false), (-30, true), (0, true), (30, true)] {
        let user = format!("user{}", seconds + 100);
        let phone = app.user_with_app(shop, &user).await;
        app.next_step();
        app.next_step();
        app.next_step();
        let token = shop.track(&user, "pay").await.token;
        let answer = shop.answer_totp(&token, &phone.code_in(Span::seconds(seconds))).await.ok();
        assert_eq!(answer["isVerified"], works, "{seconds} seconds away");
    }
}

#[tokio::test]
async fn item_16_the_servers_time_counts_and_no_other() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let phone = app.user_with_app(shop, "ada").await;
    let token = shop.track("ada", "pay").await.token;
    let late = phone.code_in(Span::minutes(10));
    let request = shop.raw(Method::POST, "/v1/client/verify/totp").bearer_auth(&token).header("origin", &shop.origin);
    let request = request.header("date", "Fri, 31 Dec 2100 23:59:59 GMT").header("x-time", "4133980799");
    let answer = shop.send(request.json(&json!({ "verificationCode": late }))).await.ok();
    assert!(is_refused(&answer), "{answer}");
}

#[tokio::test]
async fn item_17_a_secret_has_160_bits() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let mut seen = Vec::new();
    for n in 0..5 {
        let token = shop.track(&format!("user{n}"), "sign-up").await.token;
        let secret = shop.enrol_totp(&token).await.ok()["secret"].as_str().unwrap().to_owned();
        assert_eq!(BASE32_NOPAD.decode(secret.as_bytes()).unwrap().len() * 8, 160, "{secret}");
        assert!(!seen.contains(&secret));
        seen.push(secret);
    }
}

#[tokio::test]
async fn item_17_a_secret_that_a_backend_brings_has_at_least_112_bits() {
    let app = TestApp::new().await;
    let bring = async |user: &str, secret: &str| {
        let uri = format!("otpauth://totp/Shop:{user}?secret={secret}");
        let body = json!({ "verificationMethod": "AUTHENTICATOR_APP", "otpUri": uri });
        app.tenant().server(Method::POST, &format!("/users/{user}/authenticators"), body).await
    };
    // 0, 80, 104 bits; 112, 160 and 512.
    for secret in ["", "GEZDGNBVGY3TQOJQ", "GEZDGNBVGY3TQOJQGEZDG"] {
        bring("ada", secret).await.refused(400, "invalid_request");
    }
    let long = "A".repeat(102) + "Q";
    for (user, secret) in [("a", "GEZDGNBVGY3TQOJQGEZDGNA"), ("b", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), ("c", &long)] {
        bring(user, secret).await.ok();
    }
}

#[tokio::test]
async fn item_18_a_secret_is_shown_once_and_counts_after_one_right_code() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let begun = shop.enrol_totp(&token).await.ok();
    let secret = begun["secret"].as_str().unwrap();
    // Not confirmed: there is no such factor, nothing is asked for, and another token answers nothing with it.
    let phone =
        countersign_testkit::app::AuthenticatorApp::scan(begun["uri"].as_str().unwrap(), app.countersign.clock());
    assert_eq!(shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok(), json!([]));
    let later = shop.track("ada", "pay").await;
    assert_eq!((later.state.as_str(), &later.body["isEnrolled"]), ("ALLOW", &json!(false)));
    assert!(is_refused(&shop.answer_totp(&later.token, &phone.code()).await.ok()));
    let id = begun["userAuthenticatorId"].as_str().unwrap();
    shop.server(Method::DELETE, &format!("/users/ada/authenticators/{id}"), Value::Null)
        .await
        .refused(404, "not_found");

    let done = shop.answer_totp(&token, &phone.code()).await.ok();
    assert_eq!(done["isVerified"], true);
    let own =
        shop.client(countersign_testkit::app::Who::Token(&token), Method::GET, "/user-authenticators", Value::Null);
    for answer in [
        done,
        own.await.ok(),
        shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok(),
        shop.server(Method::GET, "/users/ada", Value::Null).await.ok(),
        json!(
            app.countersign
                .newest_events(&shop.id, 50)
                .await
                .unwrap()
                .iter()
                .map(|event| format!("{event:?}"))
                .collect::<Vec<_>>()
        ),
    ] {
        let text = answer.to_string();
        assert!(!text.contains(secret) && !text.contains("otpauth"), "{text}");
    }
}

#[tokio::test]
async fn item_19_a_seed_is_not_stored_readable() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let mut secrets = Vec::new();
    for confirmed in [true, false] {
        let token = shop.track(&format!("user-{confirmed}"), "sign-up").await.token;
        let begun = shop.enrol_totp(&token).await.ok();
        let phone =
            countersign_testkit::app::AuthenticatorApp::scan(begun["uri"].as_str().unwrap(), app.countersign.clock());
        if confirmed {
            assert_eq!(shop.answer_totp(&token, &phone.code()).await.ok()["isVerified"], true);
        }
        secrets.push(begun["secret"].as_str().unwrap().to_owned());
    }
    let stored = app.stored().await;
    assert!(stored.windows(9).any(|window| window == b"user-true"), "what is stored is readable otherwise");
    for secret in secrets {
        let raw = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
        let hex = HEXLOWER.encode(&raw);
        let base64 = countersign_domain::secret::base64url(&raw);
        for form in [
            raw,
            secret.clone().into_bytes(),
            secret.to_lowercase().into_bytes(),
            hex.into_bytes(),
            base64.into_bytes(),
        ] {
            assert!(!stored.windows(form.len()).any(|window| window == form), "{secret} as {form:?}");
        }
    }
}

#[tokio::test]
async fn item_19_seeds_open_after_the_key_was_rotated() {
    let mut app = TestApp::new().await;
    let shop = app.tenant().clone();
    let ada = app.user_with_app(&shop, "ada").await;
    let token = shop.track("grace", "sign-up").await.token;
    let grace = app.enrol_app(&shop, &token).await;
    app.rotate_key().await;
    let shop = app.tenant().clone();
    // One that was being enrolled, one that was enrolled before, and one of the new key.
    assert_eq!(shop.answer_totp(&token, &grace.code()).await.ok()["isVerified"], true);
    let pay = shop.track("ada", "pay").await.token;
    assert_eq!(shop.answer_totp(&pay, &ada.code()).await.ok()["isVerified"], true);
    let new = app.user_with_app(&shop, "alan").await;
    let pay = shop.track("alan", "pay").await.token;
    assert_eq!(shop.answer_totp(&pay, &new.code()).await.ok()["isVerified"], true);
}
