//! Open buffers: several windows may hold different unsaved texts of one file. The latest wins; when it is closed the one before it
//! answers again, and at last the disk.
//!
//! Texts reach the index on a thread of their own, coalesced, so that whoever types never waits for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use index::Index;
use index::record::content_hash;
use parking_lot::{Condvar, Mutex};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

/// Texts are taken over when nothing came for so long…
const QUIET: Duration = Duration::from_millis(40);
/// …or when the oldest waits for so long.
const LONGEST: Duration = Duration::from_millis(250);

/// One window of one editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WindowId(pub u64);

/// Who holds which text of which file.
#[derive(Debug, Default)]
struct Texts {
    /// By path; the text that was set last stands last.
    files: FxHashMap<String, Vec<(WindowId, Arc<String>)>>,
}

impl Texts {
    /// Whether the window did not hold the file before.
    fn set(&mut self, window: WindowId, path: &str, text: Arc<String>) -> bool {
        let texts = self.files.entry(path.to_owned()).or_default();
        let before = texts.len();
        texts.retain(|(other, _)| *other != window);
        let is_new = texts.len() == before;
        texts.push((window, text));
        is_new
    }

    /// Whether there was such a text.
    fn close(&mut self, window: WindowId, path: &str) -> bool {
        let Some(texts) = self.files.get_mut(path) else { return false };
        let before = texts.len();
        texts.retain(|(other, _)| *other != window);
        let closed = texts.len() < before;
        if texts.is_empty() {
            self.files.remove(path);
        }
        closed
    }

    fn of_window(&self, window: WindowId) -> Vec<String> {
        let holds = |texts: &[(WindowId, Arc<String>)]| texts.iter().any(|(other, _)| *other == window);
        self.files.iter().filter(|(_, texts)| holds(texts)).map(|(path, _)| path.clone()).collect()
    }

    fn current(&self, path: &str) -> Option<&Arc<String>> {
        self.files.get(path)?.last().map(|(_, text)| text)
    }
}

#[derive(Default)]
struct Pending {
    texts: Texts,
    /// Paths whose text the index does not have yet, since when, and when the last of them came.
    dirty: FxHashSet<String>,
    since: Option<(Instant, Instant)>,
    /// Somebody waits for the texts: no more coalescing.
    hurry: bool,
    /// Texts are being handed to the index now.
    applying: bool,
    stop: bool,
}

/// The buffers of a workspace.
#[derive(Default)]
pub(crate) struct Buffers {
    pending: Mutex<Pending>,
    changed: Condvar,
}

impl Buffers {
    /// A window's text answers for a file from now on. Gives back whether the window did not hold the file before.
    pub(crate) fn set(&self, window: WindowId, path: &str, text: Arc<String>) -> bool {
        let mut pending = self.pending.lock();
        let is_new = pending.texts.set(window, path, text);
        self.touch(&mut pending, [path.to_owned()]);
        is_new
    }

    /// Whether any window has a file open.
    pub(crate) fn any(&self) -> bool {
        !self.pending.lock().texts.files.is_empty()
    }

    /// A window has closed a file.
    pub(crate) fn close(&self, window: WindowId, path: &str) {
        let mut pending = self.pending.lock();
        if pending.texts.close(window, path) {
            self.touch(&mut pending, [path.to_owned()]);
        }
    }

    /// A window is gone.
    pub(crate) fn close_window(&self, window: WindowId) {
        let mut pending = self.pending.lock();
        let paths = pending.texts.of_window(window);
        for path in &paths {
            pending.texts.close(window, path);
        }
        self.touch(&mut pending, paths);
    }

    /// The text that answers for a file.
    pub(crate) fn current(&self, path: &str) -> Option<Arc<String>> {
        self.pending.lock().texts.current(path).cloned()
    }

    /// What the index knows has changed: every buffer is compared with it again.
    pub(crate) fn recheck(&self) {
        let mut pending = self.pending.lock();
        let paths: Vec<String> = pending.texts.files.keys().cloned().collect();
        self.touch(&mut pending, paths);
    }

    /// Waits until the index has all texts that were set before, at most for so long. Gives back whether it has.
    pub(crate) fn flush(&self, longest: Duration) -> bool {
        let end = Instant::now() + longest;
        let mut pending = self.pending.lock();
        while !pending.stop && (pending.applying || !pending.dirty.is_empty()) {
            pending.hurry = true;
            self.changed.notify_all();
            if self.changed.wait_until(&mut pending, end).timed_out() {
                return false;
            }
        }
        true
    }

    /// Ends [`Buffers::run`].
    pub(crate) fn stop(&self) {
        self.pending.lock().stop = true;
        self.changed.notify_all();
    }

    fn touch(&self, pending: &mut Pending, paths: impl IntoIterator<Item = String>) {
        let before = pending.dirty.len();
        let mut any = false;
        for path in paths {
            any = true;
            pending.dirty.insert(path);
        }
        if !any {
            return;
        }
        let now = Instant::now();
        pending.since = Some((pending.since.filter(|_| before > 0).map_or(now, |(first, _)| first), now));
        self.changed.notify_all();
    }

