//! An answer, and what a test says of it.

use http::HeaderMap;
use serde_json::Value;

/// An HTTP answer with its JSON body.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body; `null` when there is none or it is no JSON.
    pub body: Value,
}

impl Answer {
    pub(super) async fn of(response: reqwest::Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?;
        Ok(Self { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() })
    }

    /// The body of a success: 200, exactly `application/json`, and no member called `error`
    /// (docs/reference/authsignal.md §1.4).
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        assert_eq!(self.header("content-type"), "application/json");
        self.body
    }

    /// The body of a refusal with this status and code, in the one shape of errors (decisions §4).
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["error"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.body["errorCode"], code);
        let description = self.body["errorDescription"].as_str().unwrap_or_default();
        assert!(description.len() > 10, "a description says what to do: {}", self.body);
        assert!(self.body["requestId"].as_str().is_some_and(|id| id.len() >= 12), "{}", self.body);
        self.body
    }

    /// A header as text, empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
