//! Reading the rows of a condition: of the users it names, of the keys it names, else of the whole tenant page by page.

use std::collections::BTreeSet;

use super::{Column, Filter, Key, KeyAccess, Right, Selection};
use crate::Countersign;
use crate::authenticator::credentials;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, TenantId, UserId};
use crate::methods::Method;

/// Most users or keys that are looked up one by one.
const MOST_NAMED: usize = 100;
/// Most keys that are read to answer one question.
const MOST_READ: usize = 10_000;
/// Keys of one page.
const PAGE: i64 = 500;

/// Where the rows of a condition are found.
enum Source {
    Users(BTreeSet<UserId>),
    Keys(BTreeSet<AuthenticatorId>),
    Tenant,
}

impl Source {
    /// What is no id is nobody's.
    fn of(filter: &Filter) -> Self {
        let named = |column| filter.values_of(column).filter(|values| values.len() <= MOST_NAMED);
        if let Some(ids) = named(Column::Id) {
            return Self::Keys(ids.into_iter().filter_map(AuthenticatorId::parse).collect());
        }
        match named(Column::UserId) {
            Some(ids) => Self::Users(ids.into_iter().filter_map(UserId::parse).collect()),
            None => Self::Tenant,
        }
    }
}

impl Countersign {
    /// The keys that are asked for, as far as the role sees them. `InvalidRequest` where more than 10,000 keys would have to be read.
    pub async fn select_keys(&self, access: &KeyAccess, selection: &Selection) -> Result<Vec<Key>> {
        selection.check()?;
        let filter = access.narrowed(Right::Select, selection.filter.clone())?;
        let rows = self.matching_keys(&access.tenant.id, &filter, selection.enough()).await?;
        Ok(selection.apply(rows))
    }

    /// The rows of a condition, or the first `enough` of them.
    pub(super) async fn matching_keys(
        &self,
        tenant: &TenantId,
        filter: &Filter,
        enough: Option<usize>,
    ) -> Result<Vec<Key>> {
        let mut rows = Vec::new();
        match Source::of(filter) {
            Source::Users(users) => {
                for user in &users {
                    let factors = credentials::list(self.db(), tenant, user).await?;
                    rows.extend(factors.into_iter().filter_map(Key::of).filter(|key| filter.matches(key)));
                }
            }
            Source::Keys(ids) => {
                for id in &ids {
                    let found = credentials::find_by_id(self.db(), tenant, id).await?;
                    rows.extend(found.and_then(Key::of).filter(|key| filter.matches(key)));
                }
            }
            Source::Tenant => self.scan_keys(tenant, filter, enough, &mut rows).await?,
        }
        Ok(rows)
    }

    /// All keys of the tenant, in the order of their ids.
    async fn scan_keys(
        &self,
        tenant: &TenantId,
        filter: &Filter,
        enough: Option<usize>,
        rows: &mut Vec<Key>,
    ) -> Result<()> {
        let (mut after, mut read) = (String::new(), 0);
        while enough.is_none_or(|enough| rows.len() < enough) {
            let page = credentials::page(self.db(), tenant, Method::SecurityKey, &after, PAGE).await?;
            read += page.len();
            let is_last = i64::try_from(page.len()).is_ok_and(|length| length < PAGE);
            let Some(last) = page.last() else { break };
            last.id.as_str().clone_into(&mut after);
            rows.extend(page.into_iter().filter_map(Key::of).filter(|key| filter.matches(key)));
            if is_last {
                break;
            }
            if read >= MOST_READ {
                return Err(Error::invalid(format!(
                    "more than {MOST_READ} keys would have to be read: name users or keys by _eq or _in, or give a limit without \
                     an order"
                )));
            }
        }
        Ok(())
    }
}
