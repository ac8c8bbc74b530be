//! Users who sign up and in by themselves: `{public}/auth/v1` and `{public}/t/{tenant}/auth/v1` (docs/reference/nhost.md).
//!
//! Names, shapes and errors are those that Nhost's SDKs know. What strangers may call leaves at even times, because the time of an
//! answer would tell whether an account is there (checklist 56).

mod elevate;
mod email;
mod keys;
mod problem;
mod service;
mod sessions;
mod sign_in;
mod sign_up;
mod stranger;
mod tokens;
mod user;
mod wire;

use axum::Router;
use axum::middleware::map_response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::edge::evenly;

pub(crate) use problem::problem;
pub(crate) use wire::ErrorBody;

/// All calls, with the prefix left off.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(strangers().layer(map_response(evenly)))
        .routes(routes!(email::follow, email::look))
        .routes(routes!(tokens::exchange))
        .routes(routes!(tokens::refresh))
        .routes(routes!(tokens::verify))
        .routes(routes!(tokens::sign_out))
        .routes(routes!(user::show))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::revoke))
        .routes(routes!(keys::options))
        .routes(routes!(keys::add))
        .routes(routes!(elevate::methods))
        .routes(routes!(elevate::options))
        .routes(routes!(elevate::verify))
        .routes(routes!(service::version))
        .routes(routes!(service::healthz))
}

fn strangers() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(sign_up::options))
        .routes(routes!(sign_up::verify))
        .routes(routes!(sign_in::options))
        .routes(routes!(sign_in::verify))
        .routes(routes!(email::resend))
}

/// The door under each of its names: of the default tenant, of a tenant by its id, and as Nhost 2.x builds it from `backendUrl`.
pub(crate) fn doors() -> Router<Api> {
    let each = || routes().split_for_parts().0;
    Router::new().nest("/auth/v1", each()).nest("/t/{tenant}/auth/v1", each()).nest("/v1/auth", each())
}

/// Whose door a path is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose<'a> {
    /// The default tenant's.
    Default,
    /// The tenant's that has this id, if there is one.
    Named(&'a str),
}

/// Whose door a path is of; `None` for a path of another door. GraphQL's paths are paths of this door too.
pub(crate) fn door_of(path: &str) -> Option<Whose<'_>> {
    let (whose, rest) = match path.strip_prefix("/t/") {
        Some(named) => {
            let (tenant, _) = named.split_once('/')?;
            (Whose::Named(tenant), &named[tenant.len()..])
        }
        None => (Whose::Default, path),
    };
    let begins = |door: &str| rest.strip_prefix(door).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_named = begins("/auth/v1") || begins("/graphql/v1");
    let is_aliased = whose == Whose::Default && (begins("/v1/auth") || begins("/v1/graphql"));
    (is_named || is_aliased).then_some(whose)
}

/// Whether refusals at this path have this door's form. GraphQL has its own.
pub(crate) fn is_rest(path: &str) -> bool {
    door_of(path).is_some() && !path.contains("/graphql")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_of_one_door() {
        for (path, door) in [
            ("/auth/v1/user", Some(Whose::Default)),
            ("/auth/v1", Some(Whose::Default)),
            ("/v1/auth/user", Some(Whose::Default)),
            ("/v1/graphql", Some(Whose::Default)),
            ("/t/abc/auth/v1/token", Some(Whose::Named("abc"))),
            ("/t/abc/graphql/v1", Some(Whose::Named("abc"))),
            ("/auth/v11/user", None),
            ("/t/abc/v1/auth/user", None),
            ("/t/abc", None),
            ("/v1/client/challenge", None),
            ("/v1/authenticators", None),
        ] {
            assert_eq!(door_of(path), door, "{path}");
        }
        assert!(is_rest("/auth/v1/none") && !is_rest("/graphql/v1"));
    }
}
