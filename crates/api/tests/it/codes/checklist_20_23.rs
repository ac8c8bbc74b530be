//! Items 20 to 23 of docs/reference/checklist.md: recovery codes.

use countersign_testkit::app::{TestApp, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::recovery_codes::{set_of, user_with_codes};

#[tokio::test]
async fn item_20_a_code_has_80_bits_of_which_65_are_not_stored() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let mut codes = Vec::new();
    for n in 0..10 {
        codes.extend(user_with_codes(shop, &format!("user{n}"), &Authenticator::new()).await);
    }
    assert_eq!(codes.len(), 100);
    let mut letters: Vec<char> = codes.iter().flat_map(|code| code.chars()).filter(|c| *c != '-').collect();
    assert_eq!(letters.len(), 1600, "sixteen letters a code");
    letters.sort_unstable();
    letters.dedup();
    // Of 1,600 draws none of 32 letters is missing but once in 10^20 runs.
    assert_eq!(letters.iter().collect::<String>(), "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    assert!(32_f64.powi(16) >= 2_f64.powi(80) && 32_f64.powi(13) >= 2_f64.powi(64));
    let different: std::collections::BTreeSet<_> = codes.iter().collect();
    assert_eq!(different.len(), 100);
}

#[tokio::test]
async fn item_21_codes_are_hashed_slowly_and_never_shown_again() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
    let codes = shop.recovery_codes(&token).await;
    let events = app.countersign.newest_events(&shop.id, 50).await.unwrap();
    let told = [
        shop.client(Who::Token(&token), Method::GET, "/user-authenticators", Value::Null).await.ok(),
        shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok(),
        shop.server(Method::GET, "/users/ada", Value::Null).await.ok(),
        json!(events.iter().map(|event| format!("{event:?}")).collect::<Vec<_>>()),
    ];
    assert_eq!(set_of(shop, "ada").await.unwrap()["recoveryCodesLeft"], 10, "the count is told");
    let stored = app.stored().await;
    let hashes = stored.windows(30).filter(|window| window.starts_with(b"$argon2id$v=19$m=7168,t=5,p=1$"));
    assert!(hashes.count() >= 10, "each is stored as a hash");
    for code in codes {
        let (plain, small) = (code.replace('-', ""), code.replace('-', "").to_lowercase());
        for form in [code, plain, small] {
            assert!(told.iter().all(|told| !told.to_string().contains(&form)), "{form}");
            assert!(!stored.windows(form.len()).any(|window| window == form.as_bytes()), "{form}");
        }
    }
}

#[tokio::test]
async fn item_22_a_used_code_is_dead_and_the_rest_are_counted() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let codes = user_with_codes(shop, "ada", &Authenticator::new()).await;
    for (n, code) in codes[..2].iter().enumerate() {
        let token = shop.track("ada", "pay").await.token;
        assert_eq!(shop.answer_recovery_code(&token, code).await.ok()["isVerified"], true);
        assert_eq!(set_of(shop, "ada").await.unwrap()["recoveryCodesLeft"], 9 - n);
        let again = shop.track("ada", "pay").await.token;
        assert_eq!(shop.answer_recovery_code(&again, code).await.ok()["isVerified"], false);
    }
    let used = app.events().await.iter().filter(|event| *event == "recovery_code.used").count();
    assert_eq!(used, 2);
}

#[tokio::test]
async fn item_22_of_twenty_answers_with_one_code_at_once_one_is_taken() {
    for round in 0..3 {
        let app = TestApp::new().await;
        let shop = app.tenant();
        let codes = user_with_codes(shop, "ada", &Authenticator::new()).await;
        let mut answers = JoinSet::new();
        for n in 0..20 {
            let token = shop.track("ada", &format!("pay-{}", n % 4)).await.token;
            let (shop, code) = (shop.clone(), codes[0].clone());
            answers.spawn(async move { shop.answer_recovery_code(&token, &code).await });
        }
        let answers = answers.join_all().await;
        let right = answers.iter().filter(|answer| answer.status == 200 && answer.body["isVerified"] == true);
        assert_eq!(right.count(), 1, "round {round}");
        assert_eq!(set_of(shop, "ada").await.unwrap()["recoveryCodesLeft"], 9);
    }
}

#[tokio::test]
async fn item_23_a_new_set_makes_the_one_before_worthless() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
    let (old, new) = (shop.recovery_codes(&token).await, shop.recovery_codes(&token).await);
    assert!(old.iter().all(|code| !new.contains(code)));
    let pay = shop.track("ada", "pay").await.token;
    assert_eq!(shop.answer_recovery_code(&pay, &old[0]).await.ok()["isVerified"], false);
    assert_eq!(shop.answer_recovery_code(&pay, &new[0]).await.ok()["isVerified"], true);
    assert_eq!(set_of(shop, "ada").await.unwrap()["recoveryCodesLeft"], 9);
}

#[tokio::test]
async fn item_23_of_sets_made_at_once_the_codes_of_one_serve() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
    let (a, b, c) = tokio::join!(shop.recovery_codes(&token), shop.recovery_codes(&token), shop.recovery_codes(&token));
    let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    assert_eq!(held.as_array().unwrap().len(), 2, "a passkey and one set: {held}");
    let mut serve = 0;
    for codes in [a, b, c] {
        let pay = shop.track("ada", "pay").await.token;
        serve += usize::from(shop.answer_recovery_code(&pay, &codes[0]).await.ok()["isVerified"] == true);
    }
    assert_eq!(serve, 1);
}
