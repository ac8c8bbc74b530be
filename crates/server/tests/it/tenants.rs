//! `countersign tenant …`: the forms that scripts rely on.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::program::Program;

const CREATE: [&str; 8] =
    ["tenant", "create", "--name", "Shop", "--rp-id", "example.com", "--origin", "https://app.example.com"];

/// Origins of the default tenant.
fn origins(program: &Program) -> Value {
    program.json(&["tenant", "show"])["settings"]["origins"].clone()
}

#[test]
fn create_prints_four_members_and_nothing_else() {
    let program = Program::new().with("COUNTERSIGN_SERVER__PUBLIC_URL", "https://auth.example.com");
    let more = ["--origin", "https://www.example.com", "--client-url", "https://app.example.com/account", "--json"];
    let ended = program.run(&[&CREATE[..], &more].concat());
    assert_eq!(ended.err, "", "nothing to warn of");
    let made: Value = serde_json::from_str(&ended.ok()).unwrap();
    let members: BTreeSet<&str> = made.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, BTreeSet::from(["apiSecretKey", "clientId", "managementKey", "tenantId"]));
    assert!(made["apiSecretKey"].as_str().unwrap().starts_with("csk_server_"));
    assert!(made["managementKey"].as_str().unwrap().starts_with("csk_mgmt_"));
    assert!(made["tenantId"].as_str().unwrap().len() == 36 && made["clientId"].as_str().unwrap().len() == 36);

    let shown = program.json(&["tenant", "show"]);
    assert_eq!(shown["tenantId"], made["tenantId"]);
    assert_eq!(shown["settings"]["origins"], json!(["https://app.example.com", "https://www.example.com"]));
    assert_eq!(shown["settings"]["clientUrl"], "https://app.example.com/account");
    assert_eq!((&shown["rpId"], &shown["default"]), (&json!("example.com"), &json!(true)));
}

#[test]
fn people_are_told_that_the_keys_are_shown_this_once() {
    let program = Program::new();
    let text = program.run(&CREATE).ok();
    assert!(text.contains("csk_server_") && text.contains("csk_mgmt_") && text.contains("shown this once"), "{text}");
    let later = program.run(&["tenant", "show"]).ok();
    assert!(later.contains("Shop") && !later.contains("csk_"), "{later}");
}

#[tokio::test]
async fn tenants_made_before_the_first_start_and_beside_the_server_both_work() {
    let program = Program::new();
    let before = program.tenant();
    let server = program.serve(&[]);
    let beside = program.tenant();
    for tenant in [&before, &beside] {
        let secret = tenant["apiSecretKey"].as_str().unwrap();
        let token = server.track(secret, "ada", "withdraw").await;
        let (status, verdict) = server.call(secret, "/validate", &json!({ "token": token })).await;
        assert_eq!((status, &verdict["isValid"], &verdict["state"]), (200, &json!(false), &json!("ALLOW")));
    }
    assert_ne!(before["tenantId"], beside["tenantId"]);
}

#[test]
fn the_first_tenant_is_the_default_until_another_is_made_so() {
    let program = Program::new();
    let (first, second) = (program.tenant(), program.tenant());
    let default_of = |program: &Program| program.json(&["tenant", "show"])["tenantId"].clone();
    assert_eq!(default_of(&program), first["tenantId"]);

    program.run(&["tenant", "update", "--tenant", second["tenantId"].as_str().unwrap(), "--default"]).ok();
    assert_eq!(default_of(&program), second["tenantId"]);
    let marks = program.json(&["tenant", "list"]);
    let defaults = marks.as_array().unwrap().iter().filter(|tenant| tenant["default"] == true).count();
    assert_eq!((marks.as_array().unwrap().len(), defaults), (2, 1));
}

