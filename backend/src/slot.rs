//! One stream in memory: its state, and answers made from it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use domain::{Event, State, UserId};
use parking_lot::{Mutex, RwLock};

use crate::storage::{EventRow, Store, StoreError, StreamRow};
use crate::streams::BATCH;
use crate::writer::Queue;

/// What an event of this node counts; see [`Slot::weight`].
const EVENT: u64 = 1_000;

/// A stream in memory.
#[derive(Debug)]
pub struct Slot {
    /// Identity.
    pub id: String,
    /// A project's organisation; none for an organisation itself.
    pub(crate) org: Option<String>,
    state: RwLock<State>,
    /// The hash of the state's last event; changed while the state is locked.
    pub(crate) hash: Mutex<String>,
    /// Commands of this node queue here, not at the database.
    pub(crate) queue: Mutex<Queue>,
    /// A copy of the state in which commands are decided that are to be written together. Made when it is first needed; the
    /// entities themselves are shared.
    ahead: Mutex<Option<State>>,
    pub(crate) used: AtomicU64,
    /// About how much memory this takes.
    bytes: AtomicU64,
    made: Mutex<HashMap<String, Made>>,
}

/// Answers that are kept of one state.
const MAX_MADE: usize = 64;

/// An answer made from a state, as it is sent: plain, and compressed once somebody asked for that.
#[derive(Debug, Clone)]
pub struct Made {
    /// The event that it stands at.
    pub seq: u64,
    /// The bytes.
    pub plain: Bytes,
    gzip: Arc<OnceLock<Bytes>>,
    /// Whether it holds what only one person may read.
    pub private: bool,
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
    pub(crate) fn new(row: &StreamRow, state: State, used: u64, bytes: u64) -> Self {
        Self {
            id: row.id.clone(),
            org: Some(&row.org).filter(|org| **org != row.id).cloned(),
            state: RwLock::new(state),
            hash: Mutex::new(row.hash.clone()),
            queue: Mutex::default(),
            ahead: Mutex::default(),
            used: used.into(),
            bytes: bytes.into(),
            made: Mutex::default(),
        }
    }

    /// Looks at the state. The closure must be quick: commands wait for it.
    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read())
    }

    /// An answer made from the state, kept until the next event; the last value says whether it was there. `make` also says
    /// whether the answer holds what only `user` may read; then it is kept for them alone.
    pub fn cached(&self, name: &str, user: UserId, make: impl FnOnce(&State) -> (Vec<u8>, bool)) -> (Made, bool) {
        let state = self.state.read();
        let own = format!("{name} {user}");
        {
            let made = self.made.lock();
            let kept = made.get(name).or_else(|| made.get(&own)).filter(|made| made.seq == state.seq);
            if let Some(kept) = kept {
                return (kept.clone(), true);
            }
        }
        let (plain, private) = make(&state);
        let new = Made { seq: state.seq, plain: plain.into(), gzip: Arc::default(), private };
        let mut made = self.made.lock();
        made.retain(|_, made| made.seq == state.seq);
        if made.len() < MAX_MADE {
            made.insert(if private { own } else { name.to_owned() }, new.clone());
        }
        (new, false)
    }

    /// About how much memory this takes. Events count as if each added something, so a stream with many of them is read
    /// anew at some time, and counted anew.
    pub(crate) fn weight(&self) -> u64 {
        let made: usize = self.made.lock().values().map(Made::weight).sum();
        let bytes = self.bytes.load(Ordering::Relaxed);
        // Of the copy only maps and indexes are its own.
        let ahead = if self.ahead.lock().is_some() { bytes / 4 } else { 0 };
        bytes + ahead + made as u64
    }

    /// The copy, if it is of this very state.
    pub(crate) fn take_ahead(&self, state: &State) -> Option<State> {
        self.ahead.lock().take().filter(|ahead| ahead.seq == state.seq)
    }

    /// Events of this node that were committed, each with its hash, and the copy in which they were decided.
    pub(crate) fn advance(&self, events: Vec<(Event, String)>, ahead: Option<State>) {
        let mut state = self.state.write();
        for (event, hash) in events {
            if event.seq > state.seq {
                state.apply(&event);
                *self.hash.lock() = hash;
                self.bytes.fetch_add(EVENT, Ordering::Relaxed);
            }
        }
        *self.ahead.lock() = ahead.filter(|ahead| ahead.seq == state.seq);
    }

    /// Reads what is missing up to this event.
    pub(crate) async fn follow(&self, store: &dyn Store, head: u64) -> Result<(), StoreError> {
        loop {
            let seq = self.read(|state| state.seq);
            if seq >= head {
                return Ok(());
            }
            let rows = store.events(&self.id, seq, BATCH).await?;
            if rows.is_empty() {
                return Err(StoreError::Corrupt(format!("events after {seq} of {} are missing", self.id)));
            }
            self.apply(&rows)?;
        }
    }

    /// Events that were read.
    pub(crate) fn apply(&self, rows: &[EventRow]) -> Result<(), StoreError> {
        let mut state = self.state.write();
        let mut ahead = self.ahead.lock();
        for row in rows.iter().filter(|row| row.seq > state.seq).collect::<Vec<_>>() {
            let event: Event = serde_json::from_str(&row.body)
                .map_err(|error| StoreError::Corrupt(format!("event {} of {}: {error}", row.seq, self.id)))?;
            state.apply(&event);
            if let Some(ahead) = ahead.as_mut().filter(|ahead| ahead.seq < event.seq) {
                ahead.apply(&event);
            }
            self.bytes.fetch_add(row.body.len() as u64, Ordering::Relaxed);
            self.hash.lock().clone_from(&row.hash);
        }
        Ok(())
    }
}
