//! A query before it is run: how large it may be, and whether each field is one of the role's schema.

use std::collections::BTreeMap;

use async_graphql::Positioned;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, Field, OperationType, Selection, SelectionSet};

use super::error::Refusal;

/// Most bytes of a query.
const BYTES: usize = 16 * 1024;
/// Most brackets within one another, before anything is parsed: parsers call themselves for each.
const BRACKETS: usize = 60;
/// Most selections, those of a fragment counted wherever it is spread.
const SELECTIONS: usize = 1000;
/// Most selections within one another. Asking for the schema takes fifteen.
const DEPTH: usize = 20;
/// Most fields of `query_root` in one operation: each reads.
const ROOT_FIELDS: usize = 10;
/// Most aliases.
const ALIASES: usize = 50;
/// Most directives.
const DIRECTIVES: usize = 50;
/// Most operations and fragments of one document.
const DEFINITIONS: usize = 50;

/// Types, their fields, and of which type the fields' values are where that has fields of its own.
pub(super) type Fields = BTreeMap<&'static str, BTreeMap<&'static str, Option<&'static str>>>;

fn too_much(what: &str, most: usize) -> Refusal {
    Refusal::invalid(format!("the query has more than {most} {what}"))
}

/// Parses a query that is not too large.
pub(super) fn parse(query: &str) -> Result<ExecutableDocument, Refusal> {
    if query.len() > BYTES {
        return Err(too_much("bytes", BYTES));
    }
    let mut open = 0_usize;
    for byte in query.bytes() {
        match byte {
            b'{' | b'[' | b'(' => open += 1,
            b'}' | b']' | b')' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > BRACKETS {
            return Err(too_much("brackets within one another", BRACKETS));
        }
    }
    // The parser's message quotes the query with lines and marks; its first line says where.
    parse_query(query).map_err(|error| {
        let text = error.to_string();
        let place = text.lines().next().unwrap_or_default().trim().to_owned();
        Refusal::invalid(format!("not a valid graphql query: {place}"))
    })
}

/// Refuses what is too large, and fields that the role's schema does not have.
pub(super) fn check(document: &ExecutableDocument, fields: &Fields, shows_schema: bool) -> Result<(), Refusal> {
    if document.operations.iter().len() + document.fragments.len() > DEFINITIONS {
        return Err(too_much("operations and fragments", DEFINITIONS));
    }
    let mut walk = Walk { document, fields, shows_schema, selections: 0, aliases: 0, directives: 0 };
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        let root = match operation.ty {
            OperationType::Query => "query_root",
            OperationType::Mutation => "mutation_root",
            OperationType::Subscription => {
                return Err(Refusal::invalid("no subscriptions exist"));
            }
        };
        walk.directives += operation.directives.len();
        let items = &operation.selection_set.node.items;
        let is_field = |one: &&Positioned<Selection>| !matches!(&one.node, Selection::Field(field) if field.node.name.node == "__typename");
        let count = items.iter().filter(is_field).count();
        if root == "mutation_root" && (count > 1 || items.iter().any(is_fragment)) {
            // So that a mutation is done whole or not at all.
            return Err(Refusal::invalid("a mutation has one field: send one mutation a request"));
        }
        if count > ROOT_FIELDS {
            return Err(too_much("fields of query_root", ROOT_FIELDS));
        }
        walk.set(&operation.selection_set.node, Some(root), 1, "$")?;
    }
    for fragment in document.fragments.values() {
        walk.directives += fragment.node.directives.len();
        // Spread or not, the validator looks at it; its fields are named where it is spread.
        walk.set(&fragment.node.selection_set.node, None, 1, "$")?;
    }
    Ok(())
}

fn is_fragment(one: &Positioned<Selection>) -> bool {
    !matches!(one.node, Selection::Field(_))
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    fields: &'a Fields,
    shows_schema: bool,
    selections: usize,
    aliases: usize,
    directives: usize,
}

impl Walk<'_> {
    /// `of` is the type whose fields these are; `None` where the validator alone knows.
    fn set(&mut self, set: &SelectionSet, of: Option<&'static str>, depth: usize, path: &str) -> Result<(), Refusal> {
        if depth > DEPTH {
            return Err(too_much("selections within one another", DEPTH));
        }
        for item in &set.items {
            self.selections += 1;
            self.directives += item.node.directives().len();
            if self.selections > SELECTIONS {
                return Err(too_much("selections", SELECTIONS));
            }
            if self.directives > DIRECTIVES {
                return Err(too_much("directives", DIRECTIVES));
            }
            match &item.node {
                Selection::Field(field) => self.field(&field.node, of, depth, path)?,
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map(|condition| condition.node.on.node.as_str());
                    let of = of.filter(|of| on.is_none_or(|on| on == *of));
                    self.set(&fragment.node.selection_set.node, of, depth + 1, path)?;
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) else { continue };
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    let of = of.filter(|of| *of == on);
                    self.set(&fragment.node.selection_set.node, of, depth + 1, path)?;
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &Field, of: Option<&'static str>, depth: usize, path: &str) -> Result<(), Refusal> {
        let name = field.name.node.as_str();
        self.aliases += usize::from(field.alias.is_some());
        if self.aliases > ALIASES {
            return Err(too_much("aliases", ALIASES));
        }
        let path = format!("{path}.selectionSet.{}", field.response_key().node);
        let is_schema = matches!(name, "__schema" | "__type");
        if is_schema && !self.shows_schema {
            return Err(Refusal::no_field(name, of.unwrap_or("query_root"), &path));
        }
        let inner = match of {
            Some(of) if !is_schema && name != "__typename" => {
                let known = self.fields.get(of).and_then(|fields| fields.get(name));
                *known.ok_or_else(|| Refusal::no_field(name, of, &path))?
            }
            _ => None,
        };
        self.set(&field.selection_set.node, inner, depth + 1, &path)
    }
}

#[cfg(test)]
mod tests;
