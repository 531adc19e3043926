//! Clients that send rubbish, too much, too little, or nothing any more. The server answers with the protocol's error or goes on; it never dies, and
//! never touches another window's state.

use std::time::Duration;

use lsp::{Ended, ServeOptions};
use serde_json::{Value, json};

use crate::support::{Client, at, until, world};

/// Whether a window still works, and still has its text.
async fn works(client: &mut Client, uri: &str) {
    assert_eq!(client.outline(uri).await, ["mine"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_headers_and_bodies_are_answered_and_passed_over() {
    let world = world("//- /a.rs\n");
    let (mut client, mut other) = (world.window().await, world.window().await);
    let uri = world.uri("a.rs");
    client.open(&uri, "rust", "fn mine() {}\n").await;
    other.open(&uri, "rust", "fn mine() {}\n").await;
    for rubbish in [
        &b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..],
        b"Content-Length: abc\r\n\r\n",
        b"Content-Length: 1\r\n\r\n{",
        b"Content-Length: 4\r\n\r\n\xff\xfe\xfd\xfc",
        b"Content-Length: 2\r\n\r\n[]",
        b"Content-Length: 0\r\n\r\n",
        b"Content-Length: 34\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":12345678}",
    ] {
        client.send_bytes(rubbish).await;
        let error = client.wait("an error", |message| message.get("error").is_some()).await;
        assert_eq!(error["id"], Value::Null);
        assert!([-32700, -32600].contains(&error["error"]["code"].as_i64().unwrap()), "{error}");
        works(&mut client, &uri).await;
    }
    works(&mut other, &uri).await;
    client.leave().await;
    other.leave().await;
}

/// Every request and notification that the server knows.
const METHODS: &[&str] = &[
    "textDocument/hover",
    "textDocument/codeAction",
    "codeAction/resolve",
    "workspace/symbol",
    "workspaceSymbol/resolve",
    "textDocument/documentSymbol",
    "textDocument/documentLink",
    "textDocument/foldingRange",
    "textDocument/selectionRange",
    "textDocument/documentHighlight",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/implementation",
    "textDocument/prepareCallHierarchy",
    "callHierarchy/incomingCalls",
    "callHierarchy/outgoingCalls",
    "workspace/executeCommand",
    "devmentor/search",
    "devmentor/similar",
    "devmentor/status",
    "devmentor/graph",
];
const NOTIFICATIONS: &[&str] = &[
    "initialized",
    "textDocument/didOpen",
    "textDocument/didChange",
    "textDocument/didSave",
    "textDocument/didClose",
    "workspace/didChangeConfiguration",
    "workspace/didChangeWorkspaceFolders",
    "workspace/didChangeWatchedFiles",
    "workspace/didCreateFiles",
    "workspace/didRenameFiles",
    "workspace/didDeleteFiles",
    "window/workDoneProgress/cancel",
    "$/cancelRequest",
    "$/setTrace",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_types_in_every_parameter_are_errors_and_nothing_else() {
    let world = world("//- /a.rs\n");
    let mut client = world.window().await;
    let uri = world.uri("a.rs");
    client.open(&uri, "rust", "fn mine() {}\n").await;
    let place = json!({ "line": 0, "character": 4 });
    let range = json!({ "start": place, "end": place });
    let item = json!({ "name": "x", "kind": 12, "uri": uri, "range": range, "selectionRange": range });
    let whole = json!({
        "textDocument": { "uri": uri, "version": 2, "languageId": "rust", "text": "fn mine() {}\n" },
        "position": place, "positions": [place], "range": range, "context": { "diagnostics": [], "includeDeclaration": true },
        "query": "x", "command": "devmentor.showCallers", "arguments": [], "item": item, "symbol": "mine",
        "contentChanges": [{ "range": range, "text": "" }], "event": { "added": [], "removed": [] },
        "changes": [{ "uri": uri, "type": 1 }], "files": [{ "uri": uri, "oldUri": uri, "newUri": uri }], "settings": {},
        "title": "x", "name": "x", "kind": 12, "location": { "uri": uri }, "token": 1, "id": 999_999, "value": "off",
    });
    let wrong = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!("x"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({ "uri": "::" }),
    ];
    let mut expected = 0;
    for key in whole.as_object().unwrap().keys() {
        for value in &wrong {
            let mut params = whole.clone();
            params[key] = value.clone();
            for method in METHODS {
                client.begin(method, params.clone()).await;
                expected += 1;
            }
            for method in
                NOTIFICATIONS.iter().filter(|method| !method.ends_with("didOpen") && !method.ends_with("didClose"))
            {
                // An edit with valid parameters would be one.
                if *method != "textDocument/didChange" || ["textDocument", "contentChanges"].contains(&key.as_str()) {
                    client.notify(method, params.clone()).await;
                }
            }
        }
    }
    for params in &wrong {
        for method in METHODS.iter().chain(NOTIFICATIONS) {
            client.begin(method, params.clone()).await;
            expected += 1;
        }
    }
    let mut answers = 0;
    while answers < expected {
        let answer = client.wait("every answer", |message| message.get("method").is_none()).await;
        assert_ne!(answer["error"]["code"], -32603, "a fault: {answer}");
        answers += 1;
    }
    assert_eq!(client.outline(&uri).await.len(), 1);
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_early_too_late_unknown_and_twice() {
    let world = world("//- /a.rs\n");
    let mut client = world.connect();
    assert_eq!(client.request("textDocument/hover", at("file:///a", 0, 0)).await.unwrap_err()["code"], -32002);
    client.notify("textDocument/didOpen", json!({})).await;
    client.initialize(&[world.uri("")], json!({}), Value::Null).await;
    assert_eq!(client.request("initialize", json!({ "capabilities": {} })).await.unwrap_err()["code"], -32600);
    assert_eq!(client.request("textDocument/unheardOf", json!({})).await.unwrap_err()["code"], -32601);
    client.notify("$/unheardOf", json!({})).await;
    // Two slow requests with one number: each is answered, the second with an error or a result of its own.
    let twice = json!({ "jsonrpc": "2.0", "id": "twice", "method": "devmentor/status", "params": {} });
    client.send(&twice).await;
    client.send(&twice).await;
    for _ in 0..2 {
        client.wait("both answers", |message| message["id"] == "twice").await;
    }
    client.send(&json!({ "jsonrpc": "2.0", "id": 424_242, "result": {} })).await;
    client.request("shutdown", Value::Null).await.unwrap();
    assert_eq!(client.request("textDocument/hover", at("file:///a", 0, 0)).await.unwrap_err()["code"], -32600);
    assert_eq!(client.request("shutdown", Value::Null).await.unwrap_err()["code"], -32600);
    client.send(&json!({ "jsonrpc": "2.0", "method": "exit" })).await;
    assert_eq!(client.ended().await, Ended::Properly);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_of_fifty_megabytes() {
    let world = world("//- /a.rs\nfn small() {}\n");
    let (mut client, mut other) = (world.window().await, world.window().await);
    let small = world.uri("a.rs");
    other.open(&small, "rust", "fn mine() {}\n").await;
    let uri = world.uri("big.rs");
    let line = "fn mine() { let x = 1; }\n";
    client.open(&uri, "rust", &line.repeat((50 << 20) / line.len())).await;
    works(&mut other, &small).await;
    client.edit(&uri, 2, [1_000_000, 0, 1_000_000, 2], "pub fn").await;
    assert_eq!(client.outline(&uri).await, Vec::<String>::new(), "nothing so large is parsed");
    assert_eq!(client.request("textDocument/hover", at(&uri, 5, 4)).await.unwrap(), Value::Null);
    // Small again: all as usual.
    client.edit(&uri, 3, [1, 0, u32::MAX, 0], "").await;
    works(&mut client, &uri).await;
    client.leave().await;
    other.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_nothing_is_let_go_and_the_others_do_not_notice() {
    let world = world("//- /a.rs\n");
    let mut other = world.window().await;
    let uri = world.uri("a.rs");
    other.open(&uri, "rust", "fn mine() {}\n").await;
    let options = ServeOptions { patience: Duration::from_millis(300), ..ServeOptions::default() };
    let mut deaf = world.connect_with(options, 4_096);
    deaf.initialize(&[world.uri("")], json!({}), Value::Null).await;
    deaf.stop_reading();
    let asking = async {
        for _ in 0..100_000 {
            deaf.begin("devmentor/status", json!({})).await;
        }
    };
    // The pipe to the server fills, or the server has left.
    let _ = tokio::time::timeout(Duration::from_secs(5), asking).await;
    assert_eq!(deaf.ended().await, Ended::Lost);
    works(&mut other, &uri).await;
    other.leave().await;
    until("the workspace is closed", || world.engine.workspaces().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_at_once_are_all_answered() {
    let world = world("//- /a.rs\nfn mine() {}\n");
    let mut client = world.window().await;
    let uri = world.uri("a.rs");
    client.open(&uri, "rust", "fn mine() {}\n").await;
    let mut ids = Vec::new();
    for n in 0..1_000 {
        let method = ["textDocument/hover", "textDocument/documentHighlight"][n % 2];
        ids.push(client.begin(method, at(&uri, 0, 4)).await);
    }
    for id in ids {
        client.answer(id).await.unwrap();
    }
    client.leave().await;
}

/// A conversation as editors have it, to be broken.
fn conversation(uri: &str) -> Vec<Value> {
    let place = json!({ "line": 0, "character": 4 });
    let range = json!({ "start": place, "end": { "line": 0, "character": 6 } });
    let document = json!({ "uri": uri });
    let call = |id: i64, method: &str, params: Value| json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
    let tell = |method: &str, params: Value| json!({ "jsonrpc": "2.0", "method": method, "params": params });
    vec![
        tell(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": uri, "languageId": "rust", "version": 1, "text": "fn f() {\r\n  g(\"😀\")\r\n}\n" } }),
        ),
        call(2, "textDocument/hover", json!({ "textDocument": document, "position": place })),
        tell(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": [{ "range": range, "text": "é\n" }] }),
        ),
        call(
            3,
            "textDocument/codeAction",
            json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } }),
        ),
        call(4, "textDocument/documentSymbol", json!({ "textDocument": document })),
        call(5, "devmentor/search", json!({ "query": "f", "mode": "exact" })),
        tell("$/cancelRequest", json!({ "id": 5 })),
        tell("textDocument/didSave", json!({ "textDocument": document, "text": "fn f() {}\n" })),
        tell(
            "workspace/didChangeConfiguration",
            json!({ "settings": { "devmentor": { "diagnostics": { "complexity": 1 } } } }),
        ),
        tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] })),
        tell("textDocument/didClose", json!({ "textDocument": document })),
    ]
}

