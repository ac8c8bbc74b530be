//! `/dev/inbox`: the messages that `--dev` catches in place of sending them, newest first. JSON for scripts, a page for people.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use countersign_api::Problem;
use countersign_domain::Error;
use countersign_domain::delivery::{Caught, Inbox, Mailbox};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Deserialize;
use serde_json::{Value, json};

mod page;

/// The list runs our own script and shows pages of messages in frames.
const LIST_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; \
     img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// A message's page runs nothing and loads nothing, whoever wrote its template.
const MESSAGE_CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/// The inbox, to be read and emptied.
pub(crate) fn routes(inbox: Inbox) -> Router {
    Router::new()
        .route("/dev/inbox", get(list).delete(clear))
        .route("/dev/inbox/{id}/page", get(message_page))
        .route("/dev/inbox.css", get(async || fixed("text/css; charset=utf-8", include_str!("inbox/inbox.css"))))
        .route("/dev/inbox.js", get(async || fixed("text/javascript; charset=utf-8", include_str!("inbox/inbox.js"))))
        .with_state(inbox)
}

#[derive(Deserialize)]
struct Wanted {
    /// Only to this address or number.
    to: Option<String>,
}

/// A page for a browser that asks for one, JSON for everybody else.
async fn list(
    State(inbox): State<Inbox>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(wanted) = wanted.map_err(|refused| Error::invalid(refused.body_text()))?;
    let mut messages = inbox.messages();
    if let Some(to) = &wanted.to {
        messages.retain(|caught| caught.to == *to);
    }
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepted.contains("text/html") {
        return Ok(with_policy(Html(page::list(&messages)).into_response(), LIST_CSP));
    }
    Ok(Json(json!({ "messages": messages.iter().map(shown).collect::<Vec<_>>() })).into_response())
}

async fn clear(State(inbox): State<Inbox>) -> Json<Value> {
    inbox.clear();
    Json(json!({ "messages": [] }))
}

/// The page of one e-mail.
async fn message_page(State(inbox): State<Inbox>, Path(id): Path<String>) -> Result<Response, Problem> {
    let caught = inbox.messages().into_iter().find(|caught| page::key(caught) == id);
    let html = caught.and_then(|caught| caught.html).ok_or(Error::NotFound("message"))?;
    // A link's page lets nobody frame it, so links open beside the inbox, as mail programs open them.
    let html = html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    Ok(with_policy(Html(html).into_response(), MESSAGE_CSP))
}

fn shown(caught: &Caught) -> Value {
    let mailbox = |of: &Mailbox| json!({ "name": of.name, "address": of.address });
    let all = json!({
        "id": caught.id, "at": caught.at.rfc3339(), "channel": caught.channel.as_str(), "kind": caught.kind,
        "to": caught.to, "name": caught.name, "from": caught.from.as_ref().map(mailbox),
        "replyTo": caught.reply_to.as_ref().map(mailbox), "subject": caught.subject, "text": caught.text,
        "html": caught.html, "code": caught.code, "link": caught.link,
    });
    match all {
        // What is absent is left out (docs/api-design.md).
        Value::Object(members) => members.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        other => other,
    }
}

fn with_policy(mut response: Response, policy: &'static str) -> Response {
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let options = if policy == MESSAGE_CSP { "SAMEORIGIN" } else { "DENY" };
    response.headers_mut().insert(HeaderName::from_static("x-frame-options"), HeaderValue::from_static(options));
    response
}

fn fixed(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}
