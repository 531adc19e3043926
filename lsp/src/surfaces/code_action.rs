//! Code actions: find similar code, show callers, copy a permalink, and what can be done to tasks (`task_action`).
//!
//! Asked automatically, with every move of the cursor, only what the line itself calls for is offered: a light bulb on every line would be noise.

use grammars::Span;
use serde_json::{Value, json};
use tower_lsp_server::ls_types::*;

use super::task_action;
use crate::ask::{Ask, Failure, Nothing, Surface};
use crate::commands;
use crate::convert::{place, range};
use crate::documents::Document;
use crate::session::Session;
use crate::text::Encoding;

const SIMILAR: CodeActionKind = CodeActionKind::new("devmentor.similar");
const CALLERS: CodeActionKind = CodeActionKind::new("devmentor.callers");
const PERMALINK: CodeActionKind = CodeActionKind::new("devmentor.permalink");
/// What the line itself calls for; it is offered unasked too.
pub(super) const TASK: CodeActionKind = CodeActionKind::new("devmentor.task");
/// Longer names are cut in titles.
const LONGEST_NAME: usize = 40;

pub(crate) struct CodeActions;

impl Surface for CodeActions {
    type Params = CodeActionParams;
    type Answer = Option<CodeActionResponse>;
    const NAME: Option<&'static str> = Some("codeAction");

    fn document(params: &CodeActionParams) -> Option<&Uri> {
        Some(&params.text_document.uri)
    }

    fn announce(capabilities: &mut ServerCapabilities, session: &Session) {
        capabilities.code_action_provider = Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![SIMILAR, CALLERS, PERMALINK, TASK]),
            resolve_provider: Some(session.client.lazy_action_command),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }));
    }

    fn answer(ask: &Ask, params: CodeActionParams) -> Result<Option<CodeActionResponse>, Failure> {
        let document = ask.document()?;
        let context = &params.context;
        let automatic = context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC);
        let wanted =
            |kind: &CodeActionKind| context.only.as_ref().is_none_or(|only| only.iter().any(|only| holds(only, kind)));
        let chosen = task_action::actions(ask, document, params.range)
            .into_iter()
            .chain(actions(document, params.range, ask.session.encoding))
            .filter(|action| wanted(&action.kind) && (!automatic || action.kind == TASK));
        let shown: CodeActionResponse = chosen.filter_map(|action| action.show(&ask.session)).collect();
        Ok((!shown.is_empty()).then_some(shown))
    }
}

/// Whether a kind is another one or lies below it: `a` holds `a.b`.
fn holds(outer: &CodeActionKind, kind: &CodeActionKind) -> bool {
    let (outer, kind) = (outer.as_str(), kind.as_str());
    outer.is_empty() || kind == outer || kind.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
}

pub(super) struct Action {
    pub(super) title: String,
    pub(super) kind: CodeActionKind,
    pub(super) does: Does,
}

