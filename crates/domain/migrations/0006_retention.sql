-- How far a tenant's audit trail was followed to find the actions whose time is over (docs/adr/0013-retention.md).
CREATE TABLE IF NOT EXISTS action_sweeps (
    tenant_id text NOT NULL PRIMARY KEY REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    at bigint NOT NULL,
    event_id text NOT NULL
);
