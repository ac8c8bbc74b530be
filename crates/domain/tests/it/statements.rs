//! Every listed statement is valid on the migrated schema and keeps the rules of docs/reference/sql.md §2.

use std::collections::BTreeSet;

use countersign_db::{Db, Options, Statement, lint};
use countersign_domain::migrations::MIGRATIONS;
use countersign_domain::{secret, statements};

use super::tenant_tables;

/// The statements without `tenant_id` (decisions §1, last row), and why. Nothing else may join them.
const WITHOUT_TENANT: [(&str, &str); 13] = [
    ("countersign_domain::tenant::store::FIND_KEY", "API-key look-up: the key says which tenant calls"),
    ("countersign_domain::tenant::store::FIND_NAMED", "host look-up: the name says which tenant is meant"),
    ("countersign_domain::tenant::store::FIND_DEFAULT", "host look-up: the public host is the default tenant's"),
    ("countersign_domain::tenant::store::CLEAR_DEFAULT", "the deployment has one default tenant"),
    ("countersign_domain::tenant::store::LIST", "the command line lists the deployment's tenants"),
    ("countersign_domain::sweep::CHALLENGES", "purge of expired rows"),
    ("countersign_domain::sweep::COUNTERS", "purge of expired rows"),
    ("countersign_domain::sweep::SPENT", "purge of expired rows"),
    ("countersign_domain::sweep::history::WITH_OLD_ACTIONS", "purge of expired rows: which tenants have any"),
    ("countersign_domain::sweep::history::WITH_OLD_EVENTS", "purge of expired rows: which tenants have any"),
    ("countersign_domain::session::store::WITH_OVER", "purge of expired rows: which tenants have any"),
    ("countersign_domain::delivery::store::DUE", "outbox claim: each candidate is then claimed by its full key"),
    ("countersign_domain::delivery::store::SWEEP", "purge of closed rows"),
];

fn broken_rules(statement: &Statement) -> Vec<lint::Violation> {
    let tables = tenant_tables();
    lint::statement(statement, &tables.iter().map(String::as_str).collect::<Vec<_>>())
}

fn is_excused(statement: &Statement) -> bool {
    WITHOUT_TENANT.iter().any(|(name, _)| *name == statement.name)
}

#[test]
fn every_statement_keeps_the_rules() {
    for statement in statements() {
        let mut broken = broken_rules(statement);
        broken.retain(|violation| !(violation.rule == "tenant" && is_excused(statement)));
        assert_eq!(broken, [], "{}: {}", statement.name, statement.sql);
    }
}

/// An exception that nothing needs would hide the next mistake of that name.
#[test]
fn every_exception_is_a_statement_and_needed() {
    for (name, reason) in WITHOUT_TENANT {
        let all = statements();
        let statement = all.into_iter().find(|statement| statement.name == name);
        let statement = statement.unwrap_or_else(|| panic!("{name} is excused and is no statement"));
        let tenant = |violation: &lint::Violation| violation.rule == "tenant";
        assert!(broken_rules(statement).iter().any(tenant), "{name} ({reason}) is excused and names its tenant");
    }
}

#[test]
fn every_statement_is_listed_once_under_its_own_name() {
    let names: Vec<&str> = statements().iter().map(|statement| statement.name).collect();
    let different: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), different.len());
    assert!(names.len() > 40, "{names:?}");
}

#[tokio::test]
async fn every_statement_is_valid_on_the_migrated_schema() {
    let folder = std::env::temp_dir().join(format!("countersign-sql-{}", secret::base64url(&secret::random::<9>())));
    let url = format!("sqlite://{}", folder.join("test.db").display());
    let db = Db::open(&url, Options::default()).await.unwrap();
    db.migrate(MIGRATIONS, 0).await.unwrap();
    for statement in statements() {
        if let Err(error) = db.check(statement).await {
            panic!("{}: {error}", statement.name);
        }
    }
    db.close().await;
    std::fs::remove_dir_all(&folder).unwrap();
}
