//! Answers that arrive together: of twenty, one counts.

use countersign_domain::clock::Span;
use countersign_testkit::app::{Answer, ORIGIN, TestApp, TestTenant, Who};
use countersign_testkit::forger::{Authenticator, Counter};
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::spoiled::factors;

const TOGETHER: usize = 20;
const ROUNDS: usize = 10;

/// Splits the answers: the bodies of the successes; every other one has to be a refusal with one of these codes.
#[track_caller]
fn successes(answers: Vec<Answer>, refusals: &[(u16, &str)]) -> Vec<Value> {
    let (accepted, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    for answer in refused {
        let found = (answer.status, answer.body["error"].as_str().unwrap_or_default());
        assert!(refusals.contains(&found), "{found:?}: {}", answer.body);
    }
    accepted.into_iter().map(Answer::ok).collect()
}

/// Sends one assertion twenty times at once.
async fn assert_together(shop: &TestTenant, token: Option<&str>, offer: &Value, credential: &Value) -> Vec<Answer> {
    let mut racing = JoinSet::new();
    for _ in 0..TOGETHER {
        let (shop, token) = (shop.clone(), token.map(str::to_owned));
        let (offer, credential) = (offer.clone(), credential.clone());
        racing.spawn(async move {
            let who = token.as_deref().map_or(Who::Tenant, Who::Token);
            shop.send_assertion(who, &offer, &credential).await
        });
    }
    racing.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_equal_assertions_one_signs_in() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new().synced(true);
    shop.user_with_passkey("ada", &key).await;
    for round in 0..ROUNDS {
        let offer = shop.assertion_options(Who::Tenant).await;
        let said = key.get(&offer["options"], ORIGIN).unwrap().credential;
        let answers = assert_together(shop, None, &offer, &said).await;
        let won = successes(answers, &[(400, "invalid_request")]);
        assert_eq!(won.len(), 1, "round {round}");
        assert_eq!(won[0]["userId"], "ada");
    }
    let proved = app.events().await.into_iter().filter(|kind| kind == "action.proved").count();
    assert_eq!(proved, ROUNDS + 1, "one for each sign-in and one for the enrolment");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_equal_assertions_one_steps_up_and_a_replay_does_not() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    // A counter makes the losers lose twice: by the challenge and by the counter that has moved.
    let key = Authenticator::new().counter(Counter::Start(1));
    shop.user_with_passkey("ada", &key).await;
    for round in 0..ROUNDS {
        let token = shop.track("ada", "withdraw").await.token;
        let offer = shop.assertion_options(Who::Token(&token)).await;
        let said = key.get(&offer["options"], ORIGIN).unwrap().credential;
        let answers = assert_together(shop, Some(&token), &offer, &said).await;
        let won = successes(answers, &[(400, "invalid_request")]);
        assert_eq!(won.len(), 1, "round {round}");
        assert_eq!(shop.validate(&token).await["state"], "CHALLENGE_SUCCEEDED", "the losers did not fail the action");
        shop.send_assertion(Who::Token(&token), &offer, &said).await.refused(400, "invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_equal_registrations_one_is_stored() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for round in 0..ROUNDS {
        let user = format!("user-{round}");
        let token = shop.track(&user, "sign-up").await.token;
        let offer = shop.passkey_options(&token).await;
        let key = Authenticator::new();
        let made = key.create(&offer["options"], ORIGIN).unwrap().credential;
        let mut racing = JoinSet::new();
        for _ in 0..TOGETHER {
            let (shop, token, offer, made) = (shop.clone(), token.clone(), offer.clone(), made.clone());
            racing.spawn(async move { shop.add_passkey(&token, &offer, &made).await });
        }
        // Late ones find the user enrolled already, and then the token has no right to add a factor.
        let won = successes(racing.join_all().await, &[(400, "invalid_request"), (403, "insufficient_scope")]);
        assert_eq!(won.len(), 1, "round {round}");
        assert_eq!(factors(shop, &user).await.len(), 1);
        assert_eq!(shop.sign_in(&key).await.ok()["userId"], user);
    }
}

/// Sends a passkey of its own for each token, all at once.
async fn enrol_together(shop: &TestTenant, tokens: &[&str]) -> Vec<Answer> {
    let mut made = Vec::new();
    for token in tokens {
        let offer = shop.passkey_options(token).await;
        let credential = Authenticator::new().create(&offer["options"], ORIGIN).expect("a passkey").credential;
        made.push(((*token).to_owned(), offer, credential));
    }
    let mut racing = JoinSet::new();
    for (token, offer, credential) in made {
        let shop = shop.clone();
        racing.spawn(async move { shop.add_passkey(&token, &offer, &credential).await });
    }
    racing.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_first_enrolments_in_two_actions_one_is_the_first() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for round in 0..ROUNDS {
        let user = format!("user-{round}");
        let (here, there) = (shop.track(&user, "sign-up").await.token, shop.track(&user, "sign-up").await.token);
        let answers = enrol_together(shop, &[&here, &there]).await;
        let won = successes(answers, &[(403, "insufficient_scope")]);
        let held = factors(shop, &user).await;
        assert_eq!((won.len(), held.len()), (1, 1), "round {round}");
        assert_eq!(won[0]["userAuthenticatorId"], held[0]["userAuthenticatorId"]);
    }
}

/// The first enrolment proves the action, so that a second one of the same token may follow it; none may pass beside it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_first_enrolments_with_one_token_only_one_is_the_first() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for round in 0..ROUNDS {
        let user = format!("user-{round}");
        let token = shop.track(&user, "sign-up").await.token;
        app.advance(Span::seconds(1)); // so that events of this round are newer than its first
        let won = successes(enrol_together(shop, &[&token, &token]).await, &[(403, "insufficient_scope")]);
        let held = factors(shop, &user).await;
        assert!(!won.is_empty(), "round {round}: nobody was first");
        assert_eq!(won.len(), held.len(), "round {round}: what was refused was not stored");
        let firsts = held.iter().filter(|factor| factor["isDefault"] == true).count();
        assert_eq!(firsts, 1, "round {round}");
        let since = app.events().await.into_iter().take_while(|kind| kind != "action.tracked");
        let proved = since.filter(|kind| kind == "action.proved").count();
        assert_eq!(proved, 1, "round {round}: the action was proved once, by its first enrolment");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_adds_one_factor_however_many_ask_at_once() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    let scope = json!({ "scope": "add:authenticators" });
    let token = shop.track_with("ada", "add", scope).await.token;
    let won = successes(enrol_together(shop, &[token.as_str(); TOGETHER]).await, &[(403, "insufficient_scope")]);
    assert_eq!((won.len(), factors(shop, "ada").await.len()), (1, 2));
}

/// A backend tracks while another removes the user: each answer is one that its caller can act on, never a bug's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tracking_beside_the_removal_of_the_user_is_no_error_of_ours() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let mut racing = JoinSet::new();
    for n in 0..20 * TOGETHER {
        let shop = shop.clone();
        racing.spawn(async move {
            if n % 2 == 0 {
                shop.server(Method::POST, "/users/ada/actions/withdraw", json!({})).await
            } else {
                shop.server(Method::DELETE, "/users/ada", Value::Null).await
            }
        });
    }
    successes(racing.join_all().await, &[(404, "not_found"), (503, "unavailable")]);
    shop.track("ada", "withdraw").await;
}
