//! What code actions carry out. A client's plugin that knows a command shows the result in its own way; for others the server says it in a message.

use std::fmt::Write;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::ls_types::{ExecuteCommandParams, Location, MessageType};

use crate::ask::answer;
use crate::message::failure;
use crate::protocol::{GraphAround, GraphParams, GraphResult, PermalinkTo, RangeParams, SimilarCode, SimilarResult};
use crate::server::Shared;
use crate::task_commands;

/// Finds code that resembles a range.
pub(crate) const FIND_SIMILAR: &str = "devmentor.findSimilar";
/// Lists who calls the symbol at the beginning of a range.
pub(crate) const SHOW_CALLERS: &str = "devmentor.showCallers";
/// Makes a web address of a range.
pub(crate) const COPY_PERMALINK: &str = "devmentor.copyPermalink";
/// Makes a task of a comment.
pub(crate) const CREATE_TASK: &str = "devmentor.createTask";
/// Does something to a task.
pub(crate) const DO_TASK: &str = "devmentor.doTask";
/// All of them.
pub(crate) const ALL: &[&str] = &[FIND_SIMILAR, SHOW_CALLERS, COPY_PERMALINK, CREATE_TASK, DO_TASK];

/// A message names so many places; the result has all.
const NAMED: usize = 10;
/// Carries out a command.
pub(crate) async fn execute(shared: &Arc<Shared>, params: ExecuteCommandParams) -> Result<Option<Value>> {
    let ExecuteCommandParams { command, mut arguments, .. } = params;
    let argument = if arguments.is_empty() { Value::Null } else { arguments.swap_remove(0) };
    let range = || {
        serde_json::from_value::<RangeParams>(argument.clone()).map_err(|error| {
            Error::invalid_params(format!("the argument of {command} has `textDocument` and `range`: {error}"))
        })
    };
    match command.as_str() {
        FIND_SIMILAR => {
            let found = answer::<SimilarCode>(shared, range()?).await?;
            finish(shared, &command, &found, similar_message(&found)).await
        }
        SHOW_CALLERS => {
            let RangeParams { text_document, range } = range()?;
            let place = GraphParams { text_document: Some(text_document), position: Some(range.start), symbol: None };
            let found = answer::<GraphAround>(shared, place).await?;
            finish(shared, &command, &found, callers_message(&found)).await
        }
        COPY_PERMALINK => {
            let found = answer::<PermalinkTo>(shared, range()?).await?;
            finish(shared, &command, &found, found.url.clone()).await
        }
        CREATE_TASK => {
            let done = task_commands::create(shared, range()?).await?;
            let message = task_commands::created_message(&done);
            finish(shared, &command, &done, message).await
        }
        DO_TASK => {
            let params = serde_json::from_value(argument).map_err(|error| {
                Error::invalid_params(format!("the argument of {command} has `textDocument` and `deed`: {error}"))
            })?;
            let done = task_commands::act(shared, params).await?;
            let message = task_commands::done_message(&done);
            finish(shared, &command, &done, message).await
        }
        _ => Err(Error::invalid_params(format!("there is no command `{command}`; there are {}", ALL.join(", ")))),
    }
}

async fn finish(
    shared: &Arc<Shared>,
    command: &str,
    result: &impl Serialize,
    message: String,
) -> Result<Option<Value>> {
    let by_client = shared.session().settings.client_commands.iter().any(|name| name == command);
    if !by_client {
        let telling = shared.clone();
        shared.spawn(async move { telling.client.show_message(MessageType::INFO, message).await });
    }
    serde_json::to_value(result).map(Some).map_err(|error| failure(ErrorCode::InternalError, error.to_string()))
}

fn similar_message(found: &SimilarResult) -> String {
    if found.items.is_empty() {
        return "Nothing similar was found".to_owned();
    }
    let lines = found.items.iter().map(|item| {
        let what = item.found.symbol.as_deref().unwrap_or("");
        format!("{}  {what}  {:.0} % the same text", at(&item.found.path, &item.found.location), item.overlap * 100.0)
    });
    list("Similar code:", lines.collect())
}

fn callers_message(found: &GraphResult) -> String {
    let Some(node) = found.symbols.first() else { return "No symbol is known here".to_owned() };
    if node.callers.is_empty() {
        return format!("No callers of {} are known", node.symbol.name);
    }
    let lines = node.callers.iter().map(|edge| {
        let mark = if edge.proven { "" } else { "≈ " };
        let name = edge.symbol.as_ref().map_or("(file)", |symbol| symbol.name.as_str());
        let path = edge.location.uri.to_file_path().map(|path| path.display().to_string()).unwrap_or_default();
        format!("{mark}{name}  {}", at(&path, &edge.location))
    });
    list(&format!("Callers of {}:", node.symbol.name), lines.collect())
}

fn at(path: &str, location: &Location) -> String {
    format!("{path}:{}", location.range.start.line + 1)
}

fn list(title: &str, lines: Vec<String>) -> String {
    let mut text = title.to_owned();
    for line in lines.iter().take(NAMED) {
        text.push('\n');
        text.push_str(line);
    }
    if lines.len() > NAMED {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n… and {} more", lines.len() - NAMED);
    }
    text
}
