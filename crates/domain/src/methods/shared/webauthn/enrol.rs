//! Registration (WebAuthn L3 §7.1): options, and taking the new credential in.

use countersign_webauthn::options::{
    AuthenticatorSelection, CreationOptions, CredentialDescriptor, CredentialParameters, CredentialType, ResidentKey,
    RpEntity, UserEntity,
};
use countersign_webauthn::{
    Attachment, AttestationPolicy, Registration, RegistrationRequest, UserVerification, verify_registration,
};
use serde_json::{Map, json};

use super::{ALGORITHMS, Enrolled, OPTIONS_LIMIT, Offer, ParsedCredential, Rules, TOKEN_CHALLENGE, Wish, user_handle};
use crate::action::{Action, Bearer};
use crate::audit::{self, Event};
use crate::authenticator::{self, Authenticator, Credential, assurance, credentials};
use crate::challenge::{self, Ceremony, Challenge, Note, Purpose, State};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, ChallengeId};
use crate::methods::Method;
use crate::methods::shared::enrolment::Enrolment;
use crate::tenant::Tenant;
use crate::user::User;
use crate::{Caller, Countersign, limit};

impl Countersign {
    pub(in crate::methods) async fn webauthn_registration_options(
        &self,
        rules: &Rules,
        who: &Bearer,
        wish: Wish,
        hints: Vec<String>,
        caller: &Caller,
    ) -> Result<Offer<CreationOptions>> {
        self.require_offered(&who.tenant, rules.method)?;
        let action = self.action_of(who).await?;
        self.room_to_enrol(who, &action).await?;
        let held = credentials::list(self.db(), &who.tenant.id, &who.user.id).await?;
        let now = self.now();
        let id = ChallengeId::fresh_beside(&who.user.id, now);
        let ceremony = Ceremony::mint(&id);
        let options = creation_options(rules, who, &wish, hints, &held, &ceremony);
        let open = Challenge {
            id: id.clone(),
            user: Some(who.user.id.clone()),
            action_code: action.code.clone(),
            idempotency_key: Some(action.idempotency_key.clone()),
            method: Some(rules.method),
            purpose: Purpose::Enrol,
            state: State::Pending,
            secret_hash: Some(ceremony.hash),
            note: Note {
                username: wish.username,
                display_name: wish.display_name,
                attachment: wish.attachment,
                ..Note::default()
            },
            expires_at: now.plus(TOKEN_CHALLENGE),
            is_stored: true,
        };
        self.open_for_user(&who.tenant, open, "enrolment.started", caller).await?;
        Ok(Offer { challenge: id, options })
    }

    /// Stores a challenge of a known user, within the user's limit.
    pub(super) async fn open_for_user(
        &self,
        tenant: &Tenant,
        open: Challenge,
        event: &'static str,
        caller: &Caller,
    ) -> Result<()> {
        let now = self.now();
        let mut event = Event::new(event, now).challenge(&open.id).caller(caller);
        if let (Some(user), Some(key)) = (&open.user, &open.idempotency_key) {
            event = event.user(user).action(&open.action_code, key);
        }
        if let Some(method) = open.method {
            event = event.detail("method", method.as_str());
        }
        let tenant = tenant.id.clone();
        self.write(async move |tx| {
            if let Some(user) = &open.user {
                limit::take(tx, &tenant, &format!("options:{user}"), OPTIONS_LIMIT, now).await?;
            }
            challenge::insert(tx, &tenant, &open, now).await?;
            audit::record(tx, &tenant, &event).await
        })
        .await
    }

