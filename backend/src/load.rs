//! Reading a whole stream into memory: what the first one who opens a board waits for.
//!
//! A row by row answer costs a switch between threads and several allocations for each entity, more than reading its JSON.
//! So the database gives some hundred rows as one text, and while it makes the next one, another thread reads the last.

use domain::{State, state::Entity};

use crate::slot::Slot;
use crate::storage::{Store, StoreError, StreamRow};

/// Rows in one text.
const CHUNK: u32 = 500;
/// Texts that wait to be read.
const AHEAD: usize = 4;
/// What separates rows and their fields. JSON writes control characters with a backslash, so neither can be in a row.
pub(crate) const ROW_END: &str = "\u{1e}";
pub(crate) const FIELD_END: &str = "\u{1f}";
/// What an entity takes beside the bytes of its JSON: maps, indexes, unused capacity. Measured, roughly.
const OVERHEAD: u64 = 512;

/// A stream as it is in the database, at the event of `row` or later.
pub(crate) async fn load(store: &dyn Store, row: &StreamRow, used: u64) -> Result<Slot, StoreError> {
    let (texts, waiting) = tokio::sync::mpsc::channel::<String>(AHEAD);
    let (stream, seq) = (row.id.clone(), row.seq);
    let building = tokio::task::spawn_blocking(move || build(&stream, seq, waiting));
    let mut after = (String::new(), String::new());
    while let Some(text) = store.entities_after(&row.id, (&after.0, &after.1), CHUNK).await? {
        let keys = text.split(ROW_END).filter_map(|row| {
            let mut fields = row.split(FIELD_END);
            Some((fields.next()?, fields.next()?))
        });
        let last = keys.max().unwrap_or_default();
        let next = (last.0.to_owned(), last.1.to_owned());
        if next <= after {
            return Err(StoreError::Corrupt(format!("entities of {} do not end", row.id)));
        }
        after = next;
        if texts.send(text).await.is_err() {
            // What was read is damaged; the builder says how.
            break;
        }
    }
    drop(texts);
    let (state, bytes) = building.await.map_err(|error| StoreError::Other(error.to_string()))??;
    let slot = Slot::new(row, state, used, bytes);
    // Texts that were read one after the other may be of different moments. All changes since the first one are done once
    // more: whoever writes a change twice has the same as before.
    let Some(now) = store.stream(&row.id).await? else { return Ok(slot) };
    slot.follow(store, now.seq).await?;
    Ok(slot)
}

/// Makes a state of the texts as they come, and says how many bytes it takes.
fn build(stream: &str, seq: u64, mut texts: tokio::sync::mpsc::Receiver<String>) -> Result<(State, u64), StoreError> {
    let (mut bytes, mut wrong) = (0, None);
    let mut parse = |row: &str| {
        let mut fields = row.splitn(4, FIELD_END);
        let (Some(kind), Some(id), Some(version), Some(body)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(StoreError::Corrupt(format!("a row of {stream} has too few fields")));
        };
        bytes += body.len() as u64 + OVERHEAD;
        let damaged = |error: &dyn std::fmt::Display| StoreError::Corrupt(format!("{kind} {id} of {stream}: {error}"));
        let version = version.parse().map_err(|error| damaged(&error))?;
        Ok((version, Entity::read(kind, body).map_err(|error| damaged(&error))?))
    };
    let texts = std::iter::from_fn(|| texts.blocking_recv());
    let rows = texts.flat_map(|text| {
        let read: Vec<_> = text.split(ROW_END).map(&mut parse).collect();
        read
    });
    let entities = rows.map_while(|row| row.map_err(|error| wrong = Some(error)).ok());
    let state = State::from_entities(seq, entities);
    match wrong {
        Some(error) => Err(error),
        None => Ok((state, bytes)),
    }
}
