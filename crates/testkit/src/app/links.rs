//! Links that were sent, and the browser that opens them.

use http::{HeaderMap, Method};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde_json::json;

use super::{Answer, TestApp, TestTenant};

/// Where links lead.
const PAGE: &str = "/ui/magic-link";

/// A link's page, or what followed its button.
#[derive(Debug)]
pub struct LinkPage {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// What is shown.
    pub html: String,
    token: String,
}

impl LinkPage {
    async fn of(request: RequestBuilder, token: &str) -> Self {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, html: response.text().await.expect("a page is text"), token: token.to_owned() }
    }

    /// A header as text, empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The cookie that the page's browser holds, as it sends it back.
    pub fn cookie(&self) -> &str {
        self.header("set-cookie").split(';').next().unwrap_or_default()
    }

    /// What the page's form brings along.
    pub fn binding(&self) -> &str {
        let (_, rest) = self.html.split_once("name=binding value=\"").unwrap_or_default();
        rest.split('"').next().unwrap_or_default()
    }

    /// The language of the page, as `<html>` names it.
    pub fn lang(&self) -> &str {
        let (_, rest) = self.html.split_once("<html lang=").unwrap_or_default();
        rest.split([' ', '>']).next().unwrap_or_default()
    }

    /// The content of each style element.
    pub fn styles(&self) -> Vec<&str> {
        let parts = self.html.split("<style>").skip(1);
        parts.filter_map(|rest| rest.split("</style>").next()).collect()
    }
}

impl TestApp {
    /// The token of the link sent last to this address.
    pub fn link_for(&self, address: &str) -> String {
        let sent = self.inbox().messages();
        let link = sent.iter().filter(|caught| caught.to == address).find_map(|caught| caught.link.as_deref());
        let link = link.expect("a link was sent");
        let (before, token) = link.split_once("?token=").expect("a link carries a token");
        assert_eq!(before, format!("https://auth.shop.example{PAGE}"));
        token.to_owned()
    }

    /// Opens a link as a browser does.
    pub async fn open_link(&self, token: &str) -> LinkPage {
        self.open_link_by(Method::GET, token).await
    }

    /// The same by another method.
    pub async fn open_link_by(&self, method: Method, token: &str) -> LinkPage {
        LinkPage::of(browser().request(method, format!("{}{PAGE}?token={token}", self.url)), token).await
    }

    /// Opens a link by a browser that asks for these languages.
    pub async fn open_link_in(&self, languages: &str, token: &str) -> LinkPage {
        let request = browser().get(format!("{}{PAGE}?token={token}", self.url));
        LinkPage::of(request.header("accept-language", languages), token).await
    }

    /// Presses a button of a page: `yes` or `no`.
    pub async fn press(&self, page: &LinkPage, answer: &str) -> LinkPage {
        let body = format!("token={}&binding={}&lang={}&answer={answer}", page.token, page.binding(), page.lang());
        LinkPage::of(self.link_form(body).header("cookie", page.cookie()), &page.token).await
    }

    /// A form sent to where links lead, as it stands.
    pub async fn send_link_form(&self, body: String, headers: &[(&str, &str)]) -> LinkPage {
        let request = headers.iter().fold(self.link_form(body), |request, (name, value)| request.header(*name, *value));
        LinkPage::of(request, "").await
    }

    fn link_form(&self, body: String) -> RequestBuilder {
        let request = browser().post(format!("{}{PAGE}", self.url));
        request.header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    /// A user whose only factor is a link to this address.
    pub async fn user_with_link(&self, shop: &TestTenant, user: &str, address: &str) {
        let tracked = shop.track(user, "sign-up").await;
        shop.enrol_link(&tracked.token, address).await.ok();
        let page = self.open_link(&self.link_for(address)).await;
        assert_eq!(self.press(&page, "yes").await.status, 200);
        let done = shop.poll_link(&tracked.token).await.ok();
        assert_eq!(done["isVerified"], true, "{done}");
    }
}

/// One that goes nowhere by itself.
fn browser() -> Client {
    Client::builder().redirect(Policy::none()).build().expect("a client is made")
}

impl TestTenant {
    /// Enrols an e-mail address by a link that is sent to it.
    pub async fn enrol_link(&self, token: &str, address: &str) -> Answer {
        self.page(token, "/user-authenticators/email-magic-link", json!({ "email": address })).await
    }

    /// Asks for a link by e-mail.
    pub async fn ask_link(&self, token: &str) -> Answer {
        self.page(token, "/challenge/email-magic-link", json!({})).await
    }

    /// Asks whether the link was confirmed, as a page does each second.
    pub async fn poll_link(&self, token: &str) -> Answer {
        self.page(token, "/verify/email-magic-link/finalize", json!({})).await
    }
}
