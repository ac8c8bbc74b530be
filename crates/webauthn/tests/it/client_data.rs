//! What the client data says: type, challenge, origin (§7.1 steps 7 to 9, §7.2 steps 10 to 12).

use countersign_testkit::forger::{Authenticator, ClientData};
use serde_json::{Value, json};

use crate::ceremony::{ORIGIN, Server};
use crate::tables::{Both, Variant, authentication_refuses, both_accept, both_refuse, case, registration_refuses};

const FORM: Both = ("7.1.6", "7.2.9");
const TYPE: Both = ("7.1.7", "7.2.10");
const CHALLENGE: Both = ("7.1.8", "7.2.11");
const ORIGINS: Both = ("7.1.9", "7.2.12");

#[test]
fn origins_match_exactly_or_not_at_all() {
    let cases = [
        case("another site", ORIGINS, "origin_mismatch", |c: &mut ClientData| c.set("origin", "https://evil.example")),
        case("unlisted subdomain", ORIGINS, "origin_mismatch", |c| c.set("origin", "https://www.example.com")),
        case("subdomain of a listed one", ORIGINS, "origin_mismatch", |c| {
            c.set("origin", "https://a.login.example.com");
        }),
        case("parent domain", ORIGINS, "origin_mismatch", |c| c.set("origin", "https://com")),
        case("our name as a prefix", ORIGINS, "origin_mismatch", |c| {
            c.set("origin", "https://example.com.evil.example");
        }),
        case("our name as a suffix", ORIGINS, "origin_mismatch", |c| c.set("origin", "https://notexample.com")),
        case("another port", ORIGINS, "origin_mismatch", |c| c.set("origin", "https://example.com:8443")),
        case("default port written out", ORIGINS, "origin_mismatch", |c| c.set("origin", "https://example.com:443")),
        case("http", ORIGINS, "origin_mismatch", |c| c.set("origin", "http://example.com")),
        case("no scheme", ORIGINS, "origin_mismatch", |c| c.set("origin", "example.com")),
        case("another scheme", ORIGINS, "origin_mismatch", |c| c.set("origin", "android:apk-key-hash:AAAA")),
        case("trailing dot", ORIGINS, "origin_mismatch", |c| c.set("origin", "https://example.com.")),
        case("trailing slash", ORIGINS, "origin_mismatch", |c| c.set("origin", "https://example.com/")),
        case("with a path", ORIGINS, "origin_mismatch", |c| c.set("origin", "https://example.com/login")),
        case("upper case host", ORIGINS, "origin_mismatch", |c| c.set("origin", "https://Example.com")),
        case("upper case scheme", ORIGINS, "origin_mismatch", |c| c.set("origin", "HTTPS://example.com")),
        case("user info", ORIGINS, "origin_mismatch", |c| c.set("origin", "https://example.com@evil.example")),
        case("leading space", ORIGINS, "origin_mismatch", |c| c.set("origin", " https://example.com")),
        case("trailing NUL", ORIGINS, "origin_mismatch", |c| c.set("origin", "https://example.com\0")),
        case("look-alike letter", ORIGINS, "origin_mismatch", |c| c.set("origin", "https://ex\u{0430}mple.com")),
        case("the text null", ORIGINS, "origin_mismatch", |c| c.set("origin", "null")),
        case("empty", ORIGINS, "origin_mismatch", |c| c.set("origin", "")),
        case("two in one text", ORIGINS, "origin_mismatch", |c| {
            c.set("origin", "https://example.com,https://evil.example");
        }),
        case("JSON null", FORM, "client_data_invalid", |c| c.set("origin", Value::Null)),
        case("absent", FORM, "client_data_invalid", |c| c.remove("origin")),
        case("a number", FORM, "client_data_invalid", |c| c.set("origin", 7)),
        case("a list with ours in it", FORM, "client_data_invalid", |c| c.set("origin", json!([ORIGIN]))),
    ];
    both_refuse(&Server::new(), &Authenticator::new(), &cases);
}

#[test]
fn every_listed_origin_passes_and_an_empty_list_passes_none() {
    let variants: [Variant<ClientData>; 1] =
        [("the second of the list", |c| c.set("origin", "https://login.example.com"))];
    both_accept(&Server::new(), &Authenticator::new(), &variants);

    let mut server = Server::new();
    let key = Authenticator::new();
    let record = server.enrol(&key);
    server.rp.origins.clear();
    let refusal = server.forged_assertion(&key, &record, |_| ()).unwrap_err();
    assert_eq!(refusal.reason.code(), "origin_mismatch");
}

