//! `devmentor project`

use std::io::Write;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::ask::Connection;
use crate::output::{self, DIM, GOOD, SYMBOL};
use crate::server::api::ControlClient;
use crate::workspace::root_of;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  devmentor project                       the projects you may see; the one of this repository is marked
  devmentor project new DM 'DevMentor'    makes one for this repository
  devmentor project use DM                this repository is about DM from now on

On boards of your own a repository gets a project with its first task. In a team, `project = \"DM\"` below `[tasks]` in the
repository's devmentor.toml says it for everybody.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// As JSON, one object a line.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the projects.
    List,
    /// Make a project for this repository.
    New {
        /// The short name in task keys: 2 to 10 capital letters and digits.
        key: String,
        /// The name that people see; the key, when left out.
        name: Option<String>,
    },
    /// Say which project this repository is about.
    Use {
        /// Its key.
        key: String,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let here = root_of(&std::env::current_dir()?)?;
    let connection = Connection::to_started()?;
    match &arguments.action {
        None | Some(Action::List) => {}
        Some(Action::New { key, name }) => {
            let name = name.clone().unwrap_or_else(|| key.clone());
            connection.ask(async |client| client.new_project(Some(here.clone()), key.clone(), name).await)?;
        }
        Some(Action::Use { key }) => {
            connection.ask(async |client| client.use_project(here.clone(), key.clone()).await)?;
        }
    }
    let projects = connection.ask(async |client| client.projects(Some(here)).await)?;
    let mut out = anstream::stdout().lock();
    if projects.is_empty() && !arguments.json {
        writeln!(out, "no projects yet; `devmentor task new TITLE` makes one with the first task")?;
    }
    for project in &projects {
        if arguments.json {
            writeln!(out, "{}", output::json_line(project)?)?;
            continue;
        }
        let mark = if project.here { format!("{GOOD}*{GOOD:#}") } else { " ".to_owned() };
        writeln!(
            out,
            "{mark} {SYMBOL}{:<10}{SYMBOL:#}  {}  {DIM}{} open{DIM:#}",
            project.key,
            output::visible(&project.name),
            project.open
        )?;
    }
    Ok(!projects.is_empty())
}
