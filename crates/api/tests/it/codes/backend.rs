//! Codes over the Server API: `challenge`, `verify`, `claim`, `challenges` (docs/reference/authsignal.md §5.3).

use countersign_domain::clock::Span;
use countersign_domain::methods::Method as Kind;
use countersign_testkit::app::{TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const ADA: &str = "ada@example.com";
const WRONG: &str = "CODE_INVALID_OR_EXPIRED";

/// A challenge for whoever has this address, and its code.
async fn begun(app: &TestApp, shop: &TestTenant, address: &str) -> (String, String) {
    let before = app.inbox().messages().iter().filter(|mail| mail.to == address).count();
    let id = shop.begin_for(address).await;
    (id, app.code_after(address, before + 1).await)
}

fn token(claimed: &Value) -> &str {
    claimed["token"].as_str().expect("a claim gives a token")
}

#[tokio::test]
async fn somebody_unknown_shows_an_address_and_is_then_named() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let ask = json!({ "verificationMethod": "EMAIL_OTP", "action": "sign-up", "email": ADA, "idempotencyKey": "k",
        "ipAddress": "203.0.113.9", "userAgent": "x", "deviceId": "d", "custom": { "plan": "pro" }, "locale": "mi" });
    let asked = shop.begin(ask).await.ok();
    assert_eq!(asked["idempotencyKey"], "k");
    let life = asked["expiresAt"].as_i64().unwrap() - app.countersign.now().seconds();
    assert!((595..=600).contains(&life), "{life}");
    let id = asked["challengeId"].as_str().unwrap();
    let code = app.code_after(ADA, 1).await;
    shop.claim(id, "ada").await.refused(400, "invalid_request");

    let verified = shop.hand_over(id, &code).await.ok();
    assert_eq!(verified, json!({ "isVerified": true, "email": ADA, "verificationMethod": "EMAIL_OTP" }));
    let claimed = shop.claim(id, "ada").await.ok();
    assert_eq!(claimed["verificationMethod"], "EMAIL_OTP");
    let ask = json!({ "token": token(&claimed), "userId": "ada", "action": "sign-up" });
    let verdict = shop.validate_with(ask).await;
    assert_eq!((&verdict["isValid"], &verdict["state"]), (&json!(true), &json!("CHALLENGE_SUCCEEDED")));
    assert_eq!((&verdict["idempotencyKey"], &verdict["verificationMethod"]), (&json!("k"), &json!("EMAIL_OTP")));
    assert_eq!((&verdict["acr"], &verdict["amr"]), (&json!("aal1"), &json!(["otp", "email"])));

    // The address is the new user's first factor, and works for the next action.
    let held = shop.factors_of("ada").await;
    assert_eq!((held.len(), &held[0]["email"], &held[0]["isDefault"]), (1, &json!(ADA), &json!(true)));
    let action = shop.server(Method::GET, "/users/ada/actions/sign-up/k", Value::Null).await.ok();
    assert_eq!((&action["ipAddress"], &action["userAgent"]), (&json!("203.0.113.9"), &json!("x")));
    let next = shop.track("ada", "pay").await;
    assert_eq!(next.state, "CHALLENGE_REQUIRED");
    shop.ask_email(&next.token).await.ok();
    assert_eq!(shop.answer_email(&next.token, &app.code_for(ADA)).await.ok()["isVerified"], true);
}

#[tokio::test]
async fn a_known_user_gets_the_code_at_their_own_address() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let ask = json!({ "userId": "ada", "action": "pay", "email": "eve@example.com" });
    let asked = shop.begin(ask).await.ok();
    let id = asked["challengeId"].as_str().unwrap();
    let code = app.code_after(ADA, 2).await;
    assert!(app.inbox().newest("eve@example.com").is_none(), "never to another address than the factor's");
    assert_eq!(shop.hand_over(id, &code).await.ok()["email"], ADA);
    let key = asked["idempotencyKey"].as_str().unwrap();
    let path = format!("/users/ada/actions/pay/{key}");
    let state = async || shop.server(Method::GET, &path, Value::Null).await.ok()["state"].clone();
    assert_eq!(state().await, "CHALLENGE_REQUIRED", "until it is claimed");
    shop.claim(id, "ada").await.ok();
    assert_eq!(state().await, "CHALLENGE_SUCCEEDED");
    assert_eq!(shop.factors_of("ada").await.len(), 1);
}

