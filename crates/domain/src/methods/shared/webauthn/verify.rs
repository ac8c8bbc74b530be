//! Authentication (WebAuthn L3 §7.2): options, and checking the assertion.

use countersign_webauthn::options::RequestOptions;
use countersign_webauthn::{
    Authentication, AuthenticationRequest, AuthenticatorData, CounterPolicy, CounterVerdict, StoredCredential,
    verify_authentication,
};
use serde_json::Map;

use super::enrol::{belongs, challenge_mismatch, descriptor, refuse_unframed};
use super::{Answered, Offer, ParsedAnswer, Rules, TOKEN_CHALLENGE, Who, user_handle_forms};
use crate::action::{self, Action, Bearer, IdempotencyKey, decide};
use crate::audit::{self, Event};
use crate::authenticator::{Authenticator, Credential, assurance, combine, credentials};
use crate::challenge::{self, Ceremony, Challenge, Note, Purpose, State};
use crate::clock::{Millis, Span};
use crate::error::{Error, Result};
use crate::id::{ChallengeId, UserId};
use crate::methods::shared::permission::admits_proof;
use crate::tenant::Tenant;
use crate::token::Proof;
use crate::user::{self, User};
use crate::{Caller, Countersign};

impl Countersign {
    pub(in crate::methods) async fn webauthn_authentication_options(
        &self,
        rules: &Rules,
        who: &Who,
        challenge: Option<ChallengeId>,
        hints: Vec<String>,
        caller: &Caller,
    ) -> Result<Offer<RequestOptions>> {
        self.require_offered(who.tenant(), rules.method)?;
        match who {
            Who::Bearer(bearer) => self.options_for_user(rules, bearer, hints, caller).await,
            Who::Anonymous(tenant) => self.options_for_anyone(rules, tenant, challenge, hints).await,
        }
    }

    async fn options_for_user(
        &self,
        rules: &Rules,
        who: &Bearer,
        hints: Vec<String>,
        caller: &Caller,
    ) -> Result<Offer<RequestOptions>> {
        let action = self.action_of(who).await?;
        admits_proof(&action)?;
        let held = credentials::list(self.db(), &who.tenant.id, &who.user.id).await?;
        let usable: Vec<_> =
            held.iter().filter(|factor| factor.method == rules.method && factor.verified_at.is_some()).collect();
        if usable.is_empty() {
            return Err(Error::invalid(format!("The user has no {}. Enrol one first.", rules.method.noun())));
        }
        let now = self.now();
        let id = ChallengeId::fresh_beside(&who.user.id, now);
        let ceremony = Ceremony::mint(&id);
        let options = RequestOptions {
            challenge: ceremony.bytes,
            timeout: u32::try_from(TOKEN_CHALLENGE.0).ok(),
            rp_id: Some(who.tenant.rp_id.to_string()),
            allow_credentials: usable.into_iter().map(descriptor).collect(),
            user_verification: rules.user_verification,
            hints,
            extensions: Map::new(),
        };
        let open = Challenge {
            id: id.clone(),
            user: Some(who.user.id.clone()),
            action_code: action.code,
            idempotency_key: Some(action.idempotency_key),
            method: Some(rules.method),
            purpose: Purpose::Verify,
            state: State::Pending,
            secret_hash: Some(ceremony.hash),
            note: Note::default(),
            expires_at: now.plus(TOKEN_CHALLENGE),
            is_stored: true,
        };
        self.open_for_user(&who.tenant, open, "challenge.started", caller).await?;
        Ok(Offer { challenge: id, options })
    }

    async fn options_for_anyone(
        &self,
        rules: &Rules,
        tenant: &Tenant,
        begun: Option<ChallengeId>,
        hints: Vec<String>,
    ) -> Result<Offer<RequestOptions>> {
        let now = self.now();
        let (id, bytes, life) = if let Some(id) = begun {
            let open = challenge::find(self.db(), &tenant.id, &id).await?;
            if open.user.is_some() || open.purpose != Purpose::Verify {
                return Err(Error::NotFound("challenge"));
            }
            self.require_open(&tenant.id, &open).await?;
            let Ceremony { bytes, hash } = Ceremony::mint(&id);
            let (of, armed, method) = (tenant.id.clone(), id.clone(), rules.method);
            self.write(async move |tx| challenge::rearm(tx, &of, &armed, method, &hash, now).await).await?;
            (id, bytes, Span(open.expires_at.0 - now.0))
        } else {
            let (id, life) = (ChallengeId::fresh(now), Span::minutes(tenant.settings.anonymous_challenge_minutes));
            let ceremony = Ceremony::sealed(tenant, rules.method, &id, now.plus(life));
            (id, ceremony.bytes, life)
        };
        // No list of credentials and no name: the answer is the same for everybody (checklist 42).
        let options = RequestOptions {
            challenge: bytes,
            timeout: u32::try_from(life.0).ok(),
            rp_id: Some(tenant.rp_id.to_string()),
            allow_credentials: Vec::new(),
            user_verification: rules.user_verification,
            hints,
            extensions: Map::new(),
        };
        Ok(Offer { challenge: id, options })
    }

