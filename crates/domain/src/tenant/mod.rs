//! Tenants: one relying party each, with settings, API keys and names it answers to.

pub mod api_key;
mod cache;
mod change;
mod create;
mod fit;
mod origin;
mod origins;
mod settings;
mod store;
mod web_url;

use countersign_webauthn as webauthn;

use crate::challenge::MacKeys;
use crate::clock::Millis;
use crate::id::TenantId;
use crate::methods::Method;
use crate::notice::Teller;
use crate::token::ClientTokenKeys;

pub(crate) use cache::TenantCache;
pub(crate) use create::check_name;
pub use create::{CreatedTenant, NewTenant};
pub use fit::ui_misfit;
pub use origin::{Origin, OriginError, RpId};
pub(crate) use origins::OriginCache;
pub use settings::{AndroidApp, LinkMode, MagicLinkSettings, Outcome, SecurityKeySettings, Settings, SmsSettings};
pub use store::KeyLine;
pub(crate) use store::{STATEMENTS, has_client};
pub use web_url::is_web_url;

/// A tenant as requests see it: at most a second old.
#[derive(Debug)]
pub struct Tenant {
    /// Its id, public.
    pub id: TenantId,
    /// What people read in prompts (`rp.name`).
    pub name: String,
    /// The relying party ID: a host name.
    pub rp_id: RpId,
    /// Everything that can be set.
    pub settings: Settings,
    /// Whether it answers where a request names no tenant.
    pub is_default: bool,
    /// When it was made.
    pub created_at: Millis,
    /// Origin of the pre-built UI: the custom domain, else the server's public origin (decisions §5).
    pub ui_origin: Origin,
    pub(crate) token_keys: ClientTokenKeys,
    pub(crate) seal_keys: MacKeys,
    /// For one-time codes, which are stored as tags.
    pub(crate) code_keys: MacKeys,
    /// For refresh tokens, each of which gives the next.
    pub(crate) refresh_keys: MacKeys,
    /// Tells users of changes to their account.
    pub(crate) teller: Teller,
    /// See [`swept_until`](crate::sweep::swept_until).
    pub(crate) swept_until: Millis,
}

impl Tenant {
    /// The origins a ceremony may come from.
    pub fn expected_origins(&self) -> Vec<String> {
        let mut origins: Vec<String> = self.settings.origins.iter().map(ToString::to_string).collect();
        origins.extend(self.settings.related_origins.iter().map(ToString::to_string));
        origins.push(self.ui_origin.to_string());
        origins
    }

    /// The tenant's own pages, without apps: they may frame a prompt and are told how it went (decisions §5).
    pub fn web_origins(&self) -> impl Iterator<Item = &str> {
        self.settings.origins.iter().map(Origin::as_str).filter(|origin| origin.starts_with("http"))
    }

    /// Whether a browser page of `origin` may call the Client API.
    pub fn allows_origin(&self, origin: &str) -> bool {
        let listed = self.settings.origins.iter().chain(&self.settings.related_origins);
        listed.chain([&self.ui_origin]).any(|known| known.as_str() == origin)
    }

    /// The relying party for a ceremony whose client data names `origin` (decisions §5, *Frames*): our own UI may be
    /// framed by the tenant's origins, any other page only by the embedding list.
    pub(crate) fn relying_party(&self, origin: &str) -> webauthn::RelyingParty {
        let framed_ui = origin == self.ui_origin.as_str();
        let embedding = if framed_ui { &self.settings.origins } else { &self.settings.embedding_origins };
        webauthn::RelyingParty {
            id: self.rp_id.to_string(),
            origins: self.expected_origins(),
            allow_cross_origin: framed_ui || !embedding.is_empty(),
            top_origins: embedding.iter().map(ToString::to_string).collect(),
        }
    }

    /// Whether `method` is on. Whether it can be used too is asked of `Countersign::offers`.
    pub(crate) fn allows(&self, method: Method) -> bool {
        !self.settings.disabled_methods.contains(&method)
    }
}
