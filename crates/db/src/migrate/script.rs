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

/// A checksum of the statements (FNV-1a, 64 bits, in hex); comments and blanks may be edited. It finds slips, not forgers.
pub(super) fn checksum(sql: &str) -> String {
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    for statement in split(sql) {
        for byte in statement.bytes().chain([b'\n']) {
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
