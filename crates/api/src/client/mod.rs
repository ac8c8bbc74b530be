//! The Client API: `{public}/v1/client` (docs/reference/authsignal.md §3).

mod authenticator;
mod challenge;
mod code;
mod email_otp;
mod factors;
mod magic_link;
mod passkey;
mod preview;
mod prompt;
mod recovery_codes;
mod security_key;
mod sms;
mod totp;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// All calls, with the prefix left off.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(challenge::begin))
        .routes(routes!(factors::list))
        .routes(routes!(factors::update, factors::remove))
        .routes(routes!(prompt::show))
        .routes(routes!(preview::open))
        .routes(routes!(passkey::registration_options))
        .routes(routes!(passkey::add, passkey::find))
        .routes(routes!(passkey::authentication_options))
        .routes(routes!(passkey::verify))
        .routes(routes!(totp::enrol))
        .routes(routes!(totp::verify))
        .routes(routes!(email_otp::enrol))
        .routes(routes!(email_otp::challenge))
        .routes(routes!(email_otp::verify))
        .routes(routes!(magic_link::enrol))
        .routes(routes!(magic_link::challenge))
        .routes(routes!(magic_link::finalize))
        .routes(routes!(recovery_codes::renew))
        .routes(routes!(recovery_codes::verify))
        .routes(routes!(sms::enrol))
        .routes(routes!(sms::challenge))
        .routes(routes!(sms::verify))
        .routes(routes!(sms::challenge_whatsapp))
        .routes(routes!(sms::verify_whatsapp))
        .routes(routes!(security_key::registration_options))
        .routes(routes!(security_key::add))
        .routes(routes!(security_key::authentication_options))
        .routes(routes!(security_key::verify))
}
