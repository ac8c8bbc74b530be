//! The one set of migrations, for both engines: numbered, append-only, never edited.

use countersign_db::Migration;

/// In order of application.
pub static MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_tenants", sql: include_str!("../migrations/0001_tenants.sql") },
    Migration { name: "0002_users", sql: include_str!("../migrations/0002_users.sql") },
    Migration { name: "0003_ceremonies", sql: include_str!("../migrations/0003_ceremonies.sql") },
    Migration { name: "0004_nodes", sql: include_str!("../migrations/0004_nodes.sql") },
    Migration { name: "0005_watermarks", sql: include_str!("../migrations/0005_watermarks.sql") },
    Migration { name: "0006_retention", sql: include_str!("../migrations/0006_retention.sql") },
    Migration { name: "0007_outbox", sql: include_str!("../migrations/0007_outbox.sql") },
    Migration { name: "0008_codes", sql: include_str!("../migrations/0008_codes.sql") },
    Migration { name: "0009_fewer_indexes", sql: include_str!("../migrations/0009_fewer_indexes.sql") },
    Migration { name: "0010_accounts", sql: include_str!("../migrations/0010_accounts.sql") },
];
