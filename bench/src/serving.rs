//! The language server under a client's hands: the first answer, hovers and code actions while the index is being built, typing, a second window, much at once.
//!
//! The client speaks the protocol through a pipe in memory, so the times are those of the server, with framing and JSON on both sides.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use engine::{Engine, EngineOptions, Phase};
use lsp::{ServeOptions, Tasks, serve};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split};

use crate::documents::{action, hover, largest_source, places};
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
        let file = largest_source(corpus, |language| language.is_full())
            .context("the corpus has no source file to hover in")?;
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

        let [keys, answers, parser] = typing(&mut second, corpus, keys).await?.map(Times::new);
        println!("typing, {LINES} lines      {}", keys.line());
        println!("an answer without a key   {}", answers.line());
        println!("the parser alone          {}", parser.line());

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

/// From a key to an answer that needs the tree of the new text; the same answer without a key; and what the parser alone takes for the key.
async fn typing(window: &mut Window, corpus: &Path, keys: usize) -> Result<[Vec<Duration>; 3]> {
    let lines = LINE_OF_CODE.lines().count();
    let text = LINE_OF_CODE.repeat(LINES / lines);
    let uri = window.show(&corpus.join("typed-in-by-the-benchmark.rs"), &text).await?;
    let mut alone = Alone::new(text)?;
    let (mut times, mut answers, mut parser) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..keys {
        let (line, character) = ((turn * 97 % (LINES / lines)) * lines + 1, 12);
        let place = json!({ "line": line, "character": character });
        let change = json!({
            "textDocument": { "uri": uri, "version": turn + 2 },
            "contentChanges": [{ "range": { "start": place, "end": place }, "text": "x" }],
        });
        let begun = Instant::now();
        window.send(&json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": change })).await?;
        let ask = json!({ "textDocument": { "uri": uri }, "positions": [place] });
        window.timed("textDocument/selectionRange", ask.clone()).await?;
        times.push(begun.elapsed());
        // Everything has gone to sleep again, as between two keys.
        tokio::time::sleep((KEY / 2).saturating_sub(begun.elapsed())).await;
        answers.push(window.timed("textDocument/selectionRange", ask).await?);
        parser.push(alone.key(line, character)?);
        tokio::time::sleep(KEY.saturating_sub(begun.elapsed())).await;
    }
    Ok([times, answers, parser])
}

/// tree-sitter with a text and its tree, and nothing else.
struct Alone {
    parser: tree_sitter::Parser,
    tree: tree_sitter::Tree,
    text: String,
}

impl Alone {
    fn new(text: String) -> Result<Alone> {
        let mut parser = tree_sitter::Parser::new();
        let rust = grammars::detect(Path::new("a.rs"), b"").context("no grammar for Rust")?;
        parser.set_language(&rust.grammar())?;
        let tree = parser.parse(&text, None).context("the parser was cancelled")?;
        Ok(Alone { parser, tree, text })
    }

    /// Types a character and parses again. Finding the place in the text is not counted.
    fn key(&mut self, line: usize, character: usize) -> Result<Duration> {
        let begin: usize = self.text.split_inclusive('\n').take(line).map(str::len).sum();
        let (at, row) = (begin + character, line);
        self.text.insert(at, 'x');
        let begun = Instant::now();
        let point = |column| tree_sitter::Point { row, column };
        self.tree.edit(&tree_sitter::InputEdit {
            start_byte: at,
            old_end_byte: at,
            new_end_byte: at + 1,
            start_position: point(character),
            old_end_position: point(character),
            new_end_position: point(character + 1),
        });
        self.tree = self.parser.parse(&self.text, Some(&self.tree)).context("the parser was cancelled")?;
        Ok(begun.elapsed())
    }
}

/// Whether the index is not there yet; a workspace that was only just asked for is not even in the list.
pub(crate) fn busy(engine: &Engine) -> bool {
    let open = engine.workspaces();
    open.is_empty()
        || open.iter().any(|(workspace, _)| !matches!(workspace.state().phase, Phase::Ready | Phase::Failed { .. }))
}

/// A client.
pub(crate) struct Window {
    stream: DuplexStream,
    buffer: Vec<u8>,
    next: u64,
}

impl Window {
    async fn open(engine: &Engine, corpus: &Path) -> Result<Window> {
        Window::open_with(engine, corpus, Tasks::default()).await
    }

    /// A client whose server has these boards.
    pub(crate) async fn open_with(engine: &Engine, corpus: &Path, tasks: Tasks) -> Result<Window> {
        let (ours, theirs) = duplex(1 << 20);
        let (reader, writer) = split(theirs);
        tokio::spawn(serve(reader, writer, engine.clone(), ServeOptions { tasks, ..ServeOptions::default() }));
        let mut window = Window { stream: ours, buffer: Vec::new(), next: 0 };
        let root = format!("file://{}", corpus.canonicalize()?.display());
        let params = json!({ "processId": null, "rootUri": null, "capabilities": {}, "workspaceFolders": [{ "uri": root, "name": "corpus" }] });
        window.timed("initialize", params).await?;
        window.send(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} })).await?;
        Ok(window)
    }

    /// Opens a document; gives back its address.
    pub(crate) async fn show(&mut self, file: &Path, text: &str) -> Result<String> {
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
    pub(crate) async fn timed(&mut self, method: &str, params: Value) -> Result<Duration> {
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
