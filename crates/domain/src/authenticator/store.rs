//! Statements and rows of factors. All look-ups by credential id are here (sql-rules §4, step 3).

use countersign_db::{Db, Row, Tx, statements};
use countersign_webauthn::{Aaguid, Attachment};

use super::{Authenticator, Credential};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, TenantId, UserId};
use crate::methods::Method;

/// What [`Authenticator::read`] reads, in this order, of `authenticators a` and `webauthn_credentials c`.
macro_rules! factor_columns {
    () => {
        "a.authenticator_id, a.user_id, a.method, a.is_default, a.label, a.created_at, a.verified_at, a.last_verified_at, \
         c.credential_id, c.public_key, c.algorithm, c.sign_count, c.backup_eligible, c.backup_state, c.user_verified, \
         c.discoverable, c.aaguid, c.transports, c.attachment, c.attestation_format, c.attestation_trusted, \
         c.device_id, c.user_agent, c.username, c.display_name"
    };
}

statements! {
    FIND = concat!("SELECT ", factor_columns!(), " FROM authenticators a JOIN webauthn_credentials c
        ON c.tenant_id = a.tenant_id AND c.authenticator_id = a.authenticator_id
        WHERE a.tenant_id = $1 AND a.authenticator_id = $2");
    FIND_CREDENTIAL = concat!("SELECT ", factor_columns!(), " FROM webauthn_credentials c JOIN authenticators a
        ON a.tenant_id = c.tenant_id AND a.authenticator_id = c.authenticator_id
        WHERE c.tenant_id = $1 AND c.credential_id = $2");
    LIST = concat!("SELECT ", factor_columns!(), " FROM authenticators a JOIN webauthn_credentials c
        ON c.tenant_id = a.tenant_id AND c.authenticator_id = a.authenticator_id
        WHERE a.tenant_id = $1 AND a.user_id = $2 ORDER BY a.created_at, a.authenticator_id LIMIT 200");
    METHODS = "SELECT DISTINCT method FROM authenticators WHERE tenant_id = $1 AND user_id = $2 AND verified_at IS NOT NULL
        ORDER BY method";
    INSERT = "INSERT INTO authenticators (tenant_id, authenticator_id, user_id, method, is_default, label, created_at,
        verified_at, last_verified_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    INSERT_CREDENTIAL = "INSERT INTO webauthn_credentials (tenant_id, authenticator_id, user_id, credential_id, public_key,
        algorithm, sign_count, backup_eligible, backup_state, user_verified, discoverable, aaguid, transports, attachment,
        attestation_format, attestation_trusted, device_id, user_agent, username, display_name)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        ON CONFLICT (tenant_id, credential_id) DO NOTHING";
    USE_CREDENTIAL = "UPDATE webauthn_credentials SET sign_count = $1, backup_state = $2, backup_eligible = $3,
        user_verified = CASE WHEN $4 = 1 THEN 1 ELSE user_verified END
        WHERE tenant_id = $5 AND authenticator_id = $6 AND sign_count = $7";
    USE = "UPDATE authenticators SET last_verified_at = $1 WHERE tenant_id = $2 AND authenticator_id = $3";
    PROMOTE = "UPDATE authenticators SET is_default = 1 WHERE tenant_id = $1 AND authenticator_id = $2";
    DELETE = "DELETE FROM authenticators WHERE tenant_id = $1 AND authenticator_id = $2 AND user_id = $3";
}

impl Authenticator {
    fn read(row: &Row) -> Result<Self> {
        let mut columns = row.read();
        let unknown = |what: &str| Error::Internal(format!("a stored factor has an unknown {what}"));
        Ok(Self {
            id: columns.next()?,
            user: columns.next()?,
            method: Method::parse(&columns.next::<String>()?).ok_or_else(|| unknown("method"))?,
            is_default: columns.next()?,
            label: columns.next()?,
            created_at: columns.next()?,
            verified_at: columns.next()?,
            last_verified_at: columns.next()?,
            credential: Credential {
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
            },
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

pub(crate) async fn find(db: &Db, tenant: &TenantId, id: &AuthenticatorId) -> Result<Option<Authenticator>> {
    db.opt(&FIND, &[tenant, id]).await?.as_ref().map(Authenticator::read).transpose()
}

pub(crate) async fn find_credential(db: &Db, tenant: &TenantId, credential_id: &[u8]) -> Result<Option<Authenticator>> {
    db.opt(&FIND_CREDENTIAL, &[tenant, &credential_id]).await?.as_ref().map(Authenticator::read).transpose()
}

/// The user's factors, oldest first.
pub(crate) async fn list(db: &Db, tenant: &TenantId, user: &UserId) -> Result<Vec<Authenticator>> {
    db.all(&LIST, &[tenant, user]).await?.iter().map(Authenticator::read).collect()
}

/// The kinds of the user's verified factors.
pub(crate) async fn methods_of(db: &Db, tenant: &TenantId, user: &UserId) -> Result<Vec<Method>> {
    let rows = db.all(&METHODS, &[tenant, user]).await?;
    let mut methods = Vec::with_capacity(rows.len());
    for row in &rows {
        methods.extend(Method::parse(&row.get::<String>(0)?));
    }
    Ok(methods)
}

/// Stores a factor with its credential. `false` when the tenant holds this credential id already, whoever's it is
/// (checklist 37); the caller refuses, which rolls the factor back.
pub(crate) async fn insert(tx: &mut Tx<'_>, tenant: &TenantId, factor: &Authenticator) -> Result<bool> {
    tx.run(
        &INSERT,
        &[
            tenant,
            &factor.id,
            &factor.user,
            &factor.method.as_str(),
            &factor.is_default,
            &factor.label,
            &factor.created_at,
            &factor.verified_at,
            &factor.last_verified_at,
        ],
    )
    .await?;
    let credential = &factor.credential;
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
pub(crate) async fn record_use(tx: &mut Tx<'_>, tenant: &TenantId, factor: &Authenticator, seen: &Use) -> Result<bool> {
    let credential = &factor.credential;
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
    Ok(tx.run(&USE, &[&seen.at, tenant, &factor.id]).await? == 1)
}

/// Makes a factor the one that is asked for first.
pub(crate) async fn promote(tx: &mut Tx<'_>, tenant: &TenantId, id: &AuthenticatorId) -> Result<()> {
    tx.run(&PROMOTE, &[tenant, id]).await?;
    Ok(())
}

/// Removes a factor; the credential goes with it.
pub(crate) async fn delete(tx: &mut Tx<'_>, tenant: &TenantId, factor: &Authenticator) -> Result<bool> {
    Ok(tx.run(&DELETE, &[tenant, &factor.id, &factor.user]).await? == 1)
}
