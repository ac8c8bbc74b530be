//! Pages that our own server shows to people: where a link by e-mail leads.
//!
//! Reading a page changes nothing, so that scanners and previews may. What changes something is a POST of the page's own form: it
//! brings along a nonce that the page's browser holds in a cookie, and a binding of that nonce to the link.

//!
//! A page speaks the user's language where it knows the user, else the first that the browser asks for and we speak, else the
//! tenant's, else English. What follows a button is in the language of the page that the button stands on.

mod looks;
mod page;
mod problem;
mod text;
mod words;

use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use countersign_domain::methods::{LINK_PATH, LinkAnswer};
use countersign_domain::secret;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;

use crate::Api;
use crate::extract::{From, Query};
use crate::problem::Problem;

pub(crate) use problem::problem;
pub(crate) use words::accepted;

/// Whether what is answered at this path is for people to read, refusals too.
pub(crate) fn is_page(path: &str) -> bool {
    path.starts_with("/ui/")
}

pub(crate) fn routes() -> Router<Api> {
    Router::new().route(LINK_PATH, get(open).post(answer))
}

/// The link's own part.
#[derive(Deserialize)]
struct Opened {
    #[serde(default)]
    token: String,
}

/// A link was opened, by a person or by a program: GET or HEAD.
async fn open(State(api): State<Api>, headers: HeaderMap, Query(opened): Query<Opened>) -> Result<Response, Problem> {
    ask(&api, &headers, &opened.token, false).await
}

/// What the page's form sends. What is missing is empty, and bound to nothing.
#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    token: String,
    #[serde(default)]
    binding: String,
    #[serde(default)]
    answer: String,
    /// The language of the page.
    #[serde(default)]
    lang: String,
}

/// A button of the page was pressed.
async fn answer(
    State(api): State<Api>,
    From(caller): From,
    headers: HeaderMap,
    said: Result<Form<Said>, FormRejection>,
) -> Result<Response, Problem> {
    let Ok(Form(said)) = said else { return Err(Problem::invalid("This takes the form of the page it belongs to.")) };
    let says_yes = match said.answer.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Problem::invalid("answer must be yes or no.")),
    };
    let nonce = nonce_of(&api, &headers).filter(|_| is_from_our_page(&headers)).unwrap_or_default();
    // Without a nonce nothing is bound: a text that no page was made for.
    let binding = if nonce.is_empty() { "" } else { &said.binding };
    let languages = accepted(&headers);
    let words = words::of([&*said.lang].into_iter().chain(languages.iter().map(String::as_str)));
    match api.countersign.link_answer(&said.token, (nonce, binding), says_yes, &caller).await? {
        LinkAnswer::Unbound => ask(&api, &headers, &said.token, true).await,
        LinkAnswer::Over => Ok(page::over(words)),
        LinkAnswer::Refused { tenant } => Ok(page::refused(words, &tenant)),
        LinkAnswer::Confirmed { tenant, leads_to: None } => Ok(page::confirmed(words, &tenant)),
        LinkAnswer::Confirmed { leads_to: Some(url), .. } => {
            let mut response = Redirect::to(&url).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            Ok(response)
        }
    }
}

/// The page that asks, with a nonce of its own; `is_again` when an answer did not count.
async fn ask(api: &Api, headers: &HeaderMap, token: &str, is_again: bool) -> Result<Response, Problem> {
    let languages = accepted(headers);
    let accepted = languages.iter().map(String::as_str);
    let nonce = secret::base64url(&secret::random::<16>());
    let Some(asks) = api.countersign.link_asks(token, &nonce).await? else {
        return Ok(page::over(words::of(accepted)));
    };
    let tenants = asks.tenant.settings.messages.locale.as_deref();
    let words = words::of(asks.locale.as_deref().into_iter().chain(accepted).chain(tenants));
    let mut response = page::ask(words, &asks, token, is_again, api.countersign.now());
    if is_again {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    let (name, place) = cookie(api);
    let cookie = format!("{name}={nonce}; {place}; HttpOnly; SameSite=Strict; Max-Age=600");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Name and attributes of the cookie that holds the nonce. `__Host-` keeps other hosts and plain HTTP from setting it, and needs
/// HTTPS itself.
fn cookie(api: &Api) -> (&'static str, String) {
    if api.countersign.public_url().starts_with("https://") {
        ("__Host-countersign_link", "Path=/; Secure".to_owned())
    } else {
        ("countersign_link", format!("Path={LINK_PATH}"))
    }
}

fn nonce_of<'a>(api: &Api, headers: &'a HeaderMap) -> Option<&'a str> {
    let (name, _) = cookie(api);
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
}

/// Browsers say so (Fetch Metadata); who says nothing is held to cookie and binding alone. `Origin` says nothing here: a page without
/// a referrer sends `null`.
fn is_from_our_page(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin")
}
