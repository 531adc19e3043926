//! Diagnostics, for those who ask for them: functions that are hard to read, functions that are nearly copies of others, comments that ask for work and
//! name no task that is open.
//!
//! They are made when a document has settled, never while somebody types. The same moment warms what hovers need: facts and blame.

use std::collections::HashSet;
use std::sync::Arc;

use domain::model::Category;
use engine::questions::complexity::above;
use engine::questions::last_change::last_change;
use engine::questions::similar::{DUPLICATE, similar};
use grammars::{Lines, MarkerKind};
use parking_lot::Mutex;
use tower_lsp_server::ls_types::{Diagnostic, DiagnosticSeverity, NumberOrString, Uri};

use crate::convert::range;
use crate::documents::{Document, Note};
use crate::server::Shared;
use crate::session::Diagnostics;
use crate::tasks::{Tasks, keys, line_around};
use crate::text::Encoding;

/// So many functions of a file are compared with the rest of the code.
const MOST_COMPARED: usize = 200;
/// Shorter functions are alike by nature.
const LEAST_LINES: u32 = 6;

/// The documents for which diagnostics were sent, to be taken back.
pub(crate) type Diagnosed = Mutex<HashSet<String>>;

/// A document has settled.
pub(crate) fn settled(shared: &Arc<Shared>, document: Arc<Document>) {
    let session = shared.session();
    let shared = shared.clone();
    shared.clone().spawn(async move {
        let reading = document.clone();
        let (wanted, encoding) = (session.settings.diagnostics, session.encoding);
        let tasks = shared.options.tasks.clone();
        let made = tokio::task::spawn_blocking(move || {
            warm(&reading);
            let mut found = diagnose(&reading, wanted, encoding);
            if wanted.todos {
                found.extend(todos(&reading, &tasks, encoding));
            }
            found
        });
        let Ok(found) = made.await else { return };
        let key = document.uri.as_str();
        let worth_sending = !found.is_empty() || shared.diagnosed.lock().contains(key);
        if !worth_sending || document.is_stale() {
            return;
        }
        if found.is_empty() {
            shared.diagnosed.lock().remove(key);
        } else {
            shared.diagnosed.lock().insert(key.to_owned());
        }
        shared.client.publish_diagnostics(document.uri.clone(), found, Some(document.version)).await;
    });
}

/// Looks up ahead of the first hover what it will say.
fn warm(document: &Document) {
    document.facts();
    if let Some(home) = &document.home {
        let whole = Lines { first: 0, last: 0 };
        // Only asked for; the answer is for a later request.
        let _ = last_change(home.workspace().git(), &home.path, document.text.shared(), whole);
        let _ = home.workspace().git().known_remote();
        let _ = home.workspace().graph();
    }
}

/// What there is to say of a document.
fn diagnose(document: &Document, wanted: Diagnostics, encoding: Encoding) -> Vec<Diagnostic> {
    let facts = document.facts();
    let mut found = Vec::new();
    let mut add = |symbol: &grammars::Symbol, code: &str, severity, message| {
        found.push(Diagnostic {
            range: range(&document.text, symbol.name_span, encoding),
            severity: Some(severity),
            code: Some(NumberOrString::String(code.to_owned())),
            source: Some("devmentor".to_owned()),
            message,
            ..Diagnostic::default()
        });
    };
    if let Some(limit) = wanted.complexity {
        for (id, metrics) in above(facts, limit) {
            if let Some(symbol) = facts.symbols.get(id as usize) {
                let message =
                    format!("hard to read: cognitive complexity {} (the limit is {limit})", metrics.cognitive);
                add(symbol, "complexity", DiagnosticSeverity::INFORMATION, message);
            }
        }
    }
    if wanted.duplicates
        && let Some(home) = &document.home
        && let Ok(snapshot) = home.workspace().snapshot()
    {
        let long = |symbol: &&grammars::Symbol| {
            symbol.kind.is_callable() && symbol.lines.last - symbol.lines.first + 1 >= LEAST_LINES
        };
        for symbol in facts.symbols.iter().filter(long).take(MOST_COMPARED) {
            // Too short to compare, or the index is not ready: nothing to say.
            let Ok(others) = similar(&snapshot, &home.path, symbol.lines, 3) else { continue };
            if let Some(other) = others.iter().find(|other| other.overlap >= DUPLICATE) {
                let (name, line) = (other.hit.symbol.as_deref().unwrap_or("code"), other.hit.first_line + 1);
                let message = format!("{:.0} % the same as {name} in {}:{line}", other.overlap * 100.0, other.hit.path);
                add(symbol, "duplicate", DiagnosticSeverity::HINT, message);
            }
        }
    }
    found
}

/// Comments that ask for work without a task, or with one that is done or was put into a sprint that is over. Without boards nothing can be said.
fn todos(document: &Document, tasks: &Tasks, encoding: Encoding) -> Vec<Diagnostic> {
    let Some(hub) = tasks.hub() else { return Vec::new() };
    let text = document.text.as_str();
    let markers = document.facts().markers.iter().filter(|marker| marker.kind != MarkerKind::TaskKey);
    let said = markers.filter_map(|marker| {
        let line = line_around(text, marker.span.start);
        let known = keys(document, line).into_iter().find_map(|(_, key)| hub.show(key).ok());
        let (code, message) = match known {
            None => ("todo", "no task is named here; a code action makes one".to_owned()),
            Some(task) if task.line.category == Category::Done => {
                ("todo-done", format!("{} is done; a code action removes this", task.line.key))
            }
            Some(task) if task.sprint_closed => {
                ("todo-sprint", format!("{} is not done, and its sprint is over", task.line.key))
            }
            Some(_) => return None,
        };
        Some(Diagnostic {
            range: range(&document.text, marker.span, encoding),
            severity: Some(DiagnosticSeverity::HINT),
            code: Some(NumberOrString::String(code.to_owned())),
            source: Some("devmentor".to_owned()),
            message,
            ..Diagnostic::default()
        })
    });
    said.take(MOST_COMPARED).collect()
}

/// A document was closed: what was said of it goes.
pub(crate) fn closed(shared: &Arc<Shared>, uri: &Uri) {
    if shared.diagnosed.lock().remove(uri.as_str()) {
        let (shared, uri) = (shared.clone(), uri.clone());
        shared.clone().spawn(async move { shared.client.publish_diagnostics(uri, Vec::new(), None).await });
    }
}

/// Other diagnostics are wanted: every open document is looked at again.
pub(crate) fn settings_changed(shared: &Arc<Shared>) {
    shared.documents().tell(Note::Unsettle);
}
