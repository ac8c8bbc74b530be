//! From rows to users and keys.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use countersign_domain::account::{Imported, ImportedKey, ImportedUser};
use countersign_domain::id::{AuthenticatorId, UserId};
use countersign_domain::tenant::Tenant;
use countersign_domain::{Caller, Countersign};

use super::export::{Export, Row};

/// How many rows of a table came to what.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) new: usize,
    pub(super) known: usize,
    pub(super) left_out: usize,
}

/// A row that was not taken in.
#[derive(Debug)]
pub(super) struct LeftOut {
    pub(super) file: String,
    pub(super) row: usize,
    pub(super) id: String,
    pub(super) why: String,
    /// `false` where there is nothing to take in: a user without a security key.
    pub(super) is_refused: bool,
}

/// What became of all rows.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) users: Count,
    pub(super) keys: Count,
    pub(super) left_out: Vec<LeftOut>,
}

/// Users first, then their keys.
pub(super) async fn run(countersign: &Countersign, tenant: &Tenant, export: Export, is_dry: bool) -> Result<Report> {
    let caller = Caller { user_agent: Some("countersign user import".to_owned()), ..Caller::default() };
    let mut report = Report::default();
    let with_keys: BTreeSet<String> = export.keys.iter().filter_map(|row| row.text("user_id")).collect();
    let mut roles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in &export.roles {
        if let (Some(user), Some(role)) = (row.text("user_id"), row.text("role")) {
            roles.entry(user).or_default().push(role);
        }
    }
    let mut owners = BTreeSet::new();
    for row in &export.users {
        let id = row.text("id").unwrap_or_default();
        if !with_keys.contains(&id) {
            report.users.left_out += 1;
            report.leave_out(row, "has no security key to sign in with, and can sign up anew", false);
            continue;
        }
        let outcome = match user(row, roles.remove(&id).unwrap_or_default()) {
            Ok(user) => countersign.import_user(tenant, user, is_dry, &caller).await?,
            Err(why) => Imported::Refused(why.to_owned()),
        };
        if !matches!(outcome, Imported::Refused(_)) {
            owners.insert(id.to_ascii_lowercase());
        }
        report.note(|report| &mut report.users, row, outcome);
    }
    for row in &export.keys {
        let outcome = match key(row) {
            Ok((owner, _))
                if !owners.contains(owner.as_str())
                    && countersign.find_user(tenant, owner.as_str()).await?.is_none() =>
            {
                Imported::Refused("its user was not imported".to_owned())
            }
            Ok((owner, key)) => countersign.import_key(tenant, &owner, key, is_dry, &caller).await?,
            Err(why) => Imported::Refused(why.to_owned()),
        };
        report.note(|report| &mut report.keys, row, outcome);
    }
    Ok(report)
}

impl Report {
    fn note(&mut self, count: impl FnOnce(&mut Self) -> &mut Count, row: &Row, outcome: Imported) {
        let count = count(self);
        match outcome {
            Imported::New => count.new += 1,
            Imported::Known => count.known += 1,
            Imported::Refused(why) => {
                count.left_out += 1;
                self.leave_out(row, &why, true);
            }
        }
    }

    fn leave_out(&mut self, row: &Row, why: &str, is_refused: bool) {
        let id = row.text("id").unwrap_or_default().chars().filter(|c| !c.is_control()).take(64).collect();
        self.left_out.push(LeftOut { file: row.file.clone(), row: row.number, id, why: why.to_owned(), is_refused });
    }
}

fn user(row: &Row, roles: Vec<String>) -> Result<ImportedUser, &'static str> {
    let id = row.text("id").and_then(|text| UserId::parse(&text.to_ascii_lowercase())).ok_or("id is no UUID")?;
    Ok(ImportedUser {
        id,
        email: row.text("email").ok_or("has no e-mail address")?,
        is_verified: row.is_true("email_verified"),
        is_disabled: row.is_true("disabled"),
        display_name: row.text("display_name"),
        locale: row.text("locale"),
        default_role: row.text("default_role"),
        roles,
        metadata: row.json("metadata"),
    })
}

fn key(row: &Row) -> Result<(UserId, ImportedKey), &'static str> {
    let id =
        row.text("id").and_then(|text| AuthenticatorId::parse(&text.to_ascii_lowercase())).ok_or("id is no UUID")?;
    let owner =
        row.text("user_id").and_then(|text| UserId::parse(&text.to_ascii_lowercase())).ok_or("user_id is no UUID")?;
    let credential_id = row.text("credential_id").unwrap_or_default();
    let credential_id = BASE64_URL_SAFE_NO_PAD
        .decode(credential_id.trim_end_matches('='))
        .map_err(|_| "credential_id is not base64url")?;
    let public_key = bytes(&row.text("credential_public_key").unwrap_or_default());
    let counter = row.text("counter").unwrap_or_else(|| "0".to_owned());
    let transports = row.text("transports").unwrap_or_default();
    let key = ImportedKey {
        id,
        credential_id,
        public_key: public_key.ok_or("credential_public_key is not \\x and hex")?,
        counter: counter.parse().map_err(|_| "counter is no whole number of 32 bits")?,
        nickname: row.text("nickname"),
        transports: transports
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
    };
    Ok((owner, key))
}

/// Bytes as PostgreSQL writes them: `\x` and hex. In a file of `COPY` the backslash is doubled.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let hex = text.trim_start_matches('\\').strip_prefix('x')?;
    data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok()
}
