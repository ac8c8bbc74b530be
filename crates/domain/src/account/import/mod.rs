//! Taking in accounts and their security keys from another server for the same RP ID (docs/guides/moving-from-nhost.md).
//!
//! A user keeps their id, which is what their keys hand back as user handle. What is there already stays as it is, so that an import
//! can be run again. Nobody is mailed: nothing about these users changed.

mod store;

use countersign_db::Tx;
use countersign_webauthn::{Aaguid, cose};
use serde_json::Value;

pub(crate) use store::STATEMENTS;

use crate::audit::{self, Event};
use crate::authenticator::{Authenticator, Credential, FactorName, IMPORTED, credentials, words};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, TenantId, UserId};
use crate::methods::Method;
use crate::tenant::Tenant;
use crate::user::{self, User, UserChange};
use crate::{Caller, Countersign};

/// A user as another server had them.
#[derive(Debug, Clone)]
pub struct ImportedUser {
    /// Theirs from now on, too.
    pub id: UserId,
    /// As it was given.
    pub email: String,
    /// Whether the other server had it verified.
    pub is_verified: bool,
    /// Whether the account lets nobody in.
    pub is_disabled: bool,
    /// Shown by authenticators.
    pub display_name: Option<String>,
    /// Language.
    pub locale: Option<String>,
    /// Role of their sessions; the tenant's default where absent.
    pub default_role: Option<String>,
    /// All of them; the tenant's where empty.
    pub roles: Vec<String>,
    /// The app's own data: an object.
    pub metadata: Option<Value>,
}

/// A security key as another server had it.
#[derive(Debug, Clone)]
pub struct ImportedKey {
    /// Its id there. Kept but for its first three digits, which say whose it is (decisions §1).
    pub id: AuthenticatorId,
    /// Credential id.
    pub credential_id: Vec<u8>,
    /// COSE key.
    pub public_key: Vec<u8>,
    /// Last signature counter.
    pub counter: u32,
    /// What its user calls it.
    pub nickname: Option<String>,
    /// How to reach it.
    pub transports: Vec<String>,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// It was made, or would be.
    New,
    /// It was there.
    Known,
    /// It was not taken: why.
    Refused(String),
}

impl Countersign {
    /// Takes in a user with their account. `is_dry`: only says what would become of it.
    pub async fn import_user(
        &self,
        tenant: &Tenant,
        imported: ImportedUser,
        is_dry: bool,
        caller: &Caller,
    ) -> Result<Imported> {
        let Ok(email) = UserChange::email(imported.email.trim().to_lowercase()) else {
            return Ok(Imported::Refused("the e-mail address is none".to_owned()));
        };
        let now = self.now();
        let imported = ImportedUser { email, ..checked(imported, tenant) };
        if store::has_account(self.db(), &tenant.id, &imported.id).await? {
            return Ok(Imported::Known);
        }
        let known = user::store::find_external(self.db(), &tenant.id, imported.id.as_str()).await?;
        if known.is_some_and(|user| user.id != imported.id) {
            return Ok(Imported::Refused("the app's backend calls another user by this id".to_owned()));
        }
        let owner = store::owner(self.db(), &tenant.id, &imported.email).await?;
        if imported.is_verified && owner.is_some_and(|owner| owner != imported.id) {
            return Ok(taken());
        }
        if is_dry {
            return Ok(Imported::New);
        }
        let event = Event::new("user.imported", now).caller(caller).user(&imported.id);
        let tenant = tenant.id.clone();
        self.write(async move |tx| {
            if !store::insert(tx, &tenant, &imported, now).await? {
                return Ok(Imported::Known);
            }
            if imported.is_verified && !store::claim(tx, &tenant, &imported, now).await? {
                return Err(Error::ChangedSince);
            }
            audit::record(tx, &tenant, &event).await?;
            Ok(Imported::New)
        })
        .await
        .or_else(|error| if matches!(error, Error::ChangedSince) { Ok(taken()) } else { Err(error) })
    }

