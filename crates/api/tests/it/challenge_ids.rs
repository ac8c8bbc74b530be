//! Which challenge an answer belongs to, and what may go wrong with its id.

use countersign_domain::clock::Span;
use countersign_domain::id::ChallengeId;
use countersign_testkit::app::{Answer, ORIGIN, TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use crate::spoiled::{self, assert_none, factors};

async fn verify(shop: &TestTenant, who: Who<'_>, challenge: Value, credential: &Value) -> Answer {
    let mut body = json!({ "authenticationCredential": credential });
    if challenge != json!({}) {
        body["challengeId"] = challenge;
    }
    shop.client(who, Method::POST, "/verify/passkey", body).await
}

#[tokio::test]
async fn an_assertion_has_to_name_a_challenge_that_is_there() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let token = shop.track("ada", "withdraw").await.token;
    for who in [Who::Token(&token), Who::Tenant] {
        let offer = shop.assertion_options(who).await;
        let said = key.get(&offer["options"], ORIGIN).unwrap().credential;
        for missing in [json!({}), json!(null), json!(7), json!([]), json!(true)] {
            verify(shop, who, missing, &said).await.refused(400, "invalid_request");
        }
        let unknown = json!(ChallengeId::random().to_string());
        for unknown in [unknown, json!(""), json!("none"), json!("'; DROP TABLE challenges"), json!("\u{0}")] {
            verify(shop, who, unknown, &said).await.refused(404, "not_found");
        }
        verify(shop, who, offer["challengeId"].clone(), &said).await.ok();
    }
}

#[tokio::test]
async fn a_registration_is_found_by_its_client_data_where_no_id_is_sent() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let add =
        async |body: Value| shop.client(Who::Token(&token), Method::POST, "/user-authenticators/passkey", body).await;
    let offer = shop.passkey_options(&token).await;
    let key = Authenticator::new();
    let made = key.create(&offer["options"], ORIGIN).unwrap().credential;
    for wrong in [json!(ChallengeId::random().to_string()), json!("none"), json!("")] {
        add(json!({ "registrationCredential": made, "challengeId": wrong })).await.refused(404, "not_found");
    }
    for foreign in [vec![7; 16], vec![7; 48], vec![7; 15], vec![]] {
        let invented =
            Authenticator::new().forge_create(&offer["options"], ORIGIN, |draft| draft.client.set_challenge(&foreign));
        let invented = invented.unwrap().credential;
        add(json!({ "registrationCredential": invented })).await.refused(404, "not_found");
        // Named rightly, but signed over another challenge.
        let named = json!({ "registrationCredential": invented, "challengeId": offer["challengeId"] });
        add(named).await.refused(400, "invalid_request");
    }
    assert_none(&factors(shop, "ada").await, "a challenge that is not there");

    add(json!({ "registrationCredential": made, "challengeId": null })).await.ok();
    assert_eq!(shop.sign_in(&key).await.ok()["userId"], "ada");
}

#[tokio::test]
async fn a_challenge_of_another_action_or_method_is_not_there() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (passkey, roaming) = (Authenticator::new(), Authenticator::security_key());
    let token = shop.track("ada", "sign-up").await.token;
    let token = shop.enrol_passkey(&token, &passkey).await.ok()["accessToken"].as_str().unwrap().to_owned();
    shop.enrol_security_key(&token, &roaming).await.ok();

    let withdraw = shop.track("ada", "withdraw").await.token;
    let transfer = shop.track("ada", "transfer").await.token;
    let second_withdraw = shop.track("ada", "withdraw").await.token;
    let offer = shop.assertion_options(Who::Token(&withdraw)).await;
    let said = passkey.get(&offer["options"], ORIGIN).unwrap().credential;
    for other in [&transfer, &second_withdraw, &token] {
        shop.send_assertion(Who::Token(other), &offer, &said).await.refused(404, "not_found");
    }
    spoiled::answer_security_key(shop, &withdraw, &said).await.refused(404, "not_found");
    let options = spoiled::security_key_request(shop, &withdraw).await;
    let said_by_key = roaming.get(&options, ORIGIN).unwrap().credential;
    let id = uuid_at_the_head_of(&options["challenge"]);
    verify(shop, Who::Token(&withdraw), json!(id), &said_by_key).await.refused(404, "not_found");
    for token in [&transfer, &second_withdraw] {
        assert_eq!(shop.validate(token).await["isValid"], false);
    }
    shop.send_assertion(Who::Token(&withdraw), &offer, &said).await.ok();
}

/// The id that a challenge's first sixteen bytes hold.
fn uuid_at_the_head_of(challenge: &Value) -> String {
    let hex: Vec<String> = spoiled::bytes(challenge).iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..4], &hex[4..6], &hex[6..8], &hex[8..10], &hex[10..16]].map(<[String]>::concat).join("-")
}

