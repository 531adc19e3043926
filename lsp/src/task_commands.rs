//! What is done to tasks from an editor: the task is made or changed first, then the text.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use engine::Workspace;
use engine::questions::anchor::{CodeAnchor, anchor_in};
use engine::questions::permalink::permalink;
use grammars::{Lines, MarkerKind, Span};
use sync::{Deed, Done, Hub, Place};
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::ls_types::*;

use crate::convert::{place, range};
use crate::documents::Document;
use crate::message::failure;
use crate::protocol::RangeParams;
use crate::server::Shared;
use crate::session::{Client, LogLevel};
use crate::task_requests::DoParams;
use crate::tasks::{anchor_fields, line_around};
use crate::text::Encoding;

/// The request failed (LSP 3.17).
const REQUEST_FAILED: i64 = -32803;
/// So long a new task waits for the server to say its number.
const CONFIRM: Duration = Duration::from_secs(2);
/// A client that does not answer whether it made an edit is not waited for.
const EDIT_LIMIT: Duration = Duration::from_secs(30);
/// Lines of code that go with a task.
const MOST_LINES: usize = 40;
/// Lines around a comment that go with its task.
const AROUND: u32 = 3;
/// The longest title that is made of code or a comment, in characters.
const LONGEST_TITLE: usize = 200;

fn failed(error: impl std::fmt::Display) -> Error {
    failure(ErrorCode::ServerError(REQUEST_FAILED), error.to_string())
}

/// The boards, as soon as they are there.
pub(crate) async fn hub(shared: &Arc<Shared>) -> Result<Hub> {
    shared.options.tasks.ready().await.map_err(failed)
}

/// What the folder of a document is to boards; of the window's first folder when none is named.
pub(crate) async fn place_of(shared: &Arc<Shared>, document: Option<&TextDocumentIdentifier>) -> Option<Place> {
    let folders = shared.documents().folders();
    let lease = match document {
        Some(named) => {
            let document = shared.documents().get(&named.uri).await;
            document.and_then(|document| document.home.clone()).map(|home| home.lease)
        }
        None => None,
    };
    let root = lease.or_else(|| folders.first().map(|folder| folder.lease.clone()))?.root().to_path_buf();
    let tasks = shared.options.tasks.clone();
    // Asked anew: the repository's configuration or its remote may have changed.
    tokio::task::spawn_blocking(move || tasks.learn(&root)).await.ok()
}

/// Does something to a task.
pub(crate) async fn act(shared: &Arc<Shared>, params: DoParams) -> Result<Done> {
    let hub = hub(shared).await?;
    let place = place_of(shared, params.text_document.as_ref()).await;
    let done = hub.act(&params.deed, place.as_ref(), params.preview).await.map_err(failed)?;
    Ok(if params.preview { done } else { hub.settled(done, CONFIRM).await })
}

/// What a task is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Draft {
    title: String,
    /// The code that goes with it.
    snippet: String,
    anchor: CodeAnchor,
    /// Where its key belongs in the text, and the text around that place by which it is known again.
    key_at: Option<(Span, String)>,
}

/// Makes a task of a comment or of selected code, and writes its key into the comment.
pub(crate) async fn create(shared: &Arc<Shared>, params: RangeParams) -> Result<Done> {
    let hub = hub(shared).await?;
    let uri = params.text_document.uri.clone();
    let not_open = || failure(ErrorCode::InvalidParams, "the document is not open");
    let document = shared.documents().get(&uri).await.ok_or_else(not_open)?;
    let home = document.home.clone().ok_or_else(|| {
        failure(ErrorCode::InvalidParams, "the document is in no folder of this window, so it has no project")
    })?;
    let place = place_of(shared, Some(&params.text_document)).await.unwrap_or_default();
    let draft = draft(&document, &home.path, params.range, shared.session().encoding);
    let lines = Lines { first: draft.anchor.first_line - 1, last: draft.anchor.last_line - 1 };
    let (workspace, path) = (home.lease.clone(), home.path.clone());
    let link = tokio::task::spawn_blocking(move || {
        let workspace: &Workspace = &workspace;
        permalink(workspace.git(), &path, lines).ok()
    });
    let link = link.await.ok().flatten();
    let deed = Deed::New {
        project: None,
        title: draft.title.clone(),
        body: body(&draft, link.as_deref()),
        r#type: Default::default(),
        priority: Default::default(),
        mine: true,
        anchor: Some(anchor_fields(&place.repository, draft.anchor.clone())),
    };
    let done = hub.act(&deed, Some(&place), false).await.map_err(failed)?;
    let done = hub.settled(done, CONFIRM).await;
    // A number that may still change is not written into code.
    if let (Some(at), false) = (draft.key_at, done.waits) {
        write_key(shared, &uri, at, &done.task.key).await;
    }
    Ok(done)
}

