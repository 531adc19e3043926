//! `devmentor lsp` between an editor and the daemon: passes messages both ways, and brings another daemon up to what the editor believes when
//! one is lost, so that the editor notices nothing but a moment's wait.
//!
//! Threads and no runtime, because twenty windows are twenty of these processes. Neither direction ever waits for the other one:
//! an editor that does not read must not keep its own keystrokes from the daemon.

mod frame;
mod memory;

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use frame::{Frame, Frames};
use memory::{Memory, Verdict};

/// A daemon that is lost more often than this…
const LOSSES: usize = 5;
/// …within this time is lost for a reason that another one does not mend.
const WITHIN: Duration = Duration::from_secs(300);
/// When the editor has said its last word, answers that are under way are waited for so long.
const FAREWELL: Duration = Duration::from_secs(2);

/// One connection to a daemon.
pub(crate) struct Link {
    /// What the daemon says.
    pub(crate) from: Box<dyn Read + Send>,
    /// What it is told.
    pub(crate) to: Box<dyn Write + Send>,
}

/// Gives a connection, starting a daemon when there is none; it is told how many were lost before.
pub(crate) type Connect = Box<dyn FnMut(u32) -> Result<Link> + Send>;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As the protocol wants it.
    Clean,
    /// The editor said `exit` without `shutdown`.
    Abrupt,
}

/// What the threads share.
struct Shared {
    /// Held while a message of the editor is noted and sent, so that a new daemon gets each one either by replay or by itself.
    to_daemon: Mutex<Box<dyn Write + Send>>,
    /// What the daemon is told before the next message of the editor. Held only for moments.
    backlog: Mutex<VecDeque<Vec<u8>>>,
    /// Held only for moments.
    state: Mutex<State>,
    /// Something was answered.
    answered: Condvar,
}

#[derive(Default)]
struct State {
    memory: Memory,
    /// The editor says nothing any more.
    silent: bool,
    /// The editor says something that is no message, so that nothing can be replayed.
    raw: bool,
}

/// A thread that panicked leaves plain data behind, which is as right as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Passes messages between an editor and daemons until the editor leaves.
///
/// # Errors
/// When there is no daemon, or one after the other dies. The editor has been told, where it can be.
pub(crate) fn run(
    editor: impl Read + Send + 'static,
    mut to_editor: impl Write + Send + 'static,
    mut connect: Connect,
) -> Result<End> {
    let link = match connect(0) {
        Ok(link) => link,
        Err(error) => {
            // Best shown by the editor; when that has gone there is nobody to tell.
            let _ = frame::write(&mut to_editor, &memory::show_error(&format!("DevMentor cannot start: {error:#}")));
            return Err(error);
        }
    };
    let shared = Arc::new(Shared {
        to_daemon: Mutex::new(link.to),
        backlog: Mutex::default(),
        state: Mutex::default(),
        answered: Condvar::new(),
    });
    let (sender, ends) = mpsc::channel();
    {
        let (shared, sender) = (shared.clone(), sender.clone());
        std::thread::Builder::new().name("editor".to_owned()).spawn(move || {
            listen_to_editor(&shared, editor);
            // Nobody waits for it when the daemon's side has ended everything.
            let _ = sender.send(None);
        })?;
    }
    {
        let shared = shared.clone();
        std::thread::Builder::new().name("daemon".to_owned()).spawn(move || {
            let end = Daemons { shared: &shared, to_editor, connect, losses: VecDeque::new() }.listen(link.from);
            let _ = sender.send(Some(end));
        })?;
    }
    // A read cannot be interrupted everywhere, so whichever side ends first ends the process, and the other thread with it.
    match ends.recv() {
        Ok(Some(Err(error))) => return Err(error),
        Ok(None) => {
            let state = lock(&shared.state);
            // Over when nothing is under way, or nothing comes of it.
            drop(shared.answered.wait_timeout_while(state, FAREWELL, |state| state.memory.is_waiting()));
        }
        Ok(Some(Ok(()))) | Err(_) => {}
    }
    let state = lock(&shared.state);
    Ok(if state.memory.has_exited() && !state.memory.is_shut_down() { End::Abrupt } else { End::Clean })
}

impl Shared {
    /// Tells the daemon what it must know first, and then this. A daemon that does not listen any more is the other thread's concern.
    fn send(&self, writer: &mut Box<dyn Write + Send>, bytes: &[u8]) -> io::Result<()> {
        loop {
            let Some(body) = lock(&self.backlog).pop_front() else { break };
            frame::write(writer, &body)?;
        }
        writer.write_all(bytes)?;
        writer.flush()
    }

    /// Sends the backlog from a thread of its own: whoever listens to a daemon must not wait until it listens.
    fn flush_backlog(self: &Arc<Self>) {
        let shared = self.clone();
        let started = std::thread::Builder::new().name("backlog".to_owned()).spawn(move || {
            let mut writer = lock(&shared.to_daemon);
            // As in `send`: the thread that listens to the daemon finds out.
            let _ = shared.send(&mut writer, b"");
        });
        if started.is_err() {
            // The next message of the editor takes it along.
            tracing::warn!("cannot start a thread");
        }
    }
}

