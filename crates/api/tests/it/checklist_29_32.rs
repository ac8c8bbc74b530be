//! Security checklist, items 29 to 32: what a challenge is bound to, and where a ceremony may run.

use std::collections::HashSet;

use countersign_domain::clock::Span;
use countersign_domain::tenant::Origin;
use countersign_testkit::app::{ORIGIN, TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use serde_json::json;

use crate::spoiled::{self, assert_none, bytes, factors, refused_at};

const FOREIGN_ORIGINS: [&str; 11] = [
    "https://evil.example",
    "https://www.shop.example",
    "https://shop.example.evil.example",
    "https://shop.example:8443",
    "https://shop.example:443",
    "http://shop.example",
    "https://shop.example.",
    "https://SHOP.example",
    "https://shop.example/",
    "null",
    "",
];

/// Challenge has at least 16 random bytes and is used once.
#[tokio::test]
async fn item_29_challenges_are_random_and_used_once() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let mut seen = HashSet::new();
    for number in 0..1000 {
        let offer = match number % 10 {
            0 => shop.passkey_options(&shop.track(&format!("user-{}", number / 100), "sign-up").await.token).await,
            _ => shop.assertion_options(Who::Tenant).await,
        };
        let challenge = bytes(&offer["options"]["challenge"]);
        assert!(challenge.len() >= 32, "{} bytes", challenge.len());
        // The tail has to be random by itself: the head may name the challenge.
        assert!(seen.insert(challenge[challenge.len() - 16..].to_vec()), "a challenge came twice");
    }

    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let offer = shop.assertion_options(Who::Tenant).await;
    let said = key.get(&offer["options"], ORIGIN).unwrap();
    shop.send_assertion(Who::Tenant, &offer, &said.credential).await.ok();
    let again = shop.send_assertion(Who::Tenant, &offer, &said.credential).await.refused(400, "invalid_request");
    assert!(again["errorDescription"].as_str().unwrap().contains("already used"), "{again}");
    shop.answer_passkey(Who::Tenant, &offer, &key).await.refused(400, "invalid_request");
}

/// Challenge is bound to user, ceremony, RP and tenant.
#[tokio::test]
async fn item_30_challenges_are_bound_to_user_ceremony_and_tenant() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (ada_key, bob_key) = (Authenticator::new(), Authenticator::new());
    shop.user_with_passkey("ada", &ada_key).await;
    shop.user_with_passkey("bob", &bob_key).await;
    // The same key of the same action, so that nothing but the user tells the two apart.
    let same = json!({ "idempotencyKey": "friday" });
    let ada = shop.track_with("ada", "withdraw", same.clone()).await.token;
    let bob = shop.track_with("bob", "withdraw", same).await.token;

    // Of another user: Bob answers Ada's step-up, with his key and with hers.
    let hers = shop.assertion_options(Who::Token(&ada)).await;
    let request = json!({ "challenge": hers["options"]["challenge"], "rpId": "shop.example" });
    for key in [&ada_key, &bob_key] {
        let said = key.get(&request, ORIGIN).unwrap();
        shop.send_assertion(Who::Token(&bob), &hers, &said.credential).await.refused(404, "not_found");
        shop.send_assertion(Who::Tenant, &hers, &said.credential).await.refused(404, "not_found");
    }

    // Of another ceremony: the challenge of a registration for an assertion and the other way round.
    let carol = shop.track("carol", "sign-up").await.token;
    let made_for = shop.passkey_options(&carol).await;
    let request = json!({ "challenge": made_for["options"]["challenge"], "rpId": "shop.example" });
    let said = ada_key.get(&request, ORIGIN).unwrap();
    shop.send_assertion(Who::Token(&carol), &made_for, &said.credential).await.refused(404, "not_found");
    shop.send_assertion(Who::Tenant, &made_for, &said.credential).await.refused(404, "not_found");
    let anyones = shop.assertion_options(Who::Tenant).await;
    let creation = json!({ "challenge": anyones["options"]["challenge"], "rp": { "id": "shop.example" } });
    let made = Authenticator::new().create(&creation, ORIGIN).unwrap();
    shop.add_passkey(&carol, &anyones, &made.credential).await.refused(404, "not_found");
    assert_none(&factors(shop, "carol").await, "the challenge of an assertion");

    // Of another tenant.
    let other = app.another_tenant("other.example").await;
    let said = ada_key.get(&anyones["options"], ORIGIN).unwrap();
    other.send_assertion(Who::Tenant, &anyones, &said.credential).await.refused(404, "not_found");
    let dan = other.track("dan", "sign-up").await.token;
    let made = Authenticator::new().create(&made_for["options"], ORIGIN).unwrap();
    other.add_passkey(&dan, &made_for, &made.credential).await.refused(404, "not_found");
    assert_none(&factors(&other, "dan").await, "the challenge of another tenant");

    // None of this used a challenge up.
    shop.answer_passkey(Who::Token(&ada), &hers, &ada_key).await.ok();
    shop.answer_passkey(Who::Tenant, &anyones, &bob_key).await.ok();
}

