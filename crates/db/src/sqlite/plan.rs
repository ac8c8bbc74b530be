//! Figures for SQLite's query planner, set and not measured.
//!
//! Without figures the planner takes it that a value of an index's first column occurs ten times. Here that column is
//! `tenant_id`, and one tenant may own every row: the planner would walk over all rows of a tenant to save the sorting of
//! three. With `ANALYZE` the plans would hang on what the tables held when it last ran. So the figures say once what the
//! schema means: there are many rows, a tenant has half of them, and what follows in an index picks out few. Plans are
//! then the same on the first day and with ten million users. (<https://sqlite.org/fileformat2.html#stat1tab>)

use rusqlite::{Connection, params};

/// Rows in every table.
const ROWS: u32 = 1_000_000;

/// Writes the figures of every index and makes this connection use them; others do from their opening on.
pub(super) fn set_figures(connection: &Connection) -> rusqlite::Result<()> {
    // The way to make the table of figures without reading large tables.
    connection.execute_batch("ANALYZE schema_migrations; DELETE FROM sqlite_stat1")?;
    let mut indexes: Vec<Index> = Vec::new();
    let mut columns = connection.prepare(
        "SELECT t.name, i.name, i.\"unique\", c.name FROM sqlite_schema t, pragma_index_list(t.name) i, \
         pragma_index_info(i.name) c WHERE t.type = 'table' ORDER BY t.name, i.name, c.seqno",
    )?;
    let mut rows = columns.query([])?;
    while let Some(row) = rows.next()? {
        let (table, name): (String, String) = (row.get(0)?, row.get(1)?);
        let column: Option<String> = row.get(3)?;
        let is_tenant = column.as_deref() == Some("tenant_id");
        match indexes.last_mut().filter(|index| index.name == name) {
            Some(index) => index.columns.push(is_tenant),
            None => indexes.push(Index { table, name, unique: row.get(2)?, columns: vec![is_tenant] }),
        }
    }
    let mut insert = connection.prepare("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, ?2, ?3)")?;
    for index in indexes {
        insert.execute(params![index.table, index.name, index.figures()])?;
    }
    connection.execute_batch("ANALYZE sqlite_schema")
}

struct Index {
    table: String,
    name: String,
    unique: bool,
    /// For each column whether it is `tenant_id`.
    columns: Vec<bool>,
}

impl Index {
    /// The count of rows, then how many rows share the first column, the first two, and so on.
    fn figures(&self) -> String {
        let mut figures = vec![ROWS.to_string()];
        let mut rows = ROWS;
        for (at, is_tenant) in self.columns.iter().enumerate() {
            rows = match (at + 1 == self.columns.len() && self.unique, is_tenant) {
                (true, _) => 1,
                (false, true) => rows.div_ceil(2),
                (false, false) => rows.div_ceil(3).min(20),
            };
            figures.push(rows.to_string());
        }
        figures.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_found_by_its_owner_and_not_by_its_order() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE schema_migrations (name text PRIMARY KEY);
                 CREATE TABLE keys (tenant_id text, key_id text, user_id text, at bigint, PRIMARY KEY (tenant_id, key_id));
                 CREATE INDEX keys_by_user ON keys (tenant_id, user_id);
                 CREATE INDEX keys_by_time ON keys (tenant_id, at, key_id);",
            )
            .unwrap();
        let plan = |sql: &str| -> String {
            let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            explain.raw_query().next().unwrap().unwrap().get(3).unwrap()
        };
        let of_user = "SELECT at FROM keys WHERE tenant_id = ?1 AND user_id = ?2 ORDER BY key_id";
        assert!(!plan(of_user).contains("keys_by_user"), "the planner has become wiser: is this file still needed?");
        set_figures(&connection).unwrap();
        for (sql, index) in [
            (of_user, "keys_by_user (tenant_id=? AND user_id=?)"),
            ("SELECT at FROM keys WHERE tenant_id = ?1 AND user_id = ?2 ORDER BY at, key_id LIMIT 50", "keys_by_user"),
            ("SELECT at FROM keys WHERE tenant_id = ?1 AND key_id = ?2 AND user_id = ?3", "autoindex_keys_1"),
            (
                "SELECT user_id FROM keys WHERE tenant_id = ?1 AND (at, key_id) > (?2, ?3) ORDER BY at, key_id",
                "keys_by_time",
            ),
        ] {
            assert!(plan(sql).contains(index), "{sql}: {}", plan(sql));
        }
        set_figures(&connection).unwrap();
    }
}
