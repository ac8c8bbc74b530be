//! The pages in HTML. They load nothing: no script, no picture, one style that the policy names by its hash (checklist 74).

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_domain::authenticator::parse_user_agent;
use countersign_domain::clock::Millis;
use countersign_domain::methods::{LINK_PATH, LinkAsks};
use countersign_domain::secret;
use http::{HeaderValue, StatusCode, header};

const STYLE: &str = include_str!("magic_link.css");

/// Why a page is shown again.
pub(super) const AGAIN: &str = "Your answer did not come from this page, or your browser did not keep its cookie. Please \
     press the button once more.";

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = BASE64_STANDARD.encode(secret::sha256(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; frame-ancestors 'none'; form-action")
});

/// Asks whether the link may do what it would.
pub(super) fn ask(asks: &LinkAsks, token: &str, notice: Option<&str>, now: Millis) -> Response {
    let application = escaped(&asks.application);
    let what = if asks.is_enrolment { "add your e-mail address to an account" } else { "sign in or confirm something" };
    let notice = notice.map_or(String::new(), |notice| format!("<p class=notice role=alert>{}</p>", escaped(notice)));
    let rows = [
        ("App", Some(asks.application.clone())),
        ("Action", Some(words(&asks.action))),
        ("Sent to", Some(asks.address.clone())),
        ("Asked", Some(ago(asks.asked_at, now))),
        ("Device", asks.user_agent.as_deref().and_then(device)),
        ("Network address", asks.ip_address.clone()),
    ];
    let row = |(name, value): (&str, Option<String>)| {
        value.map(|value| format!("<div><dt>{name}</dt><dd>{}</dd></div>", escaped(&value)))
    };
    let rows: String = rows.into_iter().filter_map(row).collect();
    let (token, binding) = (escaped(token), escaped(&asks.binding));
    let body = format!(
        "<h1>Is this you?</h1>{notice}<p>Somebody at {application} asked to {what}, and this link was sent to you. Go on only if \
         that was you, just now.</p><dl>{rows}</dl>\
         <form method=post action=\"{LINK_PATH}\"><input type=hidden name=token value=\"{token}\">\
         <input type=hidden name=binding value=\"{binding}\">\
         <button name=answer value=yes>Yes, that is me</button><button name=answer value=no>No, that is not me</button></form>\
         <p class=soft>The link works once, until {}. Opening it has not used it.</p>",
        clock(asks.ends_at)
    );
    page(StatusCode::OK, &format!("Is this you? – {application}"), &body, asks.leads_to.as_deref())
}

/// After a yes, where the page that asked goes on by itself.
pub(super) fn confirmed(application: &str) -> Response {
    let application = escaped(application);
    let body = format!(
        "<h1>Done</h1><p>You can go back to the page of {application} where you asked for the link. It goes on by itself.</p>\
         <p class=soft>This page can be closed.</p>"
    );
    page(StatusCode::OK, &format!("Done – {application}"), &body, None)
}

/// After a no.
pub(super) fn refused(application: &str) -> Response {
    let application = escaped(application);
    let body = format!(
        "<h1>Thank you</h1><p>The link is stopped, and nobody gets in with it. {application} is told that it was not you.</p>\
         <p class=soft>Somebody may have typed your address by mistake. If it happens again, tell {application}.</p>"
    );
    page(StatusCode::OK, &format!("Stopped – {application}"), &body, None)
}

/// For every link that is not open, whatever became of it, and for what never was one.
pub(super) fn over() -> Response {
    let body = "<h1>This link is over</h1><p>A link works once, for ten minutes, and a newer one takes its place.</p>\
         <p>If you have just said yes, go back to where you asked: it may have gone on. Else ask for another link there.</p>";
    page(StatusCode::GONE, "This link is over", body, None)
}

/// One of our pages. `title` and `body` are HTML; `leads_to` is the origin that its form may lead to besides ours.
pub(super) fn page(status: StatusCode, title: &str, body: &str, leads_to: Option<&str>) -> Response {
    let html = format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\">\
         <meta name=robots content=noindex><title>{title}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    );
    let mut response = (status, Html(html)).into_response();
    // A browser holds the target of a redirect that follows the form to this list too.
    let policy = format!("{} 'self' {}", *POLICY, leads_to.unwrap_or_default());
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(policy.trim_end()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A text as HTML shows it, also within quoted attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c if c.is_control() => html.push(' '),
            c => html.push(c),
        }
    }
    html
}

/// An action's code as words: `signIn`, `sign-in` and `sign_in` are "sign in".
fn words(code: &str) -> String {
    let mut words = String::with_capacity(code.len() + 4);
    let mut after_small = false;
    for c in code.chars() {
        let is_gap = c == '-' || c == '_';
        if is_gap || after_small && c.is_ascii_uppercase() {
            words.push(' ');
        }
        if !is_gap {
            words.push(if after_small { c.to_ascii_lowercase() } else { c });
        }
        after_small = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    words
}

/// "Chrome on Windows".
fn device(user_agent: &str) -> Option<String> {
    let parsed = parse_user_agent(user_agent);
    match (parsed.browser.map(|browser| browser.name), parsed.os.map(|(name, _)| name)) {
        (Some(browser), Some(os)) => Some(format!("{browser} on {os}")),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => None,
    }
}

/// "3 minutes ago, at 18:44 UTC".
fn ago(at: Millis, now: Millis) -> String {
    let minutes = (now.0 - at.0).max(0) / 60_000;
    let ago = match minutes {
        0 => "just now".to_owned(),
        1 => "a minute ago".to_owned(),
        minutes => format!("{minutes} minutes ago"),
    };
    format!("{ago}, at {}", clock(at))
}

/// "18:44 UTC".
fn clock(at: Millis) -> String {
    format!("{} UTC", at.rfc3339().get(11..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(escaped("<b a='\"'>&\u{7}ü"), "&lt;b a=&#39;&quot;&#39;&gt;&amp; ü");
    }

    #[test]
    fn codes_read_as_words() {
        for (code, read) in
            [("signIn", "sign in"), ("sign-in", "sign in"), ("withdraw_funds", "withdraw funds"), ("SSO", "SSO")]
        {
            assert_eq!(words(code), read);
        }
    }

    #[test]
    fn times_read_as_people_say_them() {
        let at = Millis(1_700_000_000_000);
        assert_eq!(ago(at, at), "just now, at 22:13 UTC");
        assert_eq!(ago(at, Millis(at.0 + 125_000)), "2 minutes ago, at 22:13 UTC");
        assert_eq!(ago(at, Millis(at.0 - 5_000)), "just now, at 22:13 UTC");
    }
}
