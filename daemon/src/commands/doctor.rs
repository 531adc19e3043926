//! `devmentor doctor`

use std::fs::TryLockError;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use index::Index;

use crate::ask::Connection;
use crate::config;
use crate::ipc::record::Build;
use crate::ipc::{Place, Record};
use crate::log::LogFiles;
use crate::output::{self, BAD, DIM, GOOD};
use crate::server::api::ControlClient;
use crate::workspace::{index_base, open_index, root_of};

#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 all is well, 1 something is wrong (with what to do about it).")]
pub(crate) struct Arguments {
    /// For the workspace around this folder.
    #[arg(short = 'C', long, value_name = "DIR")]
    directory: Option<PathBuf>,
}

/// What a check found.
enum Finding {
    Good(String),
    /// What is wrong, and how to mend it.
    Bad(String, String),
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let root = root_of(arguments.directory.as_deref().unwrap_or(Path::new(".")))?;
    let mut findings = vec![Finding::Good(format!(
        "devmentor {} on {} {}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    ))];
    findings.push(match config::load(&root) {
        Ok(_) => Finding::Good("the configuration is right".to_owned()),
        Err(error) => Finding::Bad(format!("{error:#}"), "edit that line".to_owned()),
    });
    findings.push(languages());
    findings.push(folder()?);
    daemon_findings(&mut findings);
    match open_index(&root) {
        Ok(index) => index_findings(&index, &mut findings),
        Err(error) => findings
            .push(Finding::Bad(format!("{error:#}"), "mend what it names, then run `devmentor index`".to_owned())),
    }
    let mut out = anstream::stdout().lock();
    let mut well = true;
    for finding in findings {
        match finding {
            Finding::Good(text) => writeln!(out, "{GOOD}ok{GOOD:#}   {text}")?,
            Finding::Bad(text, mend) => {
                well = false;
                writeln!(out, "{BAD}bad{BAD:#}  {text}\n     {DIM}→ {mend}{DIM:#}")?;
            }
        }
    }
    Ok(well)
}

fn languages() -> Finding {
    let broken: Vec<String> =
        grammars::Language::all().flat_map(|language| language.problems()).map(ToString::to_string).collect();
    let names: Vec<&str> = grammars::Language::all().map(|language| language.name()).collect();
    match broken.is_empty() {
        true => Finding::Good(format!("{} languages: {}", names.len(), names.join(" "))),
        false => Finding::Bad(broken.join("; "), "those files are searched as plain text; please report it".to_owned()),
    }
}

fn folder() -> Result<Finding> {
    let base = index_base()?;
    let probe = base.join(".probe");
    let written = std::fs::create_dir_all(&base)
        .and_then(|()| std::fs::write(&probe, b"probe"))
        .and_then(|()| std::fs::remove_file(&probe));
    Ok(match written {
        Ok(()) => Finding::Good(format!("indexes are kept in {}", base.display())),
        Err(error) => Finding::Bad(
            format!("cannot write {}: {error}", base.display()),
            "free space, fix its permissions, or set DEVMENTOR_INDEX_DIR".to_owned(),
        ),
    })
}

/// Whether windows can find the daemon.
fn daemon_findings(findings: &mut Vec<Finding>) {
    let place = match index_base().and_then(|base| Place::of(&base)) {
        Ok(place) => place,
        Err(error) => {
            let mend = "mend what it names; until then only `devmentor lsp --standalone` works".to_owned();
            findings.push(Finding::Bad(format!("{error:#}"), mend));
            return;
        }
    };
    findings.push(Finding::Good(format!("sockets are kept in {}, which only you can enter", place.folder().display())));
    findings.push(match LogFiles::of(&place) {
        Ok(files) => Finding::Good(format!("the daemon's log is {}", files.log.display())),
        Err(error) => Finding::Bad(format!("{error:#}"), "fix its permissions, or set XDG_STATE_HOME".to_owned()),
    });
    let record = Record::read(&place);
    let running = place.daemon_lock().is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)));
    findings.push(match (&record, running) {
        (None, false) => Finding::Good("no daemon runs; the first window starts it".to_owned()),
        (Some(record), false) => Finding::Good(format!(
            "the last daemon (process {}) was killed; the next window clears up after it and starts another one",
            record.process
        )),
        (None, true) => Finding::Bad(
            "a daemon runs that no window can find".to_owned(),
            "it notices within a minute and leaves; or end its process".to_owned(),
        ),
        (Some(record), true) => daemon_finding(record),
    });
    let current: Vec<_> = record.iter().flat_map(|record| [&record.editors, &record.control]).collect();
    let stray = place.stray_sockets(&current).len();
    if stray > 0 {
        findings.push(Finding::Good(format!("{stray} sockets of dead daemons are left; the next daemon removes them")));
    }
}

