//! `devmentor config`

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use crate::config::{self, Origin};
use crate::output::{DIM, SYMBOL};
use crate::workspace::root_of;

#[derive(Debug, Args)]
#[command(
    after_help = "Values come from the defaults, then your own file, then the repository's devmentor.toml; the last one wins.

Example of a devmentor.toml:
  [index]
  exclude = [\"docs/generated/**\"]
  max-file-kb = 4096"
)]
pub(crate) struct Arguments {
    /// For the workspace around this folder.
    #[arg(short = 'C', long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// One JSON object a line: key, value, origin.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let root = root_of(arguments.directory.as_deref().unwrap_or(Path::new(".")))?;
    let effective = config::load(&root)?;
    let mut out = anstream::stdout().lock();
    if arguments.json {
        for (key, (value, origin)) in &effective.values {
            writeln!(out, "{}", serde_json::json!({ "key": key, "value": value, "origin": origin.to_string() }))?;
        }
        return Ok(true);
    }
    let width = effective.values.keys().map(String::len).max().unwrap_or(0);
    for (key, (value, origin)) in &effective.values {
        let style = if *origin == Origin::Default { DIM } else { SYMBOL };
        writeln!(out, "{key:<width$} = {value}  {style}{origin}{style:#}")?;
    }
    writeln!(out)?;
    for (path, exists) in &effective.files {
        writeln!(out, "{DIM}{} {}{DIM:#}", if *exists { "read  " } else { "absent" }, path.display())?;
    }
    Ok(true)
}
