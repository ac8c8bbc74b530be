-- What has to reach a person: written in the transaction of what it tells, sent after it (decisions §7). The payload is
-- sealed, and gone with the last attempt. An open message has `due_at` and no `closed_at`, a closed one the reverse.
CREATE TABLE IF NOT EXISTS outbox (
    tenant_id text NOT NULL REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    outbox_id text NOT NULL,
    user_id text,
    challenge_id text,
    kind text NOT NULL,
    channel text NOT NULL,
    state text NOT NULL,
    payload bytea,
    attempts bigint NOT NULL,
    -- Who is sending it now; until `due_at` nobody else does.
    lease text,
    due_at bigint,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    closed_at bigint,
    PRIMARY KEY (tenant_id, outbox_id)
);

CREATE INDEX IF NOT EXISTS outbox_by_challenge ON outbox (tenant_id, challenge_id);

-- For the job alone, over all tenants; the rows are few and short-lived (sql-rules S10).
CREATE INDEX IF NOT EXISTS outbox_by_due ON outbox (channel ASC, due_at ASC);

CREATE INDEX IF NOT EXISTS outbox_by_closing ON outbox (closed_at ASC);
