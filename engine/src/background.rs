//! The thread that opens an index, brings it up to date, and keeps it so.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use index::watch::{Told, Watch};
use index::{Error, Index};

use crate::priority;
use crate::state::{Phase, Teller};
use crate::workspace::Shared;

/// While another process writes the index, its commits are looked for after so long at first…
const FIRST_LOOK: Duration = Duration::from_millis(100);
/// …then more and more rarely, down to this.
const LAST_LOOK: Duration = Duration::from_secs(5);
/// An index that cannot be opened is tried again for so long before anybody is told…
const LETTING_GO: Duration = Duration::from_secs(3);
/// …and then every now and then.
const NEXT_TRY: Duration = Duration::from_secs(15);

/// What the thread is asked for.
pub(crate) enum Command {
    /// Bring the index up to date, or build it anew.
    Update { rebuild: bool },
    /// These files may have changed.
    Changed(Vec<String>),
    /// The watch says something.
    Told(Told),
    /// Leave.
    Stop,
}

/// Runs until [`Command::Stop`].
pub(crate) fn run(shared: &Arc<Shared>, commands: &Receiver<Command>, sender: &Sender<Command>) {
    priority::lower();
    let mut failing: Option<Instant> = None;
    while !shared.stop.load(Ordering::Relaxed) {
        let opened = (shared.settings)(&shared.root).map_err(|why| (why, false)).and_then(|(options, vectors)| {
            let opened = Index::open(&shared.base, &shared.root, &options, &vectors);
            opened.map_err(|error| (error.to_string(), !matches!(error, Error::Root { .. })))
        });
        let next = match opened {
            Ok(index) => {
                failing = None;
                let index = Arc::new(index);
                shared.state.send_modify(|state| {
                    state.writable = index.is_writable();
                    state.notes = index
                        .rebuilt()
                        .map(|why| format!("the index was damaged and is built anew ({why})"))
                        .into_iter()
                        .collect();
                    state.generation += 1;
                });
                shared.index.store(Some(index.clone()));
                shared.buffers.recheck();
                if index.is_writable() {
                    Owner { shared, index, commands, sender, watch: None, polling: false }.run()
                } else {
                    follow(shared, &index, commands)
                }
            }
            // Whoever had it open a moment ago, in this process or another, may still be letting go of its parts.
            Err((_, true)) if failing.get_or_insert_with(Instant::now).elapsed() < LETTING_GO => {
                wait_for_update(commands, Some(FIRST_LOOK))
            }
            Err((why, may_pass)) => {
                tracing::warn!(workspace = %shared.root.display(), why, "a workspace cannot be opened");
                shared.set_phase(Phase::Failed { why });
                wait_for_update(commands, may_pass.then_some(NEXT_TRY))
            }
        };
        if next.is_break() {
            return;
        }
    }
}

