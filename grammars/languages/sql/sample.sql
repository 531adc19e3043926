-- Schema of a library.
CREATE SCHEMA lending;

/* One person who can borrow. */
CREATE TABLE lending.members (
    id BIGSERIAL PRIMARY KEY,
    -- shown on the card
    full_name TEXT NOT NULL,
    joined DATE DEFAULT now()
);

CREATE TABLE IF NOT EXISTS loans (
    id INTEGER PRIMARY KEY,
    member_id BIGINT REFERENCES lending.members (id),
    due DATE,
    CONSTRAINT due_later CHECK (due > '2000-01-01')
);

CREATE TYPE loan_state AS ENUM ('open', 'returned', 'lost');

-- Loans that should be back.
CREATE VIEW overdue AS
SELECT l.id, m.full_name
FROM loans l
JOIN lending.members m ON m.id = l.member_id
WHERE l.due < CURRENT_DATE;

CREATE MATERIALIZED VIEW loans_a_day AS
SELECT due, count(*) AS n FROM loans GROUP BY due;

CREATE INDEX loans_due ON loans (due);
CREATE UNIQUE INDEX members_name ON lending.members (full_name);

CREATE SEQUENCE card_numbers START 1000;

-- TODO: count weekends
CREATE OR REPLACE FUNCTION fine(loan_id INTEGER, per_day NUMERIC)
RETURNS NUMERIC
LANGUAGE plpgsql
AS $$
DECLARE
    days INTEGER;
BEGIN
    SELECT CURRENT_DATE - due INTO days FROM loans WHERE id = loan_id;
    RETURN days * per_day;
END;
$$;

CREATE TRIGGER loans_changed
AFTER UPDATE ON loans
FOR EACH ROW EXECUTE FUNCTION fine();

ALTER TABLE loans ADD COLUMN state loan_state;
CREATE DATABASE archive;
CREATE ROLE librarian;

CREATE TABLE before_it (id INTEGER);

CREATE TABEL wrong (id INTEGER);

CREATE TABLE after_it (id INTEGER);
