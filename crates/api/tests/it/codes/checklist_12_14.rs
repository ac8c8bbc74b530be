//! Items 12 to 14 of docs/reference/checklist.md: links by e-mail.

use countersign_testkit::app::{LinkPage, TestApp, TestTenant};
use http::Method;
use serde_json::json;

const ADA: &str = "ada@example.com";

/// A shop with a user who has asked for a link, and the token of the page that asked.
async fn asked() -> (TestApp, TestTenant, String) {
    let app = TestApp::new().await;
    let shop = app.tenant().clone();
    app.user_with_link(&shop, "ada", ADA).await;
    let token = shop.track("ada", "pay").await.token;
    shop.ask_link(&token).await.ok();
    (app, shop, token)
}

async fn is_verified(shop: &TestTenant, token: &str) -> bool {
    shop.poll_link(token).await.ok()["isVerified"] == true
}

fn form(page: &LinkPage, token: &str, answer: &str) -> String {
    format!("token={token}&binding={}&answer={answer}", page.binding())
}

#[tokio::test]
async fn item_12_opening_a_link_spends_nothing_however_and_how_often_it_is_opened() {
    let (app, shop, token) = asked().await;
    let link = app.link_for(ADA);
    for method in [Method::GET, Method::HEAD, Method::GET, Method::HEAD, Method::GET] {
        assert_eq!(app.open_link_by(method, &link).await.status, 200);
    }
    for method in [Method::OPTIONS, Method::PUT, Method::DELETE] {
        assert!(app.open_link_by(method, &link).await.status >= 400);
    }
    // A program that posts to whatever it finds has no page's binding.
    let page = app.open_link(&link).await;
    for body in [
        String::new(),
        format!("token={link}"),
        format!("token={link}&answer=yes"),
        format!("answer=yes&token={link}&binding="),
    ] {
        let said = app.send_link_form(body, &[]).await;
        assert!(matches!(said.status, 400 | 403), "{}", said.status);
    }
    assert!(
        !page.html.contains("<script") && !page.html.contains("src=") && !page.html.contains("http"),
        "{}",
        page.html
    );
    assert!(!is_verified(&shop, &token).await);
    assert_eq!(app.press(&page, "yes").await.status, 200);
    assert!(is_verified(&shop, &token).await);
}

#[tokio::test]
async fn item_12_only_the_pages_own_form_in_the_pages_own_browser_confirms() {
    let (app, shop, token) = asked().await;
    let link = app.link_for(ADA);
    let (page, other) = (app.open_link(&link).await, app.open_link(&link).await);
    let rival = shop.track("ada", "rival").await.token;
    shop.ask_link(&rival).await.ok();
    let rivals = app.open_link(&app.link_for(ADA)).await;
    let cookie = page.cookie();
    assert!(cookie.starts_with("__Host-countersign_link="));
    let set = page.header("set-cookie");
    assert!(["HttpOnly", "SameSite=Strict", "Secure", "Path=/"].iter().all(|word| set.contains(word)), "{set}");
    let own = form(&page, &link, "yes");
    for (what, body, headers) in [
        ("no cookie", own.clone(), vec![]),
        ("another page's cookie", own.clone(), vec![("cookie", other.cookie())]),
        ("an empty cookie", own.clone(), vec![("cookie", "__Host-countersign_link=")]),
        ("the cookie's other name", own.clone(), vec![("cookie", "countersign_link=x")]),
        ("another page's binding", form(&other, &link, "yes"), vec![("cookie", cookie)]),
        ("another link's binding", form(&rivals, &link, "yes"), vec![("cookie", rivals.cookie())]),
        ("from another site", own.clone(), vec![("cookie", cookie), ("sec-fetch-site", "cross-site")]),
        ("from another host of the site", own.clone(), vec![("cookie", cookie), ("sec-fetch-site", "same-site")]),
    ] {
        let said = app.send_link_form(body, &headers).await;
        assert_eq!(said.status, 403, "{what}");
        assert!(said.html.contains("press the button once more"), "{what}");
        assert!(!is_verified(&shop, &token).await, "{what}");
    }
    let no = form(&page, &link, "no");
    assert_eq!(app.send_link_form(no, &[]).await.status, 403, "nor is it stopped");
    let said = app.send_link_form(own, &[("cookie", cookie), ("sec-fetch-site", "same-origin")]).await;
    assert_eq!(said.status, 200);
    assert!(is_verified(&shop, &token).await);
}

