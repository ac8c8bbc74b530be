//! One level of a query: its tables, and what its conditions say about `tenant_id`.

use super::super::tree::{Node, columns};
use crate::lex::Token;

/// A table of a FROM, JOIN, UPDATE or DELETE.
pub(super) struct Table<'a> {
    /// `None` for a query in parentheses.
    pub(super) name: Option<&'a str>,
    /// The name it goes by.
    pub(super) alias: &'a str,
}

/// `table.tenant_id = …` in a condition that must hold.
pub(super) struct Fact<'a> {
    pub(super) table: Owner<'a>,
    pub(super) equals: Equals<'a>,
    /// Set in the ON of a LEFT JOIN, which says nothing about other tables than the joined one.
    pub(super) only: Option<usize>,
}

/// Whose `tenant_id` is meant.
#[derive(Clone, Copy)]
pub(super) enum Owner<'a> {
    /// That of the table of this name.
    Named(&'a str),
    /// That of the only table.
    Only,
}

#[derive(Clone, Copy)]
pub(super) enum Equals<'a> {
    Parameter,
    Table(&'a str),
}

/// What a query says on its own level.
#[derive(Default)]
pub(super) struct Query<'a> {
    pub(super) tables: Vec<Table<'a>>,
    pub(super) facts: Vec<Fact<'a>>,
}

/// Words that end a list of tables or a condition.
const CLAUSES: [&str; 16] = [
    "SELECT",
    "FROM",
    "UPDATE",
    "DELETE",
    "INSERT",
    "SET",
    "WHERE",
    "ON",
    "USING",
    "GROUP",
    "HAVING",
    "ORDER",
    "LIMIT",
    "RETURNING",
    "WINDOW",
    "VALUES",
];

/// Words between two tables.
const JOINS: [&str; 7] = ["JOIN", "LEFT", "INNER", "CROSS", "OUTER", "NATURAL", "RIGHT"];

impl<'a> Query<'a> {
    pub(super) fn read(nodes: &[Node<'a>]) -> Self {
        let mut query = Self::default();
        let mut rest = nodes;
        // An ON CONFLICT … DO UPDATE … WHERE is about the row in the way, which its target has found by tenant.
        while let Some(node) = rest.first().filter(|_| !is_conflict(rest)) {
            let clause = &rest[1..];
            let end = clause.iter().position(|node| node.is_any(&CLAUSES)).unwrap_or(clause.len());
            if node.is("FROM") || (node.is("UPDATE") && !clause.is_empty()) {
                query.tables(&clause[..end]);
            } else if node.is("WHERE") {
                query.condition(&clause[..end], None);
            } else if node.is("ON") {
                let (condition, tables) = split_at_join(&clause[..end]);
                let only = query.joined_left(nodes, rest);
                query.condition(condition, only);
                query.tables(tables);
            } else if node.is("USING") {
                query.using(clause);
                let (_, tables) = split_at_join(&clause[..end]);
                query.tables(tables);
            }
            rest = &clause[end..];
        }
        query
    }

    /// Reads `t [AS] a, u JOIN v …`.
    fn tables(&mut self, mut nodes: &[Node<'a>]) {
        while let Some((node, rest)) = nodes.split_first() {
            nodes = rest;
            if node.is_any(&JOINS) || node.is_symbol(",") || node.is("ONLY") {
                continue;
            }
            if let (None, None, Some(group)) = (node.query(), node.name(), node.group()) {
                // A join in parentheses.
                let inner = Self::read(&[&[Node::Leaf(Token::Word("FROM"))], group].concat());
                self.tables.extend(inner.tables);
                self.facts.extend(inner.facts);
                continue;
            }
            let skip = usize::from(rest.first().is_some_and(|next| next.is("AS")));
            let alias = rest.get(skip).filter(|next| !next.is_any(&JOINS)).and_then(Node::name);
            nodes = &rest[alias.map_or(0, |_| skip + 1)..];
            let name = node.name();
            if let Some(alias) = alias.or(name) {
                self.tables.push(Table { name, alias });
            }
        }
    }

    /// The table joined just before the ON at the start of `rest`, when that is a LEFT JOIN.
    fn joined_left(&self, all: &[Node<'a>], rest: &[Node<'a>]) -> Option<usize> {
        let before = &all[..all.len() - rest.len()];
        let join = before.iter().rposition(|node| node.is("JOIN"))?;
        let left = before[..join].iter().rev().take_while(|node| node.is_any(&JOINS)).any(|node| !node.is("INNER"));
        left.then(|| self.tables.len().saturating_sub(1))
    }

    /// Reads the conditions joined by AND.
    fn condition(&mut self, nodes: &[Node<'a>], only: Option<usize>) {
        if nodes.iter().any(|node| node.is_any(&["OR", "CASE"])) {
            return;
        }
        for part in nodes.split(|node| node.is("AND")) {
            match part {
                [group @ Node::Group(inner)] if group.query().is_none() => self.condition(inner, only),
                _ => self.equation(part, only),
            }
        }
    }

    fn equation(&mut self, nodes: &[Node<'a>], only: Option<usize>) {
        let mut sides = nodes.split(|node| node.is_symbol("="));
        let (Some(left), Some(right), None) = (sides.next(), sides.next(), sides.next()) else { return };
        for (one, other) in [(left, right), (right, left)] {
            let Some(table) = tenant_id(one) else { continue };
            let equals = match (other, tenant_id(other)) {
                ([Node::Leaf(Token::Param(_))], _) => Equals::Parameter,
                (_, Some(Owner::Named(alias))) => Equals::Table(alias),
                _ => continue,
            };
            self.facts.push(Fact { table, equals, only });
        }
    }

    /// `JOIN u USING (tenant_id, …)` ties the joined table to the first.
    fn using(&mut self, clause: &[Node<'a>]) {
        let list = clause.first().and_then(Node::group).map(columns).unwrap_or_default();
        if let ([first, .., joined], true) =
            (&self.tables[..], list.iter().any(|c| c.eq_ignore_ascii_case("tenant_id")))
        {
            let equals = Equals::Table(first.alias);
            self.facts.push(Fact { table: Owner::Named(joined.alias), equals, only: None });
        }
    }
}

fn is_conflict(nodes: &[Node<'_>]) -> bool {
    matches!(nodes, [on, conflict, ..] if on.is("ON") && conflict.is("CONFLICT"))
}

/// An ON's condition, and the tables that are joined after it.
fn split_at_join<'n, 'a>(nodes: &'n [Node<'a>]) -> (&'n [Node<'a>], &'n [Node<'a>]) {
    let end = nodes.iter().position(|node| node.is_any(&JOINS) || node.is_symbol(",")).unwrap_or(nodes.len());
    nodes.split_at(end)
}

/// Reads `tenant_id` or `alias.tenant_id`.
fn tenant_id<'a>(nodes: &[Node<'a>]) -> Option<Owner<'a>> {
    match nodes {
        [column] if column.is_name("tenant_id") => Some(Owner::Only),
        [table, dot, column] if dot.is_symbol(".") && column.is_name("tenant_id") => table.name().map(Owner::Named),
        _ => None,
    }
}
