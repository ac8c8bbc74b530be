//! Scalars, enumerations and input objects, by Hasura's names.

use async_graphql::Value;
use async_graphql::dynamic::{Enum, InputObject, InputValue, Scalar, TypeRef};
use countersign_domain::keys::{Column, ColumnKind};

use super::Visible;

pub(super) const BOOL_EXP: &str = "authUserSecurityKeys_bool_exp";
pub(super) const ORDER_BY: &str = "authUserSecurityKeys_order_by";
pub(super) const PK_COLUMNS: &str = "authUserSecurityKeys_pk_columns_input";
pub(super) const SELECT_COLUMN: &str = "authUserSecurityKeys_select_column";
pub(super) const SET_INPUT: &str = "authUserSecurityKeys_set_input";
const DIRECTION: &str = "order_by";

/// Hasura's ways to order, each with what it means: the greatest first, and those with nothing first.
pub(super) const DIRECTIONS: [(&str, bool, bool); 6] = [
    ("asc", false, false),
    ("asc_nulls_first", false, true),
    ("asc_nulls_last", false, false),
    ("desc", true, true),
    ("desc_nulls_first", true, true),
    ("desc_nulls_last", true, false),
];

/// Scalars beside those of GraphQL itself. What their texts have to be is checked where they are compared.
pub(super) fn scalars() -> [Scalar; 3] {
    let is_text = |value: &Value| matches!(value, Value::String(_));
    [
        Scalar::new("uuid").validator(is_text),
        Scalar::new("bytea").validator(is_text),
        Scalar::new("bigint").validator(|value| matches!(value, Value::String(_) | Value::Number(_))),
    ]
}

pub(super) fn enums(visible: &Visible) -> [Enum; 2] {
    let columns = visible.columns.iter().map(|column| column.name());
    [Enum::new(DIRECTION).items(DIRECTIONS.map(|(name, ..)| name)), Enum::new(SELECT_COLUMN).items(columns)]
}

pub(super) fn objects(visible: &Visible) -> Vec<InputObject> {
    let mut all = vec![bool_exp(visible), order_by(visible)];
    let mut kinds: Vec<ColumnKind> = Vec::new();
    for kind in visible.columns.iter().map(|column| column.kind()) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    all.extend(kinds.into_iter().map(comparison));
    if visible.may_update {
        all.push(InputObject::new(SET_INPUT).field(optional(Column::Nickname.name(), TypeRef::STRING)));
        if visible.has_id() {
            all.push(InputObject::new(PK_COLUMNS).field(InputValue::new("id", TypeRef::named_nn("uuid"))));
        }
    }
    all
}

fn bool_exp(visible: &Visible) -> InputObject {
    let logic = InputObject::new(BOOL_EXP)
        .field(InputValue::new("_and", TypeRef::named_nn_list(BOOL_EXP)))
        .field(optional("_not", BOOL_EXP))
        .field(InputValue::new("_or", TypeRef::named_nn_list(BOOL_EXP)));
    visible
        .columns
        .iter()
        .fold(logic, |input, column| input.field(optional(column.name(), comparison_name(column.kind()))))
}

fn order_by(visible: &Visible) -> InputObject {
    visible
        .columns
        .iter()
        .fold(InputObject::new(ORDER_BY), |input, column| input.field(optional(column.name(), DIRECTION)))
}

fn comparison_name(kind: ColumnKind) -> String {
    format!("{}_comparison_exp", kind.name())
}

fn comparison(kind: ColumnKind) -> InputObject {
    let list = || TypeRef::named_nn_list(kind.name());
    InputObject::new(comparison_name(kind))
        .field(optional("_eq", kind.name()))
        .field(InputValue::new("_in", list()))
        .field(optional("_is_null", TypeRef::BOOLEAN))
        .field(optional("_neq", kind.name()))
        .field(InputValue::new("_nin", list()))
}

fn optional(name: &str, kind: impl Into<String>) -> InputValue {
    InputValue::new(name, TypeRef::named(kind))
}
