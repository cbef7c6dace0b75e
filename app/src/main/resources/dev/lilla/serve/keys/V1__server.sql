-- Keys are kept as SHA-256 digests; no text of a request is kept anywhere.
CREATE TABLE api_key (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    requests_per_minute INTEGER,
    tokens_per_day INTEGER,
    created TEXT NOT NULL,
    last_used TEXT,
    revoked TEXT
) STRICT;

-- A name comes free with the revocation of its key.
CREATE UNIQUE INDEX api_key_name ON api_key (name) WHERE revoked IS NULL;

-- Days are those of UTC.
CREATE TABLE daily_usage (
    api_key INTEGER NOT NULL REFERENCES api_key (id),
    day TEXT NOT NULL,
    model TEXT NOT NULL,
    requests INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    PRIMARY KEY (api_key, day, model)
) STRICT, WITHOUT ROWID;
