-- Streams of events, and what is read: the same tables as in ../sqlite, in PostgreSQL's words. Never edited once released.
CREATE TABLE meta (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE streams (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org TEXT COLLATE "C" NOT NULL,
    -- A project's short name; empty for an organisation.
    key TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    -- The hash of the last event: the head of the chain.
    hash TEXT NOT NULL,
    deleted BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX streams_key ON streams (org, key) WHERE key <> '' AND deleted = 0;

CREATE TABLE events (
    stream TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    -- The event as JSON, byte for byte as it was hashed and as it is sent.
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (stream, seq)
);

CREATE TABLE receipts (
    stream TEXT COLLATE "C" NOT NULL,
    command TEXT COLLATE "C" NOT NULL,
    body_hash TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (stream, command)
);

CREATE TABLE entities (
    stream TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (stream, kind, id)
);
CREATE INDEX entities_by_id ON entities (kind, id);

CREATE TABLE users (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    email TEXT UNIQUE,
    -- Empty: this account cannot log in with a password.
    password TEXT NOT NULL,
    created_at TEXT NOT NULL,
    disabled BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE logins (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    -- SHA-256 of the refresh token that is valid now, and of the one before it.
    current TEXT NOT NULL,
    previous TEXT NOT NULL,
    rotated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked BIGINT NOT NULL DEFAULT 0,
    client TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX logins_by_user ON logins (user_id);

CREATE TABLE api_tokens (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Permissions by name, comma-separated.
    scopes TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX api_tokens_by_user ON api_tokens (user_id);