/// A small generator of random numbers (SplitMix64), so that a failing seed can be run again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}

/// Breaks a conversation: bytes, messages, their order, their length.
fn mutate(messages: &[Value], random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut order: Vec<usize> = (0..messages.len()).collect();
    if random.below(3) == 0 {
        let (a, b) = (random.below(order.len()), random.below(order.len()));
        order.swap(a, b);
    }
    for index in order {
        let mut body = messages[index].to_string().into_bytes();
        match random.below(12) {
            0 => {
                let at = random.below(body.len());
                body[at] = random.below(256) as u8;
            }
            1 => body.truncate(random.below(body.len())),
            2 => {
                let at = random.below(body.len());
                body.insert(at, b"{}[]\",:0-\\"[random.below(10)]);
            }
            3 => {
                // A number becomes another one, a text may become a number.
                let digits: Vec<usize> = (0..body.len()).filter(|&at| body[at].is_ascii_digit()).collect();
                if let Some(&at) = digits.get(random.below(digits.len())) {
                    body.splice(
                        at..=at,
                        ["-1", "4294967296", "99999999999999999999", "1.5", "null"][random.below(5)].bytes(),
                    );
                }
            }
            _ => {}
        }
        let length = match random.below(40) {
            0 => random.below(3 * body.len()),
            _ => body.len(),
        };
        bytes.extend_from_slice(format!("Content-Length: {length}\r\n\r\n").as_bytes());
        bytes.extend_from_slice(&body);
    }
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_broken_conversations() {
    const CONVERSATIONS: u64 = 10_000;
    /// So many of them share a connection: what one breaks the next one meets.
    const SHARED: u64 = 500;
    let world = world("//- /a.rs\nfn saved() {}\n");
    let mut witness = world.window().await;
    let mine = world.uri("mine.rs");
    witness.open(&mine, "rust", "fn mine() {}\n").await;
    let messages = conversation(&world.uri("a.rs"));
    for block in 0..CONVERSATIONS / SHARED {
        let client = world.window().await;
        for seed in block * SHARED..(block + 1) * SHARED {
            client.send_bytes(&mutate(&messages, &mut Random(seed))).await;
        }
        // A length that was too long may still wait for its body.
        client.send_bytes(&b" ".repeat(4_096)).await;
        client.send(&json!({ "jsonrpc": "2.0", "id": "alive", "method": "devmentor/status", "params": {} })).await;
        let answer = client.wait("the server lives", |message| message["id"] == "alive").await;
        assert!(answer.get("result").is_some(), "block {block}: {answer}");
        assert!(client.take_all().iter().all(|message| message["error"]["code"] != -32603), "block {block}: a fault");
        client.vanish().await;
        works(&mut witness, &mine).await;
    }
    witness.leave().await;
}