#[tokio::test]
async fn what_is_wrong_late_or_used_proves_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (id, code) = begun(&app, shop, ADA).await;
    let wrong = json!({ "isVerified": false, "failureReason": WRONG });
    assert_eq!(shop.hand_over(&id, &app.wrong_code_for(ADA)).await.ok(), wrong);
    shop.claim(&id, "ada").await.refused(400, "invalid_request");
    app.advance(Span::minutes(10));
    assert_eq!(shop.hand_over(&id, &code).await.ok(), wrong, "late");

    let (id, code) = begun(&app, shop, ADA).await;
    assert_eq!(shop.hand_over(&id, &code).await.ok()["isVerified"], true);
    assert_eq!(shop.hand_over(&id, &code).await.ok(), wrong, "used");
    app.advance(Span::minutes(10));
    shop.claim(&id, "ada").await.refused(400, "invalid_request");
    assert_eq!(shop.factors_of("ada").await.len(), 0);
}

#[tokio::test]
async fn five_tries_then_the_right_code_is_refused_and_nothing_can_be_claimed() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (id, code) = begun(&app, shop, ADA).await;
    for n in 1..=5 {
        let why = if n < 5 { WRONG } else { "MAX_ATTEMPTS_EXCEEDED" };
        let answer = shop.hand_over(&id, &app.wrong_code_for(ADA)).await.ok();
        assert_eq!(answer["failureReason"], why, "try {n}");
    }
    assert_eq!(shop.hand_over(&id, &code).await.ok()["failureReason"], "MAX_ATTEMPTS_EXCEEDED");
    shop.claim(&id, "ada").await.refused(400, "invalid_request");
}

#[tokio::test]
async fn of_twenty_claims_at_once_one_gets_the_token() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (id, code) = begun(&app, shop, ADA).await;
    let mut answers = JoinSet::new();
    for _ in 0..20 {
        let (shop, id, code) = (shop.clone(), id.clone(), code.clone());
        answers.spawn(async move { shop.hand_over(&id, &code).await });
    }
    let right = answers.join_all().await.into_iter().filter(|answer| answer.body["isVerified"] == true).count();
    assert_eq!(right, 1);
    let mut claims = JoinSet::new();
    for n in 0..20 {
        let (shop, id, user) = (shop.clone(), id.clone(), ["ada", "eve"][n % 2]);
        claims.spawn(async move { shop.claim(&id, user).await });
    }
    let claims = claims.join_all().await;
    assert_eq!(claims.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(claims.iter().all(|answer| [200, 400, 404].contains(&answer.status)));
    assert_eq!(shop.factors_of("ada").await.len() + shop.factors_of("eve").await.len(), 1);
}

#[tokio::test]
async fn a_challenge_is_another_tenants_and_another_users_business() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let rival = app.another_tenant("rival.example").await;
    let (id, code) = begun(&app, shop, ADA).await;
    rival.hand_over(&id, &code).await.refused(404, "not_found");
    rival.claim(&id, "ada").await.refused(404, "not_found");
    let open = format!("/challenges?challengeId={id}");
    assert_eq!(rival.server(Method::GET, &open, Value::Null).await.ok(), json!({}));
    rival.begin(json!({ "challengeId": id })).await.refused(404, "not_found");
    for nonsense in ["", "x", "00000000-0000-4000-8000-000000000000"] {
        shop.hand_over(nonsense, &code).await.refused(404, "not_found");
        shop.claim(nonsense, "ada").await.refused(404, "not_found");
    }
    assert_eq!(shop.hand_over(&id, &code).await.ok()["isVerified"], true);

    app.user_with_email(shop, "grace", "grace@example.com").await;
    let asked = shop.begin(json!({ "userId": "grace" })).await.ok();
    let id = asked["challengeId"].as_str().unwrap();
    let code = app.code_after("grace@example.com", 2).await;
    assert_eq!(shop.hand_over(id, &code).await.ok()["isVerified"], true);
    shop.claim(id, "eve").await.refused(404, "not_found");
    shop.claim(id, "grace").await.ok();
}

