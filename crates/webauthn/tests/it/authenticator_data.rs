//! Authenticator data, byte class by byte class (§6.1, §6.5.1).

use countersign_testkit::forger::{Attested, Authenticator, Cbor, CreateDraft, GetDraft};

use crate::ceremony::Server;
use crate::tables::{authentication_refuses, case, registration_refuses};

const FORM: &str = "6.1";
const INVALID: &str = "authenticator_data_invalid";

#[test]
fn registration_data_of_another_length_is_refused() {
    let cases = [
        case("nothing", FORM, INVALID, |f: &mut CreateDraft| f.edit_authenticator_data(Vec::clear)),
        case("half the hash", FORM, INVALID, |f| f.edit_authenticator_data(|b| b.truncate(16))),
        case("no flags", FORM, INVALID, |f| f.edit_authenticator_data(|b| b.truncate(32))),
        case("half the counter", FORM, INVALID, |f| f.edit_authenticator_data(|b| b.truncate(35))),
        case("nothing attested", FORM, INVALID, |f| f.edit_authenticator_data(|b| b.truncate(37))),
        case("half the AAGUID", FORM, INVALID, |f| f.edit_authenticator_data(|b| b.truncate(45))),
        case("no id length", FORM, INVALID, |f| f.edit_authenticator_data(|b| b.truncate(53))),
        case("half the id length", FORM, INVALID, |f| f.edit_authenticator_data(|b| b.truncate(54))),
        case("half the id", FORM, INVALID, |f| f.edit_authenticator_data(|b| b.truncate(71))),
        case("one byte after the key", FORM, INVALID, |f| f.data.trailing = vec![0]),
        case("a second key after the key", FORM, INVALID, |f| {
            f.data.trailing = f.cose().encode();
        }),
        case("an id length that reaches past the end", FORM, INVALID, |f| {
            f.data.attested().credential_id_length = Some(1000);
        }),
    ];
    registration_refuses(&Server::new(), &Authenticator::new(), &cases);
}

#[test]
fn the_key_is_read_as_one_item_where_the_id_ends() {
    let cases = [
        case("no key", FORM, "cbor_invalid", |f: &mut CreateDraft| {
            f.data.attested().public_key = Cbor::Raw(vec![]);
        }),
        case("half the key", FORM, "cbor_invalid", |f| {
            f.edit_authenticator_data(|b| b.truncate(b.len() - 20));
        }),
        case("one byte short", FORM, "cbor_invalid", |f| {
            f.edit_authenticator_data(|b| b.truncate(b.len() - 1));
        }),
        case("an id length one too long", FORM, "cbor_invalid", |f| {
            // 0xa5, the head of the key, becomes the last byte of the id; 0x01 is read as the key.
            f.data.attested().credential_id_length = Some(33);
        }),
    ];
    registration_refuses(&Server::new(), &Authenticator::new(), &cases);
}

#[test]
fn flags_have_to_tell_what_registration_data_holds() {
    let cases = [
        case("AT=0, data there", FORM, INVALID, |f: &mut CreateDraft| f.data.flags.at = false),
        case("AT=0, no data", FORM, INVALID, |f| {
            f.data.flags.at = false;
            f.data.attested = None;
        }),
        case("AT=1, no data", FORM, INVALID, |f| f.data.attested = None),
        case("ED=1, no extensions", FORM, "cbor_invalid", |f| f.data.flags.ed = true),
        case("ED=0, extensions there", FORM, INVALID, |f| {
            f.data.set_extensions(Cbor::map([("credProtect", 2)]));
            f.data.flags.ed = false;
        }),
        case("AT=0 and ED=1, the key read as extensions", FORM, INVALID, |f| {
            f.data.flags.at = false;
            f.data.attested = None;
            f.data.set_extensions(Cbor::map([("credProtect", 2)]));
        }),
    ];
    registration_refuses(&Server::new(), &Authenticator::new(), &cases);
}

