//! `config`, `migrate`, `doctor`, `openapi`: for people and, with `--json`, for scripts.

use std::path::Path;

use serde_json::{Value, json};

use crate::program::Program;

#[test]
fn config_prints_a_file_that_reads_back() {
    let program = Program::new().without_variables().with("COUNTERSIGN_SERVER__LISTEN", "127.0.0.1:9000");
    let text = program.run(&["config"]).ok();
    let again = Program::new().without_variables();
    again.write("countersign.toml", &text);
    assert_eq!(again.json(&["config"]), program.json(&["config"]));
    assert_eq!(again.run(&["config"]).ok(), text);
}

#[test]
fn migrate_says_what_it_did_and_then_that_nothing_is_left_to_do() {
    let program = Program::new();
    let applied = program.json(&["migrate"]);
    let names = applied["applied"].as_array().unwrap();
    assert!(names.first().is_some_and(|name| name == "0001_tenants"), "{applied}");
    assert_eq!(program.json(&["migrate"]), json!({ "applied": [] }));
    assert_eq!(program.run(&["migrate"]).ok(), "The database is up to date.\n");
    assert!(Program::new().run(&["migrate"]).ok().starts_with("Applied 0001_tenants, "));
}

/// The texts of doctor's errors and warnings that are not about pages, which a checkout may or may not have built.
fn findings(answer: &Value) -> Vec<&str> {
    let all = answer["findings"].as_array().unwrap().iter().filter(|finding| finding["level"] != "note");
    all.map(|finding| finding["text"].as_str().unwrap()).filter(|text| !text.contains("make web")).collect()
}

#[test]
fn doctor_tells_what_is_missing_and_what_cannot_work() {
    let program = Program::new().with("COUNTERSIGN_SERVER__PUBLIC_URL", "https://auth.service.io");
    let answer = program.json(&["doctor"]);
    assert_eq!(
        (&answer["ok"], findings(&answer)),
        (&json!(true), vec!["There is no tenant yet: countersign tenant create"])
    );

    let create =
        ["tenant", "create", "--name", "Shop", "--rp-id", "example.com", "--origin", "https://app.example.com"];
    program.run(&create).ok();
    let answer = program.json(&["doctor"]);
    let found = findings(&answer);
    assert!(found.len() == 1 && found[0].contains("Tenant Shop") && found[0].contains("--custom-domain"), "{found:?}");
    program.run(&["tenant", "update", "--custom-domain", "auth.example.com"]).ok();
    assert_eq!(findings(&program.json(&["doctor"])), Vec::<&str>::new());
}

#[test]
fn doctor_fails_when_something_is_broken() {
    let program = Program::new();
    program.tenant();
    std::fs::remove_file(program.path("data/keys.json")).unwrap();
    let ended = program.run(&["doctor", "--json"]);
    assert_eq!(ended.code, Some(1));
    let answer: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(answer["ok"], false);
    assert!(findings(&answer).iter().any(|text| text.contains("data/keys.json")), "{answer}");
    let text = program.run(&["doctor"]).out;
    assert!(text.contains("error    "), "{text}");
}

#[test]
fn openapi_prints_the_checked_in_specifications() {
    let program = Program::new();
    for api in ["client", "server"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../schema/{api}.json"));
        let checked_in: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert!(program.json(&["openapi", api]) == checked_in, "schema/{api}.json is another: make schema");
        let text = program.run(&["openapi", api]).ok();
        assert!(text.starts_with("{\n"), "for people it is indented");
        assert!(serde_json::from_str::<Value>(&text).unwrap() == checked_in, "{api}: both forms say the same");
    }
    assert!(!program.path("data").exists(), "a specification needs no database");
}

#[test]
fn a_command_that_is_none_is_refused_with_those_there_are() {
    let program = Program::new();
    for words in [&[][..], &["help"]] {
        let ended = program.run(words);
        let text = format!("{}{}", ended.out, ended.err);
        for command in ["serve", "tenant", "key", "migrate", "config", "doctor", "openapi"] {
            assert!(text.contains(command), "{command} is missing in {text}");
        }
    }
    for words in [&["sevre"][..], &["tenant", "make"], &["openapi", "graphql"], &["serve", "--prod"]] {
        let error = program.run(words).refused();
        assert!(error.contains(words[words.len() - 1]), "{words:?}: {error}");
    }
    assert!(program.run(&["--version"]).ok().starts_with("countersign "));
}

#[test]
fn a_reader_that_stops_early_is_no_failure() {
    let program = Program::new();
    let (code, err) = program.run_unread(&["openapi", "server"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
}
