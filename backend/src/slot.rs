//! One stream in memory: its state, and answers made from it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
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
    pub(crate) made: Mutex<HashMap<&'static str, Made>>,
}

/// An answer made from a state, as it is sent: plain, and compressed once somebody asked for that.
#[derive(Debug, Clone)]
pub struct Made {
    /// The event that it stands at.
    pub seq: u64,
    /// The bytes.
    pub plain: Bytes,
    gzip: Arc<OnceLock<Bytes>>,
}

impl Made {
    /// The bytes compressed. The first time takes as long as compressing takes.
    pub fn gzip(&self) -> Bytes {
        use std::io::Write;
        let compress = || {
            // The fast level: it is made anew after each change.
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            // Writing to a vector cannot fail.
            let _ = encoder.write_all(&self.plain);
            encoder.finish().unwrap_or_default().into()
        };
        self.gzip.get_or_init(compress).clone()
    }

    /// Whether the compressed bytes are there.
    pub fn is_compressed(&self) -> bool {
        self.gzip.get().is_some()
    }

    fn weight(&self) -> usize {
        self.plain.len() + self.gzip.get().map_or(0, Bytes::len)
    }
}

impl Slot {
    /// Looks at the state. The closure must be quick: commands wait for it.
    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read())
    }

    /// An answer made from the state, kept until the next event; the last value says whether it was there.
    pub fn cached(&self, name: &'static str, make: impl FnOnce(&State) -> Vec<u8>) -> (Made, bool) {
        let state = self.state.read();
        if let Some(made) = self.made.lock().get(name)
            && made.seq == state.seq
        {
            return (made.clone(), true);
        }
        let made = Made { seq: state.seq, plain: make(&state).into(), gzip: Arc::default() };
        self.made.lock().insert(name, made.clone());
        (made, false)
    }

    /// About how much memory this takes. Events count as if each added something, so a stream with many of them is read
    /// anew at some time, and counted anew.
    pub(crate) fn weight(&self) -> u64 {
        let made: usize = self.made.lock().values().map(Made::weight).sum();
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
