-- What a user who signs in by themselves has beside `users`: the address they gave, and what their sessions say of them.
CREATE TABLE IF NOT EXISTS accounts (
    tenant_id text NOT NULL,
    user_id text NOT NULL,
    -- Lower-cased. As long as it is not verified it is nobody's, and several may have given it.
    email text NOT NULL,
    email_verified_at bigint,
    default_role text NOT NULL,
    -- JSON: a list of words, an object.
    roles text NOT NULL,
    metadata text,
    disabled_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS accounts_by_email ON accounts (tenant_id, email, created_at);

-- Whose an address is (decisions §1): taken by who verified it first, or by who came first where none has to be verified.
CREATE TABLE IF NOT EXISTS login_emails (
    tenant_id text NOT NULL,
    email text NOT NULL,
    user_id text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, email),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS login_emails_by_user ON login_emails (tenant_id, user_id);

-- Key pairs that sign access tokens of sessions; `generation` lets two processes that both want the next one make one.
CREATE TABLE IF NOT EXISTS signing_keys (
    tenant_id text NOT NULL REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    algorithm text NOT NULL,
    generation bigint NOT NULL,
    key_id text NOT NULL,
    -- As the JWKS shows it.
    public_jwk text NOT NULL,
    -- PKCS #8, sealed under the key ring for this row.
    sealed bytea NOT NULL,
    created_at bigint NOT NULL,
    -- Signs nothing new from then on, and verifies until the last token it signed has ended.
    retired_at bigint,
    PRIMARY KEY (tenant_id, algorithm, generation)
);

CREATE TABLE IF NOT EXISTS sessions (
    tenant_id text NOT NULL,
    session_id text NOT NULL,
    user_id text NOT NULL,
    -- The app client it was made for; null on the Nhost door.
    client_id text,
    method text,
    authenticator_id text,
    acr text,
    amr text,
    verified_at bigint,
    ip_address text,
    user_agent text,
    created_at bigint NOT NULL,
    used_at bigint NOT NULL,
    -- End by idleness, which each refresh moves, and the end that nothing moves.
    expires_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    revoked_at bigint,
    PRIMARY KEY (tenant_id, session_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (tenant_id, user_id, created_at);

CREATE INDEX IF NOT EXISTS sessions_by_expiry ON sessions (tenant_id, expires_at);

-- Each refresh token of a session, also those that were exchanged: who shows one of them again ends the session.
CREATE TABLE IF NOT EXISTS refresh_tokens (
    tenant_id text NOT NULL,
    token_hash bytea NOT NULL,
    session_id text NOT NULL,
    created_at bigint NOT NULL,
    rotated_at bigint,
    PRIMARY KEY (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, session_id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS refresh_tokens_by_session ON refresh_tokens (tenant_id, session_id, created_at);