/// What a task of a range is made of.
fn draft(document: &Document, path: &str, selected: Range, encoding: Encoding) -> Draft {
    let text = &document.text;
    let (start, end) = (text.byte(place(selected.start), encoding), text.byte(place(selected.end), encoding));
    let (start, end) = (start.min(end), start.max(end));
    let all = text.as_str();
    let first_line = line_around(all, start);
    let marker = document.facts().markers.iter().find(|marker| {
        marker.kind != MarkerKind::TaskKey && first_line.encloses(marker.span) && start <= marker.span.end
    });
    let first = text.line_of(start) + 1;
    // A selection that ends at the beginning of a line does not hold that line.
    let last = text.line_of(if end > start { end - 1 } else { end }) + 1;
    let language = document.tree.as_ref().map(|tree| tree.language());
    let anchor = anchor_in(path, all, Some(&**document.facts()), language, first, last);
    let said = match marker {
        Some(marker) => comment_words(&all[marker.span.start as usize..first_line.end as usize]),
        None => all[start as usize..end as usize]
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .unwrap_or_default()
            .to_owned(),
    };
    let title: String = said.chars().filter(|symbol| !symbol.is_control()).take(LONGEST_TITLE).collect();
    let title = if title.trim().is_empty() { format!("{path}:{first}") } else { title.trim().to_owned() };
    let (from, to) = match marker {
        Some(_) => (first.saturating_sub(AROUND).max(1), last + AROUND),
        None => (first, last),
    };
    let lines = all.lines().skip(from as usize - 1).take(((to - from + 1) as usize).min(MOST_LINES));
    let snippet = lines.collect::<Vec<_>>().join("\n");
    let key_at = marker.map(|marker| {
        let known = all[marker.span.start as usize..first_line.end as usize].to_owned();
        (marker.span, known)
    });
    Draft { title, snippet, anchor, key_at }
}

/// The words after a marker: without the marker, who is named in brackets after it, and what ends the comment.
fn comment_words(comment: &str) -> String {
    let rest = comment.trim_start_matches(|symbol: char| symbol.is_alphanumeric() || symbol == '_');
    let rest = match rest.strip_prefix('(').and_then(|inside| inside.split_once(')')) {
        Some((_, rest)) => rest,
        None => rest,
    };
    let rest = rest.trim_start_matches(|symbol: char| symbol.is_whitespace() || matches!(symbol, ':' | '-' | '!'));
    let rest = rest.trim_end();
    let rest =
        ["*/", "-->", "#}", "--%>", "*)", "=#"].iter().fold(rest, |rest, end| rest.strip_suffix(end).unwrap_or(rest));
    rest.trim_end().to_owned()
}

