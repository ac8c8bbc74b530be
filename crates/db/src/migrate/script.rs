//! A migration's text: its statements, its checksum, and what it does to columns.

use crate::lex::{Token, tokens};

/// The statements of a script, without comments; a statement ends with `;` at the end of a line or of the text.
pub(crate) fn split(sql: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut statement = String::new();
    let mut end = 0;
    for (range, token) in tokens(sql) {
        if !statement.is_empty() && end < range.start {
            statement.push(' ');
        }
        end = range.end;
        let rest = sql[end..].trim_start_matches([' ', '\t', '\r']);
        if token.is_symbol(";") && (rest.is_empty() || rest.starts_with(['\n', '-'])) {
            statements.push(std::mem::take(&mut statement).trim_end().to_owned());
        } else {
            statement.push_str(&sql[range]);
        }
    }
    statements.push(statement.trim_end().to_owned());
    statements.retain(|statement| !statement.is_empty());
    statements
}

/// A checksum of the words (FNV-1a, 64 bits, in hex): comments, blanks and line breaks may be edited. It finds slips, not
/// forgers.
pub(super) fn checksum(sql: &str) -> String {
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    for (range, _) in tokens(sql) {
        for byte in sql[range].bytes().chain([b' ']) {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{sum:016x}")
}

/// For `ALTER TABLE t ADD COLUMN c …` and `… DROP COLUMN c`: a query that is valid exactly when the column is there, and
/// whether it is there once the statement has been run.
pub(super) fn column_change(statement: &str) -> Option<(String, bool)> {
    let words: Vec<Token<'_>> = tokens(statement).map(|(_, token)| token).take(6).collect();
    let [alter, table, Token::Word(name), change, column, Token::Word(changed)] = words[..] else { return None };
    if !(alter.is("ALTER") && table.is("TABLE") && column.is("COLUMN") && (change.is("ADD") || change.is("DROP"))) {
        return None;
    }
    Some((format!("SELECT {changed} FROM {name}"), change.is("ADD")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_ends_with_a_semicolon_at_the_end_of_a_line() {
        let sql = "-- first;\nCREATE TABLE a (\n  b text DEFAULT ';\n' -- why;\n);  -- done\n\nDROP TABLE c;\r\n;\nUPDATE d SET e=1";
        assert_eq!(split(sql), ["CREATE TABLE a ( b text DEFAULT ';\n' )", "DROP TABLE c", "UPDATE d SET e=1"]);
        assert_eq!(split(" -- nothing\n;\n"), [""; 0]);
        assert_eq!(split("a; b"), ["a; b"]);
    }

    #[test]
    fn the_checksum_is_that_of_the_words() {
        let sum = checksum("CREATE TABLE a (b text);\nDROP TABLE c;");
        assert_eq!(sum, checksum("-- Why.\n\nCREATE  TABLE a\n  ( b text ) ;\n\nDROP TABLE c ;"));
        for other in [
            "CREATE TABLE a (b text);",
            "CREATE TABLE a (b text)\nDROP TABLE c;",
            "CREATE TABLE a (B text);\nDROP TABLE c;",
        ] {
            assert_ne!(sum, checksum(other), "{other}");
        }
        // Stored in databases: it may not change.
        assert_eq!(checksum("CREATE TABLE a (b text)"), "4a9a600ba5ab45cc");
    }

    #[test]
    fn changes_of_columns_are_recognised() {
        assert_eq!(column_change("ALTER TABLE a ADD COLUMN b text"), Some(("SELECT b FROM a".to_owned(), true)));
        assert_eq!(column_change("alter table a drop column b"), Some(("SELECT b FROM a".to_owned(), false)));
        for other in ["ALTER TABLE a RENAME COLUMN b TO c", "ALTER TABLE a ADD b text", "CREATE TABLE a (b text)", ""] {
            assert_eq!(column_change(other), None, "{other}");
        }
    }
}
