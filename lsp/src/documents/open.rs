//! One open document as its owner holds it: text, tree, and how the tree follows the text.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use crossbeam_channel::Sender;
use grammars::{Edit, Extractor, Language, ParseError, ParseLimits, SyntaxTree};
use tokio::sync::oneshot;
use tower_lsp_server::ls_types::{TextDocumentContentChangeEvent, Uri};

use super::Note;
use super::document::{Document, Home, LARGEST_PARSED, with_extractor};
use crate::text::{Encoding, Place, Text};

/// A tree that follows an edit takes a millisecond. One that takes longer than this is made on another thread.
const AT_ONCE: Duration = Duration::from_millis(30);
/// A parse on another thread is given up after so long; the document then has no tree until it is edited.
const AT_LEISURE: Duration = Duration::from_secs(5);

/// A parse that was done on another thread.
pub(crate) struct Parsed {
    pub(crate) uri: Uri,
    /// The edit after which it was begun.
    pub(crate) edits: u64,
    pub(crate) tree: Option<SyntaxTree>,
}

/// How the tree stands to the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parse {
    /// It is of the text, or there is none to be had.
    Fresh,
    /// The text has changed since.
    Due,
    /// It is being made on another thread.
    Running,
}

/// An open document.
pub(crate) struct Open {
    pub(crate) uri: Uri,
    /// Where it is on disk; none for what is no file.
    pub(crate) file: Option<PathBuf>,
    pub(crate) home: Option<Home>,
    /// Whether the text is surely that of the client. If not, it is that of the disk until the client sends it whole.
    pub(crate) trusted: bool,
    /// Whether the engine has the newest text.
    pub(crate) told: bool,
    /// Whether anything has changed since the last pause.
    pub(crate) unsettled: bool,
    version: i32,
    newest: Arc<AtomicI32>,
    text: Text,
    language: Option<Language>,
    tree: Option<SyntaxTree>,
    parse: Parse,
    edits: u64,
    /// The document as it is now, with its tree; none until somebody asks after an edit. Requests look here first.
    current: Arc<ArcSwapOption<Document>>,
    waiting: Vec<oneshot::Sender<Option<Arc<Document>>>>,
}

impl Open {
    pub(crate) fn new(uri: Uri, file: Option<PathBuf>, language_id: &str, version: i32, text: String) -> Open {
        let by_path = file.as_deref().and_then(|file| grammars::detect(file, text.as_bytes()));
        let language = by_path.or_else(|| language_of(language_id));
        let mut open = Open {
            uri,
            file,
            home: None,
            trusted: true,
            told: false,
            unsettled: true,
            version,
            newest: Arc::new(AtomicI32::new(version)),
            text: Text::new(String::new()),
            language,
            tree: None,
            parse: Parse::Fresh,
            edits: 0,
            current: Arc::default(),
            waiting: Vec::new(),
        };
        open.set_text(text);
        open
    }

    pub(crate) fn version(&self) -> i32 {
        self.version
    }

    pub(crate) fn text(&self) -> &Text {
        &self.text
    }

    /// Takes another text as a whole.
    pub(crate) fn set_text(&mut self, text: String) {
        self.text = Text::new(text);
        self.tree = None;
        self.changed();
    }

    pub(crate) fn set_version(&mut self, version: i32) {
        self.version = version;
        self.newest.store(version, Ordering::Release);
        self.current.store(None);
    }

    pub(crate) fn set_home(&mut self, home: Option<Home>) {
        self.home = home;
        self.told = false;
        self.unsettled = true;
        self.current.store(None);
    }

    fn changed(&mut self) {
        self.edits += 1;
        self.told = false;
        self.unsettled = true;
        self.current.store(None);
        let parsed = self.language.is_some() && self.text.as_str().len() <= LARGEST_PARSED;
        if !parsed {
            self.tree = None;
        }
        self.parse = match self.parse {
            Parse::Running => Parse::Running,
            _ if parsed => Parse::Due,
            _ => Parse::Fresh,
        };
    }

    /// Applies edits in their order.
    pub(crate) fn apply(&mut self, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        for change in changes {
            let Some(range) = change.range else {
                self.set_text(change.text);
                self.trusted = true;
                continue;
            };
            if !self.trusted {
                continue;
            }
            let [from, to] = [range.start, range.end].map(|at| Place { line: at.line, column: at.character });
            let edited = self.text.replace(from, to, &change.text, encoding);
            if let Some(tree) = &mut self.tree {
                let (start, old_end, new_end) = edited.bytes;
                tree.edit(Edit { start, old_end, new_end }, edited.points);
            }
            self.changed();
        }
    }