/// Challenge ends with its timeout (5–10 min).
#[tokio::test]
async fn item_30_challenges_end_with_their_time() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let sign_up = shop.track("ada", "sign-up").await.token;
    let offer = shop.passkey_options(&sign_up).await;
    assert_eq!(offer["options"]["timeout"], 300_000);
    let made = key.create(&offer["options"], ORIGIN).unwrap();
    app.advance(Span::minutes(5));
    let late = shop.add_passkey(&sign_up, &offer, &made.credential).await.refused(400, "invalid_request");
    assert!(late["errorDescription"].as_str().unwrap().contains("expired"), "{late}");
    assert_none(&factors(shop, "ada").await, "an expired registration");

    let (key, sign_up) = (Authenticator::new(), shop.track("ada", "sign-up").await.token);
    let offer = shop.passkey_options(&sign_up).await;
    app.advance(Span::seconds(290));
    let made = key.create(&offer["options"], ORIGIN).unwrap();
    shop.add_passkey(&sign_up, &offer, &made.credential).await.ok();

    let step_up = shop.track("ada", "withdraw").await.token;
    let offer = shop.assertion_options(Who::Token(&step_up)).await;
    app.advance(Span::minutes(5));
    shop.answer_passkey(Who::Token(&step_up), &offer, &key).await.refused(400, "invalid_request");

    let offer = shop.assertion_options(Who::Tenant).await;
    assert_eq!(offer["options"]["timeout"], 600_000);
    app.advance(Span::seconds(590));
    shop.answer_passkey(Who::Tenant, &offer, &key).await.ok();
    let offer = shop.assertion_options(Who::Tenant).await;
    app.advance(Span::minutes(10));
    shop.answer_passkey(Who::Tenant, &offer, &key).await.refused(400, "invalid_request");
}

/// Origin and RP ID hash are checked exactly; only listed origins pass.
#[tokio::test]
async fn item_31_only_listed_origins_and_our_rp_id_pass() {
    let listed = ["https://app.shop.example:8443", "https://shop.test"];
    let app = TestApp::with(|settings| {
        settings.origins.push(Origin::parse(listed[0]).unwrap());
        settings.related_origins.push(Origin::parse(listed[1]).unwrap());
    })
    .await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    for (number, origin) in FOREIGN_ORIGINS.into_iter().enumerate() {
        let user = format!("user-{number}");
        let answer =
            spoiled::enrol(shop, &user, &Authenticator::new(), |draft| draft.client.set("origin", origin)).await;
        refused_at(answer, "7.1.9", origin);
        assert_none(&factors(shop, &user).await, origin);
        refused_at(spoiled::sign_in(shop, &key, |draft| draft.client.set("origin", origin)).await, "7.2.12", origin);
    }
    for rp_id in ["evil.example", "auth.shop.example", "example", "SHOP.EXAMPLE", "https://shop.example", ""] {
        let answer = spoiled::enrol(shop, "eve", &Authenticator::new(), |draft| draft.data.set_rp_id(rp_id)).await;
        refused_at(answer, "7.1.14", rp_id);
        refused_at(spoiled::sign_in(shop, &key, |draft| draft.data.set_rp_id(rp_id)).await, "7.2.15", rp_id);
    }
    assert_none(&factors(shop, "eve").await, "a foreign RP ID");
    assert_eq!(tries_to_sign_in(shop, &key, &listed).await, [true, true]);
    assert_eq!(shop.sign_in(&key).await.ok()["userId"], "ada");
}

async fn tries_to_sign_in(shop: &TestTenant, key: &Authenticator, origins: &[&'static str]) -> Vec<bool> {
    let mut accepted = Vec::new();
    for origin in origins {
        let answer = spoiled::sign_in(shop, key, |draft| draft.client.set("origin", *origin)).await;
        accepted.push(answer.status == 200);
    }
    accepted
}

/// crossOrigin=true refused unless topOrigin is allowed.
#[tokio::test]
async fn item_32_a_framed_ceremony_needs_a_listed_top_origin() {
    let partner = "https://partner.example";
    for listed in [false, true] {
        let app = TestApp::with(|settings| {
            if listed {
                settings.embedding_origins.push(Origin::parse(partner).unwrap());
            }
        })
        .await;
        let shop = app.tenant();
        let key = Authenticator::new();
        shop.user_with_passkey("ada", &key).await;
        let framed_by = async |top: &'static str| {
            spoiled::sign_in(shop, &key, |draft| {
                draft.client.set("crossOrigin", true);
                draft.client.set("topOrigin", top);
            })
            .await
        };
        if listed {
            framed_by(partner).await.ok();
            refused_at(framed_by("https://evil.example").await, "7.2.14", "a top origin that is not listed");
        } else {
            refused_at(framed_by(partner).await, "7.2.13", "a frame where no list is");
        }
    }
}
