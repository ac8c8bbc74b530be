//! A statement as a tree: what stands in parentheses is one node.

use crate::lex::{Token, tokens};

#[derive(Clone, Debug)]
pub(super) enum Node<'a> {
    Leaf(Token<'a>),
    Group(Vec<Node<'a>>),
}

impl<'a> Node<'a> {
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Leaf(token) if token.is(word))
    }

    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self, Self::Leaf(token) if token.is_symbol(symbol))
    }

    /// The text of a name.
    pub(super) fn name(&self) -> Option<&'a str> {
        match self {
            Self::Leaf(Token::Word(name)) => Some(name),
            Self::Leaf(Token::Quoted(name)) => Some(name.trim_matches('"')),
            _ => None,
        }
    }

    pub(super) fn is_name(&self, name: &str) -> bool {
        self.name().is_some_and(|found| found.eq_ignore_ascii_case(name))
    }

    pub(super) fn group(&self) -> Option<&[Node<'a>]> {
        if let Self::Group(nodes) = self { Some(nodes) } else { None }
    }

    /// What stands in the parentheses, when that is a query.
    pub(super) fn query(&self) -> Option<&[Node<'a>]> {
        self.group().filter(|nodes| nodes.first().is_some_and(|first| first.is_any(&["SELECT", "WITH", "VALUES"])))
    }
}

/// Reads a text; a parenthesis too many or too few is the engine's to refuse.
pub(super) fn parse(sql: &str) -> Vec<Node<'_>> {
    let mut open = vec![Vec::new()];
    for (_, token) in tokens(sql) {
        if token.is_symbol("(") {
            open.push(Vec::new());
        } else if token.is_symbol(")") && open.len() > 1 {
            close(&mut open);
        } else if let Some(nodes) = open.last_mut() {
            nodes.push(Node::Leaf(token));
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().unwrap_or_default()
}

fn close(open: &mut Vec<Vec<Node<'_>>>) {
    let group = open.pop().unwrap_or_default();
    if let Some(nodes) = open.last_mut() {
        nodes.push(Node::Group(group));
    }
}

/// Calls `visit` with the nodes of every level, the outermost first.
pub(super) fn levels<'n, 'a>(nodes: &'n [Node<'a>], visit: &mut impl FnMut(&'n [Node<'a>])) {
    visit(nodes);
    for node in nodes {
        if let Some(group) = node.group() {
            levels(group, visit);
        }
    }
}

/// The items of a list with commas.
pub(super) fn items<'n, 'a>(nodes: &'n [Node<'a>]) -> impl Iterator<Item = &'n [Node<'a>]> {
    nodes.split(|node| node.is_symbol(",")).filter(|item| !item.is_empty())
}

/// The names of the columns in a list such as `(tenant_id, created_at DESC)`.
pub(super) fn columns<'a>(nodes: &[Node<'a>]) -> Vec<&'a str> {
    items(nodes).filter_map(|item| item.first()?.name()).collect()
}
