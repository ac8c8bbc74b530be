//! `[retention]`: how long history is kept.

use anyhow::{Context as _, Result, bail};
use countersign_domain::Retention as Kept;
use countersign_domain::clock::Span;
use serde::{Deserialize, Serialize};

/// A hundred years: what is longer was meant to be [`FOREVER`].
const MOST: Span = Span::days(36_525);
/// Kept for good.
const FOREVER: &str = "forever";

/// `[retention]`: a number and `d` (days) or `h` (hours), or `forever`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Retention {
    /// Actions, since their last change.
    pub(crate) actions: String,
    /// Events of the audit trail, since they happened.
    pub(crate) audit: String,
}

impl Default for Retention {
    fn default() -> Self {
        Self { actions: "90d".to_owned(), audit: "400d".to_owned() }
    }
}

impl Retention {
    /// Both, understood.
    pub(crate) fn read(&self) -> Result<Kept> {
        let actions = span(&self.actions).context("retention.actions")?;
        let audit = span(&self.audit).context("retention.audit")?;
        let (shown_actions, shown_audit) = (&self.actions, &self.audit);
        Kept::new(actions, audit)
            .with_context(|| format!("retention.actions is {shown_actions} and retention.audit {shown_audit}"))
    }
}

/// `None` for what is kept for good.
fn span(text: &str) -> Result<Option<Span>> {
    if text == FOREVER {
        return Ok(None);
    }
    let unit = |hours: i64| move |number: &str| Some((number.parse::<u32>().ok()?, hours));
    let read = text.strip_suffix('d').and_then(unit(24)).or_else(|| text.strip_suffix('h').and_then(unit(1)));
    let span = read.map(|(number, hours)| Span::hours(i64::from(number) * hours));
    match span {
        Some(span) if span > MOST => bail!("{text} is more than a hundred years: say {FOREVER}"),
        Some(span) => Ok(Some(span)),
        None => bail!("{text} is no length of time: give a number of days or hours such as 90d or 12h, or {FOREVER}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_hours_and_forever_are_read_and_nothing_else() {
        for (text, read) in
            [("90d", Some(Span::days(90))), ("12h", Some(Span::hours(12))), ("36525d", Some(MOST)), ("forever", None)]
        {
            assert_eq!(span(text).unwrap(), read, "{text}");
        }
        for text in
            ["", "d", "90", "90 d", "-1d", "1.5d", "90m", "90D", "d90", "Forever", "none", "36526d", "4294967296h"]
        {
            assert!(span(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_defaults_are_the_domains() {
        assert_eq!(Retention::default().read().unwrap(), Kept::default());
    }
}
