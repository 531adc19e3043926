//! `devmentor sync`

use std::io::Write;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::ask::Connection;
use crate::output::{self, BAD, DIM, GOOD, SYMBOL};
use crate::server::api::{ControlClient, SyncStatus};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  devmentor sync               how each project stands with its server, and what waits
  devmentor sync retry         try again now, for example when the network is back
  devmentor sync refused       what the server refused, with everything that was written
  devmentor sync dismiss ID    forget one of those

Nothing that you did is dropped by itself: it is sent, or it is listed here.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// As one JSON object.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show how each project stands with its server.
    Status,
    /// Try again now what could not be sent or read.
    Retry,
    /// Show what the server refused.
    Refused,
    /// Forget something that the server refused.
    Dismiss {
        /// As `devmentor sync refused` shows it.
        id: String,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let connection = Connection::to_started()?;
    match &arguments.action {
        Some(Action::Retry) => connection.ask(async |client| client.retry_sync().await)?,
        Some(Action::Dismiss { id }) => {
            let id = id.parse()?;
            return connection.ask(async |client| client.dismiss_refused(id).await);
        }
        None | Some(Action::Status | Action::Refused) => {}
    }
    let status = connection.ask(async |client| client.sync_status().await)?;
    let mut out = anstream::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", output::json_line(&status)?)?;
    } else if matches!(arguments.action, Some(Action::Refused)) {
        for one in &status.refused {
            writeln!(out, "{SYMBOL}{}{SYMBOL:#}  {} {DIM}{}{DIM:#}", one.id, one.kind, one.at)?;
            writeln!(out, "  {}", output::visible(&one.reason))?;
            writeln!(out, "  {DIM}{}{DIM:#}", output::json_line(&one.command)?)?;
        }
        if status.refused.is_empty() {
            writeln!(out, "nothing was refused")?;
        }
    } else {
        print(&mut out, &status)?;
    }
    Ok(status.trouble.is_none() && status.projects.iter().all(|project| project.live))
}

/// Prints it for people.
pub(crate) fn print(out: &mut impl Write, status: &SyncStatus) -> Result<()> {
    let whose = if status.solo { "boards of your own, within the daemon" } else { "team" };
    writeln!(out, "{SYMBOL}{}{SYMBOL:#}  {DIM}{whose}{DIM:#}", output::visible(&status.server))?;
    if let Some(trouble) = &status.trouble {
        writeln!(out, "{BAD}{}{BAD:#}", output::visible(trouble))?;
    }
    for project in &status.projects {
        let style = if project.live { GOOD } else { BAD };
        write!(out, "  {:<10}  {style}{}{style:#}", project.key, output::visible(&project.connection))?;
        write!(out, "  {DIM}event {}{DIM:#}", project.seq)?;
        if project.behind > 0 {
            write!(out, ", {} behind", project.behind)?;
        }
        if project.queued > 0 {
            write!(out, ", {} waiting to be sent", project.queued)?;
        }
        writeln!(out)?;
        if let Some(trouble) = &project.trouble {
            writeln!(out, "    {BAD}{}{BAD:#}", output::visible(trouble))?;
        }
    }
    if !status.refused.is_empty() {
        writeln!(out, "{BAD}{} refused{BAD:#}; `devmentor sync refused` shows them", status.refused.len())?;
    }
    Ok(())
}
