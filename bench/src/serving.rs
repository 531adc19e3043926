//! The language server under a client's hands: the first answer, hovers and code actions while the index is being built, typing, a second window, much at once.
//!
//! The client speaks the protocol through a pipe in memory, so the times are those of the server, with framing and JSON on both sides.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use engine::{Engine, EngineOptions, Phase};
use lsp::{ServeOptions, serve};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split};

use crate::measure::{Times, megabytes, memory};

/// The time between two keys at 30 a second.
const KEY: Duration = Duration::from_millis(33);
/// The file that is typed in has so many lines.
const LINES: usize = 5_000;
/// A line of it, so that it is the same on every machine.
const LINE_OF_CODE: &str = "fn name(items: &[u64]) -> u64 {\n    let mut sum = 0;\n    for item in items {\n        sum += item;\n    }\n    sum\n}\n\n";

#[allow(clippy::print_stdout, reason = "a benchmark prints its table")]
pub(crate) fn run(corpus: &Path, keys: usize) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let base = tempfile::tempdir()?;
        let engine = Engine::new(EngineOptions::new(base.path()));
        let file = largest_source(corpus).context("the corpus has no source file to hover in")?;
        let text = std::fs::read_to_string(&file)?;
        let places = places(&text);

        let begun = Instant::now();
        let mut window = Window::open(&engine, corpus).await?;
        println!("initialize, cold          {:8.2} ms", begun.elapsed().as_secs_f64() * 1e3);
        let uri = window.show(&file, &text).await?;
        let (mut hovers, mut actions) = (Vec::new(), Vec::new());
        let mut turn = 0;
        while busy(&engine) {
            let place = places[turn % places.len()];
            turn += 1;
            hovers.push(window.timed("textDocument/hover", hover(&uri, place)).await?);
            actions.push(window.timed("textDocument/codeAction", action(&uri, place)).await?);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        println!("hover while indexing      {}", Times::new(hovers).line());
        println!("code action, the same     {}", Times::new(actions).line());
        let mut quiet = Vec::new();
        for turn in 0..keys {
            quiet.push(window.timed("textDocument/hover", hover(&uri, places[turn % places.len()])).await?);
        }
        println!("hover, all indexed        {}", Times::new(quiet).line());

        let begun = Instant::now();
        let before = memory("VmRSS");
        let mut second = Window::open(&engine, corpus).await?;
        let uri_again = second.show(&file, &text).await?;
        second.timed("textDocument/hover", hover(&uri_again, places[0])).await?;
        println!("attach to first hover     {:8.2} ms", begun.elapsed().as_secs_f64() * 1e3);
        let grown = memory("VmRSS").zip(before).map(|(now, before)| now.saturating_sub(before));
        println!("a second window adds      {}", megabytes(grown));

        println!("typing, {LINES} lines      {}", Times::new(typing(&mut second, corpus, keys).await?).line());

        let begun = Instant::now();
        for turn in 0..1_000 {
            second.begin("textDocument/hover", hover(&uri_again, places[turn % places.len()])).await?;
        }
        for _ in 0..1_000 {
            second.answer().await?;
        }
        println!("1,000 hovers at once      {:8.2} ms", begun.elapsed().as_secs_f64() * 1e3);
        engine.shutdown();
        Ok(())
    })
}

/// From a key to an answer that needs the tree of the new text.
async fn typing(window: &mut Window, corpus: &Path, keys: usize) -> Result<Vec<Duration>> {
    let lines = LINE_OF_CODE.lines().count();
    let text = LINE_OF_CODE.repeat(LINES / lines);
    let uri = window.show(&corpus.join("typed-in-by-the-benchmark.rs"), &text).await?;
    let mut times = Vec::new();
    for turn in 0..keys {
        let line = (turn * 97 % (LINES / lines)) * lines + 1;
        let place = json!({ "line": line, "character": 12 });
        let change = json!({
            "textDocument": { "uri": uri, "version": turn + 2 },
            "contentChanges": [{ "range": { "start": place, "end": place }, "text": "x" }],
        });
        let begun = Instant::now();
        window.send(&json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": change })).await?;
        let ask = json!({ "textDocument": { "uri": uri }, "positions": [place] });
        window.timed("textDocument/selectionRange", ask).await?;
        times.push(begun.elapsed());
        tokio::time::sleep(KEY.saturating_sub(begun.elapsed())).await;
    }
    Ok(times)
}

fn busy(engine: &Engine) -> bool {
    engine
        .workspaces()
        .iter()
        .any(|(workspace, _)| !matches!(workspace.state().phase, Phase::Ready | Phase::Failed { .. }))
}

/// The largest source file up to 5,000 lines: what is slow shows there.
fn largest_source(corpus: &Path) -> Option<PathBuf> {
    let mut best: Option<(u64, PathBuf)> = None;
    let mut folders = vec![corpus.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let (path, Ok(metadata)) = (entry.path(), entry.metadata()) else { continue };
            if metadata.is_dir() {
                folders.push(path);
            } else if grammars::detect(&path, b"").is_some_and(|language| language.is_full())
                && metadata.len() < 200_000
                && best.as_ref().is_none_or(|(size, _)| metadata.len() > *size)
            {
                best = Some((metadata.len(), path));
            }
        }
    }
    best.map(|(_, path)| path)
}

