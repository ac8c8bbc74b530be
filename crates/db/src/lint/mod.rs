//! The rules that keep one text valid and safe on every engine, as pure checks of a text.

use crate::statement::Statement;

/// A rule that a text breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule's short name, such as `tenant` or `parameters`.
    pub rule: &'static str,
    /// What to change, as a sentence.
    pub advice: String,
}

/// Checks one statement. `tenant_tables` are the tables whose rows belong to a tenant.
pub fn statement(_statement: &Statement, _tenant_tables: &[&str]) -> Vec<Violation> {
    Vec::new()
}

/// Checks one DDL statement. `exceptions` names the tables and indexes that need not begin with `tenant_id`.
pub fn table(_ddl: &str, _exceptions: &[&str]) -> Vec<Violation> {
    Vec::new()
}
