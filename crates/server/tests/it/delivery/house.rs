//! A deployment whose outbox the test writes, as a command of the program would.

use countersign_db::{Db, statements};
use countersign_domain::clock::{Clock, Span};
use countersign_domain::delivery::{Carriers, Message, Post, Recipient, TextChannel};
use countersign_domain::id::OutboxId;
use countersign_domain::ring::KeyRing;
use countersign_domain::secret::Secret;
use countersign_domain::{Countersign, Options, Retention};
use countersign_testkit::app::{Engine, TestTenant};
use countersign_testkit::nodes::Deployment;
use mail_parser::MessageParser;

use crate::engines::PROGRAM;

statements! {
    HURRY = "UPDATE outbox SET due_at = 0 WHERE state = 'pending' AND lease IS NULL AND due_at > $1";
    LAPSE = "UPDATE outbox SET due_at = 0 WHERE state = 'pending' AND due_at > $1";
    ENDED = "SELECT state FROM outbox WHERE state <> 'pending' AND outbox_id <> $1";
}

/// Whom messages go to.
pub(super) const ADA: &str = "ada@example.com";
/// The code in them.
pub(super) const CODE: &str = "271828";

pub(super) struct House {
    pub(super) deployment: Deployment,
    /// Its tenant; it has to be told which node it calls.
    pub(super) shop: TestTenant,
    db: Db,
}

impl House {
    /// With a tenant and these variables.
    pub(super) async fn new(engine: Engine, variables: &[(&str, &str)]) -> Self {
        let mut deployment = Deployment::new(PROGRAM, engine);
        for (name, value) in variables {
            deployment = deployment.with(name, value);
        }
        Self::with(deployment).await
    }

    /// Around a deployment, with a tenant more.
    pub(super) async fn with(deployment: Deployment) -> Self {
        let shop = deployment.tenant();
        let db = deployment.db().await;
        Self { deployment, shop, db }
    }

    /// Puts codes into the outbox, due at once.
    pub(super) async fn post(&self, channel: Option<TextChannel>, count: usize) -> Vec<OutboxId> {
        let clock = Clock::default();
        let ring = KeyRing::for_database(&self.db, &self.deployment.keys(), clock.now()).await.unwrap();
        let options = Options {
            public_url: "https://auth.shop.example".to_owned(),
            carriers: Carriers::default(),
            retention: Retention::default(),
        };
        let countersign = Countersign::new(self.db.clone(), ring, clock, &options).unwrap();
        let mut ids = Vec::new();
        for _ in 0..count {
            let code = Secret::new(CODE.to_owned());
            let (address, message) = match channel {
                None => (ADA, Message::EmailCode { code, minutes: 10 }),
                Some(channel) => ("+64210000789", Message::SmsCode { code, minutes: 10, channel }),
            };
            let to = Recipient { address: address.to_owned(), name: Some("أدا Lovelace".to_owned()), locale: None };
            let expires_at = countersign.now().plus(Span::minutes(10));
            let letter =
                countersign.letter(&self.shop.id, &Post { user: None, challenge: None, to, message, expires_at });
            countersign.post(&letter).await.unwrap();
            ids.push(letter.id().clone());
        }
        self.hurry().await;
        ids
    }

    /// Makes due what waits for an attempt.
    async fn hurry(&self) {
        self.db.write(async |tx| tx.run(&HURRY, &[&0_i64]).await).await.unwrap();
    }

    /// Lets the claims of processes that are gone end, in place of waiting for half a minute.
    pub(super) async fn lapse(&self) {
        self.db.write(async |tx| tx.run(&LAPSE, &[&0_i64]).await).await.unwrap();
    }

    /// How the messages that are over ended.
    pub(super) async fn ended(&self) -> Vec<String> {
        let rows = self.db.all(&ENDED, &[&""]).await.unwrap();
        rows.iter().map(|row| row.get(0).unwrap()).collect()
    }

    /// Waits until `count` messages are over, a minute at most, and says how they ended.
    pub(super) async fn wait_for(&self, count: usize) -> Vec<String> {
        let begin = std::time::Instant::now();
        loop {
            let ended = self.ended().await;
            if ended.len() >= count {
                return ended;
            }
            assert!(begin.elapsed().as_secs() < 60, "{} of {count} are over", ended.len());
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

/// The `Message-ID` of a mail, without what follows `@`.
pub(super) fn message_id(raw: &[u8]) -> String {
    let message = MessageParser::default().parse(raw).unwrap();
    message.message_id().unwrap().split('@').next().unwrap().to_owned()
}
