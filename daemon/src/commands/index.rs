//! `devmentor index`

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;

use crate::ask;
use crate::output::{self, Bar, DIM, GOOD};
use crate::workspace::{cancelled, open_index, root_of};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  devmentor index                  index the repository around this folder
  devmentor index ~/src/linux      index another one
  devmentor index --rebuild        forget everything and index anew

Only new and changed files are read. Files that .gitignore, .ignore or .devmentorignore name are left out;
`devmentor status --skipped` lists what else was left out, and why.")]
pub(crate) struct Arguments {
    /// The folder; by default the repository around this one.
    path: Option<PathBuf>,
    /// Forget everything and index anew.
    #[arg(long)]
    rebuild: bool,
    /// Only text and symbols, no vectors for search by meaning; they follow with the next search.
    #[arg(long)]
    no_vectors: bool,
    /// Stay and keep the index right while files change, until Ctrl-C.
    #[arg(long)]
    watch: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let root = match &arguments.path {
        Some(path) => path.clone(),
        None => root_of(Path::new("."))?,
    };
    let workspace = ask::for_indexing(&root)?;
    let begun = Instant::now();
    let bar = Bar::new("Indexing");
    let updated = workspace.update(arguments.rebuild, &bar);
    bar.finish();
    let mut out = anstream::stdout().lock();
    let Some(summary) = updated? else {
        writeln!(
            out,
            "Another devmentor process is indexing {}; it can be searched meanwhile.",
            workspace.root().display()
        )?;
        return Ok(true);
    };
    let elapsed = Duration::from_micros(summary.micros);
    let rate = summary.bytes as f64 / 1e6 / elapsed.as_secs_f64().max(1e-6);
    let read = match summary.indexed {
        0 => "nothing changed".to_owned(),
        indexed => {
            format!("{} indexed, {} at {rate:.1} MB/s", output::count(indexed), output::bytes(summary.bytes))
        }
    };
    writeln!(out, "{GOOD}{} files{GOOD:#} ({read}) in {}", output::count(summary.files), output::duration(elapsed))?;
    if summary.files == 0 {
        writeln!(
            out,
            "There is nothing to index: the folder is empty, or .gitignore, .ignore or .devmentorignore leave all of it out."
        )?;
    }
    if summary.removed > 0 {
        writeln!(out, "{} files that are gone were removed", output::count(summary.removed))?;
    }
    if summary.skipped > 0 {
        writeln!(
            out,
            "{DIM}{} files left out; `devmentor status --skipped` says why{DIM:#}",
            output::count(summary.skipped)
        )?;
    }
    if !arguments.no_vectors {
        let bar = Bar::quiet("Embedding");
        let embedded = workspace.embed(&bar);
        bar.finish();
        let embedded = embedded?;
        if embedded > 0 {
            writeln!(
                out,
                "{} pieces embedded for search by meaning; all in {}",
                output::count(embedded),
                output::duration(begun.elapsed())
            )?;
        }
    }
    drop(out);
    if arguments.watch {
        drop(workspace);
        return watch(&root);
    }
    Ok(true)
}

fn watch(root: &Path) -> Result<bool> {
    use index::watch::{Told, Watch};
    let (sender, told) = std::sync::mpsc::channel();
    let index = std::sync::Arc::new(open_index(root)?);
    if !index.is_writable() {
        writeln!(anstream::stdout(), "Another devmentor process keeps this index right already.")?;
        return Ok(true);
    }
    let watch = Watch::start(index, move |event| {
        // The receiver is gone only when the command ends.
        let _ = sender.send(event);
    });
    let mut out = anstream::stdout();
    while !cancelled().load(std::sync::atomic::Ordering::Relaxed) {
        match told.recv_timeout(Duration::from_millis(100)) {
            Ok(Told::Watching) => writeln!(out, "Watching for changes; Ctrl-C ends.")?,
            Ok(Told::Updated(summary)) if summary.indexed + summary.removed > 0 => {
                writeln!(
                    out,
                    "{} indexed, {} removed in {}",
                    summary.indexed,
                    summary.removed,
                    output::duration(summary.elapsed)
                )?;
            }
            Ok(Told::Updated(_)) => {}
            Ok(Told::Failed(error)) => output::error(&error.into()),
            Ok(Told::Polling(reason)) => tracing::warn!(
                "cannot watch every folder ({reason}); the workspace is walked every now and then instead"
            ),
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    drop(watch);
    Ok(true)
}
