//! What can be done to tasks from the code: make one of a TODO or a selection, start and finish, move, tie to a function, take away a TODO that is done.

use domain::model::Category;
use grammars::{Marker, MarkerKind, Span};
use serde_json::json;
use sync::{Deed, Hub, TaskLine};
use tower_lsp_server::ls_types::*;

use super::code_action::{Action, Does, TASK, around};
use crate::ask::Ask;
use crate::commands;
use crate::convert::{place, range};
use crate::documents::Document;
use crate::session::Session;
use crate::task_commands::workspace_edit;
use crate::tasks::{anchor_fields, keys, line_around, tied};

/// What a person may also want, and asks for.
const MORE: CodeActionKind = CodeActionKind::new("devmentor.task.more");
/// A function is offered to so many of my tasks.
const MOST_ACTIVE: usize = 3;
/// Longer titles are cut in titles.
const LONGEST_TITLE: usize = 50;

/// What can be done to tasks in a range of a document.
pub(super) fn actions(ask: &Ask, document: &Document, selected: Range) -> Vec<Action> {
    let encoding = ask.session.encoding;
    let (start, end) =
        (document.text.byte(place(selected.start), encoding), document.text.byte(place(selected.end), encoding));
    let (start, end) = (start.min(end), start.max(end));
    let mut found = Vec::new();
    let text = document.text.as_str();
    let lines = Span { start: line_around(text, start).start, end: line_around(text, end).end };
    let hub = ask.tasks.hub();
    let named = hub.as_ref().map(|hub| named(hub, document, lines)).unwrap_or_default();
    let arguments = |range: Range| json!({ "textDocument": { "uri": document.uri.as_str() }, "range": range });
    let is_todo = |marker: &&Marker| marker.kind != MarkerKind::TaskKey && lines.encloses(marker.span);
    let mut has_todo = false;
    for marker in document.facts().markers.iter().filter(is_todo) {
        has_todo = true;
        let line = line_around(text, marker.span.start);
        match named.iter().find(|(span, _)| line.encloses(*span)) {
            // It has a task already.
            Some((_, task)) if task.category == Category::Done => {
                found.extend(without(document, marker, task, &ask.session))
            }
            Some(_) => {}
            None => found.push(Action {
                title: format!("Create a task from this {}", word(marker.kind)),
                kind: TASK,
                does: Does::Command(commands::CREATE_TASK, arguments(range(&document.text, marker.span, encoding))),
            }),
        }
    }
    let Some(hub) = hub else { return found };
    let first = document.text.line_of(start) + 1;
    let last = document.text.line_of(end) + 1;
    let here =
        tied(&ask.tasks, document).into_iter().filter(|tied| tied.at.first_line <= last && first <= tied.at.last_line);
    let mut tasks: Vec<TaskLine> = named.into_iter().map(|(_, task)| task).chain(here.map(|tied| tied.task)).collect();
    let mut seen = std::collections::HashSet::new();
    tasks.retain(|task| seen.insert(task.id));
    for task in &tasks {
        found.extend(steps(&hub, document, task));
    }
    if start < end && !has_todo {
        found.push(Action {
            title: "Create a task from the selection".to_owned(),
            kind: MORE,
            does: Does::Command(commands::CREATE_TASK, arguments(selected)),
        });
    }
    found.extend(ties(ask, &hub, document, (start, end), &tasks));
    found
}

/// The tasks whose keys stand in some lines.
fn named(hub: &Hub, document: &Document, lines: Span) -> Vec<(Span, TaskLine)> {
    let known = keys(document, lines).into_iter();
    known.filter_map(|(span, key)| Some((span, hub.line(hub.task(key)?.1)?))).collect()
}

fn deed(document: &Document, title: String, kind: CodeActionKind, deed: &Deed) -> Action {
    let argument = json!({ "textDocument": { "uri": document.uri.as_str() }, "deed": deed });
    Action { title, kind, does: Does::Command(commands::DO_TASK, argument) }
}

