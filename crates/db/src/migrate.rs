//! Migrations: numbered, append-only, applied once.

/// A step of the schema. Statements end with `;` at the end of a line; each is its own transaction and may be run again,
/// so it says `IF NOT EXISTS`. An applied migration is never edited.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Such as `0001_init`.
    pub name: &'static str,
    /// The text, for `include_str!`.
    pub sql: &'static str,
}
