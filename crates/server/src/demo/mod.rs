//! The backend of the demonstration shop, Kettle & Key.
//!
//! It is what an application's own backend would be: it holds the API secret, calls the Server API over HTTP like any
//! other client, keeps its own accounts and sessions, and believes nothing that a browser says unless `/validate`
//! confirms it. Every answer to the page lists the Server API calls it took, so that a developer can watch the flow.
//!
//! | path under `/demo/api` | what it does |
//! |---|---|
//! | `GET shop` | products, the tenant id the page's SDK needs, who is signed in |
//! | `POST sign-up`, `sign-up/finish` | a new account with its first passkey |
//! | `POST sign-in`, `sign-in/finish`, `sign-out` | a session |
//! | `GET account` | the account's factors and recovery codes |
//! | `POST step-up`, `step-up/finish` | a challenge before a factor may be added |
//! | `POST factors/remove`, `factors/remove/finish` | a challenge, then a factor is removed |
//! | `POST checkout`, `checkout/finish` | an order; above [`catalogue::STEP_UP_ABOVE_CENTS`] only after a challenge |

mod account;
mod calls;
mod catalogue;
mod checkout;
mod factors;
mod guard;
mod refusal;
mod server_api;
mod session;
mod shop;
mod sign_in;
mod sign_up;
mod step_up;
mod store;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use shop::Shop;

/// What the shop has to know of the server it is a client of.
#[derive(Clone)]
pub(crate) struct DemoConfig {
    /// Base of the Server API, without a slash at the end: `http://127.0.0.1:8080/v1`.
    pub api_url: String,
    /// The tenant the shop belongs to; the page's SDK sends it.
    pub tenant_id: String,
    /// The tenant's server API key. It stays in this process.
    pub api_secret: String,
    /// Where people reach the shop: scheme, host and port. The only origin whose requests may change something.
    pub public_url: String,
}

/// The routes below `/demo/api/`.
///
/// # Errors
/// When `api_url` or `public_url` is not a URL, or no HTTP client can be made.
pub(crate) fn router(config: DemoConfig) -> anyhow::Result<Router> {
    let shop = Shop::new(config)?;
    let routes = Router::new()
        .route("/demo/api/shop", get(account::shop))
        .route("/demo/api/account", get(account::account))
        .route("/demo/api/sign-up", post(sign_up::begin))
        .route("/demo/api/sign-up/finish", post(sign_up::finish))
        .route("/demo/api/sign-in", post(sign_in::begin))
        .route("/demo/api/sign-in/finish", post(sign_in::finish))
        .route("/demo/api/sign-out", post(sign_in::sign_out))
        .route("/demo/api/step-up", post(step_up::begin))
        .route("/demo/api/step-up/finish", post(step_up::finish))
        .route("/demo/api/factors/remove", post(factors::begin_removal))
        .route("/demo/api/factors/remove/finish", post(factors::finish_removal))
        .route("/demo/api/checkout", post(checkout::begin))
        .route("/demo/api/checkout/finish", post(checkout::finish))
        .route_layer(from_fn_with_state(shop.clone(), guard::same_origin_json))
        .route_layer(from_fn(calls::report));
    Ok(routes.with_state(shop))
}