#[test]
fn update_adds_and_removes_origins_and_leaves_the_rest_alone() {
    let program = Program::new();
    program.tenant();
    program.run(&["tenant", "update", "--settings", r#"{"tokenMinutes":5}"#]).ok();
    program.run(&["tenant", "update", "--origin", "http://localhost:4000", "--name", "Kiosk"]).ok();
    assert_eq!(origins(&program), json!(["http://localhost:3000", "http://localhost:4000"]));
    program.run(&["tenant", "update", "--remove-origin", "http://localhost:3000"]).ok();
    let shown = program.json(&["tenant", "show"]);
    assert_eq!(shown["settings"]["origins"], json!(["http://localhost:4000"]));
    assert_eq!((&shown["name"], &shown["settings"]["tokenMinutes"]), (&json!("Kiosk"), &json!(5)));
}

#[test]
fn what_cannot_be_a_tenant_is_refused_and_leaves_nothing_behind() {
    let program = Program::new();
    let create = |name: &str, rp_id: &str, origin: &str| {
        program.run(&["tenant", "create", "--name", name, "--rp-id", rp_id, "--origin", origin, "--json"]).refused()
    };
    for (name, rp_id, origin, word) in [
        ("Shop", "https://example.com", "https://example.com", "https://example.com"),
        ("Shop", "example.com:443", "https://example.com", "example.com:443"),
        ("Shop", "example.com", "https://example.com/path", "https://example.com/path"),
        ("Shop", "example.com", "http://example.com", "http://example.com"),
        ("Shop", "example.com", "*", "*"),
        (" ", "example.com", "https://example.com", "name"),
    ] {
        let error = create(name, rp_id, origin);
        assert!(error.starts_with("countersign: ") && error.contains(word), "{name} {rp_id} {origin}: {error}");
        assert_eq!(error.trim_end().lines().count(), 1, "one line: {error}");
    }
    let error = program.run(&["tenant", "create", "--name", "Shop", "--rp-id", "example.com"]).refused();
    assert!(error.contains("--origin"), "{error}");
    assert_eq!(program.json(&["tenant", "list"]), json!([]));
}

#[test]
fn what_cannot_be_changed_is_said() {
    let program = Program::new();
    for words in [&["tenant", "show"][..], &["tenant", "update", "--name", "Kiosk"]] {
        assert!(program.run(words).refused().contains("countersign tenant create"), "{words:?}");
    }
    program.tenant();
    let unknown = "00000000-0000-4000-8000-000000000000";
    for (words, word) in [
        (&["tenant", "show", "--tenant", unknown][..], unknown),
        (&["tenant", "show", "--tenant", "shop"], "shop is not a tenant id"),
        (&["tenant", "update", "--settings", "tokenMinutes=5"], "--settings"),
        (&["tenant", "update", "--settings", r#"{"orgins":[]}"#], "orgins"),
        (&["tenant", "update", "--settings", r#"{"tokenMinutes":600}"#], "tokenMinutes"),
        (&["tenant", "update", "--custom-domain", "https://auth.localhost"], "https://auth.localhost"),
    ] {
        let error = program.run(words).refused();
        assert!(error.contains(word), "{words:?}: {error}");
    }
    assert_eq!(program.json(&["tenant", "show"])["settings"]["tokenMinutes"], 10);
}

#[test]
fn settings_that_cannot_work_are_warned_of_with_the_remedy_beside_the_answer() {
    let program = Program::new().with("COUNTERSIGN_SERVER__PUBLIC_URL", "https://auth.service.io");
    let ended = program.run(&[&CREATE[..], &["--json"]].concat());
    assert!(ended.err.contains("warning: ") && ended.err.contains("--custom-domain auth.example.com"), "{}", ended.err);
    let warned = ended.err.trim().trim_start_matches("warning: ").to_owned();
    let made: Value = serde_json::from_str(&ended.ok()).unwrap();
    assert!(made["tenantId"].is_string());

    let doctor = |program: &Program| program.run(&["doctor"]).ok();
    assert!(doctor(&program).contains(&format!("warning  Tenant Shop: {warned}")), "{}", doctor(&program));
    // The remedy is one.
    program.run(&["tenant", "update", "--custom-domain", "auth.example.com"]).ok();
    assert!(!doctor(&program).contains("cannot use passkeys"), "{}", doctor(&program));
}