    /// Takes in a key of a user who was imported. `is_dry`: only says what would become of it; then their owner may be yet to come.
    pub async fn import_key(
        &self,
        tenant: &Tenant,
        owner: &UserId,
        key: ImportedKey,
        is_dry: bool,
        caller: &Caller,
    ) -> Result<Imported> {
        if !(1..=1023).contains(&key.credential_id.len()) {
            return Ok(Imported::Refused("the credential id has not 1 to 1023 bytes".to_owned()));
        }
        let algorithm = match cose::PublicKey::parse(&key.public_key) {
            Ok(key) => key.algorithm().to_cose(),
            Err(error) => return Ok(Imported::Refused(format!("the public key is not a usable COSE key: {error}"))),
        };
        if let Some(found) = credentials::find(self.db(), &tenant.id, &key.credential_id).await? {
            return Ok(if found.user == *owner && found.method == Method::SecurityKey {
                Imported::Known
            } else {
                registered()
            });
        }
        let user = user::store::find_known(self.db(), &tenant.id, owner).await?;
        if is_dry {
            return Ok(Imported::New);
        }
        let Some(user) = user else { return Ok(Imported::Refused("its user was not imported".to_owned())) };
        let now = self.now();
        let factor = key.factor(&user, algorithm, now);
        let event = Event::new("authenticator.imported", now).caller(caller).user(&user.id).authenticator(&factor.id);
        let event = event.detail("method", factor.method.as_str());
        let tenant = tenant.id.clone();
        let stored = self.write(async move |tx| take_in(tx, &tenant, &user, &factor, &event).await).await;
        match stored {
            Ok(true) => Ok(Imported::New),
            Ok(false) | Err(Error::ChangedSince) => Ok(registered()),
            Err(Error::InvalidRequest(why)) => Ok(Imported::Refused(why)),
            Err(error) => Err(error),
        }
    }
}

/// `ChangedSince` rolls back what cannot stand: somebody else registered the credential in between.
async fn take_in(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    owner: &User,
    factor: &Authenticator<Credential>,
    event: &Event,
) -> Result<bool> {
    // First: of several factors that are added at once one is the default.
    let Some(before) = user::store::hold(tx, tenant, &owner.id, factor.created_at).await? else { return Ok(false) };
    let factor = Authenticator { is_default: before == 0, ..factor.clone() };
    if !credentials::insert(tx, tenant, &factor).await? {
        return Err(Error::ChangedSince);
    }
    user::store::add_factor(tx, tenant, &owner.id).await?;
    audit::record(tx, tenant, event).await?;
    Ok(true)
}

fn taken() -> Imported {
    Imported::Refused("the e-mail address is another user's".to_owned())
}

fn registered() -> Imported {
    Imported::Refused(
        "the credential id is registered already, for another user or as another kind of factor".to_owned(),
    )
}

/// With what cannot stand here left out: names nobody can read, roles that are no words.
fn checked(imported: ImportedUser, tenant: &Tenant) -> ImportedUser {
    let settings = &tenant.settings.accounts;
    let is_role = |text: &String| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let default_role = imported.default_role.filter(is_role).unwrap_or_else(|| settings.default_role.clone());
    let mut roles: Vec<String> = imported.roles.into_iter().filter(is_role).take(100).collect();
    if roles.is_empty() {
        roles.clone_from(&settings.roles);
    }
    if !roles.contains(&default_role) {
        roles.push(default_role.clone());
    }
    let readable = |text: String| {
        let text: String = text.chars().filter(|c| !c.is_control()).take(100).collect();
        (!text.trim().is_empty()).then_some(text)
    };
    let is_language = |text: &String| matches!(text.len(), 2 | 3) && text.bytes().all(|byte| byte.is_ascii_lowercase());
    ImportedUser {
        display_name: imported.display_name.and_then(readable),
        locale: imported.locale.filter(is_language),
        default_role: Some(default_role),
        roles,
        metadata: imported.metadata.filter(Value::is_object),
        ..imported
    }
}

impl ImportedKey {
    fn factor(self, owner: &User, algorithm: i64, now: Millis) -> Authenticator<Credential> {
        let nickname = self.nickname.map(|text| text.chars().filter(|c| !c.is_control()).take(64).collect::<String>());
        let label = nickname.and_then(|text| FactorName::parse(&text).ok());
        Authenticator {
            id: self.id.moved_beside(&owner.id),
            user: owner.id.clone(),
            method: Method::SecurityKey,
            is_default: false,
            label: label.map(|name| name.as_str().to_owned()),
            created_at: now,
            verified_at: Some(now),
            last_verified_at: None,
            detail: Credential {
                id: self.credential_id,
                public_key: self.public_key,
                algorithm,
                sign_count: self.counter,
                backup_eligible: None,
                backup_state: false,
                user_verified: false,
                discoverable: None,
                aaguid: Aaguid([0; 16]),
                transports: words(self.transports),
                attachment: None,
                attestation_format: IMPORTED.to_owned(),
                attestation_trusted: false,
                device_id: None,
                user_agent: None,
                username: None,
                display_name: None,
            },
        }
    }
}
