//! `countersign key …`: keys are made, listed without their texts, and ended at once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::program::Program;

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}"))
}

/// The status of a call with this secret.
async fn status(server: &crate::program::Server, secret: &str) -> u16 {
    server.call(secret, "/users/ada/actions/withdraw", &json!({})).await.0
}

#[tokio::test]
async fn a_further_server_key_works_and_a_management_key_opens_no_server_api() {
    let program = Program::new();
    let tenant = program.tenant();
    let server = program.serve(&[]);
    let make = |kind| program.json(&["key", "create", "--tenant", text(&tenant, "tenantId"), "--kind", kind]);

    let key = make("server");
    let members: BTreeSet<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, BTreeSet::from(["key", "keyId", "kind"]));
    assert_eq!((text(&key, "kind"), status(&server, text(&key, "key")).await), ("server", 200));
    assert_eq!(status(&server, text(&make("management"), "key")).await, 401);
    assert_eq!(status(&server, text(&tenant, "managementKey")).await, 401);
    assert_eq!(status(&server, &text(&key, "key")[1..]).await, 401);
}

#[tokio::test]
async fn a_management_key_opens_the_management_api_and_a_server_key_does_not() {
    let program = Program::new();
    let tenant = program.tenant();
    let server = program.serve(&[]);
    let further = program.json(&["key", "create", "--tenant", text(&tenant, "tenantId"), "--kind", "management"]);
    for (key, expected) in [
        (text(&tenant, "managementKey"), 200),
        (text(&further, "key"), 200),
        (text(&tenant, "apiSecretKey"), 401),
        (text(&tenant, "tenantId"), 401),
    ] {
        let (status, answer) = server.call(key, "/management/preview", &json!({})).await;
        assert_eq!((status, answer["url"].is_string()), (expected, expected == 200), "{answer}");
    }
}

#[tokio::test]
async fn revoking_ends_a_key_at_once_and_only_that_key() {
    let program = Program::new();
    let tenant = program.tenant();
    let id = text(&tenant, "tenantId");
    let server = program.serve(&[]);
    let key = program.json(&["key", "create", "--tenant", id, "--kind", "server"]);
    assert_eq!(status(&server, text(&key, "key")).await, 200);

    program.run(&["key", "revoke", "--tenant", id, "--key", text(&key, "keyId")]).ok();
    assert_eq!(status(&server, text(&key, "key")).await, 401);
    assert_eq!(status(&server, text(&tenant, "apiSecretKey")).await, 200);
}

#[test]
fn the_list_names_keys_and_never_shows_them() {
    let program = Program::new();
    let tenant = program.tenant();
    let id = text(&tenant, "tenantId");
    let key = program.json(&["key", "create", "--tenant", id, "--kind", "management"]);
    program.run(&["key", "revoke", "--tenant", id, "--key", text(&key, "keyId")]).ok();

    let list = program.json(&["key", "list", "--tenant", id]);
    let kinds: Vec<&str> = list.as_array().unwrap().iter().map(|key| text(key, "kind")).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "server").count(), 1);
    assert_eq!(kinds.iter().filter(|kind| **kind == "management").count(), 2);
    let revoked: Vec<&Value> = list.as_array().unwrap().iter().filter(|key| key["revokedAt"].is_string()).collect();
    assert_eq!((revoked.len(), &revoked[0]["keyId"]), (1, &key["keyId"]));
    let for_people = program.run(&["key", "list", "--tenant", id]).ok();
    assert!(for_people.contains("revoked 20"), "{for_people}");
    for shown in [list.to_string(), for_people] {
        assert!(!shown.contains("csk_"), "{shown}");
    }
}

#[test]
fn a_key_of_another_tenant_or_of_none_is_not_revoked() {
    let program = Program::new();
    let (one, other) = (program.tenant(), program.tenant());
    let key = program.json(&["key", "list", "--tenant", text(&one, "tenantId")])[0]["keyId"].clone();
    let unknown = "00000000-0000-4000-8000-000000000000";
    for (tenant, key, word) in [
        (text(&other, "tenantId"), key.as_str().unwrap(), "no such key"),
        (text(&one, "tenantId"), unknown, "no such key"),
        (text(&one, "tenantId"), "first", "first is not a key id"),
        ("shop", unknown, "countersign tenant list"),
    ] {
        let error = program.run(&["key", "revoke", "--tenant", tenant, "--key", key, "--json"]).refused();
        assert!(error.contains(word), "{tenant} {key}: {error}");
    }
    assert!(program.json(&["key", "list", "--tenant", text(&one, "tenantId")])[0]["revokedAt"].is_null());
}

#[test]
fn a_key_for_no_tenant_or_of_no_kind_is_refused() {
    let program = Program::new();
    let tenant = program.tenant();
    let unknown = "00000000-0000-4000-8000-000000000000";
    let error = program.run(&["key", "create", "--tenant", unknown, "--kind", "server"]).refused();
    assert!(error.contains("no such tenant"), "{error}");
    let error = program.run(&["key", "list", "--tenant", unknown]).refused();
    assert!(error.contains("no such tenant"), "{error}");
    let error = program.run(&["key", "create", "--tenant", text(&tenant, "tenantId"), "--kind", "admin"]).refused();
    assert!(error.contains("server") && error.contains("management"), "{error}");
}
