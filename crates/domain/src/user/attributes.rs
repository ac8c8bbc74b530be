//! What a backend may say of a user, parsed once at the edge.

use serde_json::{Map, Value};

use crate::methods::Method;

/// Why an attribute was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttributeError {
    /// Too long or empty, or with control characters.
    #[error("{name} must have 1 to {most} characters and no control characters.")]
    Text {
        /// Which attribute.
        name: &'static str,
        /// Most characters.
        most: usize,
    },
    /// Not an address.
    #[error("email is not an e-mail address.")]
    Email,
    /// Not E.164.
    #[error("phoneNumber must be in E.164 form, such as +6421000000.")]
    PhoneNumber,
    /// Custom data that is not flat.
    #[error("custom must be an object of at most 64 text, number or boolean values, 8 KiB in all.")]
    Custom,
    /// Recovery codes stand in for a factor and are none.
    #[error("defaultVerificationMethod cannot be RECOVERY_CODE: recovery codes are for when nothing else is at hand.")]
    DefaultMethod,
}

/// A user's id in the tenant's own words: 1 to 256 characters, no control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalId(String);

impl ExternalId {
    /// Reads an id.
    pub fn parse(text: &str) -> Result<Self, AttributeError> {
        checked("userId", text.to_owned(), 256).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One attribute of a change: left alone, removed, or set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// Not mentioned: unchanged.
    #[default]
    Keep,
    /// `null`: removed.
    Clear,
    /// A new value.
    Set(T),
}

impl<T> Patch<T> {
    /// From a member that may be absent or `null`, parsing a present one.
    pub fn parse<S, E>(member: Option<Option<S>>, parse: impl FnOnce(S) -> Result<T, E>) -> Result<Self, E> {
        Ok(match member {
            None => Self::Keep,
            Some(None) => Self::Clear,
            Some(Some(value)) => Self::Set(parse(value)?),
        })
    }

    pub(super) fn apply(&self, target: &mut Option<T>)
    where
        T: Clone,
    {
        match self {
            Self::Keep => {}
            Self::Clear => *target = None,
            Self::Set(value) => *target = Some(value.clone()),
        }
    }
}

/// What `updateUser` and `track` may change. Omitted is unchanged.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// Address; a new one is unverified unless `email_verified` says otherwise.
    pub email: Patch<String>,
    /// The backend's word that the address is the user's.
    pub email_verified: Option<bool>,
    /// Number in E.164.
    pub phone_number: Patch<String>,
    /// The backend's word that the number is the user's.
    pub phone_number_verified: Option<bool>,
    /// Name shown by authenticators.
    pub username: Patch<String>,
    /// Name shown by authenticators.
    pub display_name: Patch<String>,
    /// BCP 47.
    pub locale: Patch<String>,
    /// The backend's own data points.
    pub custom: Patch<Value>,
    /// The factor kind asked for first.
    pub default_method: Patch<Method>,
}

