//! From COSE parameters to a key that the cryptographic library has accepted.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, ED25519, EcdsaVerificationAlgorithm,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaParameters, RsaPublicKeyComponents,
};

use super::KeyError;
use super::fields::Fields;
use crate::Algorithm;

/// Key types of the IANA COSE registry.
const OKP: i64 = 1;
const EC2: i64 = 2;
const RSA: i64 = 3;

/// An elliptic curve with the algorithm that uses it.
struct Curve {
    /// Its COSE identifier.
    id: i64,
    /// The length of a coordinate in bytes.
    size: usize,
    verification: &'static EcdsaVerificationAlgorithm,
}

// WebAuthn binds each ECDSA algorithm to one curve (Level 3 §5.8.5), which COSE itself does not.
const P256: Curve = Curve { id: 1, size: 32, verification: &ECDSA_P256_SHA256_ASN1 };
const P384: Curve = Curve { id: 2, size: 48, verification: &ECDSA_P384_SHA384_ASN1 };
const P521: Curve = Curve { id: 3, size: 66, verification: &ECDSA_P521_SHA512_ASN1 };
const ED25519_ID: i64 = 6;

/// The longest uncompressed point: that of P-521.
const LONGEST_POINT: usize = 1 + 2 * 66;

pub(super) fn import(algorithm: Algorithm, fields: &Fields<'_>) -> Result<ParsedPublicKey, KeyError> {
    match algorithm {
        Algorithm::Es256 => ec2(algorithm, &P256, fields),
        Algorithm::Es384 => ec2(algorithm, &P384, fields),
        Algorithm::Es512 => ec2(algorithm, &P521, fields),
        Algorithm::EdDsa => okp(algorithm, fields),
        Algorithm::Rs256 => rsa(algorithm, &RSA_PKCS1_2048_8192_SHA256, fields),
    }
}

/// RFC 9053 §7.1.1.
fn ec2(algorithm: Algorithm, curve: &Curve, fields: &Fields<'_>) -> Result<ParsedPublicKey, KeyError> {
    fields.demand_key_type(algorithm, EC2)?;
    fields.demand_curve(algorithm, curve.id)?;
    let coordinate = |value: Option<_>, parameter| {
        let bytes: &[u8] = value.ok_or(KeyError::Missing { parameter })?;
        if bytes.len() == curve.size {
            Ok(bytes)
        } else {
            Err(KeyError::InvalidParameter { parameter, expected: "as long as the curve's field" })
        }
    };
    let x = coordinate(fields.minus_two, "x (-2)")?;
    let y = coordinate(fields.minus_three, "y (-3)")?;
    // SEC 1 §2.3.3: the uncompressed form.
    let mut point = [0; LONGEST_POINT];
    let point = &mut point[..=2 * curve.size];
    point[0] = 0x04;
    point[1..=curve.size].copy_from_slice(x);
    point[1 + curve.size..].copy_from_slice(y);
    ParsedPublicKey::new(curve.verification, &point).map_err(|_| KeyError::InvalidPoint)
}

/// RFC 9053 §7.2.
fn okp(algorithm: Algorithm, fields: &Fields<'_>) -> Result<ParsedPublicKey, KeyError> {
    fields.demand_key_type(algorithm, OKP)?;
    fields.demand_curve(algorithm, ED25519_ID)?;
    let parameter = "x (-2)";
    let x = fields.minus_two.ok_or(KeyError::Missing { parameter })?;
    let x: &[u8; 32] = x.try_into().map_err(|_| KeyError::InvalidParameter { parameter, expected: "32 bytes long" })?;
    if is_of_small_order(x) {
        return Err(KeyError::InvalidPoint);
    }
    ParsedPublicKey::new(&ED25519, x).map_err(|_| KeyError::InvalidPoint)
}

/// RFC 8230 §4.
fn rsa(
    algorithm: Algorithm,
    parameters: &'static RsaParameters,
    fields: &Fields<'_>,
) -> Result<ParsedPublicKey, KeyError> {
    fields.demand_key_type(algorithm, RSA)?;
    let n = unsigned(fields.modulus, "n (-1)")?;
    let e = unsigned(fields.minus_two, "e (-2)")?;
    let bits = n.len() * 8 - n[0].leading_zeros() as usize;
    if !(2048..=8192).contains(&bits) {
        return Err(KeyError::ModulusSize { bits });
    }
    // What the library finds out at the first signature only: n and e are odd, and e has at most 33 bits. And it has to be
    // more than 1, with which every message would be its own signature.
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    if !odd(n) || !odd(e) || e == [1] || e.len() > 5 || (e.len() == 5 && e[0] > 1) {
        return Err(KeyError::InvalidRsa);
    }
    RsaPublicKeyComponents { n, e }.to_parsed_public_key(parameters).map_err(|_| KeyError::InvalidRsa)
}

/// An unsigned integer in the fewest bytes, as RFC 8230 §4 demands.
fn unsigned<'a>(value: Option<&'a [u8]>, parameter: &'static str) -> Result<&'a [u8], KeyError> {
    match value {
        None => Err(KeyError::Missing { parameter }),
        Some([] | [0, ..]) => {
            Err(KeyError::InvalidParameter { parameter, expected: "a positive integer without leading zeros" })
        }
        Some(bytes) => Ok(bytes),
    }
}

/// Whether a point of edwards25519 has an order of 1, 2, 4 or 8: under such a key one signature verifies for many
/// messages. The test is on y alone, which is all but the top bit; there are five such y, and two written as y + p.
fn is_of_small_order(point: &[u8; 32]) -> bool {
    const ORDER_8: [[u8; 32]; 2] = [
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
            0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
            0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
        ],
    ];
    let mut y = *point;
    y[31] &= 0x7f;
    let [first, middle @ .., last] = y;
    // 0 and 1; and p − 1, p, p + 1 with p = 2^255 − 19.
    (middle == [0; 30] && last == 0 && first <= 1)
        || (middle == [0xff; 30] && last == 0x7f && (0xec..=0xee).contains(&first))
        || ORDER_8.contains(&y)
}
