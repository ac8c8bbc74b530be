//! A server under test and the door to it: how a sign-in is asked for there.

mod codes;
mod countersign;
mod proof;
mod rival;
mod sign_in;
mod subject;

use std::net::SocketAddr;

use anyhow::{Context as _, Result};

use crate::http::{self, Answer};
use crate::passkey::{Passkey, Signature};

pub(crate) use countersign::{Countersign, Settings};
pub(crate) use proof::refuses_what_is_wrong;
pub(crate) use rival::{Kind, Rival};
pub(crate) use sign_in::{Outcome, sign_in};
pub(crate) use subject::Subject;

/// Where a server's sign-in is and how it is spoken to. Shared by all connections.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    dialect: Dialect,
    /// The first request as bytes: it is the same for everybody.
    options: Vec<u8>,
    /// The head of the second, without its end.
    verify: String,
}

/// What the members are called, and how a challenge travels from the first request to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// `challengeId` in both bodies; the answer is `isVerified` with a token.
    Member,
    /// A cookie; the answer is a session, in the body and as a cookie.
    Cookie,
}

impl Door {
    /// The second request: a signed answer to what the first one got.
    fn verify(&self, offer: &Answer, passkey: &Passkey, signature: Signature, out: &mut Vec<u8>) -> Result<()> {
        let challenge = offer.member("challenge").context("the options have no challenge")?;
        let credential = passkey.assertion(challenge, signature)?;
        match self.dialect {
            Dialect::Member => {
                let id = offer.member("challengeId").context("the options have no challengeId")?;
                let body = format!(r#"{{"challengeId":"{id}","authenticationCredential":{credential}}}"#);
                http::finish(&self.verify, body.as_bytes(), out);
            }
            Dialect::Cookie => {
                let head = format!("{}{}", self.verify, http::cookies(offer));
                http::finish(&head, format!(r#"{{"response":{credential}}}"#).as_bytes(), out);
            }
        }
        Ok(())
    }

    /// Whether the second answer says that the user is in, and carries what proves it.
    fn is_signed_in(&self, answer: &Answer) -> bool {
        let is_token = |text: &str| text.len() > 20 && text.split('.').count() == 3;
        answer.status == 200
            && match self.dialect {
                Dialect::Member => {
                    answer.text().contains(r#""isVerified":true"#) && answer.member("accessToken").is_some_and(is_token)
                }
                Dialect::Cookie => {
                    answer.text().contains(r#""session":{"#)
                        && answer.headers("set-cookie").any(|cookie| cookie.contains("session_token="))
                }
            }
    }
}
