//! Words and phrases that do not exist, or do not mean the same, on every engine; and the order of parameters.

use super::Violation;
use crate::lex::{Token, tokens};

/// Phrases as they are written, a rule, and what to do instead.
const FORBIDDEN: &[(&[&str], &str, &str)] = &[
    (
        &[
            "CURRENT_TIMESTAMP",
            "CURRENT_TIME",
            "CURRENT_DATE",
            "LOCALTIME",
            "LOCALTIMESTAMP",
            "now(",
            "datetime(",
            "strftime(",
            "unixepoch(",
            "julianday(",
            "clock_timestamp(",
            "random(",
            "randomblob(",
            "gen_random_uuid(",
            "nextval(",
            "last_insert_rowid(",
        ],
        "time-and-chance",
        "times and random values are made in Rust and bound",
    ),
    (
        &["FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "SKIP LOCKED", "LISTEN", "NOTIFY", "pg_advisory_lock("],
        "portable",
        "races are settled by a compare-and-set UPDATE, waiting by a lease column",
    ),
    (&["OFFSET"], "portable", "pages go by key: WHERE tenant_id = $1 AND (at, id) > ($2, $3) ORDER BY at, id LIMIT $4"),
    (&["SELECT *", ".*", "RETURNING *"], "columns", "name the columns: a prepared * fails when a column is added"),
    (&["ANY(", "= ALL(", "<> ALL(", "["], "portable", "there are no arrays; expand the list to $1, $2, …"),
    (&["::"], "portable", "write CAST(x AS bigint)"),
    (&["greatest(", "least("], "portable", "write CASE WHEN a > b THEN a ELSE b END"),
    (&["octet_length("], "portable", "measure in Rust"),
    (&["/"], "portable", "divide in Rust: engines disagree on what two integers give"),
    (&["ILIKE", "GLOB", "REGEXP", "SIMILAR TO", "COLLATE"], "portable", "compare a column that holds the normal form"),
    (&["json_each(", "json_extract(", "->", "->>", "jsonb"], "portable", "SQL does not look into JSON"),
    (&["TRUE", "FALSE"], "portable", "a boolean is a bigint, 0 or 1"),
    (&["INSERT OR", "UPDATE OR", "REPLACE INTO"], "portable", "write ON CONFLICT (…) DO …"),
    (&["ON CONFLICT DO"], "conflict", "name the conflict target: ON CONFLICT (tenant_id, …) DO …"),
    (&["rowid", "ctid", "xmax", "oid"], "portable", "rows are found by their primary key"),
    (
        &["ifnull(", "iif(", "instr(", "typeof(", "printf(", "total(", "group_concat(", "string_agg(", "array_agg("],
        "portable",
        "only one engine has this function: COALESCE, CASE, or Rust",
    ),
    (&["NATURAL JOIN", "RIGHT JOIN", "FULL JOIN", "FULL OUTER JOIN"], "portable", "write JOIN … ON or LEFT JOIN … ON"),
    (&["SET tenant_id"], "tenant", "a row does not change its tenant: insert and delete"),
];

pub(super) fn check(sql: &str) -> Vec<Violation> {
    let text: Vec<Token<'_>> = tokens(sql).map(|(_, token)| token).collect();
    let mut violations = parameters(&text);
    for (phrases, rule, advice) in FORBIDDEN {
        let found = phrases.iter().filter(|phrase| contains(&text, phrase));
        violations.extend(found.map(|phrase| Violation::new(rule, format!("{phrase}: {advice}"))));
    }
    violations
}

/// Whether the phrase's tokens follow each other somewhere in the text.
fn contains(text: &[Token<'_>], phrase: &str) -> bool {
    let phrase: Vec<Token<'_>> = tokens(phrase).map(|(_, token)| token).collect();
    text.windows(phrase.len()).any(|window| window.iter().zip(&phrase).all(|(found, wanted)| same(found, wanted)))
}

fn same(found: &Token<'_>, wanted: &Token<'_>) -> bool {
    match wanted {
        Token::Word(word) => found.is(word),
        other => found == other,
    }
}

/// Parameters are numbered from 1 in the order of their first use, without gaps: some engines refuse unused ones, and a
/// reader finds `$3` where he looks for it.
fn parameters(text: &[Token<'_>]) -> Vec<Violation> {
    let mut last = 0;
    let mut violations = Vec::new();
    for token in text {
        match token {
            Token::Param(number) if *number == last + 1 => last += 1,
            Token::Param(number) if (1..=last).contains(number) => {}
            Token::Param(number) => {
                violations.push(Violation::new("parameters", format!("${number} is used where ${} is due", last + 1)));
                return violations;
            }
            Token::Symbol("?") => violations.push(Violation::new("parameters", "parameters are written $1, $2, …")),
            _ => {}
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::broken;

    #[test]
    fn words_in_strings_names_and_comments_are_free() {
        assert!(broken("SELECT 'now() ILIKE OFFSET', \"offset\" FROM notes -- SELECT * FOR UPDATE").is_empty());
        assert!(broken("SELECT random_id, allowed, count(*) FROM notes /* a::b */").is_empty());
    }

    #[test]
    fn forbidden_words_are_found_however_they_are_written() {
        for (sql, rule) in [
            ("SELECT a FROM notes WHERE at < current_timestamp", "time-and-chance"),
            ("SELECT a FROM notes WHERE at < NOW ( )", "time-and-chance"),
            ("UPDATE notes SET a = random()", "time-and-chance"),
            ("SELECT a FROM notes for\n update", "portable"),
            ("SELECT a FROM notes ORDER BY a LIMIT 5 OFFSET 10", "portable"),
            ("SELECT * FROM notes", "columns"),
            ("SELECT n.* FROM notes n", "columns"),
            ("DELETE FROM notes WHERE a = $1 RETURNING *", "columns"),
            ("SELECT a FROM notes WHERE a = any($1)", "portable"),
            ("SELECT a::text FROM notes", "portable"),
            ("SELECT a FROM notes WHERE a ILIKE $1", "portable"),
            ("SELECT value FROM json_each($1)", "portable"),
            ("SELECT greatest(a, b) FROM notes", "portable"),
            ("SELECT octet_length(a) FROM notes", "portable"),
            ("SELECT a / 2 FROM notes", "portable"),
            ("INSERT OR IGNORE INTO notes (a) VALUES ($1)", "portable"),
            ("INSERT INTO notes (a) VALUES ($1) ON CONFLICT DO NOTHING", "conflict"),
            ("UPDATE users SET tenant_id = $1 WHERE tenant_id = $2", "tenant"),
            ("SELECT rowid FROM notes", "portable"),
            ("SELECT a FROM notes WHERE done = TRUE", "portable"),
        ] {
            assert_eq!(broken(sql), [rule], "{sql}");
        }
    }

    #[test]
    fn parameters_are_first_used_in_order() {
        assert!(broken("SELECT a FROM notes WHERE a = $1 AND b = $2 AND c = $1").is_empty());
        for sql in [
            "SELECT a FROM notes WHERE a = $2 AND b = $1",
            "SELECT a FROM notes WHERE a = $1 AND b = $3",
            "SELECT a FROM notes WHERE a = $0",
            "SELECT a FROM notes WHERE a = ?",
            "SELECT a FROM notes WHERE a = $99999999999",
        ] {
            assert_eq!(broken(sql), ["parameters"], "{sql}");
        }
    }
}
