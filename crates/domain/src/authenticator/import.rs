//! Bringing credentials from elsewhere (`POST /users/authenticators`, docs/reference/authsignal.md §5.2).

use countersign_webauthn::{Aaguid, cose};

use super::{Added, Authenticator, Credential, IMPORTED, credentials, words};
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, UserId};
use crate::methods::Method;
use crate::tenant::Tenant;
use crate::user::{self, ExternalId};
use crate::{Caller, Countersign};

/// A credential that was registered with another server for the same RP ID.
#[derive(Debug, Clone)]
pub struct ImportedCredential {
    /// Whose; made when unknown.
    pub user: ExternalId,
    /// As what it is to serve.
    pub method: Method,
    /// Credential id.
    pub credential_id: Vec<u8>,
    /// COSE key.
    pub public_key: Vec<u8>,
    /// What its user calls it.
    pub name: Option<String>,
    /// How to reach it.
    pub transports: Vec<String>,
    /// Model or provider.
    pub aaguid: Option<Aaguid>,
}

/// One credential that was not taken.
#[derive(Debug)]
pub struct ImportFailure {
    /// Place in the list, from 0.
    pub index: usize,
    /// Why.
    pub error: Error,
}

/// What became of a list.
#[derive(Debug)]
pub struct ImportReport {
    /// How many were given.
    pub total: usize,
    /// Which were not taken.
    pub failures: Vec<ImportFailure>,
}

impl Countersign {
    /// Takes credentials in, each on its own: one that is refused does not hold up the others.
    pub async fn import_credentials(
        &self,
        tenant: &Tenant,
        credentials: Vec<Result<ImportedCredential>>,
        caller: &Caller,
    ) -> Result<ImportReport> {
        let total = credentials.len();
        let mut failures = Vec::new();
        for (index, credential) in credentials.into_iter().enumerate() {
            let done = match credential {
                Ok(credential) => self.import_credential(tenant, credential, caller).await,
                Err(error) => Err(error),
            };
            match done {
                Ok(()) => {}
                Err(error @ (Error::Unavailable(_) | Error::Internal(_))) => return Err(error),
                Err(error) => failures.push(ImportFailure { index, error }),
            }
        }
        Ok(ImportReport { total, failures })
    }

    async fn import_credential(&self, tenant: &Tenant, imported: ImportedCredential, caller: &Caller) -> Result<()> {
        if !matches!(imported.method, Method::Passkey | Method::SecurityKey) {
            return Err(Error::invalid(
                "verificationMethod must be PASSKEY or SECURITY_KEY: only credentials are imported.",
            ));
        }
        if !(1..=1023).contains(&imported.credential_id.len()) {
            return Err(Error::invalid("credentialId must have 1 to 1023 bytes."));
        }
        let key = cose::PublicKey::parse(&imported.public_key)
            .map_err(|error| Error::invalid(format!("credentialPublicKey is not a usable COSE key: {error}")))?;
        let algorithm = key.algorithm().to_cose();
        let now = self.now();
        let fresh = UserId::random();
        let event = Event::new("authenticator.imported", now).caller(caller);
        let (tenant, teller) = (tenant.id.clone(), tenant.teller.clone());
        let suffix = AuthenticatorId::random();
        self.write(async move |tx| {
            let (owner, _) = user::store::find_or_insert(tx, &tenant, imported.user.as_str(), &fresh, now).await?;
            // First: of several factors that are added at once one is the default.
            let before = user::store::hold(tx, &tenant, &owner.id, now).await?.ok_or(Error::NotFound("user"))?;
            let factor = Authenticator {
                id: suffix.moved_beside(&owner.id),
                user: owner.id.clone(),
                method: imported.method,
                is_default: before == 0,
                label: imported.name.clone(),
                created_at: now,
                verified_at: Some(now),
                last_verified_at: None,
                detail: imported.record(algorithm),
            };
            if !credentials::insert(tx, &tenant, &factor).await? {
                return Err(Error::invalid("This credential id is already registered in the tenant."));
            }
            user::store::add_factor(tx, &tenant, &owner.id).await?;
            Added::new(&factor, event.clone()).record(tx, &teller, &owner).await
        })
        .await
    }
}

impl ImportedCredential {
    fn record(&self, algorithm: i64) -> Credential {
        Credential {
            id: self.credential_id.clone(),
            public_key: self.public_key.clone(),
            algorithm,
            sign_count: 0,
            backup_eligible: None,
            backup_state: false,
            user_verified: false,
            discoverable: None,
            aaguid: self.aaguid.unwrap_or(Aaguid([0; 16])),
            transports: words(self.transports.clone()),
            attachment: None,
            attestation_format: IMPORTED.to_owned(),
            attestation_trusted: false,
            device_id: None,
            user_agent: None,
            username: None,
            display_name: None,
        }
    }
}
