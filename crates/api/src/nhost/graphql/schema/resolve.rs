//! What each field does: read arguments, call one command, hand over rows.

use std::sync::Arc;

use async_graphql::dynamic::{FieldFuture, FieldValue, ResolverContext};
use async_graphql::{Result, Value};
use countersign_domain::Error;
use countersign_domain::authenticator::FactorName;
use countersign_domain::keys::{Cell, Column, Filter, Key, Nulls, Order, Selection};
use serde_json::Value as Json;

use super::super::Context;
use super::super::run::failed;
use super::inputs::DIRECTIONS;

/// The rows of an answer that counts them, or of a change.
struct Rows(Vec<Key>);

/// `authUserSecurityKeys`
pub(super) fn list(context: ResolverContext<'_>) -> FieldFuture<'_> {
    FieldFuture::new(async move {
        let rows = selected(&context, selection(&context)?).await?;
        Ok(Some(FieldValue::list(rows.into_iter().map(FieldValue::owned_any))))
    })
}

/// `authUserSecurityKey`: nothing where there is none that the role sees.
pub(super) fn one(context: ResolverContext<'_>) -> FieldFuture<'_> {
    FieldFuture::new(async move {
        let rows = selected(&context, Selection::of(by_id(context.args.try_get("id")?.string()?)?)).await?;
        Ok(rows.into_iter().next().map(FieldValue::owned_any))
    })
}

/// `authUserSecurityKeysAggregate`
pub(super) fn aggregate(context: ResolverContext<'_>) -> FieldFuture<'_> {
    FieldFuture::new(async move {
        let rows = selected(&context, selection(&context)?).await?;
        Ok(Some(FieldValue::owned_any(Rows(rows))))
    })
}

/// `deleteAuthUserSecurityKey`: nothing where there was none that the role may remove, and no error either.
pub(super) fn delete_one(context: ResolverContext<'_>) -> FieldFuture<'_> {
    FieldFuture::new(async move {
        let rows = deleted(&context, by_id(context.args.try_get("id")?.string()?)?).await?;
        Ok(rows.into_iter().next().map(FieldValue::owned_any))
    })
}

/// `deleteAuthUserSecurityKeys`
pub(super) fn delete(context: ResolverContext<'_>) -> FieldFuture<'_> {
    FieldFuture::new(async move {
        let rows = deleted(&context, condition(&context)?).await?;
        Ok(Some(FieldValue::owned_any(Rows(rows))))
    })
}

/// `updateAuthUserSecurityKey`
pub(super) fn update_one(context: ResolverContext<'_>) -> FieldFuture<'_> {
    FieldFuture::new(async move {
        let columns = context.args.try_get("pk_columns")?;
        let filter = by_id(columns.object()?.try_get("id")?.string()?)?;
        let rows = updated(&context, filter).await?;
        Ok(rows.into_iter().next().map(FieldValue::owned_any))
    })
}

/// `updateAuthUserSecurityKeys`
pub(super) fn update(context: ResolverContext<'_>) -> FieldFuture<'_> {
    FieldFuture::new(async move {
        let rows = updated(&context, condition(&context)?).await?;
        Ok(Some(FieldValue::owned_any(Rows(rows))))
    })
}

/// `aggregate`: the same rows, to be counted.
pub(super) fn itself<'a>(context: &ResolverContext<'a>) -> FieldFuture<'a> {
    let parent = context.parent_value;
    FieldFuture::new(async move {
        let rows = parent.try_downcast_ref::<Rows>()?;
        Ok(Some(FieldValue::borrowed_any(rows)))
    })
}

/// `count` and `affected_rows`
pub(super) fn count<'a>(context: &ResolverContext<'a>) -> FieldFuture<'a> {
    let parent = context.parent_value;
    FieldFuture::new(async move {
        let rows = parent.try_downcast_ref::<Rows>()?;
        Ok(Some(FieldValue::value(rows.0.len())))
    })
}

/// `nodes` and `returning`
pub(super) fn rows<'a>(context: &ResolverContext<'a>) -> FieldFuture<'a> {
    let parent = context.parent_value;
    FieldFuture::new(async move {
        let rows = parent.try_downcast_ref::<Rows>()?;
        let values = rows.0.iter().map(|row| FieldValue::borrowed_any(row));
        Ok(Some(FieldValue::list(values)))
    })
}

/// A column of a row.
pub(super) fn column<'a>(context: &ResolverContext<'a>, column: Column) -> FieldFuture<'a> {
    let value = context.parent_value.downcast_ref::<Key>().map(|key| match key.cell(column) {
        Cell::Null => Value::Null,
        Cell::Text(text) => Value::String(text),
        Cell::Number(number) => Value::Number(number.into()),
    });
    FieldFuture::from_value(value)
}

