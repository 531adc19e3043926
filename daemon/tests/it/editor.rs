//! An editor's window, as far as the protocol's framing goes.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::Workspace;

/// A running `devmentor lsp`.
pub(crate) struct Editor {
    process: Child,
    said: Receiver<Value>,
    next: u64,
}

impl Editor {
    /// Starts a window without saying anything.
    pub(crate) fn start(workspace: &Workspace, arguments: &[&str]) -> Editor {
        Editor::of(workspace.command(arguments))
    }

    /// Starts a window by any command.
    pub(crate) fn of(mut command: std::process::Command) -> Editor {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let (sender, said) = channel();
        std::thread::spawn(move || {
            let mut output = output;
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Editor { process, said, next: 0 }
    }

    /// Starts a window and introduces it.
    pub(crate) fn open(workspace: &Workspace) -> Editor {
        let mut editor = Editor::start(workspace, &["lsp"]);
        editor.initialize(workspace);
        editor
    }

    /// Introduces itself as a plain editor.
    pub(crate) fn initialize(&mut self, workspace: &Workspace) -> Value {
        let root = format!("file://{}", workspace.root().canonicalize().unwrap().display());
        let answer = self.ask(
            "initialize",
            json!({
                "processId": null, "rootUri": root, "capabilities": {},
                "workspaceFolders": [{ "uri": root, "name": "it" }],
            }),
        );
        self.tell("initialized", json!({}));
        answer
    }

    pub(crate) fn say(&mut self, message: &Value) {
        let body = message.to_string();
        let input = self.process.stdin.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        input.flush().unwrap();
    }

    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        self.say(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request without waiting. Gives its id.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> u64 {
        self.next += 1;
        self.say(&json!({ "jsonrpc": "2.0", "id": self.next, "method": method, "params": params }));
        self.next
    }

    /// The next message.
    pub(crate) fn hear(&mut self) -> Value {
        self.said.recv_timeout(Duration::from_secs(60)).expect("a message within a minute")
    }

    /// Waits for the answer to a request; answers what the server asks meanwhile.
    pub(crate) fn answer(&mut self, id: u64) -> Value {
        loop {
            let message = self.hear();
            if message.get("method").is_some() {
                if let Some(asked) = message.get("id") {
                    let answer = json!({ "jsonrpc": "2.0", "id": asked, "result": null });
                    self.say(&answer);
                }
            } else if message["id"] == id {
                return message;
            }
        }
    }

    /// Asks and waits for the result.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.request(method, params);
        let answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Opens an unsaved text.
    pub(crate) fn open_text(&mut self, workspace: &Workspace, path: &str, language: &str, text: &str) {
        let document = json!({ "uri": uri(workspace, path), "languageId": language, "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// The names of a document's symbols, in order.
    pub(crate) fn symbols(&mut self, workspace: &Workspace, path: &str) -> Vec<String> {
        let result =
            self.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri(workspace, path) } }));
        let all = result.as_array().cloned().unwrap_or_default();
        all.iter().map(|symbol| symbol["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Says goodbye as the protocol wants it.
    pub(crate) fn close(mut self) -> ExitStatus {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.process.wait().unwrap()
    }

    /// The process of the window.
    pub(crate) fn process(&mut self) -> &mut Child {
        &mut self.process
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn uri(workspace: &Workspace, path: &str) -> String {
    format!("file://{}/{path}", workspace.root().canonicalize().unwrap().display())
}

fn read(output: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => {
                if let Some(number) = line.strip_prefix("Content-Length: ") {
                    length = number.parse().unwrap();
                }
            }
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}
