//! Authenticator apps: a shared seed, six digits every thirty seconds (RFC 6238).
//!
//! The seed is shown in the answer that begins the enrolment and nowhere else. It is sealed in the challenge until a right code
//! has shown that an app has it, then in the factor. Nobody asks for a code, so there is no call that begins a challenge.

mod code;
mod qr;
mod seed;

use countersign_db::Tx;

use super::Method;
use super::shared::code::{Answer, Checked, Judged, Taken, Turn};
use crate::action::Bearer;
use crate::audit::{self, Event};
use crate::authenticator::{self, Detail, codes};
use crate::challenge::{self, Challenge, Note, Purpose, State};
use crate::clock::Span;
use crate::error::{Error, Result};
use crate::id::AuthenticatorId;
use crate::limit::Limit;
use crate::secret::{self, Secret};
use crate::tally::{Ceremony, Stage};
use crate::user::User;
use crate::{Caller, Countersign, limit};

pub use seed::Seed;

const METHOD: Method = Method::AuthenticatorApp;

/// How long the app may take to show its first code.
const LIFE: Span = Span::minutes(10);

/// How many enrolments one user begins.
const OFFERS: Limit = Limit { most: 30, within: Span::minutes(10) };

pub(super) const ALREADY: &str = "The user has an authenticator app already. Remove it, then enrol another.";

/// An app that is to be enrolled: the one time that its seed is shown.
#[derive(Debug)]
pub struct AppOffer {
    /// The factor that the right code makes.
    pub factor: AuthenticatorId,
    /// Whose.
    pub user: User,
    /// `otpauth://totp/…`.
    pub uri: Secret,
    /// The seed in base32, to be typed.
    pub secret: Secret,
    /// The address as a QR code: an SVG picture.
    pub qr_code: Secret,
}

impl Countersign {
    /// Makes a seed for an app. The right code makes it a factor; asking again makes another seed, and this one is forgotten.
    pub async fn totp_enrol(&self, who: &Bearer, caller: &Caller) -> Result<AppOffer> {
        let outcome = self.offer_app(who, caller).await;
        self.tally().ceremony(METHOD, Ceremony::Enrolment, Stage::Opened, outcome)
    }

    /// Checks the code that the app shows: of the enrolment that waits for one, else of the user's app.
    pub async fn totp_check(&self, who: &Bearer, typed: &str, caller: &Caller) -> Result<Checked> {
        let outcome = self.check_app(who, typed, caller).await;
        self.tally().code(METHOD, outcome)
    }

    async fn offer_app(&self, who: &Bearer, caller: &Caller) -> Result<AppOffer> {
        let (now, tenant, user) = (self.now(), &who.tenant, &who.user);
        self.require_offered(tenant, METHOD)?;
        let action = self.action_of(who).await?;
        self.room_to_enrol(who, &action).await?;
        let (factor, seed) = (AuthenticatorId::beside(&user.id), Seed::random());
        let uri = seed.uri(&tenant.name, user.account_name());
        let qr_code = Secret::new(qr::svg(uri.expose())?);
        let sealed = seed.seal(self.ring(), &tenant.id, &factor);
        let open = Challenge {
            id: challenge::id_of(&action, METHOD, Purpose::Enrol),
            user: Some(user.id.clone()),
            action_code: action.code.clone(),
            idempotency_key: Some(action.idempotency_key.clone()),
            method: Some(METHOD),
            purpose: Purpose::Enrol,
            state: State::Pending,
            secret_hash: Some(secret::sha256(&sealed)),
            note: Note { factor: Some(factor.clone()), seed: Some(secret::base64url(&sealed)), ..Note::default() },
            expires_at: now.plus(LIFE),
            is_stored: true,
        };
        let event = Event::new("enrolment.started", now)
            .user(&user.id)
            .action(&action.code, &action.idempotency_key)
            .challenge(&open.id)
            .authenticator(&factor)
            .caller(caller)
            .detail("method", METHOD.as_str());
        let (tenant, owner) = (tenant.id.clone(), user.id.clone());
        self.write(async move |tx| {
            if !authenticator::store::of_method(tx, &tenant, &owner, METHOD).await?.is_empty() {
                return Err(Error::invalid(ALREADY));
            }
            limit::take(tx, &tenant, &format!("offers:{owner}"), OFFERS, now).await?;
            challenge::arm(tx, &tenant, &open, now).await?;
            audit::record(tx, &tenant, &event).await
        })
        .await?;
        Ok(AppOffer { factor, user: user.clone(), uri, secret: seed.base32(), qr_code })
    }

    async fn check_app(&self, who: &Bearer, typed: &str, caller: &Caller) -> Result<Checked> {
        let answer = self.answer((METHOD, METHOD), who, typed, caller).await?.of_factor();
        let countersign = self.clone();
        let judged = self.write(async move |tx| {
            let taken = match answer.take(tx).await? {
                Turn::Taken(taken) => taken,
                Turn::Wrong(because) => return Ok(Judged::Wrong(because)),
            };
            countersign.judge_app(tx, &answer, &taken).await
        });
        self.checked(who, judged.await?)
    }

    async fn judge_app(&self, tx: &mut Tx<'_>, answer: &Answer, taken: &Taken) -> Result<Judged> {
        let tenant = &answer.who.tenant.id;
        let lacks = || Error::Internal("an authenticator app without a seed".to_owned());
        let (sealed, last_step) = match taken.open.purpose {
            Purpose::Enrol => (taken.open.note.seed.as_deref().and_then(secret::from_base64url), 0),
            Purpose::Verify => codes::seed_of(tx, tenant, &taken.factor).await?,
            Purpose::Account(_) => return Err(Error::NotFound("challenge")),
        };
        let sealed = sealed.ok_or_else(lacks)?;
        let seed = Seed::open(self.ring(), tenant, &taken.factor, &sealed)?;
        let Some(step) = code::check(&seed, last_step, &answer.typed, answer.now) else {
            return answer.refuse(tx, taken).await;
        };
        match taken.open.purpose {
            Purpose::Enrol => {
                let kept = codes::Kept { seed: Some(sealed), last_step: step };
                let done = answer.enrol(tx, taken, Detail::App, &kept).await?;
                // Counting the factor holds the user's row: of two enrolments at once, the later one sees both.
                let held = authenticator::store::of_method(tx, tenant, &answer.who.user.id, METHOD).await?;
                if held.len() > 1 { Err(Error::invalid(ALREADY)) } else { Ok(done) }
            }
            Purpose::Verify if codes::use_step(tx, tenant, &taken.factor, step).await? => answer.prove(tx, taken).await,
            // Another answer used it at this moment.
            Purpose::Verify | Purpose::Account(_) => answer.refuse(tx, taken).await,
        }
    }
}
