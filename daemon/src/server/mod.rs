//! The daemon: one process that serves every window, the command line and agents.
//!
//! [`run`] reads like a list of contents: take the lock, listen, say so, serve until there is a reason to leave, leave nothing behind.

pub(crate) mod api;
mod boards;
mod clients;
mod control;
mod editors;
mod memory;
mod take_over;

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use engine::{Engine, EngineOptions};
use interprocess::local_socket::traits::tokio::Listener as _;
use lsp::Ended;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::{self, DaemonOptions};
use crate::ipc::record::Build;
use crate::ipc::{Listener, Place, Record};
use crate::log::{self, LogFiles};
use crate::start::{READY, TAKEN};
use crate::workspace::index_base;

use boards::Hosted;

pub(crate) use boards::place_of;

pub(crate) use clients::{ClientInfo, Clients};
pub(crate) use memory::Memory;

/// Connections get so long to end by themselves when the daemon leaves.
const FAREWELL: Duration = Duration::from_secs(2);
/// Whoever starts it needs a moment to connect.
const SHORTEST_STAY: Duration = Duration::from_secs(2);
/// How often it looks whether its sockets are still there.
const LOOK: Duration = Duration::from_secs(60);
/// What a pipe within this process holds, in bytes.
const PIPE: usize = 64 << 10;
/// After a failed attempt to accept, such as one without a free file descriptor.
const PAUSE: Duration = Duration::from_millis(100);

/// What every connection may use.
#[derive(Clone)]
pub(crate) struct Daemon {
    /// The open workspaces.
    pub(crate) engine: Engine,
    /// The boards of this user.
    pub(crate) hosted: Hosted,
    /// Who is connected.
    pub(crate) clients: Clients,
    /// This program.
    pub(crate) build: Build,
    /// Where the log lies.
    pub(crate) log: PathBuf,
    /// When it began.
    pub(crate) begun: Instant,
    /// Why it is to leave, as soon as there is a reason.
    pub(crate) leave: watch::Sender<Option<String>>,
}

impl Daemon {
    fn new(engine: Engine, hosted: Hosted, build: Build, log: PathBuf) -> Daemon {
        let leave = watch::Sender::new(None);
        Daemon { engine, hosted, clients: Clients::new(), build, log, begun: Instant::now(), leave }
    }

    /// One for this process alone, without sockets.
    ///
    /// # Errors
    /// When there is no folder for indexes.
    pub(crate) fn in_process() -> Result<Daemon> {
        let engine = Engine::new(engine_options(std::path::absolute(index_base()?)?));
        Ok(Daemon::new(engine, Hosted::off(), Build::own(), PathBuf::new()))
    }

    /// Ends when the daemon leaves.
    fn leaving(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut leave = self.leave.subscribe();
        async move {
            // Without a daemon it has left.
            let _ = leave.wait_for(Option::is_some).await;
        }
    }
}

/// Runs the daemon until it has a reason to leave. Says [`READY`] or [`TAKEN`] on standard output.
///
/// # Errors
/// When it cannot listen; the text is for whoever started it.
pub(crate) fn run(detached: bool) -> Result<()> {
    let base = std::path::absolute(index_base()?)?;
    let place = Place::of(&base)?;
    let files = LogFiles::of(&place)?;
    let options = config::load_user()?.daemon;
    if detached {
        detach();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("daemon")
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let served: Result<Option<File>> = runtime.block_on(async {
        let build = Build::own();
        let Some(lock) = take_over::take_over(&place, &build).await? else {
            say(TAKEN, detached);
            return Ok(None);
        };
        log::start(&files, &options.log_level)?;
        serve(&place, build, base, &files, &options, detached).await.map(|()| Some(lock))
    });
    // What still computes holds nothing that anybody waits for.
    runtime.shutdown_timeout(FAREWELL);
    // Only now may another daemon begin.
    drop(served?);
    Ok(())
}

/// Connects to a [`Daemon`] of this process as to one behind a socket.
///
/// # Errors
/// When the other end ends.
pub(crate) async fn connect_in_process(daemon: Daemon) -> Result<jsonrpsee::core::client::Client> {
    let (near, far) = tokio::io::duplex(PIPE);
    tokio::spawn(control::serve(daemon, far));
    Ok(api::connect_over(near).await?)
}

/// Serves one editor on standard input and output in this process, without sockets.
///
/// # Errors
/// When threads cannot be started.
pub(crate) fn run_standalone() -> Result<Ended> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let engine = Engine::new(engine_options(std::path::absolute(index_base()?)?));
    let ended = runtime.block_on(async {
        let ended = editors::speak(tokio::io::stdin(), tokio::io::stdout(), engine.clone(), sync::Boards::off()).await;
        let closed = tokio::task::spawn_blocking(move || engine.shutdown()).await;
        closed.context("cannot close the indexes").map(|()| ended)
    })?;
    // The thread that reads standard input may wait for ever.
    runtime.shutdown_background();
    Ok(ended)
}

