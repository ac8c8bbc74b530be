//! Codes and links under attack: by their holders, by other tenants, by programs, by clocks.

use countersign_domain::clock::Span;
use countersign_domain::phone::Country;
use countersign_testkit::app::{Answer, AuthenticatorApp, TestApp, TestTenant};
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const ADA: &str = "ada@example.com";
const PHONE: &str = "+64210000789";

async fn app() -> TestApp {
    TestApp::with(|settings| settings.sms.countries = vec![Country::parse("NZ").expect("a country")]).await
}

/// The same call twenty times at once.
async fn twenty<T: Send + 'static>(call: impl Fn() -> std::pin::Pin<Box<dyn Future<Output = T> + Send>>) -> Vec<T> {
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        calls.spawn(call());
    }
    calls.join_all().await
}

fn verified(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status == 200 && answer.body["isVerified"] == true).count()
}

#[tokio::test]
async fn of_twenty_answers_at_once_to_a_phone_one_is_taken() {
    let app = app().await;
    let shop = app.tenant().clone();
    let sign_up = shop.track("ada", "sign-up").await.token;
    shop.enrol_phone(&sign_up, PHONE).await.ok();
    let code = app.code_for(PHONE);
    let answers = {
        let shop = shop.clone();
        twenty(move || {
            let (shop, token, code) = (shop.clone(), sign_up.clone(), code.clone());
            Box::pin(async move { shop.answer_sms(&token, &code).await })
        })
        .await
    };
    assert_eq!(verified(&answers), 1, "an enrolment");
    assert_eq!(shop.factors_of("ada").await.len(), 1);

    app.advance(Span::minutes(10));
    let pay = shop.track("ada", "pay").await.token;
    shop.ask_whatsapp(&pay).await.ok();
    let code = app.code_for(PHONE);
    let answers = twenty(move || {
        let (shop, token, code) = (shop.clone(), pay.clone(), code.clone());
        Box::pin(async move { shop.answer_whatsapp(&token, &code).await })
    })
    .await;
    assert_eq!(verified(&answers), 1, "a step-up");
}

#[tokio::test]
async fn of_twenty_backends_at_once_one_verifies_and_one_claims() {
    let app = app().await;
    let shop = app.tenant().clone();
    let id = shop.begin_for(ADA).await;
    let code = app.code_after(ADA, 1).await;
    let answers = {
        let (shop, id) = (shop.clone(), id.clone());
        twenty(move || {
            let (shop, id, code) = (shop.clone(), id.clone(), code.clone());
            Box::pin(async move { shop.hand_over(&id, &code).await })
        })
        .await
    };
    assert_eq!(verified(&answers), 1);
    let claims = {
        let shop = shop.clone();
        twenty(move || {
            let (shop, id) = (shop.clone(), id.clone());
            Box::pin(async move { shop.claim(&id, "ada").await })
        })
        .await
    };
    let tokens: Vec<&Value> = claims.iter().filter(|answer| answer.status == 200).map(|a| &a.body["token"]).collect();
    assert_eq!(tokens.len(), 1, "{claims:?}");
    assert_eq!(shop.factors_of("ada").await.len(), 1);
}

#[tokio::test]
async fn of_twenty_buttons_pressed_at_once_one_confirms() {
    let app = app().await;
    let shop = app.tenant();
    app.user_with_link(shop, "ada", ADA).await;
    let token = shop.track("ada", "pay").await.token;
    shop.ask_link(&token).await.ok();
    let page = app.open_link(&app.link_for(ADA)).await;
    let presses = Box::pin(press_twenty_times(&app, &page)).await;
    assert_eq!(presses.iter().filter(|status| **status == 200).count(), 1, "{presses:?}");
    assert_eq!(shop.poll_link(&token).await.ok()["isVerified"], true);
    let proved = app.events().await.iter().filter(|event| *event == "action.proved").count();
    assert_eq!(proved, 2, "the enrolment and this");
}

async fn press_twenty_times(app: &TestApp, page: &countersign_testkit::app::LinkPage) -> Vec<u16> {
    let press = || async { app.press(page, "yes").await.status };
    let (a, b, c, d) = tokio::join!(
        async { tokio::join!(press(), press(), press(), press(), press()) },
        async { tokio::join!(press(), press(), press(), press(), press()) },
        async { tokio::join!(press(), press(), press(), press(), press()) },
        async { tokio::join!(press(), press(), press(), press(), press()) },
    );
    [a, b, c, d].into_iter().flat_map(|(a, b, c, d, e)| [a, b, c, d, e]).collect()
}

