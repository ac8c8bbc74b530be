//! A tenant as its backend and its pages reach it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_domain::id::TenantId;
use http::Method;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::Answer;

/// Who calls the Client API.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// The holder of a client token.
    Token(&'a str),
    /// A page that shows the tenant's id.
    Tenant,
    /// Nobody: no credential is sent.
    Nobody,
}

/// What `track` answered.
#[derive(Debug, Clone)]
pub struct Tracked {
    /// The client token.
    pub token: String,
    /// The instance of the action.
    pub idempotency_key: String,
    /// The action's state.
    pub state: String,
    /// The whole answer.
    pub body: Value,
}

/// A tenant under test.
#[derive(Debug, Clone)]
pub struct TestTenant {
    /// Its id.
    pub id: TenantId,
    /// Its app client.
    pub client: String,
    /// Its server secret.
    pub secret: String,
    /// Its management key.
    pub management_key: String,
    /// The origin of its pages.
    pub origin: String,
    url: String,
    http: Client,
}

impl TestTenant {
    /// A tenant that is there already: its id, its app client, its keys (server, management), the origin of its pages, and where the
    /// server is.
    pub fn new(url: &str, id: TenantId, client: &str, keys: [&str; 2], origin: &str) -> Self {
        Self {
            id,
            client: client.to_owned(),
            secret: keys[0].to_owned(),
            management_key: keys[1].to_owned(),
            origin: origin.to_owned(),
            url: url.to_owned(),
            http: Client::new(),
        }
    }

    /// The same tenant at another address: through another server on the same database.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// The same by a client of its own that keeps no connection for the next call, so that each call goes through a balancer
    /// anew.
    #[must_use]
    pub fn afresh(&self, url: &str) -> Self {
        let http = Client::builder().pool_max_idle_per_host(0).build().expect("a client is made");
        Self { url: url.to_owned(), http, ..self.clone() }
    }

    /// A call of the Server API with the tenant's secret; `path` begins after `/v1`. No body is sent for `Value::Null`.
    pub async fn server(&self, method: Method, path: &str, body: Value) -> Answer {
        self.server_as(&self.secret, method, path, body).await
    }

    /// The same with another secret.
    pub async fn server_as(&self, secret: &str, method: Method, path: &str, body: Value) -> Answer {
        send(self.server_request(secret, method, path), body).await
    }

    /// A call of the Management API with the tenant's management key; `path` begins after `/v1/management`.
    pub async fn manage(&self, method: Method, path: &str, body: Value) -> Answer {
        self.server_as(&self.management_key, method, &format!("/management{path}"), body).await
    }

    /// The same, meant for the state that an `ETag` names.
    pub async fn manage_if(&self, tag: &str, method: Method, path: &str, body: Value) -> Answer {
        let request = self.server_request(&self.management_key, method, &format!("/management{path}"));
        send(request.header("if-match", tag), body).await
    }

    /// A call of the Server API to a server that may be gone: `Err` when no whole answer came.
    pub async fn try_server(&self, method: Method, path: &str, body: Value) -> reqwest::Result<Answer> {
        try_send(self.server_request(&self.secret, method, path), body).await
    }

    fn server_request(&self, secret: &str, method: Method, path: &str) -> RequestBuilder {
        let credential = BASE64_STANDARD.encode(format!("{secret}:"));
        let request = self.http.request(method, format!("{}/v1{path}", self.url));
        request.header("authorization", format!("Basic {credential}"))
    }

    /// A call of the Client API from the tenant's page; `path` begins after `/v1/client`.
    pub async fn client(&self, who: Who<'_>, method: Method, path: &str, body: Value) -> Answer {
        self.client_from(Some(&self.origin), who, method, path, body).await
    }

    /// The same from a page of another origin, or from no page at all.
    pub async fn client_from(
        &self,
        origin: Option<&str>,
        who: Who<'_>,
        method: Method,
        path: &str,
        body: Value,
    ) -> Answer {
        send(self.client_request(origin, who, method, path), body).await
    }

    /// A call of the Client API to a server that may be gone: `Err` when no whole answer came.
    pub async fn try_client(&self, who: Who<'_>, method: Method, path: &str, body: Value) -> reqwest::Result<Answer> {
        try_send(self.client_request(Some(&self.origin), who, method, path), body).await
    }

    fn client_request(&self, origin: Option<&str>, who: Who<'_>, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method, format!("{}/v1/client{path}", self.url));
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        match who {
            Who::Token(token) => request.bearer_auth(token),
            Who::Tenant => {
                request.header("authorization", format!("Basic {}", BASE64_STANDARD.encode(self.id.as_str())))
            }
            Who::Nobody => request,
        }
    }

    /// A call as it stands, for what no client of ours would send.
    pub fn raw(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// Sends a raw call.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        send(request, Value::Null).await
    }

    /// Tracks an action with nothing more to say.
    pub async fn track(&self, user: &str, action: &str) -> Tracked {
        self.track_with(user, action, json!({})).await
    }

    /// Tracks an action.
    pub async fn track_with(&self, user: &str, action: &str, body: Value) -> Tracked {
        let body = self.server(Method::POST, &format!("/users/{user}/actions/{action}"), body).await.ok();
        let text =
            |name: &str| body[name].as_str().unwrap_or_else(|| panic!("track answers {name}: {body}")).to_owned();
        Tracked { token: text("token"), idempotency_key: text("idempotencyKey"), state: text("state"), body }
    }

    /// What a token proves.
    pub async fn validate(&self, token: &str) -> Value {
        self.validate_with(json!({ "token": token })).await
    }

    /// What a token proves, with more to the question.
    pub async fn validate_with(&self, body: Value) -> Value {
        let answer = self.server(Method::POST, "/validate", body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }
}

pub(super) async fn send(request: RequestBuilder, body: Value) -> Answer {
    try_send(request, body).await.expect("the server answers")
}

async fn try_send(request: RequestBuilder, body: Value) -> reqwest::Result<Answer> {
    let request = if body.is_null() { request } else { request.json(&body) };
    Answer::of(request.send().await?).await
}
