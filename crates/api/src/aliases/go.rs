//! The Go SDK has `/v1` in its base URL and says it again when it asks which challenge is open
//! (docs/reference/authsignal.md §5.3).

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

use crate::{Api, server};

pub(crate) fn routes() -> Router<Api> {
    OpenApiRouter::new().nest("/v1/v1", server::open_challenges()).split_for_parts().0
}
