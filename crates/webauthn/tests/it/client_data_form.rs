//! The client data as JSON text: what a parser has to take, and what it has to refuse (§5.8.1, §7.1 steps 5 and 6).

use countersign_testkit::forger::{Authenticator, ClientData};
use serde_json::json;

use crate::ceremony::Server;
use crate::tables::{Both, Variant, both_accept, both_refuse, case};

const FORM: Both = ("7.1.6", "7.2.9");
/// The limit on client data, in bytes.
const LIMIT: usize = 8 * 1024;

/// Fills the client data up to a length with white space, which JSON allows before the closing brace.
fn fill_to(bytes: &mut Vec<u8>, length: usize) {
    bytes.pop();
    bytes.resize(length - 1, b' ');
    bytes.push(b'}');
}

#[test]
fn text_that_is_not_one_json_object_is_refused() {
    let cases = [
        case("no text", FORM, "client_data_invalid", |text: &mut Vec<u8>| text.clear()),
        case("cut short", FORM, "client_data_invalid", |text| text.truncate(60)),
        case("text after the object", FORM, "client_data_invalid", |text| text.extend(b"{}")),
        case("a NUL after the object", FORM, "client_data_invalid", |text| text.push(0)),
        case("an array", FORM, "client_data_invalid", |text| *text = [b"[", &text[..], b"]"].concat()),
        case("its values without their names", FORM, "client_data_invalid", |text| {
            let members: serde_json::Value = serde_json::from_slice(text).unwrap();
            let order = ["type", "challenge", "origin", "crossOrigin"];
            *text = json!(order.map(|name| members[name].clone())).to_string().into_bytes();
        }),
        case("a string", FORM, "client_data_invalid", |text| *text = b"\"webauthn.create\"".to_vec()),
        case("null", FORM, "client_data_invalid", |text| *text = b"null".to_vec()),
        case("an empty object", FORM, "client_data_invalid", |text| *text = b"{}".to_vec()),
        case("a comment", FORM, "client_data_invalid", |text| text.extend(b"// for the log")),
        case("a trailing comma", FORM, "client_data_invalid", |text| {
            text.pop();
            text.extend(b",}");
        }),
        case("single quotes", FORM, "client_data_invalid", |text| {
            text.iter_mut().filter(|byte| **byte == b'"').for_each(|byte| *byte = b'\'');
        }),
        case("bytes that are no UTF-8 where it matters", FORM, "client_data_invalid", |text| {
            let place = text.windows(11).position(|part| part == b"example.com").unwrap();
            text[place] = 0xff;
        }),
        case("UTF-16", FORM, "client_data_invalid", |text| {
            *text = text.iter().flat_map(|byte| [*byte, 0]).collect();
        }),
        case("two byte order marks", FORM, "client_data_invalid", |text| {
            *text = ["\u{feff}\u{feff}".as_bytes(), text].concat();
        }),
        case("one byte over the limit", FORM, "client_data_invalid", |text| fill_to(text, LIMIT + 1)),
        case("a megabyte", FORM, "client_data_invalid", |text| fill_to(text, 1 << 20)),
        case("nested without end", FORM, "client_data_invalid", |text| {
            text.pop();
            text.extend(b",\"x\":");
            text.extend(std::iter::repeat_n(b'[', 4000));
            text.push(b'}');
        }),
    ];
    both_refuse(&Server::new(), &Authenticator::new(), &cases);
}

/// Readers differ in which of two members they take: a member that decides may be there once only.
#[test]
fn a_member_that_decides_may_not_come_twice() {
    let cases = [
        case("type", FORM, "client_data_invalid", |c: &mut ClientData| {
            c.repeat("type", c.get("type").unwrap().clone());
        }),
        case("challenge", FORM, "client_data_invalid", |c| c.repeat("challenge", "AAAA")),
        case("origin", FORM, "client_data_invalid", |c| c.repeat("origin", "https://evil.example")),
        case("crossOrigin", FORM, "client_data_invalid", |c| c.repeat("crossOrigin", true)),
        case("topOrigin", FORM, "client_data_invalid", |c| {
            c.repeat("topOrigin", "https://evil.example");
            c.repeat("topOrigin", serde_json::Value::Null);
        }),
    ];
    both_refuse(&Server::new(), &Authenticator::new(), &cases);
    let escaped = [case("origin, written with an escape", FORM, "client_data_invalid", |text: &mut Vec<u8>| {
        text.pop();
        text.extend(br#","\u006frigin":"https://evil.example"}"#);
    })];
    both_refuse(&Server::new(), &Authenticator::new(), &escaped);
}

#[test]
fn what_clients_may_write_passes() {
    let members: [Variant<ClientData>; 6] = [
        ("members of the future", |c| {
            c.set("other_keys_can_be_added_here", "do not compare clientDataJSON against a template");
            c.set("extraData", json!({"deep": [1, {"deeper": null}]}));
        }),
        ("tokenBinding of Level 2", |c| c.set("tokenBinding", json!({"status": "supported"}))),
        ("tokenBinding in use", |c| c.set("tokenBinding", json!({"status": "present", "id": "AAAA"}))),
        ("androidPackageName", |c| c.set("androidPackageName", "com.android.chrome")),
        ("another order", |c| c.members.reverse()),
        ("an unknown member twice", |c| {
            c.repeat("x", 1);
            c.repeat("x", 2);
        }),
    ];
    both_accept(&Server::new(), &Authenticator::new(), &members);
    let texts: [Variant<Vec<u8>>; 4] = [
        ("a byte order mark, hashed but not parsed", |text| *text = ["\u{feff}".as_bytes(), text].concat()),
        ("white space", |text| *text = [b" \n\t", &text[..], b"\r\n"].concat()),
        ("exactly at the limit", |text| fill_to(text, LIMIT)),
        ("escapes", |text| {
            let plain = String::from_utf8(text.clone()).unwrap();
            *text = plain.replace("https:", "https\\u003a").replace('/', "\\/").into_bytes();
        }),
    ];
    both_accept(&Server::new(), &Authenticator::new(), &texts);
}
