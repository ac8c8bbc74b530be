//! What is secret is in no line of the log, in no event and not in what is stored, after all methods with codes were used.

use countersign_db::statements;
use countersign_domain::clock::Clock;
use countersign_testkit::app::{AuthenticatorApp, Engine, TestTenant};
use countersign_testkit::nodes::{Deployment, Node};
use countersign_testkit::smtp::MailServer;
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use http::Method;
use mail_parser::MessageParser;
use serde_json::{Value, json};

use super::phones::Gateway;
use crate::engines::PROGRAM;

on_both_engines!(item_90_no_code_link_seed_or_token_is_logged_recorded_or_stored_readable);

statements! {
    TRAIL = "SELECT kind, detail, user_agent, request_id FROM audit_events WHERE tenant_id = $1";
}

const ADA: &str = "ada.lovelace@example.com";
const LINK: &str = "ada.by.link@example.com";
const PHONE: &str = "+64210000789";

/// A running server whose messages are read, and what was secret so far.
struct Story {
    deployment: Deployment,
    node: Node,
    mail: MailServer,
    phones: Gateway,
    shop: TestTenant,
    secrets: Vec<String>,
}

impl Story {
    async fn begin(engine: Engine) -> Self {
        let (mail, (phones, hook)) = (MailServer::new().await, Gateway::start(&[]).await);
        let deployment = Deployment::new(PROGRAM, engine)
            .with("COUNTERSIGN_EMAIL__SMTP_URL", &format!("smtp://{}", mail.address))
            .with("COUNTERSIGN_SMS__WEBHOOK_URL", &hook)
            .with("COUNTERSIGN_SMS__WEBHOOK_SECRET", "canary-webhook-secret")
            .with("COUNTERSIGN_LOG__FORMAT", "json")
            .with("COUNTERSIGN_LOG__LEVEL", "trace");
        let shop = deployment.tenant();
        deployment.json(&["tenant", "update", "--settings", r#"{"sms": {"countries": ["NZ"]}}"#]);
        let node = deployment.start();
        let shop = shop.at(&node.url);
        let secrets = vec!["canary-webhook-secret".to_owned(), shop.secret.clone()];
        Self { deployment, node, mail, phones, shop, secrets }
    }

    /// The text of the mail that came last.
    async fn mail(&self, count: usize) -> String {
        let mails = self.mail.wait_for(count).await;
        let message = MessageParser::default().parse(&mails[count - 1].raw).expect("a mail");
        message.body_text(0).expect("a mail has a text").into_owned()
    }

    /// The code in it.
    async fn mailed_code(&mut self, count: usize) -> String {
        let text = self.mail(count).await;
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        let code = text.lines().map(str::trim).find(is_code).expect("a code is in the mail").to_owned();
        self.secrets.push(code.clone());
        code
    }

    fn texted_code(&mut self) -> String {
        let body: Value = serde_json::from_slice(&self.phones.calls().last().expect("a text came").body).unwrap();
        let code = body["code"].as_str().expect("a code is in the text").to_owned();
        self.secrets.push(code.clone());
        code
    }

    async fn token(&mut self, action: &str) -> String {
        let tracked = self.shop.track_with("ada", action, json!({ "scope": "add:authenticators" })).await;
        self.secrets.push(tracked.token.rsplit('.').next().expect("a token has a signature").to_owned());
        tracked.token
    }

    /// Opens a link and presses its button, as a browser does.
    async fn confirm(&mut self, text: &str) {
        let link = text.split_whitespace().find(|word| word.contains("?token=")).expect("a link is in the mail");
        let (_, token) = link.split_once("?token=").expect("a link has a token");
        self.secrets.push(token.to_owned());
        let page = format!("{}/ui/magic-link", self.node.url);
        let shown = reqwest::get(format!("{page}?token={token}")).await.unwrap();
        let cookie = shown.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let html = shown.text().await.unwrap();
        let (_, rest) = html.split_once("name=binding value=\"").expect("the page has a form");
        let binding = rest.split('"').next().unwrap();
        self.secrets.extend([binding.to_owned(), cookie.split('=').next_back().unwrap().to_owned()]);
        let form = format!("token={token}&binding={binding}&answer=yes");
        let request = reqwest::Client::new().post(page).header("cookie", cookie).body(form);
        let done = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        assert_eq!(done.status(), 200);
    }
}

/// Whether `text` stands in `all`, and not as a part of a longer word or number.
fn holds(all: &[u8], text: &str) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let found = all.windows(text.len()).enumerate().filter(|(_, window)| *window == text.as_bytes());
    found.into_iter().any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| all.get(at));
        !is_part(before) && !is_part(all.get(at + text.len()))
    })
}