/// Waits until somebody asks for an update, or for so long.
fn wait_for_update(commands: &Receiver<Command>, longest: Option<Duration>) -> ControlFlow<()> {
    let end = longest.map(|longest| Instant::now() + longest);
    loop {
        let command = match end {
            Some(end) => commands.recv_deadline(end),
            None => commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match command {
            Ok(Command::Update { .. }) | Err(RecvTimeoutError::Timeout) => return ControlFlow::Continue(()),
            Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => return ControlFlow::Break(()),
            Ok(Command::Changed(_) | Command::Told(_)) => {}
        }
    }
}

/// Another process writes the index: shows its commits, until it is gone and this process can write.
fn follow(shared: &Shared, index: &Index, commands: &Receiver<Command>) -> ControlFlow<()> {
    shared.set_phase(Phase::Ready);
    let mut wait = FIRST_LOOK;
    let mut seen = last_commit(index);
    loop {
        match commands.recv_timeout(wait) {
            Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => return ControlFlow::Break(()),
            Ok(_) => continue,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if index.folder().lock().is_ok() {
            return ControlFlow::Continue(());
        }
        wait = (wait * 2).min(LAST_LOOK);
        let now = last_commit(index);
        if now != seen {
            seen = now;
            match index.refresh() {
                Ok(()) => {
                    shared.changed();
                    shared.buffers.recheck();
                }
                Err(error) => tracing::debug!(%error, "a commit of another process cannot be read yet"),
            }
        }
    }
}

/// When the index was last committed.
fn last_commit(index: &Index) -> Option<SystemTime> {
    std::fs::metadata(index.folder().path().join("text").join("meta.json")).ok()?.modified().ok()
}

/// This process writes the index.
struct Owner<'o> {
    shared: &'o Arc<Shared>,
    index: Arc<Index>,
    commands: &'o Receiver<Command>,
    sender: &'o Sender<Command>,
    watch: Option<Watch>,
    /// The system cannot watch, so what others see counts.
    polling: bool,
}

impl Owner<'_> {
    fn run(mut self) -> ControlFlow<()> {
        let mut update = Some(false);
        let mut embed = true;
        loop {
            if let Some(rebuild) = update.take() {
                embed = self.update(rebuild);
            }
            if std::mem::take(&mut embed) {
                self.embed();
            }
            match self.commands.recv() {
                Ok(Command::Update { rebuild }) => update = Some(rebuild),
                Ok(Command::Stop) | Err(_) => return ControlFlow::Break(()),
                Ok(Command::Changed(paths)) => embed = self.files(&paths),
                Ok(Command::Told(told)) => embed = self.told(told),
            }
            // A burst of news is embedded once.
            while let Ok(command) = self.commands.try_recv() {
                match command {
                    Command::Update { rebuild } => update = Some(rebuild || update.unwrap_or(false)),
                    Command::Stop => return ControlFlow::Break(()),
                    Command::Changed(paths) => embed |= self.files(&paths),
                    Command::Told(told) => embed |= self.told(told),
                }
            }
        }
    }

    /// Walks and indexes. Gives back whether there is something to embed.
    fn update(&mut self, rebuild: bool) -> bool {
        if self.shared.cancel.load(Ordering::Relaxed) {
            return self.failed(Error::Cancelled);
        }
        self.shared.set_phase(Phase::Walking);
        let start = Instant::now();
        let teller = Teller::indexing(&self.shared.state);
        let done = match rebuild {
            true => self.index.rebuild(&teller, &self.shared.cancel),
            false => self.index.update(&teller, &self.shared.cancel),
        };
        match done {
            Ok(summary) => {
                tracing::info!(
                    workspace = %self.shared.root.display(), files = summary.files, indexed = summary.indexed,
                    removed = summary.removed, elapsed = ?start.elapsed(), "indexed"
                );
                self.shared.changed();
                self.shared.buffers.recheck();
                // Somebody looks at code already, and will ask who calls it.
                if self.shared.buffers.any() && self.shared.begin_graph() {
                    self.shared.build_graph();
                }
                if self.shared.watch && self.watch.is_none() {
                    let sender = self.sender.clone();
                    let tell = move |told| {
                        // The receiver is gone only when the workspace is being closed.
                        let _ = sender.send(Command::Told(told));
                    };
                    self.watch = Some(Watch::text(self.index.clone(), tell));
                }
                true
            }
            Err(error) => self.failed(error),
        }
    }

    fn embed(&mut self) {
        match self.index.embed(&Teller::embedding(&self.shared.state), &self.shared.cancel) {
            Ok(outcome) => {
                if outcome.embedded + outcome.reused + outcome.removed > 0 {
                    self.shared.changed();
                }
                self.shared.set_phase(Phase::Ready);
            }
            Err(error) => {
                self.failed(error);
            }
        }
    }

    fn files(&mut self, paths: &[String]) -> bool {
        if self.watch.is_some() && !self.polling {
            return false;
        }
        let paths: Vec<String> = paths.iter().filter(|path| self.index.may_matter(path)).cloned().collect();
        if paths.is_empty() {
            return false;
        }
        match self.index.update_paths(&paths, &self.shared.cancel) {
            Ok(summary) => self.news(summary.indexed + summary.removed > 0),
            Err(error) => self.failed(error),
        }
    }

    fn told(&mut self, told: Told) -> bool {
        match told {
            Told::Watching => false,
            Told::Updated(summary) => {
                let mended = matches!(self.shared.state.borrow().phase, Phase::Failed { .. });
                self.news(summary.indexed + summary.removed > 0) || mended
            }
            Told::Failed(error) => self.failed(error),
            Told::Polling(why) => {
                self.polling = true;
                let note =
                    format!("the system cannot watch every folder ({why}); changes are found within half a minute");
                self.shared.state.send_modify(|state| {
                    if !state.notes.contains(&note) {
                        state.notes.push(note);
                    }
                });
                false
            }
        }
    }

    fn news(&self, any: bool) -> bool {
        if any {
            self.shared.changed();
            self.shared.buffers.recheck();
        }
        any
    }

    /// Never asks for embedding: it would hide the failure.
    fn failed(&self, error: Error) -> bool {
        if self.shared.stop.load(Ordering::Relaxed) {
            return false;
        }
        match error {
            Error::Cancelled => self.shared.set_phase(Phase::Cancelled),
            error => {
                tracing::warn!(workspace = %self.shared.root.display(), %error, "indexing failed");
                self.shared.set_phase(Phase::Failed { why: error.to_string() });
            }
        }
        false
    }
}
