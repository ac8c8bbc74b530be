//! What the documents say is there: paths, error codes, configuration keys, commands.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::Program;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A document by its path from the root.
pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every Markdown file at the root and under docs/, as (name, text).
fn documents() -> Vec<(String, String)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>, deep: bool) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && deep {
                collect(&path, found, deep);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(&root(), &mut found, false);
    collect(&root().join("docs"), &mut found, true);
    assert!(found.len() > 10, "{found:?}");
    let name = |path: &Path| path.strip_prefix(root()).unwrap().display().to_string();
    found.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// What stands between backticks on one line.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with("```")).flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// The lines of fenced blocks.
fn fenced(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        inside ^= fence;
        inside && !fence
    })
}

/// First column of a Markdown table's rows whose first cell is one quoted word.
pub(crate) fn table_words(text: &str) -> BTreeSet<String> {
    let first =
        |line: &str| line.strip_prefix("| `").and_then(|rest| rest.split_once("` |")).map(|(word, _)| word.to_owned());
    text.lines().filter_map(first).collect()
}

#[test]
fn every_path_that_a_document_names_exists() {
    const ROOMS: [&str; 8] = ["crates/", "apps/", "docs/", "e2e/", "schema/", "packages/", "deploy/", ".ci/"];
    for (name, text) in documents() {
        for path in quoted(&text).filter(|word| ROOMS.iter().any(|room| word.starts_with(room))) {
            // A pattern names many: `crates/domain/src/methods/<method>/`.
            let known = path.split(['<', '*', ' ']).next().unwrap_or_default();
            assert!(root().join(known).exists(), "{name} names {path}, which does not exist");
        }
    }
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    for (name, text) in documents() {
        let folder = root().join(&name).parent().unwrap().to_owned();
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
        for target in targets.filter(|target| !target.contains("://") && !target.starts_with('#')) {
            let file = target.split('#').next().unwrap_or_default();
            assert!(folder.join(file).exists(), "{name} links to {target}, which does not exist");
        }
    }
}

#[test]
fn every_statement_that_the_architecture_names_stands_in_the_file_it_names() {
    let mut checked = 0;
    for line in read("ARCHITECTURE.md").lines() {
        let mut file = None;
        for word in line.split('`').skip(1).step_by(2) {
            if word.starts_with("crates/") && Path::new(word).extension().is_some_and(|ending| ending == "rs") {
                file = Some(word);
            } else if let Some(file) = file
                && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
            {
                assert!(read(file).contains(&format!("    {word} = ")), "{file} has no statement {word}");
                checked += 1;
            }
        }
    }
    assert!(checked >= 15, "only {checked} statements are named");
}

#[test]
fn the_error_reference_has_every_code_and_no_other() {
    let source = read("crates/api/src/problem.rs");
    let is_code = |word: &str| word.len() > 4 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let codes: BTreeSet<String> = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(|word| is_code(word))
        .map(str::to_owned)
        .collect();
    assert!(codes.contains("invalid_request") && codes.contains("internal_error"), "{codes:?}");
    assert_eq!(table_words(&read("docs/reference/errors.md")), codes);
}

/// Every key with its value, sections joined by dots.
fn settings(prefix: &str, value: &Value) -> Vec<(String, Value)> {
    let Some(members) = value.as_object() else { return vec![(prefix.to_owned(), value.clone())] };
    let name = |key: &str| if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
    members.iter().flat_map(|(key, value)| settings(&name(key), value)).collect()
}

#[test]
fn the_configuration_reference_has_every_key_with_its_default() {
    let config = Program::new().without_variables().json(&["config"]);
    let mut keys = BTreeSet::new();
    let reference = read("docs/reference/configuration.md");
    for (name, value) in settings("", &config) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let row = reference.lines().find(|line| line.starts_with(&format!("| `{name}` |"))).unwrap_or_default();
        // What has no default is said to be absent.
        let shown = if value == "null" { "| none |".to_owned() } else { format!("`{value}`") };
        assert!(row.contains(&shown), "the row of {name} does not give its default {value}: {row}");
        keys.insert(name);
    }
    assert_eq!(table_words(&reference), keys);
}

#[test]
fn every_command_that_a_document_shows_is_one() {
    let program = Program::new();
    let mut seen = BTreeSet::new();
    for (name, text) in documents() {
        // A command may go on over several lines.
        let joined = fenced(&text).collect::<Vec<_>>().join("\n").replace("\\\n", " ");
        let spans = quoted(&text).filter(|span| span.starts_with("countersign "));
        for line in joined
            .lines()
            .filter_map(|line| line.trim_start().rsplit_once("countersign "))
            .map(|(_, rest)| rest)
            .chain(spans.map(|span| &span["countersign ".len()..]))
        {
            let words: Vec<&str> =
                line.split_whitespace().take_while(|word| !word.starts_with(['|', '#', '>'])).collect();
            let plain = |word: &&&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
            let Some(first) = words.first().filter(plain) else { continue };
            let nested =
                matches!(*first, "tenant" | "key" | "delivery" | "user").then(|| words.get(1).filter(plain)).flatten();
            let command: Vec<&str> = [first].into_iter().chain(nested).copied().collect();
            let ended = program.run(&[&command[..], &["--help"]].concat());
            assert_eq!(ended.code, Some(0), "{name} shows countersign {line}:\n{}", ended.err);
            for flag in words.iter().filter_map(|word| word.trim_start_matches('[').strip_prefix("--")) {
                let flag: String = flag.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
                assert!(ended.out.contains(&format!("--{flag}")), "{name} shows --{flag} with countersign {line}");
            }
            seen.insert(command.join(" "));
        }
    }
    for command in ["serve", "tenant create", "key create", "key revoke", "doctor", "config", "openapi"] {
        assert!(seen.contains(command), "no document shows countersign {command}");
    }
}
