//! Much at once: nothing is lost, nothing is out of order, nothing stalls.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::{at, world};

/// Edits that only give the right text when each is applied after the one before it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_thousand_edits_are_applied_in_their_order() {
    const EDITS: u32 = 50_000;
    let world = world("//- /a.rs\n");
    let mut client = world.window().await;
    let uri = world.uri("a.rs");
    client.open(&uri, "rust", "fn n0() {}\n").await;
    let mut digits = 1;
    let mut asked = Vec::new();
    for n in 1..=EDITS {
        // Replaces the number that the edit before it has written.
        client.edit(&uri, n as i32 + 1, [0, 4, 0, 4 + digits], &n.to_string()).await;
        digits = n.to_string().len() as u32;
        if n % 5_000 == 0 {
            asked.push((
                n,
                client.begin("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } })).await,
            ));
        }
    }
    assert_eq!(client.outline(&uri).await, [format!("n{EDITS}")]);
    for (n, id) in asked {
        match client.answer(id).await {
            Ok(symbols) => assert_eq!(symbols[0]["name"], format!("n{n}"), "a request sees what was sent before it"),
            Err(error) => assert_eq!(error["code"], -32801, "or it is told that the text has changed: {error}"),
        }
    }
    client.leave().await;
}

/// The client reads nothing and answers nothing until everything is sent; the server asks it for things meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_slow_requests_are_all_answered_and_quick_ones_do_not_wait_for_them() {
    const REQUESTS: usize = 2_000;
    let files: String = (0..50).map(|n| format!("//- /f{n}.rs\nfn name_{n}() {{ other_{n}(); }}\n")).collect();
    let world = world(&files);
    let capabilities = json!({ "window": { "workDoneProgress": true }, "workspace": { "configuration": true } });
    let mut client = world.window_with(capabilities, Value::Null).await;
    let uri = world.uri("f1.rs");
    client.open(&uri, "rust", "fn name_1() { other_1(); }\n").await;
    let mut ids = HashSet::new();
    for n in 0..REQUESTS {
        let slow = json!({ "query": format!("n[a-z]+_{}\\(", n % 50), "mode": "regex" });
        ids.insert(client.begin("devmentor/search", slow).await);
        if n % 200 == 0 {
            // The server asks the client for its settings.
            client.notify("workspace/didChangeConfiguration", json!({ "settings": null })).await;
        }
    }
    let quick = client.begin("textDocument/hover", at(&uri, 0, 4)).await;
    let first = client.wait("an answer", |message| message["id"] == quick && message.get("method").is_none()).await;
    assert!(first.get("error").is_none());
    let answered_before = client.take_all();
    let mut seen = HashSet::new();
    let mut take = |message: &Value| {
        if message.get("method").is_none() {
            assert!(message.get("error").is_none(), "{message}");
            assert!(seen.insert(message["id"].as_i64().unwrap()), "answered twice: {message}");
        }
        seen.len()
    };
    let mut count = 0;
    for message in &answered_before {
        count = take(message);
    }
    assert!(count < REQUESTS, "the quick request did not wait for all of the slow ones");
    while count < REQUESTS {
        let message = client.wait("the other answers", |message| message.get("method").is_none()).await;
        count = take(&message);
    }
    assert_eq!(seen, ids);
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelled_requests_are_answered_once_as_cancelled() {
    let files: String = (0..50).map(|n| format!("//- /f{n}.rs\nfn name_{n}() {{}}\n")).collect();
    let world = world(&files);
    let mut client = world.window().await;
    let mut ids = Vec::new();
    for _ in 0..200 {
        ids.push(client.begin("devmentor/search", json!({ "query": "name", "mode": "regex" })).await);
    }
    for id in &ids {
        client.notify("$/cancelRequest", json!({ "id": id })).await;
    }
    let mut cancelled = 0;
    for id in ids {
        match client.answer(id).await {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error["code"], -32800);
                cancelled += 1;
            }
        }
    }
    assert!(cancelled > 0, "some were still waiting");
    client.request("devmentor/status", json!({})).await.unwrap();
    assert!(client.take_all().iter().all(|message| message.get("method").is_some()), "no second answers");
    client.leave().await;
}
