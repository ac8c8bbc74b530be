//! Ceremonies in frames (decisions §5, *Frames*): our own UI may be framed by the tenant's pages, any other page only by
//! the embedding list.

use countersign_domain::tenant::Origin;
use countersign_testkit::app::{Answer, ORIGIN, TestApp, TestTenant};
use countersign_testkit::forger::{Authenticator, ClientData};
use serde_json::{Value, json};

use crate::spoiled::{self, assert_none, factors, refused_at};

const UI: &str = "https://auth.shop.example";
const PARTNER: &str = "https://partner.example";

/// Writes where the ceremony ran: the page's origin, and `crossOrigin` and `topOrigin` where there are any.
fn place(client: &mut ClientData, origin: &str, cross_origin: &Value, top: Option<&str>) {
    client.set("origin", origin);
    client.set("crossOrigin", cross_origin.clone());
    if let Some(top) = top {
        client.set("topOrigin", top);
    }
}

async fn framed(shop: &TestTenant, key: &Authenticator, origin: &str, top: Option<&str>) -> Answer {
    spoiled::sign_in(shop, key, |draft| place(&mut draft.client, origin, &json!(true), top)).await
}

#[tokio::test]
async fn our_own_ui_runs_in_a_frame_of_the_tenants_pages() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let answer =
        spoiled::enrol(shop, "ada", &key, |draft| place(&mut draft.client, UI, &json!(true), Some(ORIGIN))).await;
    assert_eq!(answer.ok()["userId"], "ada");
    framed(shop, &key, UI, Some(ORIGIN)).await.ok();
    // Browsers that do not send topOrigin: frame-ancestors has already said who may frame the UI.
    framed(shop, &key, UI, None).await.ok();
    spoiled::sign_in(shop, &key, |draft| place(&mut draft.client, UI, &json!(false), None)).await.ok();

    for foreign in
        [PARTNER, "https://evil.shop.example", "https://shop.example:8443", "http://shop.example", UI, "null", ""]
    {
        refused_at(framed(shop, &key, UI, Some(foreign)).await, "7.2.14", foreign);
    }
    let answer = spoiled::enrol(shop, "eve", &Authenticator::new(), |draft| {
        place(&mut draft.client, UI, &json!(true), Some(PARTNER));
    })
    .await;
    refused_at(answer, "7.1.11", "the UI in a stranger's frame");
    assert_none(&factors(shop, "eve").await, "a stranger's frame");
}

#[tokio::test]
async fn a_page_of_the_tenant_runs_in_no_frame_unless_there_is_a_list() {
    let app = TestApp::with(|settings| settings.origins.push(Origin::parse("https://app.shop.example").unwrap())).await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    for top in [Some("https://app.shop.example"), Some(UI), Some(ORIGIN), Some(PARTNER), None] {
        refused_at(framed(shop, &key, ORIGIN, top).await, "7.2.13", "a frame where no list is");
        let answer = spoiled::enrol(shop, "eve", &Authenticator::new(), |draft| {
            place(&mut draft.client, ORIGIN, &json!(true), top);
        })
        .await;
        refused_at(answer, "7.1.10", "a frame where no list is");
    }
    // A top origin that does not call itself framed is a top origin all the same.
    let answer = spoiled::sign_in(shop, &key, |draft| place(&mut draft.client, ORIGIN, &json!(false), Some(PARTNER)));
    refused_at(answer.await, "7.2.14", "topOrigin with crossOrigin false");
    assert_none(&factors(shop, "eve").await, "a frame");
    assert_eq!(shop.sign_in(&key).await.ok()["userId"], "ada");
}

#[tokio::test]
async fn the_embedding_list_lets_pages_be_framed_by_whom_it_names() {
    let app = TestApp::with(|settings| settings.embedding_origins.push(Origin::parse(PARTNER).unwrap())).await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let answer =
        spoiled::enrol(shop, "ada", &key, |draft| place(&mut draft.client, ORIGIN, &json!(true), Some(PARTNER)));
    answer.await.ok();
    framed(shop, &key, ORIGIN, Some(PARTNER)).await.ok();

    for foreign in ["https://www.partner.example", "https://partner.example.", ORIGIN, "https://evil.example"] {
        refused_at(framed(shop, &key, ORIGIN, Some(foreign)).await, "7.2.14", foreign);
    }
    framed(shop, &key, ORIGIN, None).await.refused(400, "invalid_request");
    let other = Authenticator::new();
    let unsaid = spoiled::enrol(shop, "eve", &other, |draft| {
        place(&mut draft.client, ORIGIN, &json!(true), None);
    });
    unsaid.await.refused(400, "invalid_request");
    assert_none(&factors(shop, "eve").await, "a frame that nobody named");
    // The list is of tops, not of pages that run ceremonies, and it says nothing of our UI.
    refused_at(framed(shop, &key, PARTNER, Some(PARTNER)).await, "7.2.12", "the partner's own page");
    refused_at(framed(shop, &key, UI, Some(PARTNER)).await, "7.2.14", "the UI in the partner's frame");
}

#[tokio::test]
async fn a_security_key_is_held_to_the_same_frames() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::security_key();
    let other = Authenticator::security_key();
    let stray = spoiled::enrol_security_key(shop, "ada", &other, |draft| {
        place(&mut draft.client, ORIGIN, &json!(true), Some(PARTNER));
    });
    refused_at(stray.await, "7.1.10", "a framed page");
    assert_none(&factors(shop, "ada").await, "a framed page");
    let ours = spoiled::enrol_security_key(shop, "ada", &key, |draft| {
        place(&mut draft.client, UI, &json!(true), Some(ORIGIN));
    });
    ours.await.ok();
    let stray = spoiled::step_up(shop, "ada", &key, |draft| place(&mut draft.client, ORIGIN, &json!(true), None));
    refused_at(stray.await, "7.2.13", "a framed page");
    spoiled::step_up(shop, "ada", &key, |draft| place(&mut draft.client, UI, &json!(true), None)).await.ok();
}

#[tokio::test]
async fn a_custom_domain_takes_the_place_of_the_public_one() {
    let app = TestApp::with(|settings| settings.custom_domain = Some("login.shop.example".to_owned())).await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    framed(shop, &key, "https://login.shop.example", Some(ORIGIN)).await.ok();
    refused_at(framed(shop, &key, UI, Some(ORIGIN)).await, "7.2.12", "the public origin is another tenant's UI");
}

#[tokio::test]
async fn members_that_are_no_frame_at_all_are_refused() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    for odd in [json!("true"), json!(1), json!([true]), json!({})] {
        let answer = spoiled::sign_in(shop, &key, |draft| place(&mut draft.client, ORIGIN, &odd, None)).await;
        refused_at(answer, "7.2.9", &odd.to_string());
    }
    for odd in [json!(7), json!([ORIGIN]), json!({})] {
        let answer = spoiled::sign_in(shop, &key, |draft| draft.client.set("topOrigin", odd.clone())).await;
        refused_at(answer, "7.2.9", &odd.to_string());
    }
    // Absent and null say that there is no frame.
    spoiled::sign_in(shop, &key, |draft| draft.client.remove("crossOrigin")).await.ok();
    spoiled::sign_in(shop, &key, |draft| draft.client.set("crossOrigin", Value::Null)).await.ok();
}
