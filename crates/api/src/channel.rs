//! How a code travels to a phone, on the wire.

use countersign_domain::authenticator::SmsChannel;
use serde::Deserialize;
use utoipa::ToSchema;

/// How a code travels to a phone.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(as = SmsChannel)]
pub(crate) enum Channel {
    /// A text message.
    Default,
    /// The same.
    Sms,
    /// A WhatsApp message.
    Whatsapp,
}

impl From<Channel> for SmsChannel {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Default | Channel::Sms => Self::Default,
            Channel::Whatsapp => Self::Whatsapp,
        }
    }
}
