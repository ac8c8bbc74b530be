//! Which of the rows that match are answered, and in which order.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::{Cell, Column, Filter, Key};
use crate::error::{Error, Result};

/// What a query asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Of which rows.
    pub filter: Filter,
    /// In which order; the order of their ids, or of their making, where none is asked for.
    pub order_by: Vec<Order>,
    /// One row for each value of these columns; they are those that the order begins with.
    pub distinct_on: Vec<Column>,
    /// Most rows.
    pub limit: Option<usize>,
    /// Rows that are left out at the beginning.
    pub offset: usize,
}

/// One column that rows are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Which one.
    pub column: Column,
    /// The greatest first.
    pub descending: bool,
    /// Where those with nothing stand.
    pub nulls: Nulls,
}

/// Where rows with nothing in the column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// Before all others.
    First,
    /// After all others.
    Last,
}

impl Order {
    fn compare(self, a: &Key, b: &Key) -> Ordering {
        let (a, b) = (a.cell(self.column), b.cell(self.column));
        let (a_is_null, b_is_null) = (a == Cell::Null, b == Cell::Null);
        if a_is_null || b_is_null {
            return match self.nulls {
                Nulls::First => b_is_null.cmp(&a_is_null),
                Nulls::Last => a_is_null.cmp(&b_is_null),
            };
        }
        if self.descending { b.cmp(&a) } else { a.cmp(&b) }
    }
}

impl Selection {
    /// All rows of a condition.
    pub fn of(filter: Filter) -> Self {
        Self { filter, order_by: Vec::new(), distinct_on: Vec::new(), limit: None, offset: 0 }
    }

    /// How many matching rows are enough, read in the order of their ids; `None` where all have to be seen.
    pub(super) fn enough(&self) -> Option<usize> {
        let is_plain = self.order_by.is_empty() && self.distinct_on.is_empty();
        self.limit.filter(|_| is_plain).map(|limit| limit.saturating_add(self.offset))
    }

    /// `InvalidRequest` where rows would be told apart by columns that they are not ordered by.
    pub(super) fn check(&self) -> Result<()> {
        let leading: BTreeSet<Column> =
            self.order_by.iter().take(self.distinct_on.len()).map(|order| order.column).collect();
        if !self.order_by.is_empty() && self.distinct_on.iter().any(|column| !leading.contains(column)) {
            return Err(Error::invalid("\"distinct_on\" columns must match initial \"order_by\" columns"));
        }
        Ok(())
    }

    /// Those of the matching rows that are asked for.
    pub(super) fn apply(&self, mut rows: Vec<Key>) -> Vec<Key> {
        rows.sort_by(|a, b| {
            let by_columns = self.order_by.iter().map(|order| order.compare(a, b));
            by_columns.fold(Ordering::Equal, Ordering::then)
        });
        if !self.distinct_on.is_empty() {
            let mut seen = BTreeSet::new();
            rows.retain(|row| seen.insert(self.distinct_on.iter().map(|column| row.cell(*column)).collect::<Vec<_>>()));
        }
        rows.into_iter().skip(self.offset).take(self.limit.unwrap_or(usize::MAX)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AuthenticatorId, UserId};

    fn rows() -> Vec<Key> {
        [(Some("b"), 2), (None, 1), (Some("a"), 1), (Some("b"), 3)]
            .map(|(nickname, counter)| Key {
                id: AuthenticatorId::random(),
                user: UserId::random(),
                credential_id: Vec::new(),
                public_key: Vec::new(),
                counter,
                transports: Vec::new(),
                nickname: nickname.map(str::to_owned),
            })
            .to_vec()
    }

    fn by(column: Column, descending: bool, nulls: Nulls) -> Order {
        Order { column, descending, nulls }
    }

    fn asked(change: impl FnOnce(&mut Selection)) -> String {
        let mut selection = Selection::of(Filter::EVERYTHING);
        change(&mut selection);
        let names = selection.apply(rows()).into_iter();
        names.map(|key| format!("{}{}", key.nickname.unwrap_or("-".into()), key.counter)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn rows_stand_where_the_order_puts_them() {
        let name = |descending, nulls| vec![by(Column::Nickname, descending, nulls)];
        assert_eq!(asked(|_| {}), "b2 -1 a1 b3");
        assert_eq!(asked(|one| one.order_by = name(false, Nulls::Last)), "a1 b2 b3 -1");
        assert_eq!(asked(|one| one.order_by = name(false, Nulls::First)), "-1 a1 b2 b3");
        assert_eq!(asked(|one| one.order_by = name(true, Nulls::First)), "-1 b2 b3 a1");
        let both = vec![by(Column::Counter, true, Nulls::First), by(Column::Nickname, false, Nulls::Last)];
        assert_eq!(asked(|one| one.order_by = both.clone()), "b3 b2 a1 -1");
        assert_eq!(asked(|one| (one.order_by, one.offset, one.limit) = (both, 1, Some(2))), "b2 a1");
        assert_eq!(asked(|one| one.offset = 9), "");
        assert_eq!(asked(|one| one.limit = Some(0)), "");
    }

    #[test]
    fn one_row_stands_for_all_with_the_same_values() {
        let order = vec![by(Column::Nickname, false, Nulls::Last), by(Column::Counter, true, Nulls::First)];
        let of_name = vec![Column::Nickname];
        assert_eq!(asked(|one| (one.order_by, one.distinct_on) = (order.clone(), of_name.clone())), "a1 b3 -1");
        let misfit = Selection {
            order_by: vec![by(Column::Counter, false, Nulls::Last)],
            distinct_on: of_name,
            ..Selection::of(Filter::EVERYTHING)
        };
        assert!(misfit.check().is_err());
    }
}
