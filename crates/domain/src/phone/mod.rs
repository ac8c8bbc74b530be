//! Phone numbers in E.164 and the country they belong to, for deciding where codes may be sent (docs/adr/0023-countries.md).

mod codes;

use std::fmt;

use serde::{Deserialize, Serialize};

/// A country by its ISO 3166-1 code of two capitals, such as `NZ`; one that has phone numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// Not the code of a country.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no country with phone numbers: give two capitals of ISO 3166-1, such as NZ")]
pub struct UnknownCountry(String);

impl Country {
    /// Reads `NZ`.
    pub fn parse(text: &str) -> Result<Self, UnknownCountry> {
        let is_known = text.bytes().all(|byte| byte.is_ascii_uppercase()) && plan().any(|(_, country)| country == text);
        let code = <[u8; 2]>::try_from(text.as_bytes()).ok().filter(|_| is_known);
        code.map(Self).ok_or_else(|| UnknownCountry(text.chars().take(16).collect()))
    }

    /// Whose a number is: `+` and digits. `None` for one that is nobody's, such as a satellite's or a freephone number.
    ///
    /// Where countries share a calling code (+1, +7, +44, …) the area code decides.
    pub fn of_number(number: &str) -> Option<Self> {
        let digits = number.strip_prefix('+')?;
        let (_, country) = plan().filter(|(code, _)| digits.starts_with(code)).max_by_key(|(code, _)| code.len())?;
        Self::parse(country).ok()
    }

    /// The two capitals.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Calling code, with an area code where one decides, and country.
fn plan() -> impl Iterator<Item = (&'static str, &'static str)> {
    codes::CODES.split_ascii_whitespace().filter_map(|entry| entry.split_once(':'))
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Country {
    type Error = UnknownCountry;

    fn try_from(text: String) -> Result<Self, UnknownCountry> {
        Self::parse(&text)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_of_the_country_of_its_calling_and_area_code() {
        for (number, country) in [
            ("+64210000789", "NZ"),
            ("+12125550100", "US"),
            ("+14165550100", "CA"),
            ("+18765550100", "JM"),
            ("+18095550100", "DO"),
            ("+77011234567", "KZ"),
            ("+79161234567", "RU"),
            ("+447400123456", "GB"),
            ("+447781123456", "GG"),
            ("+447797712345", "JE"),
            ("+393123456789", "IT"),
            ("+3906698123456", "VA"),
            ("+491511234567", "DE"),
            ("+35812345678", "FI"),
            ("+35818123456", "AX"),
            ("+5999123456", "CW"),
            ("+5993181234", "BQ"),
            ("+85212345678", "HK"),
        ] {
            assert_eq!(Country::of_number(number).map(|found| found.to_string()).as_deref(), Some(country), "{number}");
        }
    }

    #[test]
    fn numbers_of_nobody_and_of_codes_not_given_have_no_country() {
        for number in
            ["+18005550100", "+19005550100", "+881612345678", "+882161234567", "+99912345678", "+2101234567", "", "64"]
        {
            assert_eq!(Country::of_number(number), None, "{number}");
        }
    }

    #[test]
    fn only_codes_of_countries_in_the_plan_are_countries() {
        assert_eq!(Country::parse("NZ").unwrap().as_str(), "NZ");
        assert_eq!(serde_json::from_str::<Country>("\"DE\"").unwrap().to_string(), "DE");
        for text in ["", "N", "NZL", "nz", "ZZ", "--", "64", "N\u{17d}"] {
            assert!(Country::parse(text).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Country>("\"XX\"").is_err());
    }

    #[test]
    fn the_plan_is_well_formed() {
        let mut seen = std::collections::BTreeSet::new();
        for (code, country) in plan() {
            assert!(code.bytes().all(|byte| byte.is_ascii_digit()) && !code.starts_with('0'), "{code}");
            assert!(country == "--" || Country::parse(country).is_ok(), "{country}");
            assert!(seen.insert(code), "{code} twice");
        }
        assert!(seen.len() > 300);
        assert_eq!(codes::CODES.split_ascii_whitespace().count(), seen.len());
    }
}
