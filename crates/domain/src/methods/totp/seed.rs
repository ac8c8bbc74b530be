//! What an authenticator app shares with the server.

use data_encoding::BASE32_NOPAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, TenantId};
use crate::ring::KeyRing;
use crate::secret::{self, Secret};

/// Bytes of a fresh seed: 160 bits, as long as the hash (RFC 4226 §4).
const LENGTH: usize = 20;

/// Bytes of a seed from elsewhere: 112 bits at least (checklist 17).
const TAKEN: std::ops::RangeInclusive<usize> = 14..=128;

/// Most characters of a name in the address, so that the QR code stays one that a camera reads.
const NAME: usize = 48;

/// What RFC 3986 §2.3 leaves as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The seed of one authenticator app. Does not print.
pub struct Seed(Zeroizing<Vec<u8>>);

impl Seed {
    /// A fresh one.
    pub(super) fn random() -> Self {
        Self(Zeroizing::new(secret::random::<LENGTH>().to_vec()))
    }

    /// One from elsewhere, of 14 to 128 bytes.
    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        TAKEN.contains(&bytes.len()).then(|| Self(Zeroizing::new(bytes.to_vec())))
    }

    /// The seed of an address `otpauth://totp/…`, such as another server has shown. `InvalidRequest` where the app that has it
    /// would show other codes than are checked here, or may: what is said twice, apps read differently. The same for a seed that is
    /// too short. The refusal does not repeat the address.
    pub fn of_uri(uri: &str) -> Result<Self> {
        let url = Url::parse(uri).ok().filter(|url| url.scheme() == "otpauth" && url.host_str() == Some("totp"));
        let url = url.ok_or_else(|| Error::invalid("otpUri must be an otpauth://totp/ address."))?;
        let (mut seed, mut said) = (None, Vec::new());
        for (name, value) in url.query_pairs() {
            let name = name.to_ascii_lowercase();
            let is_ours = match &*name {
                "secret" => {
                    seed = Self::of_base32(&value);
                    true
                }
                "algorithm" => value.eq_ignore_ascii_case("SHA1"),
                "digits" => value == "6",
                "period" => value == "30",
                // Who issued it, a picture: nothing that codes depend on.
                _ => continue,
            };
            if !is_ours || said.contains(&name) {
                return Err(Error::invalid(PARAMETERS));
            }
            said.push(name);
        }
        seed.ok_or_else(|| Error::invalid("The secret of otpUri must be base32 of at least 112 bits."))
    }

    fn of_base32(text: &str) -> Option<Self> {
        let text = Zeroizing::new(text.trim_end_matches('=').to_ascii_uppercase());
        let bytes = Zeroizing::new(BASE32_NOPAD.decode(text.as_bytes()).ok()?);
        Self::of_bytes(&bytes)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As people type it into an app that reads no QR code.
    pub(super) fn base32(&self) -> Secret {
        Secret::new(BASE32_NOPAD.encode(&self.0))
    }

    /// Whether an app with the one shows the codes of the other.
    pub(in crate::methods) fn is(&self, other: &Self) -> bool {
        secret::same(&self.0, &other.0)
    }

    /// Sealed for its factor's row.
    pub fn seal(&self, ring: &KeyRing, tenant: &TenantId, factor: &AuthenticatorId) -> Vec<u8> {
        ring.seal(&place(tenant, factor), &self.0)
    }

    /// Opens what `seal` made for the same row, also under a former key of the ring.
    pub(in crate::methods) fn open(
        ring: &KeyRing,
        tenant: &TenantId,
        factor: &AuthenticatorId,
        sealed: &[u8],
    ) -> Result<Self> {
        let seed = ring.open(&place(tenant, factor), sealed);
        seed.map(Self).map_err(|broken| Error::Internal(format!("the seed of {factor}: {broken}")))
    }

    /// The address that apps read from a QR code (Key URI Format of Google Authenticator).
    pub(super) fn uri(&self, issuer: &str, account: &str) -> Secret {
        let (issuer, account) = (named(issuer), named(account));
        let secret = self.base32();
        let secret = secret.expose();
        Secret::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
        ))
    }
}

