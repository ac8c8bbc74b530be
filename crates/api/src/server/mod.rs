//! The Server API: `{public}/v1`, for an app's backend (docs/reference/authsignal.md §5).

mod actions;
mod authenticators;
mod challenges;
mod sessions;
mod users;
mod validate;
mod wire;

use axum::middleware::map_response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::edge::evenly;

/// All calls, with the prefix left off.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(users::list))
        .routes(routes!(users::get, users::update, users::update_by_post, users::delete))
        .routes(routes!(authenticators::configurations))
        .routes(routes!(authenticators::import))
        .routes(routes!(authenticators::list, authenticators::enrol))
        .routes(routes!(authenticators::delete))
        .routes(routes!(actions::list))
        .routes(routes!(actions::track))
        .routes(routes!(actions::get, actions::update))
        .routes(routes!(validate::validate))
        .routes(routes!(challenges::claim))
        .routes(routes!(sessions::create))
        .routes(routes!(sessions::validate))
        .routes(routes!(sessions::refresh))
        .routes(routes!(sessions::revoke))
        .routes(routes!(sessions::revoke_of_user))
        .merge(codes().layer(map_response(evenly)))
        .merge(open_challenges())
}

/// The calls behind which may stand anybody, who is to learn nothing of whom we know.
fn codes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(challenges::begin)).routes(routes!(challenges::verify))
}

/// The calls that say which challenge is open: some clients look for them under another path too.
pub(crate) fn open_challenges() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(challenges::get, challenges::get_by_post))
}
