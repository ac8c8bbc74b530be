//! Signing up with an address and a key.

use std::sync::Arc;

use countersign_webauthn::options::CreationOptions;

use super::ceremony::{RULES, creation_options, nickname, opened};
use super::ticket::{Mail, s256};
use super::wishes::Settled;
use super::{Account, Address, CredentialSent, Kept, Refused, Wishes, store};
use crate::audit::{self, Event};
use crate::authenticator::{Added, Authenticator, Credential, assurance, credentials};
use crate::challenge::{self, Challenge, Step};
use crate::clock::{Millis, Span};
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::limit::{self, Limit};
use crate::methods::{Method, check_registration, new_factor};
use crate::notice::device_words;
use crate::session::{Granted, Opening, ProvedBy};
use crate::tally::{Ceremony, Stage};
use crate::tenant::Tenant;
use crate::user::User;
use crate::{Caller, Countersign};

/// How many ceremonies may begin for one address.
const SIGN_UPS: Limit = Limit { most: 100, within: Span::minutes(10) };

/// The end of a sign-up.
#[derive(Debug)]
pub struct SigningUp {
    /// The new key.
    pub credential: CredentialSent,
    /// What was not said at the beginning, or is to be otherwise.
    pub wishes: Wishes,
    /// What its owner calls the key.
    pub nickname: Option<String>,
    /// S256 of a verifier: the link then carries a code in place of a refresh token (RFC 7636).
    pub code_challenge: Option<String>,
}

/// What a sign-up led to.
#[derive(Debug)]
pub enum SignedUp {
    /// A session.
    In(Box<Granted>),
    /// A mail, whose link has to be followed first. So it is said too where the address is another's.
    Waiting,
}

/// An account about to be made.
struct NewAccount {
    user: User,
    account: Account,
    address: Address,
    factor: Authenticator<Credential>,
    created: Event,
    added: Added,
    mail: Option<Mail>,
    opening: Option<Opening>,
}

impl Countersign {
    /// Options for the first key of a new account.
    pub async fn sign_up_options(&self, tenant: &Tenant, address: &Address, wishes: Wishes) -> Result<CreationOptions> {
        let outcome = self.begin_sign_up(tenant, address, wishes).await;
        self.tally().ceremony(Method::SecurityKey, Ceremony::Enrolment, Stage::Opened, outcome)
    }

    async fn begin_sign_up(&self, tenant: &Tenant, address: &Address, wishes: Wishes) -> Result<CreationOptions> {
        self.require_sign_up(tenant)?;
        let settled = wishes.settle(tenant, address)?;
        let (user, now) = (UserId::random(), self.now());
        let kept = Kept { email: Some(address.as_str().to_owned()), wishes: Some(wishes), ..Kept::default() };
        let (open, bytes) = opened(&user, Step::SignUp, Some(kept), now);
        let (of, key) = (tenant.id.clone(), address.counter("sign-up"));
        self.write(async move |tx| {
            limit::take(tx, &of, &key, SIGN_UPS, now).await?;
            challenge::insert(tx, &of, &open, now).await
        })
        .await?;
        Ok(creation_options(tenant, (&user, &settled.display_name), &[], bytes))
    }

    fn require_sign_up(&self, tenant: &Tenant) -> Result<()> {
        self.require_offered(tenant, RULES.method)?;
        if tenant.settings.accounts.sign_up { Ok(()) } else { Err(Refused::SignUpOff.into()) }
    }

    /// Takes the key in, and makes its user and account: nothing of either is there before.
    pub async fn sign_up(&self, tenant: &Arc<Tenant>, end: SigningUp, caller: &Caller) -> Result<SignedUp> {
        let outcome = self.end_sign_up(tenant, end, caller).await;
        self.tally().ceremony(Method::SecurityKey, Ceremony::Enrolment, Stage::Verified, outcome)
    }

    async fn end_sign_up(&self, tenant: &Arc<Tenant>, end: SigningUp, caller: &Caller) -> Result<SignedUp> {
        self.require_sign_up(tenant)?;
        let label = nickname(end.nickname.as_deref())?;
        let code_challenge = s256(end.code_challenge)?;
        let answered = end.credential.answered()?;
        let open = self.account_challenge(tenant, &answered, Step::SignUp).await?;
        let lacks = || Error::Internal("a sign-up without its beginning".to_owned());
        let kept = open.note.account.as_deref().cloned().ok_or_else(lacks)?;
        let address = Address::parse(&kept.email.ok_or_else(lacks)?)?;
        let settled = end.wishes.over(kept.wishes.unwrap_or_default()).settle(tenant, &address)?;
        let made = end.credential.parsed();
        let registration = match check_registration(&RULES, tenant, &open, &made, &answered) {
            Ok(registration) => registration,
            Err(refusal) => return self.refuse_ceremony(tenant, &open, RULES.method, refusal, caller).await,
        };
        let now = self.now();
        let (user, account) = person(&open, &address, &settled, now).ok_or_else(lacks)?;
        let mut factor = new_factor(RULES.method, &user, &open, &made, registration, caller, now);
        factor.label = label.map(|name| name.as_str().to_owned());
        let mut new = NewAccount::new(tenant, &open, (user, account, address), factor, caller, now);
        if tenant.settings.accounts.verify_email {
            new.mail = Some(self.mail_of(tenant, &new, settled.redirect_to, code_challenge, caller).await?);
        } else {
            let proved = proved_by(&new.factor, now);
            new.opening = Some(Opening::new(self, tenant, &new.user, None, &proved, caller, now));
        }
        let new = Arc::new(new);
        let (of, stored) = (tenant.clone(), new.clone());
        self.write(async move |tx| stored.store(tx, &of, &open, now).await).await?;
        match (&new.opening, &new.mail) {
            (Some(opening), _) => {
                let granted = self.grant(tenant, opening, Some(&new.account), false).await?;
                Ok(SignedUp::In(Box::new(granted)))
            }
            (None, mail) => {
                // A stranger must not wait for a mail server, nor learn from it.
                if let Some(mail) = mail {
                    self.send_soon(&mail.letter);
                }
                Ok(SignedUp::Waiting)
            }
        }
    }

