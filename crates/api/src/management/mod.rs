//! The Management API: `{public}/v1/management`, for who runs a tenant (docs/reference/management.md).

mod messages;
mod preview;
mod theme;
mod version;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// All calls, with the prefix left off.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(theme::get, theme::change, theme::reset))
        .routes(routes!(messages::get, messages::replace, messages::clear))
        .routes(routes!(preview::make))
}
