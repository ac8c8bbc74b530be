//! Verified addresses: the mail, its link, and whose an address is.

use countersign_domain::clock::Span;
use countersign_domain::secret;
use countersign_testkit::app::{TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::access;

/// The value of a member of a place's query.
fn member(place: &str, name: &str) -> Option<String> {
    let query = place.split_once('?')?.1.split('#').next()?;
    query.split('&').find_map(|pair| Some(pair.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
}

async fn link_to(app: &TestApp, email: &str, count: usize) -> String {
    app.inbox().wait_for(email, count).await.expect("a mail comes").link.expect("with a link")
}

async fn signed_in(shop: &TestTenant, place: &str) -> Value {
    let token = member(place, "refreshToken").unwrap_or_else(|| panic!("{place}"));
    shop.auth_post("/token", json!({ "refreshToken": token })).await.session()
}

#[tokio::test]
async fn a_link_verifies_the_address_and_signs_in() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::security_key();
    let options = json!({ "redirectTo": "https://shop.example/welcome?a=1#top", "locale": "de" });
    let answer = shop.sign_up_key_with("ada@example.com", &key, options, json!({})).await;
    assert_eq!(answer.ok(), json!({}));
    let mail = app.inbox().wait_for("ada@example.com", 1).await.unwrap();
    assert_eq!(mail.kind, "verifyEmail");
    assert!(mail.text.contains("72 Stunden"), "{}", mail.text);
    let link = mail.link.unwrap();
    let begin = format!(
        "https://auth.shop.example/t/{}/auth/v1/verify?redirectTo=https%3A%2F%2Fshop.example%2Fwelcome",
        shop.id
    );
    assert!(link.starts_with(&begin) && link.ends_with("&type=emailVerify"), "{link}");
    assert!(link.contains("&ticket=verifyEmail%3A"), "{link}");

    let (status, place) = shop.open_link(&link).await;
    assert_eq!(status, 302);
    assert!(
        place.starts_with("https://shop.example/welcome?a=1&refreshToken=") && place.ends_with("&type=verifyEmail#top"),
        "{place}"
    );
    let session = signed_in(shop, &place).await;
    assert_eq!(
        (&session["user"]["email"], &session["user"]["emailVerified"]),
        (&json!("ada@example.com"), &json!(true))
    );
    shop.sign_in_key(Some("ada@example.com"), &key).await.session();
    shop.add_key(access(&session), &Authenticator::new(), None).await.ok();

    let (status, place) = shop.open_link(&link).await;
    assert_eq!((status, member(&place, "error").as_deref()), (302, Some("invalid-ticket")), "used: {place}");
    assert_eq!(member(&place, "errorDescription").as_deref(), Some("Invalid+ticket"));
    assert!(member(&place, "refreshToken").is_none());
}

#[tokio::test]
async fn until_then_nobody_is_let_in() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.sign_up_key("ada@example.com", &key).await.ok();
    shop.sign_in_key(None, &key).await.declined(401, "unverified-user");
    let offer = shop.sign_in_offer(Some("ada@example.com")).await;
    assert!(key.get(&offer, &shop.origin).is_err(), "an address that is nobody's has no keys: {offer}");
}

#[tokio::test]
async fn programs_that_look_at_links_use_none_up() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.sign_up_key("ada@example.com", &Authenticator::new()).await.ok();
    let link = link_to(&app, "ada@example.com", 1).await;
    let path = &link[link.find("/t/").unwrap()..];
    let looked = shop.send(shop.raw(Method::HEAD, path)).await;
    assert_eq!(looked.status, 204);
    assert!(member(&shop.open_link(&link).await.1, "refreshToken").is_some());
}

#[tokio::test]
async fn a_link_leads_nowhere_that_the_tenant_does_not_name() {
    let app = TestApp::with(|settings| {
        settings.client_url = Some("https://shop.example/app".to_owned());
        settings.accounts.redirect_urls = vec!["https://docs.shop.example/".to_owned()];
    })
    .await;
    let shop = app.tenant();
    shop.sign_up_key("ada@example.com", &Authenticator::new()).await.ok();
    let link = link_to(&app, "ada@example.com", 1).await;
    let ticket = member(&link, "ticket").unwrap();
    let verify = |target: &str| {
        let target =
            target.replace('%', "%25").replace(':', "%3A").replace('/', "%2F").replace('\\', "%5C").replace('@', "%40");
        format!("/t/{}/auth/v1/verify?redirectTo={target}&ticket={ticket}", shop.id)
    };
    for target in [
        "https://evil.example",
        "https://shop.example/",
        "https://shop.example/app/../x",
        "https://shop.example@evil.example/app",
        "//evil.example",
        "javascript:alert(1)",
    ] {
        let (status, place) = shop.open_link(&verify(target)).await;
        assert_eq!(status, 302, "{target}");
        assert!(place.starts_with("https://shop.example/app?error=redirectTo-not-allowed&"), "{target}: {place}");
    }
    for path in [format!("/t/{}/auth/v1/verify?ticket={ticket}", shop.id), format!("/t/{}/auth/v1/verify", shop.id)] {
        let answer = shop.send(shop.raw(Method::GET, &path)).await;
        answer.declined(400, "invalid-request");
    }
    let (status, place) = shop.open_link(&verify("https://docs.shop.example/start")).await;
    assert_eq!(status, 302);
    assert!(place.starts_with("https://docs.shop.example/start?refreshToken="), "nothing was used up: {place}");
}

