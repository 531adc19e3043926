//! What commands change, written at once or not at all.
//!
//! Commands are decided in memory, upon a stream as this node knows it. The write says what that was, and is done only if
//! it is still so: on PostgreSQL in one statement, which is one question, one answer and one sync of the disk.

use sqlx::Row;

use super::{EntityRow, EventRow, PostgresStore, Receipt, Result, SqliteStore, Store, Txn, sql::unsigned};

/// What commands change in a stream.
#[derive(Debug, Clone, Default)]
pub struct Write {
    /// The stream.
    pub stream: String,
    /// The number and the hash of its last event when this was decided.
    pub expected: (u64, String),
    /// Its organisation and the number of that one's last event, where permissions came from there.
    pub org: Option<(String, u64)>,
    /// What follows, in order.
    pub events: Vec<EventRow>,
    /// Whether the last of these ends the stream.
    pub deleted: bool,
    /// The read table's rows that are new, each at most once.
    pub put: Vec<EntityRow>,
    /// Kinds and identities of those that go.
    pub removed: Vec<(&'static str, String)>,
    /// What each command leaves behind, by its identity.
    pub receipts: Vec<(String, Receipt)>,
}

/// Writing what commands change.
#[async_trait::async_trait]
pub trait WriteStore: Send + Sync + 'static {
    /// Writes all of it; or nothing, and answers false, when the stream or its organisation are not where they were, or one
    /// of the commands came before.
    async fn write(&self, write: &Write) -> Result<bool>;
}

#[async_trait::async_trait]
impl WriteStore for SqliteStore {
    async fn write(&self, write: &Write) -> Result<bool> {
        // In one process statements cost little, and the transaction has the whole database from its beginning.
        let mut txn = self.begin().await?;
        let written = in_steps(&mut *txn, write).await?;
        if written {
            txn.commit().await?;
        }
        Ok(written)
    }
}

/// Whoever comes second waits at the row of the stream, and then finds that it has moved on: the condition is looked at
/// again. Receipts that came meanwhile without an event are found by their key, and the statement fails.
const WRITE: &str = "WITH head AS (
    UPDATE streams SET seq = $4, hash = $5, deleted = $6
    WHERE id = $1 AND seq = $2 AND hash = $3 AND deleted = 0
    AND ($7 = '' OR EXISTS (SELECT FROM streams AS org WHERE org.id = $7 AND org.seq = $8 AND org.deleted = 0))
    AND NOT EXISTS (SELECT FROM receipts WHERE receipts.stream = $1 AND receipts.command = ANY($20))
    RETURNING id
), appended AS (
    INSERT INTO events (stream, seq, kind, actor, at, body, hash)
    SELECT head.id, new.seq, new.kind, new.actor, new.at, new.body, new.hash FROM head,
    UNNEST($9::BIGINT[], $10::TEXT[], $11::TEXT[], $12::TEXT[], $13::TEXT[], $14::TEXT[])
    AS new(seq, kind, actor, at, body, hash)
), put AS (
    INSERT INTO entities (stream, kind, id, seq, body)
    SELECT head.id, new.kind, new.id, new.seq, new.body FROM head,
    UNNEST($15::TEXT[], $16::TEXT[], $17::BIGINT[], $18::TEXT[]) AS new(kind, id, seq, body)
    ON CONFLICT (stream, kind, id) DO UPDATE SET seq = excluded.seq, body = excluded.body
), receipts_left AS (
    INSERT INTO receipts (stream, command, body_hash, seq, at)
    SELECT head.id, new.command, new.body_hash, new.seq, $19 FROM head,
    UNNEST($20::TEXT[], $21::TEXT[], $22::BIGINT[]) AS new(command, body_hash, seq)
), removed AS (
    DELETE FROM entities USING head, UNNEST($23::TEXT[], $24::TEXT[]) AS old(kind, id)
    WHERE entities.stream = head.id AND entities.kind = old.kind AND entities.id = old.id
)
SELECT COUNT(*) FROM head";

#[async_trait::async_trait]
impl WriteStore for PostgresStore {
    async fn write(&self, write: &Write) -> Result<bool> {
        let (seq, hash) = write
            .events
            .last()
            .map_or_else(|| (write.expected.0, write.expected.1.as_str()), |event| (event.seq, event.hash.as_str()));
        let (org, org_seq) = write.org.as_ref().map_or(("", 0), |(org, seq)| (org.as_str(), *seq));
        let events = |of: fn(&EventRow) -> &str| write.events.iter().map(of).collect::<Vec<_>>();
        let put = |of: fn(&EntityRow) -> &str| write.put.iter().map(of).collect::<Vec<_>>();
        let query = sqlx::query(WRITE).bind(&write.stream).bind(write.expected.0 as i64).bind(&write.expected.1);
        let query = query.bind(seq as i64).bind(hash).bind(i64::from(write.deleted)).bind(org).bind(org_seq as i64);
        let query = query
            .bind(write.events.iter().map(|event| event.seq as i64).collect::<Vec<_>>())
            .bind(events(|event| &event.kind))
            .bind(events(|event| &event.actor))
            .bind(events(|event| &event.at))
            .bind(events(|event| &event.body))
            .bind(events(|event| &event.hash));
        let query = query
            .bind(put(|row| &row.kind))
            .bind(put(|row| &row.id))
            .bind(write.put.iter().map(|row| row.seq as i64).collect::<Vec<_>>())
            .bind(put(|row| &row.body));
        let query = query
            .bind(jiff::Timestamp::now().as_millisecond())
            .bind(write.receipts.iter().map(|(command, _)| command.as_str()).collect::<Vec<_>>())
            .bind(write.receipts.iter().map(|(_, receipt)| receipt.body_hash.as_str()).collect::<Vec<_>>())
            .bind(write.receipts.iter().map(|(_, receipt)| receipt.seq as i64).collect::<Vec<_>>());
        let query = query
            .bind(write.removed.iter().map(|(kind, _)| *kind).collect::<Vec<_>>())
            .bind(write.removed.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>());
        Ok(unsigned(query.fetch_one(&self.write).await?.try_get(0)?) == 1)
    }
}

/// The same within a transaction, statement by statement.
pub(crate) async fn in_steps(txn: &mut dyn Txn, write: &Write) -> Result<bool> {
    let row = txn.lock(&write.stream).await?.filter(|row| !row.deleted);
    if row.is_none_or(|row| (row.seq, row.hash) != write.expected) {
        return Ok(false);
    }
    if let Some((org, seq)) = &write.org {
        let row = txn.stream(org).await?.filter(|row| !row.deleted);
        if row.is_none_or(|row| row.seq != *seq) {
            return Ok(false);
        }
    }
    for (command, _) in &write.receipts {
        if txn.receipt(&write.stream, command).await?.is_some() {
            return Ok(false);
        }
    }
    for event in &write.events {
        txn.append(&write.stream, event, write.deleted).await?;
    }
    for row in &write.put {
        txn.put(&write.stream, row).await?;
    }
    for (kind, id) in &write.removed {
        txn.remove(&write.stream, kind, id).await?;
    }
    for (command, receipt) in &write.receipts {
        txn.leave_receipt(&write.stream, command, receipt).await?;
    }
    Ok(true)
}