const PARAMETERS: &str =
    "otpUri must be of SHA1, 6 digits and 30 seconds, each said once at most: no other codes are checked here.";

/// A seed moved to another row does not open.
fn place<'a>(tenant: &'a TenantId, factor: &'a AuthenticatorId) -> [&'a [u8]; 4] {
    [b"code_factors", tenant.as_str().as_bytes(), factor.as_str().as_bytes(), b"seed"]
}

/// A name in the address. Apps part issuer and account at the first colon, written out or escaped, so none is in a name.
fn named(name: &str) -> String {
    let name: String = name.chars().map(|c| if c == ':' { ' ' } else { c }).take(NAME).collect();
    utf8_percent_encode(name.trim(), UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_seed_has_160_bits_and_no_two_are_alike() {
        let seeds: Vec<String> = (0..100).map(|_| Seed::random().base32().expose().to_owned()).collect();
        assert!(seeds.iter().all(|text| text.len() == 32));
        assert!(seeds.iter().enumerate().all(|(at, text)| !seeds[..at].contains(text)));
    }

    #[test]
    fn names_are_escaped_so_that_nothing_is_added_to_the_address() {
        let seed = Seed::of_bytes(b"12345678901234567890").unwrap();
        let uri = seed.uri("Ä & Söhne: Shop?", "a/b&secret=AAAA#ü@example.com");
        let uri = uri.expose();
        assert_eq!(
            uri,
            "otpauth://totp/%C3%84%20%26%20S%C3%B6hne%20%20Shop%3F:a%2Fb%26secret%3DAAAA%23%C3%BC%40example.com\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%C3%84%20%26%20S%C3%B6hne%20%20Shop%3F&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(Seed::of_uri(uri).unwrap().bytes(), b"12345678901234567890");
    }

    #[test]
    fn long_names_are_cut() {
        let uri = Seed::random().uri(&"漢".repeat(300), &"漢".repeat(300));
        assert!(uri.expose().len() < 1500, "{}", uri.expose().len());
    }

    #[test]
    fn an_address_of_other_codes_or_a_short_seed_is_refused() {
        let good = "otpauth://totp/Shop:ada?secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq";
        assert_eq!(Seed::of_uri(good).unwrap().bytes(), b"12345678901234567890");
        let harmless = "&algorithm=sha1&digits=6&period=30&issuer=Shop&image=https%3A%2F%2Fshop.example%2F";
        assert!(Seed::of_uri(&format!("{good}{harmless}")).is_ok());
        for more in [
            "&algorithm=SHA256",
            "&algorithm=",
            "&Algorithm=SHA512",
            "&digits=8",
            "&digits=06",
            "&period=60",
            "&period=30.0",
            "&algorithm=SHA1&digits=7",
            "&period=30&period=30",
            "&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJR",
            "&SECRET=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJR",
        ] {
            assert!(Seed::of_uri(&format!("{good}{more}")).is_err(), "{more}");
        }
        // 112 bits are enough, padded or not.
        assert!(Seed::of_uri("otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNA").is_ok());
        assert!(Seed::of_uri("otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNA%3D").is_ok());
        for uri in [
            "",
            "otpauth://totp/ada",
            "otpauth://hotp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=1",
            "https://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            "otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQ",
            "otpauth://totp/ada?secret=!",
            "otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1",
            "otpauth://totp/ada?secret=GEZDGNBV GY3TQOJQ GEZDGNBV GY3TQOJQ",
            // 104 bits.
            "otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDG",
            "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        ] {
            assert!(Seed::of_uri(uri).is_err(), "{uri}");
        }
    }

    #[test]
    fn a_seed_opens_in_its_own_row_alone() {
        let ring = KeyRing::generate();
        let (tenant, factor) = (TenantId::random(), AuthenticatorId::random());
        let sealed = Seed::of_bytes(&[7; 20]).unwrap().seal(&ring, &tenant, &factor);
        assert_eq!(Seed::open(&ring, &tenant, &factor, &sealed).unwrap().bytes(), [7; 20]);
        assert!(Seed::open(&ring, &tenant, &AuthenticatorId::random(), &sealed).is_err());
        assert!(Seed::open(&ring, &TenantId::random(), &factor, &sealed).is_err());
    }
}
