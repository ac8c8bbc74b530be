//! Columns of the table of security keys, and what stands in them.

use serde::{Deserialize, Serialize};

use super::Key;
use crate::secret;

/// A column, by the name it has in GraphQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Column {
    /// The authenticator's id.
    Id,
    /// Its user's id.
    #[serde(alias = "user_id")]
    UserId,
    /// Credential id, base64url without padding.
    #[serde(alias = "credential_id")]
    CredentialId,
    /// COSE key, as PostgreSQL writes bytes: `\x` and hex.
    #[serde(alias = "credential_public_key")]
    CredentialPublicKey,
    /// Last signature counter.
    Counter,
    /// Transports, with a blank between two.
    Transports,
    /// What its user calls it.
    Nickname,
}

/// The type of a column's values, by the name of the scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// `uuid`
    Uuid,
    /// `String`
    Text,
    /// `bytea`
    Bytes,
    /// `bigint`
    Number,
}

impl ColumnKind {
    /// The scalar's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Text => "String",
            Self::Bytes => "bytea",
            Self::Number => "bigint",
        }
    }
}

/// What stands in a column of a row. In the order in which rows are sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A text, an id, or bytes as text.
    Text(String),
    /// A whole number.
    Number(i64),
}

impl Column {
    /// All of them, in the order of the original's table (docs/adr/0031-graphql.md).
    pub const ALL: [Self; 7] = [
        Self::Counter,
        Self::CredentialId,
        Self::CredentialPublicKey,
        Self::Id,
        Self::Nickname,
        Self::Transports,
        Self::UserId,
    ];

    /// The name in GraphQL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::UserId => "userId",
            Self::CredentialId => "credentialId",
            Self::CredentialPublicKey => "credentialPublicKey",
            Self::Counter => "counter",
            Self::Transports => "transports",
            Self::Nickname => "nickname",
        }
    }

    /// The type of its values.
    pub const fn kind(self) -> ColumnKind {
        match self {
            Self::Id | Self::UserId => ColumnKind::Uuid,
            Self::CredentialPublicKey => ColumnKind::Bytes,
            Self::Counter => ColumnKind::Number,
            Self::CredentialId | Self::Transports | Self::Nickname => ColumnKind::Text,
        }
    }

    /// Whether a row may have nothing there.
    pub const fn is_nullable(self) -> bool {
        matches!(self, Self::Nickname | Self::CredentialPublicKey)
    }

    /// Reads what `name` writes.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }

    /// The same, and the name that the column has in the database of the original: in rules, which people bring along.
    pub(super) fn parse_any(name: &str) -> Option<Self> {
        let original = match name {
            "user_id" => "userId",
            "credential_id" => "credentialId",
            "credential_public_key" => "credentialPublicKey",
            other => other,
        };
        Self::parse(original)
    }
}

impl Key {
    /// What stands in a column.
    pub fn cell(&self, column: Column) -> Cell {
        match column {
            Column::Id => Cell::Text(self.id.as_str().to_owned()),
            Column::UserId => Cell::Text(self.user.as_str().to_owned()),
            Column::CredentialId => Cell::Text(secret::base64url(&self.credential_id)),
            Column::CredentialPublicKey => Cell::Text(hex(&self.public_key)),
            Column::Counter => Cell::Number(i64::from(self.counter)),
            Column::Transports => Cell::Text(self.transports.join(" ")),
            Column::Nickname => self.nickname.clone().map_or(Cell::Null, Cell::Text),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = "\\x".to_owned();
    text.push_str(&data_encoding::HEXLOWER.encode(bytes));
    text
}