/// A passkey's challenge and one that waits for an enrolment are none of these calls' business.
#[tokio::test]
async fn challenges_of_other_kinds_are_not_there() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let sign_up = shop.track("ada", "sign-up").await.token;
    shop.enrol_email(&sign_up, ADA).await.ok();
    let open = shop.server(Method::GET, "/challenges?userId=ada", Value::Null).await.ok();
    let id = open["challengeId"].as_str().unwrap();
    shop.hand_over(id, &app.code_for(ADA)).await.refused(404, "not_found");
    let skip = json!({ "challengeId": id, "userId": "ada", "skipVerificationCheck": true });
    shop.server(Method::POST, "/claim", skip).await.refused(404, "not_found");
    let anyone = shop.client(countersign_testkit::app::Who::Tenant, Method::POST, "/challenge", json!({})).await.ok();
    shop.claim(anyone["challengeId"].as_str().unwrap(), "ada").await.refused(404, "not_found");
}

#[tokio::test]
async fn an_enrolled_user_gets_no_further_address_unless_the_backend_says_so() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    let (id, code) = begun(&app, shop, ADA).await;
    assert_eq!(shop.hand_over(&id, &code).await.ok()["isVerified"], true);
    shop.claim(&id, "ada").await.refused(403, "insufficient_scope");
    assert_eq!(shop.factors_of("ada").await.len(), 1);

    let asked = shop.begin(json!({ "email": ADA, "scope": "add:authenticators" })).await.ok();
    let (id, code) = (asked["challengeId"].as_str().unwrap(), app.code_after(ADA, 2).await);
    assert_eq!(shop.hand_over(id, &code).await.ok()["isVerified"], true);
    let claimed = shop.claim(id, "ada").await.ok();
    assert_eq!(shop.validate(token(&claimed)).await["isValid"], true);
    assert_eq!(shop.factors_of("ada").await.len(), 2);
}

#[tokio::test]
async fn a_challenge_can_be_claimed_before_it_is_answered() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (id, code) = begun(&app, shop, ADA).await;
    let skip = json!({ "challengeId": id, "userId": "ada", "skipVerificationCheck": true });
    let claimed = shop.server(Method::POST, "/claim", skip.clone()).await.ok();
    assert_eq!(shop.validate(token(&claimed)).await["isValid"], false, "nothing was shown yet");
    shop.server(Method::POST, "/claim", skip).await.refused(400, "invalid_request");
    assert_eq!(shop.hand_over(&id, &app.wrong_code_for(ADA)).await.ok()["isVerified"], false);
    assert_eq!(shop.validate(token(&claimed)).await["isValid"], false);
    assert_eq!(shop.hand_over(&id, &code).await.ok()["isVerified"], true);
    assert_eq!(shop.validate(token(&claimed)).await["state"], "CHALLENGE_SUCCEEDED");
    assert_eq!(shop.factors_of("ada").await.len(), 1);
}

#[tokio::test]
async fn a_new_code_is_sent_for_an_open_challenge_and_ends_the_one_before() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (id, first) = begun(&app, shop, ADA).await;
    let again = shop.begin(json!({ "challengeId": id })).await.ok();
    assert_eq!(again["challengeId"], json!(id));
    let second = app.code_after(ADA, 2).await;
    if first != second {
        assert_eq!(shop.hand_over(&id, &first).await.ok()["isVerified"], false);
    }
    assert_eq!(shop.hand_over(&id, &second).await.ok()["isVerified"], true);
    shop.begin(json!({ "challengeId": id })).await.refused(400, "invalid_request");
}