/// Passes on what the editor says until it says nothing more.
fn listen_to_editor(shared: &Shared, editor: impl Read) {
    let mut frames = Frames::new(editor);
    while let Ok(Some(frame)) = frames.next() {
        let mut writer = lock(&shared.to_daemon);
        let (verdict, exited) = {
            let mut state = lock(&shared.state);
            let verdict = match frame.body() {
                Some(body) => state.memory.editor_says(body),
                None => {
                    state.raw = true;
                    Verdict::Pass
                }
            };
            (verdict, state.memory.has_exited())
        };
        // When the daemon is gone, what was noted reaches the next one.
        let _ = match verdict {
            Verdict::Pass => shared.send(&mut writer, frame.bytes()),
            Verdict::Instead(body) => {
                let mut bytes = Vec::new();
                frame::write(&mut bytes, &body).and_then(|()| shared.send(&mut writer, &bytes))
            }
            Verdict::Drop | Verdict::Answer(_) => Ok(()),
        };
        if exited {
            break;
        }
    }
    lock(&shared.state).silent = true;
}

/// The daemons, one after the other.
struct Daemons<'s, W> {
    shared: &'s Arc<Shared>,
    to_editor: W,
    connect: Connect,
    losses: VecDeque<Instant>,
}

impl<W: Write> Daemons<'_, W> {
    fn listen(mut self, from: Box<dyn Read + Send>) -> Result<()> {
        let mut frames = Frames::new(from);
        loop {
            // A daemon that dies in the middle of a message says no more than one that leaves.
            while let Ok(Some(frame)) = frames.next() {
                self.pass(frame)?;
            }
            let over = {
                let state = lock(&self.shared.state);
                if state.raw && !state.silent {
                    bail!("the daemon ended the connection after it got something that is no message");
                }
                state.silent || state.memory.has_exited() || state.memory.is_shut_down()
            };
            if over {
                let told = lock(&self.shared.state).memory.lose();
                self.tell(&told)?;
                self.shared.answered.notify_all();
                // After `shutdown` the editor still has to say `exit`, which its thread hears.
                return self.wait_for_exit();
            }
            frames = self.next()?;
        }
    }

    fn wait_for_exit(&self) -> Result<()> {
        let state = lock(&self.shared.state);
        drop(self.shared.answered.wait_timeout_while(state, WITHIN, |state| !state.silent));
        Ok(())
    }

    fn pass(&mut self, frame: Frame) -> Result<()> {
        let verdict = match frame.body() {
            Some(body) => lock(&self.shared.state).memory.server_says(body),
            None => Verdict::Pass,
        };
        match verdict {
            Verdict::Pass => {
                self.to_editor.write_all(frame.bytes())?;
                self.to_editor.flush()?;
            }
            Verdict::Instead(body) => frame::write(&mut self.to_editor, &body)?,
            Verdict::Drop => {}
            Verdict::Answer(body) => {
                lock(&self.shared.backlog).push_back(body);
                self.shared.flush_backlog();
            }
        }
        self.shared.answered.notify_all();
        Ok(())
    }

    fn tell(&mut self, messages: &[Vec<u8>]) -> Result<()> {
        for message in messages {
            frame::write(&mut self.to_editor, message)?;
        }
        Ok(())
    }

    /// Connects to another daemon and tells it what the editor told the one before.
    fn next(&mut self) -> Result<Frames<Box<dyn Read + Send>>> {
        let shared = self.shared.clone();
        let mut writer = lock(&shared.to_daemon);
        loop {
            let told = lock(&shared.state).memory.lose();
            self.tell(&told)?;
            let connected = self.count_loss().and_then(|lost| (self.connect)(lost));
            let link = match connected {
                Ok(link) => link,
                Err(error) => {
                    // What still waits will not be answered any more.
                    let told = lock(&shared.state).memory.lose();
                    self.tell(&told)?;
                    self.tell(&[memory::show_error(&format!("DevMentor has stopped: {error:#}"))])?;
                    return Err(error);
                }
            };
            *writer = link.to;
            if let Some(frames) = self.replay(&mut writer, Frames::new(link.from))? {
                self.tell(&[memory::log_message("The DevMentor daemon ended; another one goes on in its place.")])?;
                drop(writer);
                shared.flush_backlog();
                return Ok(frames);
            }
        }
    }

    fn count_loss(&mut self) -> Result<u32> {
        let now = Instant::now();
        self.losses.push_back(now);
        self.losses.retain(|loss| now.duration_since(*loss) < WITHIN);
        if self.losses.len() > LOSSES {
            return Err(anyhow!(
                "its daemon ended {LOSSES} times within {} minutes; `devmentor logs` tells why",
                WITHIN.as_secs() / 60
            ));
        }
        Ok(self.losses.len() as u32)
    }

    /// Gives nothing when the new daemon is lost as well.
    fn replay(
        &mut self,
        writer: &mut Box<dyn Write + Send>,
        mut frames: Frames<Box<dyn Read + Send>>,
    ) -> Result<Option<Frames<Box<dyn Read + Send>>>> {
        let replay = lock(&self.shared.state).memory.replay();
        lock(&self.shared.backlog).clear();
        if let Some((id, initialize)) = &replay.initialize {
            if frame::write(writer, initialize).is_err() {
                return Ok(None);
            }
            // The editor has its answer already, and needs no second one.
            let mut is_due = replay.answered;
            while is_due {
                match frames.next() {
                    Ok(Some(frame)) if frame.body().and_then(memory::answered_id).as_ref() == Some(id) => {
                        is_due = false
                    }
                    Ok(Some(frame)) => self.pass(frame)?,
                    Ok(None) | Err(_) => return Ok(None),
                }
            }
        }
        lock(&self.shared.backlog).extend(replay.then);
        Ok(Some(frames))
    }
}

#[cfg(test)]
mod tests;
