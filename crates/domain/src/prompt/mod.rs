//! What to ask of a user next: the pre-built UI shows it, and decides nothing itself.

mod appearance;
mod kind;
mod preview;
mod theme;

use crate::Countersign;
use crate::action::{Action, Bearer, FRESH};
use crate::authenticator::{self, Authenticator, Detail, codes};
use crate::clock::Millis;
use crate::error::Result;
use crate::methods::Method;

pub use appearance::{Appearance, AppearancePart};
use kind::Facts;
pub use kind::{PromptKind, PromptWish};
pub use preview::Preview;
pub use theme::{Color, Font, Messages, Picture, PromptSettings, Theme, ThemeError};

/// What to show, and whom.
#[derive(Debug)]
pub struct Prompt {
    /// The page.
    pub kind: PromptKind,
    /// The action as it stands.
    pub action: Action,
    /// Ways to answer, the one to ask for first at the front.
    pub methods: Vec<Method>,
    /// The user's factors, oldest first.
    pub factors: Vec<Authenticator>,
    /// Whether the user may add a factor now.
    pub may_enrol: bool,
    /// Whether the user may make a new set of recovery codes now.
    pub may_renew_codes: bool,
    /// BCP 47; what the user or else the tenant prefers.
    pub locale: Option<String>,
    /// Where the user goes afterwards.
    pub redirect_url: Option<String>,
}

impl Countersign {
    /// What to ask of a token's holder next.
    pub async fn prompt(&self, who: &Bearer, wish: &PromptWish) -> Result<Prompt> {
        let action = self.action_of(who).await?;
        let tenant = &who.tenant;
        let factors = authenticator::store::list(self.db(), &tenant.id, &who.user.id).await?;
        let now = self.now();
        let offered = self.offered_methods(tenant);
        let held = |method: Method| factors.iter().any(|factor| factor.method == method);
        let may_enrol = match self.right_to_enrol(who, &action).await {
            Ok(_) => who.user.require_room().is_ok(),
            Err(crate::Error::InsufficientScope(_)) => false,
            Err(error) => return Err(error),
        };
        let has_passkey = held(Method::Passkey);
        let is_fresh = action.is_freshly_proved(now);
        let has_codes_on = self.offers(tenant, Method::RecoveryCode);
        let scope = who.token.scope;
        let facts = Facts {
            state: action.state,
            is_enrolled: who.user.is_enrolled(),
            is_fresh,
            may_enrol,
            may_change: who.token.proof.is_none() && (scope.update || scope.remove),
            wants_recovery_codes: has_codes_on && !held(Method::RecoveryCode) && is_fresh && all_new(&factors, now),
            wants_passkey: tenant.settings.prompts.uplift_every_days > 0
                && offered.contains(&Method::Passkey)
                && tenant.ui_misfit().is_none()
                && !has_passkey
                && is_fresh,
        };
        let kind = kind::of(facts, wish);
        let methods = match kind {
            PromptKind::Enrol | PromptKind::Settings => {
                offered.into_iter().filter(|m| m.is_enrolled_by_user()).collect()
            }
            _ => {
                let locked = codes::locked(self.db(), &tenant.id, &who.user.id).await?;
                let able: Vec<_> = factors.iter().filter(|factor| !locked.contains(&factor.id)).collect();
                self.answers(who, &action, &able)
            }
        };
        let locale = who.user.locale.clone().or_else(|| tenant.settings.messages.locale.clone());
        let redirect_url = action.redirect_url.clone().or_else(|| tenant.settings.client_url.clone());
        let may_renew_codes = has_codes_on && is_fresh;
        Ok(Prompt { kind, action, methods, factors, may_enrol, may_renew_codes, locale, redirect_url })
    }

    /// The methods that may answer with what is able to, the one to ask for first at the front.
    fn answers(&self, who: &Bearer, action: &Action, factors: &[&Authenticator]) -> Vec<Method> {
        let can = |method: &Method| {
            let rests_on = method.factor_kind();
            let is_held = factors.iter().any(|factor| factor.method == rests_on && !is_used_up(&factor.detail));
            is_held && self.offers(&who.tenant, *method)
        };
        let mut methods: Vec<Method> = Method::ALL.into_iter().filter(can).collect();
        let chosen = factors.iter().find(|factor| factor.is_default).map(|factor| factor.method);
        // Who has just failed at one way, or chose it, is asked by the same again.
        let mut wished = [who.user.default_method, chosen, action.method].into_iter().flatten();
        let place = |first| methods.iter().position(|method| *method == first);
        if let Some(place) = wished.find_map(place) {
            methods[..=place].rotate_right(1);
        }
        methods
    }
}

/// Whether the user has only just begun to enrol.
fn all_new(factors: &[Authenticator], now: Millis) -> bool {
    factors.iter().all(|factor| factor.verified_at.is_some_and(|at| now < at.plus(FRESH)))
}

fn is_used_up(detail: &Detail) -> bool {
    matches!(detail, Detail::RecoveryCodes { left: 0 })
}
