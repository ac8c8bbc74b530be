-- Deployment-wide rows: they belong to no tenant.
CREATE TABLE IF NOT EXISTS ring_keys (
    key_id text NOT NULL PRIMARY KEY,
    fingerprint text NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS tenants (
    tenant_id text NOT NULL PRIMARY KEY,
    name text NOT NULL,
    rp_id text NOT NULL,
    settings text NOT NULL,
    is_default bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

-- What a request shows before its tenant is known: kind `host` (RP ID, custom domain; decisions §5) and kind `origin`
-- (for CORS preflights). Made from the settings whenever they are saved.
CREATE TABLE IF NOT EXISTS tenant_names (
    tenant_id text NOT NULL REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    kind text NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (tenant_id, kind, name)
);

CREATE INDEX IF NOT EXISTS tenant_names_by_name ON tenant_names (kind ASC, name ASC, tenant_id ASC);

CREATE TABLE IF NOT EXISTS api_keys (
    tenant_id text NOT NULL REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    key_id text NOT NULL,
    kind text NOT NULL,
    hash bytea NOT NULL,
    sealed bytea NOT NULL,
    created_at bigint NOT NULL,
    revoked_at bigint,
    PRIMARY KEY (tenant_id, key_id)
);

-- Not unique: S2 forbids assuming a value unique over tenants. 256 random bits do not meet.
CREATE INDEX IF NOT EXISTS api_keys_by_hash ON api_keys (hash ASC);

CREATE TABLE IF NOT EXISTS app_clients (
    tenant_id text NOT NULL REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    client_id text NOT NULL,
    name text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, client_id)
);
