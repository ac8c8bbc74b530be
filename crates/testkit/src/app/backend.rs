//! Codes as an application's backend asks for them and answers them.

use http::Method;
use serde_json::{Value, json};

use super::{Answer, TestApp, TestTenant};

impl TestTenant {
    /// Asks for a code over the Server API.
    pub async fn begin(&self, body: Value) -> Answer {
        self.server(Method::POST, "/challenge", body).await
    }

    /// Asks for a code to an address, for whoever it is: the challenge's id.
    pub async fn begin_for(&self, address: &str) -> String {
        let begun = self.begin(json!({ "verificationMethod": "EMAIL_OTP", "email": address })).await.ok();
        begun["challengeId"].as_str().expect("a challenge has an id").to_owned()
    }

    /// Hands over what somebody typed.
    pub async fn hand_over(&self, challenge: &str, code: &str) -> Answer {
        let body = json!({ "challengeId": challenge, "verificationCode": code });
        self.server(Method::POST, "/verify", body).await
    }

    /// Says whose a challenge is.
    pub async fn claim(&self, challenge: &str, user: &str) -> Answer {
        self.server(Method::POST, "/claim", json!({ "challengeId": challenge, "userId": user })).await
    }

    /// A user's factors, as their backend sees them. A set of recovery codes is listed as an authenticator and is none.
    pub async fn factors_of(&self, user: &str) -> Vec<Value> {
        let list = self.server(Method::GET, &format!("/users/{user}/authenticators"), Value::Null).await.ok();
        let factors = list.as_array().expect("a list").iter();
        factors.filter(|one| one["verificationMethod"] != "RECOVERY_CODE").cloned().collect()
    }
}

impl TestApp {
    /// The mails of this kind to this address, the newest first, once nothing waits.
    pub async fn mails(&self, kind: &str, to: &str) -> Vec<countersign_domain::delivery::Caught> {
        self.deliver().await;
        self.inbox().messages().into_iter().filter(|mail| mail.kind == kind && mail.to == to).collect()
    }

    /// The code that is sent to this address next, once `count` messages have come to it: no request waits for them.
    pub async fn code_after(&self, address: &str, count: usize) -> String {
        let caught = self.inbox().wait_for(address, count).await.expect("a message arrives");
        caught.code.expect("a code is in it")
    }
}
