//! Tries and limits are counted together by all processes, and a crash forgets none.

use countersign_domain::clock::Clock;
use countersign_testkit::app::{Engine, TestTenant, Who};
use countersign_testkit::forger::{Authenticator, Tamper};
use http::Method;
use serde_json::{Value, json};

use super::Two;

on_both_engines!(
    item_53_tries_of_a_challenge_hold_over_a_crash_and_over_all_nodes,
    item_53_tries_of_an_action_hold_over_a_crash_and_over_all_nodes,
    item_53_the_limit_of_a_user_holds_over_a_crash_and_over_all_nodes,
);

const OPTIONS: &str = "/user-authenticators/passkey/authentication-options";

/// A step-up to be answered: a token, the offer, a wrong answer and the right one.
struct StepUp {
    token: String,
    offer: Value,
    wrong: Value,
    right: Value,
}

impl StepUp {
    async fn begin(tenant: &TestTenant, token: &str, key: &Authenticator) -> Self {
        let offer = tenant.assertion_options(Who::Token(token)).await;
        let spoilt = key.forge_get(&offer["options"], &tenant.origin, |draft| draft.signature = Tamper::OtherKey);
        let wrong = spoilt.unwrap().credential;
        let right = key.get(&offer["options"], &tenant.origin).unwrap().credential;
        Self { token: token.to_owned(), offer, wrong, right }
    }

    async fn answer_wrongly(&self, tenant: &TestTenant) {
        let answer = tenant.send_assertion(Who::Token(&self.token), &self.offer, &self.wrong).await;
        answer.refused(400, "invalid_credential");
    }
}

/// Half of the tries on one process, which is then killed; the rest alternate between the other one and its successor.
async fn item_53_tries_of_a_challenge_hold_over_a_crash_and_over_all_nodes(engine: Engine) {
    let Two { deployment, one, other, here, there } = Two::on(engine);
    let key = Authenticator::new();
    here.user_with_passkey("ada", &key).await;
    let token = here.track("ada", "withdraw").await.token;
    let step_up = StepUp::begin(&here, &token, &key).await;
    for tenant in [&here, &there] {
        step_up.answer_wrongly(tenant).await;
    }
    one.kill();
    let successor = deployment.start();
    let here = here.at(&successor.url);
    for tenant in [&here, &there, &here] {
        step_up.answer_wrongly(tenant).await;
    }
    // Five are spent: neither process takes the right answer.
    for tenant in [&there, &here] {
        let late = tenant.send_assertion(Who::Token(&token), &step_up.offer, &step_up.right).await;
        let body = late.refused(400, "invalid_request");
        assert!(body["errorDescription"].as_str().unwrap().contains("too often"), "{body}");
    }
    drop(other);
}

async fn item_53_tries_of_an_action_hold_over_a_crash_and_over_all_nodes(engine: Engine) {
    let Two { deployment, one, other, here, there } = Two::on(engine);
    let key = Authenticator::new();
    here.user_with_passkey("ada", &key).await;
    let token = here.track("ada", "withdraw").await.token;
    for _ in 0..2 {
        let step_up = StepUp::begin(&there, &token, &key).await;
        for tenant in [&here, &there] {
            step_up.answer_wrongly(tenant).await;
        }
    }
    one.kill();
    let successor = deployment.start();
    let here = here.at(&successor.url);
    for _ in 0..3 {
        let step_up = StepUp::begin(&here, &token, &key).await;
        for tenant in [&there, &here] {
            step_up.answer_wrongly(tenant).await;
        }
    }
    // Ten in all: the action has failed, and a new challenge buys no new try on either process.
    for tenant in [&here, &there] {
        assert_eq!(tenant.validate(&token).await["state"], "CHALLENGE_FAILED");
        tenant.client(Who::Token(&token), Method::POST, OPTIONS, json!({})).await.refused(400, "invalid_request");
    }
    drop(other);
}

/// 100 options of a user in ten minutes.
async fn item_53_the_limit_of_a_user_holds_over_a_crash_and_over_all_nodes(engine: Engine) {
    let Two { deployment, one, other, here, there } = Two::on(engine);
    here.user_with_passkey("ada", &Authenticator::new()).await;
    let token = here.track("ada", "withdraw").await.token;
    let window = || Clock::default().now().0.div_euclid(600_000);
    let begun = window();
    // The enrolment took one.
    let mut used = 1;
    let ask = async |tenant: &TestTenant| tenant.client(Who::Token(&token), Method::POST, OPTIONS, json!({})).await;
    for n in 0..50 {
        ask(if n % 2 == 0 { &here } else { &there }).await.ok();
        used += 1;
    }
    one.kill();
    let successor = deployment.start();
    let here = here.at(&successor.url);
    // Should a window end meanwhile, the next one has room for a hundred more.
    let refused = loop {
        let answer = ask(if used % 2 == 0 { &here } else { &there }).await;
        if answer.status != 200 || used > 300 {
            break answer;
        }
        used += 1;
    };
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=600).contains(&wait), "{wait}");
    refused.refused(429, "too_many_requests");
    if window() == begun {
        assert_eq!(used, 100);
        for tenant in [&here, &there] {
            assert!(ask(tenant).await.status == 429 || window() != begun);
        }
    }
    drop(other);
}
