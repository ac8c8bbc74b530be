//! What happens between asking for a code and its answer: the same address by another way, another door, a factor that goes.

use countersign_domain::methods::Method as Kind;
use countersign_testkit::app::{TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const ADA: &str = "ada@example.com";

async fn grant(shop: &TestTenant) -> String {
    shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await.token
}

#[tokio::test]
async fn an_address_that_is_enrolled_in_several_actions_at_once_becomes_one_factor() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    let mut asked = Vec::new();
    for written in [ADA, "Ada@example.com", ADA, "ada@EXAMPLE.com", ADA] {
        let token = grant(shop).await;
        shop.enrol_email(&token, written).await.ok();
        asked.push((token, app.code_for(written)));
    }
    let mut answers = JoinSet::new();
    for (token, code) in asked {
        let shop = shop.clone();
        answers.spawn(async move { shop.answer_email(&token, &code).await });
    }
    let (taken, refused): (Vec<_>, Vec<_>) = answers.join_all().await.into_iter().partition(|one| one.status == 200);
    assert_eq!(taken.len(), 1, "{taken:?}");
    for answer in refused {
        answer.refused(400, "invalid_request");
    }
    assert_eq!(shop.factors_of("ada").await.len(), 2, "the passkey and the address");
    shop.enrol_email(&grant(shop).await, "ADA@example.com").await.refused(400, "invalid_request");
}

/// The backend's challenge is the one of the action, so a page's answer reaches it. There is no factor that it could prove with.
#[tokio::test]
async fn a_page_answers_no_challenge_that_a_backend_began_for_an_address_that_is_no_factor() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let wrong = json!({ "isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED" });
    let tracked = shop.track_with("ada", "pay", json!({ "idempotencyKey": "k" })).await;
    let mut ask = json!({ "userId": "ada", "action": "pay", "idempotencyKey": "k", "verificationMethod": "EMAIL_OTP" });
    shop.begin(ask.clone()).await.ok();
    assert_eq!(shop.answer_email(&tracked.token, "123456").await.ok(), wrong, "a code that went nowhere");

    ask["email"] = json!(ADA);
    let begun = shop.begin(ask).await.ok();
    let code = app.code_after(ADA, 1).await;
    assert_eq!(shop.answer_email(&tracked.token, &code).await.ok(), wrong, "a code to an address of nobody's");
    assert_eq!(shop.validate(&tracked.token).await["isValid"], false);
    let id = begun["challengeId"].as_str().unwrap();
    assert_eq!(shop.hand_over(id, &code).await.ok()["isVerified"], true, "its own door takes it still");
}

#[tokio::test]
async fn a_claim_brings_no_factor_back_that_was_removed_after_the_answer() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let begun = shop.begin(json!({ "userId": "ada" })).await.ok();
    let id = begun["challengeId"].as_str().unwrap();
    let code = app.code_after(ADA, 2).await;
    assert_eq!(shop.hand_over(id, &code).await.ok()["isVerified"], true);
    let held = shop.factors_of("ada").await;
    let path = format!("/users/ada/authenticators/{}", held[0]["userAuthenticatorId"].as_str().unwrap());
    shop.server(Method::DELETE, &path, Value::Null).await.ok();
    shop.claim(id, "ada").await.refused(403, "insufficient_scope");
    assert_eq!(shop.factors_of("ada").await, Vec::<Value>::new());
}

/// Switches methods of the test tenant off, these and no others.
async fn switch_off(app: &TestApp, methods: Vec<Kind>) {
    app.change(move |_, settings| settings.disabled_methods.clone_from(&methods)).await;
}

#[tokio::test]
async fn a_method_that_is_switched_off_takes_no_answer_to_what_it_had_sent() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let sign_up = shop.track("ada", "sign-up").await.token;
    shop.enrol_email(&sign_up, ADA).await.ok();
    let by_link = shop.track("grace", "sign-up").await.token;
    shop.enrol_link(&by_link, "grace@example.com").await.ok();
    let page = app.open_link(&app.link_for("grace@example.com")).await;
    let id = shop.begin_for("alan@example.com").await;
    let typed = app.code_after("alan@example.com", 1).await;

    switch_off(&app, vec![Kind::EmailOtp, Kind::EmailMagicLink]).await;
    shop.answer_email(&sign_up, &app.code_for(ADA)).await.refused(400, "invalid_configuration");
    shop.hand_over(&id, &typed).await.refused(400, "invalid_configuration");
    assert_eq!(app.press(&page, "yes").await.status, 410);
    shop.poll_link(&by_link).await.refused(400, "invalid_configuration");
    for user in ["ada", "grace"] {
        assert_eq!(shop.factors_of(user).await, Vec::<Value>::new());
    }

    switch_off(&app, Vec::new()).await;
    assert_eq!(shop.answer_email(&sign_up, &app.code_for(ADA)).await.ok()["isVerified"], true, "nothing was used up");
    assert_eq!(shop.hand_over(id.as_str(), &typed).await.ok()["isVerified"], true);
    assert_eq!(app.press(&page, "yes").await.status, 200);
}

#[tokio::test]
async fn codes_and_links_that_were_sent_are_answered_after_the_key_was_rotated() {
    let mut app = TestApp::new().await;
    let shop = app.tenant().clone();
    let sign_up = shop.track("ada", "sign-up").await.token;
    shop.enrol_email(&sign_up, ADA).await.ok();
    let by_link = shop.track("grace", "sign-up").await.token;
    shop.enrol_link(&by_link, "grace@example.com").await.ok();
    let id = shop.begin_for("alan@example.com").await;
    let typed = app.code_after("alan@example.com", 1).await;
    let opened = app.open_link(&app.link_for("grace@example.com")).await;

    app.rotate_key().await;
    let shop = app.tenant().clone();
    assert_eq!(shop.answer_email(&sign_up, &app.code_for(ADA)).await.ok()["isVerified"], true);
    assert_eq!(shop.hand_over(&id, &typed).await.ok()["isVerified"], true);
    assert_eq!(app.press(&opened, "yes").await.status, 200, "a page that was open, too");
    assert_eq!(shop.poll_link(&by_link).await.ok()["isVerified"], true);
}
