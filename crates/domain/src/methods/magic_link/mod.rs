//! Links by e-mail: opened anywhere, confirmed by a person on a page of ours (docs/adr/0024-magic-links.md).
//!
//! The page that asked polls [`Countersign::magic_link_poll`]; the link leads to [`Countersign::link_asks`] and
//! [`Countersign::link_answer`]. Reading spends nothing.

mod answer;
mod poll;
mod token;

use super::Method;
use super::shared::code::{Begun, CODE_LIFE, Made, Rules};
use crate::action::Bearer;
use crate::clock::Span;
use crate::delivery::Message;
use crate::error::Result;
use crate::limit::Limit;
use crate::secret::Secret;
use crate::tally::{Ceremony, Stage};
use crate::{Caller, Countersign};
use token::LinkToken;

pub use answer::{LinkAnswer, LinkAsks};

/// Where links lead, under the origin of the pre-built UI.
pub const LINK_PATH: &str = "/ui/magic-link";

const RULES: Rules = Rules {
    method: Method::EmailMagicLink,
    factor: Method::EmailMagicLink,
    sends: Limit { most: 12, within: Span::minutes(10) },
    phone: None,
    shows_asker: true,
    guard: |_, _| Ok(Vec::new()),
    make: |tenant, id| {
        let link = LinkToken::mint(&tenant.id, id);
        let url = Secret::new(format!("{}{LINK_PATH}?token={}", tenant.ui_origin, link.text().expose()));
        Made { message: Message::MagicLink { url, minutes: CODE_LIFE.0 / 60_000 }, kept: link.hash() }
    },
};

impl Countersign {
    /// Sends a link to an address that is to be a factor.
    pub async fn magic_link_enrol(&self, who: &Bearer, address: String, caller: &Caller) -> Result<Begun> {
        let outcome = self.code_enrol(&RULES, who, address, caller).await;
        self.tally().ceremony(Method::EmailMagicLink, Ceremony::Enrolment, Stage::Opened, outcome)
    }

    /// Sends a link to the user's address.
    pub async fn magic_link_begin(&self, who: &Bearer, caller: &Caller) -> Result<Begun> {
        let outcome = self.code_begin(&RULES, who, caller).await;
        self.tally().ceremony(Method::EmailMagicLink, Ceremony::Authentication, Stage::Opened, outcome)
    }
}
