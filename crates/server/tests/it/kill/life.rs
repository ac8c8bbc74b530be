//! The life of a user: what was asked for on their behalf, and what was answered.

use std::sync::Arc;

use countersign_domain::secret;
use countersign_testkit::app::Who;
use countersign_testkit::forger::{Authenticator, Tamper};
use http::Method;
use serde_json::{Value, json};

use super::chance::Chance;
use super::shop::{Kind, Lost, Shop};

/// Something that happens at once or not at all.
#[derive(Clone)]
pub(super) enum Deed {
    /// The backend tracked an action with this key.
    Track { key: String },
    /// The user's address was set.
    Update { email: String },
    /// A factor was added in this challenge; with a grant by this token, which is spent.
    Enrol { challenge: String, held: Held, grant: Option<String> },
    /// The user proved themselves in this challenge.
    Prove { challenge: String, kind: Kind, token: Option<String>, said: Value },
    /// A wrong answer was counted in this challenge.
    Refuse { challenge: String },
    /// The action's result was taken.
    Consume { key: String, token: String },
    /// A factor was removed.
    Remove { factor: String },
    /// The user was deleted.
    Delete,
}

/// A factor, and the authenticator it is on.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) kind: Kind,
    pub(super) authenticator: Arc<Authenticator>,
    pub(super) factor: String,
}

/// A user with all that was acknowledged, in order.
#[derive(Default)]
pub(super) struct Life {
    /// What the backend calls them.
    pub(super) user: String,
    /// Acknowledged, or seen in the store after a loss: from then on it stays.
    pub(super) done: Vec<Deed>,
    /// How much of `done` was examined through the API.
    pub(super) examined: usize,
    /// Sent and not answered.
    pub(super) doubtful: Option<Deed>,
    pub(super) held: Vec<Held>,
    pub(super) is_deleted: bool,
    /// Options asked for: there is a limit for a user.
    asked: u32,
}

impl Life {
    pub(super) fn new() -> Self {
        Self { user: format!("user-{}", random()), ..Self::default() }
    }

    /// Goes on with whatever chance has in store, until an answer is missing.
    pub(super) async fn step(&mut self, shop: &Shop, chance: &mut Chance) -> Result<(), Lost> {
        if self.held.is_empty() {
            return self.sign_up(shop, chance).await;
        }
        if self.asked > 60 {
            return self.delete(shop).await;
        }
        match chance.below(16) {
            0..5 => self.sign_in(shop, chance).await,
            5..11 => self.step_up(shop, chance).await,
            11 | 12 => self.add_factor(shop, chance).await,
            13 => self.remove_factor(shop, chance).await,
            14 => self.update(shop).await,
            _ => self.delete(shop).await,
        }
    }

    /// `deed` is in doubt until `call` is answered with this status.
    async fn attempt<T>(&mut self, deed: Deed, call: impl Future<Output = Result<T, Lost>>) -> Result<T, Lost> {
        self.doubtful = Some(deed);
        let answer = call.await?;
        if let Some(deed) = self.doubtful.take() {
            self.happened(deed);
        }
        Ok(answer)
    }

    /// What is done from now on.
    pub(super) fn happened(&mut self, deed: Deed) {
        match &deed {
            Deed::Enrol { held, .. } => self.held.push(held.clone()),
            Deed::Remove { factor } => self.held.retain(|held| held.factor != *factor),
            Deed::Delete => {
                self.held.clear();
                self.is_deleted = true;
            }
            _ => {}
        }
        self.done.push(deed);
    }

    async fn track(&mut self, shop: &Shop, action: &str, scope: &str) -> Result<(String, String), Lost> {
        let key = random();
        let user = self.user.clone();
        let deed = Deed::Track { key: key.clone() };
        let body = self.attempt(deed, shop.track(&user, action, &key, scope)).await?.ok();
        Ok((key, body["token"].as_str().unwrap().to_owned()))
    }

    async fn sign_up(&mut self, shop: &Shop, chance: &mut Chance) -> Result<(), Lost> {
        let (_, token) = self.track(shop, "sign-up", "").await?;
        self.enrol(shop, chance, &token, None).await
    }

    async fn add_factor(&mut self, shop: &Shop, chance: &mut Chance) -> Result<(), Lost> {
        let (_, token) = self.track(shop, "add-factor", "add:authenticators").await?;
        self.enrol(shop, chance, &token, Some(token.clone())).await
    }

