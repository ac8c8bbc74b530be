//! GraphQL over security keys.

mod admin;
mod limits;
mod user;

use countersign_testkit::app::{Answer, TestTenant};
use http::Method;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

/// A query by the management key, as Nhost's tools show it.
pub(crate) async fn admin(tenant: &TestTenant, query: &str, variables: Value) -> Value {
    let request = tenant.raw(Method::POST, "/graphql/v1").header("x-hasura-admin-secret", &tenant.management_key);
    send(tenant, request, query, variables).await.ok()
}

pub(crate) async fn send(tenant: &TestTenant, request: RequestBuilder, query: &str, variables: Value) -> Answer {
    tenant.send(request.json(&json!({ "query": query, "variables": variables }))).await
}

/// The data of an answer without errors.
#[track_caller]
pub(crate) fn data(body: &Value) -> &Value {
    assert_eq!(body["errors"], Value::Null, "{body}");
    &body["data"]
}

/// Message and code of an answer's one error; it has no data.
#[track_caller]
pub(crate) fn error(body: &Value) -> (&str, &str) {
    assert_eq!(body["data"], Value::Null, "{body}");
    let errors = body["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 1, "{body}");
    let text = |value: &'_ Value| value.as_str().map(str::to_owned).expect("a text");
    assert!(text(&errors[0]["extensions"]["path"]).starts_with('$'), "{body}");
    let code = errors[0]["extensions"]["code"].as_str().expect("a code");
    (errors[0]["message"].as_str().expect("a message"), code)
}
