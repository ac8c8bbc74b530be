//! What an HTTP provider's answer means for a message. Reasons hold numbers alone.

use countersign_domain::delivery::Refusal;
use http::StatusCode;

/// By status, and by the provider's own number where it gave one.
pub(super) fn judged(who: &str, status: StatusCode, number: Option<i64>) -> Result<(), Refusal> {
    if status.is_success() {
        return Ok(());
    }
    let number = number.map_or_else(String::new, |number| format!(", error {number}"));
    let reason = format!("{who}: HTTP {}{number}", status.as_u16());
    // 401 and 403 are about our credentials, not about the message: somebody will put them right.
    let may_pass = matches!(status.as_u16(), 401 | 403 | 408 | 425 | 429);
    if status.is_client_error() && !may_pass {
        Err(Refusal::permanent(reason))
    } else {
        Err(Refusal::temporary(reason))
    }
}

/// No answer: nobody there, too late, no TLS. The client's text could hold the URL and with it a secret.
pub(super) fn unanswered(who: &str, error: &reqwest::Error) -> Refusal {
    let why = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection was lost"
    };
    Refusal::temporary(format!("{who}: {why}"))
}