    pub(in crate::methods) async fn webauthn_verify(
        &self,
        rules: &Rules,
        who: &Who,
        said: ParsedAnswer,
        caller: &Caller,
    ) -> Result<Answered> {
        let tenant = who.tenant().clone();
        self.require_offered(&tenant, rules.method)?;
        let answered = said.credential.challenge()?;
        let named =
            said.challenge.clone().or_else(|| Ceremony::id_in(&answered)).ok_or(Error::NotFound("challenge"))?;
        // A sealed one says itself what it is. Whether it was answered before is settled where it is used up, by the insert.
        let sealed = match who {
            Who::Anonymous(tenant) => Challenge::unseal(tenant, rules.method, &named, &answered, self.now()),
            Who::Bearer(_) => None,
        };
        let open = match sealed {
            Some(open) => open,
            None => challenge::find(self.db(), &tenant.id, &named).await?,
        };
        let known_action = match who {
            Who::Bearer(bearer) => {
                let action = self.action_of(bearer).await?;
                admits_proof(&action)?;
                if !belongs(&open, rules, bearer, &action, Purpose::Verify) {
                    return Err(Error::NotFound("challenge"));
                }
                Some(action)
            }
            Who::Anonymous(_)
                if open.user.is_none() && (open.method, open.purpose) == (Some(rules.method), Purpose::Verify) =>
            {
                None
            }
            Who::Anonymous(_) => return Err(Error::NotFound("challenge")),
        };
        self.require_open(&tenant.id, &open).await?;
        let factor = match self.factor_that_answers(rules, who, &said).await {
            Ok(factor) => factor,
            Err(refusal @ (Error::Unavailable(_) | Error::Internal(_))) => return Err(refusal),
            Err(refusal) => return self.refuse_ceremony(&tenant, &open, rules.method, refusal, caller).await,
        };
        let seen =
            match check_assertion(rules, &tenant, matches!(who, Who::Anonymous(_)), &open, &factor, &said, &answered) {
                Ok(seen) => seen,
                Err(refusal) => return self.refuse_ceremony(&tenant, &open, rules.method, refusal, caller).await,
            };
        let user = match who {
            Who::Bearer(bearer) => Some(bearer.user.clone()),
            Who::Anonymous(_) => None,
        };
        let now = self.now();
        let (action, is_new) = match known_action {
            Some(action) => (action, false),
            None => (self.action_of_sign_in(&tenant, &open, &factor.user, &said, caller, now).await?, true),
        };
        admits_proof(&action)?;
        self.store_proof(&tenant, user, action, is_new, &open, factor, &seen, caller, now).await
    }

    async fn factor_that_answers(
        &self,
        rules: &Rules,
        who: &Who,
        said: &ParsedAnswer,
    ) -> Result<Authenticator<Credential>> {
        let tenant = who.tenant();
        let found = credentials::find(self.db(), &tenant.id, said.credential.raw_id()).await?;
        let factor = found.filter(|factor| factor.verified_at.is_some()).ok_or(Error::UnknownCredential)?;
        if factor.method != rules.method {
            let (is, wanted) = (factor.method.noun(), rules.method.noun());
            return Err(Error::InvalidCredential(format!(
                "This credential is a {is}. It does not answer for a {wanted}."
            )));
        }
        match who {
            Who::Bearer(bearer) if bearer.user.id != factor.user => {
                Err(Error::InvalidCredential("This credential is not one of the token's user.".to_owned()))
            }
            _ => Ok(factor),
        }
    }

    /// The action that a sign-in without a token completes: named by its challenge, begun now.
    async fn action_of_sign_in(
        &self,
        tenant: &Tenant,
        open: &Challenge,
        user: &UserId,
        said: &ParsedAnswer,
        caller: &Caller,
        now: Millis,
    ) -> Result<Action> {
        let key = open.idempotency_key.clone().unwrap_or_else(|| IdempotencyKey::random().as_str().to_owned());
        if open.idempotency_key.is_some()
            && let Some(action) = action::store::find(self.db(), &tenant.id, user, &open.action_code, &key).await?
        {
            return Ok(action);
        }
        // Who signs in with a factor has one.
        let state = decide(tenant.settings.default_outcome, true);
        Ok(Action {
            ip_address: caller.ip_address.clone(),
            user_agent: caller.user_agent.clone(),
            device_id: said.device_id.clone(),
            ..Action::new(user, &open.action_code, &key, state, now)
        })
    }

