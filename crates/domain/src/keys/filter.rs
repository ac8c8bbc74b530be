//! Conditions on rows, as Hasura writes them: `{"userId": {"_eq": "…"}, "_or": [{…}, {…}]}`.
//!
//! They come from two places: from a query's `where`, and from the rule of a permission, in which a text that begins with
//! `X-Hasura-` stands for a session variable. Their logic is SQL's: a comparison with nothing is neither true nor false.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Cell, Column, ColumnKind, Key};

/// Most comparisons of one condition, each value of a list counted.
const MOST: usize = 1000;
/// Most conditions within one another.
const DEPTH: usize = 30;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of them; without any it is true.
    All(Vec<Filter>),
    /// One of them; without any it is false.
    Any(Vec<Filter>),
    /// The opposite.
    Not(Box<Filter>),
    /// The column has one of these values.
    In(Column, Vec<Operand>),
    /// The column has nothing.
    IsNull(Column),
}

/// What a column is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A value.
    Value(Cell),
    /// A session variable by its name in small letters.
    Variable(String),
}

/// What is wrong with a condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Not a condition on this table.
    #[error("{0}")]
    Malformed(String),
    /// A rule names a session variable that this session lacks.
    #[error("missing session variable: \"{0}\"")]
    MissingVariable(String),
}

fn malformed(text: impl Into<String>) -> FilterError {
    FilterError::Malformed(text.into())
}

impl Filter {
    /// True of every row.
    pub const EVERYTHING: Self = Self::All(Vec::new());

    /// Reads a query's `where`: every text is a value.
    pub fn parse(value: &Value) -> Result<Self, FilterError> {
        Reader { with_variables: false, left: MOST }.condition(value, DEPTH)
    }

    /// Reads the rule of a permission: it may name session variables, and columns as the original's database calls them.
    pub fn parse_rule(value: &Value) -> Result<Self, FilterError> {
        Reader { with_variables: true, left: MOST }.condition(value, DEPTH)
    }

    /// The rows with this value in a column.
    pub fn equals(column: Column, text: &str) -> Result<Self, FilterError> {
        Self::parse(&serde_json::json!({ (column.name()): { "_eq": text } }))
    }

    /// With the session's variables in their places.
    pub fn bind(self, variables: &BTreeMap<String, String>) -> Result<Self, FilterError> {
        let all = |list: Vec<Self>| list.into_iter().map(|one| one.bind(variables)).collect::<Result<Vec<_>, _>>();
        Ok(match self {
            Self::All(list) => Self::All(all(list)?),
            Self::Any(list) => Self::Any(all(list)?),
            Self::Not(one) => Self::Not(Box::new(one.bind(variables)?)),
            Self::In(column, values) => {
                let bound = values.into_iter().map(|operand| operand.bind(column, variables));
                Self::In(column, bound.collect::<Result<_, _>>()?)
            }
            Self::IsNull(column) => Self::IsNull(column),
        })
    }

    /// Whether the row is among those meant. Neither true nor false is not.
    pub fn matches(&self, key: &Key) -> bool {
        self.holds(key) == Some(true)
    }

    fn holds(&self, key: &Key) -> Option<bool> {
        match self {
            Self::All(list) => fold(list.iter().map(|one| one.holds(key)), false),
            Self::Any(list) => fold(list.iter().map(|one| one.holds(key)), true),
            Self::Not(one) => one.holds(key).map(|holds| !holds),
            Self::In(_, values) if values.is_empty() => Some(false),
            Self::In(column, values) => {
                let cell = key.cell(*column);
                (cell != Cell::Null).then(|| values.iter().any(|value| *value == Operand::Value(cell.clone())))
            }
            Self::IsNull(column) => Some(key.cell(*column) == Cell::Null),
        }
    }

    /// The values that a column has in every row that matches; `None` where the condition does not say.
    pub(super) fn values_of(&self, column: Column) -> Option<Vec<&str>> {
        match self {
            Self::All(list) => list.iter().filter_map(|one| one.values_of(column)).min_by_key(Vec::len),
            Self::In(of, values) if *of == column => values
                .iter()
                .map(|value| match value {
                    Operand::Value(Cell::Text(text)) => Some(text.as_str()),
                    _ => None,
                })
                .collect(),
            _ => None,
        }
    }
}

/// Three-valued AND (`decisive` is false) and OR (`decisive` is true).
fn fold(all: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut outcome = Some(!decisive);
    for one in all {
        match one {
            Some(holds) if holds == decisive => return Some(decisive),
            Some(_) => {}
            None => outcome = None,
        }
    }
    outcome
}

impl Operand {
    fn bind(self, column: Column, variables: &BTreeMap<String, String>) -> Result<Self, FilterError> {
        let Self::Variable(name) = self else { return Ok(self) };
        let text = variables.get(&name).ok_or(FilterError::MissingVariable(name))?;
        cell(column, &Value::String(text.clone())).map(Self::Value)
    }
}

