//! A row that was read, and the walk over its columns.

use crate::error::{Error, Result};
use crate::value::{FromValue, ToValue, Value};

/// A value that is owned.
#[derive(Clone)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
}

impl Cell {
    /// Copies a borrowed value.
    pub(crate) fn copy(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Int(number) => Self::Int(number),
            Value::Text(text) => Self::Text(text.into()),
            Value::Bytes(bytes) => Self::Bytes(bytes.into()),
        }
    }
}

impl ToValue for Cell {
    fn to_value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(number) => Value::Int(*number),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

/// One row of an answer. Columns stand in the order of the `SELECT` or `RETURNING` list.
#[derive(Clone)]
pub struct Row {
    cells: Box<[Cell]>,
}

impl Row {
    pub(crate) fn new(cells: Vec<Cell>) -> Self {
        Self { cells: cells.into() }
    }

    /// Reads the column at `index` (from 0).
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] when there is no such column or it holds something else than a `T`.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T> {
        let value = self.cells.get(index).map(Cell::to_value);
        value.and_then(T::from_value).ok_or_else(|| Error::Decode {
            column: index,
            expected: std::any::type_name::<T>(),
            found: value.map_or("nothing", |value| value.kind()),
        })
    }

    /// A walk over the columns, so that a struct can be read in the order of its statement's list.
    ///
    /// ```
    /// # use countersign_db::{Error, Row};
    /// # struct Key { id: String, used_at: Option<i64> }
    /// fn key(row: &Row) -> Result<Key, Error> {
    ///     let mut columns = row.read();
    ///     Ok(Key { id: columns.next()?, used_at: columns.next()? })
    /// }
    /// ```
    pub fn read(&self) -> Columns<'_> {
        Columns { row: self, index: 0 }
    }

    /// How many columns the row has.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether the row has no column at all.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

/// Prints the kinds of the columns only: values may be secrets.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Row").field(&self.cells.iter().map(Cell::to_value).collect::<Vec<_>>()).finish()
    }
}

/// A walk over the columns of a [`Row`], from the first.
#[derive(Debug)]
pub struct Columns<'a> {
    row: &'a Row,
    index: usize,
}

impl Columns<'_> {
    /// Reads the next column.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] when no column is left or it holds something else than a `T`.
    #[expect(clippy::should_implement_trait, reason = "each column may be of another type, which no Iterator can say")]
    pub fn next<T: FromValue>(&mut self) -> Result<T> {
        let value = self.row.get(self.index)?;
        self.index += 1;
        Ok(value)
    }
}
