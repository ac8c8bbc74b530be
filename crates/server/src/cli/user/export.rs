//! Tables of Nhost's `auth` schema as PostgreSQL and Hasura write them: CSV with a head, or JSON (rows in a list, one a line, or one
//! object of lists by table).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// A row: its file, its number from 1, and its members by the names of the database's columns. What is nothing is not there.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) file: String,
    pub(super) number: usize,
    members: BTreeMap<String, Value>,
}

/// What the files hold.
#[derive(Debug, Default)]
pub(super) struct Export {
    pub(super) users: Vec<Row>,
    pub(super) keys: Vec<Row>,
    pub(super) roles: Vec<Row>,
}

impl Row {
    /// A text; numbers and booleans as text.
    pub(super) fn text(&self, column: &str) -> Option<String> {
        match self.members.get(column)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }
    }

    /// A boolean as PostgreSQL writes it: `t`, `true`.
    pub(super) fn is_true(&self, column: &str) -> bool {
        self.text(column).is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "t" | "true"))
    }

    /// JSON, also where it stands in a text.
    pub(super) fn json(&self, column: &str) -> Option<Value> {
        match self.members.get(column)? {
            Value::String(text) => serde_json::from_str(text).ok(),
            other => Some(other.clone()),
        }
    }
}

/// Reads the files.
pub(super) fn read(files: &[PathBuf]) -> Result<Export> {
    let mut export = Export::default();
    for file in files {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
        let text = text.trim_start_matches('\u{feff}');
        let rows = if is_json(file, text) { from_json(text) } else { from_csv(text) };
        let rows = rows.with_context(|| format!("cannot read {name}"))?;
        for (index, members) in rows.into_iter().enumerate() {
            let row = Row { file: name.clone(), number: index + 1, members };
            let has = |column: &str| row.members.contains_key(column);
            if has("credential_id") {
                export.keys.push(row);
            } else if has("role") && has("user_id") {
                export.roles.push(row);
            } else if has("id") && (has("default_role") || has("email")) {
                export.users.push(row);
            } else {
                bail!(
                    "{name}, row {}, is of no table that is known: auth.users, auth.user_security_keys, auth.user_roles",
                    index + 1
                );
            }
        }
    }
    Ok(export)
}

fn is_json(file: &Path, text: &str) -> bool {
    let says_csv = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    !says_csv && text.trim_start().starts_with(['[', '{'])
}

type Members = BTreeMap<String, Value>;

fn from_json(text: &str) -> Result<Vec<Members>> {
    let mut rows = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        collect(value?, &mut rows)?;
    }
    Ok(rows)
}

fn collect(value: Value, rows: &mut Vec<Members>) -> Result<()> {
    match value {
        Value::Array(list) => list.into_iter().try_for_each(|one| collect(one, rows)),
        // Tables by name, and what a query of GraphQL answers: `{"data": {"users": […]}}`.
        Value::Object(members)
            if !members.is_empty() && members.values().all(|one| one.is_array() || one.is_object()) =>
        {
            members.into_iter().try_for_each(|(_, one)| collect(one, rows))
        }
        Value::Object(members) => {
            let known = members.into_iter().filter(|(_, value)| !value.is_null());
            rows.push(known.map(|(name, value)| (column(&name), value)).collect());
            Ok(())
        }
        _ => bail!("a row is a JSON object"),
    }
}

/// An empty field without quotes is PostgreSQL's nothing; with them it would be an empty text, which no column here means.
fn from_csv(text: &str) -> Result<Vec<Members>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head: Vec<String> = reader.headers()?.iter().map(column).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let fields = head.iter().zip(&record).filter(|(_, field)| !field.is_empty());
        rows.push(fields.map(|(name, field)| (name.clone(), Value::String(field.to_owned()))).collect());
    }
    Ok(rows)
}

/// A column by its name in the database: GraphQL says `userId`.
fn column(name: &str) -> String {
    let mut text = String::new();
    for c in name.trim().chars() {
        if c.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(rows: &[Members], column: &str) -> Vec<String> {
        rows.iter()
            .map(|row| row.get(column).map_or("-".to_owned(), |value| value.as_str().unwrap_or("?").to_owned()))
            .collect()
    }

    #[test]
    fn rows_are_read_in_every_form_they_are_written_in() {
        let csv = "id,email,default_role,metadata\n1,a@b.example,user,\"{\"\"a\"\": \"\"x, y\"\"}\"\n2,,user,\n";
        let rows = from_csv(csv).unwrap();
        assert_eq!(texts(&rows, "email"), ["a@b.example", "-"]);
        assert_eq!(texts(&rows, "metadata"), [r#"{"a": "x, y"}"#, "-"]);
        for json in [
            r#"[{"id":"1","userId":"u","nickname":null},{"id":"2","userId":"v"}]"#,
            "{\"id\":\"1\",\"user_id\":\"u\"}\n{\"id\":\"2\",\"user_id\":\"v\"}\n",
            r#"{"data":{"authUserSecurityKeys":[{"id":"1","userId":"u"},{"id":"2","userId":"v"}]}}"#,
        ] {
            let rows = from_json(json).unwrap();
            assert_eq!(
                (texts(&rows, "user_id"), texts(&rows, "nickname")),
                (vec!["u".into(), "v".into()], vec!["-".into(), "-".into()])
            );
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for text in ["[1]", "{\"id\":", "[[\"a\"]]"] {
            assert!(from_json(text).is_err(), "{text}");
        }
        assert!(from_csv("a,b\n1,2,3\n").is_err());
    }
}