    /// Hands texts to the index until [`Buffers::stop`]. `index` gives the index once it is open; `applied` is called when other answers
    /// became possible.
    pub(crate) fn run(&self, index: impl Fn() -> Option<Arc<Index>>, applied: impl Fn()) {
        let mut shown = FxHashMap::<String, Arc<String>>::default();
        let mut owner: Option<Arc<Index>> = None;
        let mut pending = self.pending.lock();
        loop {
            if pending.stop {
                return;
            }
            let Some((first, last)) = pending.since.filter(|_| !pending.dirty.is_empty()) else {
                self.changed.wait(&mut pending);
                continue;
            };
            let due = (last + QUIET).min(first + LONGEST);
            if !pending.hurry && Instant::now() < due {
                self.changed.wait_until(&mut pending, due);
                continue;
            }
            let Some(index) = index() else {
                // Whoever opens the index touches every buffer.
                pending.dirty.clear();
                pending.since = None;
                continue;
            };
            if owner.as_ref().is_none_or(|owner| !Arc::ptr_eq(owner, &index)) {
                shown.clear();
                owner = Some(index.clone());
            }
            let work: Vec<(String, Option<Arc<String>>)> = pending
                .dirty
                .drain()
                .collect::<Vec<_>>()
                .into_iter()
                .map(|path| (path.clone(), pending.texts.current(&path).cloned()))
                .collect();
            pending.since = None;
            pending.hurry = false;
            pending.applying = true;
            parking_lot::MutexGuard::unlocked(&mut pending, || {
                let mut any = false;
                for (path, text) in work {
                    any |= show(&index, &mut shown, path, text);
                }
                if any {
                    applied();
                }
            });
            pending.applying = false;
            self.changed.notify_all();
        }
    }
}

/// Lets the index answer with a text, or with the disk's. Gives back whether anything changed.
fn show(index: &Index, shown: &mut FxHashMap<String, Arc<String>>, path: String, text: Option<Arc<String>>) -> bool {
    match text.filter(|text| wanted(index, &path, text)) {
        Some(text) => {
            if shown.get(&path).is_some_and(|before| Arc::ptr_eq(before, &text)) {
                return false;
            }
            index.set_text(&path, &text);
            shown.insert(path, text);
            true
        }
        None => {
            let was_shown = shown.remove(&path).is_some();
            if was_shown {
                index.close_text(&path);
            }
            was_shown
        }
    }
}

/// Whether a buffer says anything that the index does not know: it differs from what is saved, or the file is new. Files that the index leaves out
/// (ignored, too large) stay out of it when they are opened.
fn wanted(index: &Index, path: &str, text: &str) -> bool {
    if text.len() as u64 > index.options().max_file_kb << 10 {
        return false;
    }
    match index.snapshot().saved(path) {
        Some(file) if file.refused.is_some() => false,
        Some(file) => file.size != text.len() as u64 || !file.verbatim || file.hash != content_hash(text.as_bytes()),
        None => index.may_matter(path) && !index.root().join(path).exists(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ONE: WindowId = WindowId(1);
    const TWO: WindowId = WindowId(2);

    fn text(text: &str) -> Arc<String> {
        Arc::new(text.to_owned())
    }

    #[test]
    fn the_latest_text_wins_and_closing_it_falls_back_to_the_other_window() {
        let mut texts = Texts::default();
        texts.set(ONE, "a.rs", text("of one"));
        texts.set(TWO, "a.rs", text("of two"));
        assert_eq!(texts.current("a.rs").unwrap().as_str(), "of two");
        texts.set(ONE, "a.rs", text("of one, changed"));
        assert_eq!(texts.current("a.rs").unwrap().as_str(), "of one, changed");
        assert!(texts.close(ONE, "a.rs"));
        assert_eq!(texts.current("a.rs").unwrap().as_str(), "of two");
        assert!(texts.close(TWO, "a.rs"));
        assert!(texts.current("a.rs").is_none());
        assert!(!texts.close(TWO, "a.rs"));
    }

    proptest! {
        /// Whatever windows do, a file's text is that of the last window that set it and has not closed it.
        #[test]
        fn texts_agree_with_a_list_of_all_that_was_done(steps in prop::collection::vec((0u64..3, 0usize..2, prop::option::of(0u32..9)), 0..40)) {
            let mut texts = Texts::default();
            let mut log: Vec<(u64, usize, u32)> = Vec::new();
            for (window, path, set) in steps {
                let name = ["a", "b"][path];
                log.retain(|(w, p, _)| (*w, *p) != (window, path));
                match set {
                    Some(value) => {
                        texts.set(WindowId(window), name, text(&value.to_string()));
                        log.push((window, path, value));
                    }
                    None => {
                        texts.close(WindowId(window), name);
                    }
                }
                for (path, name) in ["a", "b"].into_iter().enumerate() {
                    let expected = log.iter().rev().find(|(_, p, _)| *p == path).map(|(_, _, value)| value.to_string());
                    prop_assert_eq!(texts.current(name).map(|text| text.to_string()), expected);
                }
            }
        }
    }
}
