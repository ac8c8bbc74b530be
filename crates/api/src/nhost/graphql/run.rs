//! From a body to an answer.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Request, Response as Answer, ServerError, Variables};
use axum::Json;
use axum::response::{IntoResponse, Response};
use countersign_domain::Error;
use serde::Deserialize;
use serde_json::Value;

use super::error::{Refusal, of_command};
use super::{Context, document};
use crate::problem::Problem;

/// How long one query may work.
const WORK: Duration = Duration::from_secs(10);

/// What clients send. Members that we do not know, such as `extensions`, say nothing to us.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    query: String,
    #[serde(default)]
    variables: Option<serde_json::Map<String, Value>>,
    #[serde(default)]
    operation_name: Option<String>,
}

/// Runs one operation. What is wrong with the query is told with status 200; what is wrong with us is not.
pub(super) async fn run(context: Arc<Context>, body: Value) -> Result<Response, Problem> {
    if body.is_array() {
        return Ok(Refusal::new("not-supported", "send one operation a request, not a list").into_response());
    }
    let Ok(asked) = serde_json::from_value::<Asked>(body) else {
        let message = "the body has a query (text), and may have variables (an object) and operationName (text)";
        return Ok(Refusal::new("invalid-json", message).into_response());
    };
    let built = context.api.schemas.of(&context.access)?;
    let parsed = document::parse(&asked.query).and_then(|document| {
        let shows_schema = context.access.is_admin()
            || context.access.tenant.settings.graphql.introspection.unwrap_or(context.api.is_development);
        document::check(&document, &built.fields, shows_schema)?;
        Ok(document)
    });
    let document = match parsed {
        Ok(document) => document,
        Err(refusal) => return Ok(refusal.into_response()),
    };
    let variables = Variables::from_json(Value::Object(asked.variables.unwrap_or_default()));
    let mut request = Request::new(asked.query).variables(variables).data(context.clone());
    request.operation_name = asked.operation_name;
    request.set_parsed_query(document);
    match tokio::time::timeout(WORK, built.schema.execute(request)).await {
        Ok(answer) => respond(answer),
        Err(_) => Err(Problem::unavailable(format!("no answer to a query within {} seconds", WORK.as_secs()))),
    }
}

/// One error and no data, or data and no error: as Hasura does it.
fn respond(mut answer: Answer) -> Result<Response, Problem> {
    if answer.errors.is_empty() {
        return Ok(Json(serde_json::json!({ "data": answer.data })).into_response());
    }
    refusal(answer.errors.swap_remove(0)).map(IntoResponse::into_response)
}

fn refusal(error: ServerError) -> Result<Refusal, Problem> {
    let path = error.path.iter().fold("$".to_owned(), |path, segment| match segment {
        async_graphql::PathSegment::Field(name) => format!("{path}.selectionSet.{name}"),
        async_graphql::PathSegment::Index(_) => path,
    });
    let failed = error.source.and_then(|source| source.downcast::<Failed>().ok());
    match failed {
        // The query's own fault: the validator's words.
        None => Ok(Refusal::invalid(error.message).at(path)),
        Some(failed) => {
            let error = failed.0.lock().ok().and_then(|mut error| error.take());
            let error = error.unwrap_or_else(|| Error::Internal("an error was told twice".to_owned()));
            of_command(error).map(|refusal| refusal.at(path)).map_err(Problem::from)
        }
    }
}

/// A command's refusal on its way through the executor, which wants to share it.
pub(super) struct Failed(std::sync::Mutex<Option<Error>>);

pub(super) fn failed(error: Error) -> async_graphql::Error {
    let message = error.to_string();
    let source: Arc<dyn std::any::Any + Send + Sync> = Arc::new(Failed(std::sync::Mutex::new(Some(error))));
    async_graphql::Error { message, source: Some(source), extensions: None }
}
