//! Keeps an index right while files change: saves, new and deleted files, branch switches.
//!
//! Events only say where to look; what is true is read from the disk. A burst of events is answered once, when it is over or has lasted for a moment.
//! Where the system cannot watch (too many folders, a network drive), the workspace is walked every now and then instead.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use notify::event::EventKind;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use rustc_hash::FxHashSet;

use crate::build::Silent;
use crate::error::Error;
use crate::index::{Index, Summary};
use crate::source::walk::relative;

/// A burst of events is over when nothing came for so long…
const QUIET: Duration = Duration::from_millis(30);
/// …or when it has lasted for so long.
const LONGEST_BURST: Duration = Duration::from_millis(250);
/// Where the system cannot watch, the workspace is walked this often.
const POLL: Duration = Duration::from_secs(20);
/// Walks that unknown files cause take at most this share of the time: after a walk of 50 ms the next waits for half a second.
const WALK_SHARE: u32 = 10;
/// With more changed files than this a walk is cheaper than looking at each.
const MOST_PATHS: usize = 500;

/// What a watch tells.
#[derive(Debug)]
pub enum Told {
    /// The watch has begun; changes from now on are seen.
    Watching,
    /// The index was brought up to date.
    Updated(Summary),
    /// An update failed; the next event tries again.
    Failed(Error),
    /// The system cannot watch everything, for this reason; the workspace is walked every now and then.
    Polling(String),
}

/// Watches until it is dropped.
pub struct Watch {
    cancelled: Arc<AtomicBool>,
    wake: Sender<notify::Result<notify::Event>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Starts to watch the workspace of an index, which must have been updated once before. `tell` is called from the watching thread.
    pub fn start(index: Arc<Index>, tell: impl Fn(Told) + Send + 'static) -> Watch {
        Watch::begin(index, true, tell)
    }

    /// As [`Watch::start`], but vectors are left to whoever is told: embedding much code must not delay what can be found by words.
    pub fn text(index: Arc<Index>, tell: impl Fn(Told) + Send + 'static) -> Watch {
        Watch::begin(index, false, tell)
    }

    fn begin(index: Arc<Index>, embeds: bool, tell: impl Fn(Told) + Send + 'static) -> Watch {
        let cancelled = Arc::new(AtomicBool::new(false));
        let (wake, events) = unbounded();
        let stop = cancelled.clone();
        let sender = wake.clone();
        let thread = std::thread::spawn(move || {
            let mut watcher = Watching {
                index,
                embeds,
                tell: Box::new(tell),
                stop,
                folders: FxHashSet::default(),
                system: None,
                next_walk: Instant::now(),
            };
            watcher.watch(sender);
            watcher.run(&events);
        });
        Watch { cancelled, wake, thread: Some(thread) }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
        // Any event wakes the thread; it looks at `cancelled` first.
        let _ = self.wake.send(Ok(notify::Event::new(EventKind::Other)));
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported where it happened.
            let _ = thread.join();
        }
    }
}

struct Watching {
    index: Arc<Index>,
    embeds: bool,
    tell: Box<dyn Fn(Told) + Send>,
    stop: Arc<AtomicBool>,
    folders: FxHashSet<String>,
    system: Option<RecommendedWatcher>,
    next_walk: Instant,
}

/// What a burst of events asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Burst {
    paths: FxHashSet<String>,
    walk: bool,
}

impl Watching {
    fn watch(&mut self, events: Sender<notify::Result<notify::Event>>) {
        let made = notify::recommended_watcher(move |event| {
            // The receiver is gone only when the watch ends.
            let _ = events.send(event);
        });
        match made {
            Ok(watcher) => {
                self.system = Some(watcher);
                self.follow_folders();
            }
            Err(error) => (self.tell)(Told::Polling(error.to_string())),
        }
        (self.tell)(Told::Watching);
    }

    /// Watches folders that are new. Linux is told each folder, so that ignored ones (build output, packages) cost nothing; other
    /// systems watch a whole tree at once.
    ///
    /// Gives back whether any is new: what changed in it after the walk and before the watch is seen by nobody, so another walk is due.
    fn follow_folders(&mut self) -> bool {
        let Some(system) = &mut self.system else { return false };
        let root = self.index.root().to_path_buf();
        let (folders, mode) = if cfg!(any(target_os = "linux", target_os = "android")) {
            (self.index.folders(), RecursiveMode::NonRecursive)
        } else {
            (vec![String::new()], RecursiveMode::Recursive)
        };
        let now: FxHashSet<String> = folders.into_iter().collect();
        for gone in self.folders.difference(&now) {
            // The system forgets deleted folders by itself; then there is nothing left to unwatch.
            let _ = system.unwatch(&root.join(gone));
        }
        let mut failure = None;
        let mut any = false;
        for new in now.difference(&self.folders) {
            any = true;
            if let Err(error) = system.watch(&absolute(&root, new), mode)
                && !matches!(error.kind, notify::ErrorKind::PathNotFound)
            {
                failure = Some(error.to_string());
            }
        }
        self.folders = now;
        if let Some(reason) = failure {
            self.system = None;
            (self.tell)(Told::Polling(reason));
        }
        any
    }

