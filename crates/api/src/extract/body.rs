//! JSON bodies: bounded in size, an empty one read as `{}` (docs/reference/authsignal.md §1.4). The edge has waited for them
//! to arrive.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::edge::BODY;
use crate::problem::Problem;

/// Most bytes of an ordinary body (decisions §4).
const ORDINARY: usize = 64 * 1024;
/// A body of at most 64 KiB.
pub(crate) struct JsonBody<T>(pub(crate) T);

/// A body of at most 256 KiB: it holds a credential.
pub(crate) struct CeremonyBody<T>(pub(crate) T);

/// A body of at most 256 KiB: it holds pictures and texts of pages.
pub(crate) struct LookBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request, ORDINARY).await.map(Self)
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for CeremonyBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request, BODY).await.map(Self)
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for LookBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request, BODY).await.map(Self)
    }
}

async fn read<T: DeserializeOwned>(request: Request, limit: usize) -> Result<T, Problem> {
    let bytes = collect(request, limit).await?;
    let blank = bytes.iter().all(u8::is_ascii_whitespace);
    let text: &[u8] = if blank { b"{}" } else { &bytes };
    serde_json::from_slice(text).map_err(|error| {
        let what = told(&error.to_string()).chars().filter(|c| !c.is_control()).take(300).collect::<String>();
        Problem::invalid(format!("The body is not the JSON this call takes: {what}."))
    })
}

/// The parser's words without the value that it quotes: a code that is sent as a number would stand in the log (checklist 90).
pub(crate) fn told(words: &str) -> String {
    let quotes = ["invalid type: ", "invalid value: ", "unknown variant ", "unknown field "];
    let Some(begin) = quotes.into_iter().find(|begin| words.starts_with(begin)) else { return words.to_owned() };
    let Some((value, expected)) = words[begin.len()..].rsplit_once(", expected") else { return begin.to_owned() };
    let kind = value.split(['`', '"']).next().unwrap_or_default().trim_end();
    format!("{}, expected{expected}", format!("{begin}{kind}").trim_end())
}

async fn collect(request: Request, limit: usize) -> Result<Bytes, Problem> {
    match Limited::new(request.into_body(), limit).collect().await {
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::too_large(limit)),
        Err(_) => Err(Problem::invalid("The body could not be read.")),
        Ok(collected) => Ok(collected.to_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::told;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Typed {
        #[serde(rename = "verificationCode")]
        _code: Option<String>,
        #[serde(rename = "seconds")]
        _seconds: Option<u8>,
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for (body, said) in [
            (r#"{"verificationCode": 271828}"#, "invalid type: integer, expected a string at line 1 column 27"),
            (r#"{"verificationCode": [271828]}"#, "invalid type: sequence, expected a string at line 1 column 21"),
            (r#"{"seconds": "canary, expected `x`"}"#, "invalid type: string, expected u8 at line 1 column 34"),
            (r#"{"seconds": 271828}"#, "invalid value: integer, expected u8 at line 1 column 18"),
            (r#"{"canary": 1}"#, "unknown field, expected `verificationCode` or `seconds` at line 1 column 9"),
            (r#"{"seconds": 1"#, "EOF while parsing an object at line 1 column 13"),
            ("271828", "invalid type: integer, expected struct Typed at line 1 column 6"),
        ] {
            assert_eq!(told(&serde_json::from_str::<Typed>(body).unwrap_err().to_string()), said, "{body}");
        }
    }
}
