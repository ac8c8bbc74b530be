//! Who is calling and with what: the permission is a type in a handler's signature.

mod body;
mod caller;
mod client;
mod credentials;
mod door;
mod management_key;
mod path;
mod server_key;
mod session;
mod site;

pub(crate) use body::{CeremonyBody, JsonBody, LookBody, told};
pub(crate) use caller::From;
pub(crate) use client::{ClientToken, ClientTokenOrTenant, TenantOnly, check_origin};
pub(crate) use credentials::{Credentials, of as credentials};
pub(crate) use door::{Door, OpenDoor};
pub(crate) use management_key::ManagementKey;
pub(crate) use path::{Path, Query};
pub(crate) use server_key::ServerKey;
pub(crate) use session::Session;
pub(crate) use site::{HostName, Site};
