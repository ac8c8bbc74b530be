//! `ETag` and `If-Match` (RFC 9110 §8.8.3, §13.1.1): who changes what they have read can say which state they mean.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use countersign_domain::{Error, secret};
use http::request::Parts;
use http::{HeaderValue, header};
use serde::Serialize;

use crate::problem::Problem;

/// A strong tag of what an answer says: the same words, the same tag.
fn tag(body: &impl Serialize) -> String {
    let text = serde_json::to_vec(body).unwrap_or_default();
    format!("\"{}\"", secret::base64url(&secret::sha256(&text)[..12]))
}

/// An answer with the tag of its state.
pub(super) struct Tagged<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let tag = HeaderValue::from_str(&tag(&self.0));
        let mut response = Json(self.0).into_response();
        if let Ok(tag) = tag {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

/// Which states a change is meant for: those of `If-Match`, else any.
pub(super) struct Meant(Option<Vec<String>>);

impl Meant {
    /// Refuses a change that is meant for another state than this one.
    pub(super) fn check(&self, present: &impl Serialize) -> Result<(), Error> {
        match &self.0 {
            Some(tags) if !tags.contains(&tag(present)) => Err(Error::ChangedSince),
            _ => Ok(()),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Meant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let lines = parts.headers.get_all(header::IF_MATCH).into_iter();
        let lines = lines.map(HeaderValue::to_str).collect::<Result<Vec<_>, _>>();
        let lines = lines.map_err(|_| Problem::invalid("If-Match holds what is no tag."))?;
        let tags: Vec<String> =
            lines.iter().flat_map(|line| line.split(',')).map(|tag| tag.trim().to_owned()).collect();
        let is_any = tags.is_empty() || tags.iter().any(|tag| tag == "*");
        Ok(Self((!is_any).then_some(tags)))
    }
}