#[test]
fn extensions_have_to_be_one_map() {
    let cases = [
        case("an array", FORM, "cbor_invalid", |f: &mut CreateDraft| {
            f.data.set_extensions(Cbor::Array(vec![1.into()]));
        }),
        case("a number", FORM, "cbor_invalid", |f| f.data.set_extensions(7.into())),
        case("cut short", FORM, "cbor_invalid", |f| f.data.set_extensions(Cbor::Raw(vec![0xa1, 0x61]))),
        case("of indefinite length", FORM, "cbor_invalid", |f| f.data.set_extensions(Cbor::Raw(vec![0xbf, 0xff]))),
        case("a key twice", FORM, "cbor_invalid", |f| {
            f.data.set_extensions(Cbor::map([("uvm", true), ("uvm", false)]));
        }),
        case("a byte after them", FORM, INVALID, |f| {
            f.data.set_extensions(Cbor::map([("credProtect", 2)]));
            f.data.trailing = vec![0];
        }),
    ];
    registration_refuses(&Server::new(), &Authenticator::new(), &cases);
    let cases = [
        case("an array", FORM, "cbor_invalid", |f: &mut GetDraft| f.data.set_extensions(Cbor::Array(vec![]))),
        case("cut short", FORM, "cbor_invalid", |f| f.data.set_extensions(Cbor::Raw(vec![0xa1, 0x61]))),
        case("a key twice", FORM, "cbor_invalid", |f| {
            f.data.set_extensions(Cbor::map([("uvm", true), ("uvm", false)]));
        }),
        case("a byte after them", FORM, INVALID, |f| {
            f.data.set_extensions(Cbor::map([("uvm", true)]));
            f.data.trailing = vec![0];
        }),
    ];
    authentication_refuses(&Server::new(), &Authenticator::new(), &cases);
}

#[test]
fn assertion_data_has_37_bytes_and_what_its_flags_announce() {
    let cases = [
        case("nothing", FORM, INVALID, |f: &mut GetDraft| f.edit_authenticator_data(Vec::clear)),
        case("half the hash", FORM, INVALID, |f| f.edit_authenticator_data(|b| b.truncate(16))),
        case("no flags", FORM, INVALID, |f| f.edit_authenticator_data(|b| b.truncate(32))),
        case("36 bytes", FORM, INVALID, |f| f.edit_authenticator_data(|b| b.truncate(36))),
        case("38 bytes", FORM, INVALID, |f| f.data.trailing = vec![0]),
        case("ED=1, no extensions", FORM, "cbor_invalid", |f| f.data.flags.ed = true),
        case("ED=0, extensions there", FORM, INVALID, |f| {
            f.data.set_extensions(Cbor::map([("uvm", true)]));
            f.data.flags.ed = false;
        }),
        case("AT=1, no data", FORM, INVALID, |f| f.data.flags.at = true),
        case("AT=0, data there", FORM, INVALID, |f| {
            f.data.attested = Some(Attested::new([0; 16], vec![7; 32], Cbor::map([(1, 2)])));
        }),
        // §6.5.1: attested credential data belongs to registrations alone.
        case("AT=1, data there", FORM, INVALID, |f| {
            f.data.flags.at = true;
            let key: [(i64, Cbor); 4] = [(1, 1.into()), (3, (-8).into()), (-1, 6.into()), (-2, vec![9; 32].into())];
            f.data.attested = Some(Attested::new([0; 16], vec![7; 32], Cbor::map(key)));
        }),
    ];
    authentication_refuses(&Server::new(), &Authenticator::new(), &cases);
}

#[test]
fn extensions_that_nobody_asked_for_pass() {
    let server = Server::new();
    let key = Authenticator::new();
    let record = server.enrol(&key);
    let made = server.forged_registration(&key, |f| f.data.set_extensions(Cbor::map([("credProtect", 2)])));
    assert!(made.unwrap().flags.ed());
    let nested = Cbor::map([("hmac-secret", Cbor::Bytes(vec![1; 48])), ("x", Cbor::Array(vec![Cbor::Null]))]);
    let said = server.forged_assertion(&key, &record, |f| f.data.set_extensions(nested));
    assert!(said.unwrap().flags.ed());
    let empty = server.forged_assertion(&key, &record, |f| f.data.set_extensions(Cbor::Map(vec![])));
    assert!(empty.unwrap().flags.ed());
}
