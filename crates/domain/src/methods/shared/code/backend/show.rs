//! `challenges`: which challenge is open.

use crate::Countersign;
use crate::authenticator::SmsChannel;
use crate::challenge::{self, Challenge};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::ChallengeId;
use crate::methods::Method;
use crate::tenant::Tenant;
use crate::user;

/// Which challenge is asked for: by its id, or the newest of a user. Everything that is given has to fit.
#[derive(Debug, Clone, Default)]
pub struct WhichChallenge {
    /// By its id.
    pub challenge: Option<String>,
    /// Of this user, as the backend calls them.
    pub user: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// Of this method.
    pub method: Option<Method>,
}

/// An open challenge, as its backend sees it.
#[derive(Debug)]
pub struct Shown {
    /// Its id.
    pub id: ChallengeId,
    /// When it ends.
    pub expires_at: Millis,
    /// What answers it, once a method has begun with it.
    pub method: Option<Method>,
    /// How a code to a phone travelled.
    pub channel: Option<SmsChannel>,
    /// Where a code was sent.
    pub address: Option<String>,
    /// The action that it is for.
    pub action: String,
}

impl Countersign {
    /// The newest open challenge that fits; `None` when there is none, or it is another tenant's.
    pub async fn open_challenge(&self, tenant: &Tenant, which: &WhichChallenge) -> Result<Option<Shown>> {
        let user = match &which.user {
            None => None,
            Some(external_id) => match user::store::find_external(self.db(), &tenant.id, external_id).await? {
                None => return Ok(None),
                found => found,
            },
        };
        let now = self.now();
        let found = match (&which.challenge, &user) {
            (Some(id), _) => self.named(tenant, id).await?,
            (None, Some(user)) => challenge::open_of(self.db(), &tenant.id, &user.id, now).await?,
            (None, None) => Vec::new(),
        };
        let fits = |open: &Challenge| {
            open.is_open(now)
                && user.as_ref().is_none_or(|user| open.user.as_ref() == Some(&user.id))
                && which.action.as_ref().is_none_or(|action| *action == open.action_code)
                && which.method.is_none_or(|method| open.method == Some(method))
        };
        Ok(found.into_iter().find(fits).map(Shown::from))
    }

    async fn named(&self, tenant: &Tenant, id: &str) -> Result<Vec<Challenge>> {
        let Some(id) = ChallengeId::parse(id) else { return Ok(Vec::new()) };
        match challenge::find(self.db(), &tenant.id, &id).await {
            Ok(open) => Ok(vec![open]),
            Err(Error::NotFound(_)) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

impl From<Challenge> for Shown {
    fn from(open: Challenge) -> Self {
        Self {
            id: open.id,
            expires_at: open.expires_at,
            method: open.method,
            channel: open.note.sms_channel,
            address: open.note.address,
            action: open.action_code,
        }
    }
}