impl UserChange {
    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        let Self {
            email,
            email_verified,
            phone_number,
            phone_number_verified,
            username,
            display_name,
            locale,
            custom,
            default_method,
        } = self;
        let texts = [email, phone_number, username, display_name, locale];
        texts.into_iter().all(|patch| *patch == Patch::Keep)
            && email_verified.is_none()
            && phone_number_verified.is_none()
            && *custom == Patch::Keep
            && *default_method == Patch::Keep
    }

    /// The kind of factor that is to be asked for first: any that is a factor.
    pub fn default_method(method: Method) -> Result<Method, AttributeError> {
        if method.is_factor() { Ok(method) } else { Err(AttributeError::DefaultMethod) }
    }

    /// An e-mail address as given: `local@domain`, at most 254 bytes (RFC 5321), nothing that is not seen. Whether a mail server
    /// takes it is the mail server's to say.
    pub fn email(text: String) -> Result<String, AttributeError> {
        let well_formed = text.split_once('@').is_some_and(|(local, domain)| {
            let domain_ok = domain.split('.').all(|label| !label.is_empty()) && !domain.contains('@');
            !local.is_empty() && local.len() <= 64 && domain_ok
        });
        let printable = !text.chars().any(|c| c.is_control() || c.is_whitespace() || is_unseen(c));
        if well_formed && printable && text.len() <= 254 { Ok(text) } else { Err(AttributeError::Email) }
    }

    /// A phone number in E.164: `+` and 7 to 15 digits, not beginning with 0.
    pub fn phone_number(text: String) -> Result<String, AttributeError> {
        let digits = text.strip_prefix('+').ok_or(AttributeError::PhoneNumber)?;
        let known =
            (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if known { Ok(text) } else { Err(AttributeError::PhoneNumber) }
    }

    /// A name for people, 1 to 256 characters.
    pub fn name(name: &'static str) -> impl FnOnce(String) -> Result<String, AttributeError> {
        move |text| checked(name, text, 256)
    }

    /// A locale, 1 to 35 characters.
    pub fn locale(text: String) -> Result<String, AttributeError> {
        checked("locale", text, 35)
    }

    /// Flat custom data.
    pub fn custom(value: Map<String, Value>) -> Result<Value, AttributeError> {
        let flat = value.values().all(|value| value.is_string() || value.is_number() || value.is_boolean());
        let value = Value::Object(value);
        let small = value.as_object().is_some_and(|map| map.len() <= 64) && value.to_string().len() <= 8192;
        if flat && small { Ok(value) } else { Err(AttributeError::Custom) }
    }
}

/// Characters of no width, and those that turn the direction of what follows: with them one address looks like another.
pub(crate) const fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn checked(name: &'static str, text: String, most: usize) -> Result<String, AttributeError> {
    let length = text.chars().count();
    if length == 0 || length > most || text.chars().any(char::is_control) {
        return Err(AttributeError::Text { name, most });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_addresses_and_numbers_and_refuses_what_is_none() {
        for text in ["ada@example.com", "a+b@localhost", "ü@example.org"] {
            assert!(UserChange::email(text.into()).is_ok(), "{text}");
        }
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a b@example.com",
            "ada@exa..mple",
            "a@b@c",
            "a\n@example.com",
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com,eve@example.com",
            "\"a b\"@example.com",
            "\"a@b\"@example.com",
            "ada\u{200b}@example.com",
            "moc.elpmaxe@\u{202e}ada.example.com",
            "ada@example.com\u{feff}",
            "ada@example.com.",
        ] {
            assert!(UserChange::email(text.into()).is_err(), "{text:?}");
        }
        assert!(UserChange::phone_number("+64210000000".into()).is_ok());
        for text in [
            "",
            "0210000000",
            "+0210000000",
            "+12",
            "+1234567890123456",
            "+64 21 000",
            "+64-21",
            "\u{ff0b}64210000000",
            "+\u{666}\u{664}210000000",
            "+\u{ff16}\u{ff14}210000000",
            "+64210000000;ext=1",
            "+64210000000,,1",
            "+64210000000\n",
            "tel:+64210000000",
            "++64210000000",
        ] {
            assert!(UserChange::phone_number(text.into()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn ids_keep_auth0_pipes_and_refuse_control_characters() {
        assert_eq!(ExternalId::parse("auth0|123").unwrap().as_str(), "auth0|123");
        for text in ["", "a\u{0}", "a\nb", &"x".repeat(257)] {
            assert!(ExternalId::parse(text).is_err());
        }
    }

    #[test]
    fn custom_data_is_flat_and_small() {
        let map = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap();
        assert!(UserChange::custom(map(r#"{"tier":"gold","n":3,"b":true}"#)).is_ok());
        for text in [r#"{"a":{}}"#, r#"{"a":[1]}"#, r#"{"a":null}"#] {
            assert!(UserChange::custom(map(text)).is_err(), "{text}");
        }
    }
}