/// The clock goes back an hour: what was used or over stays so.
#[tokio::test]
async fn a_clock_that_is_set_back_brings_no_code_back() {
    let app = app().await;
    let shop = app.tenant();
    let phone = app.user_with_app(shop, "ada").await;
    let token = grant(shop).await;
    shop.enrol_email(&token, ADA).await.ok();
    verified_one(&shop.answer_email(&token, &app.code_for(ADA)).await);
    let (pay, again) = (shop.track("ada", "pay").await.token, shop.track("ada", "again").await.token);
    shop.ask_email(&pay).await.ok();
    let used = app.code_for(ADA);
    verified_one(&shop.answer_email(&pay, &used).await);
    app.next_step();
    let step = phone.code();
    verified_one(&shop.answer_totp(&pay, &step).await);
    let recovery = shop.recovery_codes(&pay).await;
    verified_one(&shop.answer_recovery_code(&again, &recovery[0]).await);

    app.advance(Span::minutes(-60));
    // A token of the future is none, so these are new ones.
    let (pay, again) = (shop.track("ada", "pay").await.token, shop.track("ada", "again").await.token);
    assert_eq!(shop.answer_email(&pay, &used).await.ok()["isVerified"], false);
    assert_eq!(shop.answer_totp(&pay, &step).await.ok()["isVerified"], false);
    assert_eq!(shop.answer_totp(&pay, &phone.code()).await.ok()["isVerified"], false, "nor a step before the last");
    assert_eq!(shop.answer_recovery_code(&again, &recovery[0]).await.ok()["isVerified"], false);
}

fn verified_one(answer: &Answer) {
    assert_eq!((answer.status, &answer.body["isVerified"]), (200, &json!(true)), "{}", answer.body);
}

async fn grant(shop: &TestTenant) -> String {
    shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await.token
}

#[tokio::test]
async fn another_tenant_finds_nothing_of_ours() {
    let app = app().await;
    let (shop, rival) = (app.tenant(), app.another_tenant("rival.example").await);
    app.user_with_email(shop, "ada", ADA).await;
    let id = shop.begin_for(ADA).await;
    let code = app.code_after(ADA, 2).await;
    rival.hand_over(&id, &code).await.refused(404, "not_found");
    rival.claim(&id, "ada").await.refused(404, "not_found");
    rival.begin(json!({ "challengeId": id })).await.refused(404, "not_found");
    let shown = rival.server(Method::GET, &format!("/challenges?challengeId={id}"), Value::Null).await.ok();
    assert_eq!(shown, json!({}));
    // The user of that name is another one there, without factors.
    let token = rival.track("ada", "pay").await.token;
    rival.ask_email(&token).await.refused(400, "invalid_request");
    assert_eq!(rival.answer_email(&token, &code).await.ok()["isVerified"], false);
    verified_one(&shop.hand_over(&id, &code).await);
}

/// Bodies of every wrong form, at every call that takes one.
#[tokio::test]
async fn no_body_is_an_error_of_ours_or_a_right_answer() {
    let app = app().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let token = shop.track("ada", "pay").await.token;
    let huge = "1".repeat(300_000);
    let bodies = [
        json!(null),
        json!([]),
        json!("123456"),
        json!({ "verificationCode": null }),
        json!({ "verificationCode": 123_456 }),
        json!({ "verificationCode": ["123456"] }),
        json!({ "verificationCode": "" }),
        json!({ "verificationCode": "1".repeat(65) }),
        json!({ "verificationCode": huge }),
        json!({ "verificationCode": "\u{0}" }),
        json!({ "email": huge, "phoneNumber": huge }),
        json!({ "email": { "$ne": "" }, "phoneNumber": { "$ne": "" } }),
        json!({ "challengeId": "'; --", "verificationCode": "123456" }),
    ];
    for path in [
        "/verify/email-otp",
        "/verify/sms",
        "/verify/whatsapp",
        "/verify/totp",
        "/verify/recovery-code",
        "/verify/email-magic-link/finalize",
        "/user-authenticators/email-otp",
        "/user-authenticators/email-magic-link",
        "/user-authenticators/sms",
    ] {
        for body in &bodies {
            let request = shop.raw(Method::POST, &format!("/v1/client{path}")).bearer_auth(&token);
            let answer = shop.send(request.header("origin", &shop.origin).json(body)).await;
            assert!(matches!(answer.status, 200 | 400 | 403 | 413 | 429), "{path} {}: {}", answer.status, answer.body);
            assert_ne!(answer.body["isVerified"], true, "{path}");
            assert!(!answer.body.to_string().contains("11111111"), "{path} repeats what was sent");
        }
    }
}

