//! What follows the storing of a factor, whoever made it and at whichever door.

use countersign_db::Tx;

use super::{Authenticator, Detail, store};
use crate::audit::{self, Event};
use crate::delivery::{Happened, Notice};
use crate::error::Result;
use crate::id::AuthenticatorId;
use crate::methods::Method;
use crate::notice::Teller;
use crate::user::User;

/// A factor that is stored, and what is told of it.
#[derive(Debug, Clone)]
pub(crate) struct Added {
    id: AuthenticatorId,
    method: Method,
    event: Event,
    notice: Notice,
}

impl Added {
    /// `event` says who made it and how.
    pub(crate) fn new<D: Into<Detail> + Clone>(factor: &Authenticator<D>, event: Event) -> Self {
        let event = event.user(&factor.user).authenticator(&factor.id).detail("method", factor.method.as_str());
        let notice = factor.notice(Happened::FactorAdded, factor.created_at);
        Self { id: factor.id.clone(), method: factor.method, event, notice }
    }

    /// With the device it was made on, in words.
    pub(crate) fn on(mut self, device: Option<String>) -> Self {
        self.notice.device = device;
        self
    }

    pub(crate) fn event(&self) -> &Event {
        &self.event
    }

    /// With more to say in its event.
    pub(crate) fn detail(mut self, name: &str, value: String) -> Self {
        self.event = self.event.detail(name, value);
        self
    }

    /// Writes the event, tells the user's other addresses, and makes it the default where the user is to be asked for its kind first.
    pub(crate) async fn record(&self, tx: &mut Tx<'_>, teller: &Teller, user: &User) -> Result<()> {
        let tenant = &teller.tenant;
        audit::record(tx, tenant, &self.event).await?;
        let told = teller.addressees(tx, user, Some(&self.id)).await?;
        teller.tell(tx, user, &told, &self.notice).await?;
        if user.default_method == Some(self.method) {
            store::prefer_method(tx, tenant, &user.id, self.method).await?;
        }
        Ok(())
    }
}
