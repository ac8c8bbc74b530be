//! The rules that keep one text valid and safe on every engine, as pure checks of a text.
//!
//! A project's tests run [`statement`] over every listed statement and [`table`] over every statement of its migrations.
//! The checks read the text and not the schema: what they cannot follow they refuse, with advice on how to say it.

mod forms;
mod table;
mod tenant;
mod tree;
mod words;

pub use self::table::{created_table, table};

use crate::statement::Statement;

/// A rule that a text breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule's short name: `tenant`, `parameters`, `portable`, `time-and-chance`, `conflict`, `insert-select`,
    /// `columns`, `types`, `keys`, `foreign-keys` or `repeatable`.
    pub rule: &'static str,
    /// What is wrong and what to write instead.
    pub advice: String,
}

impl Violation {
    fn new(rule: &'static str, advice: impl Into<String>) -> Self {
        Self { rule, advice: advice.into() }
    }
}

/// Checks one statement. `tenant_tables` are the tables whose rows belong to a tenant; the rule `tenant` asks that every
/// mention of one is tied to a tenant's id by a parameter.
pub fn statement(statement: &Statement, tenant_tables: &[&str]) -> Vec<Violation> {
    text(statement.sql, tenant_tables)
}

fn text(sql: &str, tenant_tables: &[&str]) -> Vec<Violation> {
    let nodes = tree::parse(sql);
    let mut violations = words::check(sql);
    violations.extend(forms::check(&nodes));
    violations.extend(tenant::check(&nodes, tenant_tables));
    violations
}

/// Runs the checks on `sql` and returns the names of the rules it breaks, in order.
#[cfg(test)]
fn broken(sql: &str) -> Vec<&'static str> {
    let mut rules: Vec<_> = text(sql, &["users", "keys"]).into_iter().map(|violation| violation.rule).collect();
    rules.dedup();
    rules
}