    /// Reads the text from the disk, because the client's cannot be known.
    pub(crate) fn reread(&mut self) {
        let text = self.file.as_deref().and_then(read).unwrap_or_default();
        self.set_text(text);
    }

    /// Brings the tree up to date, here if that is quick, else on another thread.
    pub(crate) fn parse(&mut self, extractor: &mut Extractor, notes: &Sender<Note>) {
        let (Parse::Due, Some(language)) = (self.parse, self.language) else { return };
        let limits = ParseLimits { timeout: AT_ONCE, ..ParseLimits::default() };
        let text = self.text.as_str();
        let parsed = match &self.tree {
            Some(tree) => extractor.reparse(tree, text, &limits),
            None => extractor.parse(language, text, &limits),
        };
        self.parse = match parsed {
            Ok(tree) => {
                self.tree = Some(tree);
                Parse::Fresh
            }
            Err(ParseError::Timeout(_)) => {
                self.tree = None;
                self.parse_at_leisure(language, notes)
            }
            Err(error) => {
                tracing::debug!(uri = self.uri.as_str(), %error, "no tree");
                self.tree = None;
                Parse::Fresh
            }
        };
    }

    fn parse_at_leisure(&self, language: Language, notes: &Sender<Note>) -> Parse {
        let (uri, edits, text, notes) = (self.uri.clone(), self.edits, self.text.shared().clone(), notes.clone());
        let started = std::thread::Builder::new().name("parse".to_owned()).spawn(move || {
            let limits = ParseLimits { timeout: AT_LEISURE, ..ParseLimits::default() };
            let tree = with_extractor(|extractor| extractor.parse(language, &text, &limits)).ok();
            // The owner is gone only when the window is.
            let _ = notes.send(Note::Parsed(Parsed { uri, edits, tree }));
        });
        match started {
            Ok(_) => Parse::Running,
            Err(error) => {
                tracing::warn!(%error, "cannot start a thread to parse");
                Parse::Fresh
            }
        }
    }

    /// Takes a tree that was made on another thread, if it is still of this text; otherwise another is due.
    pub(crate) fn parsed(&mut self, parsed: Parsed) {
        if parsed.edits == self.edits {
            self.tree = parsed.tree;
            self.parse = Parse::Fresh;
        } else if self.parse == Parse::Running {
            self.parse = Parse::Due;
            self.tree = None;
        }
    }

    /// Gives the document as it is now to whoever asks, once it has its tree.
    pub(crate) fn give(&mut self, reply: oneshot::Sender<Option<Arc<Document>>>) {
        self.waiting.push(reply);
        self.answer();
    }

    /// Answers those who wait for the tree.
    pub(crate) fn answer(&mut self) {
        if self.waiting.is_empty() || self.parse != Parse::Fresh {
            return;
        }
        let document = self.snapshot();
        for reply in self.waiting.drain(..) {
            // Whoever asked may have been cancelled.
            let _ = reply.send(Some(document.clone()));
        }
    }

    /// The document as it is now, with its tree if that is ready. Only the former is kept for others.
    pub(crate) fn snapshot(&self) -> Arc<Document> {
        if let Some(current) = self.current.load_full() {
            return current;
        }
        let fresh = self.parse == Parse::Fresh;
        let tree = if fresh { self.tree.clone() } else { None };
        let (uri, home, newest) = (self.uri.clone(), self.home.clone(), self.newest.clone());
        let made = Arc::new(Document::new(uri, self.version, self.text.clone(), tree, home, newest));
        if fresh {
            self.current.store(Some(made.clone()));
        }
        made
    }

    /// Where [`Open::snapshot`] keeps it.
    pub(crate) fn current(&self) -> &Arc<ArcSwapOption<Document>> {
        &self.current
    }

    /// Whether requests wait or could be answered with a tree of another text.
    pub(crate) fn is_parsing(&self) -> bool {
        self.parse != Parse::Fresh
    }
}

/// The text of a file, decoded as the index decodes it.
pub(crate) fn read(file: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    index::source::read_file(file, LARGEST_PARSED as u64, &mut bytes).ok()?;
    Some(index::source::decode(&bytes).ok()?.text.into_owned())
}

/// A language by the name that editors use.
fn language_of(id: &str) -> Option<Language> {
    let name = match id {
        "typescriptreact" => "tsx",
        "javascriptreact" => "javascript",
        "shellscript" | "sh" | "zsh" => "bash",
        "objective-c" => "objc",
        "objective-cpp" => "cpp",
        "makefile" => "make",
        "terraform" => "hcl",
        "proto" | "proto3" => "protobuf",
        "cs" => "csharp",
        other => other,
    };
    Language::by_name(name)
}
