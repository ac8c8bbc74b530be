//! The record of Server API calls that each answer carries.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

/// Longest piece of a token that is shown.
const TOKEN_HEAD: usize = 16;

/// One call to the Server API, as the page shows it.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Call {
    /// What the shop wanted, in its own words.
    pub purpose: &'static str,
    pub method: String,
    /// Path with the API's prefix, as sent.
    pub path: String,
    pub request: Option<Value>,
    pub status: u16,
    pub response: Value,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// The calls made for one request of the page. Clones share the list.
#[derive(Clone, Default)]
pub(super) struct Calls(Arc<Mutex<Vec<Call>>>);

impl Calls {
    /// Notes a call; tokens in it are cut to their first characters.
    pub(super) fn note(&self, mut call: Call) {
        call.request.as_mut().map(shorten_tokens);
        shorten_tokens(&mut call.response);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a handler has to say: the members `result`, or `error` and `message`.
#[derive(Clone)]
pub(super) struct Body(Value);

impl Body {
    /// A response whose body is completed by [`report`].
    pub(super) fn into_response(self) -> Response {
        let mut response = ().into_response();
        response.extensions_mut().insert(self);
        response
    }

    pub(super) fn refusal(code: &str, message: &str) -> Self {
        Self(json!({ "error": code, "message": message }))
    }
}

/// A successful answer; `calls` is added on the way out.
pub(super) struct Answer<T>(pub T);

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        Body(json!({ "result": self.0 })).into_response()
    }
}

/// Hands each request a fresh list of calls, and completes the answer with it.
pub(super) async fn report(mut request: Request, next: Next) -> Response {
    let calls = Calls::default();
    request.extensions_mut().insert(calls.clone());
    let mut response = next.run(request).await;
    let Some(Body(mut body)) = response.extensions_mut().remove::<Body>() else { return response };
    body["calls"] = json!(calls.take());
    let (mut parts, _) = response.into_parts();
    let (json_parts, json_body) = Json(body).into_response().into_parts();
    parts.headers.remove("content-length");
    parts.headers.extend(json_parts.headers);
    parts.headers.insert("cache-control", axum::http::HeaderValue::from_static("no-store"));
    Response::from_parts(parts, json_body)
}

/// The page has no use for a whole token, and a screenshot of it should show none.
fn shorten_tokens(value: &mut Value) {
    match value {
        Value::String(text) => {
            let mut from = 0;
            while let Some(start) = text[from..].find("eyJ").map(|at| from + at) {
                let end = text[start..].find(|c| !is_token_character(c)).map_or(text.len(), |at| start + at);
                from = end;
                if end - start > 2 * TOKEN_HEAD {
                    from = start + TOKEN_HEAD;
                    text.replace_range(from..end, "…");
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(shorten_tokens),
        Value::Object(members) => members.values_mut().for_each(shorten_tokens),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_token_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_cut_wherever_they_stand() {
        let token = format!("eyJ{}.eyJ{}.sig", "a".repeat(60), "b".repeat(200));
        let mut value =
            json!({ "token": token, "list": [{ "url": format!("http://localhost/ui/?token={token}&x=1") }] });
        shorten_tokens(&mut value);
        assert_eq!(value["token"], "eyJaaaaaaaaaaaaa…");
        assert_eq!(value["list"][0]["url"], "http://localhost/ui/?token=eyJaaaaaaaaaaaaa…&x=1");
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        let mut value = json!({ "state": "CHALLENGE_REQUIRED", "name": "eyJohn" });
        shorten_tokens(&mut value);
        assert_eq!(value, json!({ "state": "CHALLENGE_REQUIRED", "name": "eyJohn" }));
    }
}
