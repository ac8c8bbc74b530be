-- How far something has gone that must not be undone by a clock set back: a time that only grows.
CREATE TABLE IF NOT EXISTS watermarks (
    name text NOT NULL PRIMARY KEY,
    at bigint NOT NULL
);
