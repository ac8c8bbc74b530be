//! Pages that our own server shows to people: where a link by e-mail leads.
//!
//! Reading a page changes nothing, so that scanners and previews may. What changes something is a POST of the page's own form: it
//! brings along a nonce that the page's browser holds in a cookie, and a binding of that nonce to the link.

mod page;
mod problem;

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
async fn open(State(api): State<Api>, Query(opened): Query<Opened>) -> Result<Response, Problem> {
    ask(&api, &opened.token, None).await
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
    match api.countersign.link_answer(&said.token, (nonce, binding), says_yes, &caller).await? {
        LinkAnswer::Unbound => ask(&api, &said.token, Some(page::AGAIN)).await,
        LinkAnswer::Over => Ok(page::over()),
        LinkAnswer::Refused { application } => Ok(page::refused(&application)),
        LinkAnswer::Confirmed { application, leads_to: None } => Ok(page::confirmed(&application)),
        LinkAnswer::Confirmed { leads_to: Some(url), .. } => {
            let mut response = Redirect::to(&url).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            Ok(response)
        }
    }
}

/// The page that asks, with a nonce of its own. `notice` says why it is shown again.
async fn ask(api: &Api, token: &str, notice: Option<&str>) -> Result<Response, Problem> {
    let nonce = secret::base64url(&secret::random::<16>());
    let Some(asks) = api.countersign.link_asks(token, &nonce).await? else { return Ok(page::over()) };
    let mut response = page::ask(&asks, token, notice, api.countersign.now());
    if notice.is_some() {
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
