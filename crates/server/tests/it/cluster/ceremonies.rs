//! A ceremony begins on one process and ends on another.

use countersign_testkit::app::{Answer, Engine, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::Two;

on_both_engines!(
    every_ceremony_ends_on_another_process_than_it_began_on,
    of_twenty_answers_spread_over_two_processes_one_wins,
    of_twenty_enrolments_spread_over_two_processes_one_wins,
    of_twenty_backends_that_consume_one_result_one_gets_it,
);

const SECURITY_KEY: &str = "/user-authenticators/security-key";

async fn every_ceremony_ends_on_another_process_than_it_began_on(engine: Engine) {
    let two = Two::on(engine);
    for (user, begin, end) in [("ada", &two.here, &two.there), ("grace", &two.there, &two.here)] {
        let (passkey, key) = (Authenticator::new(), Authenticator::security_key());

        // A passkey is enrolled.
        let token = begin.track(user, "sign-up").await.token;
        let offer = begin.passkey_options(&token).await;
        let made = passkey.create(&offer["options"], &begin.origin).unwrap();
        end.add_passkey(&token, &offer, &made.credential).await.ok();
        assert_eq!(begin.validate(&token).await["isValid"], true);

        // A security key beside it.
        let grant = end.track_with(user, "add-key", json!({ "scope": "add:authenticators" })).await.token;
        let path = format!("{SECURITY_KEY}/registration-options");
        let options = begin.client(Who::Token(&grant), Method::POST, &path, json!({})).await.ok();
        let made = key.create(&options, &begin.origin).unwrap();
        end.client(Who::Token(&grant), Method::POST, SECURITY_KEY, made.credential).await.ok();

        // A sign-in without a token, its three calls on alternating processes.
        let begun = begin.client(Who::Tenant, Method::POST, "/challenge", json!({ "action": "signIn" })).await.ok();
        let named = json!({ "challengeId": begun["challengeId"] });
        let path = "/user-authenticators/passkey/authentication-options";
        let offer = end.client(Who::Tenant, Method::POST, path, named).await.ok();
        let signed_in = begin.answer_passkey(Who::Tenant, &offer, &passkey).await.ok();
        assert_eq!(end.validate(signed_in["accessToken"].as_str().unwrap()).await["isValid"], true);

        // A step-up with either.
        let token = begin.track(user, "withdraw").await.token;
        let offer = begin.assertion_options(Who::Token(&token)).await;
        end.answer_passkey(Who::Token(&token), &offer, &passkey).await.ok();
        assert_eq!(begin.validate(&token).await["state"], "CHALLENGE_SUCCEEDED");

        let token = end.track(user, "withdraw").await.token;
        let path = format!("{SECURITY_KEY}/authentication-options");
        let options = begin.client(Who::Token(&token), Method::POST, &path, json!({})).await.ok();
        let said = key.get(&options, &begin.origin).unwrap();
        end.client(Who::Token(&token), Method::POST, "/verify/security-key", said.credential).await.ok();
        assert_eq!(end.validate(&token).await["state"], "CHALLENGE_SUCCEEDED");
    }
}

async fn of_twenty_answers_spread_over_two_processes_one_wins(engine: Engine) {
    let two = Two::on(engine);
    let key = Authenticator::new();
    two.here.user_with_passkey("ada", &key).await;
    let offer = two.here.assertion_options(Who::Tenant).await;
    let said = key.get(&offer["options"], &two.here.origin).unwrap().credential;
    let answers = twenty(&two, move |tenant| {
        let (offer, said) = (offer.clone(), said.clone());
        async move { tenant.send_assertion(Who::Tenant, &offer, &said).await }
    });
    let answers = answers.await;
    let won: Vec<Value> = answers.into_iter().filter_map(won).collect();
    assert_eq!(won.len(), 1, "{won:?}");
    // The winner's proof stands on both.
    let token = won[0]["accessToken"].as_str().unwrap();
    for tenant in [&two.here, &two.there] {
        assert_eq!(tenant.validate(token).await["isValid"], true);
    }
}

async fn of_twenty_enrolments_spread_over_two_processes_one_wins(engine: Engine) {
    let two = Two::on(engine);
    // All of them would be the first factor, each for an action and with a credential of its own.
    let answers = twenty(&two, |tenant| async move {
        let token = tenant.track("ada", "sign-up").await.token;
        let path = "/user-authenticators/passkey/registration-options";
        let offer = tenant.client(Who::Token(&token), Method::POST, path, json!({})).await;
        if offer.status != 200 {
            return offer;
        }
        let made = Authenticator::new().create(&offer.body["options"], &tenant.origin).unwrap();
        tenant.add_passkey(&token, &offer.body, &made.credential).await
    });
    let won = answers.await.into_iter().filter(|answer| match answer.status {
        200 => true,
        403 => false,
        _ => panic!("{}: {}", answer.status, answer.body),
    });
    assert_eq!(won.count(), 1);
    let listed = two.there.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
}

async fn of_twenty_backends_that_consume_one_result_one_gets_it(engine: Engine) {
    let two = Two::on(engine);
    let token = two.here.track("ada", "sign-up").await.token;
    two.here.enrol_passkey(&token, &Authenticator::new()).await.ok();
    let ask = json!({ "token": token, "consume": true });
    let answers = twenty(&two, move |tenant| {
        let ask = ask.clone();
        async move { tenant.server(Method::POST, "/validate", ask).await }
    });
    let (valid, late): (Vec<Value>, Vec<Value>) =
        answers.await.into_iter().map(Answer::ok).partition(|body| body["isValid"] == true);
    assert_eq!(valid.len(), 1, "{valid:?}");
    assert!(late.iter().all(|body| body["error"] == "already_consumed"), "{late:?}");
}

/// The same call twenty times at once, alternating between the processes.
async fn twenty<F>(two: &Two, call: impl Fn(TestTenant) -> F) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let of = |n: u32| if n.is_multiple_of(2) { two.here.clone() } else { two.there.clone() };
    let calls: Vec<_> = (0..20).map(|n| tokio::spawn(call(of(n)))).collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap());
    }
    answers
}

/// The body of a success; a loser is told that the challenge is used, or that the factor was used meanwhile.
fn won(answer: Answer) -> Option<Value> {
    if answer.status == 200 {
        return Some(answer.ok());
    }
    assert_eq!(answer.status, 400, "{}", answer.body);
    None
}
