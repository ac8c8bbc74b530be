//! The rows of a user, in the tables of `crates/domain/migrations`, many to a statement.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use countersign_db::{Statement, ToValue, Tx, Value};
use countersign_domain::clock::Millis;
use countersign_domain::id::ChallengeId;

use super::BulkUser;
use super::user::uuid;
use crate::passkey::hash;

/// Rows of one statement: PostgreSQL takes 65,535 parameters, SQLite 32,766.
const TOGETHER: usize = 100;

const USERS: Table = Table {
    into: "users (tenant_id, user_id, external_id, email_verified, phone_number_verified, factors, created_at, updated_at)",
    row: "(?, ?, ?, 0, 0, 1, ?, ?)",
};
const AUTHENTICATORS: Table = Table {
    into: "authenticators (tenant_id, authenticator_id, user_id, method, is_default, created_at, verified_at, last_verified_at)",
    row: "(?, ?, ?, 'PASSKEY', 1, ?, ?, ?)",
};
const CREDENTIALS: Table = Table {
    into: "webauthn_credentials (tenant_id, authenticator_id, user_id, credential_id, public_key, algorithm, sign_count, \
           backup_eligible, backup_state, user_verified, discoverable, aaguid, transports, attachment, attestation_format, \
           attestation_trusted, user_agent, username)",
    row: "(?, ?, ?, ?, ?, -7, 0, 1, 1, 1, 1, '00000000-0000-0000-0000-000000000000', 'internal hybrid', 'platform', 'none', 0, \
          'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36', ?)",
};
const ACTIONS: Table = Table {
    into: "actions (tenant_id, user_id, action_code, idempotency_key, state, state_updated_at, tracked_at, created_at, \
           updated_at, method, authenticator_id, verified_at, acr, amr, failed_tries)",
    row: "(?, ?, 'sign-up', ?, 'CHALLENGE_SUCCEEDED', ?, ?, ?, ?, 'PASSKEY', ?, ?, 'aal2', 'swk user', 0)",
};
const EVENTS: Table = Table {
    into: "audit_events (tenant_id, at, event_id, kind, user_id, action_code, idempotency_key, authenticator_id, ip_address, \
           detail)",
    row: "(?, ?, ?, 'authenticator.created', ?, 'sign-up', ?, ?, '192.0.2.1', '{\"method\":\"PASSKEY\"}')",
};

const CHALLENGES: Table = Table {
    into: "challenges (tenant_id, challenge_id, action_code, method, purpose, state, secret_hash, data, attempts, max_attempts, \
           created_at, expires_at)",
    row: "(?, ?, 'signIn', 'PASSKEY', 'verify', 'pending', ?, '{}', 0, 5, ?, ?)",
};

const SIGN_INS: Table = Table {
    into: "actions (tenant_id, user_id, action_code, idempotency_key, state, state_updated_at, created_at, updated_at, method, \
           authenticator_id, verified_at, acr, amr, failed_tries, ip_address)",
    row: "(?, ?, 'signIn', ?, 'CHALLENGE_SUCCEEDED', ?, ?, ?, 'PASSKEY', ?, ?, 'aal2', 'swk user', 0, '127.0.0.1')",
};
const PROOFS: Table = Table {
    into: "audit_events (tenant_id, at, event_id, kind, user_id, action_code, idempotency_key, challenge_id, authenticator_id, \
           ip_address, request_id, detail)",
    row: "(?, ?, ?, 'action.proved', ?, 'signIn', ?, ?, ?, '127.0.0.1', 'ZrUq7mUg0xvT3m4f', \
          '{\"acr\":\"aal2\",\"amr\":\"swk user\",\"method\":\"PASSKEY\"}')",
};

/// Where rows go; each `?` is a value of its own.
struct Table {
    into: &'static str,
    row: &'static str,
}

/// A value that a row owns.
enum Cell {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl ToValue for Cell {
    fn to_value(&self) -> Value<'_> {
        match self {
            Self::Int(value) => Value::Int(*value),
            Self::Text(value) => Value::Text(value),
            Self::Bytes(value) => Value::Bytes(value),
        }
    }
}

/// The rows of some users, ready to be written.
pub(super) struct Batch {
    rows: Vec<(Table, Vec<Vec<Cell>>)>,
}

impl Batch {
    pub(super) fn new(tenant: &str, users: impl Iterator<Item = BulkUser>, now: i64) -> Result<Self> {
        let (at, text) = (|| Cell::Int(now), |text: &str| Cell::Text(text.to_owned()));
        let tenant = || text(tenant);
        let mut rows = [USERS, AUTHENTICATORS, CREDENTIALS, ACTIONS, EVENTS].map(|table| (table, Vec::new()));
        for user in users {
            let [(_, of_users), (_, of_authenticators), (_, of_credentials), (_, of_actions), (_, of_events)] =
                &mut rows;
            let (id, factor, name, key) =
                (user.user_id(), user.authenticator_id(), user.name(), user.idempotency_key());
            let seeded = user.seeded()?;
            of_users.push(vec![tenant(), text(&id), text(&name), at(), at()]);
            of_authenticators.push(vec![tenant(), text(&factor), text(&id), at(), at(), at()]);
            let (credential, public) = (Cell::Bytes(seeded.credential_id.to_vec()), Cell::Bytes(seeded.cose()));
            of_credentials.push(vec![tenant(), text(&factor), text(&id), credential, public, text(&name)]);
            of_actions.push(vec![tenant(), text(&id), text(&key), at(), at(), at(), at(), text(&factor), at()]);
            of_events.push(vec![tenant(), at(), text(&user.event_id()), text(&id), text(&key), text(&factor)]);
        }
        Ok(Self { rows: rows.into() })
    }

