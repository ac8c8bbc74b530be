//! The page of a link when something is wrong: people read it, so it is a page that says what to do.

use std::num::NonZeroU32;

use countersign_api::AddressLimits;
use countersign_db::statements;
use countersign_testkit::app::{LinkPage, TestApp};
use http::Method;

const ADA: &str = "ada@example.com";

statements! {
    SPOIL = "UPDATE challenges SET purpose = $1 WHERE tenant_id = $2";
}

/// It is one of our pages, and of the inside it tells nothing but the request's id.
fn is_a_page(page: &LinkPage, status: u16, heading: &str) {
    assert_eq!((page.status, page.header("content-type")), (status, "text/html; charset=utf-8"), "{}", page.html);
    assert!(page.html.contains(&format!("<h1>{heading}</h1>")), "{}", page.html);
    assert!(page.html.contains(page.header("x-request-id")) && !page.header("x-request-id").is_empty());
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'sha256-"));
    assert_eq!((page.header("cache-control"), page.header("set-cookie")), ("no-store", ""));
    for inside in ["errorCode", "atabase", "SQL", "canary"] {
        assert!(!page.html.contains(inside), "{inside}: {}", page.html);
    }
}

async fn asked() -> (TestApp, LinkPage) {
    let app = TestApp::new().await;
    let token = app.tenant().track("ada", "sign-up").await.token;
    app.tenant().enrol_link(&token, ADA).await.ok();
    let page = app.open_link(&app.link_for(ADA)).await;
    (app, page)
}

#[tokio::test]
async fn without_a_database_a_link_says_when_to_come_back() {
    let (app, page) = asked().await;
    let link = app.link_for(ADA);
    app.db.close().await;
    for answer in [app.open_link(&link).await, app.press(&page, "yes").await, app.press(&page, "no").await] {
        is_a_page(&answer, 503, "This does not work right now");
        assert!(answer.html.contains("open it again") && !answer.html.contains(&link), "{}", answer.html);
        assert!(answer.header("retry-after").parse::<u32>().expect("seconds") >= 1);
    }
    assert_eq!(app.open_link_by(Method::HEAD, &link).await.status, 503);
}

#[tokio::test]
async fn a_fault_of_ours_is_a_page_with_the_id_of_its_request() {
    let (app, page) = asked().await;
    let id = app.tenant().id.clone();
    let spoil = async move |tx: &mut countersign_db::Tx<'_>| tx.run(&SPOIL, &[&"canary", &id]).await;
    let spoiled: Result<u64, countersign_db::Error> = app.db.write(spoil).await;
    assert_eq!(spoiled.expect("the row is there"), 1);
    is_a_page(&app.press(&page, "yes").await, 500, "This does not work right now");
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let few = NonZeroU32::new(1).expect("not zero");
    let limits = AddressLimits { requests_per_second: few, strangers_per_second: few };
    let app = TestApp::with_limits(limits, |_| {}).await;
    let mut page = app.open_link("x").await;
    for _ in 0..100 {
        if page.status == 429 {
            break;
        }
        page = app.open_link("x").await;
    }
    is_a_page(&page, 429, "Too many requests from your network");
    assert!(page.header("retry-after").parse::<u32>().expect("seconds") >= 1);
}

#[tokio::test]
async fn what_no_browser_sends_is_told_what_to_do() {
    let (app, _) = asked().await;
    let link = app.link_for(ADA);
    for body in ["", "answer=maybe", "answer"] {
        is_a_page(&app.send_link_form(body.to_owned(), &[]).await, 400, "This was not understood");
    }
    is_a_page(&app.send_link_form("a".repeat(300_000), &[]).await, 413, "This was not understood");
    is_a_page(&app.open_link_by(Method::DELETE, &link).await, 405, "This was not understood");
    is_a_page(&app.open_link(&"A".repeat(20_000)).await, 414, "There is no such page");
    assert_eq!(app.open_link(&link).await.status, 200, "and the link is as it was");
}
