//! The daemon's log: a file that stays below its size, with older ones beside it.
//!
//! What people wrote or asked for never gets into it: messages name files, numbers and errors, not texts, queries or keys.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use etcetera::BaseStrategy;
use file_rotate::compression::Compression;
use file_rotate::suffix::AppendCount;
use file_rotate::{ContentLimit, FileRotate};
use tracing_subscriber::filter::EnvFilter;

use crate::ipc::Place;

/// A file of the log is rotated when it has more bytes.
const LARGEST: usize = 2 << 20;
/// So many older files are kept.
const OLDER: usize = 3;
/// So many of the last bytes are looked through for the last lines.
const TAIL: u64 = 64 << 10;

/// Where the log of one daemon lies.
#[derive(Debug, Clone)]
pub(crate) struct LogFiles {
    /// The newest file; older ones are called `.1`, `.2`, …
    pub(crate) log: PathBuf,
    /// What the process wrote to its standard error, such as the reason why it could not start.
    pub(crate) errors: PathBuf,
}

impl LogFiles {
    /// The files for a place: in the folder for state (`$XDG_STATE_HOME`, `~/.local/state`), made when it is not there.
    ///
    /// # Errors
    /// When there is no home folder, or the folder cannot be made.
    pub(crate) fn of(place: &Place) -> Result<LogFiles> {
        let base = etcetera::choose_base_strategy().context("cannot find your home folder; set HOME")?;
        let folder = base.state_dir().unwrap_or_else(|| base.cache_dir()).join("devmentor").join(place.key());
        private_folder(&folder).with_context(|| format!("cannot make the folder for logs {}", folder.display()))?;
        Ok(LogFiles { log: folder.join("daemon.log"), errors: folder.join("daemon.stderr") })
    }

    /// The files in the order in which they were written, of those that exist.
    pub(crate) fn oldest_first(&self) -> Vec<PathBuf> {
        let older = (1..=OLDER).rev().map(|number| PathBuf::from(format!("{}.{number}", self.log.display())));
        older.chain([self.log.clone()]).filter(|path| path.is_file()).collect()
    }

    /// The last lines that a daemon wrote to its standard error, for whoever asks why it ended.
    pub(crate) fn last_errors(&self, lines: usize) -> String {
        let text = tail(&self.errors).unwrap_or_default();
        let all: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

/// The end of a file as text.
fn tail(path: &Path) -> io::Result<String> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Lets the daemon's messages go to its file. `level` is what the configuration says; `$DEVMENTOR_LOG` wins over it.
///
/// # Errors
/// When the level is none.
pub(crate) fn start(files: &LogFiles, level: &str) -> Result<()> {
    let level: tracing::Level = level.parse().map_err(|_| {
        anyhow::anyhow!("`daemon.log-level` is `{level}`; it is one of error, warn, info, debug and trace")
    })?;
    let filter = EnvFilter::builder()
        .with_default_directive(level.into())
        .with_env_var("DEVMENTOR_LOG")
        .from_env_lossy()
        // Boards of one's own would fill the log with what the daemon asks itself.
        .add_directive("backend::http=warn".parse()?)
        // Libraries tell of every frame and segment; that is of use only when somebody asks for it by name.
        .add_directive("tantivy=error".parse()?)
        .add_directive("jsonrpsee=warn".parse()?)
        .add_directive("hyper=warn".parse()?)
        .add_directive("soketto=warn".parse()?)
        .add_directive("tower_lsp_server=warn".parse()?);
    let file = rotating(&files.log);
    let file = Shared(Arc::new(Mutex::new(file)));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || file.clone()).with_ansi(false).init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        let text = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(%place, "panic: {text}");
        let _ = writeln!(io::stderr(), "panic at {place}: {text}");
    }));
    Ok(())
}

/// A file that is put aside when it has become too large.
fn rotating(path: &Path) -> FileRotate<AppendCount> {
    #[cfg(unix)]
    let options = {
        use std::os::unix::fs::OpenOptionsExt;
        let mut options = std::fs::File::options();
        options.create(true).append(true).read(true).mode(0o600);
        Some(options)
    };
    #[cfg(not(unix))]
    let options = None;
    FileRotate::new(path, AppendCount::new(OLDER), ContentLimit::BytesSurpassed(LARGEST), Compression::None, options)
}

#[derive(Clone)]
struct Shared(Arc<Mutex<FileRotate<AppendCount>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A thread that died while writing leaves the file as it is: one line may be cut.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_never_takes_more_than_its_room() {
        let folder = tempfile::tempdir().unwrap();
        let files = LogFiles { log: folder.path().join("daemon.log"), errors: folder.path().join("daemon.stderr") };
        let mut log = rotating(&files.log);
        let line = format!("{}\n", "x".repeat(999));
        let lines = 2 * (OLDER + 1) * LARGEST / line.len();
        for number in 0..lines {
            log.write_all(format!("{number:>6} {line}").as_bytes()).unwrap();
        }
        log.flush().unwrap();
        let all = files.oldest_first();
        assert_eq!(all.len(), OLDER + 1);
        let bytes: u64 = all.iter().map(|path| std::fs::metadata(path).unwrap().len()).sum();
        assert!(bytes <= ((OLDER + 1) * (LARGEST + 2000)) as u64, "{bytes}");
        let text: String = all.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        let numbers: Vec<usize> = text.lines().map(|line| line[..6].trim().parse().unwrap()).collect();
        assert!(numbers.is_sorted() && numbers.last() == Some(&(lines - 1)), "oldest first, and the newest is there");
    }

    #[test]
    fn the_last_words_are_those_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let files = LogFiles { log: folder.path().join("daemon.log"), errors: folder.path().join("daemon.stderr") };
        assert_eq!(files.last_errors(3), "");
        std::fs::write(&files.errors, "one\ntwo\n\nthree\nfour\n").unwrap();
        assert_eq!(files.last_errors(2), "three\nfour");
    }
}
