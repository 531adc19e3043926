//! Measures the index and the language server beside their peers and prints ratios from one run. `bench/run.sh` runs everything over the corpora.

mod beside;
mod building;
mod client;
mod documents;
mod measure;
mod queries;
mod saving;
mod scanning;
mod serving;
mod tasking;
mod windows;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};

/// Measurements beside peers, as ratios with median and p99.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Cold and warm index beside parsing alone and universal-ctags; size, memory, embedding.
    Build {
        /// The code.
        corpus: PathBuf,
        /// Threads for both sides.
        #[arg(long, default_value_t = 2)]
        threads: usize,
        /// Without vectors.
        #[arg(long)]
        no_vectors: bool,
        /// Where the index is left for `query`; by default it is removed.
        #[arg(long)]
        keep: Option<PathBuf>,
    },
    /// Latency of every kind of query beside ripgrep and a search through tags.
    Query {
        /// The code.
        corpus: PathBuf,
        /// Queries of each kind.
        #[arg(long, default_value_t = 300)]
        count: usize,
        /// An index that `build --keep` left.
        #[arg(long)]
        keep: PathBuf,
        /// Only this kind of query, without the peers; for a profiler.
        #[arg(long)]
        only: Option<String>,
    },
    /// From saving a file to finding what was written.
    Save {
        /// The code; it is copied first.
        corpus: PathBuf,
        /// How many saves.
        #[arg(long, default_value_t = 100)]
        count: usize,
    },
    /// The language server: first answer, hovers and code actions while the index is built, typing, a second window.
    Lsp {
        /// The code; its index is built from nothing.
        corpus: PathBuf,
        /// Keys typed, and hovers asked when all is indexed.
        #[arg(long, default_value_t = 600)]
        keys: usize,
    },
    /// A large board: reading it for the first time, hovers and completion with it, changes shown here and elsewhere.
    Tasks {
        /// Tasks on the board.
        #[arg(long, default_value_t = 20_000)]
        tasks: usize,
        /// Places in code that tasks are tied to.
        #[arg(long, default_value_t = 2_000)]
        anchors: usize,
        /// How many changes; hovers are five times as many.
        #[arg(long, default_value_t = 200)]
        rounds: usize,
    },
    /// Hovers and code actions beside another language server, question by question on the same file.
    Beside {
        /// The code; its index is built from nothing.
        corpus: PathBuf,
        /// The language of the file, by its name.
        #[arg(long)]
        language: String,
        /// How the other server is started.
        #[arg(long, value_name = "COMMAND")]
        peer: String,
        /// The binary `devmentor`; by default the one beside this program.
        #[arg(long)]
        program: Option<PathBuf>,
        /// Rounds over 200 places of the file.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// The scan of vectors beside an exact scan of f32, with recall.
    Scan {
        /// How many vectors.
        #[arg(long, default_value_t = 100_000)]
        count: usize,
    },
    /// What windows cost, how soon they answer, what idling costs, and the daemon's memory over branch switches.
    Daemon {
        /// The code; it is copied first.
        corpus: PathBuf,
        /// The binary `devmentor`; by default the one beside this program.
        #[arg(long)]
        program: Option<PathBuf>,
        /// Windows at once.
        #[arg(long, default_value_t = 20)]
        windows: usize,
        /// Branch switches.
        #[arg(long, default_value_t = 100)]
        switches: usize,
    },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().what {
        What::Build { corpus, threads, no_vectors, keep } => building::run(&corpus, threads, !no_vectors, keep),
        What::Query { corpus, count, keep, only } => queries::run(&corpus, count, &keep, only.as_deref()),
        What::Save { corpus, count } => saving::run(&corpus, count),
        What::Lsp { corpus, keys } => serving::run(&corpus, keys),
        What::Tasks { tasks, anchors, rounds } => tasking::run(tasks, anchors, rounds),
        What::Scan { count } => scanning::run(count),
        What::Beside { corpus, language, peer, program, rounds } => {
            beside::run(&binary(program)?, &corpus, &language, &peer, rounds)
        }
        What::Daemon { corpus, program, windows, switches } => {
            windows::run(&binary(program)?, &corpus, windows, switches)
        }
    }
}

/// The binary that was named, else the one beside this program.
fn binary(named: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    let path = named.map_or_else(|| std::env::current_exe().map(|here| here.with_file_name("devmentor")), Ok)?;
    path.canonicalize().with_context(|| format!("{}: build it with `cargo build --release`", path.display()))
}
