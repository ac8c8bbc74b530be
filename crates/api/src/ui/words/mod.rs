//! What the pages say, in six languages. `{app}` and the like are filled in; nothing of it is markup.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod ja;

use countersign_domain::delivery::spoken;
use http::{HeaderMap, header};

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    /// BCP 47, for `<html lang>`.
    pub(super) lang: &'static str,
    /// `ltr` or `rtl`, for `<html dir>`.
    pub(super) dir: &'static str,
    pub(super) ask: Ask,
    pub(super) time: Time,
    pub(super) done: Done,
    pub(super) stopped: Stopped,
    pub(super) over: Over,
    pub(super) problem: Trouble,
}

/// The page that asks.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) title: &'static str,
    /// Why it is shown again.
    pub(super) again: &'static str,
    /// What the link would do: `{app}`.
    pub(super) adds: &'static str,
    pub(super) confirms: &'static str,
    pub(super) app: &'static str,
    pub(super) action: &'static str,
    pub(super) sent_to: &'static str,
    pub(super) asked: &'static str,
    pub(super) device: &'static str,
    pub(super) network: &'static str,
    pub(super) yes: &'static str,
    pub(super) no: &'static str,
    /// `{time}`.
    pub(super) works_until: &'static str,
    /// `{browser}`, `{os}`.
    pub(super) on: &'static str,
}

/// How long ago something was asked; a link lives for ten minutes. Each of them names the `{time}`.
#[derive(Debug)]
pub(super) struct Time {
    pub(super) now: &'static str,
    pub(super) one: &'static str,
    pub(super) two: &'static str,
    /// `{minutes}`, from three on.
    pub(super) more: &'static str,
}

/// After a yes.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) title: &'static str,
    /// `{app}`.
    pub(super) about: &'static str,
    pub(super) close: &'static str,
}

/// After a no.
#[derive(Debug)]
pub(super) struct Stopped {
    /// Of the browser's tab.
    pub(super) title: &'static str,
    pub(super) heading: &'static str,
    /// `{app}`.
    pub(super) about: &'static str,
    /// `{app}`.
    pub(super) mistake: &'static str,
}

/// For every link that is not open.
#[derive(Debug)]
pub(super) struct Over {
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) after: &'static str,
}

/// What was refused, and what to do.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) missing: [&'static str; 2],
    pub(super) misunderstood: [&'static str; 2],
    pub(super) too_many: &'static str,
    pub(super) down: &'static str,
    /// What to do after both.
    pub(super) again: [&'static str; 2],
    /// `{id}`.
    pub(super) number: &'static str,
}

static ALL: [&Words; 6] = [&en::WORDS, &de::WORDS, &fr::WORDS, &es::WORDS, &ja::WORDS, &ar::WORDS];

/// The words for somebody who wants one of `wanted`: in the language that a message to them is written in.
pub(super) fn of<'a>(wanted: impl IntoIterator<Item = &'a str>) -> &'static Words {
    let lang = spoken(wanted);
    ALL.into_iter().find(|words| words.lang == lang).unwrap_or(ALL[0])
}

/// Most languages of a browser that are looked at.
const MOST: usize = 16;

/// The languages that a browser asks for, the most wanted first (RFC 9110 §12.5.4).
pub(crate) fn accepted(headers: &HeaderMap) -> Vec<String> {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut ranked: Vec<(f32, &str)> = header.split(',').take(MOST).filter_map(ranked).collect();
    // Stable: of two that are wanted alike the first counts.
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    ranked.into_iter().map(|(_, language)| language.to_owned()).collect()
}

/// `de;q=0.8`: how much a language is wanted; `None` for one that is not.
fn ranked(range: &str) -> Option<(f32, &str)> {
    let mut parts = range.split(';').map(str::trim);
    let language = parts.next().filter(|language| !language.is_empty())?;
    let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |weight| weight.parse().ok())?;
    (weight > 0.0 && weight <= 1.0).then_some((weight, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(header: &str) -> Vec<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, header.parse().unwrap());
        accepted(&headers)
    }

    #[test]
    fn every_language_of_messages_is_one_of_pages() {
        assert_eq!(ALL.map(|words| words.lang), *countersign_domain::delivery::locales());
    }

    #[test]
    fn a_language_is_found_whatever_its_region_and_english_stands_in() {
        for (wanted, got) in
            [(vec!["de-AT"], "de"), (vec!["tlh", "AR_eg"], "ar"), (vec!["", "*", "x"], "en"), (vec![], "en")]
        {
            assert_eq!(of(wanted.clone()).lang, got, "{wanted:?}");
        }
    }

    #[test]
    fn a_browser_is_answered_in_the_language_it_wants_most() {
        assert_eq!(accepts("fr;q=0.5, de-CH, en;q=0.8"), ["de-CH", "en", "fr"]);
        assert_eq!(accepts("es;q=0, ja;q=x, ar;q=0.1,, ;q=1, de;q=2"), ["ar"]);
        assert_eq!(accepts(&"en,".repeat(1_000)).len(), MOST);
        assert!(accepted(&HeaderMap::new()).is_empty());
    }

    #[test]
    fn what_is_filled_in_has_its_place_in_every_language() {
        for words in ALL {
            let needs = [
                (words.ask.adds, "{app}"),
                (words.ask.confirms, "{app}"),
                (words.ask.works_until, "{time}"),
                (words.ask.on, "{browser}"),
                (words.ask.on, "{os}"),
                (words.time.now, "{time}"),
                (words.time.one, "{time}"),
                (words.time.two, "{time}"),
                (words.time.more, "{time}"),
                (words.time.more, "{minutes}"),
                (words.done.about, "{app}"),
                (words.stopped.about, "{app}"),
                (words.problem.number, "{id}"),
            ];
            for (text, gap) in needs {
                assert!(text.contains(gap), "{}: {text}", words.lang);
            }
            assert_eq!(words.dir, if words.lang == "ar" { "rtl" } else { "ltr" });
        }
    }
}
