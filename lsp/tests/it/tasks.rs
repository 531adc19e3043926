//! Tasks at the line of code where they matter, on a real board.

use std::sync::Arc;

use jiff::Timestamp;
use lsp::{ServeOptions, Tasks};
use serde_json::{Value, json};
use sync::{Boards, Credentials, Hub, Place, Server, Standing};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::support::{Client, World, world};

const STORE: &str = "import os\n\n\ndef save(data):\n    # TODO(ada): retry when the disk is full\n    return os.write(1, data)\n\n\ndef load():\n    return 1\n";

/// Boards of one's own.
struct Board {
    node: Option<backend::Node>,
    boards: Boards,
    stop: CancellationToken,
    _folders: [TempDir; 2],
}

impl Board {
    async fn start() -> Board {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let config = backend::Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            data: folders[0].path().to_owned(),
            ..backend::Config::default()
        };
        let node = backend::serve(config).await.unwrap();
        let server = Server::new(&format!("http://{}", node.address), Credentials::none()).unwrap();
        let stop = CancellationToken::new();
        let hub = Hub::open(folders[1].path(), server, true, Arc::new(Timestamp::now), stop.clone()).await.unwrap();
        let boards = Boards::off();
        boards.set(Standing::Ready(hub));
        Board { node: Some(node), boards, stop, _folders: folders }
    }

    fn hub(&self) -> Hub {
        self.boards.hub().unwrap()
    }

    async fn window(&self, world: &World, capabilities: Value) -> Client {
        self.window_with(world, capabilities, Value::Null).await
    }

    async fn window_with(&self, world: &World, capabilities: Value, options: Value) -> Client {
        let tasks = Tasks::new(self.boards.clone(), |root| Place {
            repository: root.display().to_string(),
            name: "dev-mentor".to_owned(),
            project: None,
        });
        let mut client = world.connect_with(ServeOptions { tasks, ..ServeOptions::default() }, 1 << 20);
        client.initialize(&[world.uri("")], capabilities, options).await;
        world.indexed().await;
        client
    }

    async fn end(mut self) {
        self.stop.cancel();
        self.node.take().unwrap().stop().await;
    }
}

fn at(line: u32, character: u32) -> Value {
    json!({ "line": line, "character": character })
}

fn place(uri: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": at(line, character) })
}

async fn hover(client: &mut Client, uri: &str, line: u32, character: u32) -> String {
    let said = client.request("textDocument/hover", place(uri, line, character)).await.unwrap();
    said["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

/// The actions on a line, by title.
async fn actions(client: &mut Client, uri: &str, line: u32, kind: &str) -> Vec<Value> {
    let range = json!({ "start": at(line, 4), "end": at(line, 4) });
    let context = json!({ "diagnostics": [], "only": [kind], "triggerKind": 1 });
    let ask = json!({ "textDocument": { "uri": uri }, "range": range, "context": context });
    let found = client.request("textDocument/codeAction", ask).await.unwrap();
    found.as_array().cloned().unwrap_or_default()
}

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().unwrap()).collect()
}

async fn choose(client: &mut Client, actions: &[Value], title: &str) -> Value {
    let action = actions.iter().find(|it| it["title"].as_str().unwrap().starts_with(title)).unwrap();
    let command = if action["command"].is_string() { action } else { &action["command"] };
    let run = json!({ "command": command["command"], "arguments": command["arguments"] });
    client.request("workspace/executeCommand", run).await.unwrap()
}

