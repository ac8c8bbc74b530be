//! Codes as a page asks for them and a person types them.

use http::Method;
use serde_json::{Value, json};

use super::{Answer, TestApp, TestTenant, Who};

impl TestApp {
    /// The code sent last to this address or number.
    pub fn code_for(&self, address: &str) -> String {
        self.inbox().newest(address).and_then(|caught| caught.code).expect("a code was sent")
    }

    /// A six-digit code that is not the one sent last.
    pub fn wrong_code_for(&self, address: &str) -> String {
        let right: u32 = self.code_for(address).parse().expect("a code is a number");
        format!("{:06}", (right + 1) % 1_000_000)
    }

    /// A user whose only factor is a code to this address.
    pub async fn user_with_email(&self, shop: &TestTenant, user: &str, address: &str) {
        let tracked = shop.track(user, "sign-up").await;
        shop.enrol_email(&tracked.token, address).await.ok();
        let done = shop.answer_email(&tracked.token, &self.code_for(address)).await.ok();
        assert_eq!(done["isVerified"], true, "{done}");
    }
}

impl TestApp {
    /// A user whose only factor is a code to this phone.
    pub async fn user_with_phone(&self, shop: &TestTenant, user: &str, number: &str) {
        let tracked = shop.track(user, "sign-up").await;
        shop.enrol_phone(&tracked.token, number).await.ok();
        let done = shop.answer_sms(&tracked.token, &self.code_for(number)).await.ok();
        assert_eq!(done["isVerified"], true, "{done}");
    }
}

impl TestTenant {
    /// Enrols a phone: a code is sent to it.
    pub async fn enrol_phone(&self, token: &str, number: &str) -> Answer {
        self.page(token, "/user-authenticators/sms", json!({ "phoneNumber": number })).await
    }

    /// Asks for a code by text message.
    pub async fn ask_sms(&self, token: &str) -> Answer {
        self.page(token, "/challenge/sms", json!({})).await
    }

    /// Answers a code that came to a phone.
    pub async fn answer_sms(&self, token: &str, code: &str) -> Answer {
        self.page(token, "/verify/sms", json!({ "verificationCode": code })).await
    }

    /// Asks for a code by WhatsApp.
    pub async fn ask_whatsapp(&self, token: &str) -> Answer {
        self.page(token, "/challenge/whatsapp", json!({})).await
    }

    /// Answers a code that came by WhatsApp.
    pub async fn answer_whatsapp(&self, token: &str, code: &str) -> Answer {
        self.page(token, "/verify/whatsapp", json!({ "verificationCode": code })).await
    }
}

impl TestTenant {
    /// Enrols an e-mail address: a code is sent to it.
    pub async fn enrol_email(&self, token: &str, address: &str) -> Answer {
        self.page(token, "/user-authenticators/email-otp", json!({ "email": address })).await
    }

    /// Asks for a code by e-mail.
    pub async fn ask_email(&self, token: &str) -> Answer {
        self.page(token, "/challenge/email-otp", json!({})).await
    }

    /// Answers a code that came by e-mail.
    pub async fn answer_email(&self, token: &str, code: &str) -> Answer {
        self.page(token, "/verify/email-otp", json!({ "verificationCode": code })).await
    }

    /// A POST of the tenant's page with a token; `path` begins after `/v1/client`.
    pub async fn page(&self, token: &str, path: &str, body: Value) -> Answer {
        self.client(Who::Token(token), Method::POST, path, body).await
    }
}
