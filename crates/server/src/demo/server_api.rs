//! The shop's calls to the Server API: plain HTTP, as any backend would make them.

use std::time::Instant;

use reqwest::{Client, Method, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::calls::{Call, Calls};
use super::refusal::Refusal;

/// The API for the length of one request of the page.
pub(super) struct ServerApi<'a> {
    pub http: &'a Client,
    pub base: &'a Url,
    pub secret: &'a str,
    pub calls: &'a Calls,
}

/// The answer to `track`, as far as the shop uses it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tracked {
    pub state: String,
    pub token: String,
    /// Where the pre-built UI asks for the proof.
    pub url: String,
    pub idempotency_key: String,
}

impl Tracked {
    /// Whether the action waits for a challenge.
    pub(super) fn needs_challenge(&self) -> bool {
        self.state == "CHALLENGE_REQUIRED"
    }
}

/// The answer to `/validate`, as far as the shop uses it.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verdict {
    pub is_valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification_method: Option<String>,
}

/// The attributes of a user that the shop shows.
#[derive(Deserialize)]
pub(super) struct User {
    pub username: Option<String>,
}

impl ServerApi<'_> {
    /// Says that a user is about to do something, and learns whether a challenge comes first.
    pub(super) async fn track(
        &self,
        purpose: &'static str,
        user_id: &str,
        action: &str,
        username: &str,
    ) -> Result<Tracked, Refusal> {
        self.track_with(purpose, user_id, action, json!({ "username": username })).await
    }

    /// The same, with more that the API takes: `redirectUrl`, where the pre-built UI leads back to.
    pub(super) async fn track_with(
        &self,
        purpose: &'static str,
        user_id: &str,
        action: &str,
        body: Value,
    ) -> Result<Tracked, Refusal> {
        self.call(purpose, Method::POST, &["users", user_id, "actions", action], Some(body)).await
    }

    /// Asks whether the action behind a token was completed. The first yes is the last: a token buys one thing.
    pub(super) async fn validate(&self, token: &str, action: &str, user_id: Option<&str>) -> Result<Verdict, Refusal> {
        let mut body = json!({ "token": token, "action": action, "consume": true });
        if let Some(user_id) = user_id {
            body["userId"] = json!(user_id);
        }
        let verdict: Verdict =
            self.call("Was the challenge completed?", Method::POST, &["validate"], Some(body)).await?;
        if verdict.is_valid {
            return Ok(verdict);
        }
        Err(Refusal::not_verified("We could not confirm that it was you. Nothing was changed; please try again."))
    }

    pub(super) async fn user(&self, user_id: &str) -> Result<User, Refusal> {
        self.call("Who is this?", Method::GET, &["users", user_id], None).await
    }

    /// Factors, and recovery codes, as the API lists them.
    pub(super) async fn authenticators(&self, user_id: &str) -> Result<Vec<Value>, Refusal> {
        self.call("Which factors are there?", Method::GET, &["users", user_id, "authenticators"], None).await
    }

    pub(super) async fn remove_authenticator(&self, user_id: &str, id: &str) -> Result<(), Refusal> {
        let path = ["users", user_id, "authenticators", id];
        self.call::<Value>("Remove the factor", Method::DELETE, &path, None).await.map(|_| ())
    }

    async fn call<T: DeserializeOwned>(
        &self,
        purpose: &'static str,
        method: Method,
        path: &[&str],
        body: Option<Value>,
    ) -> Result<T, Refusal> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let shown_path = url.path().to_owned();
        let mut request = self.http.request(method.clone(), url).basic_auth(self.secret, Some(""));
        if let Some(body) = &body {
            request = request.json(body);
        }
        let started = Instant::now();
        let response = request.send().await.map_err(|_| unreachable())?;
        let status = response.status();
        let answer: Value = response.json().await.map_err(|_| unreachable())?;
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.calls.note(Call {
            purpose,
            method: method.to_string(),
            path: shown_path,
            request: body,
            status: status.as_u16(),
            response: answer.clone(),
            duration_ms,
        });
        if !status.is_success() {
            let said = answer["errorDescription"].as_str().unwrap_or("no reason given");
            return Err(Refusal::server(format!("Countersign refused with {status}: {said}")));
        }
        serde_json::from_value(answer)
            .map_err(|error| Refusal::server(format!("Countersign answered in an unknown form: {error}")))
    }
}

fn unreachable() -> Refusal {
    Refusal::server(
        "The shop's backend could not reach Countersign. Check that the server is still running, then try again.",
    )
}
