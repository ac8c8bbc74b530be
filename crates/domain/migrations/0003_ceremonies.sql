CREATE TABLE IF NOT EXISTS actions (
    tenant_id text NOT NULL,
    user_id text NOT NULL,
    action_code text NOT NULL,
    idempotency_key text NOT NULL,
    state text NOT NULL,
    state_updated_at bigint NOT NULL,
    -- When a backend first asked for it; null while only a sign-in without a token has named it.
    tracked_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    method text,
    authenticator_id text,
    verified_at bigint,
    acr text,
    amr text,
    failed_tries bigint NOT NULL,
    consumed_at bigint,
    redirect_url text,
    ip_address text,
    user_agent text,
    device_id text,
    custom text,
    PRIMARY KEY (tenant_id, user_id, action_code, idempotency_key),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS actions_by_time ON actions (tenant_id, user_id, created_at);

-- THE lifecycle. `secret_hash` is the SHA-256 of what must come back (the WebAuthn challenge); the secret itself is not stored.
CREATE TABLE IF NOT EXISTS challenges (
    tenant_id text NOT NULL,
    challenge_id text NOT NULL,
    user_id text,
    action_code text NOT NULL,
    idempotency_key text,
    method text,
    purpose text NOT NULL,
    state text NOT NULL,
    secret_hash bytea,
    data text,
    attempts bigint NOT NULL,
    max_attempts bigint NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    closed_at bigint,
    PRIMARY KEY (tenant_id, challenge_id)
);

-- For the sweeper alone (sql-rules S10: few and short-lived rows may be indexed by time).
CREATE INDEX IF NOT EXISTS challenges_by_expiry ON challenges (expires_at ASC);

-- Bounded counters (sql-rules Q7): one row a key and window.
CREATE TABLE IF NOT EXISTS counters (
    tenant_id text NOT NULL,
    counter_key text NOT NULL,
    win bigint NOT NULL,
    n bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, counter_key, win)
);

CREATE INDEX IF NOT EXISTS counters_by_expiry ON counters (expires_at ASC);

-- What may happen once and is not a challenge: an enrolment grant carried by a token.
CREATE TABLE IF NOT EXISTS spent (
    tenant_id text NOT NULL,
    spent_id text NOT NULL,
    spent_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, spent_id)
);

CREATE INDEX IF NOT EXISTS spent_by_expiry ON spent (expires_at ASC);

CREATE TABLE IF NOT EXISTS audit_events (
    tenant_id text NOT NULL,
    at bigint NOT NULL,
    event_id text NOT NULL,
    kind text NOT NULL,
    user_id text,
    action_code text,
    idempotency_key text,
    challenge_id text,
    authenticator_id text,
    ip_address text,
    user_agent text,
    request_id text,
    detail text,
    PRIMARY KEY (tenant_id, at, event_id)
);

CREATE INDEX IF NOT EXISTS audit_events_by_user ON audit_events (tenant_id, user_id, at);
