//! The doors where somebody who is nobody can make the server look for somebody.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::pairs::Pairs;
use crate::http::Connection;
use crate::target::Countersign;

/// Users that one round asks about.
const USERS: usize = 100;
/// Between two rounds: all limits and pauses are over.
const ROUND: u32 = 900;
/// Letters of recovery codes.
const LETTERS: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A server and how often each question is put.
pub(super) struct Bench {
    pub(super) server: Countersign,
    pub(super) connection: Connection,
    pub(super) pairs: usize,
}

impl Bench {
    /// A right key and a wrong one: what has to be told apart.
    pub(super) async fn wrong_key(&mut self) -> Result<Pairs> {
        let mut pairs = Pairs::default();
        let body = r#"{"token":""}"#;
        let right = self.server.with_secret("validate", body);
        let wrong = Countersign::with_key("csk_server_wrong", "validate", body);
        for _ in 0..self.pairs {
            pairs.take(&mut self.connection, (&right, &wrong), (200, 401)).await?;
        }
        Ok(pairs)
    }

    /// Behind a backend: a code for a user who has an address and for one whom nobody knows, and a wrong answer to either.
    pub(super) async fn users(&mut self) -> Result<(Pairs, Pairs)> {
        for number in 0..USERS {
            self.server.with_email(&mut self.connection, u64::try_from(number)?).await?;
        }
        let (mut begun, mut answered) = (Pairs::default(), Pairs::default());
        for pair in 0..self.pairs {
            if pair % USERS == 0 {
                self.server.advance(&mut self.connection, ROUND).await?;
            }
            let challenge = |user: &str| self.server.with_secret("challenge", &format!(r#"{{"userId":"{user}"}}"#));
            let (known, unknown) = (format!("user-{}", pair % USERS), format!("nobody-{pair}"));
            let asked = (challenge(&known), challenge(&unknown));
            let said = begun.take(&mut self.connection, (&asked.0, &asked.1), (200, 200)).await?;
            let answer = |said: &str| -> Result<Vec<u8>> {
                let said: serde_json::Value = serde_json::from_str(said)?;
                let id = said["challengeId"].as_str().context("no challenge was begun")?;
                let body = format!(r#"{{"challengeId":"{id}","verificationCode":"no code"}}"#);
                Ok(self.server.with_secret("verify", &body))
            };
            let answers = (answer(&said.0)?, answer(&said.1)?);
            answered.take(&mut self.connection, (&answers.0, &answers.1), (200, 200)).await?;
        }
        Ok((begun, answered))
    }

    /// Behind a backend: a code to an address that a user has, and to one that nobody has.
    pub(super) async fn addresses(&mut self) -> Result<Pairs> {
        let mut pairs = Pairs::default();
        for pair in 0..self.pairs {
            if pair % USERS == 0 {
                self.server.advance(&mut self.connection, ROUND).await?;
            }
            let challenge = |address: &str| {
                let body = format!(r#"{{"verificationMethod":"EMAIL_OTP","email":"{address}"}}"#);
                self.server.with_secret("challenge", &body)
            };
            let known = challenge(&Countersign::address(u64::try_from(pair % USERS)?));
            let unknown = challenge(&format!("nobody-{}@example.com", pair % USERS));
            pairs.take(&mut self.connection, (&known, &unknown), (200, 200)).await?;
        }
        Ok(pairs)
    }

    /// A link whose challenge is open and whose secret is invented, and one that is invented from end to end.
    pub(super) async fn links(&mut self) -> Result<Pairs> {
        let mut pairs = Pairs::default();
        let real = self.server.link(&mut self.connection, 1_000_000).await?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(real)?;
        let page =
            |bytes: &[u8]| Countersign::page(&format!("/ui/magic-link?token={}", BASE64_URL_SAFE_NO_PAD.encode(bytes)));
        for pair in 0..self.pairs {
            let (mut wrong, mut invented) = (bytes.clone(), bytes.clone());
            // The challenge's id is the second sixteen bytes, the secret all that follows.
            for (at, byte) in pair.to_be_bytes().iter().enumerate() {
                wrong[40 + at] ^= byte;
                invented[24 + at] ^= byte;
            }
            wrong[40] ^= 1;
            invented[24] ^= 1;
            pairs.take(&mut self.connection, (&page(&wrong), &page(&invented)), (410, 410)).await?;
        }
        Ok(pairs)
    }

    /// A recovery code that begins like one of the user's, and one that begins like none. Each round two users answer, who change
    /// places in the next.
    pub(super) async fn recovery_codes(&mut self) -> Result<Pairs> {
        let mut people = Vec::new();
        for number in 0..USERS {
            let number = 2_000_000 + u64::try_from(number)?;
            let token = self.server.with_email(&mut self.connection, number).await?;
            let codes = Countersign::recovery_codes(&mut self.connection, &token).await?;
            let begins = |prefix: &str| codes.iter().any(|code| code.starts_with(prefix));
            let none = LETTERS.iter().map(|letter| format!("0{}0", char::from(*letter))).find(|prefix| !begins(prefix));
            people.push((number, codes[0][..3].to_owned(), none.context("ten codes begin with all letters")?));
        }
        let mut pairs = Pairs::default();
        'all: for round in 0.. {
            self.server.advance(&mut self.connection, ROUND).await?;
            for two in people.chunks_exact(2) {
                let (one, other) = if round % 2 == 0 { (&two[0], &two[1]) } else { (&two[1], &two[0]) };
                let mut answers = Vec::new();
                for (number, prefix) in [(one.0, &one.1), (other.0, &other.2)] {
                    let token = self.server.track(&mut self.connection, number).await?;
                    let body = format!(r#"{{"verificationCode":"{prefix}0-0000-0000-0000"}}"#);
                    answers.push(Countersign::with_token("verify/recovery-code", &token, &body));
                }
                pairs.take(&mut self.connection, (&answers[0], &answers[1]), (200, 200)).await?;
                if pairs.count() == self.pairs {
                    break 'all;
                }
            }
        }
        Ok(pairs)
    }
}
