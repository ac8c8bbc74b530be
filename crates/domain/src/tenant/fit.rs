//! Whether passkeys can work on the pre-built UI, where it is served (decisions §5, *Pre-built UI and RP ID*).

use super::{Origin, RpId, Settings, Tenant};

/// Why browsers refuse passkeys and security keys of this relying party on the pre-built UI, and what to set; `None` where they do
/// not. For who runs the tenant: the command line, `doctor` and the page itself say the same words.
pub fn ui_misfit(rp_id: &RpId, settings: &Settings, ui_origin: &Origin) -> Option<String> {
    let is_covered = ui_origin.host().is_none_or(|host| rp_id.covers(host));
    if is_covered || settings.related_origins.contains(ui_origin) {
        return None;
    }
    Some(format!(
        "The pre-built UI at {ui_origin} cannot use passkeys of {rp_id}: serve it from a host under {rp_id} \
         (countersign tenant update --custom-domain auth.{rp_id}), or add {ui_origin} to the related origins and let \
         https://{rp_id}/.well-known/webauthn answer with this server's file."
    ))
}

impl Tenant {
    /// See [`ui_misfit`].
    pub fn ui_misfit(&self) -> Option<String> {
        ui_misfit(&self.rp_id, &self.settings, &self.ui_origin)
    }
}