    #[expect(clippy::too_many_arguments, reason = "all that one proof is made of")]
    async fn store_proof(
        &self,
        tenant: &Tenant,
        known: Option<User>,
        action: Action,
        is_new: bool,
        open: &Challenge,
        mut factor: Authenticator<Credential>,
        seen: &Authentication,
        caller: &Caller,
        now: Millis,
    ) -> Result<Answered> {
        let trusted = factor.detail.attestation_trusted;
        let fresh = assurance(factor.method, seen.flags.uv(), seen.flags.be(), trusted, now);
        // An old proof, or one the backend has asked to be given anew, lifts no weaker one.
        let earlier = action.proof().filter(|_| action.is_freshly_proved(now));
        let earlier = earlier.and_then(|proof| Some((action.method?, proof)));
        let proof: Proof = combine(earlier, factor.method, fresh);
        let event = proved_event(&action, open, &factor, &proof, caller);
        let fell = counter_event(&event, seen);
        let proof_use = credentials::Use {
            sign_count: seen.sign_count,
            backup_state: seen.flags.bs(),
            backup_eligible: seen.flags.be(),
            user_verified: seen.flags.uv(),
            at: now,
        };
        let user = {
            let (tenant, action, open) = (tenant.id.clone(), action.clone(), open.clone());
            let (factor, proof) = (factor.clone(), proof.clone());
            self.write(async move |tx| {
                challenge::close_verified(tx, &tenant, &open, now).await?;
                if !credentials::record_use(tx, &tenant, &factor, &proof_use).await? {
                    return Err(Error::InvalidCredential(
                        "Another sign-in with this key came first. Start again.".to_owned(),
                    ));
                }
                let (method, id) = (factor.method, &factor.id);
                if !(is_new && action::store::insert_proved(tx, &tenant, &action, method, id, &proof).await?) {
                    action::store::prove(tx, &tenant, &action, method, id, &proof).await?;
                }
                audit::record(tx, &tenant, &event).await?;
                if let Some(fell) = &fell {
                    audit::record(tx, &tenant, fell).await?;
                }
                match &known {
                    Some(user) => Ok(user.clone()),
                    // Read here, where the pages of the user are at hand already.
                    None => user::store::find(tx, &tenant, &factor.user).await?.ok_or(Error::UnknownCredential),
                }
            })
            .await?
        };
        factor.last_verified_at = Some(now);
        factor.detail.backup_state = seen.flags.bs();
        let token = self.result_token(tenant, &user, (&action.code, &action.idempotency_key), Some(&proof))?;
        Ok(Answered { token, user, factor })
    }
}

/// `is_nameless`: no user was named before, so that the authenticator has to name one (WebAuthn L3 §7.2 step 6).
pub(crate) fn check_assertion(
    rules: &Rules,
    tenant: &Tenant,
    is_nameless: bool,
    open: &Challenge,
    factor: &Authenticator<Credential>,
    said: &ParsedAnswer,
    answered: &[u8],
) -> Result<Authentication> {
    if !open.is_answered_by(answered) {
        return Err(challenge_mismatch());
    }
    let rp = tenant.relying_party(&said.credential.client_data()?.origin);
    let [sent, decoded] = user_handle_forms(&factor.user);
    let handles = [&*sent, &*decoded];
    let request = AuthenticationRequest {
        rp: &rp,
        challenge: answered,
        user_verification: rules.user_verification,
        allow_credentials: None,
        // An imported credential hands back what its first server called the user, which we were never told. Its id alone
        // names its owner: credential ids are unique in the tenant.
        user_handles: (!factor.detail.is_imported()).then_some(&handles[..]),
        require_user_handle: is_nameless,
        counter: CounterPolicy::RefuseSingleDevice,
    };
    let credential = &factor.detail;
    let stored = StoredCredential {
        id: &credential.id,
        public_key: &credential.public_key,
        sign_count: credential.sign_count,
        backup_eligible: match credential.backup_eligible {
            Some(eligible) => eligible,
            None => AuthenticatorData::parse(said.credential.authenticator_data())?.flags.be(),
        },
        backup_state: credential.backup_state,
    };
    let seen = verify_authentication(&request, &stored, &said.credential)?;
    refuse_unframed(tenant, &seen.origin, seen.cross_origin, seen.top_origin.as_deref())?;
    Ok(seen)
}

fn proved_event(
    action: &Action,
    open: &Challenge,
    factor: &Authenticator<Credential>,
    proof: &Proof,
    caller: &Caller,
) -> Event {
    Event::new("action.proved", proof.at)
        .user(&action.user)
        .action(&action.code, &action.idempotency_key)
        .challenge(&open.id)
        .authenticator(&factor.id)
        .caller(caller)
        .detail("method", factor.method.as_str())
        .detail("acr", proof.acr.as_str())
        .detail("amr", proof.amr.join(" "))
}

/// A counter that fell on a synced credential is accepted and told (decisions §6).
pub(crate) fn counter_event(event: &Event, seen: &Authentication) -> Option<Event> {
    match seen.counter {
        CounterVerdict::Fell { stored, received } => {
            let event = event.clone().renamed("authenticator.counter_fell");
            Some(event.detail("stored", stored).detail("received", received))
        }
        _ => None,
    }
}
