//! A refusal as a page: what happened, whether anything was done, and what to do.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use super::page::Page;
use super::text::{escaped, filled};
use super::words::{self, Trouble};
use crate::problem::Problem;

/// The page of a refused request, in the first of these languages that is spoken. What it says of the inside is what the JSON of other
/// doors says: nothing but the id.
pub(crate) fn problem(problem: &Problem, request_id: &str, languages: &[String]) -> Response {
    let words = words::of(languages.iter().map(String::as_str));
    let (heading, advice) = said(&words.problem, problem);
    let id = format!("<code dir=ltr>{}</code>", escaped(request_id));
    let number = filled(words.problem.number, &[("id", &id)]);
    let body = format!("<h1>{heading}</h1><p>{}</p><p class=soft>{number}</p>", advice.join("</p><p>"));
    let page = Page { words, title: heading, body: &body, tenant: None, leads_to: None };
    let mut response = page.respond(problem.status());
    if let Some(seconds) = problem.retry_after_seconds() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn said<'a>(words: &'a Trouble, problem: &Problem) -> (&'static str, &'a [&'static str]) {
    match problem.status() {
        StatusCode::NOT_FOUND | StatusCode::URI_TOO_LONG => (words.missing[0], &words.missing[1..]),
        StatusCode::TOO_MANY_REQUESTS => (words.too_many, &words.again),
        status if status.is_server_error() => (words.down, &words.again),
        _ => (words.misunderstood[0], &words.misunderstood[1..]),
    }
}
