//! Origins and relying party IDs, parsed once at the edge and compared as exact text from then on.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// Why a text is not an origin or RP ID; says what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Not `scheme://host[:port]`.
    #[error("{0} is not an origin: write it as https://app.example.com, without path or trailing slash")]
    Form(String),
    /// Plain http on a host that browsers do not treat as secure.
    #[error("{0} is not a secure origin: browsers run WebAuthn over https, or over http on localhost only")]
    Insecure(String),
    /// Not a host name.
    #[error("{0} is not a relying party ID: write a host name such as example.com, without scheme, port or path")]
    RpId(String),
}

/// A web origin as browsers serialise it (`https://app.example.com:8443`), or an Android app's
/// (`android:apk-key-hash:…`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

impl Origin {
    /// Reads an origin; it has to be written exactly as a browser sends it.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let form = || OriginError::Form(text.to_owned());
        if let Some(hash) = text.strip_prefix("android:apk-key-hash:") {
            let known =
                !hash.is_empty() && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            return known.then(|| Self(text.to_owned())).ok_or_else(form);
        }
        let url = Url::parse(text).map_err(|_| form())?;
        if url.origin().ascii_serialization() != text {
            return Err(form());
        }
        match (url.scheme(), url.host()) {
            ("https", Some(_)) => Ok(Self(text.to_owned())),
            ("http", Some(host)) if is_loopback(&host) => Ok(Self(text.to_owned())),
            ("http", Some(_)) => Err(OriginError::Insecure(text.to_owned())),
            _ => Err(form()),
        }
    }

    /// The origin of a URL that may have a path.
    pub fn of_url(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text).map_err(|_| OriginError::Form(text.to_owned()))?;
        Self::parse(&url.origin().ascii_serialization())
    }

    /// The exact text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host name, without port; `None` for an app.
    pub fn host(&self) -> Option<&str> {
        let authority = self.0.split_once("://")?.1;
        Some(
            authority
                .rsplit_once(':')
                .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
                .map_or(authority, |(host, _)| host),
        )
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Origin {
    type Error = OriginError;

    fn try_from(text: String) -> Result<Self, OriginError> {
        Self::parse(&text)
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

/// A relying party ID: a lower-case ASCII host name (WebAuthn L3 §5.1.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RpId(String);

impl RpId {
    /// Reads an RP ID.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let refused = || OriginError::RpId(text.to_owned());
        match Host::parse(text).map_err(|_| refused())? {
            Host::Domain(name) if name == text && !text.ends_with('.') => Ok(Self(name)),
            _ => Err(refused()),
        }
    }

    /// Whether a page on `host` may use this RP ID without being a related origin: the same host or one below it.
    pub fn covers(&self, host: &str) -> bool {
        host == self.0 || host.strip_suffix(&self.0).is_some_and(|rest| rest.ends_with('.'))
    }

    /// The host name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for RpId {
    type Error = OriginError;

    fn try_from(text: String) -> Result<Self, OriginError> {
        Self::parse(&text)
    }
}

impl From<RpId> for String {
    fn from(rp_id: RpId) -> Self {
        rp_id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_origins_as_browsers_write_them() {
        for (text, host) in [
            ("https://example.com", "example.com"),
            ("https://app.example.com:8443", "app.example.com"),
            ("http://localhost:3000", "localhost"),
            ("http://shop.localhost:3000", "shop.localhost"),
            ("http://127.0.0.1:8080", "127.0.0.1"),
        ] {
            assert_eq!(Origin::parse(text).unwrap().host(), Some(host), "{text}");
        }
        assert!(Origin::parse("android:apk-key-hash:pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfIoGLck").is_ok());
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "null",
            "*",
            "example.com",
            "https://example.com/",
            "https://example.com:443",
            "https://EXAMPLE.com",
            "https://user@example.com",
            "https://example.com/path",
            "https://example.com?",
            "http://example.com",
            "http://localhost.evil.com",
            "ftp://example.com",
            "android:apk-key-hash:",
            "javascript:alert(1)",
        ] {
            assert!(Origin::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_rp_id_is_a_host_name_and_covers_hosts_below_it() {
        let rp_id = RpId::parse("example.com").unwrap();
        for host in ["example.com", "app.example.com"] {
            assert!(rp_id.covers(host), "{host}");
        }
        for host in ["evilexample.com", "com", "example.com.evil.net", ""] {
            assert!(!rp_id.covers(host), "{host}");
        }
        for text in ["", "https://example.com", "example.com:443", "Example.com", "example.com.", "127.0.0.1", "a b"] {
            assert!(RpId::parse(text).is_err(), "{text}");
        }
    }
}
