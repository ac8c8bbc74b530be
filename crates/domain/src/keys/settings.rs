//! Who may see and change which keys: roles and what each may, as data of a tenant.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ADMIN, Column, Filter};
use crate::error::{Error, Result};

/// Most roles of one tenant.
const MOST_ROLES: usize = 50;

/// The GraphQL door of a tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct GraphqlSettings {
    /// Whether the schema may be asked for. Absent: with `--dev` alone. With the management key it may be in any case.
    pub introspection: Option<bool>,
    /// What each role may. A role that is not named sees nothing.
    pub permissions: BTreeMap<String, RolePermissions>,
}

/// What a role may do with each table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RolePermissions {
    /// Security keys. `auth.user_security_keys` and `auth.security_keys` are names of the same table.
    #[serde(rename = "authUserSecurityKeys", alias = "auth.user_security_keys", alias = "auth.security_keys")]
    pub keys: KeyPermissions,
}

/// What a role may do with security keys. What is absent it may not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct KeyPermissions {
    /// See them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub select: Option<Readable>,
    /// Change them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<Updatable>,
    /// Remove them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete: Option<Removable>,
}

/// Which columns of which rows are seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Readable {
    /// The columns.
    pub columns: BTreeSet<Column>,
    /// A condition that the rows fulfil; it may name session variables ([`Filter::parse_rule`]).
    pub rows: Value,
}

/// Which columns of which rows are changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Updatable {
    /// The columns: `nickname` is the only one that can be.
    pub columns: BTreeSet<Column>,
    /// As for those that are seen.
    pub rows: Value,
}

/// Which rows are removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removable {
    /// As for those that are seen.
    pub rows: Value,
}

impl Default for GraphqlSettings {
    /// A user sees, names and removes their own keys.
    fn default() -> Self {
        let own = || json!({ "userId": { "_eq": "X-Hasura-User-Id" } });
        let columns = BTreeSet::from([Column::Id, Column::Nickname, Column::UserId]);
        let keys = KeyPermissions {
            select: Some(Readable { columns, rows: own() }),
            update: Some(Updatable { columns: BTreeSet::from([Column::Nickname]), rows: own() }),
            delete: Some(Removable { rows: own() }),
        };
        Self { introspection: None, permissions: BTreeMap::from([("user".to_owned(), RolePermissions { keys })]) }
    }
}

impl GraphqlSettings {
    /// `InvalidRequest` that names the setting and what it may be.
    pub(crate) fn check(&self) -> Result<()> {
        if self.permissions.len() > MOST_ROLES {
            return Err(Error::invalid(format!("graphql.permissions are of at most {MOST_ROLES} roles.")));
        }
        for (role, permissions) in &self.permissions {
            let wrong = |what: &str| Err(Error::invalid(format!("graphql.permissions.{role}: {what}.")));
            if role == ADMIN {
                return wrong("this is the role of the management key, which may do everything");
            }
            let KeyPermissions { select, update, delete } = &permissions.keys;
            if select.is_none() && (update.is_some() || delete.is_some()) {
                return wrong("who may update or delete keys may select them too");
            }
            if select.as_ref().is_some_and(|select| select.columns.is_empty()) {
                return wrong("select names at least one column");
            }
            if update.as_ref().is_some_and(|update| update.columns != BTreeSet::from([Column::Nickname])) {
                return wrong("nickname is the one column that can be updated");
            }
            let rules = [
                select.as_ref().map(|select| &select.rows),
                update.as_ref().map(|update| &update.rows),
                delete.as_ref().map(|delete| &delete.rows),
            ];
            for rule in rules.into_iter().flatten() {
                if let Err(error) = Filter::parse_rule(rule) {
                    return wrong(&format!("rows: {error}"));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(permissions: &Value) -> Result<GraphqlSettings, serde_json::Error> {
        serde_json::from_value(json!({ "permissions": { "user": permissions } }))
    }

    #[test]
    fn the_default_is_allowed_and_the_guides_name_of_the_table_is_taken() {
        GraphqlSettings::default().check().unwrap();
        let rule = json!({ "user_id": { "_eq": "X-Hasura-Auth-Elevated" } });
        for table in ["authUserSecurityKeys", "auth.user_security_keys", "auth.security_keys"] {
            let all = json!({ table: { "select": { "columns": ["id", "user_id"], "rows": rule }, "delete": { "rows": rule } } });
            let settings = parsed(&all).unwrap();
            settings.check().unwrap();
            let select = settings.permissions["user"].keys.select.as_ref().unwrap();
            assert_eq!(select.columns, BTreeSet::from([Column::Id, Column::UserId]));
        }
    }

    #[test]
    fn what_would_not_work_or_let_too_much_through_is_refused() {
        let select = json!({ "columns": ["id"], "rows": {} });
        for bad in [
            json!({ "authUserSecurityKeys": { "delete": { "rows": {} } } }),
            json!({ "authUserSecurityKeys": { "select": { "columns": [], "rows": {} } } }),
            json!({ "authUserSecurityKeys": { "select": select, "update": { "columns": ["userId"], "rows": {} } } }),
            json!({ "authUserSecurityKeys": { "select": { "columns": ["id"], "rows": { "owner": {} } } } }),
            json!({ "authUserSecurityKeys": { "select": { "columns": ["id"], "rows": null } } }),
        ] {
            assert!(parsed(&bad).unwrap().check().is_err(), "{bad}");
        }
        for unreadable in [
            json!({ "authUsers": {} }),
            json!({ "authUserSecurityKeys": { "select": { "columns": ["id"] } } }),
            json!({ "authUserSecurityKeys": { "select": { "columns": ["seed"], "rows": {} } } }),
            json!({ "authUserSecurityKeys": { "insert": {} } }),
        ] {
            assert!(parsed(&unreadable).is_err(), "{unreadable}");
        }
        let admin = json!({ "permissions": { "admin": {} } });
        assert!(serde_json::from_value::<GraphqlSettings>(admin).unwrap().check().is_err());
    }
}