fn daemon_finding(record: &Record) -> Finding {
    let own = Build::own();
    let (version, process) = (&record.build.version, record.process);
    let answer = Connection::to_any().and_then(|connection| match connection {
        Some(connection) => connection.ask(async |client| client.status().await).map(Some),
        None => Ok(None),
    });
    match answer {
        Ok(Some(_)) if own.is_newer_than(&record.build) => Finding::Good(format!(
            "the daemon (process {process}) is an older devmentor {version}; the next window replaces it, and the others go on"
        )),
        Ok(Some(status)) => Finding::Good(format!(
            "the daemon {version} (process {process}) answers; {} clients, {} workspaces",
            status.clients.len(),
            status.workspaces.len()
        )),
        Ok(None) => Finding::Bad(
            format!("nobody listens at {}, although the daemon (process {process}) lives", record.control),
            "end its process; the next window starts another one".to_owned(),
        ),
        Err(error) => Finding::Bad(
            format!("the daemon (process {process}) does not answer: {error:#}"),
            "`devmentor logs` tells what it does; or end its process".to_owned(),
        ),
    }
}

fn index_findings(index: &Index, findings: &mut Vec<Finding>) {
    let files = index.snapshot().files().filter(|file| file.refused.is_none()).count();
    findings.push(match index.verify() {
        Ok(damaged) if damaged.is_empty() => Finding::Good(format!(
            "the index of {} is sound ({} files)",
            index.root().display(),
            output::count(files as u64)
        )),
        Ok(damaged) => Finding::Bad(
            format!("{} files of the index are damaged", damaged.len()),
            "run `devmentor index --rebuild`".to_owned(),
        ),
        Err(error) => Finding::Bad(error.to_string(), "run `devmentor index --rebuild`".to_owned()),
    });
    findings.push(match index.stale() {
        Ok(0) => Finding::Good("the index is up to date".to_owned()),
        Ok(stale) => Finding::Bad(
            format!("{stale} files are not indexed as they are"),
            "run `devmentor index`; searches do so by themselves".to_owned(),
        ),
        Err(error) => Finding::Bad(error.to_string(), "make the workspace readable".to_owned()),
    });
    match index.snapshot().vector_count() {
        Ok(Some((have, wanted))) if have < wanted => {
            findings.push(Finding::Bad(
                format!("{have} of {wanted} pieces have a vector"),
                "run `devmentor index`".to_owned(),
            ));
        }
        Ok(Some((have, _))) => findings.push(Finding::Good(format!("{} pieces have a vector", output::count(have)))),
        Ok(None) => findings.push(Finding::Good("vectors are switched off (index.vectors = false)".to_owned())),
        Err(error) => findings.push(Finding::Bad(
            error.to_string(),
            "check vectors.url, or unset it to use the embedded store".to_owned(),
        )),
    }
    if !index.is_writable() {
        findings.push(Finding::Good("another process keeps this index up to date".to_owned()));
    }
    let unreadable: Vec<_> =
        index.skipped().into_iter().filter(|skip| skip.reason == index::SkipReason::Unreadable).collect();
    if let Some(first) = unreadable.first() {
        let what =
            format!("{} files or folders cannot be read, such as {} ({})", unreadable.len(), first.path, first.detail);
        findings.push(Finding::Bad(what, "fix their permissions, or exclude them".to_owned()));
    }
}
