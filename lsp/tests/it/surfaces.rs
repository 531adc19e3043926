//! What the surfaces say about a small workspace.

use expect_test::expect;
use serde_json::{Value, json};

use crate::support::{World, at, world};

const LIB: &str = "\
mod price;
use crate::price::total;

// TODO: rounding, see SHOP-12 and #7
pub fn checkout(prices: &[price::Price]) -> u64 {
    let all = total(prices);
    all + all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_costs_nothing() {
        assert_eq!(checkout(&[]), 0);
    }
}
";

const PRICE: &str = "\
pub struct Price {
    pub cents: u64,
}

pub fn total(prices: &[Price]) -> u64 {
    let mut sum = 0;
    for price in prices {
        if price.cents > 0 {
            sum += price.cents;
        }
    }
    sum
}
";

fn shop() -> World {
    let copy = PRICE.replace("total", "sum_of_all");
    let world = world(&format!("//- /src/lib.rs\n{LIB}//- /src/price.rs\n{PRICE}//- /src/copy.rs\n{copy}"));
    world.git(&["init", "-q"]);
    world.git(&["add", "."]);
    world.git(&["commit", "-q", "-m", "Open the shop"]);
    world.git(&["remote", "add", "origin", "git@github.com:o/shop.git"]);
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hover_says_uses_tests_and_the_last_change_and_null_when_there_is_nothing() {
    let world = shop();
    let mut client = world.window().await;
    let uri = world.uri("src/price.rs");
    client.open(&uri, "rust", PRICE).await;
    let complete = |hover: &Value| {
        let text = hover["contents"]["value"].as_str().unwrap_or("");
        text.contains("call") && text.contains("Last change")
    };
    let hover = client.request_until("textDocument/hover", at(&uri, 4, 9), complete).await;
    expect![[r#"
        1 call in 1 file  
        Tested by `nothing_costs_nothing`  
        Last change just now by Ada: Open the shop"#]]
    .assert_eq(hover["contents"]["value"].as_str().unwrap());
    assert_eq!(hover["range"]["start"], json!({ "line": 4, "character": 7 }));
    let lib = world.uri("src/lib.rs");
    client.open(&lib, "rust", LIB).await;
    let there = client.request("textDocument/hover", at(&lib, 5, 16)).await.unwrap();
    assert!(there["contents"]["value"].as_str().unwrap().starts_with("1 call in 1 file"), "{there}");
    assert_eq!(client.request("textDocument/hover", at(&lib, 2, 0)).await.unwrap(), Value::Null);
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn code_actions_are_lazy_filtered_and_quiet() {
    let world = shop();
    let lazy = json!({ "textDocument": { "codeAction": {
        "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } },
        "dataSupport": true, "resolveSupport": { "properties": ["command"] } } } });
    let mut client = world.window_with(lazy, Value::Null).await;
    let uri = world.uri("src/lib.rs");
    client.open(&uri, "rust", LIB).await;
    let ask = |line: u32, context: Value| {
        let place = json!({ "line": line, "character": 4 });
        json!({ "textDocument": { "uri": world.uri("src/lib.rs") }, "range": { "start": place, "end": place }, "context": context })
    };
    let titles = |actions: &Value| -> Vec<String> {
        actions
            .as_array()
            .into_iter()
            .flatten()
            .map(|action| format!("{} [{}]", action["title"].as_str().unwrap(), action["kind"].as_str().unwrap_or("")))
            .collect()
    };
    let invoked = client
        .request("textDocument/codeAction", ask(5, json!({ "diagnostics": [], "triggerKind": 1 })))
        .await
        .unwrap();
    expect![[r#"
        Find code similar to `checkout` [devmentor.similar]
        Show callers of `checkout` [devmentor.callers]
        Copy permalink to line 6 [devmentor.permalink]"#]]
    .assert_eq(&titles(&invoked).join("\n"));
    assert!(
        invoked.as_array().unwrap().iter().all(|action| action.get("command").is_none()),
        "commands come when they are chosen"
    );
    let resolved = client.request("codeAction/resolve", invoked[0].clone()).await.unwrap();
    assert_eq!(resolved["command"]["command"], "devmentor.findSimilar");
    let automatic = client
        .request("textDocument/codeAction", ask(5, json!({ "diagnostics": [], "triggerKind": 2 })))
        .await
        .unwrap();
    assert_eq!(automatic, Value::Null, "no light bulb on every line");
    let todo = client
        .request("textDocument/codeAction", ask(3, json!({ "diagnostics": [], "triggerKind": 2 })))
        .await
        .unwrap();
    assert_eq!(titles(&todo), ["Create a task from this TODO [devmentor.task]"]);
    let only = client
        .request("textDocument/codeAction", ask(5, json!({ "diagnostics": [], "only": ["devmentor.callers"] })))
        .await
        .unwrap();
    assert_eq!(titles(&only), ["Show callers of `checkout` [devmentor.callers]"]);
    let other = client
        .request("textDocument/codeAction", ask(5, json!({ "diagnostics": [], "only": ["quickfix"] })))
        .await
        .unwrap();
    assert_eq!(other, Value::Null);
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_give_results_and_say_them_to_clients_without_a_plugin() {
    let world = shop();
    let mut client = world.window_with(json!({}), json!({ "clientCommands": ["devmentor.findSimilar"] })).await;
    let uri = world.uri("src/price.rs");
    client.open(&uri, "rust", PRICE).await;
    let arguments = |first: u32, last: u32| {
        json!([{ "textDocument": { "uri": world.uri("src/price.rs") },
            "range": { "start": { "line": first, "character": 7 }, "end": { "line": last, "character": 1 } } }])
    };
    let run = |command: &str, arguments: Value| json!({ "command": command, "arguments": arguments });
    let url =
        client.request("workspace/executeCommand", run("devmentor.copyPermalink", arguments(4, 12))).await.unwrap();
    let url = url["url"].as_str().unwrap();
    assert!(url.starts_with("https://github.com/o/shop/blob/") && url.ends_with("/src/price.rs#L5-L13"), "{url}");
    let shown = client.wait_for("window/showMessage").await;
    assert_eq!(shown["params"]["message"], url);
    let similar =
        client.request("workspace/executeCommand", run("devmentor.findSimilar", arguments(4, 12))).await.unwrap();
    assert_eq!(similar["items"][0]["found"]["path"], "src/copy.rs");
    assert!(similar["items"][0]["overlap"].as_f64().unwrap() > 0.7);
    let callers =
        client.request("workspace/executeCommand", run("devmentor.showCallers", arguments(4, 4))).await.unwrap();
    assert_eq!(callers["symbols"][0]["callers"][0]["symbol"]["name"], "checkout");
    let shown = client.wait_for("window/showMessage").await;
    assert!(shown["params"]["message"].as_str().unwrap().starts_with("Callers of total:\ncheckout  "), "{shown}");
    let error =
        client.request("workspace/executeCommand", run("devmentor.createTask", arguments(4, 4))).await.unwrap_err();
    assert!(error["message"].as_str().unwrap().starts_with("this process works without boards"), "{error}");
    let error = client.request("workspace/executeCommand", run("rm", json!([]))).await.unwrap_err();
    assert_eq!(error["code"], -32602);
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn symbols_of_the_workspace_are_resolved_when_chosen() {
    let world = shop();
    let lazy = json!({ "workspace": { "symbol": { "resolveSupport": { "properties": ["location.range"] } } } });
    let mut client = world.window_with(lazy, Value::Null).await;
    let found = client.request("workspace/symbol", json!({ "query": "total" })).await.unwrap();
    assert_eq!(found[0]["name"], "total");
    assert_eq!(
        found[0]["location"],
        json!({ "uri": world.uri("src/price.rs") }),
        "the range costs a look into the file"
    );
    let resolved = client.request("workspaceSymbol/resolve", found[0].clone()).await.unwrap();
    assert_eq!(resolved["location"]["range"]["start"], json!({ "line": 4, "character": 7 }));
    let error = client
        .request("workspaceSymbol/resolve", json!({ "name": "x", "kind": 12, "location": { "uri": "file:///x" } }))
        .await;
    assert_eq!(error.unwrap_err()["code"], -32602);
    client.leave().await;
    let mut plain = world.window().await;
    let found = plain.request("workspace/symbol", json!({ "query": "total" })).await.unwrap();
    assert_eq!(found[0]["location"]["range"]["start"]["line"], 4);
    plain.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_folds_selections_and_highlights() {
    let world = shop();
    let mut client = world.window_with(json!({}), json!({ "taskUrl": "https://tasks.example/{key}" })).await;
    let uri = world.uri("src/lib.rs");
    client.open(&uri, "rust", LIB).await;
    let document = json!({ "textDocument": { "uri": uri } });
    let links = client
        .request_until("textDocument/documentLink", document.clone(), |links| {
            links.as_array().is_some_and(|links| links.len() == 2)
        })
        .await;
    let targets: Vec<&str> = links.as_array().unwrap().iter().map(|link| link["target"].as_str().unwrap()).collect();
    assert_eq!(targets, ["https://tasks.example/SHOP-12", "https://github.com/o/shop/issues/7"]);
    let folds = client.request("textDocument/foldingRange", document).await.unwrap();
    assert!(folds.as_array().unwrap().contains(&json!({ "startLine": 4, "endLine": 7 })), "{folds}");
    let ask = json!({ "textDocument": { "uri": uri }, "positions": [{ "line": 5, "character": 9 }] });
    let selection = client.request("textDocument/selectionRange", ask).await.unwrap();
    let mut widths = Vec::new();
    let mut next = &selection[0];
    while next.is_object() {
        let lines = next["range"]["end"]["line"].as_u64().unwrap() - next["range"]["start"]["line"].as_u64().unwrap();
        widths.push(lines);
        next = &next["parent"];
    }
    assert!(widths.len() > 3 && widths.is_sorted() && widths.last() == Some(&18), "{widths:?}");
    let marks = client.request("textDocument/documentHighlight", at(&uri, 6, 5)).await.unwrap();
    let lines: Vec<u64> =
        marks.as_array().unwrap().iter().map(|mark| mark["range"]["start"]["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [5, 6, 6]);
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn diagnostics_come_only_when_they_are_wanted_and_go_with_the_document() {
    let world = shop();
    let mut client = world.window().await;
    let uri = world.uri("src/price.rs");
    client.open(&uri, "rust", PRICE).await;
    client.outline(&uri).await;
    let settings = json!({ "devmentor": { "diagnostics": { "complexity": 2, "duplicates": true } } });
    client.notify("workspace/didChangeConfiguration", json!({ "settings": settings })).await;
    let told = client.wait_for("textDocument/publishDiagnostics").await;
    let found = told["params"]["diagnostics"].as_array().unwrap();
    let messages: Vec<&str> = found.iter().map(|it| it["message"].as_str().unwrap()).collect();
    expect![[r#"
        hard to read: cognitive complexity 3 (the limit is 2)
        86 % the same as sum_of_all in src/copy.rs:5"#]]
    .assert_eq(&messages.join("\n"));
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } })).await;
    let gone = client.wait_for("textDocument/publishDiagnostics").await;
    assert_eq!(gone["params"]["diagnostics"], json!([]));
    client.leave().await;
}
