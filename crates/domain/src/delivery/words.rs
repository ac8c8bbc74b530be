//! What messages say, by locale: short templates of one sentence each. A further locale is a further file here.

use std::sync::LazyLock;

use serde::Deserialize;

use super::message::Happened;

/// The words of one locale.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Words {
    /// BCP 47.
    pub(super) locale: String,
    /// `ltr` or `rtl`, as HTML has it.
    pub(super) direction: String,
    pub(super) greeting: String,
    pub(super) email_code: Page,
    pub(super) magic_link: Page,
    pub(super) verify_email: Page,
    pub(super) sms_code: String,
    pub(super) notice: NoticeWords,
    pub(super) footer: String,
}

/// One kind of e-mail.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    pub(super) subject: String,
    pub(super) heading: String,
    pub(super) lead: String,
    /// What stands on the button; empty where there is no link.
    #[serde(default)]
    pub(super) button: String,
    pub(super) notes: Vec<String>,
}

/// All notices.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct NoticeWords {
    factor_added: Told,
    factor_changed: Told,
    factor_removed: Told,
    address_added: Told,
    address_changed: Told,
    address_removed: Told,
    recovery_code_used: Told,
    sign_up_tried: Told,
    pub(super) about: String,
    pub(super) at: String,
    pub(super) device: String,
    pub(super) notes: Vec<String>,
}

/// What one notice tells.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    pub(super) subject: String,
    pub(super) lead: String,
}

impl NoticeWords {
    pub(super) fn told(&self, happened: Happened) -> &Told {
        match happened {
            Happened::FactorAdded => &self.factor_added,
            Happened::FactorChanged => &self.factor_changed,
            Happened::FactorRemoved => &self.factor_removed,
            Happened::AddressAdded => &self.address_added,
            Happened::AddressChanged => &self.address_changed,
            Happened::AddressRemoved => &self.address_removed,
            Happened::RecoveryCodeUsed => &self.recovery_code_used,
            Happened::SignUpTried => &self.sign_up_tried,
        }
    }
}

const FILES: [&str; 6] = [
    include_str!("words/en.json"),
    include_str!("words/de.json"),
    include_str!("words/fr.json"),
    include_str!("words/es.json"),
    include_str!("words/ja.json"),
    include_str!("words/ar.json"),
];

/// English first: it stands in for what is not spoken.
static WORDS: LazyLock<Vec<Words>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the files are in the binary, and a test reads each")]
    FILES.iter().map(|file| serde_json::from_str(file).expect("words are JSON")).collect()
});

/// The locales that messages are written in, English first.
pub fn locales() -> Vec<&'static str> {
    WORDS.iter().map(|words| words.locale.as_str()).collect()
}

/// The locale, of those that messages are written in, for somebody who wants one of `wanted` (BCP 47), the most wanted first.
pub fn spoken<'a>(wanted: impl IntoIterator<Item = &'a str>) -> &'static str {
    &of(wanted).locale
}

/// The words of the first of `wanted` that is spoken, by its language alone: `de-AT` is served in German.
pub(super) fn of<'a>(wanted: impl IntoIterator<Item = &'a str>) -> &'static Words {
    let spoken = wanted.into_iter().find_map(|locale| {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        WORDS.iter().find(|words| words.locale.eq_ignore_ascii_case(language))
    });
    spoken.unwrap_or(&WORDS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_found_by_its_language_and_english_stands_in() {
        for (wanted, got) in [
            (vec!["de-AT"], "de"),
            (vec!["ar_EG"], "ar"),
            (vec!["JA"], "ja"),
            (vec!["tlh", "fr-CA"], "fr"),
            (vec!["", "x"], "en"),
            (vec![], "en"),
        ] {
            assert_eq!(of(wanted.clone()).locale, got, "{wanted:?}");
        }
    }

    #[test]
    fn every_locale_says_everything_and_arabic_runs_from_right_to_left() {
        assert_eq!(locales(), ["en", "de", "fr", "es", "ja", "ar"]);
        for words in WORDS.iter() {
            assert_eq!(words.direction, if words.locale == "ar" { "rtl" } else { "ltr" });
            assert!(words.sms_code.contains("{{ code }}") && words.email_code.notes.len() == 2, "{}", words.locale);
            assert!(!words.magic_link.button.is_empty() && !words.verify_email.button.is_empty());
            for happened in Happened::ALL {
                assert!(words.notice.told(happened).subject.contains("{{ tenant }}"), "{} {happened:?}", words.locale);
            }
        }
    }
}
