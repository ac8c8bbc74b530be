//! RP ID hash, presence, verification and backup flags (§7.1 steps 14 to 17, §7.2 steps 15 to 19).

use countersign_testkit::forger::{Authenticator, AuthenticatorData, CreateDraft, GetDraft};
use countersign_webauthn::UserVerification;

use crate::ceremony::Server;
use crate::tables::{
    Both, Differences, Variant, authentication_refuses, both_accept, both_refuse, case, registration_refuses,
};

const RP_ID: Both = ("7.1.14", "7.2.15");
const PRESENT: Both = ("7.1.15", "7.2.16");
const VERIFIED: Both = ("7.1.16", "7.2.17");
const BACKUP: Both = ("7.1.17", "7.2.18");

fn requiring_uv() -> Server {
    Server { user_verification: UserVerification::Required, ..Server::new() }
}

#[test]
fn another_rp_id_is_refused() {
    let cases = [
        case("another site", RP_ID, "rp_id_mismatch", |d: &mut AuthenticatorData| d.set_rp_id("evil.example")),
        case("subdomain", RP_ID, "rp_id_mismatch", |d| d.set_rp_id("login.example.com")),
        case("parent domain", RP_ID, "rp_id_mismatch", |d| d.set_rp_id("com")),
        case("upper case", RP_ID, "rp_id_mismatch", |d| d.set_rp_id("EXAMPLE.COM")),
        case("trailing dot", RP_ID, "rp_id_mismatch", |d| d.set_rp_id("example.com.")),
        case("the origin", RP_ID, "rp_id_mismatch", |d| d.set_rp_id("https://example.com")),
        case("empty", RP_ID, "rp_id_mismatch", |d| d.set_rp_id("")),
        case("all zeros", RP_ID, "rp_id_mismatch", |d| d.rp_id_hash = [0; 32]),
        case("first byte", RP_ID, "rp_id_mismatch", |d| d.rp_id_hash[0] ^= 1),
        case("last byte", RP_ID, "rp_id_mismatch", |d| d.rp_id_hash[31] ^= 0x80),
    ];
    both_refuse(&Server::new(), &Authenticator::new(), &cases);
}

#[test]
fn nobody_present_is_refused_whatever_else_is_set() {
    let cases = [
        case("UP=0 with UV=1", PRESENT, "user_not_present", |d: &mut AuthenticatorData| d.flags.up = false),
        case("UP=0 and UV=0", PRESENT, "user_not_present", |d| {
            d.flags.up = false;
            d.flags.uv = false;
        }),
    ];
    both_refuse(&Server::new(), &Authenticator::new(), &cases);
    both_refuse(&requiring_uv(), &Authenticator::new(), &cases);
    both_refuse(
        &Server { user_verification: UserVerification::Discouraged, ..Server::new() },
        &Authenticator::new(),
        &cases,
    );
}

#[test]
fn verification_is_demanded_where_it_is_required_and_only_there() {
    let cases = [case("UV=0", VERIFIED, "user_not_verified", |d: &mut AuthenticatorData| d.flags.uv = false)];
    both_refuse(&requiring_uv(), &Authenticator::new(), &cases);
    for user_verification in [UserVerification::Preferred, UserVerification::Discouraged] {
        let server = Server { user_verification, ..Server::new() };
        both_accept(&server, &Authenticator::new(), &[("UV=0", |d: &mut AuthenticatorData| d.flags.uv = false)]);
        both_accept(&server, &Authenticator::new(), &[("UV=1", |d: &mut AuthenticatorData| d.flags.uv = true)]);
    }
}

#[test]
fn a_conditional_create_lifts_the_demand_for_presence_alone() {
    let conditional = Server { conditional: true, ..Server::new() };
    let key = Authenticator::new();
    let mut differences = Differences::default();
    let made = key.create_conditionally(&conditional.creation(), crate::ceremony::ORIGIN).unwrap();
    let registration = conditional.register(&made.credential).unwrap();
    assert!(!registration.flags.up() && !registration.flags.uv());
    differences.refused(
        "the same in an ordinary ceremony",
        Server::new().register(&made.credential),
        "7.1.15",
        "user_not_present",
    );
    differences.accepted("conditional with somebody present", conditional.forged_registration(&key, |_| ()));
    let strict = Server { user_verification: UserVerification::Required, conditional: true, ..Server::new() };
    differences.refused("UV required", strict.register(&made.credential), "7.1.16", "user_not_verified");
    differences.none();
    let cases = [
        case("BS without BE", "7.1.17", "backup_flags_invalid", |f: &mut CreateDraft| {
            f.data.flags.up = false;
            f.data.flags.bs = true;
        }),
        case("another RP ID", "7.1.14", "rp_id_mismatch", |f| {
            f.data.flags.up = false;
            f.data.set_rp_id("evil.example");
        }),
    ];
    registration_refuses(&conditional, &key, &cases);
}

#[test]
fn backed_up_without_being_eligible_is_refused() {
    let cases = [case("BS=1 with BE=0", BACKUP, "backup_flags_invalid", |d: &mut AuthenticatorData| {
        d.flags.be = false;
        d.flags.bs = true;
    })];
    both_refuse(&Server::new(), &Authenticator::new(), &cases);
    both_refuse(&Server::new(), &Authenticator::new().synced(true), &cases);
}

#[test]
fn backup_eligibility_is_for_life_and_backup_state_is_not() {
    let lost = [case("BE lost", "7.2.19", "backup_eligibility_changed", |f: &mut GetDraft| {
        f.data.flags.be = false;
        f.data.flags.bs = false;
    })];
    authentication_refuses(&Server::new(), &Authenticator::new().synced(true), &lost);
    let won = [
        case("BE won", "7.2.19", "backup_eligibility_changed", |f: &mut GetDraft| f.data.flags.be = true),
        case("BE and BS won", "7.2.19", "backup_eligibility_changed", |f| {
            f.data.flags.be = true;
            f.data.flags.bs = true;
        }),
    ];
    authentication_refuses(&Server::new(), &Authenticator::new(), &won);

    let server = Server::new();
    for (before, after) in [(true, false), (false, true)] {
        let key = Authenticator::new().backup(true, before);
        let record = server.enrol(&key);
        let said = server.forged_assertion(&key, &record, |f| f.data.flags.bs = after).unwrap();
        assert_eq!(said.flags.bs(), after);
    }
}

#[test]
fn reserved_bits_are_ignored() {
    let variants: [Variant<AuthenticatorData>; 3] = [
        ("bit 1", |d| d.flags.rfu1 = true),
        ("bit 5", |d| d.flags.rfu2 = true),
        ("both", |d| {
            d.flags.rfu1 = true;
            d.flags.rfu2 = true;
        }),
    ];
    both_accept(&Server::new(), &Authenticator::new(), &variants);
}

#[test]
fn the_flags_are_told_as_they_were() {
    let server = Server::new();
    for (uv, be, bs) in [(false, false, false), (true, false, false), (true, true, false), (true, true, true)] {
        let key = Authenticator::new().uv(uv).backup(be, bs);
        let made = server.forged_registration(&key, |_| ()).unwrap().flags;
        assert_eq!((made.up(), made.uv(), made.be(), made.bs(), made.at()), (true, uv, be, bs, true));
        let record = server.enrol(&key);
        let said = server.forged_assertion(&key, &record, |_| ()).unwrap().flags;
        assert_eq!((said.up(), said.uv(), said.be(), said.bs(), said.at()), (true, uv, be, bs, false));
    }
}
