//! Renaming and removing the keys of a condition: all of them or none, by the rules of every other door.

use std::collections::{BTreeMap, BTreeSet};

use countersign_db::Tx;

use super::{Actor, Filter, Key, KeyAccess, Right};
use crate::account::Elevation;
use crate::audit::{self, Event};
use crate::authenticator::{Authenticator, Credential, FactorName, Removal, count_change, credentials, rename_factor};
use crate::clock::Millis;
use crate::delivery::{Happened, Notice};
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, SessionId, UserId};
use crate::notice::device_words;
use crate::user::{self, User};
use crate::{Caller, Countersign};

/// Most keys that one call changes.
const MOST: usize = 100;

const NOT_ELEVATED: &str =
    "elevated claim required: prove your presence with a security key (elevate) and use the access token of its answer";

/// A change about to be made. It may be tried more than once.
struct Change {
    access: KeyAccess,
    filter: Filter,
    owners: BTreeSet<UserId>,
    /// One for each key that was found. Keys that came later stay as they are.
    events: BTreeMap<AuthenticatorId, Event>,
    device: Option<String>,
    now: Millis,
}

/// A key to be changed, with all that is known of it, and the event that tells it.
type Held<'a> = (Key, Authenticator<Credential>, &'a Event);

impl Countersign {
    /// Gives the keys of a condition another name, or none. The keys as they are then; who has the name already is told nothing.
    pub async fn rename_keys(
        &self,
        access: &KeyAccess,
        filter: Filter,
        name: Option<FactorName>,
        caller: &Caller,
    ) -> Result<Vec<Key>> {
        let change = self.change_of_keys(access, (Right::Update, "authenticator.updated"), filter, caller).await?;
        self.write(async move |tx| {
            let mut renamed = Vec::new();
            for owner in &change.owners {
                let Some((owner, held)) = change.held(tx, owner).await? else { continue };
                for held in held {
                    renamed.push(change.rename(tx, &owner, held, name.as_ref()).await?);
                }
            }
            Ok(renamed)
        })
        .await
    }

    /// Removes the keys of a condition. Their use ends with this transaction. The last factor that a user can be asked for stays,
    /// unless the tenant lets it go (checklist 47) or the management key says so. The keys as they were.
    pub async fn remove_keys(&self, access: &KeyAccess, filter: Filter, caller: &Caller) -> Result<Vec<Key>> {
        let settings = &access.tenant.settings;
        if let Actor::Session(who) = &access.actor
            && settings.accounts.elevation != Elevation::Disabled
            && !who.is_elevated
        {
            return Err(Error::InsufficientScope(NOT_ELEVATED));
        }
        let may_be_last = access.is_admin() || settings.may_remove_last_factor;
        let must_leave = (!may_be_last).then(|| self.offered_methods(&access.tenant));
        let change = self.change_of_keys(access, (Right::Delete, "authenticator.deleted"), filter, caller).await?;
        self.write(async move |tx| {
            let mut removed = Vec::new();
            for owner in &change.owners {
                let Some((owner, held)) = change.held(tx, owner).await? else { continue };
                for (key, _, event) in held {
                    let removal = Removal {
                        teller: change.access.tenant.teller.clone(),
                        owner: owner.clone(),
                        id: key.id.clone(),
                        event: event.clone(),
                        by: None,
                        by_session: change.session(),
                        device: change.device.clone(),
                        must_leave: must_leave.clone(),
                        now: change.now,
                    };
                    removal.run(tx).await?;
                    removed.push(key);
                }
            }
            Ok(removed)
        })
        .await
    }

    async fn change_of_keys(
        &self,
        access: &KeyAccess,
        (right, kind): (Right, &'static str),
        filter: Filter,
        caller: &Caller,
    ) -> Result<Change> {
        let now = self.now();
        let filter = access.narrowed(right, filter)?;
        let found = self.matching_keys(&access.tenant.id, &filter, Some(MOST + 1)).await?;
        if found.len() > MOST {
            return Err(Error::invalid(format!("at most {MOST} keys are changed at once: narrow the condition")));
        }
        let event = || {
            let event = Event::new(kind, now).caller(caller);
            match &access.actor {
                Actor::Session(who) => event.detail("sessionId", who.session.as_str()),
                Actor::Management(key) => event.detail("keyId", key.as_str()),
            }
        };
        let events = found.iter().map(|key| (key.id.clone(), event())).collect();
        let agent = caller.user_agent.as_deref().filter(|_| !access.is_admin());
        let device = agent.and_then(device_words);
        let owners = found.into_iter().map(|key| key.user).collect();
        Ok(Change { access: access.clone(), filter, owners, events, device, now })
    }
}

impl Change {
    /// The session by which its user does it; it goes on.
    fn session(&self) -> Option<SessionId> {
        let Actor::Session(who) = &self.access.actor else { return None };
        Some(who.session.clone())
    }

    /// A user and those of their keys that fulfil the condition now. Nobody adds or removes a factor of theirs until the transaction
    /// ends. `None` where the user was deleted.
    async fn held(&self, tx: &mut Tx<'_>, owner: &UserId) -> Result<Option<(User, Vec<Held<'_>>)>> {
        let tenant = &self.access.tenant.id;
        if user::store::hold(tx, tenant, owner, self.now).await?.is_none() {
            return Ok(None);
        }
        let Some(user) = user::store::find(tx, tenant, owner).await? else { return Ok(None) };
        let factors = credentials::reload(tx, tenant, owner).await?.into_iter();
        let held = factors.filter_map(|factor| {
            let event = self.events.get(&factor.id)?;
            Some((Key::of(factor.clone())?, factor, event))
        });
        let held: Vec<_> = held.filter(|(key, ..)| self.filter.matches(key)).collect();
        if let Actor::Session(who) = &self.access.actor {
            for _ in &held {
                count_change(tx, tenant, &who.user.id, self.now).await?;
            }
        }
        Ok(Some((user, held)))
    }

    async fn rename(
        &self,
        tx: &mut Tx<'_>,
        owner: &User,
        (key, factor, event): Held<'_>,
        name: Option<&FactorName>,
    ) -> Result<Key> {
        let tenant = &self.access.tenant;
        let nickname = name.map(|name| name.as_str().to_owned());
        if key.nickname != nickname {
            rename_factor(tx, &tenant.id, &key.id, name).await?;
            let notice = Notice { device: self.device.clone(), ..factor.notice(Happened::FactorChanged, self.now) };
            tenant.teller.tell_all(tx, owner, &notice).await?;
            let event = event.clone().user(&owner.id).authenticator(&key.id);
            let event = event.detail("method", factor.method.as_str()).detail("changed", "name");
            audit::record(tx, &tenant.id, &event).await?;
        }
        Ok(Key { nickname, ..key })
    }
}
