//! How far a workspace is, readable at any moment and subscribable.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use index::Progress;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// Progress is told at most this often.
const EVERY: Duration = Duration::from_millis(50);

/// What a workspace is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "camelCase")]
pub enum Phase {
    /// The index is being opened.
    Opening,
    /// The workspace is searched for files that changed.
    Walking,
    /// Files are read and indexed. What is done is searchable.
    Indexing {
        /// Files that are done.
        files: usize,
        /// Files to do.
        total: usize,
        /// Whole percent.
        percent: u8,
    },
    /// Code is embedded for search by meaning; all other searches are complete.
    Embedding {
        /// Files that are done.
        files: usize,
        /// Files to do.
        total: usize,
        /// Whole percent.
        percent: u8,
    },
    /// Everything is up to date and follows the files.
    Ready,
    /// Somebody cancelled the indexing. What was done is searchable; [`crate::Workspace::reindex`] goes on.
    Cancelled,
    /// It could not be opened or indexed.
    Failed {
        /// What is wrong and what to do.
        why: String,
    },
}

impl Phase {
    /// Whether work is going on that will end by itself.
    pub fn is_busy(&self) -> bool {
        matches!(self, Phase::Opening | Phase::Walking | Phase::Indexing { .. } | Phase::Embedding { .. })
    }
}

/// The state of a workspace at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// What it is doing.
    #[serde(flatten)]
    pub phase: Phase,
    /// Grows whenever other answers became possible.
    pub generation: u64,
    /// Whether this process writes the index. If not, another one does, and its commits are followed.
    pub writable: bool,
    /// What a person should know, such as a file system that cannot be watched.
    pub notes: Vec<String>,
}

impl State {
    pub(crate) fn opening() -> State {
        State { phase: Phase::Opening, generation: 0, writable: true, notes: Vec::new() }
    }
}

/// Passes the progress of the index on to the state.
pub(crate) struct Teller<'s> {
    state: &'s watch::Sender<State>,
    embedding: bool,
    total: AtomicUsize,
    done: AtomicUsize,
    told: Mutex<Instant>,
}

impl<'s> Teller<'s> {
    pub(crate) fn indexing(state: &'s watch::Sender<State>) -> Teller<'s> {
        Teller {
            state,
            embedding: false,
            total: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            told: Mutex::new(Instant::now()),
        }
    }

    pub(crate) fn embedding(state: &'s watch::Sender<State>) -> Teller<'s> {
        Teller { embedding: true, ..Teller::indexing(state) }
    }

    fn tell(&self) {
        let (files, total) = (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed));
        let percent = (files.min(total) * 100).checked_div(total).map_or(100, |percent| percent as u8);
        let phase = if self.embedding {
            Phase::Embedding { files, total, percent }
        } else {
            Phase::Indexing { files, total, percent }
        };
        self.state.send_modify(|state| state.phase = phase);
    }
}

impl Progress for Teller<'_> {
    fn start(&self, files: usize, _bytes: u64) {
        self.total.store(files, Ordering::Relaxed);
        if files > 0 {
            self.tell();
        }
    }

    fn file(&self, _bytes: u64) {
        self.done.fetch_add(1, Ordering::Relaxed);
        // Whoever finds the lock taken leaves the telling to the one who holds it.
        if let Some(mut told) = self.told.try_lock()
            && told.elapsed() >= EVERY
        {
            *told = Instant::now();
            self.tell();
        }
    }

    fn committed(&self) {
        self.state.send_modify(|state| state.generation += 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_one_flat_object_on_the_wire() {
        let state = State {
            phase: Phase::Indexing { files: 1, total: 4, percent: 25 },
            generation: 3,
            writable: true,
            notes: vec!["a note".to_owned()],
        };
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(
            text,
            r#"{"phase":"indexing","files":1,"total":4,"percent":25,"generation":3,"writable":true,"notes":["a note"]}"#
        );
        assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
    }

    #[test]
    fn percentages_stay_between_0_and_100() {
        let (sender, receiver) = watch::channel(State::opening());
        let teller = Teller::indexing(&sender);
        teller.start(2, 100);
        assert_eq!(receiver.borrow().phase, Phase::Indexing { files: 0, total: 2, percent: 0 });
        (0..5).for_each(|_| teller.file(1));
        teller.tell();
        assert_eq!(receiver.borrow().phase, Phase::Indexing { files: 5, total: 2, percent: 100 });
    }
}
