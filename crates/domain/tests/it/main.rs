//! The domain's SQL against the rules of the one dialect and against a real database.

mod migrations;
mod statements;

use countersign_db::lint::created_table;
use countersign_domain::migrations::MIGRATIONS;

/// The statements of all migrations, in order, without comments.
fn migration_statements() -> Vec<String> {
    let lines = MIGRATIONS.iter().flat_map(|migration| migration.sql.lines());
    let code: Vec<&str> = lines.map(|line| line.split("--").next().unwrap_or_default()).collect();
    code.join("\n").split(";\n").map(|statement| statement.trim().trim_end_matches(';').to_owned()).collect()
}

/// The tables whose rows belong to a tenant: those with a column `tenant_id`.
fn tenant_tables() -> Vec<String> {
    let statements = migration_statements();
    let of_tenants = statements.iter().filter(|statement| statement.contains("tenant_id text NOT NULL"));
    of_tenants.filter_map(|statement| created_table(statement)).collect()
}
