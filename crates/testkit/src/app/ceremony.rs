//! Ceremonies as a page and an authenticator run them together.

use http::Method;
use serde_json::{Value, json};

use super::{Answer, TestTenant, Who};
use crate::forger::Authenticator;

impl TestTenant {
    /// Options for a passkey.
    pub async fn passkey_options(&self, token: &str) -> Value {
        let path = "/user-authenticators/passkey/registration-options";
        self.client(Who::Token(token), Method::POST, path, json!({})).await.ok()
    }

    /// Makes a passkey on `key` and adds it.
    pub async fn enrol_passkey(&self, token: &str, key: &Authenticator) -> Answer {
        let offer = self.passkey_options(token).await;
        let made = key.create(&offer["options"], &self.origin).expect("the authenticator makes a credential");
        self.add_passkey(token, &offer, &made.credential).await
    }

    /// Adds a credential that answers `offer`.
    pub async fn add_passkey(&self, token: &str, offer: &Value, credential: &Value) -> Answer {
        let body = json!({
            "challengeId": offer["challengeId"], "registrationCredential": credential, "conditionalCreate": false,
        });
        self.client(Who::Token(token), Method::POST, "/user-authenticators/passkey", body).await
    }

    /// Options for an assertion of a passkey: with a token for a step-up, else for a sign-in.
    pub async fn assertion_options(&self, who: Who<'_>) -> Value {
        let path = "/user-authenticators/passkey/authentication-options";
        self.client(who, Method::POST, path, json!({})).await.ok()
    }

    /// Signs in with a passkey and no token, for the action `signIn`.
    pub async fn sign_in(&self, key: &Authenticator) -> Answer {
        let offer = self.begun_options().await;
        self.answer_passkey(Who::Tenant, &offer, key).await
    }

    /// Options for a sign-in that `POST /challenge` began: its challenge has a row from the beginning.
    pub async fn begun_options(&self) -> Value {
        let begun = self.client(Who::Tenant, Method::POST, "/challenge", json!({ "action": "signIn" })).await.ok();
        let path = "/user-authenticators/passkey/authentication-options";
        self.client(Who::Tenant, Method::POST, path, json!({ "challengeId": begun["challengeId"] })).await.ok()
    }

    /// Steps up with a passkey.
    pub async fn verify_passkey(&self, token: &str, key: &Authenticator) -> Answer {
        let offer = self.assertion_options(Who::Token(token)).await;
        self.answer_passkey(Who::Token(token), &offer, key).await
    }

    /// Signs what `offer` asks and sends it.
    pub async fn answer_passkey(&self, who: Who<'_>, offer: &Value, key: &Authenticator) -> Answer {
        let said = key.get(&offer["options"], &self.origin).expect("the authenticator signs");
        self.send_assertion(who, offer, &said.credential).await
    }

    /// Sends an assertion that answers `offer`.
    pub async fn send_assertion(&self, who: Who<'_>, offer: &Value, credential: &Value) -> Answer {
        let body = json!({ "challengeId": offer["challengeId"], "authenticationCredential": credential });
        self.client(who, Method::POST, "/verify/passkey", body).await
    }

    /// Makes a security key's credential on `key` and adds it.
    pub async fn enrol_security_key(&self, token: &str, key: &Authenticator) -> Answer {
        let path = "/user-authenticators/security-key/registration-options";
        let options = self.client(Who::Token(token), Method::POST, path, json!({})).await.ok();
        let made = key.create(&options, &self.origin).expect("the authenticator makes a credential");
        self.client(Who::Token(token), Method::POST, "/user-authenticators/security-key", made.credential).await
    }

    /// Steps up with a security key.
    pub async fn verify_security_key(&self, token: &str, key: &Authenticator) -> Answer {
        let path = "/user-authenticators/security-key/authentication-options";
        let options = self.client(Who::Token(token), Method::POST, path, json!({})).await.ok();
        let said = key.get(&options, &self.origin).expect("the authenticator signs");
        self.client(Who::Token(token), Method::POST, "/verify/security-key", said.credential).await
    }

    /// A user with a passkey on `key`.
    pub async fn user_with_passkey(&self, user: &str, key: &Authenticator) {
        let token = self.track(user, "sign-up").await.token;
        self.enrol_passkey(&token, key).await.ok();
    }

    /// A user with a security key on `key`.
    pub async fn user_with_security_key(&self, user: &str, key: &Authenticator) {
        let token = self.track(user, "sign-up").await.token;
        self.enrol_security_key(&token, key).await.ok();
    }
}
