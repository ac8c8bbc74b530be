//! Where codes may be sent: the tenant's countries, and how many to one block of numbers and in all. Each text costs money, and
//! whoever earns by them asks for thousands (checklist 10).

use crate::clock::Span;
use crate::error::{Error, Result};
use crate::limit::Limit;
use crate::methods::shared::code::Cap;
use crate::phone::Country;
use crate::secret;
use crate::tenant::Tenant;

/// Digits at the end of a number that are not part of its block: a block has ten thousand numbers.
const WITHIN_BLOCK: usize = 4;

/// What is said of every number that gets none, whether its country is not listed or there is no such country.
const ELSEWHERE: &str = "No codes are sent to numbers of this country. Use another number, or another method.";

/// Refuses a number of a country that the tenant does not list; else the caps that a code to it takes from.
pub(super) fn guard(tenant: &Tenant, number: &str) -> Result<Vec<Cap>> {
    let sms = &tenant.settings.sms;
    let country = Country::of_number(number).filter(|country| sms.countries.contains(country));
    if country.is_none() {
        return Err(Error::invalid(ELSEWHERE));
    }
    let block = &number[..number.len().saturating_sub(WITHIN_BLOCK)];
    let block = secret::base64url(&secret::sha256(block.as_bytes()));
    let hourly = Limit { most: sms.per_prefix_per_hour.into(), within: Span::minutes(60) };
    let daily = Limit { most: sms.per_day.into(), within: Span::days(1) };
    Ok(vec![
        Cap { name: "prefix", key: format!("cap:sms:prefix:{block}"), limit: hourly },
        Cap { name: "day", key: "cap:sms:day".to_owned(), limit: daily },
    ])
}
