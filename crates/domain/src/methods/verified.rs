//! Factors that a backend has verified itself (`POST /users/{userId}/authenticators`, docs/reference/authsignal.md §5.2).

use super::Method;
use crate::audit::{self, Event};
use crate::authenticator::{self, Authenticator, Detail, Phone, codes};
use crate::delivery::Happened;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, UserId};
use crate::tenant::Tenant;
use crate::user::{self, ExternalId};
use crate::{Caller, Countersign};

/// What a backend brings.
#[derive(Debug)]
pub struct Brought {
    /// Of which kind.
    pub method: Method,
    /// The address, for codes and links by e-mail.
    pub email: Option<String>,
    /// The number in E.164, for codes to a phone.
    pub phone_number: Option<String>,
    /// Whether it is to be asked for first. A user's only factor is, whatever is said.
    pub is_default: bool,
}

impl Brought {
    fn detail(self) -> Result<(Method, Detail)> {
        let method = self.method;
        match method {
            Method::EmailMagicLink | Method::EmailOtp => {
                let missing = || Error::invalid(format!("A {} needs the member email.", method.noun()));
                Ok((method, Detail::Email(self.email.ok_or_else(missing)?)))
            }
            Method::Sms => {
                let missing = || Error::invalid(format!("A {} needs the member phoneNumber.", method.noun()));
                let number = self.phone_number.ok_or_else(missing)?;
                Ok((method, Detail::Phone(Phone { number, last_channel: None })))
            }
            Method::Passkey
            | Method::SecurityKey
            | Method::AuthenticatorApp
            | Method::Whatsapp
            | Method::RecoveryCode => Err(Error::invalid(format!(
                "A {} is enrolled by its user, or imported with POST /users/authenticators.",
                method.noun()
            ))),
        }
    }
}

impl Countersign {
    /// Takes a factor in by the backend's word; an unknown user is made. One that the user has already is given back as it is, so
    /// that a repeated call makes no second one.
    pub async fn enrol_verified(
        &self,
        tenant: &Tenant,
        external_id: &ExternalId,
        brought: Brought,
        caller: &Caller,
    ) -> Result<Authenticator> {
        let wants_default = brought.is_default;
        let (method, detail) = brought.detail()?;
        self.require_offered(tenant, method)?;
        let (now, fresh, suffix) = (self.now(), UserId::random(), AuthenticatorId::random());
        let event = Event::new("authenticator.created", now).caller(caller).detail("method", method.as_str());
        let event = event.detail("by", "backend");
        let (tenant, teller, external_id) = (tenant.id.clone(), tenant.teller.clone(), external_id.clone());
        self.write(async move |tx| {
            let (user, _) = user::store::find_or_insert(tx, &tenant, external_id.as_str(), &fresh, now).await?;
            // First: whoever else adds a factor to this user waits for us.
            user::store::add_factor(tx, &tenant, &user.id).await?;
            let user = user::store::find(tx, &tenant, &user.id).await?.ok_or(Error::NotFound("user"))?;
            let held = codes::reload(tx, &tenant, &user.id).await?;
            let same = held.iter().find(|held| held.method == method && rests_on_same(&held.detail, &detail));
            let factor = if let Some(same) = same {
                user::store::remove_factor(tx, &tenant, &user.id).await?;
                same.clone()
            } else {
                let factor = Authenticator {
                    id: suffix.moved_beside(&user.id),
                    user: user.id.clone(),
                    method,
                    is_default: user.factors == 1,
                    label: None,
                    created_at: now,
                    verified_at: Some(now),
                    last_verified_at: None,
                    detail: detail.clone(),
                };
                codes::insert(tx, &tenant, &factor, &codes::Kept::default()).await?;
                let told = teller.addressees(tx, &user, Some(&factor.id)).await?;
                teller.tell(tx, &user, &told, &factor.notice(Happened::FactorAdded, now)).await?;
                audit::record(tx, &tenant, &event.clone().user(&user.id).authenticator(&factor.id)).await?;
                factor
            };
            if wants_default {
                authenticator::store::prefer(tx, &tenant, &user.id, &factor.id).await?;
                user::store::set_default_method(tx, &tenant, &user.id, method).await?;
            } else if user.default_method == Some(method) {
                authenticator::store::prefer_method(tx, &tenant, &user.id, method).await?;
            }
            let stored = codes::find(tx, &tenant, &factor.id).await?;
            stored.ok_or_else(|| Error::Internal("a factor vanished while it was made".to_owned()))
        })
        .await
    }
}

fn rests_on_same(held: &Detail, brought: &Detail) -> bool {
    match (held, brought) {
        (Detail::Email(held), Detail::Email(brought)) => held.eq_ignore_ascii_case(brought),
        (Detail::Phone(held), Detail::Phone(brought)) => held.number == brought.number,
        _ => false,
    }
}
