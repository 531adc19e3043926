//! Finding the daemon, and starting it when there is none.

use std::fs::{File, TryLockError};
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use crate::ipc::hello::{self, Client};
use crate::ipc::record::{Build, program};
use crate::ipc::{Place, Record, Stream};
use crate::log::LogFiles;
use crate::workspace::index_base;

/// A window tries so often to find or start a daemon.
const ATTEMPTS: usize = 5;
/// A daemon listens within a blink; on a machine that swaps it takes longer, and one that takes over waits for the older one.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at a lock that somebody else holds.
const PAUSE: Duration = Duration::from_millis(5);

/// What a daemon says on its standard output as soon as it listens.
pub(crate) const READY: &str = "ready";
/// What it says when another one is there already.
pub(crate) const TAKEN: &str = "taken";

/// Why there is no connection.
enum Missing {
    /// Nobody listens: a daemon may be started.
    Nobody,
    /// A daemon of an older program runs, which may be replaced.
    Older,
    /// The connection ended while both said hello, as it does when a daemon leaves.
    Leaving,
    /// No second attempt would help.
    Hopeless(anyhow::Error),
}

/// Connects to the daemon of `place` as an editor's window, and starts it when there is none.
///
/// # Errors
/// Says in plain words why there is no daemon, with the last words of one that died.
pub(crate) fn connect(place: &Place, restarts: u32) -> Result<Stream> {
    let mut last = None;
    for _ in 0..ATTEMPTS {
        if let Some(stream) = attach(place, restarts, &mut last)? {
            return Ok(stream);
        }
        let _turn = wait_for_turn(place)?;
        // Another window may have started it while this one waited.
        if let Some(stream) = attach(place, restarts, &mut last)? {
            return Ok(stream);
        }
        start(place)?;
    }
    Err(last
        .unwrap_or_else(|| anyhow!("no daemon answers, {ATTEMPTS} times in a row; `devmentor doctor` may tell why")))
}

/// Makes sure that a daemon of this program or a newer one runs.
///
/// # Errors
/// As [`connect`].
pub(crate) fn ensure(place: &Place) -> Result<Record> {
    connect(place, 0)?;
    Record::read(place).context("the daemon left as soon as it was there; `devmentor logs` tells why")
}

fn attach(place: &Place, restarts: u32, last: &mut Option<anyhow::Error>) -> Result<Option<Stream>> {
    match try_attach(place, restarts) {
        Ok(stream) => Ok(Some(stream)),
        Err(Missing::Hopeless(error)) => Err(error),
        Err(Missing::Leaving) => {
            *last = Some(anyhow!("the daemon closes every connection at once; `devmentor logs` tells why"));
            Ok(None)
        }
        Err(Missing::Nobody | Missing::Older) => Ok(None),
    }
}

fn try_attach(place: &Place, restarts: u32) -> Result<Stream, Missing> {
    let record = Record::read(place).ok_or(Missing::Nobody)?;
    if Build::own().is_newer_than(&record.build) {
        return Err(Missing::Older);
    }
    let mut stream = record.editors.connect().map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => Missing::Hopeless(anyhow!(
            "may not connect to the daemon at {}: {error}; `devmentor doctor` tells what to do",
            record.editors
        )),
        // Of a daemon that was killed the socket is left, or not even that.
        _ => Missing::Nobody,
    })?;
    match hello::greet(&mut stream, &Client::own(restarts)) {
        Ok(_) => Ok(stream),
        Err(error) if error.kind() == ErrorKind::TimedOut => Err(Missing::Hopeless(anyhow!(
            "the daemon (process {}) does not answer: {error}; end it, and the next window starts another one",
            record.process
        ))),
        Err(error) if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::InvalidData) => {
            Err(Missing::Hopeless(anyhow!("{error}")))
        }
        Err(_) => Err(Missing::Leaving),
    }
}

fn wait_for_turn(place: &Place) -> Result<File> {
    let lock = place.start_lock().with_context(|| format!("cannot write into {}", place.folder().display()))?;
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if begun.elapsed() < 2 * PATIENCE => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => bail!(
                "another window has been starting the daemon for {} seconds; `devmentor logs` tells what it does",
                begun.elapsed().as_secs()
            ),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", place.folder().display()));
            }
        }
    }
}

/// Starts a daemon apart from this process and waits until it listens.
fn start(place: &Place) -> Result<()> {
    let files = LogFiles::of(place)?;
    let errors = File::create(&files.errors).with_context(|| format!("cannot write {}", files.errors.display()))?;
    let program = program().context("cannot find the program that runs here")?;
    let mut command = Command::new(&program);
    command
        .args(["daemon", "run", "--detached"])
        // A relative path would mean something else in the folder where the daemon stands.
        .env("DEVMENTOR_INDEX_DIR", std::path::absolute(index_base()?)?)
        .current_dir(root_folder())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errors);
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        const DETACHED_PROCESS: u32 = 0x8;
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
        command.creation_flags(DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
    }
    let mut child = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
    match wait_until_ready(&mut child)? {
        Said::Ready => {
            // Whoever starts a process must ask for its end, or it stays in the list of processes.
            std::thread::spawn(move || child.wait());
            Ok(())
        }
        Said::Nothing => {
            let status = child.wait().context("cannot learn how the daemon ended")?;
            let words = files.last_errors(10);
            let words = if words.is_empty() { "it said nothing".to_owned() } else { format!("it said:\n{words}") };
            bail!("the daemon could not start ({status}); {words}")
        }
        Said::Late => {
            // It is not of use to anybody in this state; the next window begins afresh.
            let _ = child.kill();
            let _ = child.wait();
            bail!(
                "the daemon did not listen within {} seconds; {}",
                PATIENCE.as_secs(),
                match files.last_errors(10) {
                    words if words.is_empty() => format!("its log is {}", files.log.display()),
                    words => format!("it said:\n{words}"),
                }
            )
        }
    }
}

enum Said {
    Ready,
    Nothing,
    Late,
}

fn wait_until_ready(child: &mut Child) -> Result<Said> {
    let output = child.stdout.take().context("the daemon has no standard output")?;
    let (sender, said) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(output).read_line(&mut line);
        // Nobody listens any more when the daemon is late.
        let _ = sender.send(read.map(|_| line));
    });
    Ok(match said.recv_timeout(PATIENCE) {
        Ok(Ok(line)) if matches!(line.trim(), READY | TAKEN) => Said::Ready,
        Ok(_) => Said::Nothing,
        Err(_) => Said::Late,
    })
}

/// Where the daemon stands, so that it keeps no folder from being removed or unmounted.
fn root_folder() -> PathBuf {
    if cfg!(windows) { std::env::temp_dir() } else { PathBuf::from("/") }
}
