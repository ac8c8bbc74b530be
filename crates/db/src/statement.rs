//! Statements: named, static, listed.

use std::sync::{Arc, OnceLock};

use crate::lex::{Token, tokens};

/// A statement of the one dialect, made by [`statements!`](crate::statements) alone so that every statement is listed
/// and can be checked on both engines by a test.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Module path and identifier, such as `countersign_domain::totp::store::USE_UP`.
    pub name: &'static str,
    /// The text, with parameters `$1`, `$2`, … first used in ascending order.
    pub sql: &'static str,
    /// The text as SQLite reads it, made at first use.
    sqlite: OnceLock<Arc<str>>,
}

impl Statement {
    #[doc(hidden)]
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, sqlite: OnceLock::new() }
    }

    /// The text with `?n` for `$n`.
    ///
    /// To SQLite `$2` is a *name*, numbered by its first appearance (<https://sqlite.org/lang_expr.html#varparam>): bound
    /// by position, the values of `… $2 … $1` would silently change places. `?n` is bound by its number.
    pub(crate) fn sqlite(&self) -> &str {
        self.sqlite.get_or_init(|| {
            let mut text = self.sql.to_owned();
            for (range, token) in tokens(self.sql) {
                if matches!(token, Token::Param(_)) {
                    text.replace_range(range.start..=range.start, "?");
                }
            }
            text.into()
        })
    }

    /// Whether the text only reads: it begins with `SELECT` or `VALUES`, or with a `WITH` that changes nothing.
    pub(crate) fn reads(&self) -> bool {
        let mut words = tokens(self.sql).map(|(_, token)| token);
        match words.next() {
            Some(first) if first.is("SELECT") || first.is("VALUES") => true,
            Some(first) if first.is("WITH") => {
                !words.any(|word| ["INSERT", "UPDATE", "DELETE"].iter().any(|change| word.is(change)))
            }
            _ => false,
        }
    }
}

/// Declares statements: one static each, and a slice `STATEMENTS` of all of them for the test that prepares every
/// statement on both engines. One use to a module.
///
/// ```
/// countersign_db::statements! {
///     /// The key, if it is still good.
///     pub(crate) FIND = "SELECT secret FROM keys WHERE tenant_id = $1 AND key_id = $2";
///     FORGET = "DELETE FROM keys WHERE tenant_id = $1 AND key_id = $2";
/// }
/// assert_eq!(STATEMENTS.len(), 2);
/// assert!(FORGET.name.ends_with("::FORGET"));
/// ```
#[macro_export]
macro_rules! statements {
    ($($(#[$about:meta])* $visible:vis $name:ident = $sql:expr;)+) => {
        $(
            $(#[$about])*
            $visible static $name: $crate::Statement =
                $crate::Statement::new(concat!(module_path!(), "::", stringify!($name)), $sql);
        )+
        /// Every statement of this module.
        pub(crate) static STATEMENTS: &[&$crate::Statement] = &[$(&$name),+];
        // Where only tests read the list it is used all the same.
        const _: fn() -> &'static [&'static $crate::Statement] = || STATEMENTS;
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_is_told_from_what_changes() {
        for reads in [
            "SELECT a FROM b",
            " -- why\n select 'DELETE'",
            "VALUES (1)",
            "WITH c AS (SELECT 1) SELECT 'UPDATE' FROM c",
        ] {
            assert!(Statement::new("reads", reads).reads(), "{reads}");
        }
        for changes in [
            "UPDATE a SET b = 1 RETURNING b",
            "insert into a (b) VALUES (1)",
            "DELETE FROM a",
            "",
            "TRUNCATE a",
            "WITH c AS (DELETE FROM a RETURNING b) SELECT b FROM c",
        ] {
            assert!(!Statement::new("changes", changes).reads(), "{changes}");
        }
    }
}
