//! GraphQL over a tenant's security keys, in the names and shapes that Hasura gives them (docs/adr/0031-graphql.md).
//!
//! A request is parsed, measured against the limits, and its fields are looked up among those of the role's own schema
//! (`document`); then async-graphql runs it on that schema (`schema`). What a role may not see is not in its schema: a hidden
//! column and a misspelt one are the same thing, here and in introspection.

mod caller;
mod document;
mod error;
mod page;
mod run;
mod schema;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use countersign_domain::keys::KeyAccess;
use serde_json::Value;

use crate::Api;
use crate::extract::{From, JsonBody};
use crate::problem::Problem;
use caller::Asking;
pub(crate) use schema::Schemas;
pub use schema::sdl;

/// The door's paths: of the default tenant, of a named one, and below the `backendUrl` of Nhost's JavaScript SDK 2.x.
const PATHS: [&str; 3] = ["/graphql/v1", "/t/{tenant}/graphql/v1", "/v1/graphql"];

pub(crate) fn routes(is_development: bool) -> Router<Api> {
    PATHS.into_iter().fold(Router::new(), |router, path| {
        let methods = if is_development { get(page::show).post(answer) } else { post(answer) };
        router.route(path, methods)
    })
}

/// What a resolver needs to know.
pub(super) struct Context {
    api: Api,
    access: KeyAccess,
    caller: countersign_domain::Caller,
}

async fn answer(
    State(api): State<Api>,
    From(caller): From,
    asking: Asking,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Problem> {
    let access = match asking.access(&api).await? {
        Ok(access) => access,
        Err(refused) => return Ok(refused.into_response()),
    };
    let context = Arc::new(Context { api, access, caller });
    run::run(context, body).await
}
