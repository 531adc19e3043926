//! `devmentor`: understand and search any code base, and keep its tasks beside it.

mod account;
mod ask;
mod commands;
mod config;
mod ipc;
mod log;
mod mcp;
mod output;
mod proxy;
mod server;
mod start;
mod workspace;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Understand and search any code base, and serve the boards of those who work on it.
#[derive(Debug, Parser)]
#[command(name = "devmentor", version, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    /// Say more on standard error; twice for details.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  devmentor index                            index this repository
  devmentor search 'where are retries handled'
  devmentor search --symbol gUBI             finds getUserById
  devmentor search                           search as you type questions
  devmentor graph parse_url                  who calls it, and what it calls
  devmentor task new 'Retry on a full disk'  a task on the board of this repository

`devmentor help COMMAND` tells more, with examples.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Index a folder, or bring its index up to date.
    Index(commands::index::Arguments),
    /// Search; without a query, an interactive prompt.
    Search(commands::search::Arguments),
    /// List the symbols of a file.
    Symbols(commands::symbols::Arguments),
    /// Show who calls a symbol and what it calls.
    Graph(commands::graph::Arguments),
    /// List, make and do tasks.
    Task(commands::task::Arguments),
    /// List and make projects, and say which one this repository is about.
    Project(commands::project::Arguments),
    /// Show how your boards stand with their server, and what waits to be sent.
    Sync(commands::sync::Arguments),
    /// Suggest the active task in commit messages.
    Hook(commands::hook::Arguments),
    /// Serve an editor as its language server, on standard input and output.
    Lsp(commands::lsp::Arguments),
    /// Serve an agent by the Model Context Protocol, on standard input and output.
    Mcp(commands::mcp::Arguments),
    /// Serve projects and boards to a team, or to yourself.
    Serve(Box<commands::serve::Arguments>),
    /// Look after the database of `serve`: backup, restore, checks.
    Admin(commands::admin::Arguments),
    /// Start, stop or look at the process that serves every window.
    Daemon(commands::daemon::Arguments),
    /// Show the log of the daemon.
    Logs(commands::logs::Arguments),
    /// Show what is indexed, and what was left out and why.
    Status(commands::status::Arguments),
    /// Find out what is wrong and how to mend it.
    Doctor(commands::doctor::Arguments),
    /// Log in to a team's server.
    Login(commands::login::Arguments),
    /// Log out of a team's server.
    Logout(commands::logout::Arguments),
    /// Show where you are logged in, and as whom.
    Whoami(commands::whoami::Arguments),
    /// Show the effective configuration and where each value comes from.
    Config(commands::config::Arguments),
    /// Print completions for a shell.
    #[command(
        after_help = "Example:\n  devmentor completions bash > ~/.local/share/bash-completion/completions/devmentor"
    )]
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

impl Command {
    /// Whether the command sees to its messages itself.
    fn has_own_log(&self) -> bool {
        match self {
            Command::Daemon(arguments) => arguments.is_run(),
            Command::Serve(_) => true,
            _ => false,
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if !cli.command.has_own_log() {
        output::start_log(cli.verbose);
    }
    let done = match cli.command {
        Command::Index(arguments) => commands::index::run(&arguments),
        Command::Search(arguments) => commands::search::run(&arguments),
        Command::Symbols(arguments) => commands::symbols::run(&arguments),
        Command::Graph(arguments) => commands::graph::run(&arguments),
        Command::Task(arguments) => commands::task::run(&arguments),
        Command::Project(arguments) => commands::project::run(&arguments),
        Command::Sync(arguments) => commands::sync::run(&arguments),
        Command::Hook(arguments) => commands::hook::run(&arguments),
        Command::Lsp(arguments) => commands::lsp::run(&arguments),
        Command::Mcp(arguments) => commands::mcp::run(&arguments),
        Command::Serve(arguments) => commands::serve::run(&arguments),
        Command::Admin(arguments) => commands::admin::run(&arguments),
        Command::Daemon(arguments) => commands::daemon::run(&arguments),
        Command::Logs(arguments) => commands::logs::run(&arguments),
        Command::Status(arguments) => commands::status::run(&arguments),
        Command::Doctor(arguments) => commands::doctor::run(&arguments),
        Command::Login(arguments) => commands::login::run(&arguments),
        Command::Logout(arguments) => commands::logout::run(&arguments),
        Command::Whoami(arguments) => commands::whoami::run(&arguments),
        Command::Config(arguments) => commands::config::run(&arguments),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "devmentor", &mut std::io::stdout());
            Ok(true)
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            ExitCode::from(2)
        }
    }
}
