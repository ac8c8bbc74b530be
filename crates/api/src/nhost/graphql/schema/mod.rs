//! One schema for each set of permissions, built when it is first asked for and kept.

mod inputs;
mod objects;
mod resolve;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::dynamic::Schema;
use countersign_domain::Error;
use countersign_domain::keys::{Column, KeyAccess, Right};

use super::document::Fields;

/// Most schemas that are kept. There are as many as there are different sets of permissions, in all tenants together.
const MOST: usize = 64;

pub(super) const QUERY: &str = "query_root";
pub(super) const MUTATION: &str = "mutation_root";
pub(super) const TABLE: &str = "authUserSecurityKeys";
pub(super) const AGGREGATE: &str = "authUserSecurityKeys_aggregate";
pub(super) const AGGREGATE_FIELDS: &str = "authUserSecurityKeys_aggregate_fields";
pub(super) const RESPONSE: &str = "authUserSecurityKeys_mutation_response";

/// What a role sees of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Visible {
    pub(super) columns: BTreeSet<Column>,
    pub(super) may_update: bool,
    pub(super) may_delete: bool,
}

impl Visible {
    fn to(access: &KeyAccess) -> Self {
        Self { columns: access.columns(), may_update: access.may(Right::Update), may_delete: access.may(Right::Delete) }
    }

    fn everything() -> Self {
        Self { columns: Column::ALL.into(), may_update: true, may_delete: true }
    }

    /// Rows are found by their id only where that is seen.
    pub(super) fn has_id(&self) -> bool {
        self.columns.contains(&Column::Id)
    }

    pub(super) fn has_mutations(&self) -> bool {
        !self.columns.is_empty() && (self.may_update || self.may_delete)
    }
}

/// A schema, and its objects' fields for the look at a query before it runs.
pub(super) struct Built {
    pub(super) schema: Schema,
    pub(super) fields: Fields,
}

impl Built {
    fn new(visible: &Visible) -> Result<Self, Error> {
        let (objects, fields) = objects::of(visible);
        let mutation = visible.has_mutations().then_some(MUTATION);
        let mut builder = Schema::build(QUERY, mutation, None);
        for scalar in inputs::scalars() {
            builder = builder.register(scalar);
        }
        if !visible.columns.is_empty() {
            for one in inputs::enums(visible) {
                builder = builder.register(one);
            }
            for input in inputs::objects(visible) {
                builder = builder.register(input);
            }
        }
        for object in objects {
            builder = builder.register(object);
        }
        let schema = builder.finish().map_err(|error| Error::Internal(format!("the GraphQL schema: {error}")))?;
        Ok(Self { schema, fields })
    }
}

/// The schemas that were built.
#[derive(Clone, Default)]
pub(crate) struct Schemas(Arc<Mutex<HashMap<Visible, Arc<Built>>>>);

impl Schemas {
    /// The schema of somebody's role.
    pub(super) fn of(&self, access: &KeyAccess) -> Result<Arc<Built>, Error> {
        let visible = Visible::to(access);
        if let Some(built) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&visible) {
            return Ok(built.clone());
        }
        let built = Arc::new(Built::new(&visible)?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(visible, built.clone());
        Ok(built)
    }
}

/// The schema as the management key sees it, in the schema definition language: `schema/nhost.graphql`.
pub fn sdl() -> Result<String, Error> {
    Ok(Built::new(&Visible::everything())?.schema.sdl())
}