    async fn enrol(
        &mut self,
        shop: &Shop,
        chance: &mut Chance,
        token: &str,
        grant: Option<String>,
    ) -> Result<(), Lost> {
        self.asked += 1;
        let (kind, authenticator) = match chance.below(3) {
            0 => (Kind::SecurityKey, Authenticator::security_key()),
            _ => (Kind::Passkey, Authenticator::new()),
        };
        let offer = shop.begin_enrolment(token, kind).await?;
        let offer = offer.unwrap_or_else(|refused| panic!("{}: {}", refused.status, refused.body));
        let made = authenticator.create(&offer.options, &shop.tenant.origin).unwrap().credential;
        let held = Held { kind, authenticator: Arc::new(authenticator), factor: String::new() };
        let deed = Deed::Enrol { challenge: offer.challenge.clone(), held, grant };
        let body = self.attempt(deed, shop.enrol(token, kind, &offer, made)).await?.ok();
        if let (Some(held), Some(Deed::Enrol { held: done, .. })) = (self.held.last_mut(), self.done.last_mut()) {
            body["userAuthenticatorId"].as_str().unwrap().clone_into(&mut held.factor);
            done.factor.clone_from(&held.factor);
        }
        Ok(())
    }

    /// Without a token, where there is a passkey.
    async fn sign_in(&mut self, shop: &Shop, chance: &mut Chance) -> Result<(), Lost> {
        let passkeys: Vec<Held> = self.held.iter().filter(|held| held.kind == Kind::Passkey).cloned().collect();
        if passkeys.is_empty() {
            return self.step_up(shop, chance).await;
        }
        let at = usize::try_from(chance.below(passkeys.len() as u64)).unwrap();
        self.prove(shop, None, &passkeys[at], 0).await
    }

    /// With a token, now and then with a wrong answer before the right one, and with the result taken after it.
    async fn step_up(&mut self, shop: &Shop, chance: &mut Chance) -> Result<(), Lost> {
        let (key, token) = self.track(shop, "withdraw", "").await?;
        let held = self.held[usize::try_from(chance.below(self.held.len() as u64)).unwrap()].clone();
        let wrong = chance.below(6).saturating_sub(3);
        self.prove(shop, Some(&token), &held, wrong).await?;
        if chance.below(2) == 0 {
            let deed = Deed::Consume { key, token: token.clone() };
            let body = self.attempt(deed, shop.consume(&token)).await?;
            assert_eq!(body["isValid"], true, "{body}");
        }
        Ok(())
    }

    async fn prove(&mut self, shop: &Shop, token: Option<&str>, held: &Held, wrong: u64) -> Result<(), Lost> {
        let who = token.map_or(Who::Tenant, Who::Token);
        self.asked += u32::from(token.is_some());
        let offer = shop.begin_proof(who, held.kind).await?;
        let origin = &shop.tenant.origin;
        for _ in 0..wrong {
            let said = held.authenticator.forge_get(&offer.options, origin, |draft| draft.signature = Tamper::OtherKey);
            let deed = Deed::Refuse { challenge: offer.challenge.clone() };
            let call = shop.prove(who, held.kind, &offer.challenge, said.unwrap().credential);
            self.attempt(deed, call).await?.refused(400, "invalid_credential");
        }
        let said = held.authenticator.get(&offer.options, origin).unwrap().credential;
        let (challenge, kind, token) = (offer.challenge.clone(), held.kind, token.map(str::to_owned));
        let deed = Deed::Prove { challenge, kind, token, said: said.clone() };
        self.attempt(deed, shop.prove(who, kind, &offer.challenge, said)).await?.ok();
        Ok(())
    }

    /// By the backend, or by the user with the backend's leave.
    async fn remove_factor(&mut self, shop: &Shop, chance: &mut Chance) -> Result<(), Lost> {
        if self.held.len() < 2 {
            return self.add_factor(shop, chance).await;
        }
        let factor = self.held[usize::try_from(chance.below(self.held.len() as u64)).unwrap()].factor.clone();
        let deed = Deed::Remove { factor: factor.clone() };
        if chance.below(2) == 0 {
            let path = format!("/users/{}/authenticators/{factor}", self.user);
            self.attempt(deed, shop.server(Method::DELETE, &path, Value::Null)).await?.ok();
        } else {
            let (_, token) = self.track(shop, "settings", "remove:authenticators").await?;
            self.attempt(deed, shop.remove_own(&token, &factor)).await?.ok();
        }
        Ok(())
    }

    async fn update(&mut self, shop: &Shop) -> Result<(), Lost> {
        let email = format!("{}@example.com", random().to_lowercase());
        let path = format!("/users/{}", self.user);
        let deed = Deed::Update { email: email.clone() };
        self.attempt(deed, shop.server(Method::PATCH, &path, json!({ "email": email }))).await?.ok();
        Ok(())
    }

    async fn delete(&mut self, shop: &Shop) -> Result<(), Lost> {
        let path = format!("/users/{}", self.user);
        self.attempt(Deed::Delete, shop.server(Method::DELETE, &path, Value::Null)).await?.ok();
        Ok(())
    }
}

fn random() -> String {
    secret::base64url(&secret::random::<9>()).replace(['-', '_'], "0")
}
