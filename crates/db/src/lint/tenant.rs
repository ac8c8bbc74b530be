//! The rule `tenant`: every table of a tenant is tied to the tenant's id, wherever it is named.
//!
//! A table is tied when a condition that must hold says `t.tenant_id = $n`, or `t.tenant_id = u.tenant_id` for a `u` that
//! is tied. Conditions under OR or NOT need not hold and do not count; neither does the ON of a LEFT JOIN for the tables
//! on its left. Queries in parentheses are looked at by themselves and may lean on the tables around them.

mod query;

use super::Violation;
use super::tree::{Node, columns};

use self::query::{Query, Table};

const RULE: &str = "tenant";

pub(super) fn check(nodes: &[Node<'_>], tenant_tables: &[&str]) -> Vec<Violation> {
    let mut check = Check { tenant_tables, violations: Vec::new() };
    check.insert(nodes);
    check.query(nodes, &[]);
    check.violations
}

struct Check<'c> {
    tenant_tables: &'c [&'c str],
    violations: Vec<Violation>,
}

/// A table of a query and whether it is tied.
#[derive(Clone)]
struct Known<'a> {
    alias: &'a str,
    tied: bool,
}

impl Check<'_> {
    fn is_tenant_table(&self, name: &str) -> bool {
        self.tenant_tables.iter().any(|table| table.eq_ignore_ascii_case(name))
    }

    /// `INSERT INTO t (columns) … ON CONFLICT (columns)`: both lists hold the tenant's id.
    fn insert(&mut self, nodes: &[Node<'_>]) {
        let [insert, into, table, rest @ ..] = nodes else { return };
        let Some(name) =
            table.name().filter(|name| insert.is("INSERT") && into.is("INTO") && self.is_tenant_table(name))
        else {
            return;
        };
        let has_tenant = |list: Option<&Node<'_>>| {
            let list = list.and_then(Node::group).map(columns).unwrap_or_default();
            list.iter().any(|column| column.eq_ignore_ascii_case("tenant_id"))
        };
        let list = rest.iter().find(|node| node.group().is_some() || node.is_any(&["VALUES", "SELECT"]));
        if !has_tenant(list) {
            self.violations.push(Violation::new(RULE, format!("INSERT INTO {name}: list tenant_id among the columns")));
        }
        let conflict = rest.iter().skip_while(|node| !node.is("CONFLICT")).nth(1);
        if conflict.is_some() && !has_tenant(conflict) {
            self.violations.push(Violation::new(RULE, format!("ON CONFLICT on {name}: the target holds tenant_id")));
        }
    }

    /// Checks a query, which may be several joined by UNION, and the queries inside it. `outer` are the tables around it.
    fn query(&mut self, nodes: &[Node<'_>], outer: &[Known<'_>]) {
        for part in nodes.split(|node| node.is_any(&["UNION", "EXCEPT", "INTERSECT"])) {
            let query = Query::read(part);
            let known = tie(&query, outer);
            for (table, Known { alias, tied }) in query.tables.iter().zip(&known) {
                if let Some(name) = table.name.filter(|name| !tied && self.is_tenant_table(name)) {
                    let advice = format!("{name} AS {alias}: add {alias}.tenant_id = $n, or = that of a table so tied");
                    self.violations.push(Violation::new(RULE, advice));
                }
            }
            // The nearest table of a name hides those further out.
            let around: Vec<Known<'_>> = known.into_iter().chain(outer.iter().cloned()).collect();
            self.inside(part, &around);
        }
    }

    /// Checks the queries inside parentheses, however deep.
    fn inside(&mut self, nodes: &[Node<'_>], outer: &[Known<'_>]) {
        for node in nodes {
            match (node.query(), node.group()) {
                (Some(query), _) => self.query(query, outer),
                (None, Some(group)) if is_writing(group) => self.query(group, outer),
                (None, Some(group)) => self.inside(group, outer),
                (None, None) => {}
            }
        }
    }
}

/// A DELETE or UPDATE in a WITH is forbidden elsewhere, but must not hide a table.
fn is_writing(nodes: &[Node<'_>]) -> bool {
    nodes.first().is_some_and(|first| first.is_any(&["DELETE", "UPDATE", "INSERT"]))
}

/// Which tables of the query are tied, given those around it.
fn tie<'a>(query: &Query<'a>, outer: &[Known<'a>]) -> Vec<Known<'a>> {
    let mut known: Vec<Known<'a>> =
        query.tables.iter().map(|Table { alias, .. }| Known { alias, tied: false }).collect();
    let find =
        |known: &[Known<'a>], alias: &str| known.iter().position(|table| table.alias.eq_ignore_ascii_case(alias));
    // Each round ties at least one table more, or is the last.
    for _ in 0..=query.tables.len() {
        for fact in &query.facts {
            let target = match fact.table {
                query::Owner::Named(alias) => find(&known, alias),
                query::Owner::Only if known.len() == 1 => Some(0),
                query::Owner::Only => None,
            };
            let holds = match fact.equals {
                query::Equals::Parameter => true,
                query::Equals::Table(alias) => find(&known, alias)
                    .map(|at| known[at].tied)
                    .or_else(|| find(outer, alias).map(|at| outer[at].tied))
                    .unwrap_or(false),
            };
            if let Some(target) = target.filter(|target| holds && fact.only.is_none_or(|only| only == *target)) {
                known[target].tied = true;
            }
        }
    }
    known
}

#[cfg(test)]
mod tests;
