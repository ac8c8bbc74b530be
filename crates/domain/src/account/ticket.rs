//! Tickets and codes that travel in addresses: 128 random bits, single use, and stored as a hash of which the id of their challenge is
//! made, so that nothing else has to travel (docs/adr/0028-accounts.md).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Account, Address, Refused, Wishes, store};
use crate::challenge::{self, Challenge, Note, Purpose, State, Step};
use crate::clock::{Millis, Span};
use crate::delivery::{Happened, Letter, Message, Notice, Post, Recipient};
use crate::error::{Error, Result};
use crate::id::{ChallengeId, UserId};
use crate::limit::{self, Limit};
use crate::secret::{self, Secret};
use crate::tenant::Tenant;
use crate::user::{self, User};
use crate::{Caller, Countersign};

/// What a step of an account goes on with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Kept {
    /// The address given at a sign-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    /// What a sign-up asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) wishes: Option<Wishes>,
    /// S256 of the verifier that has to come with the code (RFC 7636 §4.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code_challenge: Option<String>,
}

/// How long a link works. It opens a session for whoever holds it, so that it is not left in a mailbox for the 30 days of the
/// original.
pub(super) const TICKET_LIFE: Span = Span::days(3);

/// Mails to one address.
pub(super) const MAILS: Limit = Limit { most: 10, within: Span::hours(1) };

/// A secret of 128 random bits in the form of a UUID.
pub(super) struct Bits(Uuid);

impl Bits {
    pub(super) fn random() -> Self {
        Self(Uuid::from_bytes(secret::random()))
    }

    /// Reads one: a UUID in lower-case hyphenated form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let uuid = Uuid::try_parse(text).ok()?;
        (uuid.as_hyphenated().to_string() == text).then_some(Self(uuid))
    }

    pub(super) fn text(&self) -> String {
        self.0.as_hyphenated().to_string()
    }

    pub(super) fn challenge(&self) -> ChallengeId {
        ChallengeId::of_secret(self.0.as_bytes())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// An open challenge that these bits answer.
    pub(super) fn open(&self, step: Step, user: &UserId, kept: Kept, life: Span, now: Millis) -> Challenge {
        Challenge {
            id: self.challenge(),
            user: Some(user.clone()),
            action_code: "account".to_owned(),
            idempotency_key: None,
            method: None,
            purpose: Purpose::Account(step),
            state: State::Pending,
            secret_hash: Some(secret::sha256(self.bytes())),
            note: Note { account: Some(Box::new(kept)), ..Note::default() },
            expires_at: now.plus(life),
            is_stored: true,
        }
    }
}

/// A mail about a sign-up, and the ticket in it.
pub(super) struct Mail {
    /// None where the address is somebody else's already: they are told instead.
    pub(super) ticket: Option<Challenge>,
    pub(super) letter: Letter,
}

impl Mail {
    /// In the transaction of what it is sent for.
    pub(super) async fn store(
        &self,
        tx: &mut countersign_db::Tx<'_>,
        tenant: &Tenant,
        address: &Address,
        now: Millis,
    ) -> Result<()> {
        limit::take(tx, &tenant.id, &address.counter("account-mail"), MAILS, now).await?;
        if let Some(ticket) = &self.ticket {
            challenge::insert(tx, &tenant.id, ticket, now).await?;
        }
        self.letter.put(tx).await
    }
}

impl Countersign {
    /// The mail with a link by which `user` shows that the address is theirs.
    pub(super) fn ticket_mail(
        &self,
        tenant: &Tenant,
        (user, address): (&User, &Address),
        redirect_to: Option<String>,
        code_challenge: Option<String>,
    ) -> Result<Mail> {
        let now = self.now();
        let bits = Bits::random();
        let kept = Kept { code_challenge, ..Kept::default() };
        let ticket = bits.open(Step::VerifyAddress, &user.id, kept, TICKET_LIFE, now);
        let place = redirect_to.or_else(|| tenant.home()).ok_or_else(|| {
            Error::InvalidConfiguration("The tenant has no client URL for links to lead to.".to_owned())
        })?;
        // In the order of their names, as the original writes them.
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("redirectTo", &place)
            .append_pair("ticket", &format!("verifyEmail:{}", bits.text()))
            .append_pair("type", "emailVerify")
            .finish();
        let link = format!("{}/t/{}/auth/v1/verify?{query}", self.public_url(), tenant.id);
        let post = Post {
            user: Some(user.id.clone()),
            challenge: Some(ticket.id.clone()),
            to: recipient(user, address),
            message: Message::VerifyEmail { url: Secret::new(link), minutes: TICKET_LIFE.0 / 60_000 },
            expires_at: ticket.expires_at,
        };
        let letter = self.letter(&tenant.id, &post);
        Ok(Mail { ticket: Some(ticket), letter })
    }