#[tokio::test]
async fn item_13_whoever_opens_a_link_is_shown_what_it_would_do_and_who_asked() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_link(shop, "ada", ADA).await;
    let token = shop.track("ada", "send-money").await.token;
    let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
    let ask = shop.raw(Method::POST, "/v1/client/challenge/email-magic-link").bearer_auth(&token);
    shop.send(ask.header("user-agent", agent)).await.ok();
    let page = app.open_link(&app.link_for(ADA)).await;
    for shown in
        ["Test shop", "send money", "a***@example.com", "Chrome on Windows", "127.0.0.1", "just now", "Yes, that is me"]
    {
        assert!(page.html.contains(shown), "{shown}: {}", page.html);
    }
    assert!(!page.html.contains(ADA) && !page.html.contains(&token), "neither the address nor the token of who asked");
    // The confirmation is for the page that asked: this browser gets nothing but words.
    let done = app.press(&page, "yes").await;
    assert_eq!((done.header("location"), done.header("set-cookie")), ("", ""));
    assert!(!done.html.contains("eyJ"), "{}", done.html);
    assert!(is_verified(shop, &token).await);
}

#[tokio::test]
async fn item_13_what_others_wrote_is_shown_as_text() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.change(|name, _| *name = "Ben & <b>Jerry</b>\"'".to_owned()).await;
    let token = shop.track("ada", "sign-up").await.token;
    let ask = shop.raw(Method::POST, "/v1/client/user-authenticators/email-magic-link").bearer_auth(&token);
    let ask =
        ask.header("user-agent", "<script>alert(1)</script> Firefox/1").json(&json!({ "email": "<i>@example.com" }));
    shop.send(ask).await.ok();
    let page = app.open_link(&app.link_for("<i>@example.com")).await;
    assert!(page.html.contains("Ben &amp; &lt;b&gt;Jerry&lt;/b&gt;&quot;&#39;"), "{}", page.html);
    assert!(
        !page.html.contains("<script") && !page.html.contains("<b>") && !page.html.contains("<i>"),
        "{}",
        page.html
    );
    assert!(app.press(&page, "yes").await.html.contains("Ben &amp; &lt;b&gt;"));
}

#[tokio::test]
async fn item_13_the_page_loads_nothing_is_framed_nowhere_and_tells_nobody_where_it_was() {
    let (app, ..) = asked().await;
    let link = app.link_for(ADA);
    let page = app.open_link(&link).await;
    for page in [&page, &app.open_link("x").await, &app.press(&page, "no").await] {
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
        assert_eq!((page.header("referrer-policy"), page.header("cache-control")), ("no-referrer", "no-store"));
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    }
}

#[tokio::test]
async fn item_14_a_link_has_256_random_bits_and_is_stored_nowhere() {
    let (app, shop, token) = asked().await;
    let link = app.link_for(ADA);
    let bytes = countersign_domain::secret::from_base64url(&link).unwrap();
    assert_eq!(bytes.len(), 64);
    shop.ask_link(&token).await.ok();
    let next = app.link_for(ADA);
    let tail = |text: &str| countersign_domain::secret::from_base64url(text).unwrap()[32..].to_vec();
    assert_ne!(tail(&link), tail(&next));
    // What is none of ours, or not quite, is over like any other.
    let mut forged = bytes.clone();
    forged[63] ^= 1;
    let forged = countersign_domain::secret::base64url(&forged);
    for text in ["", "x", &"A".repeat(86), &forged, &link, &format!("{next}A"), "%20", &"A".repeat(8000)] {
        let page = app.open_link(text).await;
        assert_eq!(page.status, 410, "{text}");
        assert!(page.html.contains("This link is over") && page.header("set-cookie").is_empty());
    }
    let stored = app.stored().await;
    for text in [&link, &next] {
        let secret = &tail(text);
        assert!(!stored.windows(text.len()).any(|window| window == text.as_bytes()));
        assert!(!stored.windows(secret.len()).any(|window| window == &secret[..]));
    }
}
