//! `devmentor logs`

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use crate::ipc::Place;
use crate::log::LogFiles;
use crate::output::DIM;
use crate::workspace::{cancelled, index_base};

/// Between two looks at whether there is more.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  devmentor logs -n 200
  devmentor logs -f

daemon.log-level in your own configuration, or DEVMENTOR_LOG in the environment of the editor, sets how much it tells.")]
pub(crate) struct Arguments {
    /// Show so many of the last lines.
    #[arg(short = 'n', long, default_value_t = 50, value_name = "LINES")]
    lines: usize,
    /// Stay and show what is added, until Ctrl-C.
    #[arg(short, long)]
    follow: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let files = LogFiles::of(&Place::of(&index_base()?)?)?;
    let mut out = std::io::stdout().lock();
    let mut lines = Vec::new();
    for path in files.oldest_first() {
        let text = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        lines.extend(String::from_utf8_lossy(&text).lines().map(str::to_owned));
    }
    let shown = lines.len().saturating_sub(arguments.lines);
    for line in &lines[shown..] {
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    if arguments.follow {
        drop(out);
        return follow(&files.log).map(|()| true);
    }
    if lines.is_empty() {
        writeln!(anstream::stderr(), "{DIM}there is no log yet; it will be {}{DIM:#}", files.log.display())?;
    }
    Ok(!lines.is_empty())
}

/// Shows what is added to a file, also when another one takes its place.
fn follow(path: &Path) -> Result<()> {
    let mut at = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    while !cancelled().load(Ordering::Relaxed) {
        let more = match added(path, at) {
            Ok(more) => more,
            // Between two files there is none for a moment.
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        if more.is_empty() {
            if std::fs::metadata(path).is_ok_and(|metadata| metadata.len() < at) {
                at = 0;
                continue;
            }
            std::thread::sleep(PAUSE);
            continue;
        }
        at += more.len() as u64;
        let mut out = std::io::stdout().lock();
        out.write_all(&more)?;
        out.flush()?;
    }
    Ok(())
}

fn added(path: &Path, at: u64) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut more = Vec::new();
    if file.metadata()?.len() > at {
        file.seek(SeekFrom::Start(at))?;
        file.read_to_end(&mut more)?;
    }
    Ok(more)
}