fn editing() -> Value {
    json!({
        "workspace": { "applyEdit": true, "workspaceEdit": { "documentChanges": true, "changeAnnotationSupport": {} } },
        "textDocument": { "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } } } },
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_todo_becomes_a_task_and_is_found_again_after_its_function_has_moved() {
    let board = Board::start().await;
    let world = world(&format!("//- /store.py\n{STORE}"));
    let mut client = board.window(&world, editing()).await;
    let uri = world.uri("store.py");
    client.open(&uri, "python", STORE).await;

    let offered = actions(&mut client, &uri, 4, "devmentor.task").await;
    assert_eq!(titles(&offered), ["Create a task from this TODO"]);
    let done = choose(&mut client, &offered, "Create a task").await;
    assert_eq!(done["task"]["key"], "DM-1");
    assert_eq!(done["task"]["title"], "retry when the disk is full");
    let shown = board.hub().show("DM-1").unwrap();
    assert!(shown.line.mine && shown.body.contains("return os.write(1, data)"), "{}", shown.body);
    assert_eq!((shown.anchors[0].symbol.as_str(), shown.anchors[0].start_line), ("save", 5));

    // The key is written into the comment, as one edit that can be undone.
    let edit = client.wait_for("workspace/applyEdit").await["params"]["edit"].clone();
    let change = &edit["documentChanges"][0];
    assert_eq!(change["edits"][0]["newText"], "DM-1, ");
    assert_eq!(change["edits"][0]["range"]["start"], at(4, 11));
    assert_eq!(edit["changeAnnotations"]["devmentor.task"]["label"], "Write DM-1 into the comment");
    let moved = format!("import re\n{}", STORE.replace("TODO(ada)", "TODO(DM-1, ada)"));
    let change = json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": [{ "text": moved }] });
    client.notify("textDocument/didChange", change).await;

    let url = &shown.url;
    let said = hover(&mut client, &uri, 5, 13).await;
    assert!(said.starts_with(&format!("[DM-1]({url}) **retry when the disk is full**  \nTo do · @")), "{said}");
    let said = hover(&mut client, &uri, 4, 5).await;
    assert!(said.contains("DM-1") && said.contains("No calls known"), "at its function too: {said}");
    assert!(!hover(&mut client, &uri, 9, 5).await.contains("DM-1"), "and at no other");
    let links = client.request("textDocument/documentLink", json!({ "textDocument": { "uri": uri } })).await.unwrap();
    assert_eq!((links[0]["target"].as_str(), links.as_array().unwrap().len()), (Some(url.as_str()), 1));
    client.leave().await;
    board.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_is_started_moved_and_finished_from_its_key_and_then_its_comment_can_go() {
    let board = Board::start().await;
    let text = "def save():\n    # TODO(DM-1): retry\n    return 'UTF-8'\n";
    let world = world(&format!("//- /store.py\n{text}"));
    let mut client = board.window(&world, editing()).await;
    let uri = world.uri("store.py");
    client.open(&uri, "python", text).await;
    let new = json!({ "deed": { "do": "new", "title": "Retry [x](javascript:1)" }, "textDocument": { "uri": uri } });
    client.request("devmentor/tasks/do", new).await.unwrap();

    let offered = actions(&mut client, &uri, 1, "devmentor.task").await;
    let short = "Retry [x](javascript:1)";
    let expected = [
        format!("Start DM-1: {short}"),
        format!("Finish DM-1: {short}"),
        "Move DM-1 to In progress".to_owned(),
        "Move DM-1 to Done".to_owned(),
    ];
    assert_eq!(titles(&offered), expected);
    let started = choose(&mut client, &offered, "Start").await;
    assert_eq!(
        (&started["task"]["status"], &started["branch"]),
        (&json!("In progress"), &json!("DM-1-retry-x-javascript-1"))
    );
    let message = client.wait_for("window/showMessage").await["params"]["message"].clone();
    assert!(message.as_str().unwrap().contains("A branch for it: DM-1-retry-x-javascript-1"), "{message}");
    let said = hover(&mut client, &uri, 1, 13).await;
    assert!(said.contains("**Retry \\[x\\]\\(javascript:1\\)**"), "other people's words are no markup: {said}");
    assert_eq!(hover(&mut client, &uri, 2, 14).await, "", "what only looks like a key is none");
    let offered = actions(&mut client, &uri, 0, "devmentor.task.more").await;
    assert!(titles(&offered).iter().any(|title| title.starts_with("Tie `save` to DM-1")), "{offered:?}");
    choose(&mut client, &offered, "Tie").await;
    assert!(hover(&mut client, &uri, 0, 5).await.contains("DM-1"));

    let offered = actions(&mut client, &uri, 1, "devmentor.task").await;
    choose(&mut client, &offered, "Finish").await;
    let offered = actions(&mut client, &uri, 1, "devmentor.task").await;
    let gone = offered.iter().find(|it| it["title"] == "Remove the TODO of DM-1, which is done").unwrap();
    let edit = &gone["edit"]["documentChanges"][0]["edits"][0];
    assert_eq!((&edit["range"]["start"], &edit["range"]["end"]), (&at(1, 0), &at(2, 0)));
    client.leave().await;
    board.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_are_completed_in_comments_and_commit_messages_only() {
    let board = Board::start().await;
    let text = "# see #\nx = 1\n";
    let world = world(&format!("//- /a.py\n{text}"));
    let mut client = board.window(&world, json!({})).await;
    for title in ["Retry when the disk is full", "Write the queue"] {
        let new = json!({ "deed": { "do": "new", "title": title } });
        client.request("devmentor/tasks/do", new).await.unwrap();
    }
    let uri = world.uri("a.py");
    client.open(&uri, "python", text).await;
    let list = client.request("textDocument/completion", place(&uri, 0, 7)).await.unwrap();
    let items: Vec<&Value> = list["items"].as_array().unwrap().iter().collect();
    let labels: Vec<&str> = items.iter().map(|item| item["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["DM-1", "DM-2"]);
    assert_eq!(items[0]["textEdit"], json!({ "newText": "DM-1", "range": { "start": at(0, 6), "end": at(0, 7) } }));
    assert_eq!(client.request("textDocument/completion", place(&uri, 1, 1)).await.unwrap(), Value::Null);

    let message = world.uri(".git/COMMIT_EDITMSG");
    client.open(&message, "gitcommit", "Fix DM-1 and #queue\n").await;
    let list = client.request("textDocument/completion", place(&message, 0, 19)).await.unwrap();
    assert_eq!(list["items"][0]["label"], "DM-2", "by words of the title");
    assert!(hover(&mut client, &message, 0, 5).await.contains("Retry when the disk is full"));
    client.leave().await;
    board.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_lists_boards_and_hears_of_changes() {
    let board = Board::start().await;
    let world = world("//- /a.py\nx = 1\n");
    let mut client = board.window(&world, json!({})).await;
    client.request("devmentor/tasks/subscribe", json!({ "on": true })).await.unwrap();
    client.request("devmentor/tasks/do", json!({ "deed": { "do": "new", "title": "One" } })).await.unwrap();
    assert!(client.wait_for("devmentor/tasks/changed").await["params"]["count"].as_u64().unwrap() > 0);
    let listed = client.request("devmentor/tasks/list", json!({})).await.unwrap();
    assert_eq!(listed["tasks"][0]["key"], "DM-1");
    let shown = client.request("devmentor/tasks/board", json!({})).await.unwrap();
    assert_eq!(shown["columns"][0]["tasks"][0]["title"], "One");
    let projects = client.request("devmentor/tasks/projects", json!({})).await.unwrap();
    assert_eq!(projects, json!({ "projects": [{ "key": "DM", "name": "dev-mentor" }] }));
    let preview = json!({ "deed": { "do": "finish", "task": "DM-1" }, "preview": true });
    assert_eq!(client.request("devmentor/tasks/do", preview).await.unwrap()["changed"], true);
    assert_eq!(board.hub().show("DM-1").unwrap().line.status, "To do");
    for (wrong, told) in [
        (json!({ "deed": { "do": "finish", "task": "DM-9" } }), "there is no task DM-9"),
        (json!({ "deed": { "do": "explode" } }), "unknown variant"),
    ] {
        let error = client.request("devmentor/tasks/do", wrong).await.unwrap_err();
        assert!(error["message"].as_str().unwrap().contains(told), "{error}");
    }
    client.leave().await;
    board.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lenses_and_warnings_come_only_to_those_who_ask() {
    let board = Board::start().await;
    let text = "def save():\n    # TODO: retry\n    # FIXME(DM-1): faster\n    return 1\n";
    let world = world(&format!("//- /a.py\n{text}"));
    let uri = world.uri("a.py");
    let mut quiet = board.window(&world, json!({})).await;
    assert_eq!(quiet.agreed["capabilities"]["codeLensProvider"], Value::Null);
    let new = json!({ "deed": { "do": "new", "title": "Faster", "anchor": {
        "repository": world.root().display().to_string(), "path": "a.py", "symbol": "save",
        "content_hash": "", "start_line": 1, "end_line": 4 } } });
    quiet.request("devmentor/tasks/do", new).await.unwrap();
    let options = json!({ "codeLens": true, "diagnostics": { "todos": true } });
    let mut asking = board.window_with(&world, json!({}), options).await;
    for client in [&quiet, &asking] {
        client.open(&uri, "python", text).await;
    }
    let lenses = asking
        .request_until("textDocument/codeLens", json!({ "textDocument": { "uri": uri } }), |lenses| !lenses.is_null())
        .await;
    assert_eq!(lenses[0]["command"]["title"], "DM-1 Faster (To do)");
    assert_eq!(
        quiet.request("textDocument/codeLens", json!({ "textDocument": { "uri": uri } })).await.unwrap(),
        Value::Null
    );
    let told = asking.wait_for("textDocument/publishDiagnostics").await["params"]["diagnostics"].clone();
    assert_eq!((told.as_array().unwrap().len(), &told[0]["code"]), (1, &json!("todo")), "{told}");
    quiet.leave().await;
    asking.leave().await;
    board.end().await;
}
