//! Rules about the form of a statement, beyond its words.

use super::Violation;
use super::tree::{Node, items, levels};

pub(super) fn check(nodes: &[Node<'_>]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut found = |rule, advice: &str| violations.push(Violation::new(rule, advice));
    levels(nodes, &mut |level| {
        if level.windows(2).any(|pair| (pair[0].is("max") || pair[0].is("min")) && lists(&pair[1])) {
            found("portable", "max and min of two values: write CASE WHEN a > b THEN a ELSE b END");
        }
        if level.iter().filter(|node| node.is("LIKE")).count() > level.iter().filter(|node| node.is("ESCAPE")).count() {
            found("portable", "LIKE has an escape character on some engines only: write LIKE $1 ESCAPE '!'");
        }
        let summed = |pair: &[Node<'_>]| pair[0].is("sum") && pair[1].group().is_some();
        let plain = level.windows(2).enumerate().any(|(at, pair)| summed(pair) && !is_cast(level, at));
        if plain {
            found("portable", "a sum of bigint is a numeric on some engines: write CAST(sum(n) AS bigint)");
        }
        if level.windows(2).any(|pair| pair[0].is("AS") && pair[1].group().is_some_and(writes)) {
            found("portable", "WITH may only read: write two statements in a transaction");
        }
        let values = level.iter().skip_while(|node| !node.is("VALUES")).filter_map(Node::group);
        if values.into_iter().any(|row| items(row).flatten().any(|node| node.query().is_some())) {
            found("insert-select", "VALUES holds no query: write INSERT … SELECT");
        }
    });
    let verbs = ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"];
    if !nodes.first().is_some_and(|first| first.is_any(&verbs)) || nodes.iter().any(|node| node.is_symbol(";")) {
        found("portable", "one SELECT, INSERT, UPDATE or DELETE: settings and transactions belong to the engine");
    }
    if nodes.first().is_some_and(|first| first.is("DELETE")) && nodes.iter().any(|node| node.is("LIMIT")) {
        found("portable", "DELETE has no LIMIT: write DELETE … WHERE (keys) IN (SELECT keys … LIMIT 500)");
    }
    insert_select(nodes, &mut found);
    violations
}

/// Whether the node is a group with a comma.
fn lists(node: &Node<'_>) -> bool {
    node.group().is_some_and(|nodes| items(nodes).count() > 1)
}

/// Whether the sum at `at` is what a CAST casts: `sum ( … ) AS …` as a whole level.
fn is_cast(level: &[Node<'_>], at: usize) -> bool {
    at == 0 && matches!(level, [_, _, as_word, kind] if as_word.is("AS") && kind.is("bigint"))
}

fn writes(nodes: &[Node<'_>]) -> bool {
    nodes.first().is_some_and(|first| first.is_any(&["INSERT", "UPDATE", "DELETE"]))
}

/// Without a WHERE an `ON CONFLICT` reads as the condition of a join; a parameter in the list has no type of its own.
fn insert_select(nodes: &[Node<'_>], found: &mut impl FnMut(&'static str, &str)) {
    let select = nodes.iter().position(|node| node.is("SELECT"));
    let (Some(select), true) = (select, nodes.first().is_some_and(|first| first.is("INSERT"))) else { return };
    let rest = &nodes[select..];
    if !rest.iter().take_while(|node| !node.is("CONFLICT")).any(|node| node.is("WHERE")) {
        found("insert-select", "INSERT … SELECT always has a WHERE before ON CONFLICT");
    }
    let list = rest.iter().skip(1).take_while(|node| !node.is("FROM"));
    if list.into_iter().any(|node| matches!(node, Node::Leaf(crate::lex::Token::Param(_)))) {
        found("insert-select", "a parameter in the list of INSERT … SELECT is written CAST($2 AS text)");
    }
}

#[cfg(test)]
mod tests {
    use super::super::broken;

    #[test]
    fn sound_forms_pass() {
        for sql in [
            "SELECT CAST(sum(n) AS bigint), max(n) FROM notes",
            "SELECT a FROM notes WHERE a LIKE $1 ESCAPE '!'",
            "WITH recent AS (SELECT a FROM notes WHERE at > $1) SELECT a FROM recent",
            "INSERT INTO notes (a, b) SELECT n.a, CAST($1 AS text) FROM notes n WHERE n.a = $2 ON CONFLICT (a) DO NOTHING",
            "DELETE FROM notes WHERE (a, b) IN (SELECT a, b FROM notes WHERE at < $1 ORDER BY at LIMIT 500)",
        ] {
            assert_eq!(broken(sql), [""; 0], "{sql}");
        }
    }

    #[test]
    fn unsound_forms_are_found() {
        for (sql, rule) in [
            ("SELECT sum(n) FROM notes", "portable"),
            ("SELECT 1 + sum(n) AS bigint FROM notes", "portable"),
            ("SELECT max(a, b) FROM notes", "portable"),
            ("SELECT a FROM notes WHERE a LIKE $1", "portable"),
            ("WITH gone AS (DELETE FROM notes WHERE a = $1 RETURNING a) SELECT a FROM gone", "portable"),
            ("INSERT INTO notes (a) VALUES ((SELECT b FROM notes WHERE a = $1))", "insert-select"),
            ("INSERT INTO notes (a) SELECT b FROM notes ON CONFLICT (a) DO NOTHING", "insert-select"),
            ("INSERT INTO notes (a, b) SELECT a, $1 FROM notes WHERE b = 2", "insert-select"),
            ("DELETE FROM notes WHERE a = $1 LIMIT 5", "portable"),
            ("COMMIT", "portable"),
            ("PRAGMA foreign_keys = OFF", "portable"),
            ("SELECT a FROM notes; DELETE FROM notes", "portable"),
            ("", "portable"),
        ] {
            assert_eq!(broken(sql), [rule], "{sql}");
        }
    }
}
