//! A window: `devmentor lsp` and as much of an editor as a measurement needs.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

pub(super) struct Window {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next: u64,
}

impl Window {
    /// Starts it and waits for the answer to `initialize`.
    pub(super) fn open(mut command: Command, root: &Path) -> Result<Window> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = process.stdin.take().context("no input")?;
        let output = BufReader::new(process.stdout.take().context("no output")?);
        let mut window = Window { process, input, output, next: 0 };
        let uri = format!("file://{}", root.display());
        let folders = json!([{ "uri": uri, "name": "bench" }]);
        window.ask(
            "initialize",
            json!({ "processId": null, "rootUri": uri, "capabilities": {}, "workspaceFolders": folders }),
        )?;
        window.tell("initialized", json!({}))?;
        Ok(window)
    }

    pub(super) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Opens a text and waits for its symbols, of which there is one.
    pub(super) fn symbols(&mut self, file: &Path, text: &str) -> Result<()> {
        let uri = format!("file://{}", file.display());
        let document = json!({ "uri": uri, "languageId": "python", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }))?;
        self.expect_symbol(&uri)
    }

    fn expect_symbol(&mut self, uri: &str) -> Result<()> {
        let found = self.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }))?;
        ensure!(found[0]["name"] == "probe", "the symbol is not there: {found}");
        Ok(())
    }

    /// Kills the daemon and asks again for what it knew.
    pub(super) fn kill_daemon_and_ask(mut self, daemon: u32, file: &Path) -> Result<()> {
        let uri = format!("file://{}", file.display());
        self.symbols(file, "def probe():\n    return 1\n")?;
        let killed = Command::new("kill").args(["-9", &daemon.to_string()]).status()?;
        ensure!(killed.success(), "the daemon cannot be killed");
        self.expect_symbol(&uri)?;
        self.close()
    }

    /// Says goodbye and waits for the end.
    pub(super) fn close(mut self) -> Result<()> {
        self.ask("shutdown", Value::Null)?;
        self.tell("exit", Value::Null)?;
        self.process.wait()?;
        Ok(())
    }

    fn tell(&mut self, method: &str, params: Value) -> Result<()> {
        self.say(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value> {
        self.next += 1;
        let id = self.next;
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        loop {
            let message = self.hear()?;
            if message.get("method").is_some() {
                if let Some(asked) = message.get("id") {
                    self.say(&json!({ "jsonrpc": "2.0", "id": asked, "result": null }))?;
                }
            } else if message["id"] == id {
                ensure!(message.get("error").is_none(), "{method}: {message}");
                return Ok(message["result"].clone());
            }
        }
    }

    fn say(&mut self, message: &Value) -> Result<()> {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        Ok(self.input.flush()?)
    }

    fn hear(&mut self) -> Result<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            ensure!(self.output.read_line(&mut line)? > 0, "the window has ended");
            match line.trim_end() {
                "" => break,
                line => {
                    if let Some(number) = line.strip_prefix("Content-Length: ") {
                        length = number.parse()?;
                    }
                }
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body)?;
        Ok(serde_json::from_slice(&body)?)
    }
}
