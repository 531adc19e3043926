//! `docs/protocol.md` says what the code says.

use lsp::protocol::{
    GraphParams, GraphResult, METHODS, PermalinkResult, RangeParams, SearchParams, SearchResult, SimilarResult,
    StatusParams, StatusResult,
};
use lsp::task_requests::{
    self, BoardParams, Changes, DoParams, ListParams, ListResult, ProjectsParams, ProjectsResult, ShowParams,
    SubscribeParams,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const DOCUMENT: &str = include_str!("../../../docs/protocol.md");

/// The examples of a section, in their order.
fn examples(title: &str) -> Vec<Value> {
    let section =
        DOCUMENT.split(&format!("\n### `{title}`\n")).nth(1).unwrap_or_else(|| panic!("there is no section {title}"));
    let section = section.split("\n### ").next().unwrap().split("\n## ").next().unwrap();
    let blocks = section.split("```json\n").skip(1).map(|block| block.split("```").next().unwrap());
    blocks
        .map(|block| serde_json::from_str(block).unwrap_or_else(|error| panic!("{title}: {error} in {block}")))
        .collect()
}

/// An example has exactly the fields of its type, and the right values in them.
fn check<T: Serialize + DeserializeOwned>(title: &str, example: &Value) {
    let read: T = serde_json::from_value(example.clone()).unwrap_or_else(|error| panic!("{title}: {error}"));
    assert_eq!(serde_json::to_value(&read).unwrap(), *example, "{title}: the example and the type differ");
}

#[test]
fn every_request_is_described_with_all_its_fields() {
    fn pair<P: Serialize + DeserializeOwned, R: Serialize + DeserializeOwned>(title: &str) {
        let examples = examples(title);
        assert_eq!(examples.len(), 2, "{title} has an example of its params and one of its result");
        check::<P>(title, &examples[0]);
        check::<R>(title, &examples[1]);
    }
    for method in METHODS.iter().chain(task_requests::METHODS) {
        match *method {
            "devmentor/search" => pair::<SearchParams, SearchResult>(method),
            "devmentor/similar" => pair::<RangeParams, SimilarResult>(method),
            "devmentor/status" => pair::<StatusParams, StatusResult>(method),
            "devmentor/graph" => pair::<GraphParams, GraphResult>(method),
            "devmentor/tasks/list" => pair::<ListParams, ListResult>(method),
            "devmentor/tasks/board" => pair::<BoardParams, sync::Board>(method),
            "devmentor/tasks/show" => pair::<ShowParams, sync::TaskShown>(method),
            "devmentor/tasks/do" => pair::<DoParams, sync::Done>(method),
            "devmentor/tasks/projects" => pair::<ProjectsParams, ProjectsResult>(method),
            "devmentor/tasks/subscribe" => pair::<SubscribeParams, Changes>(method),
            other => panic!("{other} is not described"),
        }
    }
    pair::<RangeParams, PermalinkResult>("devmentor.copyPermalink");
}

#[test]
fn every_heading_is_something_that_exists() {
    let commands = [
        "devmentor.findSimilar",
        "devmentor.showCallers",
        "devmentor.copyPermalink",
        "devmentor.createTask",
        "devmentor.doTask",
    ];
    for line in DOCUMENT.lines() {
        if let Some(title) = line.strip_prefix("### `") {
            let title = title.trim_end_matches('`');
            assert!(
                METHODS.contains(&title) || task_requests::METHODS.contains(&title) || commands.contains(&title),
                "{title} is described but does not exist"
            );
        }
    }
    for command in commands {
        assert!(DOCUMENT.contains(&format!("\n### `{command}`\n")), "{command} is not described");
    }
}

#[test]
fn the_settings_of_the_document_are_taken_without_a_complaint() {
    let block =
        DOCUMENT.split("## Settings\n").nth(1).unwrap().split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let settings: Value = serde_json::from_str(block).unwrap();
    assert_eq!(lsp::protocol::setting_mistakes(&settings), Vec::<String>::new());
    let keys: Vec<&String> = settings["devmentor"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["clientCommands", "codeIntelligence", "codeLens", "diagnostics", "logLevel", "off", "taskUrl"]);
}