struct Reader {
    with_variables: bool,
    left: usize,
}

impl Reader {
    fn condition(&mut self, value: &Value, depth: usize) -> Result<Filter, FilterError> {
        let depth = depth.checked_sub(1).ok_or_else(|| malformed("the condition is nested too deep"))?;
        let members = object(value, "authUserSecurityKeys_bool_exp")?;
        let mut all = Vec::new();
        for (name, value) in members {
            all.push(match name.as_str() {
                "_and" | "_or" => {
                    let parts = match value {
                        Value::Array(list) => list.iter().map(|one| self.condition(one, depth)).collect(),
                        // A list of one may be written without its brackets (GraphQL, *Input Coercion*).
                        one => self.condition(one, depth).map(|one| vec![one]),
                    };
                    if name == "_and" { Filter::All(parts?) } else { Filter::Any(parts?) }
                }
                "_not" => Filter::Not(Box::new(self.condition(value, depth)?)),
                _ => self.column(name, value)?,
            });
        }
        Ok(Filter::All(all))
    }

    fn column(&mut self, name: &str, value: &Value) -> Result<Filter, FilterError> {
        let column = if self.with_variables { Column::parse_any(name) } else { Column::parse(name) };
        let unknown = || malformed(format!("field '{name}' not found in type: 'authUserSecurityKeys_bool_exp'"));
        let column = column.ok_or_else(unknown)?;
        let kind = column.kind().name();
        let mut all = Vec::new();
        for (operator, value) in object(value, &format!("{kind}_comparison_exp"))? {
            let not = |filter| Filter::Not(Box::new(filter));
            all.push(match (operator.as_str(), value) {
                (_, Value::Null) => return Err(malformed(format!("unexpected null value for type '{kind}'"))),
                ("_eq", value) => Filter::In(column, vec![self.operand(column, value)?]),
                ("_neq", value) => not(Filter::In(column, vec![self.operand(column, value)?])),
                ("_in", value) => Filter::In(column, self.operands(column, value)?),
                ("_nin", value) => not(Filter::In(column, self.operands(column, value)?)),
                ("_is_null", Value::Bool(true)) => Filter::IsNull(column),
                ("_is_null", Value::Bool(false)) => not(Filter::IsNull(column)),
                ("_is_null", _) => return Err(malformed("_is_null is true or false")),
                _ => {
                    return Err(malformed(format!("field '{operator}' not found in type: '{kind}_comparison_exp'")));
                }
            });
        }
        Ok(if all.len() == 1 { all.swap_remove(0) } else { Filter::All(all) })
    }

    fn operands(&mut self, column: Column, value: &Value) -> Result<Vec<Operand>, FilterError> {
        match value {
            Value::Array(list) => list.iter().map(|one| self.operand(column, one)).collect(),
            one => Ok(vec![self.operand(column, one)?]),
        }
    }

    fn operand(&mut self, column: Column, value: &Value) -> Result<Operand, FilterError> {
        let too_many = || malformed(format!("a condition has at most {MOST} values"));
        self.left = self.left.checked_sub(1).ok_or_else(too_many)?;
        if let Value::String(text) = value {
            let name = text.to_ascii_lowercase();
            if self.with_variables && name.starts_with("x-hasura-") {
                return Ok(Operand::Variable(name));
            }
        }
        cell(column, value).map(Operand::Value)
    }
}

fn object<'a>(value: &'a Value, kind: &str) -> Result<&'a Map<String, Value>, FilterError> {
    match value {
        Value::Object(members) => Ok(members),
        Value::Null => Err(malformed(format!("unexpected null value for type '{kind}'"))),
        _ => Err(malformed(format!("expected an object for type '{kind}'"))),
    }
}

/// A value as it stands in the column's cells.
fn cell(column: Column, value: &Value) -> Result<Cell, FilterError> {
    let kind = column.kind();
    let wrong = || malformed(format!("invalid input syntax for type {}", kind.name()));
    match (kind, value) {
        (ColumnKind::Number, Value::Number(number)) => number.as_i64().map(Cell::Number).ok_or_else(wrong),
        (ColumnKind::Number, Value::String(text)) => text.parse().map(Cell::Number).map_err(|_| wrong()),
        (ColumnKind::Uuid, Value::String(text)) => uuid(text).map(Cell::Text).ok_or_else(wrong),
        (ColumnKind::Bytes, Value::String(text)) => Ok(Cell::Text(text.to_ascii_lowercase())),
        (ColumnKind::Text, Value::String(text)) => Ok(Cell::Text(text.clone())),
        _ => Err(wrong()),
    }
}

/// A UUID with its hyphens, in small letters.
fn uuid(text: &str) -> Option<String> {
    let parsed = Uuid::try_parse(text).ok().filter(|_| text.len() == 36)?;
    Some(parsed.as_hyphenated().to_string())
}

#[cfg(test)]
mod tests;