async fn selected(context: &ResolverContext<'_>, selection: Selection) -> Result<Vec<Key>> {
    let asked = context.data::<Arc<Context>>()?;
    asked.api.countersign.select_keys(&asked.access, &selection).await.map_err(failed)
}

async fn deleted(context: &ResolverContext<'_>, filter: Filter) -> Result<Vec<Key>> {
    let asked = context.data::<Arc<Context>>()?;
    asked.api.countersign.remove_keys(&asked.access, filter, &asked.caller).await.map_err(failed)
}

async fn updated(context: &ResolverContext<'_>, filter: Filter) -> Result<Vec<Key>> {
    let asked = context.data::<Arc<Context>>()?;
    let set = context.args.get("_set").map(|set| json(set.as_value())).transpose()?.unwrap_or_default();
    let name = match set.get("nickname") {
        None => return Err(failed(Error::invalid("at least one of _set is needed: nickname"))),
        Some(Json::String(text)) => Some(FactorName::parse(text).map_err(failed)?),
        Some(_) => None,
    };
    asked.api.countersign.rename_keys(&asked.access, filter, name, &asked.caller).await.map_err(failed)
}

fn by_id(id: &str) -> Result<Filter> {
    Filter::equals(Column::Id, id).map_err(|error| failed(error.into()))
}

fn condition(context: &ResolverContext<'_>) -> Result<Filter> {
    let Some(given) = context.args.get("where") else { return Ok(Filter::EVERYTHING) };
    Filter::parse(&json(given.as_value())?).map_err(|error| failed(error.into()))
}

fn selection(context: &ResolverContext<'_>) -> Result<Selection> {
    let whole = |name: &str| match context.args.get(name).map(|value| json(value.as_value())).transpose()? {
        None | Some(Json::Null) => Ok(None),
        Some(number) => match number.as_u64().and_then(|number| usize::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(failed(Error::invalid(format!("unexpected negative value for {name}")))),
        },
    };
    Ok(Selection {
        filter: condition(context)?,
        order_by: order_by(context)?,
        distinct_on: listed(context, "distinct_on")?.iter().filter_map(|name| Column::parse(name.as_str()?)).collect(),
        limit: whole("limit")?,
        offset: whole("offset")?.unwrap_or_default(),
    })
}

fn order_by(context: &ResolverContext<'_>) -> Result<Vec<Order>> {
    let mut all = Vec::new();
    for one in listed(context, "order_by")? {
        for (name, direction) in one.as_object().into_iter().flatten() {
            let known = DIRECTIONS.into_iter().find(|(known, ..)| direction.as_str() == Some(known));
            let (Some(column), Some((_, descending, nulls_first))) = (Column::parse(name), known) else {
                return Err(failed(Error::invalid(format!("unexpected null value for order_by of {name}"))));
            };
            all.push(Order { column, descending, nulls: if nulls_first { Nulls::First } else { Nulls::Last } });
        }
    }
    Ok(all)
}

/// An argument that is a list, of which one value may be written without brackets.
fn listed(context: &ResolverContext<'_>, name: &str) -> Result<Vec<Json>> {
    Ok(match context.args.get(name).map(|value| json(value.as_value())).transpose()? {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Array(list)) => list,
        Some(one) => vec![one],
    })
}

fn json(value: &Value) -> Result<Json> {
    value.clone().into_json().map_err(|error| failed(Error::Internal(error.to_string())))
}
