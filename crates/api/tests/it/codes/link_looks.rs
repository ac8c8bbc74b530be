//! The page of a link: in whose language it speaks, and in whose colours.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_domain::secret;
use countersign_testkit::app::{LinkPage, TestApp};
use http::Method;
use serde_json::json;

const ADA: &str = "ada@example.com";

/// A link to Ada, whose backend may know her locale.
async fn link_to_ada(app: &TestApp, locale: Option<&str>) -> String {
    let token = app.tenant().track("ada", "sign-up").await.token;
    if let Some(locale) = locale {
        app.tenant().server(Method::PATCH, "/users/ada", json!({ "locale": locale })).await.ok();
    }
    app.tenant().enrol_link(&token, ADA).await.ok();
    app.link_for(ADA)
}

fn speaks(page: &LinkPage, lang: &str, heading: &str) {
    assert_eq!(page.lang(), lang, "{}", page.html);
    assert!(page.html.contains(&format!("<h1>{heading}</h1>")), "{}", page.html);
}

#[tokio::test]
async fn the_users_language_comes_before_the_browsers() {
    let app = TestApp::new().await;
    let link = link_to_ada(&app, Some("de-AT")).await;
    let page = app.open_link_in("fr, en;q=0.5", &link).await;
    speaks(&page, "de", "Sind Sie das?");
    assert!(page.html.contains("gerade eben, um ") && page.html.contains("Ja, das bin ich"), "{}", page.html);
    // What follows is in the language of the page, and so is what is over.
    speaks(&app.press(&page, "yes").await, "de", "Fertig");
    speaks(&app.press(&page, "yes").await, "de", "Dieser Link gilt nicht mehr");
}

#[tokio::test]
async fn who_is_not_known_is_spoken_to_as_the_browser_wishes() {
    let app = TestApp::with(|settings| settings.messages.locale = Some("es".to_owned())).await;
    let link = link_to_ada(&app, None).await;
    for (asked_for, lang, heading) in [
        ("fr;q=0.1, ja", "ja", "ご本人ですか？"),
        ("tlh, fr-CA;q=0.3", "fr", "Est-ce bien vous\u{a0}?"),
        ("en-GB", "en", "Is this you?"),
        ("tlh, *", "es", "¿Eres tú?"),
        ("", "es", "¿Eres tú?"),
    ] {
        speaks(&app.open_link_in(asked_for, &link).await, lang, heading);
    }
    let page = app.open_link_in("ar-EG", &link).await;
    speaks(&page, "ar", "هل هذا أنت؟");
    assert!(
        page.html.contains("<html lang=ar dir=rtl>") && page.html.contains("<bdi>Test shop</bdi>"),
        "{}",
        page.html
    );
    speaks(&app.press(&page, "no").await, "ar", "شكرًا لك");
}

#[tokio::test]
async fn a_page_of_no_user_speaks_as_the_browser_wishes() {
    let app = TestApp::new().await;
    speaks(&app.open_link_in("fr", "none").await, "fr", "Ce lien n’est plus valable");
    speaks(&app.open_link_in("tlh", "none").await, "en", "This link is over");
    let headers = [("accept-language", "es")];
    speaks(&app.send_link_form("answer=perhaps".to_owned(), &headers).await, "es", "No se entendió la solicitud");
    let link = link_to_ada(&app, Some("ja")).await;
    app.db.close().await;
    speaks(&app.open_link_in("de", &link).await, "de", "Das geht gerade nicht");
}

#[tokio::test]
async fn a_language_that_is_none_is_ignored() {
    let app = TestApp::new().await;
    for lang in ["%22%3E%3Cscript%3E", "de%3Cb", "tlh", ""] {
        let said = app.send_link_form(format!("token=x&answer=yes&lang={lang}"), &[]).await;
        speaks(&said, "en", "This link is over");
        assert!(!said.html.contains("script"), "{}", said.html);
    }
}

#[tokio::test]
async fn the_tenants_colours_are_on_the_page_and_the_policy_names_every_style() {
    let theme = r##"{"primary":"#ffd400","background":"#fff7cc","radius":0,"font":"Georgia"}"##;
    let app = TestApp::with(|settings| settings.prompts.theme = serde_json::from_str(theme).unwrap()).await;
    let page = app.open_link(&link_to_ada(&app, None).await).await;
    let done = app.press(&page, "yes").await;
    for page in [&page, &done] {
        let styles = page.styles();
        assert!(styles.len() == 2 && styles[1].contains("--brand:#ffd400;--on-brand:#000;"), "{styles:?}");
        let hashes = styles.iter().map(|style| BASE64_STANDARD.encode(secret::sha256(style.as_bytes())));
        let allowed = hashes.map(|hash| format!("'sha256-{hash}'")).collect::<Vec<_>>().join(" ");
        let policy = page.header("content-security-policy");
        assert!(policy.contains(&format!("style-src {allowed};")) && !policy.contains("unsafe"), "{policy}");
    }
    // A page that belongs to nobody is in ours.
    assert_eq!(app.open_link("none").await.styles().len(), 1);
}
