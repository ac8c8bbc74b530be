//! What a backend brings, and what the factor rests on by it.

use crate::authenticator::{Detail, Phone, SmsChannel};
use crate::error::{Error, Result};
use crate::methods::totp::Seed;
use crate::methods::{Method, sms};
use crate::secret::Secret;
use crate::tenant::Tenant;

/// What a backend brings.
#[derive(Debug)]
pub struct Brought {
    /// Of which kind.
    pub method: Method,
    /// The address, for codes and links by e-mail.
    pub email: Option<String>,
    /// The number in E.164, for codes to a phone.
    pub phone_number: Option<String>,
    /// The `otpauth://totp/…` address that an authenticator app has read.
    pub otp_uri: Option<Secret>,
    /// Whether it is to be asked for first. A user's only factor is, whatever is said.
    pub is_default: bool,
}

/// What a factor rests on.
pub(super) enum Rests {
    /// An address or a number.
    At(Detail),
    /// What an app shares with us.
    App(Seed),
}

impl Brought {
    /// What it comes to; refused where the member that the method needs is missing or of no use.
    pub(super) fn rests(self) -> Result<Rests> {
        let noun = self.method.noun();
        let missing = |member: &str| Error::invalid(format!("A {noun} needs the member {member}."));
        match self.method {
            Method::EmailMagicLink | Method::EmailOtp => {
                Ok(Rests::At(Detail::Email(self.email.ok_or_else(|| missing("email"))?)))
            }
            Method::Sms => {
                let number = self.phone_number.ok_or_else(|| missing("phoneNumber"))?;
                Ok(Rests::At(Detail::Phone(Phone { number, last_channel: None })))
            }
            Method::AuthenticatorApp => {
                let uri = self.otp_uri.ok_or_else(|| missing("otpUri"))?;
                Seed::of_uri(uri.expose()).map(Rests::App)
            }
            Method::Passkey | Method::SecurityKey | Method::Whatsapp | Method::RecoveryCode => Err(Error::invalid(
                format!("A {noun} is enrolled by its user, or imported with POST /users/authenticators."),
            )),
        }
    }
}

impl Rests {
    /// Refuses a number that no code would ever go to (checklist 10).
    pub(super) fn require_reach(&self, tenant: &Tenant) -> Result<()> {
        if let Self::At(Detail::Phone(phone)) = self {
            (sms::rules_of(SmsChannel::Default).guard)(tenant, &phone.number)?;
        }
        Ok(())
    }

    /// Whether a factor that rests on `held` is the same.
    pub(super) fn is_at(&self, held: &Detail) -> bool {
        match (self, held) {
            (Self::At(Detail::Email(brought)), Detail::Email(held)) => held.eq_ignore_ascii_case(brought),
            (Self::At(Detail::Phone(brought)), Detail::Phone(held)) => held.number == brought.number,
            _ => false,
        }
    }

    /// As it is shown.
    pub(super) fn detail(&self) -> Detail {
        match self {
            Self::At(detail) => detail.clone(),
            Self::App(_) => Detail::App,
        }
    }
}
