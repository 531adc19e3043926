//! Hovers and code actions beside another language server. Both are processes and answer the same questions about the same file in turn,
//! so that what else the machine does meets both. Ours is asked from the moment it begins to index.

#![allow(clippy::print_stdout)] // The table is the point.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::client::Client;
use crate::documents::{action, hover, largest_source, places};
use crate::measure::Times;

/// An index that is not built by then never will be.
const PATIENCE: Duration = Duration::from_secs(300);

/// What was measured of one server.
#[derive(Default)]
struct Column {
    hovers: Vec<Duration>,
    actions: Vec<Duration>,
    /// Hovers that said something.
    told: usize,
}

impl Column {
    fn ask(&mut self, server: &mut Client, uri: &str, place: (usize, usize)) -> Result<()> {
        let (time, answer) = server.timed("textDocument/hover", hover(uri, place))?;
        self.told += usize::from(!answer.is_null());
        self.hovers.push(time);
        self.actions.push(server.timed("textDocument/codeAction", action(uri, place))?.0);
        Ok(())
    }

    fn print(self, name: &str) -> [Times; 2] {
        let [hovers, actions] = [Times::new(self.hovers), Times::new(self.actions)];
        println!("{name:<28} hover        {}   {} told something", hovers.line(), self.told);
        println!("{:<28} code action  {}", "", actions.line());
        [hovers, actions]
    }
}

/// Compares `program` with the server that the command `peer` starts, in the largest file of a language.
pub(crate) fn run(program: &Path, corpus: &Path, language: &str, peer: &str, rounds: usize) -> Result<()> {
    let corpus = corpus.canonicalize()?;
    let file = largest_source(&corpus, |found| found.name() == language)
        .with_context(|| format!("the corpus has no file of the language {language}"))?;
    let text = std::fs::read_to_string(&file)?;
    let places = places(&text);
    println!("{}, {} lines, {} places", file.display(), text.lines().count(), places.len());

    let home = tempfile::tempdir()?;
    std::fs::create_dir(home.path().join("run"))?;
    let ours = |arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&corpus).env("HOME", home.path());
        command.env("XDG_RUNTIME_DIR", home.path().join("run")).env("XDG_STATE_HOME", home.path().join("state"));
        command
            .env("XDG_CONFIG_HOME", home.path().join("config"))
            .env("DEVMENTOR_INDEX_DIR", home.path().join("index"));
        command
    };
    let mut words = peer.split_whitespace();
    let name = words.next().context("the peer's command is empty")?;
    let mut other = Command::new(name);
    other.args(words).current_dir(&corpus);
    let mut other = Client::open(other, &corpus).with_context(|| format!("{name} does not start"))?;
    let other_uri = other.show(&file, language, &text)?;
    // Once at each place: what it computes once and keeps is not held against it.
    let mut first = Column::default();
    for &place in &places {
        first.ask(&mut other, &other_uri, place)?;
    }

    let mut window = Client::open(ours(&["lsp"]), &corpus)?;
    let uri = window.show(&file, language, &text)?;
    let (mut indexing, mut beside_it) = (Column::default(), Column::default());
    let begun = Instant::now();
    for turn in 0.. {
        let state = window.ask("devmentor/status", json!({}))?;
        if state["folders"][0]["state"]["phase"] == "ready" {
            break;
        }
        ensure!(begun.elapsed() < PATIENCE, "the index is not ready: {state}");
        for step in 0..10 {
            let place = places[(turn * 10 + step) % places.len()];
            indexing.ask(&mut window, &uri, place)?;
            beside_it.ask(&mut other, &other_uri, place)?;
        }
    }
    let (mut ready, mut peer) = (Column::default(), Column::default());
    for _ in 0..rounds {
        for &place in &places {
            ready.ask(&mut window, &uri, place)?;
            peer.ask(&mut other, &other_uri, place)?;
        }
    }
    first.print(&format!("{name}, asked first"));
    let during = indexing.print("devmentor while indexing");
    let peer_during = beside_it.print(&format!("{name} at that time"));
    let after = ready.print("devmentor, indexed");
    let peer_after = peer.print(name);
    for (what, index) in [("hover", 0), ("code action", 1)] {
        println!(
            "{what:<12} while indexing {}; indexed {}",
            during[index].beside(&peer_during[index]),
            after[index].beside(&peer_after[index])
        );
    }
    let closed = window.close();
    other.close()?;
    let stopped = ours(&["daemon", "stop"]).status()?;
    ensure!(stopped.success(), "the daemon does not leave");
    closed
}
