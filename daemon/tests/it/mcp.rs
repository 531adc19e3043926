//! `devmentor mcp` with a client of the protocol's authors.

use std::process::Stdio;

use rmcp::ServiceExt;
use rmcp::model::{CallToolRequestParams, GetPromptRequestParams, ReadResourceRequestParams};
use rmcp::service::{RoleClient, RunningService};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::support::{Workspace, fixture, kill};

fn small() -> Workspace {
    fixture(
        r#"
//- /src/lib.rs
/// Retries a request that failed.
pub fn retry_request(times: u32) -> bool {
    send(times)
}

fn send(times: u32) -> bool {
    times > 0
}

fn everything() {
    retry_request(3);
}
"#,
    )
}

struct Agent {
    client: RunningService<RoleClient, ()>,
    _process: Child,
}

impl Agent {
    async fn start(workspace: &Workspace, arguments: &[&str]) -> Agent {
        let mut command = Command::from(workspace.command(arguments));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let streams = (process.stdout.take().unwrap(), process.stdin.take().unwrap());
        Agent { client: ().serve(streams).await.unwrap(), _process: process }
    }

    /// Calls a tool. Gives its text, and whether it is an error.
    async fn call(&self, tool: &'static str, arguments: Value) -> (String, bool) {
        let request = CallToolRequestParams::new(tool).with_arguments(arguments.as_object().unwrap().clone());
        let result = self.client.call_tool(request).await.unwrap();
        let text =
            result.content.iter().filter_map(|content| content.as_text()).map(|text| text.text.as_str()).collect();
        (text, result.is_error == Some(true))
    }

    async fn answer(&self, tool: &'static str, arguments: Value) -> String {
        let (text, failed) = self.call(tool, arguments).await;
        assert!(!failed, "{text}");
        text
    }

    async fn refusal(&self, tool: &'static str, arguments: Value) -> String {
        let (text, failed) = self.call(tool, arguments).await;
        assert!(failed, "{text}");
        text
    }
}

async fn answers_every_question(arguments: &[&str]) {
    let workspace = small();
    let agent = Agent::start(&workspace, arguments).await;
    let server = agent.client.peer_info().unwrap().clone();
    assert!(server.instructions.clone().unwrap().contains("Begin with `repo_map`"));
    let mut tools: Vec<_> = agent.client.list_all_tools().await.unwrap();
    tools.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(
        tools.iter().map(|tool| tool.name.as_ref()).collect::<Vec<_>>(),
        [
            "callers",
            "comment_task",
            "create_task",
            "list_tasks",
            "move_task",
            "outline",
            "read_task",
            "repo_map",
            "search",
            "symbols"
        ]
    );
    for tool in &tools {
        assert!(tool.description.as_ref().is_some_and(|text| text.len() > 60), "{}", tool.name);
        let changes = ["comment_task", "create_task", "move_task"].contains(&&*tool.name);
        assert_eq!(tool.annotations.as_ref().unwrap().read_only_hint, Some(!changes), "{}", tool.name);
        for (name, property) in tool.input_schema["properties"].as_object().unwrap() {
            assert!(property.to_string().contains("description"), "{}.{name} is not described", tool.name);
        }
    }

    let found = agent.answer("search", json!({ "query": "where are failed requests retried" })).await;
    assert!(found.starts_with("src/lib.rs:1-4  function retry_request\n"), "{found}");
    let symbols = agent.answer("symbols", json!({ "name": "retryReq" })).await;
    assert_eq!(symbols, "function retry_request  src/lib.rs:2-4\n");
    let callers = agent.answer("callers", json!({ "symbol": "retry_request" })).await;
    assert!(callers.contains("= everything  src/lib.rs:11") && callers.contains("send  src/lib.rs:6"), "{callers}");
    let outline = agent.answer("outline", json!({ "path": "src/lib.rs" })).await;
    assert!(outline.contains("        2-4 function pub fn retry_request(times: u32) -> bool"), "{outline}");
    let map = agent.answer("repo_map", json!({ "tokens": 100 })).await;
    assert!(map.contains("src/lib.rs:\n") && map.contains("retry_request"), "{map}");

    let resources = agent.client.list_all_resources().await.unwrap();
    let map = agent.client.read_resource(ReadResourceRequestParams::new(resources[0].uri.clone())).await.unwrap();
    assert!(format!("{map:?}").contains("retry_request"), "{map:?}");
    let prompts = agent.client.list_all_prompts().await.unwrap();
    assert_eq!(prompts.len(), 3);
    assert!(prompts.iter().all(|prompt| prompt.description.is_some()));
    let asked = json!({ "symbol": "send" }).as_object().unwrap().clone();
    let prompt = agent.client.get_prompt(GetPromptRequestParams::new("explain").with_arguments(asked)).await.unwrap();
    assert!(format!("{prompt:?}").contains("Explain `send`"), "{prompt:?}");
}

#[tokio::test]
async fn an_agent_gets_answers_from_the_daemon() {
    answers_every_question(&["mcp"]).await;
}

#[tokio::test]
async fn an_agent_gets_the_same_answers_without_a_daemon() {
    answers_every_question(&["mcp", "--standalone"]).await;
}

