//! Measures the team backend as its users meet it: the program as a process of its own, real sockets, every commit on the
//! disk before it is acknowledged. Peers run in the same run on the same machine. `bench/README.md` has the commands.

#![allow(clippy::print_stdout, reason = "a program that prints figures")]

mod board;
mod database;
mod fanout;
mod http;
mod idle;
mod measure;
mod moves;
mod peers;
mod server;
mod start;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
struct Cli {
    /// The program to measure; by default `backend` beside this one
    #[arg(long, global = true, value_name = "FILE")]
    program: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

/// Which database the server stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum On {
    Sqlite,
    Postgres,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Task moves at a fixed rate, each durable; latency counts from the moment it was due
    Moves {
        #[arg(long, value_enum, default_value = "sqlite")]
        on: On,
        /// Moves a second
        #[arg(long, default_value_t = 300)]
        rate: u32,
        #[arg(long, default_value_t = 20)]
        seconds: u32,
        /// Projects that the moves are spread over
        #[arg(long, default_value_t = 1)]
        projects: usize,
        /// Tasks in each project
        #[arg(long, default_value_t = 500)]
        tasks: usize,
        /// Clients that watch the first project live
        #[arg(long, default_value_t = 0)]
        watchers: usize,
        /// Print what PostgreSQL spent on each statement
        #[arg(long)]
        statements: bool,
    },
    /// A board with many tasks: its first read after a start, after a change, and again
    Board {
        #[arg(long, value_enum, default_value = "sqlite")]
        on: On,
        #[arg(long, default_value_t = 5_000)]
        tasks: usize,
    },
    /// One room with many clients: from the moment a message was due until every client has it, beside peers
    Fanout {
        #[arg(long, default_value_t = 1_000)]
        clients: usize,
        /// Messages a second
        #[arg(long, default_value_t = 10)]
        rate: u32,
        #[arg(long, default_value_t = 10)]
        seconds: u32,
        /// Rounds; each measures everybody once
        #[arg(long, default_value_t = 3)]
        rounds: u32,
        /// Only these: devmentor, nchan, nats, socketio
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
    },
    /// Idle connections: how many are held, and what one of them costs in resident memory
    Idle {
        #[arg(long, default_value_t = 10_000)]
        connections: usize,
        /// Rooms that they are spread over
        #[arg(long, default_value_t = 100)]
        rooms: usize,
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// From starting the program until it answers, and its memory when nothing happens
    Start {
        #[arg(long, default_value_t = 10)]
        runs: usize,
    },
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let program = match cli.program {
        Some(program) => program,
        None => std::env::current_exe()?.with_file_name("backend"),
    };
    anyhow::ensure!(program.exists(), "{} is not there; build it with --release -p backend", program.display());
    server::allow_many_files()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.what {
            What::Moves { on, rate, seconds, projects, tasks, watchers, statements } => {
                moves::run(&program, on, &moves::Load { rate, seconds, projects, tasks, watchers, statements }).await
            }
            What::Board { on, tasks } => board::run(&program, on, tasks).await,
            What::Fanout { clients, rate, seconds, rounds, only } => {
                fanout::run(&program, fanout::Load { clients, rate, seconds }, rounds, &only).await
            }
            What::Idle { connections, rooms, seconds } => idle::run(&program, connections, rooms, seconds).await,
            What::Start { runs } => start::run(&program, runs).await,
        }
    })
}
