//! The checks that registration and authentication share, each with its own step number.

use aws_lc_rs::digest::{SHA256, digest};

use crate::refusal::demand;
use crate::{AuthenticatorData, ClientData, Reason, Refusal, RelyingParty, Step, UserVerification};

/// A ceremony: the type its client data has, and the numbers of its steps.
pub(crate) struct Ceremony {
    client_data_type: &'static str,
    pub(crate) client_data: Step,
    kind: Step,
    challenge: Step,
    origin: Step,
    cross_origin: Step,
    top_origin: Step,
    rp_id: Step,
    user_present: Step,
    user_verified: Step,
    backup_flags: Step,
}

pub(crate) static REGISTRATION: Ceremony = Ceremony {
    client_data_type: "webauthn.create",
    client_data: Step::REGISTRATION_CLIENT_DATA,
    kind: Step::REGISTRATION_TYPE,
    challenge: Step::REGISTRATION_CHALLENGE,
    origin: Step::REGISTRATION_ORIGIN,
    cross_origin: Step::REGISTRATION_CROSS_ORIGIN,
    top_origin: Step::REGISTRATION_TOP_ORIGIN,
    rp_id: Step::REGISTRATION_RP_ID,
    user_present: Step::REGISTRATION_USER_PRESENT,
    user_verified: Step::REGISTRATION_USER_VERIFIED,
    backup_flags: Step::REGISTRATION_BACKUP_FLAGS,
};

pub(crate) static AUTHENTICATION: Ceremony = Ceremony {
    client_data_type: "webauthn.get",
    client_data: Step::AUTHENTICATION_CLIENT_DATA,
    kind: Step::AUTHENTICATION_TYPE,
    challenge: Step::AUTHENTICATION_CHALLENGE,
    origin: Step::AUTHENTICATION_ORIGIN,
    cross_origin: Step::AUTHENTICATION_CROSS_ORIGIN,
    top_origin: Step::AUTHENTICATION_TOP_ORIGIN,
    rp_id: Step::AUTHENTICATION_RP_ID,
    user_present: Step::AUTHENTICATION_USER_PRESENT,
    user_verified: Step::AUTHENTICATION_USER_VERIFIED,
    backup_flags: Step::AUTHENTICATION_BACKUP_FLAGS,
};

impl Ceremony {
    /// §7.1 steps 7 to 11, §7.2 steps 10 to 14.
    pub(crate) fn check_client_data(
        &self,
        data: &ClientData,
        rp: &RelyingParty,
        challenge: &[u8],
    ) -> Result<(), Refusal> {
        demand(data.kind == self.client_data_type, self.kind, || Reason::TypeMismatch {
            expected: self.client_data_type,
            found: data.kind.clone(),
        })?;

        // Strict base64url has one text for each value, so comparing bytes is comparing texts.
        let same = data.challenge_bytes().is_ok_and(|found| found == challenge);
        demand(same, self.challenge, || Reason::ChallengeMismatch)?;

        demand(rp.origins.contains(&data.origin), self.origin, || Reason::OriginMismatch {
            origin: data.origin.clone(),
            expected: rp.origins.clone(),
        })?;

        let not_allowed = || Reason::CrossOriginNotAllowed { top_origin: data.top_origin.clone() };
        let framed = data.cross_origin == Some(true);
        demand(!framed || rp.allow_cross_origin, self.cross_origin, not_allowed)?;
        if let Some(top) = &data.top_origin {
            demand(rp.allow_cross_origin, self.top_origin, not_allowed)?;
            demand(rp.top_origins.contains(top), self.top_origin, || Reason::TopOriginMismatch {
                top_origin: top.clone(),
                expected: rp.top_origins.clone(),
            })?;
        }
        Ok(())
    }

    /// §7.1 steps 14 to 17, §7.2 steps 15 to 18.
    pub(crate) fn check_authenticator_data(
        &self,
        data: &AuthenticatorData<'_>,
        rp: &RelyingParty,
        user_verification: UserVerification,
        presence_required: bool,
    ) -> Result<(), Refusal> {
        let rp_id_hash = digest(&SHA256, rp.id.as_bytes());
        demand(data.rp_id_hash == rp_id_hash.as_ref(), self.rp_id, || Reason::RpIdMismatch { rp_id: rp.id.clone() })?;
        demand(data.flags.up() || !presence_required, self.user_present, || Reason::UserNotPresent)?;
        let required = user_verification == UserVerification::Required;
        demand(data.flags.uv() || !required, self.user_verified, || Reason::UserNotVerified)?;
        demand(data.flags.be() || !data.flags.bs(), self.backup_flags, || Reason::BackupFlagsInvalid)
    }
}
