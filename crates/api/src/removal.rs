//! The answer to a removed authenticator, the same in the Client and the Server API (docs/reference/authsignal.md §5.2).

use countersign_domain::authenticator::Removed;
use countersign_domain::secret::base64url;
use countersign_domain::tenant::Tenant;
use serde::Serialize;
use utoipa::ToSchema;

/// A removal, and what the browser should be told of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deleted {
    success: bool,
    /// Sessions of the user that are open still. The backend may offer to end them: `POST /v1/sessions/user/revoke`.
    open_sessions: i64,
    /// For `PublicKeyCredential.signalAllAcceptedCredentials` (WebAuthn Level 3 §5.1.10).
    signal: Signal,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Signal {
    rp_id: String,
    /// WebAuthn user handle, base64url.
    user_id: String,
    /// Credential ids that are left, of passkeys and security keys.
    all_accepted_credential_ids: Vec<String>,
}

impl Deleted {
    pub(crate) fn new(tenant: &Tenant, removed: &Removed) -> Self {
        let signal = Signal {
            rp_id: tenant.rp_id.to_string(),
            user_id: base64url(removed.user.id.as_str().as_bytes()),
            all_accepted_credential_ids: removed.accepted_credentials.iter().map(|id| base64url(id)).collect(),
        };
        Self { success: true, open_sessions: removed.open_sessions, signal }
    }
}
