//! Beginning, changing folders and settings, leaving.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::{Engine, Phase};
use index::{IndexOptions, VectorOptions};
use lsp::Ended;
use serde_json::{Value, json};

use crate::support::{at, until, world, world_with};

const PROGRESS: &str = r#"{"window":{"workDoneProgress":true}}"#;

fn progress() -> Value {
    serde_json::from_str(PROGRESS).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn initialize_is_answered_while_the_index_is_not_even_open() {
    let gate = Arc::new(AtomicBool::new(false));
    let open = gate.clone();
    let world = world_with("//- /a.rs\nfn alpha() {}\n", |options| {
        options.settings = Arc::new(move |_| {
            while !open.load(Ordering::Relaxed) {
                std::thread::park_timeout(std::time::Duration::from_millis(5));
            }
            Ok((IndexOptions { threads: 1, ..IndexOptions::default() }, VectorOptions::default()))
        });
    });
    let mut client = world.connect();
    client.initialize(&[world.uri("")], json!({}), Value::Null).await;
    assert_eq!(client.agreed["serverInfo"]["name"], "devmentor");
    let uri = world.uri("a.rs");
    client.open(&uri, "rust", "fn alpha() {}\n").await;
    assert_eq!(client.outline(&uri).await, ["alpha"], "what needs no index works without it");
    let error = client.request("devmentor/search", json!({ "query": "alpha" })).await.unwrap_err();
    assert!(error["message"].as_str().unwrap().ends_with("is not ready: it is being opened"), "{error}");
    assert_eq!(client.request("workspace/symbol", json!({ "query": "alpha" })).await.unwrap(), json!([]));
    gate.store(true, Ordering::Relaxed);
    world.indexed().await;
    let found = client.request("devmentor/search", json!({ "query": "alpha" })).await.unwrap();
    assert_eq!(found["hits"][0]["path"], "a.rs");
    assert_eq!(client.leave().await, Ended::Properly);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_companion_and_standalone_announce() {
    let world = world("//- /a.rs\nfn alpha() {}\n");
    let companion = world.window().await;
    let standalone = world.window_with(json!({}), json!({ "codeIntelligence": "standalone" })).await;
    for provider in ["definitionProvider", "referencesProvider", "implementationProvider", "callHierarchyProvider"] {
        assert_eq!(companion.agreed["capabilities"].get(provider), None);
        assert_eq!(standalone.agreed["capabilities"][provider], true);
    }
    expect_test::expect![[r##"
        {
          "codeActionProvider": {
            "codeActionKinds": [
              "devmentor.similar",
              "devmentor.callers",
              "devmentor.permalink",
              "devmentor.task"
            ],
            "resolveProvider": false
          },
          "completionProvider": {
            "triggerCharacters": [
              "#",
              "@"
            ]
          },
          "documentHighlightProvider": true,
          "documentLinkProvider": {},
          "documentSymbolProvider": true,
          "executeCommandProvider": {
            "commands": [
              "devmentor.findSimilar",
              "devmentor.showCallers",
              "devmentor.copyPermalink",
              "devmentor.createTask",
              "devmentor.doTask"
            ]
          },
          "experimental": {
            "devmentor": {
              "requests": [
                "devmentor/search",
                "devmentor/similar",
                "devmentor/status",
                "devmentor/graph",
                "devmentor/tasks/list",
                "devmentor/tasks/board",
                "devmentor/tasks/show",
                "devmentor/tasks/do",
                "devmentor/tasks/projects",
                "devmentor/tasks/subscribe"
              ]
            }
          },
          "foldingRangeProvider": true,
          "hoverProvider": true,
          "positionEncoding": "utf-16",
          "selectionRangeProvider": true,
          "textDocumentSync": {
            "change": 2,
            "openClose": true,
            "save": {
              "includeText": true
            }
          },
          "workspace": {
            "fileOperations": {
              "didCreate": {
                "filters": [
                  {
                    "pattern": {
                      "glob": "**/*"
                    },
                    "scheme": "file"
                  }
                ]
              },
              "didDelete": {
                "filters": [
                  {
                    "pattern": {
                      "glob": "**/*"
                    },
                    "scheme": "file"
                  }
                ]
              },
              "didRename": {
                "filters": [
                  {
                    "pattern": {
                      "glob": "**/*"
                    },
                    "scheme": "file"
                  }
                ]
              }
            },
            "workspaceFolders": {
              "changeNotifications": true,
              "supported": true
            }
          },
          "workspaceSymbolProvider": {
            "resolveProvider": false
          }
        }"##]]
    .assert_eq(&format!("{:#}", companion.agreed["capabilities"]));
    companion.leave().await;
    standalone.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn progress_tells_files_and_percentage_and_ends() {
    let files: String = (0..60).map(|n| format!("//- /f{n}.rs\nfn name_{n}() {{}}\n")).collect();
    let world = world(&files);
    let mut client = world.connect();
    client.initialize(&[world.uri("")], progress(), Value::Null).await;
    let token = client.wait_for("window/workDoneProgress/create").await["params"]["token"].clone();
    let begin = client.wait_for("$/progress").await;
    assert_eq!(begin["params"]["token"], token);
    assert_eq!(begin["params"]["value"]["kind"], "begin");
    assert_eq!(begin["params"]["value"]["cancellable"], true);
    assert!(begin["params"]["value"]["message"].as_str().unwrap().contains(" of 60 files "), "{begin}");
    assert!(begin["params"]["value"]["percentage"].as_u64().unwrap() <= 100);
    let end = client.wait("the end", |message| message["params"]["value"]["kind"] == "end").await;
    assert_eq!(end["params"]["value"]["message"], "done");
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn indexing_is_cancelled_by_its_token() {
    let files: String = (0..1_500)
        .map(|n| {
            let body: String = (0..40).map(|k| format!("    let v{k} = call_{k}(v{n});\n")).collect();
            format!("//- /d{}/f{n}.rs\nfn name_{n}() {{\n{body}}}\n", n % 10)
        })
        .collect();
    let world = world(&files);
    let mut client = world.connect();
    client.initialize(&[world.uri("")], progress(), Value::Null).await;
    let begin = client.wait("the beginning", |message| message["params"]["value"]["kind"] == "begin").await;
    client.notify("window/workDoneProgress/cancel", json!({ "token": begin["params"]["token"] })).await;
    let end = client.wait("the end", |message| message["params"]["value"]["kind"] == "end").await;
    assert_eq!(end["params"]["value"]["message"], "cancelled");
    assert_eq!(world.engine.workspaces()[0].0.state().phase, Phase::Cancelled);
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_leaves_nothing_behind_however_it_happens() {
    let world = world("//- /a.rs\nfn alpha() {}\n");
    let gone =
        |engine: Engine| async move { until("the workspace is closed", || engine.workspaces().is_empty()).await };
    assert_eq!(world.window().await.leave().await, Ended::Properly);
    gone(world.engine.clone()).await;
    let mut abrupt = world.window().await;
    abrupt.send(&json!({ "jsonrpc": "2.0", "method": "exit" })).await;
    assert_eq!(abrupt.ended().await, Ended::Abruptly);
    gone(world.engine.clone()).await;
    let lost = world.window().await;
    lost.open(&world.uri("a.rs"), "rust", "fn unsaved() {}\n").await;
    assert_eq!(lost.vanish().await, Ended::Lost);
    gone(world.engine.clone()).await;
    let cut = world.window().await;
    cut.send_bytes(b"Content-Length: 1000\r\n\r\n{\"jsonrpc\":").await;
    assert_eq!(cut.vanish().await, Ended::Lost);
    gone(world.engine.clone()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_vanishes_takes_its_unsaved_text_with_it_and_leaves_the_other_windows() {
    let world = world("//- /a.rs\nfn saved() {}\n");
    let (mut one, two) = (world.window().await, world.window().await);
    let uri = world.uri("a.rs");
    one.open(&uri, "rust", "fn typed_in_one() {}\n").await;
    // The window that speaks last wins, so the second one waits until the first was heard.
    assert_eq!(one.find("typed_in_one").await, "a.rs");
    two.open(&uri, "rust", "fn typed_in_two() {}\n").await;
    assert_eq!(one.find("typed_in_two").await, "a.rs");
    two.vanish().await;
    assert_eq!(one.find("typed_in_one").await, "a.rs");
    let gone = json!({ "query": "typed_in_two", "mode": "exact" });
    assert_eq!(one.request("devmentor/search", gone).await.unwrap()["hits"], json!([]));
    assert_eq!(one.outline(&uri).await, ["typed_in_one"]);
    one.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folders_come_and_go() {
    let (first, second) = (world("//- /a.rs\nfn alpha() {}\n"), world("//- /b.rs\nfn beta() {}\n"));
    let mut client = first.window().await;
    let folder = json!({ "uri": second.uri(""), "name": "second" });
    client
        .notify("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [folder], "removed": [] } }))
        .await;
    let status = client.request("devmentor/status", json!({})).await.unwrap();
    assert_eq!(status["folders"].as_array().unwrap().len(), 2);
    first.indexed().await;
    let names = |found: Value| -> Vec<String> {
        found.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(client.request("workspace/symbol", json!({ "query": "beta" })).await.unwrap()), ["beta"]);
    let only = json!({ "query": "beta", "mode": "exact", "folder": first.uri("") });
    assert_eq!(client.request("devmentor/search", only).await.unwrap()["hits"], json!([]));
    let gone = json!({ "uri": first.uri(""), "name": "first" });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [], "removed": [gone] } })).await;
    assert_eq!(
        names(client.request("workspace/symbol", json!({ "query": "alpha" })).await.unwrap()),
        Vec::<String>::new()
    );
    let other = json!({ "uri": "ssh://elsewhere/c", "name": "c" });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [other], "removed": [] } })).await;
    assert_eq!(client.request("devmentor/status", json!({})).await.unwrap()["folders"].as_array().unwrap().len(), 1);
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_change_and_mistakes_in_them_are_logged() {
    let world = world("//- /a.rs\nfn alpha() { beta(); }\nfn beta() {}\n");
    let capabilities = json!({ "textDocument": {
        "definition": { "dynamicRegistration": true }, "references": { "dynamicRegistration": true } } });
    let mut client = world.window_with(capabilities, Value::Null).await;
    let uri = world.uri("a.rs");
    client.open(&uri, "rust", "fn alpha() { beta(); }\nfn beta() {}\n").await;
    assert_eq!(client.request("textDocument/definition", at(&uri, 0, 14)).await.unwrap(), Value::Null);
    let settings = json!({ "devmentor": { "codeIntelligence": "standalone", "logLevel": 7 } });
    client.notify("workspace/didChangeConfiguration", json!({ "settings": settings })).await;
    let log = client.wait_for("window/logMessage").await;
    assert!(log["params"]["message"].as_str().unwrap().starts_with("the setting `devmentor.logLevel` is"), "{log}");
    let registered = client.wait_for("client/registerCapability").await;
    assert_eq!(registered["params"]["registrations"].as_array().unwrap().len(), 4);
    let found = client.request("textDocument/definition", at(&uri, 0, 14)).await.unwrap();
    assert_eq!(found["range"]["start"]["line"], 1);
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_switched_off_is_neither_announced_nor_answered() {
    let world = world("//- /a.rs\n");
    let mut client = world.connect();
    let off = json!({ "off": ["documentSymbol"] });
    client.initialize(&[world.uri("")], json!({}), off).await;
    assert_eq!(client.agreed["capabilities"]["documentSymbolProvider"], Value::Null);
    assert_eq!(client.agreed["capabilities"]["hoverProvider"], true);
    let uri = world.uri("a.rs");
    client.open(&uri, "rust", "fn alpha() {}\n").await;
    let symbols = json!({ "textDocument": { "uri": uri } });
    assert_eq!(client.request("textDocument/documentSymbol", symbols.clone()).await.unwrap(), Value::Null);
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "off": [] } })).await;
    assert_eq!(client.request("textDocument/documentSymbol", symbols).await.unwrap()[0]["name"], "alpha");
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "off": ["hovering"] } })).await;
    let log = client.wait_for("window/logMessage").await;
    assert!(log["params"]["message"].as_str().unwrap().contains("is a list of `hover`, "), "{log}");
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_workspace_is_told_in_the_log_and_not_in_a_pop_up() {
    let world =
        world_with("//- /a.rs\n", |options| options.settings = Arc::new(|_| Err("devmentor.toml:3: wrong".to_owned())));
    let mut client = world.connect();
    client.initialize(&[world.uri("")], json!({}), Value::Null).await;
    let log = client.wait_for("window/logMessage").await;
    assert!(log["params"]["message"].as_str().unwrap().ends_with("devmentor.toml:3: wrong"), "{log}");
    assert!(client.take_all().iter().all(|message| message["method"] != "window/showMessage"));
    client.leave().await;
}
