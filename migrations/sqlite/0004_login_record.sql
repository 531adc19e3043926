-- Where the record of logins begins: number and hash of the last entry that was removed for its age. What is left is chained
-- to it. Never edited once released.
ALTER TABLE auth_log_head ADD COLUMN start_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE auth_log_head ADD COLUMN start_hash TEXT NOT NULL DEFAULT '';
