//! Statements and rows of WebAuthn credentials. All look-ups by credential id are here (sql-rules §4, step 3).

use countersign_db::{Columns, Db, Tx, statements};
use countersign_webauthn::{Aaguid, Attachment};

use super::store::{self, factor_columns};
use super::{Authenticator, Credential};
use crate::clock::Millis;
use crate::error::Result;
use crate::id::{AuthenticatorId, TenantId, UserId};
use crate::methods::Method;

/// What [`Credential::read`] reads, in this order, of `webauthn_credentials c`.
macro_rules! credential_columns {
    () => {
        "c.credential_id, c.public_key, c.algorithm, c.sign_count, c.backup_eligible, c.backup_state, c.user_verified, \
         c.discoverable, c.aaguid, c.transports, c.attachment, c.attestation_format, c.attestation_trusted, \
         c.device_id, c.user_agent, c.username, c.display_name"
    };
}

statements! {
    FIND_CREDENTIAL = concat!("SELECT ", factor_columns!(), ", ", credential_columns!(), " FROM webauthn_credentials c
        JOIN authenticators a ON a.tenant_id = c.tenant_id AND a.authenticator_id = c.authenticator_id
        WHERE c.tenant_id = $1 AND c.credential_id = $2");
    LIST = concat!("SELECT ", factor_columns!(), ", ", credential_columns!(), " FROM authenticators a
        JOIN webauthn_credentials c ON c.tenant_id = a.tenant_id AND c.authenticator_id = a.authenticator_id
        WHERE a.tenant_id = $1 AND a.user_id = $2 ORDER BY a.created_at, a.authenticator_id LIMIT 200");
    FIND_BY_ID = concat!("SELECT ", factor_columns!(), ", ", credential_columns!(), " FROM authenticators a
        JOIN webauthn_credentials c ON c.tenant_id = a.tenant_id AND c.authenticator_id = a.authenticator_id
        WHERE a.tenant_id = $1 AND a.authenticator_id = $2");
    PAGE = concat!("SELECT ", factor_columns!(), ", ", credential_columns!(), " FROM authenticators a
        JOIN webauthn_credentials c ON c.tenant_id = a.tenant_id AND c.authenticator_id = a.authenticator_id
        WHERE a.tenant_id = $1 AND a.method = $2 AND a.authenticator_id > $3 ORDER BY a.authenticator_id LIMIT $4");
    INSERT_CREDENTIAL = "INSERT INTO webauthn_credentials (tenant_id, authenticator_id, user_id, credential_id, public_key,
        algorithm, sign_count, backup_eligible, backup_state, user_verified, discoverable, aaguid, transports, attachment,
        attestation_format, attestation_trusted, device_id, user_agent, username, display_name)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        ON CONFLICT (tenant_id, credential_id) DO NOTHING";
    USE_CREDENTIAL = "UPDATE webauthn_credentials SET sign_count = $1, backup_state = $2, backup_eligible = $3,
        user_verified = CASE WHEN $4 = 1 THEN 1 ELSE user_verified END
        WHERE tenant_id = $5 AND authenticator_id = $6 AND sign_count = $7";
}

impl Credential {
    fn read(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            id: columns.next()?,
            public_key: columns.next()?,
            algorithm: columns.next()?,
            sign_count: columns.next()?,
            backup_eligible: columns.next()?,
            backup_state: columns.next()?,
            user_verified: columns.next()?,
            discoverable: columns.next()?,
            aaguid: columns.next::<String>()?.parse().unwrap_or(Aaguid([0; 16])),
            transports: split(&columns.next::<String>()?),
            attachment: columns.next::<Option<String>>()?.and_then(|text| parse_attachment(&text)),
            attestation_format: columns.next()?,
            attestation_trusted: columns.next()?,
            device_id: columns.next()?,
            user_agent: columns.next()?,
            username: columns.next()?,
            display_name: columns.next()?,
        })
    }
}

fn split(text: &str) -> Vec<String> {
    text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The stored and wire name of an attachment.
pub(crate) const fn attachment_str(attachment: Attachment) -> &'static str {
    match attachment {
        Attachment::Platform => "platform",
        Attachment::CrossPlatform => "cross-platform",
    }
}

fn parse_attachment(text: &str) -> Option<Attachment> {
    [Attachment::Platform, Attachment::CrossPlatform].into_iter().find(|known| attachment_str(*known) == text)
}

/// The factor with this credential id.
pub(crate) async fn find(
    db: &Db,
    tenant: &TenantId,
    credential_id: &[u8],
) -> Result<Option<Authenticator<Credential>>> {
    let row = db.opt(&FIND_CREDENTIAL, &[tenant, &credential_id]).await?;
    row.as_ref().map(|row| store::read(row, Credential::read)).transpose()
}

/// The user's WebAuthn factors, oldest first.
pub(crate) async fn list(db: &Db, tenant: &TenantId, user: &UserId) -> Result<Vec<Authenticator<Credential>>> {
    db.all(&LIST, &[tenant, user]).await?.iter().map(|row| store::read(row, Credential::read)).collect()
}

/// The factor with this id.
pub(crate) async fn find_by_id(
    db: &Db,
    tenant: &TenantId,
    id: &AuthenticatorId,
) -> Result<Option<Authenticator<Credential>>> {
    let row = db.opt(&FIND_BY_ID, &[tenant, id]).await?;
    row.as_ref().map(|row| store::read(row, Credential::read)).transpose()
}

/// The tenant's factors of a kind in the order of their ids, after `after`.
pub(crate) async fn page(
    db: &Db,
    tenant: &TenantId,
    method: Method,
    after: &str,
    limit: i64,
) -> Result<Vec<Authenticator<Credential>>> {
    let rows = db.all(&PAGE, &[tenant, &method.as_str(), &after, &limit]).await?;
    rows.iter().map(|row| store::read(row, Credential::read)).collect()
}

/// The user's WebAuthn factors inside a transaction, oldest first.
pub(crate) async fn reload(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    user: &UserId,
) -> Result<Vec<Authenticator<Credential>>> {
    tx.all(&LIST, &[tenant, user]).await?.iter().map(|row| store::read(row, Credential::read)).collect()
}

/// Stores a factor with its credential. `false` when the tenant holds this credential id already, whoever's it is
/// (checklist 37); the caller refuses, which rolls the factor back.
pub(crate) async fn insert(tx: &mut Tx<'_>, tenant: &TenantId, factor: &Authenticator<Credential>) -> Result<bool> {
    store::insert(tx, tenant, factor).await?;
    let credential = &factor.detail;
    let rows = tx
        .run(
            &INSERT_CREDENTIAL,
            &[
                tenant,
                &factor.id,
                &factor.user,
                &credential.id,
                &credential.public_key,
                &credential.algorithm,
                &credential.sign_count,
                &credential.backup_eligible,
                &credential.backup_state,
                &credential.user_verified,
                &credential.discoverable,
                &credential.aaguid.to_string(),
                &credential.transports.join(" "),
                &credential.attachment.map(attachment_str),
                &credential.attestation_format,
                &credential.attestation_trusted,
                &credential.device_id,
                &credential.user_agent,
                &credential.username,
                &credential.display_name,
            ],
        )
        .await?;
    Ok(rows == 1)
}

/// What an accepted assertion changes in the credential record (WebAuthn L3 §7.2 step 24).
pub(crate) struct Use {
    pub(crate) sign_count: u32,
    pub(crate) backup_state: bool,
    pub(crate) backup_eligible: bool,
    pub(crate) user_verified: bool,
    pub(crate) at: Millis,
}

impl Use {
    /// Whether the credential's row already says all of it. Synced passkeys count nothing, so theirs mostly does.
    fn is_known(&self, credential: &Credential) -> bool {
        (self.sign_count, self.backup_state) == (credential.sign_count, credential.backup_state)
            && credential.backup_eligible == Some(self.backup_eligible)
            && credential.user_verified >= self.user_verified
    }
}

/// Records a use. `false` when the factor is gone or its counter moved since it was read: another assertion came first.
pub(crate) async fn record_use(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    factor: &Authenticator<Credential>,
    seen: &Use,
) -> Result<bool> {
    let credential = &factor.detail;
    if !seen.is_known(credential) {
        let counted = tx
            .run(
                &USE_CREDENTIAL,
                &[
                    &seen.sign_count,
                    &seen.backup_state,
                    &seen.backup_eligible,
                    &seen.user_verified,
                    tenant,
                    &factor.id,
                    &credential.sign_count,
                ],
            )
            .await?;
        if counted != 1 {
            return Ok(false);
        }
    }
    store::record_use(tx, tenant, &factor.id, seen.at).await
}
