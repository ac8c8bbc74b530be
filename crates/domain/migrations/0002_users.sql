CREATE TABLE IF NOT EXISTS users (
    tenant_id text NOT NULL REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    user_id text NOT NULL,
    external_id text NOT NULL,
    email text,
    email_verified bigint NOT NULL,
    phone_number text,
    phone_number_verified bigint NOT NULL,
    username text,
    display_name text,
    locale text,
    custom text,
    default_method text,
    -- Verified factors. A column and not a count, so that "the first one" is a compare-and-set (sql-rules Q7).
    factors bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

CREATE UNIQUE INDEX IF NOT EXISTS users_by_external_id ON users (tenant_id, external_id);

CREATE INDEX IF NOT EXISTS users_by_email ON users (tenant_id, email);

CREATE INDEX IF NOT EXISTS users_by_phone_number ON users (tenant_id, phone_number);

CREATE INDEX IF NOT EXISTS users_by_username ON users (tenant_id, username);

CREATE TABLE IF NOT EXISTS authenticators (
    tenant_id text NOT NULL,
    authenticator_id text NOT NULL,
    user_id text NOT NULL,
    method text NOT NULL,
    is_default bigint NOT NULL,
    label text,
    created_at bigint NOT NULL,
    verified_at bigint,
    last_verified_at bigint,
    PRIMARY KEY (tenant_id, authenticator_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS authenticators_by_user ON authenticators (tenant_id, user_id, created_at);

CREATE TABLE IF NOT EXISTS webauthn_credentials (
    tenant_id text NOT NULL,
    authenticator_id text NOT NULL,
    user_id text NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    algorithm bigint NOT NULL,
    sign_count bigint NOT NULL,
    backup_eligible bigint,
    backup_state bigint NOT NULL,
    user_verified bigint NOT NULL,
    discoverable bigint,
    aaguid text NOT NULL,
    transports text NOT NULL,
    attachment text,
    attestation_format text NOT NULL,
    attestation_trusted bigint NOT NULL,
    device_id text,
    user_agent text,
    username text,
    display_name text,
    PRIMARY KEY (tenant_id, authenticator_id),
    FOREIGN KEY (tenant_id, authenticator_id) REFERENCES authenticators (tenant_id, authenticator_id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX IF NOT EXISTS webauthn_credentials_by_credential ON webauthn_credentials (tenant_id, credential_id);
