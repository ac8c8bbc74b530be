//! What is in the store, read past the program.

use std::collections::BTreeMap;

use countersign_db::{Db, Options, Statement, statements};

statements! {
    USERS = "SELECT user_id, external_id, email, CAST(factors AS text) FROM users";
    FACTORS = "SELECT authenticator_id, user_id, CAST(verified_at AS text) FROM authenticators";
    CREDENTIALS = "SELECT authenticator_id, user_id FROM webauthn_credentials";
    ACTIONS = "SELECT user_id, action_code, idempotency_key, state, CAST(tracked_at AS text), CAST(verified_at AS text), \
               method, CAST(failed_tries AS text), CAST(consumed_at AS text), CAST(updated_at AS text) FROM actions";
    CHALLENGES = "SELECT challenge_id, user_id, purpose, state, CAST(attempts AS text) FROM challenges";
    COUNTERS = "SELECT counter_key, CAST(n AS text) FROM counters";
    SPENT = "SELECT spent_id FROM spent";
    EVENTS = "SELECT kind, user_id, idempotency_key, challenge_id, authenticator_id, CAST(at AS text) FROM audit_events";
    KEYS = "SELECT key_id, CAST(revoked_at AS text) FROM api_keys";
}

/// A row, every value as text.
pub(super) type Row = Vec<Option<String>>;

/// All rows of each table, at a moment when nobody writes.
pub(super) struct Seen {
    /// By internal id: external id, address, factors.
    pub(super) users: BTreeMap<String, Row>,
    /// By id: user, verified at.
    pub(super) factors: BTreeMap<String, Row>,
    /// Factor and user of each credential.
    pub(super) credentials: Vec<Row>,
    /// By key, of which none is used twice: user, code, key, state, tracked, verified, method, failed tries, consumed,
    /// updated.
    pub(super) actions: BTreeMap<String, Row>,
    /// By id: user, purpose, state, attempts.
    pub(super) challenges: BTreeMap<String, Row>,
    pub(super) counters: Vec<Row>,
    pub(super) spent: Vec<Row>,
    pub(super) events: Vec<Event>,
    /// By id: revoked at.
    pub(super) keys: BTreeMap<String, Row>,
}

/// An event of the audit trail.
pub(super) struct Event {
    pub(super) kind: String,
    pub(super) user: Option<String>,
    pub(super) key: Option<String>,
    pub(super) challenge: Option<String>,
    pub(super) factor: Option<String>,
    pub(super) at: String,
}

impl Seen {
    /// Reads the database at `url`.
    pub(super) async fn read(url: &str) -> Self {
        let mut store = match url.strip_prefix("sqlite://") {
            // Read-only, and by other means than the product's, which would tidy up after the program that was killed.
            Some(path) => {
                let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
                Store::Sqlite(rusqlite::Connection::open_with_flags(path, flags).unwrap())
            }
            None => Store::Postgres(Db::open(url, Options::default()).await.unwrap()),
        };
        let seen = Self {
            users: keyed(store.all(&USERS, 4).await, 0),
            factors: keyed(store.all(&FACTORS, 3).await, 0),
            credentials: store.all(&CREDENTIALS, 2).await,
            actions: keyed(store.all(&ACTIONS, 10).await, 2),
            challenges: keyed(store.all(&CHALLENGES, 5).await, 0),
            counters: store.all(&COUNTERS, 2).await,
            spent: store.all(&SPENT, 1).await,
            events: store.all(&EVENTS, 6).await.into_iter().map(Event::of).collect(),
            keys: keyed(store.all(&KEYS, 2).await, 0),
        };
        if let Store::Postgres(db) = store {
            db.close().await;
        }
        seen
    }

    /// The internal id of a user, while there is one.
    pub(super) fn user_id(&self, external_id: &str) -> Option<&str> {
        let mut users = self.users.iter();
        users.find(|(_, row)| row[1].as_deref() == Some(external_id)).map(|(id, _)| id.as_str())
    }

    /// The events that these words are true of.
    pub(super) fn events(&self, is_meant: impl Fn(&Event) -> bool) -> Vec<&Event> {
        self.events.iter().filter(|event| is_meant(event)).collect()
    }
}

impl Event {
    fn of(row: Row) -> Self {
        let [kind, user, key, challenge, factor, at] = <[Option<String>; 6]>::try_from(row).unwrap();
        Self { kind: kind.unwrap(), user, key, challenge, factor, at: at.unwrap() }
    }
}

fn keyed(rows: Vec<Row>, column: usize) -> BTreeMap<String, Row> {
    let count = rows.len();
    let keyed: BTreeMap<String, Row> = rows.into_iter().map(|row| (row[column].clone().unwrap(), row)).collect();
    assert_eq!(keyed.len(), count, "a key stands for two rows");
    keyed
}

enum Store {
    Sqlite(rusqlite::Connection),
    Postgres(Db),
}

impl Store {
    async fn all(&mut self, statement: &Statement, columns: usize) -> Vec<Row> {
        match self {
            Self::Sqlite(connection) => {
                let mut prepared = connection.prepare(statement.sql).unwrap();
                let rows = prepared.query_map([], |row| (0..columns).map(|column| row.get(column)).collect());
                rows.unwrap().map(Result::unwrap).collect()
            }
            Self::Postgres(db) => {
                let rows = db.all(statement, &[]).await.unwrap();
                rows.iter().map(|row| (0..columns).map(|column| row.get(column).unwrap()).collect()).collect()
            }
        }
    }
}
