//! Looks and words before they are saved: sealed into the address of the page that shows them
//! (docs/adr/0027-preview-in-the-address.md).
//!
//! Nothing is stored. What a preview shows was written by a holder of the tenant's management key, and by nobody else, because it
//! opens with the key ring alone, for this tenant alone, and for ten minutes.

use serde::{Deserialize, Serialize};

use super::{Appearance, Messages, PromptSettings, Theme};
use crate::Countersign;
use crate::clock::{Millis, Span};
use crate::error::{Error, Result};
use crate::id::TenantId;
use crate::secret;
use crate::tenant::{Tenant, check_name};

/// How long a preview is shown.
const LIFE: Span = Span::minutes(10);
/// Most bytes of a sealed preview, as text: it comes back in a request body, which holds 256 KiB.
const LARGEST: usize = 240 * 1024;

/// The page that shows a preview.
#[derive(Debug)]
pub struct Preview {
    /// Its address; what is shown is behind `#`, where no server sees it in passing.
    pub url: String,
    /// Until when it is shown.
    pub ends_at: Millis,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    ends_at: i64,
    name: String,
    theme: Theme,
    messages: Messages,
}

impl Countersign {
    /// The address of a page that shows these looks and words, for every kind of prompt, to whoever opens it in the next ten minutes.
    pub fn preview(&self, tenant: &Tenant, appearance: Appearance) -> Result<Preview> {
        let Appearance { name, theme, messages } = appearance;
        check_name(&name)?;
        let settings = PromptSettings { theme, messages, ..PromptSettings::default() };
        settings.check().map_err(|error| Error::invalid(format!("{error}.")))?;
        let PromptSettings { theme, messages, .. } = settings;
        let ends_at = self.now().plus(LIFE);
        let sealed = Sealed { ends_at: ends_at.0, name, theme, messages };
        let plain = serde_json::to_vec(&sealed).map_err(|error| Error::Internal(error.to_string()))?;
        let sealed = secret::base64url(&self.ring().seal(&place(&tenant.id), &plain));
        if sealed.len() > LARGEST {
            return Err(Error::invalid("A preview holds at most 180 KB of pictures and texts."));
        }
        Ok(Preview { url: format!("{}/ui/preview?tenant={}#{sealed}", tenant.ui_origin, tenant.id), ends_at })
    }

    /// What a preview of this tenant shows, and until when. What was sealed for another tenant, or by nobody, is not there.
    pub fn open_preview(&self, tenant: &Tenant, sealed: &str) -> Result<(Appearance, Millis)> {
        let unknown = || Error::NotFound("preview");
        let bytes = secret::from_base64url(sealed).ok_or_else(unknown)?;
        let plain = self.ring().open(&place(&tenant.id), &bytes).map_err(|_| unknown())?;
        let Sealed { ends_at, name, theme, messages } = serde_json::from_slice(&plain).map_err(|_| unknown())?;
        if Millis(ends_at) <= self.now() {
            return Err(Error::invalid("This preview has ended. Ask for another one."));
        }
        Ok((Appearance { name, theme, messages }, Millis(ends_at)))
    }
}

/// Where a preview is sealed for.
fn place(tenant: &TenantId) -> [&[u8]; 2] {
    [b"prompt-preview", tenant.as_str().as_bytes()]
}
