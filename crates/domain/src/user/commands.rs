//! What the Server API does with users (docs/reference/authsignal.md §5.1).

use super::store::{self, By};
use super::{ExternalId, User, UserChange, save_change};
use crate::audit::{self, Event};
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::tenant::Tenant;
use crate::{Caller, Countersign};

/// Which users to list. Filters are exact; the first given one counts.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// By name.
    pub username: Option<String>,
    /// By address.
    pub email: Option<String>,
    /// By number.
    pub phone_number: Option<String>,
    /// Rows a page, 1 to 100.
    pub limit: i64,
    /// External id of the last user of the page before.
    pub after: Option<String>,
}

/// A page of users.
#[derive(Debug)]
pub struct UserPage {
    /// In the order of their external ids.
    pub users: Vec<User>,
    /// Where the next page begins; `None` on the last one.
    pub last_evaluated: Option<String>,
}

impl Countersign {
    /// The user with this external id.
    pub async fn find_user(&self, tenant: &Tenant, external_id: &str) -> Result<Option<User>> {
        store::find_external(self.db(), &tenant.id, external_id).await
    }

    /// Users of the tenant, by page.
    pub async fn list_users(&self, tenant: &Tenant, filter: &UserFilter) -> Result<UserPage> {
        let limit = filter.limit.clamp(1, 100);
        let by = match filter {
            UserFilter { username: Some(name), .. } => By::Username(name),
            UserFilter { email: Some(email), .. } => By::Email(email),
            UserFilter { phone_number: Some(number), .. } => By::PhoneNumber(number),
            _ => By::Everything,
        };
        let after = filter.after.as_deref().unwrap_or("");
        let mut users = store::page(self.db(), &tenant.id, by, after, limit + 1).await?;
        let more = i64::try_from(users.len()).unwrap_or(i64::MAX) > limit;
        users.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let last_evaluated = users.last().filter(|_| more).map(|user| user.external_id.clone());
        Ok(UserPage { users, last_evaluated })
    }

    /// Changes a user's attributes; an unknown user is made.
    pub async fn update_user(
        &self,
        tenant: &Tenant,
        external_id: &ExternalId,
        change: UserChange,
        caller: &Caller,
    ) -> Result<User> {
        let now = self.now();
        let fresh = UserId::random();
        let event = Event::new("user.updated", now).caller(caller);
        let (tenant, teller, external_id) = (tenant.id.clone(), tenant.teller.clone(), external_id.clone());
        self.write(async move |tx| {
            let (user, _) = store::find_or_insert(tx, &tenant, external_id.as_str(), &fresh, now).await?;
            let user = save_change(tx, &teller, user, &change, &event, now).await?;
            audit::record(tx, &tenant, &event.clone().user(&user.id)).await?;
            Ok(user)
        })
        .await
    }

    /// Removes a user with all factors and actions. The audit trail keeps its events, pseudonymous.
    pub async fn delete_user(&self, tenant: &Tenant, external_id: &str, caller: &Caller) -> Result<()> {
        let user = self.find_user(tenant, external_id).await?.ok_or(Error::NotFound("user"))?;
        let event = Event::new("user.deleted", self.now()).user(&user.id).caller(caller);
        let tenant = tenant.id.clone();
        self.write(async move |tx| {
            if !store::delete(tx, &tenant, &user.id).await? {
                return Err(Error::NotFound("user"));
            }
            audit::record(tx, &tenant, &event).await
        })
        .await
    }
}
