//! The PHP SDK's default base URL has no `/v1`, so the Server API also answers at the root
//! (docs/reference/authsignal.md §1.1).

use axum::Router;

use crate::{Api, server};

pub(crate) fn routes() -> Router<Api> {
    server::routes().split_for_parts().0
}
