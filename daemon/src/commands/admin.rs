//! `devmentor admin`

use std::io::Write;

use anyhow::{Result, anyhow};
use backend::cli::Admin;
use clap::Args;

use crate::workspace::backend_data;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  devmentor admin backup board.jsonl
  devmentor admin --data /srv/devmentor replay --check
  devmentor admin --database-url postgres://devmentor@db/devmentor restore board.jsonl

Without --data or --database-url it works on the database that `devmentor serve` uses without them.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    admin: Admin,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let told = backend::cli::admin(&arguments.admin, &backend_data()?).map_err(|error| anyhow!(error))?;
    writeln!(anstream::stdout(), "{told}")?;
    Ok(true)
}