/// Markdown: a link to the code, and the code.
fn body(draft: &Draft, link: Option<&str>) -> String {
    let CodeAnchor { path, first_line, last_line, .. } = &draft.anchor;
    let lines = if first_line == last_line {
        format!("line {first_line}")
    } else {
        format!("lines {first_line}–{last_line}")
    };
    // A name may hold what markdown takes for its own.
    let path: String = path.chars().map(|symbol| if symbol == '`' { '\'' } else { symbol }).collect();
    let place = match link {
        Some(link) => format!("[`{path}`, {lines}]({link})"),
        None => format!("`{path}`, {lines}"),
    };
    // A fence is longer than any in the code.
    let longest = draft.snippet.split(|symbol| symbol != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let snippet: String =
        draft.snippet.chars().filter(|symbol| !symbol.is_control() || matches!(symbol, '\n' | '\t')).collect();
    format!("{place}\n\n{fence}\n{snippet}\n{fence}")
}

/// Writes the key of a new task behind its marker: `TODO(DM-12)`. Beside the request: a client may take its time, and its person may undo it.
async fn write_key(shared: &Arc<Shared>, uri: &Uri, (marker, known): (Span, String), key: &str) {
    let session = shared.session();
    if !session.client.apply_edit {
        return;
    }
    let Some(document) = shared.documents().get(uri).await else { return };
    let text = document.text.as_str();
    let end = marker.start as usize + known.len();
    if text.get(marker.start as usize..end) != Some(&known) {
        shared.log(LogLevel::Info, format!("the text has changed meanwhile, so {key} is not written into it"));
        return;
    }
    let word = known.len() - known.trim_start_matches(|symbol: char| symbol.is_alphanumeric() || symbol == '_').len();
    let at = marker.start + word as u32;
    // `TODO(ann): …` becomes `TODO(DM-12, ann): …`.
    let (at, new_text) = match text[at as usize..].starts_with('(') {
        true => (at + 1, format!("{key}, ")),
        false => (at, format!("({key})")),
    };
    let place = range(&document.text, Span { start: at, end: at }, session.encoding);
    let label = format!("Write {key} into the comment");
    let edit = workspace_edit(&document, &session.client, TextEdit { range: place, new_text }, &label);
    let asking = shared.clone();
    shared.spawn(async move {
        match tokio::time::timeout(EDIT_LIMIT, asking.client.apply_edit(edit)).await {
            Ok(Ok(answer)) if answer.applied => {}
            Ok(Ok(answer)) => {
                let why = answer.failure_reason.unwrap_or_default();
                asking.log(LogLevel::Info, format!("the editor did not write the key into the comment: {why}"));
            }
            Ok(Err(error)) => asking.log(LogLevel::Info, format!("the key was not written into the comment: {error}")),
            Err(_) => asking.log(LogLevel::Info, "the editor does not say whether it wrote the key into the comment"),
        }
    });
}

/// An edit of one place in a document, in the best form that the client understands.
pub(crate) fn workspace_edit(document: &Document, client: &Client, edit: TextEdit, label: &str) -> WorkspaceEdit {
    /// The name of the only annotation of an edit.
    const ANNOTATION: &str = "devmentor.task";
    let uri = document.uri.clone();
    if !client.versioned_edits {
        return WorkspaceEdit { changes: Some(HashMap::from([(uri, vec![edit])])), ..WorkspaceEdit::default() };
    }
    let one = match client.annotated_edits {
        true => OneOf::Right(AnnotatedTextEdit { text_edit: edit, annotation_id: ANNOTATION.to_owned() }),
        false => OneOf::Left(edit),
    };
    let text_document = OptionalVersionedTextDocumentIdentifier { uri, version: Some(document.version) };
    let annotation = ChangeAnnotation { label: label.to_owned(), needs_confirmation: None, description: None };
    WorkspaceEdit {
        changes: None,
        document_changes: Some(DocumentChanges::Edits(vec![TextDocumentEdit { text_document, edits: vec![one] }])),
        change_annotations: client.annotated_edits.then(|| HashMap::from([(ANNOTATION.to_owned(), annotation)])),
    }
}

/// What a person reads after a task was made.
pub(crate) fn created_message(done: &Done) -> String {
    match done.waits {
        true => format!("{} is kept and will be sent; its number may change until then", done.task.title),
        false => format!("{}: {}", done.task.key, done.task.title),
    }
}

/// What a person reads after something was done to a task.
pub(crate) fn done_message(done: &Done) -> String {
    let task = &done.task;
    let already = if done.changed { "" } else { " already" };
    let who = if task.mine { ", yours" } else { "" };
    let branch = match task.category {
        domain::model::Category::Doing if task.mine => format!("\nA branch for it: {}", done.branch),
        _ => String::new(),
    };
    format!("{} is{already} in {:?}{who}: {}{branch}", task.key, task.status, task.title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_the_words_of_the_comment() {
        for (comment, title) in [
            ("TODO: retry when the disk is full", "retry when the disk is full"),
            ("TODO(ann): retry */", "retry"),
            ("FIXME - this -->", "this"),
            ("todo retry", "retry"),
            ("TODO", ""),
            ("TODO(", "("),
        ] {
            assert_eq!(comment_words(comment), title, "{comment}");
        }
    }

    #[test]
    fn code_cannot_break_out_of_its_fence() {
        let anchor = CodeAnchor {
            path: "a`b.md".to_owned(),
            symbol: String::new(),
            content_hash: String::new(),
            first_line: 3,
            last_line: 4,
        };
        let draft = Draft { title: String::new(), snippet: "````\n\u{1b}[31m".to_owned(), anchor, key_at: None };
        expect_test::expect![[r#"
            `a'b.md`, lines 3–4

            `````
            ````
            [31m
            `````"#]]
        .assert_eq(&body(&draft, None));
    }
}