    pub(in crate::methods) async fn webauthn_enrol(
        &self,
        rules: &Rules,
        who: &Bearer,
        made: ParsedCredential,
        caller: &Caller,
    ) -> Result<Enrolled> {
        self.require_offered(&who.tenant, rules.method)?;
        let action = self.action_of(who).await?;
        let right = self.right_to_enrol(who, &action).await?;
        if made.conditional {
            self.allow_conditional(who, &action)?;
        }
        let answered = made.credential.challenge()?;
        let named =
            made.challenge.clone().or_else(|| Ceremony::id_in(&answered)).ok_or(Error::NotFound("challenge"))?;
        let open = challenge::find(self.db(), &who.tenant.id, &named).await?;
        if !belongs(&open, rules, who, &action, Purpose::Enrol) {
            return Err(Error::NotFound("challenge"));
        }
        self.require_open(&who.tenant.id, &open).await?;
        let registration = match check_registration(rules, &who.tenant, &open, &made, &answered) {
            Ok(registration) => registration,
            Err(refusal) => return self.refuse_ceremony(&who.tenant, &open, rules.method, refusal, caller).await,
        };
        let now = self.now();
        let factor = new_factor(rules.method, &who.user, &open, &made, registration, caller, now);
        let credential = &factor.detail;
        let synced = credential.backup_eligible.unwrap_or_default();
        let proof = assurance(factor.method, credential.user_verified, synced, credential.attestation_trusted, now);
        let enrolment = Enrolment::new(who, action, right, &open, &factor, proof, caller)
            .detail("aaguid", credential.aaguid.to_string());
        {
            let (tenant, enrolment, factor) = (who.tenant.id.clone(), enrolment.clone(), factor.clone());
            self.write(async move |tx| {
                challenge::close_verified(tx, &tenant, &open, now).await?;
                enrolment.take_right(tx).await?;
                if !credentials::insert(tx, &tenant, &factor).await? {
                    return Err(Error::invalid("This credential is registered already. Sign in with it instead."));
                }
                enrolment.record(tx).await
            })
            .await?;
        }
        let token = self.token_of_enrolment(&enrolment)?;
        Ok(Enrolled { token, user: who.user.clone(), factor })
    }
}

/// Whether a challenge is this token's, for this method and purpose. Anything else is as if it were not there.
pub(super) fn belongs(open: &Challenge, rules: &Rules, who: &Bearer, action: &Action, purpose: Purpose) -> bool {
    let same_action = open.action_code == action.code && open.idempotency_key.as_ref() == Some(&action.idempotency_key);
    open.user.as_ref() == Some(&who.user.id)
        && same_action
        && open.method == Some(rules.method)
        && open.purpose == purpose
}

fn creation_options(
    rules: &Rules,
    who: &Bearer,
    wish: &Wish,
    hints: Vec<String>,
    held: &[Authenticator<Credential>],
    ceremony: &Ceremony,
) -> CreationOptions {
    let user = &who.user;
    let name = wish.username.as_deref().unwrap_or_else(|| user.account_name());
    let display_name = wish.display_name.as_deref().or(user.display_name.as_deref()).unwrap_or(name);
    let same_method = held.iter().filter(|factor| factor.method == rules.method);
    CreationOptions {
        rp: RpEntity { id: Some(who.tenant.rp_id.to_string()), name: who.tenant.name.clone() },
        user: UserEntity { id: user_handle(&user.id), name: name.to_owned(), display_name: display_name.to_owned() },
        challenge: ceremony.bytes.clone(),
        pub_key_cred_params: ALGORITHMS
            .map(|alg| CredentialParameters { kind: CredentialType::PublicKey, alg })
            .to_vec(),
        timeout: u32::try_from(TOKEN_CHALLENGE.0).ok(),
        exclude_credentials: same_method.map(descriptor).collect(),
        authenticator_selection: Some(AuthenticatorSelection {
            authenticator_attachment: wish.attachment,
            resident_key: rules.resident_key,
            require_resident_key: rules.resident_key == ResidentKey::Required,
            user_verification: rules.creation_user_verification,
        }),
        hints,
        attestation: Some("none".to_owned()),
        attestation_formats: Vec::new(),
        extensions: Map::from_iter([("credProps".to_owned(), json!(true))]),
    }
}