/// Places inside words, spread over the text.
fn places(text: &str) -> Vec<(usize, usize)> {
    let lines = text.lines().enumerate().filter_map(|(line, content)| {
        let column = content.find(|char: char| char.is_ascii_alphabetic())?;
        Some((line, column + 1))
    });
    let all: Vec<(usize, usize)> = lines.collect();
    let step = (all.len() / 200).max(1);
    all.into_iter().step_by(step).collect()
}

fn hover(uri: &str, (line, character): (usize, usize)) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

fn action(uri: &str, (line, character): (usize, usize)) -> Value {
    let place = json!({ "line": line, "character": character });
    json!({ "textDocument": { "uri": uri }, "range": { "start": place, "end": place }, "context": { "diagnostics": [] } })
}

/// A client.
struct Window {
    stream: DuplexStream,
    buffer: Vec<u8>,
    next: u64,
}

impl Window {
    async fn open(engine: &Engine, corpus: &Path) -> Result<Window> {
        let (ours, theirs) = duplex(1 << 20);
        let (reader, writer) = split(theirs);
        tokio::spawn(serve(reader, writer, engine.clone(), ServeOptions::default()));
        let mut window = Window { stream: ours, buffer: Vec::new(), next: 0 };
        let root = format!("file://{}", corpus.canonicalize()?.display());
        let params = json!({ "processId": null, "rootUri": null, "capabilities": {}, "workspaceFolders": [{ "uri": root, "name": "corpus" }] });
        window.timed("initialize", params).await?;
        window.send(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} })).await?;
        Ok(window)
    }

    /// Opens a document; gives back its address.
    async fn show(&mut self, file: &Path, text: &str) -> Result<String> {
        let file = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
        let uri = format!("file://{}", file.display());
        let document = json!({ "uri": uri, "languageId": "", "version": 1, "text": text });
        self.send(
            &json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } }),
        )
        .await?;
        Ok(uri)
    }

    async fn send(&mut self, message: &Value) -> Result<()> {
        let body = message.to_string();
        self.stream.write_all(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await?;
        Ok(())
    }

    async fn begin(&mut self, method: &str, params: Value) -> Result<()> {
        self.next += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.next, "method": method, "params": params })).await
    }

    /// How long an answer takes.
    async fn timed(&mut self, method: &str, params: Value) -> Result<Duration> {
        let begun = Instant::now();
        self.begin(method, params).await?;
        self.answer().await?;
        Ok(begun.elapsed())
    }

    /// The next answer; what the server tells of its own accord is passed over.
    async fn answer(&mut self) -> Result<Value> {
        loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                let length: usize =
                    std::str::from_utf8(&self.buffer[..end])?.trim_start_matches("Content-Length: ").parse()?;
                if self.buffer.len() >= end + 4 + length {
                    let message: Value = serde_json::from_slice(&self.buffer[end + 4..end + 4 + length])?;
                    self.buffer.drain(..end + 4 + length);
                    if message.get("method").is_none() {
                        if let Some(error) = message.get("error") {
                            bail!("the server said {error}");
                        }
                        return Ok(message);
                    }
                    continue;
                }
            }
            let mut piece = [0; 16_384];
            let read = self.stream.read(&mut piece).await?;
            if read == 0 {
                bail!("the server has left");
            }
            self.buffer.extend_from_slice(&piece[..read]);
        }
    }
}