    /// To the address: a link where it is nobody's yet, else word that somebody tried.
    async fn mail_of(
        &self,
        tenant: &Tenant,
        new: &NewAccount,
        redirect_to: Option<String>,
        code_challenge: Option<String>,
        caller: &Caller,
    ) -> Result<Mail> {
        match store::owner(self.db(), &tenant.id, &new.address).await? {
            Some(_) if tenant.settings.accounts.reveal_accounts => Err(Refused::AddressTaken.into()),
            Some(owner) => self.taken_mail(tenant, &owner, &new.address, caller).await,
            None => self.ticket_mail(tenant, (&new.user, &new.address), redirect_to, code_challenge),
        }
    }
}

impl NewAccount {
    fn new(
        tenant: &Tenant,
        open: &Challenge,
        (user, account, address): (User, Account, Address),
        factor: Authenticator<Credential>,
        caller: &Caller,
        now: Millis,
    ) -> Self {
        let event = |kind| Event::new(kind, now).challenge(&open.id).caller(caller);
        let device = caller.user_agent.as_deref().and_then(device_words);
        let added = Added::new(&factor, event("authenticator.created"))
            .on(device)
            .detail("aaguid", factor.detail.aaguid.to_string());
        let created = event("account.created").user(&user.id);
        let created = created.detail("verifies", tenant.settings.accounts.verify_email);
        Self { user, account, address, factor, created, added, mail: None, opening: None }
    }

    async fn store(
        &self,
        tx: &mut countersign_db::Tx<'_>,
        tenant: &Tenant,
        open: &Challenge,
        now: Millis,
    ) -> Result<()> {
        challenge::close_verified(tx, &tenant.id, open, now).await?;
        store::insert(tx, &tenant.id, &self.user, &self.account).await?;
        // Where nothing is verified, who comes first has the address.
        let claims = self.mail.is_none();
        if claims && !store::claim(tx, &tenant.id, self.address.as_str(), &self.user.id, now).await? {
            return Err(Refused::AddressTaken.into());
        }
        if !credentials::insert(tx, &tenant.id, &self.factor).await? {
            return Err(Error::invalid("This credential is registered already. Sign in with it instead."));
        }
        audit::record(tx, &tenant.id, &self.created).await?;
        self.added.record(tx, &tenant.teller, &self.user).await?;
        if let Some(mail) = &self.mail {
            mail.store(tx, tenant, &self.address, now).await?;
        }
        match &self.opening {
            Some(opening) => opening.store(tx).await,
            None => Ok(()),
        }
    }
}

/// The user and the account that a sign-up makes.
fn person(open: &Challenge, address: &Address, settled: &Settled, now: Millis) -> Option<(User, Account)> {
    let id = open.user.clone()?;
    let account = Account {
        user: id.clone(),
        email: address.as_str().to_owned(),
        email_verified_at: None,
        default_role: settled.default_role.clone(),
        roles: settled.roles.clone(),
        metadata: settled.metadata.clone(),
        disabled_at: None,
        created_at: now,
    };
    let user = User {
        external_id: id.as_str().to_owned(),
        id,
        email: Some(account.email.clone()),
        email_verified: false,
        phone_number: None,
        phone_number_verified: false,
        username: None,
        display_name: Some(settled.display_name.clone()),
        locale: Some(settled.locale.clone()),
        custom: None,
        default_method: None,
        factors: 0,
        created_at: now,
    };
    Some((user, account))
}

/// What the making of a key proves.
pub(super) fn proved_by(factor: &Authenticator<Credential>, now: Millis) -> ProvedBy {
    let credential = &factor.detail;
    let synced = credential.backup_eligible.unwrap_or_default();
    let proof = assurance(factor.method, credential.user_verified, synced, credential.attestation_trusted, now);
    ProvedBy { method: Some(factor.method), factor: Some(factor.id.clone()), proof }
}
