//! A language server as a process, and as much of an editor as a measurement needs.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

pub(crate) struct Client {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next: u64,
}

impl Client {
    /// Starts it and waits for the answer to `initialize`.
    pub(crate) fn open(mut command: Command, root: &Path) -> Result<Client> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let input = process.stdin.take().context("no input")?;
        let output = BufReader::new(process.stdout.take().context("no output")?);
        let mut client = Client { process, input, output, next: 0 };
        let uri = format!("file://{}", root.display());
        let folders = json!([{ "uri": uri, "name": "bench" }]);
        client.ask(
            "initialize",
            json!({ "processId": null, "rootUri": uri, "capabilities": {}, "workspaceFolders": folders }),
        )?;
        client.tell("initialized", json!({}))?;
        Ok(client)
    }

    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Opens a text; gives its address.
    pub(crate) fn show(&mut self, file: &Path, language: &str, text: &str) -> Result<String> {
        let uri = format!("file://{}", file.display());
        let document = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }))?;
        Ok(uri)
    }

    /// How long an answer takes, and the answer.
    pub(crate) fn timed(&mut self, method: &str, params: Value) -> Result<(Duration, Value)> {
        let begun = Instant::now();
        let answer = self.ask(method, params)?;
        Ok((begun.elapsed(), answer))
    }

    /// Says goodbye and waits for the end.
    pub(crate) fn close(mut self) -> Result<()> {
        self.ask("shutdown", Value::Null)?;
        self.tell("exit", Value::Null)?;
        self.process.wait()?;
        Ok(())
    }

    fn tell(&mut self, method: &str, params: Value) -> Result<()> {
        self.say(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Result<Value> {
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
            ensure!(self.output.read_line(&mut line)? > 0, "the server has ended");
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
