//! `devmentor daemon`

use std::fs::TryLockError;
use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use crate::ask::Connection;
use crate::ipc::{Place, Record};
use crate::output::{self, DIM, GOOD, SYMBOL};
use crate::server::api::{ControlClient, DaemonStatus};
use crate::workspace::index_base;
use crate::{server, start};

/// A daemon that is asked to leave closes its indexes within this time.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at whether it has left.
const PAUSE: Duration = Duration::from_millis(20);

#[derive(Debug, Args)]
#[command(
    after_help = "One daemon serves all editor windows, the command line and agents. Editors start it, and it leaves ten minutes after its
last client (daemon.idle-minutes), so there is rarely a reason to use these commands."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Start it when it does not run.
    Start,
    /// Ask it to leave; open windows start another one at once and lose nothing.
    Stop,
    /// Show who is connected, what is open and what it costs.
    Status {
        /// As one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Be the daemon, in the foreground.
    Run {
        /// Apart from the terminal; whoever starts it waits for a word on standard output.
        #[arg(long, hide = true)]
        detached: bool,
    },
}

impl Arguments {
    /// Whether this process is to be the daemon.
    pub(crate) fn is_run(&self) -> bool {
        matches!(self.action, Action::Run { .. })
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    match arguments.action {
        Action::Start => start(),
        Action::Stop => stop(),
        Action::Status { json } => status(json),
        Action::Run { detached } => server::run(detached).map(|()| true),
    }
}

fn start() -> Result<bool> {
    let record = start::ensure(&Place::of(&index_base()?)?)?;
    writeln!(anstream::stdout(), "devmentor {} runs as process {}", record.build.version, record.process)?;
    Ok(true)
}

fn stop() -> Result<bool> {
    let place = Place::of(&index_base()?)?;
    let mut out = anstream::stdout();
    let Some(connection) = Connection::to_any()? else {
        writeln!(out, "no daemon runs")?;
        return Ok(true);
    };
    let process = Record::read(&place).map(|record| record.process);
    connection.ask(async |client| client.shutdown("somebody ran `devmentor daemon stop`".to_owned()).await)?;
    let lock = place.daemon_lock()?;
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => break,
            // Windows that were open start another one, as they should.
            Err(TryLockError::WouldBlock)
                if Record::read(&place).is_some_and(|record| Some(record.process) != process) =>
            {
                break;
            }
            Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                bail!("the daemon (process {}) does not leave; `devmentor logs` tells why", process.unwrap_or_default())
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    writeln!(out, "the daemon has left")?;
    Ok(true)
}

fn status(json: bool) -> Result<bool> {
    let mut out = anstream::stdout().lock();
    let Some(connection) = Connection::to_any()? else {
        if json {
            writeln!(out, "null")?;
        } else {
            writeln!(out, "no daemon runs")?;
        }
        return Ok(false);
    };
    let status = connection.ask(async |client| client.status().await)?;
    if json {
        writeln!(out, "{}", serde_json::to_string(&status)?)?;
    } else {
        print(&mut out, &status)?;
    }
    Ok(true)
}

/// Prints the daemon for people.
pub(crate) fn print(out: &mut impl Write, status: &DaemonStatus) -> Result<()> {
    let DaemonStatus { build, process, seconds, memory, clients, workspaces, log } = status;
    let windows = clients.iter().filter(|client| client.kind == "lsp").count();
    let others = clients.len() - windows;
    write!(out, "{GOOD}daemon{GOOD:#} {} as process {process}, {}", build.version, age(*seconds))?;
    if let Some(memory) = memory {
        write!(out, ", {} of memory ({} its own)", output::bytes(memory.resident), output::bytes(memory.own))?;
    }
    writeln!(out)?;
    writeln!(out, "{}, {}", number(windows, "window"), number(others, "other client"))?;
    for workspace in workspaces {
        writeln!(
            out,
            "  {SYMBOL}{}{SYMBOL:#}  {}, {}",
            workspace.root.display(),
            number(workspace.users, "user"),
            phase(&workspace.state)
        )?;
        for note in &workspace.state.notes {
            writeln!(out, "    {DIM}{note}{DIM:#}")?;
        }
    }
    writeln!(out, "{DIM}log: {}{DIM:#}", log.display())?;
    Ok(())
}

fn number(count: usize, what: &str) -> String {
    format!("{} {what}{}", output::count(count as u64), if count == 1 { "" } else { "s" })
}

fn age(seconds: u64) -> String {
    match seconds {
        0..120 => format!("for {seconds} s"),
        120..7200 => format!("for {} min", seconds / 60),
        _ => format!("for {} h", seconds / 3600),
    }
}

fn phase(state: &engine::State) -> String {
    use engine::Phase;
    let queue = |what: &str, files: usize, total: usize, percent: u8| {
        let left = total.saturating_sub(files);
        format!("{what} {percent} %, {} to do", number(left, "file"))
    };
    let mut text = match &state.phase {
        Phase::Opening => "opening".to_owned(),
        Phase::Walking => "looking for changes".to_owned(),
        Phase::Indexing { files, total, percent } => queue("indexing", *files, *total, *percent),
        Phase::Embedding { files, total, percent } => queue("embedding", *files, *total, *percent),
        Phase::Ready => "up to date".to_owned(),
        Phase::Cancelled => "indexing was cancelled".to_owned(),
        Phase::Failed { why } => format!("failed: {why}"),
    };
    if !state.writable {
        text += " (another process writes the index)";
    }
    text
}