#[tokio::test]
async fn a_challenge_of_ones_own_answers_only_for_itself() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let token = shop.track("ada", "withdraw").await.token;
    // One for anyone has no row before its answer, so nobody knows that `two` was given out.
    for (who, refusal) in [(Who::Token(&token), (400, "invalid_request")), (Who::Tenant, (404, "not_found"))] {
        let (one, two) = (shop.assertion_options(who).await, shop.assertion_options(who).await);
        let said = key.get(&one["options"], ORIGIN).unwrap().credential;
        verify(shop, who, two["challengeId"].clone(), &said).await.refused(refusal.0, refusal.1);
        verify(shop, who, one["challengeId"].clone(), &said).await.ok();
    }

    // What a token began is not for anyone, and what anyone began is not the token's.
    let with_token = shop.assertion_options(Who::Token(&token)).await;
    let said = key.get(&with_token["options"], ORIGIN).unwrap().credential;
    shop.send_assertion(Who::Tenant, &with_token, &said).await.refused(404, "not_found");
    let without = shop.assertion_options(Who::Tenant).await;
    let said = key.get(&without["options"], ORIGIN).unwrap().credential;
    shop.send_assertion(Who::Token(&token), &without, &said).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_used_or_late_challenge_of_somebody_else_is_not_there_either() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (ada_key, bob_key) = (Authenticator::new(), Authenticator::new());
    shop.user_with_passkey("ada", &ada_key).await;
    shop.user_with_passkey("bob", &bob_key).await;
    let ada = shop.track("ada", "withdraw").await.token;
    let used = shop.assertion_options(Who::Token(&ada)).await;
    let said = ada_key.get(&used["options"], ORIGIN).unwrap().credential;
    shop.send_assertion(Who::Token(&ada), &used, &said).await.ok();
    let late = shop.assertion_options(Who::Token(&ada)).await;
    app.advance(Span::minutes(6));
    let bob = shop.track("bob", "withdraw").await.token;
    for offer in [&used, &late] {
        let said = ada_key.get(&offer["options"], ORIGIN).unwrap().credential;
        shop.send_assertion(Who::Token(&bob), offer, &said).await.refused(404, "not_found");
        shop.send_assertion(Who::Token(&ada), offer, &said).await.refused(400, "invalid_request");
    }
}

#[tokio::test]
async fn a_challenge_takes_five_wrong_answers_and_no_right_one_after() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let offer = shop.assertion_options(Who::Tenant).await;
    for _ in 0..5 {
        let said = key.forge_get(&offer["options"], ORIGIN, |draft| draft.data.flags.uv = false).unwrap();
        shop.send_assertion(Who::Tenant, &offer, &said.credential).await.refused(400, "invalid_request");
    }
    let refused = shop.answer_passkey(Who::Tenant, &offer, &key).await.refused(400, "invalid_request");
    assert!(refused["errorDescription"].as_str().unwrap().contains("too often"), "{refused}");
    assert_eq!(shop.sign_in(&key).await.ok()["userId"], "ada", "a new challenge is a new chance");
}

#[tokio::test]
async fn options_are_given_only_for_a_challenge_that_awaits_an_answer() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let options = async |id: &Value| {
        let path = "/user-authenticators/passkey/authentication-options";
        shop.client(Who::Tenant, Method::POST, path, json!({ "challengeId": id })).await
    };
    let new_id = async |shop: &TestTenant| {
        let body = json!({ "action": "signIn" });
        shop.client(Who::Tenant, Method::POST, "/challenge", body).await.ok()["challengeId"].clone()
    };
    for malformed in [json!(7), json!([]), json!({})] {
        options(&malformed).await.refused(400, "invalid_request");
    }
    let token = shop.track("ada", "withdraw").await.token;
    let with_token = shop.assertion_options(Who::Token(&token)).await["challengeId"].clone();
    let foreign = new_id(&app.another_tenant("other.example").await).await;
    for unknown in [json!("none"), json!(ChallengeId::random().to_string()), with_token, foreign] {
        options(&unknown).await.refused(404, "not_found");
    }

    // Asked twice, the later options count.
    let begun = new_id(shop).await;
    let (first, second) = (options(&begun).await.ok(), options(&begun).await.ok());
    shop.answer_passkey(Who::Tenant, &first, &key).await.refused(400, "invalid_request");
    shop.answer_passkey(Who::Tenant, &second, &key).await.ok();
    let used = options(&begun).await.refused(400, "invalid_request");
    assert!(used["errorDescription"].as_str().unwrap().contains("already used"), "{used}");

    // A browser is told what is left of the time, and nothing brings it back.
    let begun = new_id(shop).await;
    app.advance(Span::minutes(4));
    let timeout = options(&begun).await.ok()["options"]["timeout"].as_i64().unwrap();
    assert!((340_000..=360_000).contains(&timeout), "{timeout} ms of ten minutes less four");
    app.advance(Span::minutes(6));
    let late = options(&begun).await.refused(400, "invalid_request");
    assert!(late["errorDescription"].as_str().unwrap().contains("expired"), "{late}");
}
