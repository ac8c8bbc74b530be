//! The page that a link leads to: what it shows, and what is answered there.
//!
//! It may be opened by the person's browser, another device, a mail scanner, or somebody who was forwarded the mail. So it
//! says what it would do and who asked, and only its own button does it: a POST with a binding that the page was given.

use std::sync::Arc;

use url::Url;

use super::token::LinkToken;
use super::{Method, RULES};
use crate::action::{self, Action};
use crate::audit::{self, Event};
use crate::challenge::{self, Challenge, Purpose};
use crate::clock::Millis;
use crate::delivery::masked;
use crate::error::{Error, Result};
use crate::methods::shared::code::{CODE_LIFE, Checked};
use crate::secret;
use crate::tenant::{LinkMode, Tenant};
use crate::{Caller, Countersign, user};

/// What a link would do, for the page that asks whether it may.
#[derive(Debug)]
pub struct LinkAsks {
    /// Whose application asks.
    pub tenant: Arc<Tenant>,
    /// BCP 47; what the user prefers, where that is known.
    pub locale: Option<String>,
    /// The action's code.
    pub action: String,
    /// Where the link was sent, masked.
    pub address: String,
    /// Whether it adds the address to the account, instead of proving with it.
    pub is_enrolment: bool,
    /// When it was asked for.
    pub asked_at: Millis,
    /// When it ends.
    pub ends_at: Millis,
    /// `User-Agent` of who asked.
    pub user_agent: Option<String>,
    /// Address of who asked.
    pub ip_address: Option<String>,
    /// What the answer has to bring along besides the nonce.
    pub binding: String,
    /// Origin of the page that the browser goes to afterwards.
    pub leads_to: Option<String>,
}

/// What came of an answer.
#[derive(Debug)]
pub enum LinkAnswer {
    /// The link is over: used, replaced, refused, too late, or none of ours.
    Over,
    /// The answer is not the page's own. Nothing happened.
    Unbound,
    /// Done. The page that asked goes on by itself.
    Confirmed {
        /// Whose application goes on.
        tenant: Arc<Tenant>,
        /// Where this browser goes on instead, with a result token.
        leads_to: Option<String>,
    },
    /// Refused by the person; the link is over.
    Refused {
        /// Whose application is told.
        tenant: Arc<Tenant>,
    },
}

/// A link of ours, open when `challenge` is.
struct Link {
    tenant: Arc<Tenant>,
    challenge: Challenge,
    action: Action,
    token: LinkToken,
}

impl Countersign {
    /// What an open link asks; `None` where it is over or none of ours. Changes nothing, however often it is asked. `nonce`
    /// is a random text that the page's browser keeps.
    pub async fn link_asks(&self, token: &str, nonce: &str) -> Result<Option<LinkAsks>> {
        let Some(open) = self.find_link(token).await?.filter(|link| link.challenge.is_open(self.now())) else {
            return Ok(None);
        };
        let note = &open.challenge.note;
        let asked = note.asked.clone().unwrap_or_default();
        let leads_to = open.leads_to().and_then(|url| origin_of(&url));
        let user = user::store::find_known(self.db(), &open.tenant.id, &open.action.user).await?;
        Ok(Some(LinkAsks {
            tenant: open.tenant.clone(),
            locale: user.and_then(|user| user.locale),
            action: open.action.code.clone(),
            address: masked(note.address.as_deref().unwrap_or_default()),
            is_enrolment: open.challenge.purpose == Purpose::Enrol,
            asked_at: open.challenge.expires_at.minus(CODE_LIFE),
            ends_at: open.challenge.expires_at,
            user_agent: asked.user_agent,
            ip_address: asked.ip_address,
            binding: secret::base64url(&open.tenant.code_keys.sign(&open.bound(nonce))),
            leads_to,
        }))
    }

    /// The person's answer. Of several at once one counts.
    pub async fn link_answer(
        &self,
        token: &str,
        (nonce, binding): (&str, &str),
        says_yes: bool,
        caller: &Caller,
    ) -> Result<LinkAnswer> {
        let Some(open) = self.find_link(token).await? else { return Ok(LinkAnswer::Over) };
        let tag = secret::from_base64url(binding).unwrap_or_default();
        if !open.tenant.code_keys.verify(&open.bound(nonce), &tag) {
            return Ok(LinkAnswer::Unbound);
        }
        match self.require_open(&open.tenant.id, &open.challenge).await {
            Err(Error::InvalidRequest(_)) => return Ok(LinkAnswer::Over),
            is_open => is_open?,
        }
        if !says_yes {
            return self.refuse_link(open, caller).await;
        }
        let tenant = open.tenant.clone();
        let leads_to = open.leads_to();
        let outcome = self.confirm_link(open, caller).await;
        match self.tally().code(Method::EmailMagicLink, outcome) {
            Ok(Checked::Right(proved)) => {
                let leads_to = leads_to.and_then(|url| with_token(&url, &proved.token));
                Ok(LinkAnswer::Confirmed { tenant, leads_to })
            }
            Err(error @ (Error::Unavailable(_) | Error::Internal(_))) => Err(error),
            // Another answer was first, or what it was for has gone or changed: nothing that the person could do here.
            Ok(Checked::Wrong(_)) | Err(_) => Ok(LinkAnswer::Over),
        }
    }

