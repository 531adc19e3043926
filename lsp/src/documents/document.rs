//! One open document as a request sees it: a version of its text, its tree, its facts.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, OnceLock};

use engine::{Lease, Workspace};
use grammars::{Detail, Extractor, FileFacts, SyntaxTree};
use parking_lot::Mutex;
use tower_lsp_server::ls_types::Uri;

use crate::text::Text;

/// Texts up to this size are parsed and searched, in bytes; of larger ones only the text is kept.
pub(crate) const LARGEST_PARSED: usize = 4 << 20;

/// A document of a workspace.
#[derive(Clone)]
pub(crate) struct Home {
    /// Its workspace.
    pub(crate) lease: Arc<Lease>,
    /// Its path in it.
    pub(crate) path: String,
}

impl Home {
    pub(crate) fn workspace(&self) -> &Workspace {
        &self.lease
    }
}

/// One version of an open document. Later edits do not touch it.
pub(crate) struct Document {
    /// Its address.
    pub(crate) uri: Uri,
    /// The version that the client gave it.
    pub(crate) version: i32,
    /// Its text.
    pub(crate) text: Text,
    /// Its tree; none when the language is unknown or the text too large.
    pub(crate) tree: Option<SyntaxTree>,
    /// Where it belongs; none for what is untitled or outside all folders.
    pub(crate) home: Option<Home>,
    /// The newest version that the client has sent.
    pub(crate) newest: Arc<AtomicI32>,
    facts: OnceLock<Arc<FileFacts>>,
}

impl Document {
    pub(crate) fn new(
        uri: Uri,
        version: i32,
        text: Text,
        tree: Option<SyntaxTree>,
        home: Option<Home>,
        newest: Arc<AtomicI32>,
    ) -> Document {
        Document { uri, version, text, tree, home, newest, facts: OnceLock::new() }
    }

    /// Its facts in full detail, read from the tree when they are first needed; empty without a tree.
    pub(crate) fn facts(&self) -> &Arc<FileFacts> {
        self.facts.get_or_init(|| {
            let facts = self
                .tree
                .as_ref()
                .map(|tree| with_extractor(|extractor| extractor.extract(tree, self.text.as_str(), Detail::Full)));
            Arc::new(facts.unwrap_or_default())
        })
    }

    /// Whether the client has sent a newer version meanwhile.
    pub(crate) fn is_stale(&self) -> bool {
        self.newest.load(Ordering::Acquire) != self.version
    }
}

/// Extractors are kept for the next who needs one: each holds parsers that take long to make.
pub(crate) fn with_extractor<R>(work: impl FnOnce(&mut Extractor) -> R) -> R {
    static POOL: Mutex<Vec<Extractor>> = Mutex::new(Vec::new());
    /// More are not kept.
    const KEPT: usize = 4;
    let mut extractor = POOL.lock().pop().unwrap_or_default();
    let result = work(&mut extractor);
    let mut pool = POOL.lock();
    if pool.len() < KEPT {
        pool.push(extractor);
    }
    result
}
