//! Who asks for rows, in which role, and what that role may.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::{ADMIN, Column, Filter, FilterError, KeyPermissions};
use crate::error::{Error, Result};
use crate::id::KeyId;
use crate::session::SessionBearer;
use crate::tenant::Tenant;

/// Who it is.
#[derive(Debug, Clone)]
pub enum Actor {
    /// A user, by a session.
    Session(Box<SessionBearer>),
    /// Who runs the tenant, by this management key.
    Management(KeyId),
}

/// What is to be done with rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// See them.
    Select,
    /// Change them.
    Update,
    /// Remove them.
    Delete,
}

/// Somebody in a role.
#[derive(Debug, Clone)]
pub struct KeyAccess {
    /// Whose keys there are.
    pub tenant: Arc<Tenant>,
    /// The role.
    pub role: String,
    pub(super) actor: Actor,
    permissions: KeyPermissions,
    /// Session variables, their names in small letters.
    variables: BTreeMap<String, String>,
}

impl KeyAccess {
    /// A user in the role that is asked for, else in their own default. `None` where it is not one of theirs.
    pub fn of_session(who: SessionBearer, role: Option<&str>) -> Option<Self> {
        let role = role.unwrap_or(&who.default_role).to_owned();
        if role != who.default_role && !who.roles.contains(&role) {
            return None;
        }
        let permissions = who.tenant.settings.graphql.permissions.get(&role);
        Some(Self {
            tenant: who.tenant.clone(),
            permissions: permissions.map(|all| all.keys.clone()).unwrap_or_default(),
            variables: variables(&who, &role),
            role,
            actor: Actor::Session(Box::new(who)),
        })
    }

    /// Who runs the tenant: everything.
    pub fn of_management(tenant: Arc<Tenant>, key: KeyId) -> Self {
        Self {
            tenant,
            role: ADMIN.to_owned(),
            actor: Actor::Management(key),
            permissions: KeyPermissions::default(),
            variables: BTreeMap::new(),
        }
    }

    /// Whether the management key was shown.
    pub fn is_admin(&self) -> bool {
        matches!(self.actor, Actor::Management(_))
    }

    /// The columns that are seen; none where no row is.
    pub fn columns(&self) -> BTreeSet<Column> {
        match &self.permissions.select {
            _ if self.is_admin() => Column::ALL.into(),
            Some(select) => select.columns.clone(),
            None => BTreeSet::new(),
        }
    }

    /// Whether the role may do it with any row.
    pub fn may(&self, right: Right) -> bool {
        self.is_admin() || self.rule(right).is_some()
    }

    fn rule(&self, right: Right) -> Option<&Value> {
        match right {
            Right::Select => self.permissions.select.as_ref().map(|select| &select.rows),
            Right::Update => self.permissions.update.as_ref().map(|update| &update.rows),
            Right::Delete => self.permissions.delete.as_ref().map(|delete| &delete.rows),
        }
    }

    /// The rows of `filter` with which the role may do it.
    pub(super) fn narrowed(&self, right: Right, filter: Filter) -> Result<Filter> {
        if self.is_admin() {
            return Ok(filter);
        }
        let rule = self.rule(right).ok_or(Error::NotFound("permission"))?;
        let rule = Filter::parse_rule(rule).and_then(|rule| rule.bind(&self.variables))?;
        Ok(Filter::All(vec![rule, filter]))
    }
}

impl From<FilterError> for Error {
    fn from(error: FilterError) -> Self {
        Self::invalid(error.to_string())
    }
}

/// What a rule may name: what the access token says, and the tenant's claims of the account's metadata.
fn variables(who: &SessionBearer, role: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let metadata = who.account.as_ref().and_then(|account| account.metadata.as_ref());
    for (name, member) in &who.tenant.settings.sessions.claims {
        let text = match metadata.and_then(|metadata| metadata.get(member)) {
            Some(Value::String(text)) => text.clone(),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
            _ => continue,
        };
        all.insert(format!("x-hasura-{name}"), text);
    }
    // After those: nobody's metadata says who they are.
    let user = who.user.id.as_str();
    all.insert("x-hasura-user-id".to_owned(), user.to_owned());
    all.insert("x-hasura-role".to_owned(), role.to_owned());
    all.insert("x-hasura-default-role".to_owned(), who.default_role.clone());
    all.insert("x-hasura-user-is-anonymous".to_owned(), "false".to_owned());
    all.remove("x-hasura-auth-elevated");
    if who.is_elevated {
        all.insert("x-hasura-auth-elevated".to_owned(), user.to_owned());
    }
    all
}
