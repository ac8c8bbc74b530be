use super::{created_table, table};

const SOUND: &str = "CREATE TABLE IF NOT EXISTS keys (
    tenant_id text NOT NULL,
    key_id text NOT NULL,
    user_id text,
    email_norm text,
    used bigint NOT NULL DEFAULT 0,
    secret bytea CHECK (used >= 0),
    PRIMARY KEY (tenant_id, key_id),
    UNIQUE (tenant_id, email_norm),
    CONSTRAINT of_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
)";

fn broken(ddl: &str) -> Vec<&'static str> {
    let mut rules: Vec<_> = table(ddl, &["ring_keys", "keys_by_expiry"]).into_iter().map(|found| found.rule).collect();
    rules.dedup();
    rules
}

#[test]
fn sound_schemas_pass() {
    for ddl in [
        SOUND,
        "CREATE TABLE IF NOT EXISTS tenants (tenant_id text NOT NULL PRIMARY KEY, name text NOT NULL)",
        "CREATE TABLE IF NOT EXISTS ring_keys (key_id text PRIMARY KEY, at bigint UNIQUE)",
        "CREATE TABLE IF NOT EXISTS names (tenant_id text NOT NULL REFERENCES tenants (tenant_id), n text, PRIMARY KEY (tenant_id, n))",
        "CREATE UNIQUE INDEX IF NOT EXISTS keys_by_user ON keys (tenant_id, user_id) WHERE used = 0",
        "CREATE INDEX IF NOT EXISTS keys_by_expiry ON keys (expires_at ASC)",
        "ALTER TABLE keys ADD COLUMN note text",
        "ALTER TABLE keys ADD COLUMN n bigint NOT NULL DEFAULT 0",
        "DROP TABLE IF EXISTS keys",
        "UPDATE keys SET n = 1 WHERE n = 0",
    ] {
        assert_eq!(broken(ddl), [""; 0], "{ddl}");
    }
}

#[test]
fn each_fault_of_a_table_is_found() {
    for (from, to, rule) in [
        ("tenant_id text NOT NULL,", "tenant_id text,", "keys"),
        ("PRIMARY KEY (tenant_id, key_id)", "PRIMARY KEY (key_id, tenant_id)", "keys"),
        ("PRIMARY KEY (tenant_id, key_id),", "", "keys"),
        ("UNIQUE (tenant_id, email_norm)", "UNIQUE (email_norm)", "keys"),
        ("email_norm text", "email_norm text UNIQUE", "keys"),
        ("used bigint", "used integer", "types"),
        ("email_norm text", "email_norm varchar(20)", "types"),
        ("email_norm text", "email_norm text(20)", "types"),
        ("used bigint", "used boolean", "types"),
        ("used bigint NOT NULL DEFAULT 0", "used bigint DEFAULT (1 + 1)", "portable"),
        ("used bigint NOT NULL DEFAULT 0", "used bigint DEFAULT CURRENT_TIMESTAMP", "portable"),
        ("user_id text", "user_id text REFERENCES users (user_id)", "foreign-keys"),
        (
            "(tenant_id, user_id) REFERENCES users (tenant_id, user_id)",
            "(user_id) REFERENCES users (user_id)",
            "foreign-keys",
        ),
        ("REFERENCES users (tenant_id, user_id)", "REFERENCES users", "foreign-keys"),
        ("ON DELETE CASCADE", "ON DELETE SET NULL", "foreign-keys"),
        ("ON DELETE CASCADE", "DEFERRABLE INITIALLY DEFERRED", "foreign-keys"),
        ("IF NOT EXISTS ", "", "repeatable"),
        ("key_id text NOT NULL", "key_id text NOT NULL COLLATE nocase", "portable"),
        ("used bigint", "used bigint GENERATED ALWAYS AS IDENTITY", "portable"),
    ] {
        assert!(SOUND.contains(from), "{from}");
        assert_eq!(broken(&SOUND.replacen(from, to, 1)), [rule], "{from} -> {to}");
    }
    assert_eq!(broken(&format!("{SOUND} WITHOUT ROWID")), ["portable"]);
}

#[test]
fn other_faults_are_found() {
    for (ddl, rule) in [
        ("CREATE INDEX IF NOT EXISTS i ON keys (user_id)", "keys"),
        ("CREATE UNIQUE INDEX IF NOT EXISTS i ON keys (tenant_id, lower(email_norm))", "keys"),
        ("CREATE INDEX i ON keys (tenant_id)", "repeatable"),
        ("DROP TABLE keys", "repeatable"),
        ("ALTER TABLE keys ADD COLUMN n bigint NOT NULL", "repeatable"),
        ("ALTER TABLE keys ADD COLUMN n integer", "types"),
        ("ALTER TABLE keys RENAME TO locks", "portable"),
        ("ALTER TABLE keys ALTER COLUMN n SET NOT NULL", "portable"),
        ("CREATE TRIGGER t AFTER INSERT ON keys BEGIN SELECT 1; END", "portable"),
        ("CREATE SEQUENCE s", "portable"),
        ("CREATE VIEW v AS SELECT 1", "portable"),
        ("CREATE TABLE IF NOT EXISTS t AS SELECT 1", "portable"),
    ] {
        assert_eq!(broken(ddl), [rule], "{ddl}");
    }
}

#[test]
fn a_created_table_is_named() {
    assert_eq!(created_table(SOUND).as_deref(), Some("keys"));
    assert_eq!(created_table("CREATE TABLE \"t\" (a text)").as_deref(), Some("t"));
    assert_eq!(created_table("CREATE INDEX i ON t (a)"), None);
}