    /// Challenges with their number and the time at which they expire.
    pub(super) fn expired(tenant: &str, numbers: &[(u64, i64)]) -> Self {
        let minute = 60_000;
        let rows = numbers.iter().map(|(number, at)| {
            let made = Millis(at - minute);
            let secret = hash(&[b"secret", &number.to_be_bytes()]).to_vec();
            let tenant = Cell::Text(tenant.to_owned());
            let id = ChallengeId::fresh(made).to_string();
            vec![tenant, Cell::Text(id), Cell::Bytes(secret), Cell::Int(made.0), Cell::Int(*at)]
        });
        Self { rows: vec![(CHALLENGES, rows.collect())] }
    }

    /// What sign-ins of these users leave: action and event, with the sign-in's number and time.
    pub(super) fn signed_in(tenant: &str, sign_ins: &[(u64, i64, BulkUser)]) -> Self {
        let text = |text: &str| Cell::Text(text.to_owned());
        let (mut actions, mut events) = (Vec::new(), Vec::new());
        for (number, at, user) in sign_ins {
            let id = |kind: &[u8]| Cell::Text(uuid(&hash(&[kind, &number.to_be_bytes()])[..16]));
            let at = || Cell::Int(*at);
            let (owner, factor) = (user.user_id(), user.authenticator_id());
            actions.push(vec![text(tenant), text(&owner), id(b"key"), at(), at(), at(), text(&factor), at()]);
            let of_event = [text(tenant), at(), id(b"event"), text(&owner), id(b"key"), id(b"answered"), text(&factor)];
            events.push(of_event.into());
        }
        Self { rows: vec![(SIGN_INS, actions), (PROOFS, events)] }
    }

    pub(super) async fn insert(&self, tx: &mut Tx<'_>) -> Result<u64, countersign_db::Error> {
        let mut written = 0;
        for (table, rows) in &self.rows {
            for rows in rows.chunks(TOGETHER) {
                let values: Vec<&(dyn ToValue + Sync)> =
                    rows.iter().flatten().map(|cell| cell as &(dyn ToValue + Sync)).collect();
                written += tx.run(statement(table, rows.len()), &values).await?;
            }
        }
        Ok(written)
    }
}

/// The statement for so many rows at once, made at its first use and kept for good: there are two of each table.
fn statement(table: &Table, rows: usize) -> &'static Statement {
    static MADE: Mutex<Option<HashMap<(&'static str, usize), &'static Statement>>> = Mutex::new(None);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.get_or_insert_default().entry((table.into, rows)).or_insert_with(|| {
        let text: &'static str = Box::leak(insert(table, rows).into_boxed_str());
        Box::leak(Box::new(Statement::new("countersign_bench::bulk", text)))
    })
}

fn insert(table: &Table, rows: usize) -> String {
    let (mut values, mut parameter) = (Vec::new(), 0);
    for _ in 0..rows {
        let parts = table.row.split('?').enumerate().map(|(place, part)| {
            if place == 0 {
                return part.to_owned();
            }
            parameter += 1;
            format!("${parameter}{part}")
        });
        values.push(parts.collect::<Vec<_>>().concat());
    }
    format!("INSERT INTO {} VALUES {}", table.into, values.join(", "))
}

#[cfg(test)]
mod tests {
    use countersign_db::{Db, Options};
    use countersign_domain::migrations::MIGRATIONS;

    use super::*;

    #[test]
    fn parameters_are_numbered_through_all_rows() {
        let table = Table { into: "t (a, b, c)", row: "(?, 'x', ?)" };
        assert_eq!(insert(&table, 2), "INSERT INTO t (a, b, c) VALUES ($1, 'x', $2), ($3, 'x', $4)");
    }

    #[tokio::test]
    async fn the_rows_fit_the_tables_as_they_are() {
        let folder = std::env::temp_dir().join(format!("countersign-bench-rows-{}", std::process::id()));
        let db = Db::open(&format!("sqlite://{}/rows.db", folder.display()), Options::default()).await.unwrap();
        db.migrate(MIGRATIONS, 0).await.unwrap();
        let tenant = "INSERT INTO tenants (tenant_id, name, rp_id, settings, is_default, created_at, updated_at)
            VALUES ('t', 'Shop', 'shop.example', '{}', 1, 0, 0)";
        let tenant: &'static Statement = Box::leak(Box::new(Statement::new("tenant", tenant)));
        db.write(async move |tx: &mut Tx<'_>| tx.run(tenant, &[]).await).await.unwrap();
        let batch = Batch::new("t", (0..250).map(|number| BulkUser { number, of: 250 }), 1).unwrap();
        let written = db.write(async move |tx: &mut Tx<'_>| batch.insert(tx).await).await.unwrap();
        assert_eq!(written, 5 * 250);
        let batch = Batch::expired("t", &(0..150).map(|number| (number, 7)).collect::<Vec<_>>());
        assert_eq!(db.write(async move |tx: &mut Tx<'_>| batch.insert(tx).await).await.unwrap(), 150);
        let sign_ins: Vec<_> = (0..150).map(|number| (number, 7, BulkUser { number: 3, of: 250 })).collect();
        let batch = Batch::signed_in("t", &sign_ins);
        assert_eq!(db.write(async move |tx: &mut Tx<'_>| batch.insert(tx).await).await.unwrap(), 300);
        db.close().await;
        std::fs::remove_dir_all(folder).unwrap();
    }
}