async fn item_90_no_code_link_seed_or_token_is_logged_recorded_or_stored_readable(engine: Engine) {
    let mut story = Story::begin(engine).await;
    let shop = story.shop.clone();

    let token = story.token("sign-up").await;
    shop.enrol_email(&token, ADA).await.ok();
    let code = story.mailed_code(1).await;
    shop.answer_email(&token, "999999x").await.ok();
    // Of the wrong type, in the wrong place: what is refused is told at debug.
    for body in [json!({ "verificationCode": code.parse::<u32>().unwrap() }), json!(code), json!({ code.as_str(): 1 })]
    {
        shop.page(&token, "/verify/email-otp", body).await.refused(400, "invalid_request");
    }
    shop.server(Method::POST, "/validate", json!({ "token": { token.as_str(): token } }))
        .await
        .refused(400, "invalid_request");
    let done = shop.answer_email(&token, &code).await.ok();
    let proved = done["accessToken"].as_str().expect("a right answer earns a token").to_owned();
    let recovery = shop.recovery_codes(&proved).await;
    story.secrets.extend(recovery.iter().flat_map(|code| [code.clone(), code.replace('-', "")]));

    let token = story.token("phone").await;
    shop.enrol_phone(&token, PHONE).await.ok();
    let code = story.texted_code();
    assert_eq!(shop.answer_sms(&token, &code).await.ok()["isVerified"], true);
    shop.ask_whatsapp(&token).await.ok();
    let code = story.texted_code();
    assert_eq!(shop.answer_whatsapp(&token, &code).await.ok()["isVerified"], true);

    let token = story.token("app").await;
    let begun = shop.enrol_totp(&token).await.ok();
    let (uri, seed) = (begun["uri"].as_str().unwrap(), begun["secret"].as_str().unwrap());
    let bytes = BASE32_NOPAD.decode(seed.as_bytes()).unwrap();
    let base64 = countersign_domain::secret::base64url(&bytes);
    story.secrets.extend([uri.to_owned(), seed.to_owned(), HEXLOWER.encode(&bytes), base64]);
    let code = AuthenticatorApp::scan(uri, &Clock::default()).code();
    assert_eq!(shop.answer_totp(&token, &code).await.ok()["isVerified"], true);

    let token = story.token("lost").await;
    assert_eq!(shop.answer_recovery_code(&token, &recovery[0]).await.ok()["isVerified"], true);

    // What nobody takes is in the trail, too.
    let token = story.token("link").await;
    let notices = story.mail.received().len();
    shop.enrol_link(&token, LINK).await.ok();
    let mut count = notices;
    let text = loop {
        count += 1;
        let text = story.mail(count).await;
        if text.contains("?token=") {
            break text;
        }
    };
    story.confirm(&text).await;
    assert_eq!(shop.poll_link(&token).await.ok()["isVerified"], true);

    let Story { deployment, node, mail, secrets, .. } = story;
    let (status, log) = node.stop();
    assert!(status.success());
    assert!(mail.received().len() > 2, "notices were sent as well");
    let mut lines = Vec::new();
    for line in &log {
        let mut line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        // Six digits of a second are no code.
        line.as_object_mut().unwrap().retain(|name, _| name != "timestamp" && name != "duration_us");
        lines.push(line.to_string());
    }
    let log = lines.join("\n").into_bytes();
    let db = deployment.db().await;
    let mut trail = Vec::new();
    for row in db.all(&TRAIL, &[&shop.id]).await.unwrap() {
        for column in 0..4 {
            trail.extend(row.get::<Option<String>>(column).unwrap().unwrap_or_default().into_bytes());
            trail.push(b'\n');
        }
    }
    db.close().await;
    let stored = deployment.stored();
    assert!(holds(&log, "/v1/client/verify/totp") && holds(&trail, "recovery_code.used") && holds(&stored, PHONE));
    for secret in &secrets {
        for (place, text) in [("log", &log), ("trail", &trail), ("store", &stored)] {
            assert!(!holds(text, secret), "{secret} is in the {place}");
        }
    }
    for address in [ADA, LINK, PHONE, "ada.lovelace", "0000789"] {
        for (place, text) in [("log", &log), ("trail", &trail)] {
            assert!(!text.windows(address.len()).any(|window| window == address.as_bytes()), "{address}: {place}");
        }
    }
}
