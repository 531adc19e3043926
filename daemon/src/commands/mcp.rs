//! `devmentor mcp`

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use crate::ipc::Place;
use crate::mcp::{self, Connect};
use crate::server::{self, api};
use crate::start;
use crate::workspace::{index_base, root_of};

#[derive(Debug, Args)]
#[command(
    after_help = "Agents start this. It answers for the workspace around the current folder, or for those that -C names, and for nothing else.

Example of an agent's configuration:
  { \"mcpServers\": { \"devmentor\": { \"command\": \"devmentor\", \"args\": [\"mcp\", \"-C\", \"/path/to/project\"] } } }

docs/agents.md tells more."
)]
pub(crate) struct Arguments {
    /// Answer for the workspace around this folder; may be given several times.
    #[arg(short = 'C', long, value_name = "DIR")]
    directory: Vec<PathBuf>,
    /// Run everything in this process, without a daemon.
    #[arg(long)]
    standalone: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let here = [PathBuf::from(".")];
    let folders = if arguments.directory.is_empty() { &here[..] } else { &arguments.directory };
    let roots = folders.iter().map(|folder| root_of(Path::new(folder))).collect::<Result<Vec<_>>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let connect: Connect = match arguments.standalone {
        true => {
            let daemon = server::Daemon::in_process()?;
            Box::new(move || {
                let daemon = daemon.clone();
                Box::pin(async move { server::connect_in_process(daemon).await })
            })
        }
        false => Box::new(|| Box::pin(connect())),
    };
    let served = runtime.block_on(mcp::serve(roots, connect));
    // The thread that reads standard input may wait for ever.
    runtime.shutdown_background();
    served.map(|()| true)
}

/// Connects to the daemon, and starts it when there is none.
async fn connect() -> Result<jsonrpsee::core::client::Client> {
    let record = tokio::task::spawn_blocking(|| start::ensure(&Place::of(&index_base()?)?))
        .await
        .context("the daemon could not be started")??;
    api::connect(&record.control).await.with_context(|| format!("cannot connect to {}", record.control))
}