#[tokio::test]
async fn the_open_challenge_is_found_by_every_client() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let asked = shop.begin(json!({ "userId": "ada", "action": "pay" })).await.ok();
    let id = asked["challengeId"].as_str().unwrap();
    let open = json!({ "challengeId": id, "expiresAt": asked["expiresAt"], "verificationMethod": "EMAIL_OTP", "email": ADA,
        "action": "pay" });
    let get = async |path: &str| {
        let request = shop.raw(Method::GET, path).basic_auth(&shop.secret, Some(""));
        shop.send(request).await.ok()
    };
    for query in [&*format!("challengeId={id}"), "userId=ada", "userId=ada&action=pay&verificationMethod=EMAIL_OTP"] {
        assert_eq!(get(&format!("/v1/challenges?{query}")).await, open, "{query}");
    }
    // Go says /v1 twice, Java forgets the question mark, .NET and Java post.
    assert_eq!(get(&format!("/v1/v1/challenges?challengeId={id}")).await, open);
    let request = shop.raw(Method::POST, &format!("/v1/challengeschallengeId={id}")).basic_auth(&shop.secret, Some(""));
    assert_eq!(shop.send(request).await.ok(), open);
    assert_eq!(shop.server(Method::POST, "/challenges", json!({ "userId": "ada" })).await.ok(), open);
    for query in ["userId=eve", "userId=ada&action=other", "userId=ada&verificationMethod=PASSKEY", "action=pay", ""] {
        assert_eq!(get(&format!("/v1/challenges?{query}")).await, json!({}), "{query}");
    }
    app.advance(Span::minutes(10));
    assert_eq!(get("/v1/challenges?userId=ada").await, json!({}), "it is over");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for body in [
        json!({}),
        json!({ "verificationMethod": "EMAIL_OTP" }),
        json!({ "verificationMethod": "PASSKEY", "email": ADA }),
        json!({ "verificationMethod": "TELEPATHY", "email": ADA }),
        json!({ "email": "nobody" }),
        json!({ "email": "ada@example.com\r\nBcc: eve@example.com" }),
        json!({ "email": ADA, "action": "no action" }),
        json!({ "email": ADA, "custom": { "deep": {} } }),
        json!({ "email": ADA, "userAgent": "x".repeat(513) }),
        json!({ "email": ADA, "userId": "" }),
    ] {
        shop.begin(body).await.refused(400, "invalid_request");
    }
    let (id, _) = begun(&app, shop, ADA).await;
    for body in [json!({}), json!({ "challengeId": id }), json!({ "challengeId": id, "verificationCode": "" })] {
        shop.server(Method::POST, "/verify", body).await.refused(400, "invalid_request");
    }
    shop.hand_over(&id, &"1".repeat(65)).await.refused(400, "invalid_request");
    let off = TestApp::with(|settings| settings.disabled_methods = vec![Kind::EmailOtp]).await;
    off.tenant().begin(json!({ "email": ADA })).await.refused(400, "invalid_configuration");
}

#[tokio::test]
async fn a_blocked_action_is_not_claimed() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.track_with("ada", "pay", json!({ "idempotencyKey": "k" })).await;
    let state = json!({ "state": "BLOCK" });
    shop.server(Method::PATCH, "/users/ada/actions/pay/k", state).await.ok();
    shop.begin(json!({ "userId": "ada", "action": "pay", "idempotencyKey": "k", "email": ADA }))
        .await
        .refused(403, "insufficient_scope");
    let asked = shop.begin(json!({ "action": "pay", "idempotencyKey": "k", "email": ADA })).await.ok();
    let (id, code) = (asked["challengeId"].as_str().unwrap(), app.code_after(ADA, 1).await);
    assert_eq!(shop.hand_over(id, &code).await.ok()["isVerified"], true);
    shop.claim(id, "ada").await.refused(403, "insufficient_scope");
    assert_eq!(shop.factors_of("ada").await.len(), 0);
}
