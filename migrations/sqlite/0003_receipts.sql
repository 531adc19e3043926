-- When a command was done, in milliseconds since 1970, so that receipts do not pile up for ever. Those of before this
-- column count as of the moment it was added.
ALTER TABLE receipts ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
UPDATE receipts SET at = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
CREATE INDEX receipts_by_age ON receipts (at);
