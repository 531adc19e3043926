//! The server's text is the client's text, whatever is typed and however positions are counted.

use serde_json::{Value, json};

use crate::support::{at, world};

fn encoding(name: &str) -> Value {
    json!({ "general": { "positionEncodings": [name] }, "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } } })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn positions_are_counted_as_agreed() {
    let world = world("//- /a.rs\n");
    let text = "/* 😀é */ fn before() {}\r\nfn next() {}\r\n";
    for (name, column) in [("utf-8", 16), ("utf-16", 13), ("utf-32", 12)] {
        let mut client = world.window_with(encoding(name), Value::Null).await;
        assert_eq!(client.agreed["capabilities"]["positionEncoding"], name);
        let uri = world.uri("a.rs");
        client.open(&uri, "rust", text).await;
        let symbols =
            client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } })).await.unwrap();
        assert_eq!(symbols[0]["selectionRange"]["start"], json!({ "line": 0, "character": column }), "{name}");
        client.edit(&uri, 2, [0, column, 0, column + 6], "after😀").await;
        client.edit(&uri, 3, [1, 3, 1, 7], "last").await;
        assert_eq!(client.outline(&uri).await.last().unwrap(), "last", "{name}");
        client.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn impossible_edits_are_the_nearest_possible_ones() {
    let world = world("//- /a.rs\n");
    let mut client = world.window().await;
    let uri = world.uri("a.rs");
    client.open(&uri, "rust", "fn one() {}\n").await;
    client.edit(&uri, 2, [u32::MAX, u32::MAX, u32::MAX, u32::MAX], "fn two() {}\n").await;
    assert_eq!(client.outline(&uri).await, ["one", "two"]);
    client.edit(&uri, 3, [1, 6, 1, 3], "three").await;
    assert_eq!(client.outline(&uri).await, ["one", "three"], "a range from back to front");
    client.edit(&uri, 4, [0, 0, 99, 0], "").await;
    assert_eq!(client.outline(&uri).await, Vec::<String>::new());
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_changes_in_one_message_follow_each_other() {
    let world = world("//- /a.rs\n");
    let mut client = world.window().await;
    let uri = world.uri("a.rs");
    client.open(&uri, "rust", "").await;
    let zero = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } });
    let changes = json!([
        { "text": "fn whole() {}\n" },
        { "range": zero, "text": "fn first() {}\n" },
        { "range": zero, "text": "fn zeroth() {}\n" },
    ]);
    let params = json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": changes });
    client.notify("textDocument/didChange", params).await;
    assert_eq!(client.outline(&uri).await, ["zeroth", "first", "whole"]);
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_version_is_logged_and_mended_by_reading_again() {
    let world = world("//- /a.rs\nfn saved() {}\n");
    let mut client = world.window().await;
    let uri = world.uri("a.rs");
    client.open(&uri, "rust", "fn saved() {}\n").await;
    client.edit(&uri, 7, [0, 3, 0, 8], "typed").await;
    assert_eq!(client.outline(&uri).await, ["typed"]);
    client.edit(&uri, 3, [0, 3, 0, 8], "lost").await;
    let log = client.wait_for("window/logMessage").await;
    assert!(log["params"]["message"].as_str().unwrap().contains("came as version 3 after version 7"), "{log}");
    assert_eq!(client.outline(&uri).await, ["saved"], "the disk counts, for nothing else is certain");
    let saved = json!({ "textDocument": { "uri": uri }, "text": "fn again() {}\n" });
    client.notify("textDocument/didSave", saved).await;
    client.edit(&uri, 8, [0, 3, 0, 8], "right").await;
    assert_eq!(client.outline(&uri).await, ["right"], "since the save the text is certain again");
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_of_what_was_never_opened_and_opening_twice_are_survived() {
    let world = world("//- /a.rs\nfn saved() {}\n");
    let mut client = world.window().await;
    let uri = world.uri("a.rs");
    client.edit(&uri, 2, [0, 3, 0, 8], "typed").await;
    assert_eq!(client.outline(&uri).await, ["saved"]);
    client.open(&uri, "rust", "fn opened() {}\n").await;
    client.open(&uri, "rust", "fn twice() {}\n").await;
    assert_eq!(client.outline(&uri).await, ["twice"]);
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } })).await;
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } })).await;
    assert_eq!(client.outline(&uri).await, Vec::<String>::new(), "what is closed has no outline");
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn untitled_documents_work_and_other_schemes_are_ignored_politely() {
    let world = world("//- /a.rs\n");
    let mut client = world.window().await;
    client.open("untitled:Untitled-1", "rust", "// TODO: x\nfn fresh() {}\n").await;
    assert_eq!(client.outline("untitled:Untitled-1").await, ["fresh"]);
    assert_eq!(client.request("textDocument/hover", at("untitled:Untitled-1", 1, 4)).await.unwrap(), Value::Null);
    client.open("git:/a.rs?ref=HEAD", "rust", "fn old() {}\n").await;
    assert_eq!(client.outline("git:/a.rs?ref=HEAD").await, ["old"]);
    assert_eq!(client.request("textDocument/hover", at("output:x", 0, 0)).await.unwrap(), Value::Null);
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renamed_and_deleted_files_are_followed() {
    let world = world("//- /a.rs\nfn alpha() {}\n");
    let mut client = world.window().await;
    std::fs::rename(world.root().join("a.rs"), world.root().join("b.rs")).unwrap();
    let files = json!([{ "oldUri": world.uri("a.rs"), "newUri": world.uri("b.rs") }]);
    client.notify("workspace/didRenameFiles", json!({ "files": files })).await;
    let query = json!({ "query": "alpha", "mode": "exact" });
    client.request_until("devmentor/search", query, |found| found["hits"][0]["path"] == "b.rs").await;
    client.leave().await;
}