/// What an action does when it is chosen.
pub(super) enum Does {
    /// The server carries out a command with this argument.
    Command(&'static str, Value),
    /// The client edits the text.
    Edit(WorkspaceEdit),
}

impl Action {
    /// As the client can take it; one without edits in actions gets none of those.
    fn show(self, session: &Session) -> Option<CodeActionOrCommand> {
        let shown = CodeAction { title: self.title.clone(), kind: Some(self.kind), ..CodeAction::default() };
        let (name, argument) = match self.does {
            Does::Command(name, argument) => (name, argument),
            Does::Edit(edit) => {
                let action = CodeAction { edit: Some(edit), ..shown };
                return session.client.action_literals.then_some(CodeActionOrCommand::CodeAction(action));
            }
        };
        let lazy = session.client.lazy_action_command;
        let data = json!({ "command": name, "arguments": argument });
        let command = Command { title: self.title, command: name.to_owned(), arguments: Some(vec![argument]) };
        Some(if !session.client.action_literals {
            CodeActionOrCommand::Command(command)
        } else if lazy {
            CodeActionOrCommand::CodeAction(CodeAction { data: Some(data), ..shown })
        } else {
            CodeActionOrCommand::CodeAction(CodeAction { command: Some(command), ..shown })
        })
    }
}

/// What can be done in a range of a document.
fn actions(document: &Document, selected: Range, encoding: Encoding) -> Vec<Action> {
    let (start, end) =
        (document.text.byte(place(selected.start), encoding), document.text.byte(place(selected.end), encoding));
    let (start, end) = (start.min(end), start.max(end));
    let facts = document.facts();
    let uri = document.uri.as_str();
    let arguments = |range: Range| json!({ "textDocument": { "uri": uri }, "range": range });
    let mut found = Vec::new();
    let (first, last) = (document.text.line_of(start), document.text.line_of(end));
    // What belongs to no folder has no index to look into, and no repository.
    if document.home.is_none() {
        return found;
    }
    let around = around(document, start, end);
    if let Some((span, name)) = &around {
        found.push(Action {
            title: format!("Find code similar to `{name}`"),
            kind: SIMILAR,
            does: Does::Command(commands::FIND_SIMILAR, arguments(range(&document.text, *span, encoding))),
        });
        let name_at = facts.symbols.iter().find(|symbol| symbol.span == *span).map(|symbol| symbol.name_span);
        if let Some(name_at) = name_at {
            found.push(Action {
                title: format!("Show callers of `{name}`"),
                kind: CALLERS,
                does: Does::Command(commands::SHOW_CALLERS, arguments(range(&document.text, name_at, encoding))),
            });
        }
    } else if end > start {
        found.push(Action {
            title: "Find code similar to the selection".to_owned(),
            kind: SIMILAR,
            does: Does::Command(commands::FIND_SIMILAR, arguments(selected)),
        });
    }
    let lines =
        if first == last { format!("line {}", first + 1) } else { format!("lines {}–{}", first + 1, last + 1) };
    found.push(Action {
        title: format!("Copy permalink to {lines}"),
        kind: PERMALINK,
        does: Does::Command(commands::COPY_PERMALINK, arguments(selected)),
    });
    found
}

/// The function around a range, with its name.
pub(super) fn around(document: &Document, start: u32, end: u32) -> Option<(Span, String)> {
    let facts = document.facts();
    let mut next = facts.symbol_at(start);
    while let Some(symbol) = next.and_then(|id| facts.symbols.get(id as usize)) {
        if symbol.kind.is_callable() && symbol.span.encloses(Span { start, end }) {
            let name: String = facts.name(symbol.name).chars().take(LONGEST_NAME).collect();
            return Some((symbol.span, name));
        }
        next = symbol.container;
    }
    None
}

/// The command of a chosen action.
pub(crate) struct Resolve;

impl Nothing for CodeAction {}

impl Surface for Resolve {
    type Params = CodeAction;
    type Answer = CodeAction;

    fn answer(_: &Ask, mut action: CodeAction) -> Result<CodeAction, Failure> {
        let foreign = || Failure::Invalid("the action is not one that DevMentor gave".to_owned());
        let data = action.data.as_ref().ok_or_else(foreign)?;
        let name = data.get("command").and_then(Value::as_str).ok_or_else(foreign)?;
        let name = commands::ALL.iter().find(|known| **known == name).ok_or_else(foreign)?;
        let arguments = data.get("arguments").cloned().ok_or_else(foreign)?;
        action.command = Some(Command {
            title: action.title.clone(),
            command: (*name).to_owned(),
            arguments: Some(vec![arguments]),
        });
        Ok(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_hold_what_lies_below_them() {
        let kind = |text: &'static str| CodeActionKind::new(text);
        assert!(holds(&kind(""), &SIMILAR) && holds(&kind("devmentor"), &SIMILAR) && holds(&SIMILAR, &SIMILAR));
        assert!(!holds(&kind("dev"), &SIMILAR) && !holds(&kind("quickfix"), &SIMILAR) && !holds(&CALLERS, &SIMILAR));
    }
}
