//! A refusal as a page: what happened, whether anything was done, and what to do.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use super::page;
use crate::problem::Problem;

/// The page of a refused request. What it says of the inside is what the JSON of other doors says: nothing but the id.
pub(crate) fn problem(problem: &Problem, request_id: &str) -> Response {
    let (heading, advice) = words(problem);
    let body = format!(
        "<h1>{heading}</h1>{advice}<p class=soft>If it stays like this, tell whoever sent you here this number: \
         <code>{}</code>.</p>",
        page::escaped(request_id)
    );
    let mut response = page::page(problem.status(), heading, &body, None);
    if let Some(seconds) = problem.retry_after_seconds() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

const AGAIN: &str = "<p>Nothing is lost: opening a link does not use it. Wait a moment and open it again.</p>\
     <p>If you had pressed a button, open the link again too. It asks once more, or says that it is over: then go back to where you \
     asked, which may have gone on.</p>";

fn words(problem: &Problem) -> (&'static str, &'static str) {
    match problem.status() {
        StatusCode::NOT_FOUND | StatusCode::URI_TOO_LONG => (
            "There is no such page",
            "<p>The address is not complete, or has something added. Please open the link as it stands in the message.</p>",
        ),
        StatusCode::TOO_MANY_REQUESTS => ("Too many requests from your network", AGAIN),
        status if status.is_server_error() => ("This does not work right now", AGAIN),
        _ => (
            "This was not understood",
            "<p>Nothing was done. Please open the link from the message again, and press one of its buttons.</p>",
        ),
    }
}
