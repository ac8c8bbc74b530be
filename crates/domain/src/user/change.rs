//! A change of a user's attributes, and what follows from it for their factors.

use countersign_db::Tx;

use super::follow::{Kind, follow};
use super::{Patch, User, UserChange, store};
use crate::audit::Event;
use crate::authenticator;
use crate::clock::Millis;
use crate::delivery::{Happened, Notice, masked};
use crate::error::Result;
use crate::notice::Teller;

/// Applies `change` and stores it, where it changes anything. A new address or number is unverified, unless the backend says
/// otherwise in the same breath: then the factors that go to the one before follow it (docs/reference/authsignal.md §5.1). `event`
/// says who changes it.
pub(crate) async fn save_change(
    tx: &mut Tx<'_>,
    teller: &Teller,
    mut user: User,
    change: &UserChange,
    event: &Event,
    now: Millis,
) -> Result<User> {
    if change.is_empty() {
        return Ok(user);
    }
    let before = user.clone();
    if changes(&change.email, user.email.as_ref()) {
        user.email_verified = false;
    }
    if changes(&change.phone_number, user.phone_number.as_ref()) {
        user.phone_number_verified = false;
    }
    change.email.apply(&mut user.email);
    change.phone_number.apply(&mut user.phone_number);
    change.username.apply(&mut user.username);
    change.display_name.apply(&mut user.display_name);
    change.locale.apply(&mut user.locale);
    change.custom.apply(&mut user.custom);
    change.default_method.apply(&mut user.default_method);
    user.email_verified = change.email_verified.unwrap_or(user.email_verified) && user.email.is_some();
    user.phone_number_verified =
        change.phone_number_verified.unwrap_or(user.phone_number_verified) && user.phone_number.is_some();
    let told = if touches_addresses(change) { teller.addressees(tx, &before, None).await? } else { Vec::new() };
    store::update(tx, &teller.tenant, &user, now).await?;
    if let Patch::Set(method) = change.default_method {
        authenticator::store::prefer_method(tx, &teller.tenant, &user.id, method).await?;
    }
    let mut moved = false;
    for (kind, is_verified, before, after) in [
        (Kind::Email, change.email_verified, &before.email, &user.email),
        (Kind::Phone, change.phone_number_verified, &before.phone_number, &user.phone_number),
    ] {
        if let (Some(true), Some(target)) = (is_verified, after) {
            moved |= follow(tx, teller, &user, (kind, before.as_ref(), target), event, now).await?;
        }
    }
    if let Some(notice) = notice_of(&before, &user, moved, now) {
        teller.tell(tx, &user, &told, &notice).await?;
    }
    Ok(user)
}

fn changes(patch: &Patch<String>, present: Option<&String>) -> bool {
    match patch {
        Patch::Keep => false,
        Patch::Clear => true,
        Patch::Set(value) => Some(value) != present,
    }
}

fn touches_addresses(change: &UserChange) -> bool {
    change.email != Patch::Keep
        || change.phone_number != Patch::Keep
        || change.email_verified.is_some()
        || change.phone_number_verified.is_some()
}

/// What the owners of the verified addresses should know of.
fn notice_of(before: &User, after: &User, moved: bool, at: Millis) -> Option<Notice> {
    let verified = |user: &User| {
        let email = user.email.clone().filter(|_| user.email_verified);
        (email, user.phone_number.clone().filter(|_| user.phone_number_verified))
    };
    let ((email, phone), (new_email, new_phone)) = (verified(before), verified(after));
    let (old, new) = if email == new_email { (phone, new_phone) } else { (email, new_email) };
    let happened = match (&old, &new) {
        _ if moved => Happened::AddressChanged,
        _ if old == new => return None,
        (None, _) => Happened::AddressAdded,
        (Some(_), None) => Happened::AddressRemoved,
        (Some(_), Some(_)) => Happened::AddressChanged,
    };
    let about = new.or(old).map(|address| masked(&address));
    Some(Notice { happened, at, about, device: None })
}
