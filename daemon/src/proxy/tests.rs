//! Windows over daemons that die, both played by the tests.

use std::io::{PipeReader, PipeWriter, pipe};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use super::*;

/// A window whose editor and daemons are the test.
struct Window {
    to: PipeWriter,
    from: Frames<PipeReader>,
    links: mpsc::Sender<Result<Link>>,
    done: JoinHandle<Result<End>>,
}

/// The daemon's end of a connection.
struct Daemon {
    to: PipeWriter,
    from: Frames<PipeReader>,
}

impl Daemon {
    fn hears(&mut self) -> Value {
        heard(&mut self.from)
    }

    fn says(&mut self, message: Value) {
        frame::write(&mut self.to, message.to_string().as_bytes()).unwrap();
    }

    /// Answers `initialize` and gives it.
    fn initialized(&mut self) -> Value {
        let initialize = self.hears();
        assert_eq!(initialize["method"], "initialize");
        self.says(json!({ "jsonrpc": "2.0", "id": initialize["id"], "result": { "capabilities": {} } }));
        initialize
    }
}

fn heard(frames: &mut Frames<PipeReader>) -> Value {
    let frame = frames.next().unwrap().expect("a message");
    serde_json::from_slice(frame.body().expect("a message")).unwrap()
}

impl Window {
    fn open() -> (Window, Daemon) {
        let (links, next) = mpsc::channel::<Result<Link>>();
        let (to, editor) = ends();
        let (to_editor, from) = ends();
        let connect: Connect = Box::new(move |_| next.recv().unwrap());
        let done = std::thread::spawn(move || run(editor, to_editor, connect));
        let mut window = Window { to, from: Frames::new(from), links, done };
        let daemon = window.new_daemon();
        (window, daemon)
    }

    /// The daemon that the window connects to next.
    fn new_daemon(&mut self) -> Daemon {
        let (to, from_daemon) = ends();
        let (to_daemon, from) = ends();
        self.links.send(Ok(Link { from: Box::new(from_daemon), to: Box::new(to_daemon) })).unwrap();
        Daemon { to, from: Frames::new(from) }
    }

    fn says(&mut self, message: Value) {
        frame::write(&mut self.to, message.to_string().as_bytes()).unwrap();
    }

    fn hears(&mut self) -> Value {
        heard(&mut self.from)
    }

    /// The next message that is not for the log.
    fn hears_news(&mut self) -> Value {
        loop {
            let message = self.hears();
            if message["method"] != "window/logMessage" {
                return message;
            }
        }
    }

    fn initialize(&mut self, daemon: &mut Daemon) {
        self.says(json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "rootUri": "file:///a" } }));
        daemon.initialized();
        assert_eq!(self.hears()["id"], 1);
        self.says(json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));
        assert_eq!(daemon.hears()["method"], "initialized");
    }

    fn end(self) -> Result<End> {
        drop(self.to);
        self.done.join().unwrap()
    }
}

fn ends() -> (PipeWriter, PipeReader) {
    let (reader, writer) = pipe().unwrap();
    (writer, reader)
}

fn hover(id: u32) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": {} })
}

fn open(text: &str) -> Value {
    let document = json!({ "uri": "file:///a/x.rs", "languageId": "rust", "version": 1, "text": text });
    json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } })
}

fn insert(version: u32, text: &str) -> Value {
    let start = json!({ "line": 0, "character": 0 });
    let change = json!({ "range": { "start": start, "end": start }, "text": text });
    json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": {
        "textDocument": { "uri": "file:///a/x.rs", "version": version }, "contentChanges": [change],
    } })
}

#[test]
fn a_daemon_that_dies_is_replaced_and_knows_unsaved_text_and_open_questions() {
    let (mut window, mut daemon) = Window::open();
    window.initialize(&mut daemon);
    window.says(open("fn x() {}"));
    window.says(insert(2, "// new\n"));
    daemon.hears();
    daemon.hears();
    window.says(hover(2));
    assert_eq!(daemon.hears()["id"], 2);
    drop(daemon);

    let mut next = window.new_daemon();
    assert_eq!(next.initialized()["params"]["rootUri"], "file:///a");
    assert_eq!(next.hears()["method"], "initialized");
    let opened = next.hears();
    assert_eq!(opened["params"]["textDocument"]["text"], "// new\nfn x() {}");
    assert_eq!(opened["params"]["textDocument"]["version"], 2);
    assert_eq!(next.hears(), hover(2), "the question that had no answer");
    next.says(json!({ "jsonrpc": "2.0", "id": 2, "result": { "contents": "found" } }));

    assert_eq!(window.hears_news()["result"]["contents"], "found", "and no second answer to initialize");
    window.says(insert(3, "//"));
    assert_eq!(next.hears()["params"]["textDocument"]["version"], 3, "nothing is said twice");
    assert_eq!(window.end().unwrap(), End::Clean);
}

