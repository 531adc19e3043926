//! One stream in memory: its state, and answers made from it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{Event, State};
use parking_lot::{Mutex, RwLock};

use crate::storage::{EventRow, StoreError};

/// A stream in memory.
#[derive(Debug)]
pub struct Slot {
    /// Identity.
    pub id: String,
    pub(crate) state: RwLock<State>,
    pub(crate) hash: Mutex<String>,
    /// Commands of this node queue here, not at the database.
    pub(crate) writing: tokio::sync::Mutex<()>,
    pub(crate) used: AtomicU64,
    /// About how much memory this takes.
    pub(crate) bytes: AtomicU64,
    pub(crate) made: Mutex<Made>,
}

/// Answers made from a state, by name, with the number of the event that they stand at.
pub(crate) type Made = HashMap<&'static str, (u64, bytes::Bytes)>;

impl Slot {
    /// Looks at the state. The closure must be quick: commands wait for it.
    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read())
    }

    /// An answer made from the state, kept until the next event: the last value says whether it was there.
    pub fn cached(&self, name: &'static str, make: impl FnOnce(&State) -> Vec<u8>) -> (u64, bytes::Bytes, bool) {
        let state = self.state.read();
        if let Some((seq, bytes)) = self.made.lock().get(name)
            && *seq == state.seq
        {
            return (state.seq, bytes.clone(), true);
        }
        let bytes = bytes::Bytes::from(make(&state));
        self.made.lock().insert(name, (state.seq, bytes.clone()));
        (state.seq, bytes, false)
    }

    /// About how much memory this takes. Events count as if each added something, so a stream with many of them is read
    /// anew at some time, and counted anew.
    pub(crate) fn weight(&self) -> u64 {
        let made: usize = self.made.lock().values().map(|(_, bytes)| bytes.len()).sum();
        self.bytes.load(Ordering::Relaxed) + made as u64
    }

    pub(crate) fn apply(&self, rows: &[EventRow]) -> Result<(), StoreError> {
        let mut state = self.state.write();
        for row in rows.iter().filter(|row| row.seq > state.seq).collect::<Vec<_>>() {
            let event: Event = serde_json::from_str(&row.body)
                .map_err(|error| StoreError::Corrupt(format!("event {} of {}: {error}", row.seq, self.id)))?;
            state.apply(&event);
            self.bytes.fetch_add(row.body.len() as u64, Ordering::Relaxed);
            self.hash.lock().clone_from(&row.hash);
        }
        Ok(())
    }
}
