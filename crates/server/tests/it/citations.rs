//! What comments cite is there: pages, their sections, the items of the checklist and the tests that show them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::documents::{read, root};

/// Every source file of the crates.
fn sources() -> Vec<PathBuf> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "sql") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(&root().join("crates"), &mut found);
    assert!(found.len() > 100, "{found:?}");
    found
}

/// The words of a file's comments. A citation may go on in the next line.
fn commented(text: &str) -> Vec<&str> {
    let markers = ["//!", "///", "//", "--"];
    let comment = |line| markers.iter().find_map(|marker| str::trim_start(line).strip_prefix(marker));
    text.lines().filter_map(comment).flat_map(str::split_whitespace).collect()
}

/// A word without the punctuation around it.
fn bare(word: &str) -> &str {
    word.trim_matches(['(', ')', ',', '.', ';', ':', '`'])
}

/// What is cited by the words that follow a page's name: `§2, §3`, `82 to 84`, `Q7, X10`.
fn numbers(words: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut range = false;
    for raw in words {
        let word = bare(raw);
        let digits = word.trim_start_matches(['§', 'S', 'Q', 'X']);
        match (word, digits.starts_with(|c: char| c.is_ascii_digit())) {
            ("and" | "item" | "items", _) => {}
            ("to", _) => range = true,
            (_, true) if range => {
                let begins: u32 = found.last().and_then(|first| first.parse().ok()).expect("a range begins somewhere");
                found.extend((begins + 1..=digits.parse().unwrap()).map(|number| number.to_string()));
                range = false;
            }
            (_, true) => found.push(word.to_owned()),
            _ => break,
        }
        if raw.contains(')') {
            break;
        }
    }
    found
}

/// Whether a page has a section of this number (`§1.4`) or a row that begins with it (`Q7`, `43`).
fn holds(page: &str, number: &str) -> bool {
    page.lines().any(|line| match number.strip_prefix('§') {
        Some(section) => {
            let title = line.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim_start());
            let after = title.and_then(|title| title.strip_prefix(section));
            after.is_some_and(|after| after.starts_with(' ') || after.starts_with(". "))
        }
        None => line.starts_with(&format!("| {number} |")),
    })
}

#[test]
fn every_citation_leads_to_its_place() {
    let mut followed = 0;
    for source in sources() {
        let text = fs::read_to_string(&source).unwrap();
        let words = commented(&text);
        for (at, word) in words.iter().enumerate() {
            let page = match &*bare(word).to_lowercase() {
                "decisions" => "docs/reference/decisions.md",
                "checklist" => "docs/reference/checklist.md",
                "sql-rules" => "docs/reference/sql.md",
                name if name.starts_with("docs/") && Path::new(name).extension().is_some_and(|md| md == "md") => {
                    bare(word)
                }
                _ => continue,
            };
            let page_text = read(page);
            for number in numbers(&words[at + 1..]) {
                assert!(holds(&page_text, &number), "{} cites {number} of {page}, which has none", source.display());
                followed += 1;
            }
        }
    }
    assert!(followed > 100, "only {followed} citations were found");
}

/// A row of the checklist: its number, and what its last column quotes.
fn row(line: &str) -> Option<(u32, BTreeSet<&str>)> {
    let number = line.strip_prefix("| ")?.split_once(" |")?.0.parse().ok()?;
    let shown = line.trim_end_matches(" |").rsplit(" | ").next()?;
    Some((number, shown.split('`').skip(1).step_by(2).collect()))
}

#[test]
fn every_item_of_the_checklist_names_its_tests_and_no_others() {
    let scenarios = scenarios();
    let page = read("docs/reference/checklist.md");
    let rows: Vec<_> = page.lines().filter_map(row).collect();
    assert!(rows.len() > 25, "{rows:?}");
    for (number, shown) in &rows {
        for test in shown.iter().filter(|test| !test.starts_with("crates/")) {
            let (file, function) = match test.split_once("::") {
                Some((file, function)) => (file, format!("fn {function}(")),
                None => (*test, format!("fn item_{number:0>2}_")),
            };
            let text = scenarios.get(file).map_or("", String::as_str);
            assert!(text.contains(&function), "item {number} names {test}, which has no {function}");
        }
    }
    for (name, text) in &scenarios {
        for rest in text.split("fn item_").skip(1) {
            let number: u32 = rest.split('_').next().unwrap().parse().unwrap();
            let row = rows.iter().find(|(listed, _)| *listed == number);
            assert!(row.is_some_and(|(_, shown)| shown.contains(&**name)), "item {number} does not name {name}");
        }
    }
}

/// The files that may show an item, by name: those over HTTP, with their folders, and the folders of those that start the program.
fn scenarios() -> BTreeMap<String, String> {
    let files = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut found = BTreeMap::new();
    let api = root().join("crates/api/tests/it");
    for path in files(api.clone()).filter(|path| path.is_file()) {
        found.insert(stem(&path), fs::read_to_string(path).unwrap());
    }
    let folders = files(api).chain(files(root().join("crates/server/tests/it"))).filter(|path| path.is_dir());
    for folder in folders {
        for path in files(folder.clone()) {
            found.insert(format!("{}/{}", stem(&folder), stem(&path)), fs::read_to_string(path).unwrap());
        }
    }
    found
}
