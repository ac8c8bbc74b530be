//! One-time codes over several processes: tries, pauses and sends are counted together, what is used is used, and a crash forgets
//! nothing.

use countersign_domain::clock::Clock;
use countersign_testkit::app::{Answer, Engine, TestTenant};
use countersign_testkit::nodes::Deployment;
use countersign_testkit::smtp::MailServer;
use serde_json::{Value, json};

use super::Two;
use crate::engines::PROGRAM;

on_both_engines!(
    item_53_tries_of_a_code_hold_over_a_crash_and_over_all_nodes,
    item_53_pauses_of_a_factor_hold_over_a_crash_and_over_all_nodes,
    item_53_sends_to_an_address_hold_over_a_crash_and_over_all_nodes,
    item_53_what_was_used_at_one_node_is_used_at_all_and_after_a_crash,
);

const ADA: &str = "ada@example.com";

/// Two processes that send by one mail server, and a user with an address.
struct Codes {
    two: Two,
    mail: MailServer,
}

impl Codes {
    async fn on(engine: Engine) -> Self {
        let mail = MailServer::new().await;
        let url = format!("smtp://{}", mail.address);
        let two = Two::of(Deployment::new(PROGRAM, engine).with("COUNTERSIGN_EMAIL__SMTP_URL", &url));
        let codes = Self { two, mail };
        let token = codes.two.here.track("ada", "sign-up").await.token;
        codes.two.here.enrol_email(&token, ADA).await.ok();
        let done = codes.two.there.answer_email(&token, &codes.newest().await).await.ok();
        assert_eq!(done["isVerified"], true, "asked for at one node, answered at the other");
        codes
    }

    /// The code that was sent last. It is on the server before the call that asked for it is answered.
    async fn newest(&self) -> String {
        let mails = self.mail.wait_for(1).await;
        let raw = String::from_utf8_lossy(&mails.last().expect("a mail came").raw).into_owned();
        let codes = raw.lines().map(str::trim).find(|line| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit()));
        codes.unwrap_or_else(|| panic!("no code in {raw}")).to_owned()
    }

    async fn wrong(&self) -> String {
        let right: u32 = self.newest().await.parse().expect("a code is a number");
        format!("{:06}", (right + 1) % 1_000_000)
    }

    /// Kills the first process and starts another one in its place.
    fn crash(self) -> Self {
        let Self { two, mail } = self;
        let Two { deployment, one, other, here, there } = two;
        one.kill();
        let one = deployment.start();
        let here = here.at(&one.url);
        Self { two: Two { deployment, one, other, here, there }, mail }
    }

    fn both(&self) -> [&TestTenant; 2] {
        [&self.two.here, &self.two.there]
    }
}

fn failed(answer: Answer) -> Value {
    let body = answer.ok();
    assert_eq!(body["isVerified"], false, "{body}");
    body["failureReason"].clone()
}

async fn item_53_tries_of_a_code_hold_over_a_crash_and_over_all_nodes(engine: Engine) {
    let codes = Codes::on(engine).await;
    let token = codes.two.here.track("ada", "pay").await.token;
    codes.two.here.ask_email(&token).await.ok();
    let (right, wrong) = (codes.newest().await, codes.wrong().await);
    for shop in codes.both() {
        assert_eq!(failed(shop.answer_email(&token, &wrong).await), "CODE_INVALID_OR_EXPIRED");
    }
    let codes = codes.crash();
    let [here, there] = codes.both();
    for (shop, why) in
        [(there, "CODE_INVALID_OR_EXPIRED"), (here, "CODE_INVALID_OR_EXPIRED"), (there, "MAX_ATTEMPTS_EXCEEDED")]
    {
        assert_eq!(failed(shop.answer_email(&token, &wrong).await), why);
    }
    for shop in [here, there] {
        assert_eq!(failed(shop.answer_email(&token, &right).await), "MAX_ATTEMPTS_EXCEEDED");
    }
}

/// Five wrong answers in a row make a pause, whatever action and process they belong to.
async fn item_53_pauses_of_a_factor_hold_over_a_crash_and_over_all_nodes(engine: Engine) {
    let mut codes = Codes::on(engine).await;
    for nth in 0..5 {
        if nth == 3 {
            codes = codes.crash();
        }
        let shop = codes.both()[nth % 2];
        let token = shop.track("ada", "pay").await.token;
        shop.ask_email(&token).await.ok();
        failed(shop.answer_email(&token, &codes.wrong().await).await);
    }
    for shop in codes.both() {
        let token = shop.track("ada", "pay").await.token;
        shop.ask_email(&token).await.ok();
        let refused = shop.answer_email(&token, &codes.newest().await).await;
        let wait: i64 = refused.header("retry-after").parse().expect("it says how long to wait");
        assert!((1..=30).contains(&wait), "{wait}");
        refused.refused(429, "too_many_requests");
    }
}

/// Twelve mails with codes in ten minutes.
async fn item_53_sends_to_an_address_hold_over_a_crash_and_over_all_nodes(engine: Engine) {
    let window = || Clock::default().now().0.div_euclid(600_000);
    let begun = window();
    let mut codes = Codes::on(engine).await;
    let token = codes.two.here.track("ada", "pay").await.token;
    // The enrolment sent one.
    let mut sent = 1;
    let refused = loop {
        if sent == 6 {
            codes = codes.crash();
        }
        // By the user at one process, by the address at the other.
        let answer = if sent % 2 == 0 {
            codes.two.here.ask_email(&token).await
        } else {
            codes.two.there.begin(json!({ "email": "Ada+x@example.com" })).await
        };
        // Should a window end meanwhile, the next one has room for as many.
        if answer.status != 200 || sent > 40 {
            break answer;
        }
        sent += 1;
    };
    let wait: i64 = refused.header("retry-after").parse().expect("it says how long to wait");
    assert!((1..=600).contains(&wait), "{wait}");
    refused.refused(429, "too_many_requests");
    if window() == begun {
        assert_eq!(sent, 12);
    }
}

async fn item_53_what_was_used_at_one_node_is_used_at_all_and_after_a_crash(engine: Engine) {
    let codes = Codes::on(engine).await;
    let [here, there] = codes.both();
    let token = here.track("ada", "pay").await.token;
    here.ask_email(&token).await.ok();
    let code = codes.newest().await;
    let done = here.answer_email(&token, &code).await.ok();
    let recovery = there.recovery_codes(done["accessToken"].as_str().expect("a right answer earns a token")).await;
    let lost = here.track("ada", "lost").await.token;
    let answers =
        tokio::join!(here.answer_recovery_code(&lost, &recovery[0]), there.answer_recovery_code(&lost, &recovery[0]),);
    let answers: [Answer; 2] = answers.into();
    assert_eq!(answers.iter().filter(|answer| answer.body["isVerified"] == true).count(), 1, "{answers:?}");

    let codes = codes.crash();
    for shop in codes.both() {
        failed(shop.answer_email(&token, &code).await);
        let again = shop.track("ada", "lost").await.token;
        failed(shop.answer_recovery_code(&again, &recovery[0]).await);
    }
    let again = codes.two.here.track("ada", "lost").await.token;
    assert_eq!(codes.two.here.answer_recovery_code(&again, &recovery[1]).await.ok()["isVerified"], true);
}
