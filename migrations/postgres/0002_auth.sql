-- Ways in besides passwords: providers, devices, invitations, service accounts; and the record of it all. The same tables
-- as in ../sqlite, in PostgreSQL's words. Never edited once released.

-- The organisation whose service account this is; empty for people.
ALTER TABLE users ADD COLUMN service_of TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX users_by_service ON users (service_of) WHERE service_of <> '';

CREATE TABLE identities (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL,
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    -- What people see: a name or a mail address at the provider.
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX identities_by_subject ON identities (issuer, subject);
CREATE INDEX identities_by_user ON identities (user_id);

-- Secrets that are good for one use within minutes; of the secret only the hash is kept.
CREATE TABLE tickets (
    kind TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (kind, hash)
);
CREATE INDEX tickets_by_end ON tickets (expires_at);

CREATE TABLE devices (
    -- SHA-256 of the device code.
    hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_code TEXT COLLATE "C" NOT NULL UNIQUE,
    client TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Milliseconds that must lie between two questions.
    pause BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    -- pending, approved, denied
    state TEXT NOT NULL,
    user_id TEXT NOT NULL
);

CREATE TABLE invitations (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org TEXT COLLATE "C" NOT NULL,
    role TEXT NOT NULL,
    email TEXT,
    hash TEXT COLLATE "C" NOT NULL UNIQUE,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    accepted_by TEXT NOT NULL DEFAULT '',
    revoked BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX invitations_by_org ON invitations (org);

CREATE TABLE auth_log (
    seq BIGINT NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL,
    org TEXT COLLATE "C" NOT NULL,
    -- The entry as JSON, byte for byte as it was hashed.
    body TEXT NOT NULL,
    -- Over the hash of the entry before and this one's body.
    hash TEXT NOT NULL
);
CREATE INDEX auth_log_by_user ON auth_log (user_id, seq);
CREATE INDEX auth_log_by_org ON auth_log (org, seq) WHERE org <> '';

CREATE TABLE auth_log_head (
    id BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO auth_log_head (id, seq, hash) VALUES (1, 0, '');
