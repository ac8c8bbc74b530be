//! The pages in HTML. They load nothing: no script, no picture, and styles that the policy names by their hashes (checklist 74).

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_domain::authenticator::parse_user_agent;
use countersign_domain::clock::Millis;
use countersign_domain::methods::{LINK_PATH, LinkAsks};
use countersign_domain::secret;
use countersign_domain::tenant::Tenant;
use http::{HeaderValue, StatusCode, header};

use super::looks;
use super::text::{escaped, filled, words as spelled};
use super::words::Words;

pub(super) const STYLE: &str = include_str!("page.css");

/// The style as a policy names it.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| hash(STYLE));

fn hash(style: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(secret::sha256(style.as_bytes())))
}

/// One of our pages. All texts are HTML.
pub(super) struct Page<'a> {
    pub(super) words: &'static Words,
    /// Of the browser's tab.
    pub(super) title: &'a str,
    pub(super) body: &'a str,
    /// Whose it is, where that is known.
    pub(super) tenant: Option<&'a Tenant>,
    /// The origin that its form may lead to besides ours.
    pub(super) leads_to: Option<&'a str>,
}

/// Asks whether the link may do what it would.
pub(super) fn ask(words: &'static Words, asks: &LinkAsks, token: &str, is_again: bool, now: Millis) -> Response {
    let (say, name) = (&words.ask, &asks.tenant.name);
    let notice = if is_again { format!("<p class=notice role=alert>{}</p>", say.again) } else { String::new() };
    let about = filled(if asks.is_enrolment { say.adds } else { say.confirms }, &[("app", &isolated(name))]);
    let rows = [
        (say.app, Some(name.clone())),
        (say.action, Some(spelled(&asks.action))),
        (say.sent_to, Some(asks.address.clone())),
        (say.asked, Some(ago(words, asks.asked_at, now))),
        (say.device, asks.user_agent.as_deref().and_then(|agent| device(words, agent))),
        (say.network, asks.ip_address.clone()),
    ];
    let row = |(name, value): (&str, Option<String>)| {
        value.map(|value| format!("<div><dt>{name}</dt><dd><bdi>{}</bdi></dd></div>", escaped(&value)))
    };
    let rows: String = rows.into_iter().filter_map(row).collect();
    let (token, binding) = (escaped(token), escaped(&asks.binding));
    let body = format!(
        "<h1>{title}</h1>{notice}<p>{about}</p><dl>{rows}</dl>\
         <form method=post action=\"{LINK_PATH}\"><input type=hidden name=token value=\"{token}\">\
         <input type=hidden name=binding value=\"{binding}\"><input type=hidden name=lang value={lang}>\
         <button name=answer value=yes>{yes}</button><button name=answer value=no>{no}</button></form>\
         <p class=soft>{until}</p>",
        title = say.title,
        lang = words.lang,
        yes = say.yes,
        no = say.no,
        until = filled(say.works_until, &[("time", &isolated(&clock(asks.ends_at)))]),
    );
    let title = format!("{} – {}", say.title, escaped(name));
    let leads_to = asks.leads_to.as_deref();
    Page { words, title: &title, body: &body, tenant: Some(&asks.tenant), leads_to }.respond(StatusCode::OK)
}

/// After a yes, where the page that asked goes on by itself.
pub(super) fn confirmed(words: &'static Words, tenant: &Tenant) -> Response {
    let say = &words.done;
    let about = filled(say.about, &[("app", &isolated(&tenant.name))]);
    let body = format!("<h1>{}</h1><p>{about}</p><p class=soft>{}</p>", say.title, say.close);
    let title = format!("{} – {}", say.title, escaped(&tenant.name));
    Page { words, title: &title, body: &body, tenant: Some(tenant), leads_to: None }.respond(StatusCode::OK)
}