    fn run(&mut self, events: &Receiver<notify::Result<notify::Event>>) {
        // What changed between the last update and the beginning of the watch was seen by nobody.
        let mut waiting = Some((Instant::now(), Burst { paths: FxHashSet::default(), walk: true }));
        while !self.stop.load(Ordering::Relaxed) {
            let timeout = match &waiting {
                Some((due, _)) => due.saturating_duration_since(Instant::now()),
                None if self.system.is_none() => POLL,
                None => Duration::from_secs(3600),
            };
            let mut burst = waiting.take().map(|(_, burst)| burst).unwrap_or_default();
            match events.recv_timeout(timeout) {
                Ok(event) => {
                    self.note(event, &mut burst);
                    self.gather(events, &mut burst);
                }
                Err(RecvTimeoutError::Timeout) => burst.walk |= self.system.is_none(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            waiting = self.answer(burst);
        }
    }

    /// Takes what belongs to the same burst.
    fn gather(&self, events: &Receiver<notify::Result<notify::Event>>, burst: &mut Burst) {
        let end = Instant::now() + LONGEST_BURST;
        while let Ok(event) = events.recv_timeout(QUIET.min(end.saturating_duration_since(Instant::now()))) {
            self.note(event, burst);
            if Instant::now() >= end || self.stop.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    fn note(&self, event: notify::Result<notify::Event>, burst: &mut Burst) {
        let Ok(event) = event else {
            // Events were lost; only a walk knows.
            burst.walk = true;
            return;
        };
        if event.need_rescan() {
            burst.walk = true;
        }
        if matches!(event.kind, EventKind::Access(_) | EventKind::Other) {
            return;
        }
        for path in event.paths {
            let path = relative(self.index.root(), &path);
            if path.is_empty() || !self.index.may_matter(&path) {
                continue;
            }
            burst.walk |= is_ignore_file(&path);
            burst.paths.insert(path);
        }
    }

    /// Updates the index. Gives back what has to wait.
    fn answer(&mut self, burst: Burst) -> Option<(Instant, Burst)> {
        let folders = self.forget_folders(&burst);
        let snapshot = self.index.snapshot();
        let (known, unknown): (Vec<String>, Vec<String>) =
            burst.paths.into_iter().partition(|path| snapshot.file(path).is_some());
        let walk = burst.walk || folders || known.len() > MOST_PATHS || unknown.iter().any(|path| self.is_news(path));
        if !walk {
            if !known.is_empty() {
                let result = self.index.update_paths(&known, &self.stop);
                self.finish(result);
            }
            return None;
        }
        let now = Instant::now();
        if now < self.next_walk {
            // The files that are known need not wait for the walk.
            if !known.is_empty() && known.len() <= MOST_PATHS {
                let result = self.index.update_paths(&known, &self.stop);
                self.finish(result);
            }
            return Some((self.next_walk, Burst { paths: FxHashSet::default(), walk: true }));
        }
        let result = self.index.update(&Silent, &self.stop);
        let news = self.follow_folders();
        self.next_walk = Instant::now() + now.elapsed() * WALK_SHARE;
        self.finish(result);
        news.then(|| (self.next_walk, Burst { paths: FxHashSet::default(), walk: true }))
    }

    /// The system stops to watch a folder that is deleted or moved. One of the same name may be there again before the next walk: it has to be watched
    /// anew, and so have those in it.
    fn forget_folders(&mut self, burst: &Burst) -> bool {
        let changed: Vec<&String> = burst.paths.iter().filter(|path| self.folders.contains(*path)).collect();
        let inside = |folder: &str, path: &str| {
            folder.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.folders.retain(|folder| !changed.iter().any(|path| inside(folder, path)));
        !changed.is_empty()
    }

    /// Whether an unknown path is something that a walk may find: a file or a folder.
    fn is_news(&self, path: &str) -> bool {
        absolute(self.index.root(), path)
            .symlink_metadata()
            .is_ok_and(|metadata| metadata.is_file() || metadata.is_dir())
    }

    fn finish(&self, result: crate::error::Result<Summary>) {
        let result = match result {
            Ok(summary) if self.embeds => self.index.embed(&Silent, &self.stop).map(|_| summary),
            other => other,
        };
        match result {
            Ok(summary) => (self.tell)(Told::Updated(summary)),
            Err(Error::Cancelled) => {}
            Err(error) => (self.tell)(Told::Failed(error)),
        }
    }
}

fn absolute(root: &Path, path: &str) -> PathBuf {
    if path.is_empty() { root.to_path_buf() } else { root.join(path) }
}

/// Files that change which other files count.
fn is_ignore_file(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some(".gitignore" | ".ignore" | ".devmentorignore"))
}
