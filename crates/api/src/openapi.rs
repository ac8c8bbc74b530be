//! The contracts as OpenAPI 3.1, written from the code (`make schema`) and checked in under `schema/`.

use std::collections::BTreeMap;

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Components, ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
    ResponseBuilder,
};
use utoipa::{IntoResponses, PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use crate::nhost::rest;
use crate::{Api, client, management, server};

/// The error answers that every call has.
pub(crate) struct Problems;

/// The error answers of the Nhost door.
pub(crate) struct AuthProblems;

/// Body of an error.
#[derive(serde::Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorBody<'a> {
    /// Code of the closed list.
    pub(crate) error: &'a str,
    /// The same code: some clients read one, some the other.
    #[schema(required = false)]
    pub(crate) error_code: &'a str,
    /// What happened and what to do.
    #[schema(required = false)]
    pub(crate) error_description: &'a str,
    /// Step of the ceremony that refused, as WebAuthn Level 3 numbers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<&'a str>,
    /// Id of the request, also in the server's log.
    #[schema(required = false)]
    pub(crate) request_id: &'a str,
}

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let with = |schema: &str, about: &str| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
            RefOr::T(ResponseBuilder::new().description(about).content("application/json", content).build())
        };
        BTreeMap::from([
            ("400".to_owned(), with("Error", "Malformed, or refused: the code says which.")),
            ("401".to_owned(), with("ErrorWithCode", "The credential is missing, wrong or expired.")),
            ("403".to_owned(), with("Error", "The caller is known and may not do this.")),
            ("404".to_owned(), with("Error", "There is no such thing, or it is another's.")),
            ("429".to_owned(), with("Error", "Too many requests; Retry-After says when to try again.")),
        ])
    }
}

impl IntoResponses for AuthProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let with = |about: &str| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("AuthError"))).build();
            RefOr::T(ResponseBuilder::new().description(about).content("application/json", content).build())
        };
        BTreeMap::from([
            ("400".to_owned(), with("Malformed, or a ceremony that was refused.")),
            ("401".to_owned(), with("The token is missing or worth nothing, or the user is not let in.")),
            ("403".to_owned(), with("Not allowed, or not without a fresh proof.")),
            ("404".to_owned(), with("There is no such thing, or it is another's.")),
            ("409".to_owned(), with("The address is taken, or the method is off.")),
            ("413".to_owned(), with("The body is too large.")),
            ("429".to_owned(), with("Too many requests; Retry-After says when to try again.")),
            ("503".to_owned(), with("Not available; Retry-After says when to try again.")),
        ])
    }
}

/// The Nhost door.
pub fn nhost_api() -> OpenApi {
    let components = ComponentsBuilder::new()
        .schema("AuthError", rest::ErrorBody::schema())
        .security_scheme("bearerAuth", http(HttpAuthScheme::Bearer, "The access token of a session."))
        .build();
    let about = "For pages whose users sign up and in by themselves. Also under /t/{tenant}/auth/v1.";
    document("Countersign Auth API", about, components, "/auth/v1", rest::routes())
}

/// The Client API.
pub fn client_api() -> OpenApi {
    let mut components = error_schemas().security_scheme(
        "bearerAuth",
        http(HttpAuthScheme::Bearer, "A client token: from track, or from a completed challenge."),
    );
    components = components.security_scheme("tenantBasic", http(HttpAuthScheme::Basic, "The tenant id as user name."));
    document("Countersign Client API", "For pages and apps.", components.build(), "/v1/client", client::routes())
}

/// The Server API.
pub fn server_api() -> OpenApi {
    let secret = http(HttpAuthScheme::Basic, "The server secret as user name, no password.");
    let components = error_schemas().security_scheme("secretBasic", secret).build();
    document("Countersign Server API", "For an app's backend.", components, "/v1", server::routes())
}

/// The Management API.
pub fn management_api() -> OpenApi {
    let key = http(HttpAuthScheme::Basic, "A management key as user name, no password.");
    let components = error_schemas().security_scheme("managementBasic", key).build();
    let routes = management::routes();
    document("Countersign Management API", "For who runs a tenant.", components, "/v1/management", routes)
}

fn error_schemas() -> ComponentsBuilder {
    ComponentsBuilder::new().schema("Error", ErrorBody::schema()).schema("ErrorWithCode", ErrorBody::schema())
}

fn http(scheme: HttpAuthScheme, about: &str) -> SecurityScheme {
    let mut http = Http::new(scheme);
    http.description = Some(about.to_owned());
    SecurityScheme::Http(http)
}

fn document(title: &str, about: &str, components: Components, prefix: &str, routes: OpenApiRouter<Api>) -> OpenApi {
    let info = InfoBuilder::new().title(title).version("1").description(Some(about)).build();
    let base = OpenApiBuilder::new().info(info).components(Some(components)).build();
    OpenApiRouter::<Api>::with_openapi(base).nest(prefix, routes).into_openapi()
}
