//! What a load is run against: a door, users who can sign in there, and the process that is watched meanwhile.

use std::sync::Arc;

use anyhow::{Context as _, Result};

use super::{Countersign, Door, Rival, refuses_what_is_wrong};
use crate::http::Connection;
use crate::passkey::Passkey;

/// A server that has shown that it refuses what is wrong.
#[derive(Clone)]
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) door: Arc<Door>,
    pub(crate) users: Arc<Vec<Passkey>>,
    pub(crate) process: u32,
}

impl Subject {
    /// A running server with users that are there already.
    pub(crate) async fn with_users(name: &str, server: &Countersign, users: Vec<Passkey>) -> Result<Self> {
        Self::shared(name, server, Arc::new(users)).await
    }

    /// The same, with users that others hold too.
    pub(crate) async fn shared(name: &str, server: &Countersign, users: Arc<Vec<Passkey>>) -> Result<Self> {
        Self::proved(name, server.door(), users, server.process()?).await
    }

    /// A running server with `count` new users, registered over HTTP.
    pub(crate) async fn countersign(name: &str, server: &Countersign, count: u64) -> Result<Self> {
        let mut connection = Connection::open(server.door().address).await?;
        let mut users = Vec::new();
        for number in 0..count {
            users.push(server.register(&mut connection, number).await?);
        }
        Self::with_users(name, server, users).await
    }

    /// The same for another server.
    pub(crate) async fn rival(name: &str, rival: &Rival, count: u64) -> Result<Self> {
        let mut connection = Connection::open(rival.door().address).await?;
        let mut users = Vec::new();
        for number in 0..count {
            users.push(rival.register(&mut connection, number).await?);
        }
        Self::proved(name, rival.door(), Arc::new(users), rival.process()).await
    }

    async fn proved(name: &str, door: Door, users: Arc<Vec<Passkey>>, process: u32) -> Result<Self> {
        refuses_what_is_wrong(name, &door, users.first().context("there are no users")?).await?;
        Ok(Self { name: name.to_owned(), door: Arc::new(door), users, process })
    }
}
