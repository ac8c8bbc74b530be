-- Deployment-wide rows, for several processes on one database.

-- What may be introduced once, by whoever comes first: the key ring (decisions §7).
CREATE TABLE IF NOT EXISTS introductions (
    name text NOT NULL PRIMARY KEY,
    introduced_at bigint NOT NULL
);

-- Who does a job, and until when nobody else may; with `holder` empty, when it is due again.
CREATE TABLE IF NOT EXISTS job_leases (
    name text NOT NULL PRIMARY KEY,
    holder text NOT NULL,
    until bigint NOT NULL
);
