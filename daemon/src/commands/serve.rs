//! `devmentor serve`

use std::io::Write;

use anyhow::{Result, anyhow};
use backend::cli::Serve;
use clap::Args;

use crate::output::{DIM, GOOD};
use crate::workspace::backend_data;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  devmentor serve                                        alone: no login, on 127.0.0.1:7340
  devmentor serve --registration closed --listen 0.0.0.0:7340 --data /srv/devmentor
  devmentor serve --registration closed --listen 0.0.0.0:7340 \\
      --database-url-file /run/secrets/database --redis-url redis://cache

Without --data the database lies in your data folder. SIGTERM or Ctrl-C lets requests end before it leaves.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    serve: Serve,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let said = |node: &backend::Node| {
        let solo = matches!(node.app.mode, backend::app::Mode::Solo(_));
        let who = if solo { "only for you, on this machine" } else { "for a team" };
        let _ = writeln!(
            anstream::stdout(),
            "{GOOD}Serving{GOOD:#} at http://{} {DIM}{who}; the API is described at /api/docs{DIM:#}",
            node.address
        );
    };
    backend::cli::serve(&arguments.serve, &backend_data()?, said).map_err(|error| anyhow!(error))?;
    Ok(true)
}
