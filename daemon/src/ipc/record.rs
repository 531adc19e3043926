//! The file that says which daemon runs, and where it listens.

use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{Address, Place};

/// What both ends of a socket must agree on. It changes only when an older program could not talk to a newer one any more.
pub(crate) const PROTOCOL: u32 = 1;
/// A record is some hundred bytes; anything longer is none.
const LONGEST: u64 = 16 << 10;

/// Which program this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Build {
    /// The version, as in `devmentor --version`.
    pub(crate) version: String,
    /// When the binary was written, in seconds since 1970: tells two builds of one version apart. 0 when not known.
    pub(crate) written: u64,
}

impl Build {
    /// The program that runs here.
    pub(crate) fn own() -> Build {
        let written = program()
            .ok()
            .and_then(|path| std::fs::metadata(path).ok()?.modified().ok())
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .map_or(0, |time| time.as_secs());
        Build { version: env!("CARGO_PKG_VERSION").to_owned(), written }
    }

    /// Whether this program should take the place of the other.
    pub(crate) fn is_newer_than(&self, other: &Build) -> bool {
        (numbers(&self.version), self.written) > (numbers(&other.version), other.written)
    }
}

/// The numbers of a version; one before its release (`-rc.1`) counts as older.
fn numbers(version: &str) -> (Vec<u64>, bool) {
    let version = version.split('+').next().unwrap_or(version);
    let (release, before) = match version.split_once('-') {
        Some((release, _)) => (release, true),
        None => (version, false),
    };
    (release.split('.').map(|part| part.parse().unwrap_or(0)).collect(), !before)
}

/// The file of the program that runs here, also after an update has put a new one in its place.
pub(crate) fn program() -> io::Result<std::path::PathBuf> {
    let path = std::env::current_exe()?;
    // Linux says so when the file that was started is gone.
    let text = path.to_string_lossy();
    match text.strip_suffix(" (deleted)") {
        Some(replaced) if !path.exists() => Ok(replaced.into()),
        _ => Ok(path),
    }
}

/// Which daemon runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// [`PROTOCOL`] of the daemon.
    pub(crate) protocol: u32,
    /// Its program.
    pub(crate) build: Build,
    /// Its process.
    pub(crate) process: u32,
    /// Where editors connect.
    pub(crate) editors: Address,
    /// Where the command line and agents connect.
    pub(crate) control: Address,
}

impl Record {
    /// The record of a daemon that was started by this program.
    pub(crate) fn new(place: &Place, build: Build, process: u32) -> Record {
        let address = |what| place.address(what, &build.version, process);
        Record { protocol: PROTOCOL, editors: address("lsp"), control: address("control"), build, process }
    }

    /// What is written down, which a daemon that was killed leaves behind. Something that is no record counts as none.
    pub(crate) fn read(place: &Place) -> Option<Record> {
        let path = place.record();
        if std::fs::metadata(&path).ok()?.len() > LONGEST {
            return None;
        }
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    /// Writes it, whole or not at all.
    pub(crate) fn write(&self, place: &Place) -> Result<()> {
        let path = place.record();
        let fresh = path.with_extension(format!("{}.new", self.process));
        let write = |fresh: &Path| -> io::Result<()> {
            let text = serde_json::to_vec_pretty(self)?;
            std::fs::write(fresh, text)?;
            std::fs::rename(fresh, &path)
        };
        write(&fresh).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Removes it when it is still this one, together with the sockets.
    pub(crate) fn remove(&self, place: &Place) {
        if Record::read(place).as_ref() == Some(self) {
            // Whoever finds a record without a daemon treats it as none.
            let _ = std::fs::remove_file(place.record());
        }
        self.editors.remove();
        self.control.remove();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(version: &str, written: u64) -> Build {
        Build { version: version.to_owned(), written }
    }

    #[test]
    fn a_higher_version_is_newer_and_of_one_version_the_later_build() {
        for (newer, older) in [
            (build("0.2.0", 0), build("0.1.9", 9)),
            (build("0.10.0", 0), build("0.9.0", 0)),
            (build("1.0.0", 0), build("1.0.0-rc.1", 9)),
            (build("0.1.0", 8), build("0.1.0", 7)),
        ] {
            assert!(newer.is_newer_than(&older), "{newer:?} {older:?}");
            assert!(!older.is_newer_than(&newer), "{newer:?} {older:?}");
        }
        assert!(!build("0.1.0", 7).is_newer_than(&build("0.1.0", 7)));
    }
}
