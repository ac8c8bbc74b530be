//! The Nhost door as its clients call it.

use http::Method;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use super::tenant::send;
use super::{Answer, TestTenant};
use crate::forger::Authenticator;

impl TestTenant {
    /// A call of the Nhost door from the tenant's page; `path` begins after `/auth/v1`. No body is sent for `Value::Null`.
    pub async fn auth(&self, access_token: Option<&str>, method: Method, path: &str, body: Value) -> Answer {
        let request = self.raw(method, &format!("/t/{}/auth/v1{path}", self.id)).header("origin", &self.origin);
        let request = match access_token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        send(request, body).await
    }

    /// The same by POST.
    pub async fn auth_post(&self, path: &str, body: Value) -> Answer {
        self.auth(None, Method::POST, path, body).await
    }

    /// Signs up with a credential made on `key`.
    pub async fn sign_up_key(&self, email: &str, key: &Authenticator) -> Answer {
        self.sign_up_key_with(email, key, json!({}), json!({})).await
    }

    /// The same with options of the beginning, and more members of the end.
    pub async fn sign_up_key_with(&self, email: &str, key: &Authenticator, options: Value, end: Value) -> Answer {
        let offer = self.auth_post("/signup/webauthn", json!({ "email": email, "options": options })).await.ok();
        let made = key.create(&offer, &self.origin).expect("the authenticator makes a credential");
        let mut body = json!({ "credential": made.credential });
        for (name, value) in end.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        self.auth_post("/signup/webauthn/verify", body).await
    }

    /// Options for a sign-in, by an address or by whatever key there is.
    pub async fn sign_in_offer(&self, email: Option<&str>) -> Value {
        let body = email.map_or(Value::Null, |email| json!({ "email": email }));
        self.auth_post("/signin/webauthn", body).await.ok()
    }

    /// Signs in with `key`.
    pub async fn sign_in_key(&self, email: Option<&str>, key: &Authenticator) -> Answer {
        let offer = self.sign_in_offer(email).await;
        self.answer_sign_in(&offer, key).await
    }

    /// Signs what `offer` asks and sends it.
    pub async fn answer_sign_in(&self, offer: &Value, key: &Authenticator) -> Answer {
        let said = key.get(offer, &self.origin).expect("the authenticator signs");
        self.auth_post("/signin/webauthn/verify", json!({ "credential": said.credential })).await
    }

    /// Opens a link of a mail at this server, whatever its host: the status, and where the browser is sent to.
    pub async fn open_link(&self, link: &str) -> (u16, String) {
        let path = link.find("/t/").map_or(link, |at| &link[at..]);
        let request = self.raw(Method::GET, path).build().expect("a link is an address");
        let client = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client is made");
        let answer = client.execute(request).await.expect("the server answers");
        let place = answer.headers().get("location").and_then(|place| place.to_str().ok()).unwrap_or_default();
        (answer.status().as_u16(), place.to_owned())
    }

    /// Adds a credential made on `key` to a session's user.
    pub async fn add_key(&self, access_token: &str, key: &Authenticator, nickname: Option<&str>) -> Answer {
        let offer = self.auth(Some(access_token), Method::POST, "/user/webauthn/add", json!({})).await;
        if offer.status != 200 {
            return offer;
        }
        let made = key.create(&offer.body, &self.origin).expect("the authenticator makes a credential");
        let mut body = json!({ "credential": made.credential });
        if let Some(nickname) = nickname {
            body["nickname"] = json!(nickname);
        }
        self.auth(Some(access_token), Method::POST, "/user/webauthn/verify", body).await
    }

    /// Elevates a session with `key`.
    pub async fn elevate_key(&self, access_token: &str, key: &Authenticator) -> Answer {
        let offer = self.auth(Some(access_token), Method::POST, "/elevate/webauthn", Value::Null).await.ok();
        let said = key.get(&offer, &self.origin).expect("the authenticator signs");
        let body = json!({ "credential": said.credential });
        self.auth(Some(access_token), Method::POST, "/elevate/webauthn/verify", body).await
    }
}

impl Answer {
    /// The session of a success, wrapped or bare.
    #[track_caller]
    pub fn session(self) -> Value {
        let body = self.ok();
        let session = body.get("session").unwrap_or(&body).clone();
        for member in ["accessToken", "refreshToken", "refreshTokenId"] {
            assert!(session[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {session}");
        }
        session
    }

    /// The body of a refusal in the form of the Nhost door: `{error, message, status}`.
    #[track_caller]
    pub fn declined(self, status: u16, error: &str) -> Value {
        assert_eq!((self.status, self.body["error"].as_str()), (status, Some(error)), "{}", self.body);
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.body["status"], status);
        assert!(self.body["message"].as_str().is_some_and(|text| text.len() > 5), "{}", self.body);
        self.body
    }
}