    /// The mail that tells the owner of an address that somebody tried to sign up with it.
    pub(super) async fn taken_mail(
        &self,
        tenant: &Tenant,
        owner: &UserId,
        address: &Address,
        caller: &Caller,
    ) -> Result<Mail> {
        let now = self.now();
        let user = user::store::find_known(self.db(), &tenant.id, owner).await?;
        let user = user.ok_or_else(|| Error::Unavailable("the user is being removed".to_owned()))?;
        let device = caller.user_agent.as_deref().and_then(crate::notice::device_words);
        let notice = Notice { happened: Happened::SignUpTried, at: now, about: None, device };
        let post = Post {
            user: Some(user.id.clone()),
            challenge: None,
            to: recipient(&user, address),
            message: Message::Notice(notice),
            expires_at: now.plus(Span::days(1)),
        };
        Ok(Mail { ticket: None, letter: self.letter(&tenant.id, &post) })
    }

    /// Sends another link. The links before it go on working: who asks for one may be anybody, and must not take the owner's away.
    /// Nothing is sent, and nothing said, where no account waits for one, unless the tenant reveals accounts.
    pub async fn resend_verification(
        &self,
        tenant: &Tenant,
        address: &Address,
        redirect_to: Option<String>,
        code_challenge: Option<String>,
    ) -> Result<()> {
        let code_challenge = s256(code_challenge)?;
        if redirect_to.as_ref().is_some_and(|target| !tenant.allows_redirect(target)) {
            return Err(Refused::Redirect.into());
        }
        let now = self.now();
        let waiting = self.waiting_for_verification(tenant, address).await?;
        let Some((user, _)) = waiting else {
            let (tenant, key) = (tenant.id.clone(), address.counter("account-mail"));
            return self.write(async move |tx| limit::take(tx, &tenant, &key, MAILS, now).await).await;
        };
        let mail = self.ticket_mail(tenant, (&user, address), redirect_to, code_challenge)?;
        let letter = mail.letter.clone();
        let (of, key) = (tenant.id.clone(), address.counter("account-mail"));
        self.write(async move |tx| {
            limit::take(tx, &of, &key, MAILS, now).await?;
            if let Some(ticket) = &mail.ticket {
                challenge::insert(tx, &of, ticket, now).await?;
            }
            mail.letter.put(tx).await
        })
        .await?;
        self.send_soon(&letter);
        Ok(())
    }

    /// The account made last of those that gave this address and have not shown that it is theirs.
    async fn waiting_for_verification(&self, tenant: &Tenant, address: &Address) -> Result<Option<(User, Account)>> {
        let reveals = tenant.settings.accounts.reveal_accounts;
        if let Some(owner) = store::owner(self.db(), &tenant.id, address).await? {
            let account = store::find(self.db(), &tenant.id, &owner).await?;
            if account.is_none_or(|account| account.email_verified_at.is_some()) {
                return if reveals { Err(Refused::AlreadyVerified.into()) } else { Ok(None) };
            }
        }
        let Some(account) = store::pending(self.db(), &tenant.id, address).await? else {
            return if reveals { Err(Refused::UnknownAddress.into()) } else { Ok(None) };
        };
        if account.disabled_at.is_some() {
            return if reveals { Err(Refused::Disabled.into()) } else { Ok(None) };
        }
        let user = user::store::find_known(self.db(), &tenant.id, &account.user).await?;
        Ok(user.map(|user| (user, account)))
    }
}

fn recipient(user: &User, address: &Address) -> Recipient {
    let name = user.display_name.clone().filter(|name| name != address.as_str());
    Recipient { address: address.as_str().to_owned(), name, locale: user.locale.clone() }
}

/// An S256 code challenge: 43 characters of base64url (RFC 7636 §4.2). Other methods are not known.
pub(super) fn s256(text: Option<String>) -> Result<Option<String>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    match secret::from_base64url(&text) {
        Some(bytes) if bytes.len() == 32 => Ok(Some(text)),
        _ => Err(Error::invalid("codeChallenge is the SHA-256 of the verifier in base64url, 43 characters.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_read_in_one_form_alone_and_name_their_challenge() {
        let (one, two) = (Bits::random(), Bits::random());
        assert_ne!(one.challenge(), two.challenge());
        assert_eq!(Bits::parse(&one.text()).unwrap().challenge(), one.challenge());
        for bad in ["", "verifyEmail", &one.text().to_uppercase().replace(['0', '1', '2'], "A"), &one.text()[1..]] {
            assert!(Bits::parse(bad).is_none(), "{bad}");
        }
        let id = one.challenge();
        assert!(ChallengeId::parse(id.as_str()).is_some() && id.as_str() != one.text());
    }

    #[test]
    fn a_code_challenge_is_a_hash() {
        let good = secret::base64url(&secret::sha256(b"verifier"));
        assert_eq!(s256(Some(good.clone())).unwrap(), Some(good));
        assert_eq!(s256(None).unwrap(), None);
        for bad in ["plain", "x", "+/+/"] {
            assert!(s256(Some(bad.to_owned())).is_err(), "{bad}");
        }
    }
}