#[tokio::test]
async fn an_address_is_whose_link_is_followed_first() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (eve_key, ada_key) = (Authenticator::new(), Authenticator::new());
    shop.sign_up_key("ada@example.com", &eve_key).await.ok();
    let eves = link_to(&app, "ada@example.com", 1).await;
    assert_eq!(shop.sign_up_key("ada@example.com", &ada_key).await.ok(), json!({}), "nobody keeps the owner out");
    let adas = link_to(&app, "ada@example.com", 2).await;
    let place = shop.open_link(&adas).await.1;
    let session = signed_in(shop, &place).await;
    let (_, place) = shop.open_link(&eves).await;
    assert_eq!(member(&place, "error").as_deref(), Some("invalid-ticket"), "{place}");
    shop.sign_in_key(None, &eve_key).await.declined(401, "unverified-user");
    let again = shop.sign_in_key(Some("ada@example.com"), &ada_key).await.session();
    assert_eq!(again["user"]["id"], session["user"]["id"]);
}

#[tokio::test]
async fn a_second_link_does_not_take_the_first_away_and_one_alone_is_used() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.sign_up_key("ada@example.com", &Authenticator::new()).await.ok();
    let first = link_to(&app, "ada@example.com", 1).await;
    let body = json!({ "email": "Ada@example.com", "options": { "redirectTo": "https://shop.example/again" } });
    assert_eq!(shop.auth_post("/user/email/send-verification-email", body).await.ok(), "OK");
    let second = link_to(&app, "ada@example.com", 2).await;
    assert_ne!(first, second);
    let (one, two) = tokio::join!(shop.open_link(&first), shop.open_link(&second));
    let won = [one, two].iter().filter(|(_, place)| member(place, "refreshToken").is_some()).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_link_works_for_three_days() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.sign_up_key("ada@example.com", &Authenticator::new()).await.ok();
    let link = link_to(&app, "ada@example.com", 1).await;
    app.advance(Span::days(3));
    let (_, place) = shop.open_link(&link).await;
    assert_eq!(member(&place, "error").as_deref(), Some("invalid-ticket"), "{place}");
}

#[tokio::test]
async fn with_a_code_challenge_the_link_carries_a_code_for_who_holds_the_verifier() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let challenge = secret::base64url(&secret::sha256(b"a verifier of at least forty-three characters."));
    let end = json!({ "codeChallenge": challenge });
    shop.sign_up_key_with("ada@example.com", &Authenticator::new(), json!({}), end).await.ok();
    let (_, place) = shop.open_link(&link_to(&app, "ada@example.com", 1).await).await;
    assert!(member(&place, "refreshToken").is_none(), "{place}");
    let code = member(&place, "code").unwrap();
    let exchange = |code: &str, verifier: &str| {
        shop.auth_post("/token/exchange", json!({ "code": code, "codeVerifier": verifier }))
    };
    exchange(&code, "another verifier").await.declined(401, "invalid-ticket");
    let session = exchange(&code, "a verifier of at least forty-three characters.").await.session();
    assert_eq!(session["user"]["emailVerified"], true);
    for code in [code.as_str(), "", "x", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"] {
        exchange(code, "a verifier of at least forty-three characters.").await.declined(401, "invalid-ticket");
    }
}

#[tokio::test]
async fn a_code_has_five_minutes() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let end = json!({ "codeChallenge": secret::base64url(&secret::sha256(b"verifier")) });
    shop.sign_up_key_with("ada@example.com", &Authenticator::new(), json!({}), end).await.ok();
    let (_, place) = shop.open_link(&link_to(&app, "ada@example.com", 1).await).await;
    app.advance(Span::minutes(5));
    let body = json!({ "code": member(&place, "code"), "codeVerifier": "verifier" });
    shop.auth_post("/token/exchange", body).await.declined(401, "invalid-ticket");
}

#[tokio::test]
async fn one_address_gets_so_many_mails_an_hour() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.advance_to_midnight();
    shop.sign_up_key("ada@example.com", &Authenticator::new()).await.ok();
    for email in ["ada@example.com", "nobody@example.com"] {
        let body = json!({ "email": email });
        let mut statuses = Vec::new();
        for _ in 0..11 {
            statuses.push(shop.auth_post("/user/email/send-verification-email", body.clone()).await.status);
        }
        assert_eq!(statuses.last(), Some(&429), "{email}: {statuses:?}");
        assert!(statuses[..9].iter().all(|status| *status == 200), "{email}: {statuses:?}");
        let full = shop.auth_post("/user/email/send-verification-email", body).await;
        assert!(!full.header("retry-after").is_empty());
        full.declined(429, "too-many-requests");
    }
}