    /// The link that this text is, open or over.
    async fn find_link(&self, text: &str) -> Result<Option<Link>> {
        let Some(token) = LinkToken::parse(text) else { return Ok(None) };
        let (Some(tenant), Some(id)) = (token.tenant(), token.challenge()) else { return Ok(None) };
        let tenant = match self.tenant(&tenant).await {
            Err(Error::Unauthorized) => return Ok(None),
            found => found?,
        };
        let challenge = match challenge::find(self.db(), &tenant.id, &id).await {
            Err(Error::NotFound(_)) => return Ok(None),
            found => found?,
        };
        let is_ours = challenge.method == Some(Method::EmailMagicLink) && challenge.is_answered_by(token.bytes());
        if !is_ours {
            return Ok(None);
        }
        let (Some(user), Some(key)) = (&challenge.user, &challenge.idempotency_key) else { return Ok(None) };
        let action = action::store::find(self.db(), &tenant.id, user, &challenge.action_code, key).await?;
        Ok(action.map(|action| Link { tenant, challenge, action, token }))
    }

    async fn confirm_link(&self, open: Link, caller: &Caller) -> Result<Checked> {
        let (tenant, id) = (open.tenant.id.clone(), open.action.user.clone());
        let user = self.write(async move |tx| user::store::find(tx, &tenant, &id).await).await?;
        let user = user.ok_or(Error::NotFound("user"))?;
        let asked = open.challenge.note.asked.clone().unwrap_or_default();
        let who = asked.bearer(open.tenant, user, &open.challenge);
        self.link_check(&RULES, &who, open.challenge, caller).await
    }

    async fn refuse_link(&self, open: Link, caller: &Caller) -> Result<LinkAnswer> {
        let now = self.now();
        let mut event = Event::new("challenge.cancelled", now)
            .user(&open.action.user)
            .action(&open.action.code, &open.action.idempotency_key)
            .challenge(&open.challenge.id)
            .caller(caller)
            .detail("method", Method::EmailMagicLink.as_str())
            .detail("reason", "not_me");
        if let Some(factor) = &open.challenge.note.factor {
            event = event.authenticator(factor);
        }
        let (id, challenge) = (open.tenant.id.clone(), open.challenge);
        let is_first = self
            .write(async move |tx| {
                let is_first = challenge::cancel(tx, &id, &challenge, now).await?;
                if is_first {
                    audit::record(tx, &id, &event).await?;
                }
                Ok(is_first)
            })
            .await?;
        Ok(if is_first { LinkAnswer::Refused { tenant: open.tenant } } else { LinkAnswer::Over })
    }
}

impl Link {
    /// What a binding is over: this link on this page.
    fn bound(&self, nonce: &str) -> Vec<u8> {
        [b"link-page\0", self.token.bytes(), nonce.as_bytes()].concat()
    }

    /// Where the browser that answers goes on, when that is the tenant's wish.
    fn leads_to(&self) -> Option<String> {
        match self.tenant.settings.magic_link.mode {
            LinkMode::OriginalTab => None,
            LinkMode::NewTab => self.action.redirect_url.clone().or_else(|| self.tenant.settings.client_url.clone()),
        }
    }
}

/// An origin as a content security policy may name it.
fn origin_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let origin = url.origin().ascii_serialization();
    let is_plain = origin.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:/[]".contains(&byte));
    is_plain.then_some(origin)
}

fn with_token(url: &str, token: &str) -> Option<String> {
    let mut url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    // One that stood there already would be read in its place.
    if url.query_pairs().any(|(name, _)| name == "token") {
        let others: Vec<_> = url.query_pairs().into_owned().filter(|(name, _)| name != "token").collect();
        url.query_pairs_mut().clear().extend_pairs(others);
    }
    url.query_pairs_mut().append_pair("token", token);
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::{origin_of, with_token};

    #[test]
    fn a_token_joins_the_query_of_a_page_and_of_nothing_else() {
        for (url, led) in [
            ("https://shop.example", Some("https://shop.example/?token=t.t")),
            ("https://shop.example/back?a=1#top", Some("https://shop.example/back?a=1&token=t.t#top")),
            ("http://localhost:3000/", Some("http://localhost:3000/?token=t.t")),
            ("https://shop.example/?token=theirs&a=%20b&token", Some("https://shop.example/?a=+b&token=t.t")),
            ("javascript:alert(1)", None),
            ("shop.example", None),
        ] {
            assert_eq!(with_token(url, "t.t").as_deref(), led, "{url}");
        }
    }

    #[test]
    fn only_a_plain_origin_enters_a_policy() {
        assert_eq!(origin_of("https://shop.example/back?a").as_deref(), Some("https://shop.example"));
        assert_eq!(origin_of("http://localhost:3000/").as_deref(), Some("http://localhost:3000"));
        for url in ["https://a;sandbox/", "javascript:alert(1)", "data:text/html,x", "https://a'b/"] {
            assert_eq!(origin_of(url), None, "{url}");
        }
    }
}