#[test]
fn an_app_origin_passes_when_it_is_listed() {
    let mut server = Server::new();
    server.rp.origins.push("android:apk-key-hash:7d1043473d55bfa90e8530d35801d4e381bc69f0".to_owned());
    let variants: [Variant<ClientData>; 1] =
        [("an app", |c| c.set("origin", "android:apk-key-hash:7d1043473d55bfa90e8530d35801d4e381bc69f0"))];
    both_accept(&server, &Authenticator::new(), &variants);
}

#[test]
fn challenges_match_exactly_or_not_at_all() {
    let cases = [
        case("another", CHALLENGE, "challenge_mismatch", |c: &mut ClientData| c.set_challenge(&[3; 32])),
        case("one byte shorter", CHALLENGE, "challenge_mismatch", |c| c.set_challenge(&[1; 31])),
        case("one byte longer", CHALLENGE, "challenge_mismatch", |c| c.set_challenge(&[1; 33])),
        case("one bit other", CHALLENGE, "challenge_mismatch", |c| {
            let first = c.get("challenge").unwrap().as_str().unwrap().replacen('A', "B", 1);
            c.set("challenge", first);
        }),
        case("other case", CHALLENGE, "challenge_mismatch", |c| {
            let lower = c.get("challenge").unwrap().as_str().unwrap().to_lowercase();
            c.set("challenge", lower);
        }),
        case("padded", CHALLENGE, "challenge_mismatch", |c| {
            let padded = format!("{}=", c.get("challenge").unwrap().as_str().unwrap());
            c.set("challenge", padded);
        }),
        case("empty", CHALLENGE, "challenge_mismatch", |c| c.set("challenge", "")),
        case("no base64url", CHALLENGE, "challenge_mismatch", |c| c.set("challenge", "*not base64url*")),
        case("JSON null", FORM, "client_data_invalid", |c| c.set("challenge", Value::Null)),
        case("absent", FORM, "client_data_invalid", |c| c.remove("challenge")),
        case("a list of bytes", FORM, "client_data_invalid", |c| c.set("challenge", json!([1, 1, 1]))),
    ];
    both_refuse(&Server::new(), &Authenticator::new(), &cases);
}

#[test]
fn types_do_not_mix() {
    let cases = [
        case("other case", TYPE, "type_mismatch", |c: &mut ClientData| c.set("type", "WEBAUTHN.CREATE")),
        case("payment", TYPE, "type_mismatch", |c| c.set("type", "payment.get")),
        case("unknown", TYPE, "type_mismatch", |c| c.set("type", "webauthn")),
        case("the credential type", TYPE, "type_mismatch", |c| c.set("type", "public-key")),
        case("empty", TYPE, "type_mismatch", |c| c.set("type", "")),
        case("JSON null", FORM, "client_data_invalid", |c| c.set("type", Value::Null)),
        case("absent", FORM, "client_data_invalid", |c| c.remove("type")),
        case("a number", FORM, "client_data_invalid", |c| c.set("type", 0)),
    ];
    both_refuse(&Server::new(), &Authenticator::new(), &cases);
    let swapped =
        [case("an assertion", "7.1.7", "type_mismatch", |f: &mut countersign_testkit::forger::CreateDraft| {
            f.client.set("type", "webauthn.get");
        })];
    registration_refuses(&Server::new(), &Authenticator::new(), &swapped);
    let swapped =
        [case("a registration", "7.2.10", "type_mismatch", |f: &mut countersign_testkit::forger::GetDraft| {
            f.client.set("type", "webauthn.create");
        })];
    authentication_refuses(&Server::new(), &Authenticator::new(), &swapped);
}

#[test]
fn a_refused_origin_is_named_with_what_to_do() {
    let server = Server::new();
    let said = |origin: &'static str| {
        let outcome = server.forged_registration(&Authenticator::new(), |f| f.client.set("origin", origin));
        outcome.unwrap_err().to_string()
    };
    let sentence = said("https://www.example.com");
    assert!(sentence.contains("https://www.example.com is not in the tenant's origins: add it"), "{sentence}");
    assert!(sentence.contains("serve the page from https://example.com"), "{sentence}");
    // What a stranger wrote may not forge a line of the log.
    let sentence = said("https://evil.example\r\n2026-01-01 INFO all is well\u{1b}[2J");
    assert!(!sentence.contains(['\r', '\n', '\u{1b}']), "{sentence:?}");
    let sentence = server.forged_registration(&Authenticator::new(), |f| f.client.set("origin", "x".repeat(6000)));
    assert!(sentence.unwrap_err().to_string().len() < 600);
}
