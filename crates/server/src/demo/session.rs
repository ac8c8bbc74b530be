//! Who is signed in, by a cookie that scripts cannot read.

use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::response::AppendHeaders;

use super::refusal::Refusal;
use super::shop::{Shop, random_id};
use super::store::Account;

const COOKIE_NAME: &str = "kettle_session";
const SESSION_ID_BYTES: usize = 32;

/// A `Set-Cookie` header, to stand before the answer.
pub(super) type Cookie = AppendHeaders<[(HeaderName, String); 1]>;

/// The signed-in customer; a handler that takes it refuses everyone else.
pub(super) struct SignedIn(pub Account);

/// The signed-in customer, if any.
pub(super) struct MaybeSignedIn(pub Option<Account>);

impl FromRequestParts<Shop> for MaybeSignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Refusal> {
        let Some(id) = session_id(parts) else { return Ok(Self(None)) };
        let store = shop.store();
        Ok(Self(store.sessions.get(id).and_then(|user_id| store.accounts.get(&user_id))))
    }
}

impl FromRequestParts<Shop> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Refusal> {
        let MaybeSignedIn(account) = MaybeSignedIn::from_request_parts(parts, shop).await?;
        account.map(Self).ok_or_else(Refusal::signed_out)
    }
}

/// The id of the session a request belongs to, to end it.
pub(super) struct SessionId(pub Option<String>);

impl FromRequestParts<Shop> for SessionId {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Refusal> {
        Ok(Self(session_id(parts).map(str::to_owned)))
    }
}

/// Starts a session with a new id and returns its cookie. The session the browser had before ends.
pub(super) fn start(shop: &Shop, before: &SessionId, account: &Account) -> Result<Cookie, Refusal> {
    let id = random_id(SESSION_ID_BYTES)?;
    let mut store = shop.store();
    before.0.as_deref().map(|before| store.sessions.take(before));
    store.sessions.insert(id.clone(), account.user_id.clone());
    Ok(cookie(shop, &id, ""))
}

/// Ends a session and returns the cookie that clears it.
pub(super) fn end(shop: &Shop, session: &SessionId) -> Cookie {
    session.0.as_deref().map(|id| shop.store().sessions.take(id));
    cookie(shop, "", "; Max-Age=0")
}

fn cookie(shop: &Shop, value: &str, more: &str) -> Cookie {
    let secure = if shop.is_secure() { "; Secure" } else { "" };
    AppendHeaders([(SET_COOKIE, format!("{COOKIE_NAME}={value}; Path=/demo; HttpOnly; SameSite=Lax{secure}{more}"))])
}

fn session_id(parts: &Parts) -> Option<&str> {
    let pairs = parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value)
}