#[test]
fn what_is_typed_while_there_is_no_daemon_arrives_once_and_in_order() {
    let (mut window, mut daemon) = Window::open();
    window.initialize(&mut daemon);
    window.says(open(""));
    daemon.hears();
    drop(daemon);
    let typed = 300;
    let mut keys = window.to.try_clone().unwrap();
    let typing = std::thread::spawn(move || {
        for version in 2..typed {
            let key = insert(version, &char::from(b'a' + (version % 26) as u8).to_string());
            frame::write(&mut keys, key.to_string().as_bytes()).unwrap();
        }
    });
    let mut next = window.new_daemon();
    next.initialized();
    let mut text = String::new();
    let mut version = 0;
    while version < typed - 1 {
        let message = next.hears();
        match message["method"].as_str() {
            Some("textDocument/didOpen") => {
                text = message["params"]["textDocument"]["text"].as_str().unwrap().to_owned();
                version = message["params"]["textDocument"]["version"].as_u64().unwrap() as u32;
            }
            Some("textDocument/didChange") => {
                text.insert_str(0, message["params"]["contentChanges"][0]["text"].as_str().unwrap());
                let new = message["params"]["textDocument"]["version"].as_u64().unwrap() as u32;
                assert!(new > version.max(1), "version {new} after {version}");
                version = new;
            }
            _ => {}
        }
    }
    let expected: String = (2..typed).rev().map(|version| char::from(b'a' + (version % 26) as u8)).collect();
    assert_eq!(text, expected);
    typing.join().unwrap();
    assert_eq!(window.end().unwrap(), End::Clean);
}

#[test]
fn daemons_that_die_one_after_the_other_are_given_up_with_a_reason() {
    let (mut window, mut daemon) = Window::open();
    window.initialize(&mut daemon);
    window.says(hover(2));
    daemon.hears();
    drop(daemon);
    for _ in 0..LOSSES {
        drop(window.new_daemon());
    }
    let answer = window.hears_news();
    assert_eq!((&answer["id"], answer["error"]["code"].as_i64()), (&json!(2), Some(-32802)), "answered once");
    let shown = window.hears_news();
    assert_eq!(shown["method"], "window/showMessage");
    assert!(shown["params"]["message"].as_str().unwrap().contains("`devmentor logs` tells why"), "{shown}");
    assert!(window.done.join().unwrap().is_err());
}

#[test]
fn without_a_daemon_the_editor_is_told_why() {
    let (links, next) = mpsc::channel::<Result<Link>>();
    let (_to, editor) = ends();
    let (to_editor, from) = ends();
    links.send(Err(anyhow!("no room on the disk"))).unwrap();
    let error = run(editor, to_editor, Box::new(move |_| next.recv().unwrap())).unwrap_err();
    assert_eq!(error.to_string(), "no room on the disk");
    assert_eq!(heard(&mut Frames::new(from))["params"]["message"], "DevMentor cannot start: no room on the disk");
}

#[test]
fn after_shutdown_a_lost_daemon_is_not_replaced() {
    let (mut window, mut daemon) = Window::open();
    window.initialize(&mut daemon);
    window.says(json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }));
    daemon.hears();
    drop(daemon);
    assert_eq!(window.hears(), json!({ "jsonrpc": "2.0", "id": 2, "result": null }));
    window.says(json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(window.done.join().unwrap().unwrap(), End::Clean);
}

#[test]
fn exit_without_shutdown_is_an_abrupt_end_and_the_end_of_input_a_clean_one() {
    let (mut window, mut daemon) = Window::open();
    window.initialize(&mut daemon);
    window.says(json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(daemon.hears()["method"], "exit");
    assert_eq!(window.done.join().unwrap().unwrap(), End::Abrupt);

    let (window, _daemon) = Window::open();
    assert_eq!(window.end().unwrap(), End::Clean);
}

#[test]
fn answers_under_way_reach_an_editor_that_says_no_more() {
    let (mut window, mut daemon) = Window::open();
    window.initialize(&mut daemon);
    window.says(hover(2));
    daemon.hears();
    let Window { to, mut from, done, .. } = window;
    drop(to);
    daemon.says(json!({ "jsonrpc": "2.0", "id": 2, "result": null }));
    assert_eq!(heard(&mut from)["id"], 2);
    assert_eq!(done.join().unwrap().unwrap(), End::Clean);
}

#[test]
fn an_editor_that_does_not_read_can_still_write() {
    let (mut window, mut daemon) = Window::open();
    window.initialize(&mut daemon);
    // More than any pipe holds.
    let Daemon { mut to, mut from } = daemon;
    let flood = std::thread::spawn(move || {
        let text = "x".repeat(10_000);
        for number in 0..1000 {
            frame::write(&mut to, json!({ "method": "log", "params": [number, text] }).to_string().as_bytes()).unwrap();
        }
        to
    });
    for id in 2..1000 {
        window.says(hover(id));
        assert_eq!(heard(&mut from)["id"], id);
    }
    for number in 0..1000 {
        assert_eq!(window.hears()["params"][0], number);
    }
    drop(flood.join().unwrap());
}

#[test]
fn bytes_that_are_no_message_are_passed_on_as_they_are() {
    let (mut window, mut daemon) = Window::open();
    window.to.write_all(b"hello daemon\n").unwrap();
    let frame = daemon.from.next().unwrap().unwrap();
    assert_eq!(frame, Frame::Raw(b"hello daemon\n".to_vec()));
    drop(daemon);
    let error = window.done.join().unwrap().unwrap_err();
    assert!(error.to_string().contains("something that is no message"), "{error}");
}
