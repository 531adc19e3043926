-- Streams of events, and what is read: the same tables as in ../postgres, in SQLite's words. Never edited once released.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE streams (
    id TEXT NOT NULL PRIMARY KEY,
    org TEXT NOT NULL,
    -- A project's short name; empty for an organisation.
    key TEXT NOT NULL,
    seq INTEGER NOT NULL,
    -- The hash of the last event: the head of the chain.
    hash TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX streams_key ON streams (org, key) WHERE key <> '' AND deleted = 0;

CREATE TABLE events (
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    -- The event as JSON, byte for byte as it was hashed and as it is sent.
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (stream, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipts (
    stream TEXT NOT NULL,
    command TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (stream, command)
) STRICT, WITHOUT ROWID;

CREATE TABLE entities (
    stream TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (stream, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX entities_by_id ON entities (kind, id);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    email TEXT UNIQUE,
    -- Empty: this account cannot log in with a password.
    password TEXT NOT NULL,
    created_at TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE logins (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    -- SHA-256 of the refresh token that is valid now, and of the one before it.
    current TEXT NOT NULL,
    previous TEXT NOT NULL,
    rotated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0,
    client TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX logins_by_user ON logins (user_id);

CREATE TABLE api_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Permissions by name, comma-separated.
    scopes TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX api_tokens_by_user ON api_tokens (user_id);
