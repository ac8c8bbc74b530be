//! Rules for tables, indexes and their changes.

use super::Violation;
use super::tree::{Node, columns, items, levels, parse};

/// Column types that every engine stores and reads alike. A boolean is a `bigint` of 0 or 1, an enum a `text`, a time a
/// `bigint` of milliseconds.
const TYPES: [&str; 3] = ["text", "bigint", "bytea"];

/// The name of the table that a `CREATE TABLE` makes.
pub fn created_table(ddl: &str) -> Option<String> {
    let nodes = parse(ddl);
    let (table, _) = after_words(&nodes, &["CREATE", "TABLE"])?;
    Some(table.to_owned())
}

/// Checks one statement of a migration. `exceptions` names the tables that belong to no tenant and the indexes that
/// need not begin with `tenant_id`.
pub fn table(ddl: &str, exceptions: &[&str]) -> Vec<Violation> {
    let nodes = parse(ddl);
    let mut check = Check { exceptions, violations: Vec::new() };
    check.statement(&nodes);
    check.everywhere(&nodes);
    check.violations
}

struct Check<'c> {
    exceptions: &'c [&'c str],
    violations: Vec<Violation>,
}

impl Check<'_> {
    fn found(&mut self, rule: &'static str, advice: impl Into<String>) {
        self.violations.push(Violation::new(rule, advice));
    }

    fn is_exception(&self, name: &str) -> bool {
        self.exceptions.iter().any(|exception| exception.eq_ignore_ascii_case(name))
    }

    fn statement(&mut self, nodes: &[Node<'_>]) {
        if let Some((name, rest)) = after_words(nodes, &["CREATE", "TABLE"]) {
            self.guard(nodes, "NOT");
            self.create_table(name, rest);
        } else if let Some((name, rest)) = after_words(nodes, &["CREATE", "INDEX"]) {
            self.guard(nodes, "NOT");
            self.create_index(name, rest, false);
        } else if let Some((name, rest)) = after_words(nodes, &["CREATE", "UNIQUE", "INDEX"]) {
            self.guard(nodes, "NOT");
            self.create_index(name, rest, true);
        } else if let Some((_, [change, column, rest @ ..])) = after_words(nodes, &["ALTER", "TABLE"]) {
            self.alter_table(change, column, rest);
        } else if let [drop, kind, ..] = nodes
            && drop.is("DROP")
            && kind.is_any(&["TABLE", "INDEX"])
        {
            self.guard(nodes, "EXISTS");
        } else if !nodes.first().is_some_and(|first| first.is_any(&["INSERT", "UPDATE", "DELETE"])) {
            self.found(
                "portable",
                "a migration is made of CREATE TABLE, CREATE INDEX, ALTER TABLE … ADD, DROP or RENAME, DROP and backfills",
            );
        }
    }

    /// A statement may be run again after a process died in the middle of a migration.
    fn guard(&mut self, nodes: &[Node<'_>], second: &str) {
        let guarded = nodes.windows(2).any(|pair| pair[0].is("IF") && pair[1].is(second));
        if !guarded {
            self.found("repeatable", "say IF NOT EXISTS, or IF EXISTS, so that the statement can be run again");
        }
    }

    fn create_table(&mut self, name: &str, rest: &[Node<'_>]) {
        let [Node::Group(definitions), after @ ..] = rest else {
            return self.found("portable", format!("{name}: a table is made from a list of columns"));
        };
        if !after.is_empty() {
            self.found("portable", format!("{name}: nothing stands after the list of columns"));
        }
        let mut key = Vec::new();
        let mut tenant_is_set = false;
        for definition in items(definitions) {
            let definition = match definition {
                [constraint, _, rest @ ..] if constraint.is("CONSTRAINT") => rest,
                other => other,
            };
            match definition {
                [primary, word, Node::Group(list), ..] if primary.is("PRIMARY") && word.is("KEY") => {
                    key = columns(list);
                }
                [unique, Node::Group(list), ..] if unique.is("UNIQUE") => self.unique(name, list),
                [foreign, word, rest @ ..] if foreign.is("FOREIGN") && word.is("KEY") => self.foreign_key(name, rest),
                [check, Node::Group(_), ..] if check.is("CHECK") => {}
                [column, kind, rest @ ..] => {
                    self.column(name, column, kind, rest);
                    let says = |first: &str, second: &str| has(rest, first, second);
                    if says("PRIMARY", "KEY") {
                        key.extend(column.name());
                    }
                    if rest.iter().any(|node| node.is("UNIQUE")) && !self.is_exception(name) {
                        self.found("keys", format!("{name}: uniqueness is per tenant: UNIQUE (tenant_id, …)"));
                    }
                    tenant_is_set |= column.is_name("tenant_id") && (says("NOT", "NULL"));
                }
                _ => self.found("portable", format!("{name}: a column without a type")),
            }
        }
        if key.is_empty() {
            self.found("keys", format!("{name}: give it a primary key"));
        } else if !(self.is_exception(name) || tenant_is_set && is_tenant_first(&key)) {
            self.found("keys", format!("{name}: tenant_id is NOT NULL and first in the primary key"));
        }
    }

    fn column(&mut self, table: &str, column: &Node<'_>, kind: &Node<'_>, rest: &[Node<'_>]) {
        let name = column.name().unwrap_or("?");
        if !kind.is_any(&TYPES) || rest.first().is_some_and(|next| next.group().is_some()) {
            self.found("types", format!("{table}.{name}: columns are text, bigint or bytea"));
        }
        if let Some(at) = rest.iter().position(|node| node.is("REFERENCES")) {
            if !column.is_name("tenant_id") && !self.is_exception(table) {
                self.found("foreign-keys", format!("{table}.{name}: FOREIGN KEY (tenant_id, {name}) REFERENCES …"));
            }
            self.actions(table, &rest[at..]);
        }
        if rest.windows(2).any(|pair| pair[0].is("DEFAULT") && pair[1].group().is_some()) {
            self.found("portable", format!("{table}.{name}: a default is a constant"));
        }
    }

    fn unique(&mut self, table: &str, list: &[Node<'_>]) {
        if !self.is_exception(table) && !is_tenant_first(&columns(list)) {
            self.found("keys", format!("{table}: uniqueness is per tenant: UNIQUE (tenant_id, …)"));
        }
    }

    fn foreign_key(&mut self, table: &str, rest: &[Node<'_>]) {
        let [Node::Group(from), references, _, Node::Group(to), actions @ ..] = rest else {
            return self
                .found("foreign-keys", format!("{table}: FOREIGN KEY (tenant_id, …) REFERENCES t (tenant_id, …)"));
        };
        let carried = is_tenant_first(&columns(from)) && is_tenant_first(&columns(to));
        if !(self.is_exception(table) || references.is("REFERENCES") && carried) {
            self.found("foreign-keys", format!("{table}: a foreign key begins with tenant_id on both sides"));
        }
        self.actions(table, actions);
    }

    fn actions(&mut self, table: &str, nodes: &[Node<'_>]) {
        if nodes.windows(2).any(|pair| pair[0].is("SET") && pair[1].is_any(&["NULL", "DEFAULT"])) {
            self.found(
                "foreign-keys",
                format!("{table}: a foreign key does CASCADE or RESTRICT; SET NULL takes the tenant too"),
            );
        }
        // SQLite checks a deferred key when the whole group of transactions commits: one would fail all.
        if nodes.iter().any(|node| node.is_any(&["DEFERRABLE", "DEFERRED"])) {
            self.found("foreign-keys", format!("{table}: a foreign key is checked at once"));
        }
    }

    fn create_index(&mut self, name: &str, rest: &[Node<'_>], unique: bool) {
        let [on, table, Node::Group(list), ..] = rest else {
            return self.found("portable", format!("{name}: CREATE INDEX name ON table (columns)"));
        };
        if !on.is("ON") {
            self.found("portable", format!("{name}: CREATE INDEX name ON table (columns)"));
        }
        let excused = self.is_exception(name) || table.name().is_some_and(|table| self.is_exception(table));
        if !excused && !is_tenant_first(&columns(list)) {
            self.found("keys", format!("{name}: an index begins with tenant_id"));
        }
        // An expression cannot be named as a conflict target everywhere.
        if unique && list.iter().any(|node| node.group().is_some()) {
            self.found("keys", format!("{name}: a unique index is on columns: store the normal form in one"));
        }
    }

    fn alter_table(&mut self, change: &Node<'_>, column: &Node<'_>, rest: &[Node<'_>]) {
        match rest {
            [name, kind, rest @ ..] if change.is("ADD") && column.is("COLUMN") => {
                self.column("the new column", name, kind, rest);
                if has(rest, "NOT", "NULL") && !rest.iter().any(|node| node.is("DEFAULT")) {
                    self.found("repeatable", "a new column is NULL or has a DEFAULT: rows are there already");
                }
                if rest.iter().any(|node| node.is_any(&["UNIQUE", "PRIMARY", "REFERENCES"])) {
                    self.found("portable", "a new column is neither a key nor a reference: make an index");
                }
            }
            _ if change.is("DROP") && column.is("COLUMN") => {}
            // Neither can be repeated; they wait for a need and an idea.
            _ => self.found("portable", "ALTER TABLE … ADD COLUMN or DROP COLUMN; else make a new table and copy"),
        }
    }

    /// What may stand nowhere.
    fn everywhere(&mut self, nodes: &[Node<'_>]) {
        const NOWHERE: [&str; 13] = [
            "AUTOINCREMENT",
            "SERIAL",
            "BIGSERIAL",
            "GENERATED",
            "IDENTITY",
            "TRIGGER",
            "SEQUENCE",
            "ROWID",
            "STRICT",
            "COLLATE",
            "CONCURRENTLY",
            "CURRENT_TIMESTAMP",
            "PARTITION",
        ];
        let mut found = Vec::new();
        levels(nodes, &mut |level| {
            found.extend(NOWHERE.into_iter().filter(|word| level.iter().any(|node| node.is(word))));
        });
        for word in found {
            self.found("portable", format!("{word}: not on every engine; keys, times and values are made in Rust"));
        }
    }
}

/// The name after the given words and an optional IF [NOT] EXISTS, and what follows it.
fn after_words<'n, 'a>(nodes: &'n [Node<'a>], words: &[&str]) -> Option<(&'a str, &'n [Node<'a>])> {
    let (start, rest) = nodes.split_at_checked(words.len())?;
    if !start.iter().zip(words).all(|(node, word)| node.is(word)) {
        return None;
    }
    let rest = &rest[rest.iter().take_while(|node| node.is_any(&["IF", "NOT", "EXISTS"])).count()..];
    let (name, rest) = rest.split_first()?;
    Some((name.name()?, rest))
}

fn has(nodes: &[Node<'_>], first: &str, second: &str) -> bool {
    nodes.windows(2).any(|pair| pair[0].is(first) && pair[1].is(second))
}

fn is_tenant_first(columns: &[&str]) -> bool {
    columns.first().is_some_and(|column| column.eq_ignore_ascii_case("tenant_id"))
}

#[cfg(test)]
mod tests;
