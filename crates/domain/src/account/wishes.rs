//! What somebody who signs up says of themselves, and where they want to be sent to.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Address, Refused};
use crate::error::{Error, Result};
use crate::tenant::Tenant;
use crate::user::UserChange;

/// Most bytes of metadata.
const MOST_METADATA: usize = 8 * 1024;

/// `options` of a sign-up. What is absent is as the tenant has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Wishes {
    /// Shown by authenticators and in mails; the address where it is absent.
    pub display_name: Option<String>,
    /// Two or three letters; one that the tenant does not list is its first.
    pub locale: Option<String>,
    /// Roles of the account's sessions: some of `accounts.roles`.
    pub allowed_roles: Option<Vec<String>>,
    /// One of them.
    pub default_role: Option<String>,
    /// An object of the app's own, at most 8 KiB.
    pub metadata: Option<Value>,
    /// Where the link of the mail sends to.
    pub redirect_to: Option<String>,
}

/// Wishes that were looked at, with what stands in for the absent ones.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    pub(super) display_name: String,
    pub(super) locale: String,
    pub(super) roles: Vec<String>,
    pub(super) default_role: String,
    pub(super) metadata: Option<Value>,
    pub(super) redirect_to: Option<String>,
}

impl Wishes {
    /// These, and what they do not say as `earlier` says it.
    #[must_use]
    pub fn over(self, earlier: Self) -> Self {
        Self {
            display_name: self.display_name.or(earlier.display_name),
            locale: self.locale.or(earlier.locale),
            allowed_roles: self.allowed_roles.or(earlier.allowed_roles),
            default_role: self.default_role.or(earlier.default_role),
            metadata: self.metadata.or(earlier.metadata),
            redirect_to: self.redirect_to.or(earlier.redirect_to),
        }
    }

    /// Refuses what the tenant does not allow, and fills in what it sets.
    pub(super) fn settle(&self, tenant: &Tenant, address: &Address) -> Result<Settled> {
        let settings = &tenant.settings.accounts;
        let display_name = match self.display_name.clone().filter(|name| !name.is_empty()) {
            Some(name) => UserChange::name("displayName")(name).map_err(|error| Error::invalid(error.to_string()))?,
            None => address.as_str().to_owned(),
        };
        let locale = self.locale.as_ref().filter(|locale| settings.locales.contains(locale));
        let locale = locale.or(settings.locales.first()).cloned().unwrap_or_else(|| "en".to_owned());
        let roles = match &self.allowed_roles {
            Some(roles) if roles.len() > settings.roles.len() => return Err(Refused::Role.into()),
            Some(roles) if !roles.iter().all(|role| settings.roles.contains(role)) => return Err(Refused::Role.into()),
            Some(roles) if !roles.is_empty() => roles.clone(),
            _ => settings.roles.clone(),
        };
        let default_role = self.default_role.clone().unwrap_or_else(|| settings.default_role.clone());
        if !roles.contains(&default_role) {
            return Err(Refused::DefaultRole.into());
        }
        let metadata = self.metadata.clone().filter(|metadata| !metadata.is_null());
        if metadata.as_ref().is_some_and(|data| !data.is_object() || data.to_string().len() > MOST_METADATA) {
            return Err(Error::invalid("metadata must be an object of at most 8 KiB."));
        }
        if metadata.as_ref().is_some_and(|data| data.to_string().contains("\\u0000")) {
            return Err(Error::invalid("metadata holds a zero byte, which no database keeps."));
        }
        Ok(Settled { display_name, locale, roles, default_role, metadata, redirect_to: self.place(tenant)? })
    }

    /// Where the link sends to; `None` where the tenant has no page to send to.
    fn place(&self, tenant: &Tenant) -> Result<Option<String>> {
        match &self.redirect_to {
            Some(target) if tenant.allows_redirect(target) => Ok(Some(target.clone())),
            Some(_) => Err(Refused::Redirect.into()),
            None => Ok(tenant.home()),
        }
    }
}