/// How a credential is named in `excludeCredentials` and `allowCredentials`.
pub(super) fn descriptor(factor: &Authenticator<Credential>) -> CredentialDescriptor {
    CredentialDescriptor::new(factor.detail.id.clone(), factor.detail.transports.clone())
}

pub(crate) fn check_registration(
    rules: &Rules,
    tenant: &Tenant,
    open: &Challenge,
    made: &ParsedCredential,
    answered: &[u8],
) -> Result<Registration> {
    if !open.is_answered_by(answered) {
        return Err(challenge_mismatch());
    }
    let rp = tenant.relying_party(&made.credential.client_data()?.origin);
    let request = RegistrationRequest {
        rp: &rp,
        challenge: answered,
        user_verification: if made.conditional { UserVerification::Preferred } else { rules.user_verification },
        conditional: made.conditional,
        algorithms: &ALGORITHMS,
        attestation: AttestationPolicy::default(),
    };
    let registration = verify_registration(&request, &made.credential)?;
    // What the options demanded is demanded here too, where the browser reports it (checklist 33).
    let broke_attachment = |wish: Attachment| registration.attachment.is_some_and(|found| found != wish);
    if open.note.attachment.is_some_and(broke_attachment) {
        return Err(Error::invalid(
            "The credential was made on another kind of authenticator than the options asked for.",
        ));
    }
    if rules.resident_key == ResidentKey::Required && registration.discoverable == Some(false) {
        return Err(Error::invalid(
            "The authenticator did not keep the credential (credProps.rk is false), and a passkey has to be kept.",
        ));
    }
    refuse_unframed(tenant, &registration.origin, registration.cross_origin, registration.top_origin.as_deref())?;
    Ok(registration)
}

pub(super) fn challenge_mismatch() -> Error {
    Error::invalid("The client data answers another challenge than this one. Use the options you asked for last.")
}

/// `crossOrigin` without `topOrigin` is accepted from our own UI alone, whose framing is limited by `frame-ancestors`
/// (decisions §5, *Frames*).
pub(super) fn refuse_unframed(
    tenant: &Tenant,
    origin: &str,
    cross_origin: bool,
    top_origin: Option<&str>,
) -> Result<()> {
    if cross_origin && top_origin.is_none() && origin != tenant.ui_origin.as_str() {
        return Err(Error::invalid(
            "The ceremony ran in a frame and the browser did not say whose page framed it (topOrigin). Run it in a page of its own.",
        ));
    }
    Ok(())
}

pub(crate) fn new_factor(
    method: Method,
    user: &User,
    open: &Challenge,
    made: &ParsedCredential,
    registration: Registration,
    caller: &Caller,
    now: Millis,
) -> Authenticator<Credential> {
    Authenticator {
        id: AuthenticatorId::beside(&user.id),
        user: user.id.clone(),
        method,
        is_default: !user.is_enrolled(),
        label: None,
        created_at: now,
        verified_at: Some(now),
        last_verified_at: Some(now),
        detail: Credential {
            id: registration.credential_id,
            public_key: registration.public_key,
            algorithm: registration.algorithm.to_cose(),
            sign_count: registration.sign_count,
            backup_eligible: Some(registration.flags.be()),
            backup_state: registration.flags.bs(),
            user_verified: registration.flags.uv(),
            discoverable: registration.discoverable,
            aaguid: registration.aaguid,
            transports: authenticator::words(registration.transports),
            attachment: registration.attachment,
            attestation_format: registration.format.identifier().to_owned(),
            attestation_trusted: registration.trusted,
            device_id: made.device_id.clone(),
            user_agent: caller.user_agent.clone(),
            username: open.note.username.clone().or_else(|| Some(user.account_name().to_owned())),
            display_name: open.note.display_name.clone().or_else(|| user.display_name.clone()),
        },
    }
}