/// A person types digits of their own script.
#[tokio::test]
async fn digits_of_other_scripts_are_never_a_wrong_turn() {
    let app = app().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let token = shop.track("ada", "pay").await.token;
    shop.ask_email(&token).await.ok();
    let code = app.code_for(ADA);
    let lookalike: String = code.chars().map(|c| if c == '0' { 'O' } else { c }).chain(['\u{200b}']).collect();
    assert_eq!(shop.answer_email(&token, &lookalike).await.ok()["isVerified"], false);
    verified_one(&shop.answer_email(&token, &format!(" {}-{} ", &code[..3], &code[3..])).await);
}

#[tokio::test]
async fn a_link_leads_to_our_own_host_whatever_host_asked() {
    let app = app().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let request = shop.raw(Method::POST, "/v1/client/user-authenticators/email-magic-link").bearer_auth(&token);
    let request = request.header("host", "evil.example").header("x-forwarded-host", "evil.example");
    let request = request.header("forwarded", "host=evil.example").header("origin", &shop.origin);
    shop.send(request.json(&json!({ "email": ADA }))).await.ok();
    let mail = app.inbox().newest(ADA).expect("a link was sent");
    assert!(
        mail.link.as_deref().is_some_and(|link| link.starts_with("https://auth.shop.example/ui/magic-link?token="))
    );
    assert!(!format!("{mail:?}").contains("evil.example"));
}

/// Names that would like to be parameters of the address, or elements of the picture.
#[tokio::test]
async fn names_add_nothing_to_an_apps_address_picture_or_mail() {
    let app = app().await;
    let shop = app.tenant();
    app.change(|name, _| *name = "Shop\"/><script>alert(1)</script>&issuer=evil&secret=AAAA#?".to_owned()).await;
    app.advance(Span::seconds(2));
    let named = json!({
        "username": "ada&secret=AAAAAAAAAAAAAAAAAAAAAAAA&period=1\u{202e}<svg onload=alert(1)>",
        "displayName": "<img src=x onerror=alert(1)> {{ code }}",
        "custom": { "name": "<script>alert(1)</script>" },
    });
    shop.server(Method::PATCH, "/users/ada", named).await.ok();
    let token = shop.track("ada", "sign-up").await.token;
    let begun = shop.enrol_totp(&token).await.ok();
    let uri = reqwest::Url::parse(begun["uri"].as_str().unwrap()).unwrap();
    let secrets: Vec<_> = uri.query_pairs().filter(|(name, _)| name == "secret").collect();
    assert_eq!((secrets.len(), &*secrets[0].1), (1, begun["secret"].as_str().unwrap()));
    assert_eq!((uri.query_pairs().count(), uri.fragment()), (5, None), "{uri}");
    let (_, picture) = begun["qrCode"].as_str().unwrap().split_once("base64,").unwrap();
    let picture = String::from_utf8(data_encoding::BASE64.decode(picture.as_bytes()).unwrap()).unwrap();
    assert_eq!(picture.matches('<').count(), 4, "{picture}");
    assert!(!picture.contains("script") && !picture.contains("onload"), "{picture}");
    // The app that reads it shows codes that are right.
    let phone = AuthenticatorApp::scan(begun["uri"].as_str().unwrap(), app.countersign.clock());
    verified_one(&shop.answer_totp(&token, &phone.code()).await);

    shop.enrol_email(&grant(shop).await, ADA).await.ok();
    let mail = app.inbox().newest(ADA).expect("a code was sent");
    let html = mail.html.expect("a page");
    assert!(!html.contains("<script") && !html.contains("<img") && html.contains("&lt;script&gt;"), "{html}");
    assert!(!mail.subject.expect("a subject").contains(&mail.code.clone().expect("a code")));
}
