//! An authenticator app and recovery codes, as a person uses them.

use countersign_domain::clock::{Clock, Millis, Span};
use http::Method;
use serde_json::{Value, json};
use totp_rs::Totp;

use super::{Answer, TestApp, TestTenant, Who};

/// An app that has read a QR code. It reads and computes by other hands than ours.
pub struct AuthenticatorApp {
    totp: Totp,
    clock: Clock,
}

impl AuthenticatorApp {
    /// What an app reads from the address in a QR code.
    pub fn scan(uri: &str, clock: &Clock) -> Self {
        Self { totp: Totp::from_url(uri).expect("apps read the address"), clock: clock.clone() }
    }

    /// The code it shows now.
    pub fn code(&self) -> String {
        self.code_in(Span::seconds(0))
    }

    /// The code it shows that much later, or earlier.
    pub fn code_in(&self, span: Span) -> String {
        self.code_at(self.clock.now().plus(span))
    }

    fn code_at(&self, at: Millis) -> String {
        self.totp.generate(u64::try_from(at.seconds()).expect("after 1970")).to_string()
    }

    /// A code that it shows in none of the steps around now.
    pub fn wrong_code(&self) -> String {
        let near: Vec<String> = (-3..=3).map(|step| self.code_in(Span::seconds(step * 30))).collect();
        let mut codes = (0..).map(|number: u32| format!("{number:06}"));
        codes.find(|code| !near.contains(code)).expect("most codes are wrong")
    }
}

impl TestApp {
    /// A user whose only factor is an authenticator app. The step of the code that enrolled it is over.
    pub async fn user_with_app(&self, shop: &TestTenant, user: &str) -> AuthenticatorApp {
        let tracked = shop.track(user, "sign-up").await;
        let app = self.enrol_app(shop, &tracked.token).await;
        let done = shop.answer_totp(&tracked.token, &app.code()).await.ok();
        assert_eq!(done["isVerified"], true, "{done}");
        self.next_step();
        app
    }

    /// Moves the clock to the beginning of the next step of thirty seconds, so that none ends while a test looks at one.
    pub fn next_step(&self) {
        let step = 30_000;
        self.advance(Span(step - self.countersign.now().0.rem_euclid(step)));
    }

    /// Begins the enrolment of an app and reads its QR code.
    pub async fn enrol_app(&self, shop: &TestTenant, token: &str) -> AuthenticatorApp {
        let begun = shop.enrol_totp(token).await.ok();
        AuthenticatorApp::scan(begun["uri"].as_str().expect("an address"), self.countersign.clock())
    }
}

impl TestTenant {
    /// Asks for an authenticator app's secret.
    pub async fn enrol_totp(&self, token: &str) -> Answer {
        self.client(Who::Token(token), Method::POST, "/user-authenticators/totp", Value::Null).await
    }

    /// Answers with what an authenticator app shows.
    pub async fn answer_totp(&self, token: &str, code: &str) -> Answer {
        self.page(token, "/verify/totp", json!({ "verificationCode": code })).await
    }

    /// Asks for a set of recovery codes.
    pub async fn ask_recovery_codes(&self, token: &str) -> Answer {
        self.client(Who::Token(token), Method::POST, "/user-authenticators/recovery-codes", Value::Null).await
    }

    /// The codes of a new set, by a token of an action that was just proved.
    pub async fn recovery_codes(&self, token: &str) -> Vec<String> {
        let made = self.ask_recovery_codes(token).await.ok();
        let codes = made["recoveryCodes"].as_array().expect("a list");
        codes.iter().map(|code| code.as_str().expect("a text").to_owned()).collect()
    }

    /// Answers with a recovery code.
    pub async fn answer_recovery_code(&self, token: &str, code: &str) -> Answer {
        self.page(token, "/verify/recovery-code", json!({ "verificationCode": code })).await
    }
}