async fn serve(
    place: &Place,
    build: Build,
    base: PathBuf,
    files: &LogFiles,
    options: &DaemonOptions,
    detached: bool,
) -> Result<()> {
    let record = Record::new(place, build.clone(), std::process::id());
    let cannot = || format!("cannot listen in {}", place.folder().display());
    // Whoever holds the lock is the only daemon, so other sockets are those of dead ones.
    for stray in place.stray_sockets(&[]) {
        let _ = std::fs::remove_file(stray);
    }
    let editors = record.editors.listen().with_context(cannot)?;
    let control = record.control.listen().with_context(cannot)?;
    record.write(place)?;
    let daemon = Daemon::new(Engine::new(engine_options(base)), Hosted::start(), build, files.log.clone());
    tracing::info!(version = daemon.build.version, process = record.process, "listening");
    // Heard from now on, and by one listener: a signal that comes before somebody listens, or between two who do, would be lost.
    let signal = ended_by_signal();
    say(READY, detached);

    let mut connections = JoinSet::new();
    let reason = accept(&daemon, place, &record, options, [editors, control], signal, &mut connections).await;
    tracing::info!(reason, "leaving");
    record.remove(place);
    daemon.leave.send_replace(Some(reason));
    if tokio::time::timeout(FAREWELL, async { while connections.join_next().await.is_some() {} }).await.is_err() {
        connections.shutdown().await;
    }
    let (engine, mut hosted) = (daemon.engine.clone(), daemon.hosted.clone());
    let closed = tokio::task::spawn_blocking(move || engine.shutdown());
    if tokio::time::timeout(FAREWELL, hosted.end()).await.is_err() {
        tracing::warn!("the boards are busy; what waits to be sent is on the disk");
    }
    closed.await.context("cannot close the indexes")?;
    tracing::info!("left");
    Ok(())
}

/// Accepts connections until there is a reason to leave.
async fn accept(
    daemon: &Daemon,
    place: &Place,
    record: &Record,
    options: &DaemonOptions,
    [editors, control]: [Listener; 2],
    signal: impl Future<Output = String>,
    connections: &mut JoinSet<()>,
) -> String {
    let idle = Duration::from_secs(options.idle_minutes.saturating_mul(60)).max(SHORTEST_STAY);
    let nobody = daemon.clients.nobody_for(idle);
    tokio::pin!(nobody);
    let mut asked = daemon.leave.subscribe();
    tokio::pin!(signal);
    let mut look = tokio::time::interval(LOOK);
    loop {
        let accepted = tokio::select! {
            stream = editors.accept() => stream.map(|stream| {
                connections.spawn(editors::serve(daemon.clone(), stream));
            }),
            stream = control.accept() => stream.map(|stream| {
                connections.spawn(control::serve(daemon.clone(), stream));
            }),
            _ = connections.join_next(), if !connections.is_empty() => Ok(()),
            () = &mut nobody => return format!("nobody was connected for {} seconds", idle.as_secs()),
            Ok(reason) = asked.wait_for(Option::is_some) => {
                return reason.clone().unwrap_or_default();
            }
            reason = &mut signal => return reason,
            _ = look.tick() => {
                if Record::read(place).as_ref() == Some(record) {
                    Ok(())
                } else {
                    // A cleaner of temporary files took them: no new window would find this daemon, so all go on with another one.
                    return "somebody removed its sockets".to_owned();
                }
            }
        };
        if let Err(error) = accepted {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Options for each workspace come from the same files as on the command line.
pub(crate) fn engine_options(base: PathBuf) -> EngineOptions {
    let mut options = EngineOptions::new(base);
    options.settings = Arc::new(|root| match config::load(root) {
        Ok(effective) => Ok((effective.config.index, effective.config.vectors)),
        Err(error) => Err(format!("{error:#}")),
    });
    options
}

#[cfg(unix)]
fn ended_by_signal() -> impl Future<Output = String> {
    use tokio::signal::unix::{SignalKind, signal};
    let both = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        let (Ok(mut terminate), Ok(mut interrupt)) = both else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => "it was told to end".to_owned(),
            _ = interrupt.recv() => "it was interrupted".to_owned(),
        }
    }
}

#[cfg(not(unix))]
async fn ended_by_signal() -> String {
    match tokio::signal::ctrl_c().await {
        Ok(()) => "it was interrupted".to_owned(),
        Err(_) => std::future::pending().await,
    }
}

/// Becomes independent of the terminal and the editor that started it.
fn detach() {
    #[cfg(unix)]
    if let Err(error) = rustix::process::setsid() {
        // It leads a group already; then nothing would end it with another one.
        tracing::debug!(%error, "setsid");
    }
}

/// Says one word to whoever started this, and then no more: that one may go away.
#[allow(clippy::print_stdout)]
fn say(word: &str, detached: bool) {
    use std::io::Write;
    let mut out = std::io::stdout();
    // Whoever does not listen any more needs no word.
    let _ = writeln!(out, "{word}").and_then(|()| out.flush());
    #[cfg(unix)]
    if detached && let Ok(null) = File::options().write(true).open("/dev/null") {
        let _ = rustix::stdio::dup2_stdout(null);
    }
    #[cfg(not(unix))]
    let _ = detached;
}

#[cfg(test)]
mod tests;