#[tokio::test]
async fn an_agent_sees_nothing_outside_of_its_workspaces() {
    let (workspace, other) = (small(), fixture("//- /secret.rs\nfn password() {}\n"));
    std::os::unix::fs::symlink(other.root(), workspace.path("link")).unwrap();
    let agent = Agent::start(&workspace, &["mcp"]).await;
    let elsewhere = other.path("secret.rs").canonicalize().unwrap();
    for path in ["../secret.rs", "/etc/passwd", "link/secret.rs", elsewhere.to_str().unwrap()] {
        let refusal = agent.refusal("outline", json!({ "path": path })).await;
        assert!(refusal.contains("outside of the open workspaces"), "{path}: {refusal}");
        let refusal = agent.refusal("repo_map", json!({ "files": [path] })).await;
        assert!(refusal.contains("outside of the open workspaces"), "{path}: {refusal}");
    }
    for tool in ["search", "symbols", "callers"] {
        let asked = json!({ "query": "password", "name": "password", "symbol": "password", "workspace": other.root() });
        let own = match tool {
            "search" => "query",
            "symbols" => "name",
            _ => "symbol",
        };
        let asked = json!({ own: asked[own], "workspace": asked["workspace"] });
        let refusal = agent.refusal(tool, asked).await;
        assert!(refusal.contains("is no open workspace"), "{refusal}");
    }
    let uri = "devmentor://outline/0/../secret.rs";
    assert!(agent.client.read_resource(ReadResourceRequestParams::new(uri)).await.is_err());
    for uri in ["devmentor://map/1", "devmentor://map/x", "file:///etc/passwd", "devmentor://"] {
        assert!(agent.client.read_resource(ReadResourceRequestParams::new(uri)).await.is_err(), "{uri}");
    }
}

#[tokio::test]
async fn an_agent_goes_on_when_the_daemon_is_killed_and_sees_what_was_saved_meanwhile() {
    let workspace = small();
    let agent = Agent::start(&workspace, &["mcp"]).await;
    agent.answer("symbols", json!({ "name": "send" })).await;
    kill(workspace.daemon_process().unwrap());
    workspace.write("src/new.rs", "fn freshly_written() {}\n");
    let symbols = agent.answer("symbols", json!({ "name": "freshly_written" })).await;
    assert_eq!(symbols, "function freshly_written  src/new.rs:1-1\n");
}

#[tokio::test]
async fn several_workspaces_are_told_apart() {
    let (workspace, other) = (small(), fixture("//- /b.rs\nfn elsewhere() {}\n"));
    let (here, there) = (workspace.root().to_str().unwrap(), other.root().to_str().unwrap());
    let agent = Agent::start(&workspace, &["mcp", "-C", here, "-C", there]).await;
    let refusal = agent.refusal("symbols", json!({ "name": "elsewhere" })).await;
    assert!(refusal.contains("there are several workspaces"), "{refusal}");
    let symbols = agent.answer("symbols", json!({ "name": "elsewhere", "workspace": there })).await;
    assert_eq!(symbols, "function elsewhere  b.rs:1-1\n");
    let outline = agent.answer("outline", json!({ "path": other.path("b.rs") })).await;
    assert!(outline.contains("elsewhere"), "{outline}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_works_on_the_board_of_its_workspace_and_on_no_other() {
    let workspace = small();
    let agent = Agent::start(&workspace, &["mcp"]).await;
    assert!(agent.answer("list_tasks", json!({})).await.contains("no project yet"));
    let made =
        agent.answer("create_task", json!({ "title": "Retry *less*", "body": "See `send`.", "kind": "bug" })).await;
    let key = made.strip_prefix("Done: ").unwrap().split(' ').next().unwrap().to_owned();
    let preview = agent.answer("move_task", json!({ "task": key, "to": "start", "preview": true })).await;
    assert!(preview.starts_with("Preview, nothing was changed. It would be"), "{preview}");
    assert_eq!(agent.answer("list_tasks", json!({})).await, format!("{key} [To do] Retry *less*"));
    agent.answer("move_task", json!({ "task": key, "to": "In progress" })).await;
    agent.answer("comment_task", json!({ "task": key, "text": "half done" })).await;
    let read = agent.answer("read_task", json!({ "task": key })).await;
    assert!(read.starts_with(&format!("{key} [In progress] Retry *less*")), "{read}");
    assert!(read.contains("See `send`.") && read.contains("half done"), "{read}");
    let again = agent.answer("move_task", json!({ "task": key, "to": "In progress" })).await;
    assert!(again.starts_with("Nothing to change"), "{again}");

    for (tool, arguments, told) in [
        ("read_task", json!({ "task": "OTHER-1" }), "is not a task of the open workspaces"),
        ("read_task", json!({ "task": "nonsense" }), "is not a task of the open workspaces"),
        ("move_task", json!({ "task": key, "to": "Nowhere" }), "the board has no column"),
        ("comment_task", json!({ "task": key, "text": "" }), "must not be empty"),
        ("list_tasks", json!({ "query": "colour:red" }), "colour"),
        ("create_task", json!({ "title": "\u{1b}[31m" }), "control character"),
    ] {
        let refused = agent.refusal(tool, arguments).await;
        assert!(refused.contains(told), "{tool}: {refused}");
    }
}
