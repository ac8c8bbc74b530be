//! What a proof is worth: acr and amr (decisions §6, checklist 67 and 68).

use crate::clock::Millis;
use crate::methods::Method;
use crate::token::Proof;

/// What one WebAuthn ceremony proves.
pub(crate) fn assurance(method: Method, user_verified: bool, synced: bool, trusted: bool, at: Millis) -> Proof {
    let acr = match (user_verified, synced, trusted) {
        (true, false, true) => "aal3",
        (true, _, _) => "aal2",
        (false, _, _) => "aal1",
    };
    let key = if method == Method::Passkey && synced { "swk" } else { "hwk" };
    let mut amr = vec![key.to_owned()];
    if user_verified {
        amr.push("user".to_owned());
    }
    Proof { acr: acr.to_owned(), amr, at }
}

/// What a right code or link proves: one factor that can be told on (decisions §6).
pub(crate) fn assurance_of_code(method: Method, at: Millis) -> Proof {
    let amr: &[&str] = match method {
        Method::AuthenticatorApp => &["otp"],
        Method::EmailMagicLink => &["link"],
        Method::EmailOtp => &["otp", "email"],
        Method::Sms => &["otp", "sms"],
        Method::Whatsapp => &["otp", "whatsapp"],
        Method::RecoveryCode => &["rc"],
        // Theirs is said by the ceremony: see `assurance`.
        Method::Passkey | Method::SecurityKey => &[],
    };
    Proof { acr: "aal1".to_owned(), amr: amr.iter().map(|&name| name.to_owned()).collect(), at }
}

/// A proof after an earlier one of the same action. The level is the higher of both: a weaker or repeated proof never
/// raises it. Two methods are two factors (`mfa`), unless both show the same thing: one phone, one mailbox.
pub(crate) fn combine(earlier: Option<(Method, Proof)>, method: Method, proof: Proof) -> Proof {
    let Some((earlier_method, earlier)) = earlier else { return proof };
    let mut amr = earlier.amr;
    amr.extend(proof.amr);
    if shown_by(earlier_method) != shown_by(method) {
        amr.push("mfa".to_owned());
    }
    let mut seen = Vec::new();
    amr.retain(|name| {
        if seen.contains(name) {
            false
        } else {
            seen.push(name.clone());
            true
        }
    });
    Proof { acr: earlier.acr.max(proof.acr), amr, at: proof.at }
}

/// The thing that a proof by this method shows to be in hand.
const fn shown_by(method: Method) -> &'static str {
    match method {
        Method::Sms | Method::Whatsapp => "phone",
        Method::EmailMagicLink | Method::EmailOtp => "mailbox",
        Method::Passkey | Method::SecurityKey | Method::AuthenticatorApp | Method::RecoveryCode => method.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(method: Method, uv: bool, synced: bool, trusted: bool) -> (String, String) {
        let proof = assurance(method, uv, synced, trusted, Millis(0));
        (proof.acr, proof.amr.join(" "))
    }

    #[test]
    fn the_table_of_levels() {
        let table = [
            (Method::Passkey, true, true, false, "aal2", "swk user"),
            (Method::Passkey, true, false, false, "aal2", "hwk user"),
            (Method::Passkey, true, false, true, "aal3", "hwk user"),
            (Method::Passkey, true, true, true, "aal2", "swk user"),
            (Method::Passkey, false, true, false, "aal1", "swk"),
            (Method::SecurityKey, false, false, false, "aal1", "hwk"),
            (Method::SecurityKey, false, false, true, "aal1", "hwk"),
            (Method::SecurityKey, true, false, false, "aal2", "hwk user"),
            (Method::SecurityKey, true, false, true, "aal3", "hwk user"),
        ];
        for (method, uv, synced, trusted, acr, amr) in table {
            assert_eq!(
                proof(method, uv, synced, trusted),
                (acr.into(), amr.into()),
                "{method:?} uv={uv} synced={synced}"
            );
        }
    }

    #[test]
    fn repeating_a_proof_raises_nothing_and_two_methods_are_mfa() {
        let key = || assurance(Method::SecurityKey, false, false, false, Millis(1));
        let passkey = assurance(Method::Passkey, true, true, false, Millis(0));
        let twice = combine(Some((Method::SecurityKey, key())), Method::SecurityKey, key());
        assert_eq!((twice.acr.as_str(), twice.amr.join(" ").as_str()), ("aal1", "hwk"));
        let both = combine(Some((Method::Passkey, passkey)), Method::SecurityKey, key());
        assert_eq!((both.acr.as_str(), both.amr.join(" ").as_str()), ("aal2", "swk user hwk mfa"));
    }

    #[test]
    fn two_ways_to_one_phone_or_mailbox_are_one_factor() {
        let code = |method| assurance_of_code(method, Millis(0));
        let one = combine(Some((Method::Sms, code(Method::Sms))), Method::Whatsapp, code(Method::Whatsapp));
        assert_eq!((one.acr.as_str(), one.amr.join(" ").as_str()), ("aal1", "otp sms whatsapp"));
        let link = combine(
            Some((Method::EmailOtp, code(Method::EmailOtp))),
            Method::EmailMagicLink,
            code(Method::EmailMagicLink),
        );
        assert_eq!(link.amr.join(" "), "otp email link");
        let two = combine(Some((Method::Sms, code(Method::Sms))), Method::EmailOtp, code(Method::EmailOtp));
        assert_eq!(two.amr.join(" "), "otp sms email mfa");
    }
}
