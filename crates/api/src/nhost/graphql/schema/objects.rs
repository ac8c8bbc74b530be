//! Objects and their fields, by the names that Nhost gives Hasura's.

use std::collections::BTreeMap;

use async_graphql::dynamic::{Field, FieldFuture, InputValue, Object, TypeRef};
use countersign_domain::keys::Column;

use super::super::document::Fields;
use super::inputs::{BOOL_EXP, ORDER_BY, PK_COLUMNS, SELECT_COLUMN, SET_INPUT};
use super::{AGGREGATE, AGGREGATE_FIELDS, MUTATION, QUERY, RESPONSE, TABLE, Visible, resolve};

/// The objects that are seen, and which fields each has.
pub(super) fn of(visible: &Visible) -> (Vec<Object>, Fields) {
    let mut all = All::default();
    if visible.columns.is_empty() {
        // A schema has at least one field; Hasura's word for none.
        let nothing = Field::new("no_queries_available", TypeRef::named(TypeRef::STRING), |_| {
            FieldFuture::from_value(Some("There are no queries available to the current role.".into()))
        });
        all.add(QUERY, vec![("no_queries_available", None, nothing)]);
    } else {
        all.add(QUERY, queries(visible));
        all.add(TABLE, columns(visible));
        all.add(AGGREGATE, aggregate());
        let count = Field::new("count", TypeRef::named_nn(TypeRef::INT), |context| resolve::count(&context));
        all.add(AGGREGATE_FIELDS, vec![("count", None, count)]);
    }
    if visible.has_mutations() {
        all.add(MUTATION, mutations(visible));
        all.add(RESPONSE, response());
    }
    (all.objects, all.fields)
}

type Named = (&'static str, Option<&'static str>, Field);

#[derive(Default)]
struct All {
    objects: Vec<Object>,
    fields: Fields,
}

impl All {
    fn add(&mut self, name: &'static str, fields: Vec<Named>) {
        let known: BTreeMap<_, _> = fields.iter().map(|(field, of, _)| (*field, *of)).collect();
        self.fields.insert(name, known);
        self.objects.push(fields.into_iter().fold(Object::new(name), |object, (_, _, field)| object.field(field)));
    }
}

fn queries(visible: &Visible) -> Vec<Named> {
    let list = Field::new("authUserSecurityKeys", TypeRef::named_nn_list_nn(TABLE), resolve::list);
    let aggregate = Field::new("authUserSecurityKeysAggregate", TypeRef::named_nn(AGGREGATE), resolve::aggregate);
    let mut all = vec![
        ("authUserSecurityKeys", Some(TABLE), selecting(list)),
        ("authUserSecurityKeysAggregate", Some(AGGREGATE), selecting(aggregate)),
    ];
    if visible.has_id() {
        let one = Field::new("authUserSecurityKey", TypeRef::named(TABLE), resolve::one).argument(id());
        all.push(("authUserSecurityKey", Some(TABLE), one));
    }
    all
}

fn selecting(field: Field) -> Field {
    field
        .argument(InputValue::new("distinct_on", TypeRef::named_nn_list(SELECT_COLUMN)))
        .argument(InputValue::new("limit", TypeRef::named(TypeRef::INT)))
        .argument(InputValue::new("offset", TypeRef::named(TypeRef::INT)))
        .argument(InputValue::new("order_by", TypeRef::named_nn_list(ORDER_BY)))
        .argument(InputValue::new("where", TypeRef::named(BOOL_EXP)))
}

fn id() -> InputValue {
    InputValue::new("id", TypeRef::named_nn("uuid"))
}

fn condition() -> InputValue {
    InputValue::new("where", TypeRef::named_nn(BOOL_EXP))
}

fn columns(visible: &Visible) -> Vec<Named> {
    let field = |column: &Column| {
        let column = *column;
        let kind = column.kind().name();
        let kind = if column.is_nullable() { TypeRef::named(kind) } else { TypeRef::named_nn(kind) };
        let field = Field::new(column.name(), kind, move |context| resolve::column(&context, column));
        (column.name(), None, field)
    };
    visible.columns.iter().map(field).collect()
}

fn aggregate() -> Vec<Named> {
    let fields = Field::new("aggregate", TypeRef::named(AGGREGATE_FIELDS), |context| resolve::itself(&context));
    let nodes = Field::new("nodes", TypeRef::named_nn_list_nn(TABLE), |context| resolve::rows(&context));
    vec![("aggregate", Some(AGGREGATE_FIELDS), fields), ("nodes", Some(TABLE), nodes)]
}

fn response() -> Vec<Named> {
    let affected = Field::new("affected_rows", TypeRef::named_nn(TypeRef::INT), |context| resolve::count(&context));
    let returning = Field::new("returning", TypeRef::named_nn_list_nn(TABLE), |context| resolve::rows(&context));
    vec![("affected_rows", None, affected), ("returning", Some(TABLE), returning)]
}

fn mutations(visible: &Visible) -> Vec<Named> {
    let set = || InputValue::new("_set", TypeRef::named(SET_INPUT));
    let mut all = Vec::new();
    if visible.may_delete {
        if visible.has_id() {
            let one = Field::new("deleteAuthUserSecurityKey", TypeRef::named(TABLE), resolve::delete_one);
            all.push(("deleteAuthUserSecurityKey", Some(TABLE), one.argument(id())));
        }
        let many = Field::new("deleteAuthUserSecurityKeys", TypeRef::named(RESPONSE), resolve::delete);
        all.push(("deleteAuthUserSecurityKeys", Some(RESPONSE), many.argument(condition())));
    }
    if visible.may_update {
        if visible.has_id() {
            let keyed = InputValue::new("pk_columns", TypeRef::named_nn(PK_COLUMNS));
            let one = Field::new("updateAuthUserSecurityKey", TypeRef::named(TABLE), resolve::update_one);
            all.push(("updateAuthUserSecurityKey", Some(TABLE), one.argument(set()).argument(keyed)));
        }
        let many = Field::new("updateAuthUserSecurityKeys", TypeRef::named(RESPONSE), resolve::update);
        all.push(("updateAuthUserSecurityKeys", Some(RESPONSE), many.argument(set()).argument(condition())));
    }
    all
}
