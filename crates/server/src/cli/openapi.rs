//! `countersign openapi`.

use anyhow::Result;
use clap::ValueEnum;
use countersign_api::openapi;

use super::Answer;

/// A specification.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Which {
    /// For pages and apps.
    Client,
    /// For backends.
    Server,
    /// For who runs a tenant.
    Management,
    /// For pages whose users sign up and in by themselves.
    Nhost,
}

/// The specification, as checked in under `schema/`.
pub(super) fn answer(which: Which) -> Result<Answer> {
    let document = match which {
        Which::Client => openapi::client_api(),
        Which::Server => openapi::server_api(),
        Which::Management => openapi::management_api(),
        Which::Nhost => openapi::nhost_api(),
    };
    Ok(Answer::new(document.to_pretty_json()?, serde_json::to_value(&document)?))
}
