//! The PHP SDK's default base URL has no `/v1` (contracts/authsignal.md §1.1): the Server API also answers at the root.

use axum::Router;

use crate::{Api, server};

pub(crate) fn routes() -> Router<Api> {
    server::routes().split_for_parts().0
}
