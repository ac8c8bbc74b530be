//! Pages framed by other origins: `crossOrigin` and `topOrigin` (§7.1 steps 10 and 11, §7.2 steps 13 and 14).

use countersign_testkit::forger::{Authenticator, ClientData};
use serde_json::Value;

use crate::ceremony::Server;
use crate::tables::{Both, Differences, Variant, both_accept, both_refuse, case};

const FORM: Both = ("7.1.6", "7.2.9");
const CROSS: Both = ("7.1.10", "7.2.13");
const TOP: Both = ("7.1.11", "7.2.14");

const LISTED: &str = "https://shop.example";

fn embeddable() -> Server {
    let mut server = Server::new();
    server.rp.allow_cross_origin = true;
    server.rp.top_origins = vec![LISTED.to_owned(), "https://other.example".to_owned()];
    server
}

#[test]
fn without_an_embedding_list_nothing_framed_passes() {
    let cases = [
        case("crossOrigin", CROSS, "cross_origin_not_allowed", |c: &mut ClientData| c.set("crossOrigin", true)),
        case("crossOrigin and topOrigin", CROSS, "cross_origin_not_allowed", |c| {
            c.set("crossOrigin", true);
            c.set("topOrigin", LISTED);
        }),
        case("topOrigin alone", TOP, "cross_origin_not_allowed", |c| {
            c.remove("crossOrigin");
            c.set("topOrigin", LISTED);
        }),
        case("topOrigin against crossOrigin", TOP, "cross_origin_not_allowed", |c| c.set("topOrigin", LISTED)),
        case("topOrigin of our own", TOP, "cross_origin_not_allowed", |c| c.set("topOrigin", "https://example.com")),
        case("crossOrigin as text", FORM, "client_data_invalid", |c| c.set("crossOrigin", "true")),
        case("crossOrigin as number", FORM, "client_data_invalid", |c| c.set("crossOrigin", 1)),
        case("topOrigin as a list", FORM, "client_data_invalid", |c| c.set("topOrigin", vec![LISTED])),
    ];
    both_refuse(&Server::new(), &Authenticator::new(), &cases);
}

#[test]
fn with_an_embedding_list_only_listed_frames_pass() {
    let cases = [
        case("unlisted", TOP, "top_origin_mismatch", |c: &mut ClientData| {
            c.set("crossOrigin", true);
            c.set("topOrigin", "https://evil.example");
        }),
        case("subdomain of a listed one", TOP, "top_origin_mismatch", |c| {
            c.set("crossOrigin", true);
            c.set("topOrigin", "https://www.shop.example");
        }),
        case("trailing slash", TOP, "top_origin_mismatch", |c| {
            c.set("crossOrigin", true);
            c.set("topOrigin", "https://shop.example/");
        }),
        case("another port", TOP, "top_origin_mismatch", |c| {
            c.set("crossOrigin", true);
            c.set("topOrigin", "https://shop.example:8443");
        }),
        case("empty", TOP, "top_origin_mismatch", |c| {
            c.set("crossOrigin", true);
            c.set("topOrigin", "");
        }),
        case("the ceremony's origin is still checked", ("7.1.9", "7.2.12"), "origin_mismatch", |c| {
            c.set("crossOrigin", true);
            c.set("topOrigin", LISTED);
            c.set("origin", LISTED);
        }),
    ];
    both_refuse(&embeddable(), &Authenticator::new(), &cases);
}

#[test]
fn what_browsers_send_passes() {
    let framed: [Variant<ClientData>; 6] = [
        ("framed, the top told", |c| {
            c.set("crossOrigin", true);
            c.set("topOrigin", LISTED);
        }),
        ("framed, the second of the list", |c| {
            c.set("crossOrigin", true);
            c.set("topOrigin", "https://other.example");
        }),
        ("framed, the top not told", |c| c.set("crossOrigin", true)),
        ("framed, the top null", |c| {
            c.set("crossOrigin", true);
            c.set("topOrigin", Value::Null);
        }),
        ("not framed", |_| ()),
        ("a browser from before crossOrigin", |c| c.remove("crossOrigin")),
    ];
    both_accept(&embeddable(), &Authenticator::new(), &framed);
    let plain: [Variant<ClientData>; 3] = [
        ("not framed", |_| ()),
        ("a browser from before crossOrigin", |c| c.remove("crossOrigin")),
        ("crossOrigin null", |c| c.set("crossOrigin", Value::Null)),
    ];
    both_accept(&Server::new(), &Authenticator::new(), &plain);
}

#[test]
fn what_passed_is_told() {
    let server = embeddable();
    let key = Authenticator::new();
    let framed = |c: &mut ClientData| {
        c.set("crossOrigin", true);
        c.set("topOrigin", LISTED);
    };
    let made = server.forged_registration(&key, |f| framed(&mut f.client)).unwrap();
    assert_eq!((made.cross_origin, made.top_origin.as_deref()), (true, Some(LISTED)));
    let record = server.enrol(&key);
    let said = server.forged_assertion(&key, &record, |f| framed(&mut f.client)).unwrap();
    assert_eq!((said.cross_origin, said.top_origin.as_deref()), (true, Some(LISTED)));
    let said = server.forged_assertion(&key, &record, |f| f.client.remove("crossOrigin")).unwrap();
    assert_eq!((said.cross_origin, said.top_origin), (false, None));
}

#[test]
fn an_empty_list_still_accepts_a_browser_that_does_not_tell_the_top() {
    let mut server = Server::new();
    server.rp.allow_cross_origin = true;
    let key = Authenticator::new();
    let mut differences = Differences::default();
    let untold = server.forged_registration(&key, |f| f.client.set("crossOrigin", true));
    differences.accepted("untold", untold);
    let told = server.forged_registration(&key, |f| {
        f.client.set("crossOrigin", true);
        f.client.set("topOrigin", LISTED);
    });
    differences.refused("told", told, "7.1.11", "top_origin_mismatch");
    differences.none();
}
