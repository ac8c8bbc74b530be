//! What is spent stays spent: everything that worked once is tried again after the crash.

use countersign_testkit::app::Who;
use http::Method;
use serde_json::Value;

use super::life::{Deed, Life};
use super::shop::{Kind, Shop};

impl Life {
    /// Tries again what was done since the last time, and compares what the API tells with what was done. How many things
    /// were tried.
    pub(super) async fn try_again(&mut self, shop: &Shop) -> usize {
        let tried = self.done.len() - self.examined;
        for at in self.examined..self.done.len() {
            self.try_deed_again(shop, &self.done[at]).await;
        }
        self.examined = self.done.len();
        if !self.done.is_empty() {
            let path = format!("/users/{}", self.user);
            let listed = shop.server(Method::GET, &format!("{path}/authenticators"), Value::Null).await.unwrap().ok();
            let listed =
                listed.as_array().unwrap().iter().map(|factor| factor["userAuthenticatorId"].as_str().unwrap());
            let (mut listed, mut held): (Vec<_>, Vec<_>) =
                (listed.collect(), self.held.iter().map(|held| held.factor.as_str()).collect());
            listed.sort_unstable();
            held.sort_unstable();
            assert_eq!(listed, held, "{}: factors", self.user);
        }
        tried
    }

    async fn try_deed_again(&self, shop: &Shop, deed: &Deed) {
        match deed {
            Deed::Prove { challenge, kind, token, said } => {
                let who = token.as_deref().map_or(Who::Tenant, Who::Token);
                let answer = shop.prove(who, *kind, challenge, said.clone()).await.unwrap();
                let refused = if self.is_deleted { answer.status >= 400 } else { answer.status == 400 };
                assert!(refused, "{}: an assertion counted twice: {}", self.user, answer.body);
            }
            Deed::Consume { token, .. } => {
                let body = shop.consume(token).await.unwrap();
                let because = if self.is_deleted { "invalid_token" } else { "already_consumed" };
                assert_eq!((&body["isValid"], body["error"].as_str()), (&Value::Bool(false), Some(because)), "{body}");
            }
            Deed::Enrol { grant: Some(token), .. } => {
                let refused = shop.begin_enrolment(token, Kind::Passkey).await.unwrap();
                let refused = refused.err().map(|answer| answer.status);
                let expected = if self.is_deleted { 401 } else { 403 };
                assert_eq!(refused, Some(expected), "{}: a grant was good twice", self.user);
            }
            Deed::Delete => {
                let path = format!("/users/{}", self.user);
                shop.server(Method::DELETE, &path, Value::Null).await.unwrap().refused(404, "not_found");
            }
            _ => {}
        }
    }
}
