//! Every statement of the migrations keeps the rules of docs/reference/sql.md §1.

use countersign_db::lint;

use super::{migration_statements, tenant_tables};

/// What does not begin with `tenant_id`, and why.
const EXCEPTIONS: [(&str, &str); 11] = [
    ("ring_keys", "the key ring is the deployment's"),
    ("introductions", "the key ring is the deployment's"),
    ("job_leases", "jobs are the deployment's"),
    ("watermarks", "the sweep is the deployment's"),
    ("tenant_names_by_name", "a host or origin is looked up before its tenant is known"),
    ("api_keys_by_hash", "an API key is looked up before its tenant is known"),
    ("challenges_by_expiry", "the sweeper goes by time over all tenants"),
    ("counters_by_expiry", "the sweeper goes by time over all tenants"),
    ("spent_by_expiry", "the sweeper goes by time over all tenants"),
    ("outbox_by_due", "the job that sends goes by time over all tenants"),
    ("outbox_by_closing", "the sweeper goes by time over all tenants"),
];

#[test]
fn every_statement_of_the_migrations_keeps_the_rules() {
    let exceptions = EXCEPTIONS.map(|(name, _)| name);
    let statements = migration_statements();
    assert!(statements.len() > 20, "the migrations were read");
    for statement in &statements {
        assert_eq!(lint::table(statement, &exceptions), [], "{statement}");
    }
}

/// An exception that nothing needs would hide the next mistake of that name.
#[test]
fn every_exception_is_needed() {
    let exceptions = EXCEPTIONS.map(|(name, _)| name);
    for (excused, reason) in EXCEPTIONS {
        let others: Vec<&str> = exceptions.into_iter().filter(|name| *name != excused).collect();
        let broken: Vec<_> = migration_statements().iter().flat_map(|sql| lint::table(sql, &others)).collect();
        assert!(!broken.is_empty(), "{excused} ({reason}) is excused and breaks no rule");
        assert!(broken.iter().all(|violation| violation.advice.contains(excused)), "{broken:?}");
    }
}

#[test]
fn the_tables_of_tenants_are_found() {
    let tables = tenant_tables();
    for table in ["tenants", "users", "authenticators", "webauthn_credentials", "actions", "challenges", "audit_events"]
    {
        assert!(tables.iter().any(|found| found == table), "{table} in {tables:?}");
    }
    assert!(!tables.iter().any(|found| found == "ring_keys"));
}
