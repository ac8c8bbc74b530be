//! Values on their way to the server, and rows on their way back.

use std::error::Error as StdError;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::error::{Error, Result};
use crate::row::{Cell, Row};
use crate::statement::Statement;
use crate::value::{Params, Value};

/// The parameters of a statement, each fit for the type that the server gives it.
pub(super) fn bind<'a>(statement: &Statement, types: &[Type], params: Params<'a>) -> Result<Vec<Bind<'a>>> {
    let name = statement.name;
    if types.len() != params.len() {
        let (wanted, given) = (types.len(), params.len());
        return Err(Error::Internal(format!("{name}: takes {wanted} parameters, {given} were given")));
    }
    let mut values = Vec::with_capacity(params.len());
    for (index, (param, kind)) in params.iter().zip(types).enumerate() {
        let value = param.to_value();
        if !fits(value, kind) {
            let (number, given) = (index + 1, value.kind());
            return Err(Error::Internal(format!("{name}: ${number} is {kind} to the server, a {given} was given")));
        }
        values.push(Bind(value));
    }
    Ok(values)
}

fn fits(value: Value<'_>, kind: &Type) -> bool {
    match value {
        Value::Null => true,
        Value::Int(number) => match *kind {
            Type::INT8 => true,
            // What the server makes of `$1` beside a literal number.
            Type::INT4 => i32::try_from(number).is_ok(),
            _ => false,
        },
        Value::Text(_) => is_text(kind),
        Value::Bytes(_) => *kind == Type::BYTEA,
    }
}

fn is_text(kind: &Type) -> bool {
    matches!(*kind, Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN)
}

/// A value that fits its parameter.
#[derive(Debug)]
pub(super) struct Bind<'a>(Value<'a>);

impl ToSql for Bind<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) if *kind == Type::INT4 => i32::try_from(number)?.to_sql(kind, out),
            Value::Int(number) => number.to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
            Value::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // `bind` has looked: what is accepted depends on the value, too.
        true
    }

    to_sql_checked!();
}

/// Any column, as the bytes the server sent.
struct Raw<'a>(Option<&'a [u8]>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, bytes: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(Some(bytes)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Copies a row of the driver's.
pub(super) fn copy(row: &tokio_postgres::Row) -> Result<Row> {
    let column = |(index, column): (usize, &tokio_postgres::Column)| {
        let odd = |found| Error::Decode { column: index, expected: "bigint, text or bytea", found };
        let raw = row.try_get::<_, Raw<'_>>(index).map_err(|_| odd("nothing"))?;
        let Some(bytes) = raw.0 else { return Ok(Cell::Null) };
        let value = value(column.type_(), bytes).ok_or_else(|| odd("a value of another type"))?;
        Ok(Cell::copy(value))
    };
    row.columns().iter().enumerate().map(column).collect::<Result<_>>().map(Row::new)
}

/// Reads the binary form of a value: whole numbers are big-endian, a truth value is 0 or 1.
fn value<'a>(kind: &Type, bytes: &'a [u8]) -> Option<Value<'a>> {
    Some(match *kind {
        Type::INT8 => Value::Int(i64::from_be_bytes(bytes.try_into().ok()?)),
        Type::INT4 => Value::Int(i64::from(i32::from_be_bytes(bytes.try_into().ok()?))),
        // What a comparison gives; SQLite gives 0 or 1.
        Type::BOOL => Value::Int(i64::from(*bytes.first()? != 0)),
        Type::BYTEA => Value::Bytes(bytes),
        _ if is_text(kind) => Value::Text(str::from_utf8(bytes).ok()?),
        _ => return None,
    })
}

/// The only row, or none.
pub(super) fn at_most_one(statement: &Statement, rows: Vec<Row>) -> Result<Option<Row>> {
    let mut rows = rows.into_iter();
    match (rows.next(), rows.next()) {
        (row, None) => Ok(row),
        (_, Some(_)) => Err(Error::Internal(format!("{}: more than one row", statement.name))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_fits_a_parameter_of_its_type_alone() {
        let (int, text, bytes) = (Value::Int(1), Value::Text("a"), Value::Bytes(b"a"));
        for (kind, fitting) in [
            (Type::INT8, [true, false, false]),
            (Type::INT4, [true, false, false]),
            (Type::TEXT, [false, true, false]),
            (Type::BYTEA, [false, false, true]),
            (Type::BOOL, [false; 3]),
            (Type::NUMERIC, [false; 3]),
        ] {
            assert_eq!([int, text, bytes].map(|value| fits(value, &kind)), fitting, "{kind}");
            assert!(fits(Value::Null, &kind), "{kind}");
        }
        assert!(!fits(Value::Int(i64::from(i32::MAX) + 1), &Type::INT4));
    }

    #[test]
    fn malformed_columns_are_refused() {
        assert_eq!(value(&Type::INT8, &[255; 8]), Some(Value::Int(-1)));
        assert_eq!(value(&Type::INT4, &[255; 4]), Some(Value::Int(-1)));
        assert_eq!(value(&Type::BOOL, &[1]), Some(Value::Int(1)));
        for (kind, bytes) in [
            (Type::INT8, &[0; 4][..]),
            (Type::INT4, &[0; 8]),
            (Type::BOOL, &[]),
            (Type::TEXT, &[0xff]),
            (Type::NUMERIC, &[0; 8]),
        ] {
            assert_eq!(value(&kind, bytes), None, "{kind}");
        }
    }
}
