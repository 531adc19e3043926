//! The boards as surfaces see them: what a document's folder is about, and which words are keys of tasks.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use domain::command::AnchorFields;
use engine::Lease;
use engine::questions::anchor::{CodeAnchor, Located, locate};
use grammars::Span;
use parking_lot::RwLock;
use regex::Regex;
use rustc_hash::FxHashMap;
use sync::{Boards, Hub, Place, TaskLine};
use tower_lsp_server::ls_types::Uri;

use crate::documents::Document;

/// Files in which people write commit messages, by their names.
const MESSAGES: &[&str] = &["COMMIT_EDITMSG", "MERGE_MSG", "SQUASH_MSG", "TAG_EDITMSG"];

/// The boards, and what a folder is to them.
#[derive(Clone)]
pub struct Tasks {
    boards: Boards,
    place_of: fn(&Path) -> Place,
    /// What is known of folders; found out once, for git is asked.
    places: Arc<RwLock<FxHashMap<PathBuf, Place>>>,
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tasks")
    }
}

impl Default for Tasks {
    fn default() -> Self {
        Tasks::new(Boards::off(), |_| Place::default())
    }
}

impl Tasks {
    /// The boards; `place_of` says what a folder is to them, and may take a moment.
    pub fn new(boards: Boards, place_of: fn(&Path) -> Place) -> Tasks {
        Tasks { boards, place_of, places: Arc::default() }
    }

    /// The boards, if they are there.
    pub(crate) fn hub(&self) -> Option<Hub> {
        self.boards.hub()
    }

    /// The boards, as soon as they are there.
    pub(crate) async fn ready(&self) -> Result<Hub, String> {
        self.boards.ready().await
    }

    /// What a folder is to boards. Asks git, so not on the way of a quick request.
    pub(crate) fn learn(&self, root: &Path) -> Place {
        let place = (self.place_of)(root);
        self.places.write().insert(root.to_path_buf(), place.clone());
        place
    }

    /// What is known of it already.
    pub(crate) fn place(&self, lease: &Lease) -> Option<Place> {
        self.places.read().get(lease.root()).cloned()
    }
}

/// A task that is tied to a place of a document.
pub(crate) struct Tied {
    pub(crate) task: TaskLine,
    pub(crate) at: Located,
}

/// The tasks that are tied to places of a document, where those are now.
pub(crate) fn tied(tasks: &Tasks, document: &Document) -> Vec<Tied> {
    let (Some(hub), Some(home)) = (tasks.hub(), &document.home) else { return Vec::new() };
    let Some(place) = tasks.place(&home.lease) else { return Vec::new() };
    let language = document.tree.as_ref().map(|tree| tree.language());
    let here = hub.anchored(&place.repository, &home.path).into_iter();
    here.filter_map(|(anchor, task)| {
        let at = locate(&code_anchor(anchor), document.text.as_str(), document.facts(), language)?;
        Some(Tied { task, at })
    })
    .collect()
}

fn code_anchor(fields: AnchorFields) -> CodeAnchor {
    CodeAnchor {
        path: fields.path.unwrap_or_default(),
        symbol: fields.symbol.unwrap_or_default(),
        content_hash: fields.content_hash.unwrap_or_default(),
        first_line: fields.start_line.unwrap_or(1).max(1),
        last_line: fields.end_line.unwrap_or(1).max(1),
    }
}

/// An anchor as a command of the boards has it.
pub(crate) fn anchor_fields(repository: &str, anchor: CodeAnchor) -> AnchorFields {
    AnchorFields {
        repository: Some(repository.to_owned()),
        path: Some(anchor.path),
        symbol: Some(anchor.symbol),
        content_hash: Some(anchor.content_hash),
        start_line: Some(anchor.first_line),
        end_line: Some(anchor.last_line),
    }
}

#[allow(clippy::expect_used, reason = "the pattern is a constant that every test compiles")]
static KEY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,8}\b").expect("a constant pattern"));

/// Whether people write a commit message in a document.
pub(crate) fn is_commit_message(uri: &Uri) -> bool {
    let name = uri.path().as_str().rsplit('/').next().unwrap_or_default();
    MESSAGES.contains(&name)
}

/// Whether words at a place of a document are for people: in a comment or a string, or in a commit message.
pub(crate) fn is_prose(document: &Document, span: Span) -> bool {
    match &document.tree {
        Some(tree) => tree.node_at(span).is_some_and(|(kind, _)| kind.contains("comment") || kind.contains("string")),
        None => is_commit_message(&document.uri),
    }
}

/// The words in a part of a document, in bytes, that look like keys of tasks and stand where people write for people.
pub(crate) fn keys(document: &Document, part: Span) -> Vec<(Span, &str)> {
    let text = document.text.as_str();
    let Some(inside) = text.get(part.start as usize..part.end as usize) else { return Vec::new() };
    let found = KEY.find_iter(inside).map(|found| {
        let span = Span { start: part.start + found.start() as u32, end: part.start + found.end() as u32 };
        (span, found.as_str())
    });
    found.filter(|(span, _)| is_prose(document, *span)).collect()
}

/// The line around a byte, without its end.
pub(crate) fn line_around(text: &str, byte: u32) -> Span {
    let byte = (byte as usize).min(text.len());
    let (before, after) = (&text.as_bytes()[..byte], &text.as_bytes()[byte..]);
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', after).map_or(text.len(), |at| byte + at);
    Span { start: start as u32, end: end as u32 }
}

/// The key of a task at a byte of a document.
pub(crate) fn key_at(document: &Document, byte: u32) -> Option<(Span, &str)> {
    let line = line_around(document.text.as_str(), byte);
    keys(document, line).into_iter().find(|(span, _)| span.start <= byte && byte <= span.end)
}
