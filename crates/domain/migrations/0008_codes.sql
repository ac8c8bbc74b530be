-- What a factor rests on that is no WebAuthn credential: an address, a shared seed, or a set of recovery codes; and the wrong
-- answers it took in a row.
CREATE TABLE IF NOT EXISTS code_factors (
    tenant_id text NOT NULL,
    authenticator_id text NOT NULL,
    user_id text NOT NULL,
    -- E-mail address, or phone number in E.164.
    address text,
    -- How the last SMS code travelled: DEFAULT or WHATSAPP.
    channel text,
    -- The TOTP seed, sealed under the key ring for this row.
    seed bytea,
    -- The last TOTP step that was used; each serves once.
    last_step bigint NOT NULL,
    failures bigint NOT NULL,
    -- No answer is looked at before.
    blocked_until bigint NOT NULL,
    PRIMARY KEY (tenant_id, authenticator_id),
    FOREIGN KEY (tenant_id, authenticator_id) REFERENCES authenticators (tenant_id, authenticator_id) ON DELETE CASCADE
);

-- One row a recovery code; `prefix` finds it, `hash` is slow (Argon2id) and salted.
CREATE TABLE IF NOT EXISTS recovery_codes (
    tenant_id text NOT NULL,
    authenticator_id text NOT NULL,
    prefix text NOT NULL,
    hash text NOT NULL,
    used_at bigint,
    PRIMARY KEY (tenant_id, authenticator_id, prefix),
    FOREIGN KEY (tenant_id, authenticator_id) REFERENCES authenticators (tenant_id, authenticator_id) ON DELETE CASCADE
);