/// After a no.
pub(super) fn refused(words: &'static Words, tenant: &Tenant) -> Response {
    let (say, app) = (&words.stopped, isolated(&tenant.name));
    let (about, mistake) = (filled(say.about, &[("app", &app)]), filled(say.mistake, &[("app", &app)]));
    let body = format!("<h1>{}</h1><p>{about}</p><p class=soft>{mistake}</p>", say.heading);
    let title = format!("{} – {}", say.title, escaped(&tenant.name));
    Page { words, title: &title, body: &body, tenant: Some(tenant), leads_to: None }.respond(StatusCode::OK)
}

/// For every link that is not open, whatever became of it, and for what never was one.
pub(super) fn over(words: &'static Words) -> Response {
    let say = &words.over;
    let body = format!("<h1>{}</h1><p>{}</p><p>{}</p>", say.title, say.about, say.after);
    Page { words, title: say.title, body: &body, tenant: None, leads_to: None }.respond(StatusCode::GONE)
}

impl Page<'_> {
    pub(super) fn respond(&self, status: StatusCode) -> Response {
        let Words { lang, dir, .. } = *self.words;
        let brand = self
            .tenant
            .map_or(String::new(), |tenant| format!("<p class=brand><bdi>{}</bdi></p>", escaped(&tenant.name)));
        let looks = self.tenant.map_or(String::new(), |tenant| looks::style(&tenant.settings.prompts.theme));
        let (own_style, own_hash) = match &*looks {
            "" => (String::new(), String::new()),
            looks => (format!("<style>{looks}</style>"), format!(" {}", hash(looks))),
        };
        let html = format!(
            "<!doctype html><html lang={lang} dir={dir}><head><meta charset=utf-8>\
             <meta name=viewport content=\"width=device-width,initial-scale=1\"><meta name=robots content=noindex>\
             <title>{}</title><style>{STYLE}</style>{own_style}</head><body><main>{brand}{}</main></body></html>",
            self.title, self.body
        );
        let mut response = (status, Html(html)).into_response();
        // A browser holds the target of a redirect that follows the form to `form-action` too.
        let policy = format!(
            "default-src 'none'; style-src {}{own_hash}; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {}",
            *STYLE_HASH,
            self.leads_to.unwrap_or_default()
        );
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::from_str(policy.trim_end()) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// A text within a sentence that may run in the other direction (UAX 9 §2.4), as HTML.
fn isolated(text: &str) -> String {
    format!("<bdi>{}</bdi>", escaped(text))
}

/// "Chrome on Windows".
fn device(words: &Words, user_agent: &str) -> Option<String> {
    let parsed = parse_user_agent(user_agent);
    match (parsed.browser.map(|browser| browser.name), parsed.os.map(|(name, _)| name)) {
        (Some(browser), Some(os)) => Some(filled(words.ask.on, &[("browser", &browser), ("os", &os)])),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => None,
    }
}

/// "3 minutes ago, at 18:44 UTC".
fn ago(words: &Words, at: Millis, now: Millis) -> String {
    let minutes = (now.0 - at.0).max(0) / 60_000;
    let text = match minutes {
        0 => words.time.now,
        1 => words.time.one,
        2 => words.time.two,
        _ => words.time.more,
    };
    // Among words from right to left it keeps its own order (UAX 9 §2.4); the text is escaped later, so this is no element.
    let time = if words.dir == "rtl" { format!("\u{2068}{}\u{2069}", clock(at)) } else { clock(at) };
    filled(text, &[("minutes", &minutes.to_string()), ("time", &time)])
}

/// "18:44 UTC".
fn clock(at: Millis) -> String {
    format!("{} UTC", at.rfc3339().get(11..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        let at = Millis(1_700_000_000_000);
        let said = |language: &str, after: i64| ago(words::of([language]), at, Millis(at.0 + after));
        assert_eq!(said("en", 0), "just now, at 22:13 UTC");
        assert_eq!(said("en", 185_000), "3 minutes ago, at 22:13 UTC");
        assert_eq!(said("en", -5_000), "just now, at 22:13 UTC");
        assert_eq!(said("de", 125_000), "vor zwei Minuten, um 22:13 UTC");
        assert_eq!(said("ar", 125_000), "قبل دقيقتين، الساعة \u{2068}22:13 UTC\u{2069}");
    }
}
