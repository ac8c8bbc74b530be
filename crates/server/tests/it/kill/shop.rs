//! The shop's calls to a server that may be gone at any moment.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use countersign_testkit::app::{Answer, TestTenant, Who};
use http::Method;
use serde_json::{Value, json};

/// No answer came, or one that says that the database is away: what was asked for may have happened or not.
#[derive(Debug)]
pub(super) struct Lost;

/// A kind of factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Passkey,
    SecurityKey,
}

impl Kind {
    const fn path(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::SecurityKey => "security-key",
        }
    }
}

/// What a ceremony was begun with.
pub(super) struct Offer {
    /// The challenge's id.
    pub(super) challenge: String,
    /// The options that the authenticator gets.
    pub(super) options: Value,
}

impl Offer {
    /// Passkey calls name the challenge beside the options, security key calls do not: its id is the challenge's first
    /// half (docs/adr/0009).
    fn read(kind: Kind, body: Value) -> Self {
        let options = match kind {
            Kind::Passkey => body["options"].clone(),
            Kind::SecurityKey => body,
        };
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(options["challenge"].as_str().unwrap()).unwrap();
        let hex = format!("{:032x}", u128::from_be_bytes(bytes[..16].try_into().unwrap()));
        let challenge = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
        Self { challenge, options }
    }
}

/// A tenant as reached through one server.
#[derive(Clone)]
pub(super) struct Shop {
    pub(super) tenant: TestTenant,
}

impl Shop {
    pub(super) async fn server(&self, method: Method, path: &str, body: Value) -> Result<Answer, Lost> {
        heard(self.tenant.try_server(method, path, body).await)
    }

    pub(super) async fn client(&self, who: Who<'_>, path: &str, body: Value) -> Result<Answer, Lost> {
        heard(self.tenant.try_client(who, Method::POST, path, body).await)
    }

    pub(super) async fn track(&self, user: &str, action: &str, key: &str, scope: &str) -> Result<Answer, Lost> {
        let body = json!({ "idempotencyKey": key, "scope": scope });
        self.server(Method::POST, &format!("/users/{user}/actions/{action}"), body).await
    }

    /// Begins an enrolment; `Err` with what was refused.
    pub(super) async fn begin_enrolment(&self, token: &str, kind: Kind) -> Result<Result<Offer, Answer>, Lost> {
        let path = format!("/user-authenticators/{}/registration-options", kind.path());
        let answer = self.client(Who::Token(token), &path, json!({})).await?;
        Ok(if answer.status == 200 { Ok(Offer::read(kind, answer.ok())) } else { Err(answer) })
    }

    pub(super) async fn enrol(&self, token: &str, kind: Kind, offer: &Offer, made: Value) -> Result<Answer, Lost> {
        let body = match kind {
            Kind::Passkey => json!({ "challengeId": offer.challenge, "registrationCredential": made }),
            Kind::SecurityKey => made,
        };
        self.client(Who::Token(token), &format!("/user-authenticators/{}", kind.path()), body).await
    }

    /// Begins a proof; with a passkey also without a token, in two calls.
    pub(super) async fn begin_proof(&self, who: Who<'_>, kind: Kind) -> Result<Offer, Lost> {
        let mut body = json!({});
        if matches!(who, Who::Tenant) {
            let begun = self.client(who, "/challenge", json!({ "action": "signIn" })).await?.ok();
            body = json!({ "challengeId": begun["challengeId"] });
        }
        let path = format!("/user-authenticators/{}/authentication-options", kind.path());
        Ok(Offer::read(kind, self.client(who, &path, body).await?.ok()))
    }

    pub(super) async fn prove(&self, who: Who<'_>, kind: Kind, challenge: &str, said: Value) -> Result<Answer, Lost> {
        let body = match kind {
            Kind::Passkey => json!({ "challengeId": challenge, "authenticationCredential": said }),
            Kind::SecurityKey => said,
        };
        self.client(who, &format!("/verify/{}", kind.path()), body).await
    }

    /// The user takes a factor of their own away.
    pub(super) async fn remove_own(&self, token: &str, factor: &str) -> Result<Answer, Lost> {
        let path = format!("/user-authenticators/{factor}");
        heard(self.tenant.try_client(Who::Token(token), Method::DELETE, &path, Value::Null).await)
    }

    pub(super) async fn consume(&self, token: &str) -> Result<Value, Lost> {
        let answer = self.server(Method::POST, "/validate", json!({ "token": token, "consume": true })).await?;
        Ok(answer.ok())
    }
}

/// What is no answer: a connection that broke, or 503. The latter has to say when to come back; another 5xx is a bug.
fn heard(answer: reqwest::Result<Answer>) -> Result<Answer, Lost> {
    let answer = answer.map_err(|_broken| Lost)?;
    if answer.status == 503 {
        assert!(!answer.header("retry-after").is_empty(), "{}", answer.body);
        answer.refused(503, "unavailable");
        return Err(Lost);
    }
    assert!(answer.status < 500, "{}: {}", answer.status, answer.body);
    Ok(answer)
}