/// What may come next for a task.
fn steps(hub: &Hub, document: &Document, task: &TaskLine) -> Vec<Action> {
    let (key, short) = (&task.key, shortened(&task.title));
    let mut found = Vec::new();
    if task.category != Category::Doing || !task.mine {
        let start = Deed::Start { task: key.clone() };
        found.push(deed(document, format!("Start {key}: {short}"), TASK, &start));
    }
    if task.category != Category::Done {
        let finish = Deed::Finish { task: key.clone() };
        found.push(deed(document, format!("Finish {key}: {short}"), TASK, &finish));
    }
    let others = hub.columns_of(key).into_iter().filter(|column| *column != task.status);
    found.extend(others.map(|column| {
        let title = format!("Move {key} to {}", shortened(&column));
        deed(document, title, MORE, &Deed::Move { task: key.clone(), to: column })
    }));
    found
}

/// Ties the function around a place to what I work on now.
fn ties(ask: &Ask, hub: &Hub, document: &Document, at: (u32, u32), tied: &[TaskLine]) -> Vec<Action> {
    let Some(home) = &document.home else { return Vec::new() };
    let (Some((span, name)), Some(here)) = (around(document, at.0, at.1), ask.tasks.place(&home.lease)) else {
        return Vec::new();
    };
    let text = &document.text;
    let (first, last) = (text.line_of(span.start) + 1, text.line_of(span.end) + 1);
    let language = document.tree.as_ref().map(|tree| tree.language());
    let facts = Some(&**document.facts());
    let anchor = engine::questions::anchor::anchor_in(&home.path, text.as_str(), facts, language, first, last);
    let active = hub.offered(Some(&here), "", usize::MAX).into_iter();
    let active = active.filter(|task| task.mine && task.category == Category::Doing && !tied.contains(task));
    let action = |task: TaskLine| {
        let title = format!("Tie `{name}` to {}: {}", task.key, shortened(&task.title));
        let anchor = anchor_fields(&here.repository, anchor.clone());
        deed(document, title, MORE, &Deed::Anchor { task: task.key, anchor })
    };
    active.take(MOST_ACTIVE).map(action).collect()
}

/// Takes away the comment of a task that is done, when it stands alone in its comment.
fn without(document: &Document, marker: &Marker, task: &TaskLine, session: &Session) -> Option<Action> {
    let (kind, comment) = document.tree.as_ref()?.node_at(marker.span)?;
    let text = document.text.as_str();
    let line = line_around(text, marker.span.start);
    if !kind.contains("comment") || !line.encloses(comment) {
        return None;
    }
    let before = text.get(line.start as usize..comment.start as usize)?;
    let after = text.get(comment.end as usize..line.end as usize)?;
    let alone = before.trim().is_empty() && after.trim().is_empty();
    let span = match alone {
        true => Span { start: line.start, end: (line.end + 1).min(text.len() as u32) },
        false => Span { start: line.start + before.trim_end().len() as u32, end: comment.end },
    };
    let title = format!("Remove the {} of {}, which is done", word(marker.kind), task.key);
    let edit = TextEdit { range: range(&document.text, span, session.encoding), new_text: String::new() };
    let edit = workspace_edit(document, &session.client, edit, &title);
    Some(Action { title, kind: TASK, does: Does::Edit(edit) })
}

fn shortened(title: &str) -> String {
    let short: String = title.chars().filter(|symbol| !symbol.is_control()).take(LONGEST_TITLE).collect();
    if short.len() < title.len() { short + "…" } else { short }
}

fn word(kind: MarkerKind) -> &'static str {
    match kind {
        MarkerKind::Todo => "TODO",
        MarkerKind::Fixme => "FIXME",
        MarkerKind::Hack => "HACK",
        MarkerKind::Xxx => "XXX",
        MarkerKind::Bug => "BUG",
        MarkerKind::TaskKey => "task",
    }
}
