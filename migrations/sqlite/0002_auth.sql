-- Ways in besides passwords: providers, devices, invitations, service accounts; and the record of it all. The same tables
-- as in ../postgres, in SQLite's words. Never edited once released.

-- The organisation whose service account this is; empty for people.
ALTER TABLE users ADD COLUMN service_of TEXT NOT NULL DEFAULT '';
CREATE INDEX users_by_service ON users (service_of) WHERE service_of <> '';

CREATE TABLE identities (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- What people see: a name or a mail address at the provider.
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX identities_by_subject ON identities (issuer, subject);
CREATE INDEX identities_by_user ON identities (user_id);

-- Secrets that are good for one use within minutes; of the secret only the hash is kept.
CREATE TABLE tickets (
    kind TEXT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_end ON tickets (expires_at);

CREATE TABLE devices (
    -- SHA-256 of the device code.
    hash TEXT NOT NULL PRIMARY KEY,
    user_code TEXT NOT NULL UNIQUE,
    client TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- Milliseconds that must lie between two questions.
    pause INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    -- pending, approved, denied
    state TEXT NOT NULL,
    user_id TEXT NOT NULL
) STRICT;

CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    org TEXT NOT NULL,
    role TEXT NOT NULL,
    email TEXT,
    hash TEXT NOT NULL UNIQUE,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    accepted_by TEXT NOT NULL DEFAULT '',
    revoked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX invitations_by_org ON invitations (org);

CREATE TABLE auth_log (
    seq INTEGER NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    org TEXT NOT NULL,
    -- The entry as JSON, byte for byte as it was hashed.
    body TEXT NOT NULL,
    -- Over the hash of the entry before and this one's body.
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX auth_log_by_user ON auth_log (user_id, seq);
CREATE INDEX auth_log_by_org ON auth_log (org, seq) WHERE org <> '';

CREATE TABLE auth_log_head (
    id INTEGER NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;
INSERT INTO auth_log_head (id, seq, hash) VALUES (1, 0, '');
