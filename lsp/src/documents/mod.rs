//! The open documents of one window, and the one thread that owns them.
//!
//! Everything that a client notifies goes into one queue in the order in which it came; requests ask in the same queue. So a request sees exactly
//! what was sent before it, and no handler ever waits to hand something over. When nothing waits in the queue, a request takes the document from where
//! the owner keeps it, and needs no other thread.

mod document;
mod open;
mod owner;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use arc_swap::{ArcSwap, ArcSwapOption};
use crossbeam_channel::{Sender, unbounded};
use engine::{Engine, Lease};
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashMap;
use tokio::sync::{Notify, oneshot};
use tower_lsp_server::ls_types::{TextDocumentContentChangeEvent, Uri};

use crate::text::Encoding;
pub(crate) use document::{Document, with_extractor};

/// So many bytes of edits may wait; then no more is read from the client until some are done.
const MOST_WAITING: usize = 64 << 20;

/// A folder of the window with its workspace.
#[derive(Clone)]
pub(crate) struct Folder {
    /// As the client named it.
    pub(crate) uri: Uri,
    /// Its workspace.
    pub(crate) lease: Arc<Lease>,
}

/// What the owner is told.
pub(crate) enum Note {
    /// Positions are counted so from now on.
    Encoding(Encoding),
    /// A document was opened.
    Open { uri: Uri, language: String, version: i32, text: String },
    /// A document was edited.
    Change { uri: Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent> },
    /// A document was saved; with its text, when the client sends it.
    Save { uri: Uri, text: Option<String> },
    /// A document was closed.
    Close(Uri),
    /// Folders of the window came and went.
    Folders { added: Vec<(Uri, PathBuf)>, removed: Vec<Uri> },
    /// Files changed, as the client saw.
    Files(Vec<PathBuf>),
    /// Every document is to be looked at again, as if it had just been edited.
    Unsettle,
    /// A request wants a document as it is now.
    Get { uri: Uri, reply: oneshot::Sender<Option<Arc<Document>>> },
    /// A request wants all that was told before it to be done.
    Reached(oneshot::Sender<()>),
    /// A parse that took long is done.
    Parsed(open::Parsed),
    /// The window is gone.
    Stop,
}

impl Note {
    /// About how much memory it holds, in bytes.
    fn size(&self) -> usize {
        match self {
            Note::Open { text, .. } => text.len(),
            Note::Change { changes, .. } => changes.iter().map(|change| change.text.len() + 64).sum(),
            Note::Save { text, .. } => text.as_ref().map_or(0, String::len),
            // Sent by a thread of the owner's own, and not counted.
            Note::Parsed(_) => 0,
            _ => 64,
        }
    }
}

/// What the owner calls; from its own thread, so nothing here may wait.
pub(crate) trait Listener: Send + 'static {
    /// A folder was opened.
    fn folder_opened(&self, folder: &Folder);
    /// A document was closed.
    fn closed(&self, uri: &Uri);
    /// Nothing has changed in a document for a moment.
    fn settled(&self, document: Arc<Document>);
    /// Something is odd that the user may want to read about.
    fn odd(&self, message: String);
}

/// A handle on the open documents of a window.
pub(crate) struct Documents {
    notes: Sender<Note>,
    waiting: Arc<Waiting>,
    published: Arc<Published>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the owner lets others look at.
#[derive(Default)]
pub(crate) struct Published {
    folders: ArcSwap<Vec<Folder>>,
    /// By address, each document as it is now; none in it, when the owner has to be asked.
    documents: RwLock<FxHashMap<String, Arc<ArcSwapOption<Document>>>>,
}

/// How a document is asked for.
enum Asked {
    Known(Option<Arc<Document>>),
    Later(oneshot::Receiver<Option<Arc<Document>>>),
}

/// How much waits for the owner.
#[derive(Default)]
struct Waiting {
    notes: AtomicUsize,
    bytes: AtomicUsize,
    less: Notify,
}

impl Documents {
    /// Starts the owner.
    ///
    /// # Errors
    /// When the system gives no more threads.
    pub(crate) fn start(engine: Engine, listener: impl Listener) -> std::io::Result<Documents> {
        let (notes, received) = unbounded();
        let waiting = Arc::new(Waiting::default());
        let published = Arc::new(Published::default());
        let owner = owner::Owner::new(engine, Box::new(listener), published.clone(), notes.clone());
        let done = waiting.clone();
        let thread = std::thread::Builder::new().name("documents".to_owned()).spawn(move || {
            owner.run(&received, |bytes| {
                done.notes.fetch_sub(1, Ordering::AcqRel);
                done.bytes.fetch_sub(bytes, Ordering::AcqRel);
                done.less.notify_one();
            });
        })?;
        Ok(Documents { notes, waiting, published, thread: Mutex::new(Some(thread)) })
    }

    /// Tells the owner something. Never waits.
    pub(crate) fn tell(&self, note: Note) {
        self.waiting.notes.fetch_add(1, Ordering::AcqRel);
        self.waiting.bytes.fetch_add(note.size(), Ordering::AcqRel);
        // The owner is gone only when the window is.
        let _ = self.notes.send(note);
    }

    /// A document as it is after everything that was told before this call; none when it is not open. The question is asked when this is called,
    /// not when the future is first polled.
    pub(crate) fn get(&self, uri: &Uri) -> impl Future<Output = Option<Arc<Document>>> + Send + 'static {
        let asked = match self.at_hand(uri) {
            Some(document) => Asked::Known(document),
            None => {
                let (reply, answer) = oneshot::channel();
                self.tell(Note::Get { uri: uri.clone(), reply });
                Asked::Later(answer)
            }
        };
        async {
            match asked {
                Asked::Known(document) => document,
                Asked::Later(answer) => answer.await.ok().flatten(),
            }
        }
    }

    /// The document, when that can be said without asking the owner.
    fn at_hand(&self, uri: &Uri) -> Option<Option<Arc<Document>>> {
        if !self.is_idle() {
            return None;
        }
        match self.published.documents.read().get(uri.as_str()) {
            Some(current) => current.load_full().map(Some),
            None => Some(None),
        }
    }

    /// Whether all that was told is done.
    fn is_idle(&self) -> bool {
        self.waiting.notes.load(Ordering::Acquire) == 0
    }

    /// Ends when everything is done that was told before this call.
    pub(crate) fn reached(&self) -> impl Future<Output = ()> + Send + 'static {
        let asked = (!self.is_idle()).then(|| {
            let (reply, answer) = oneshot::channel();
            self.tell(Note::Reached(reply));
            answer
        });
        async {
            if let Some(answer) = asked {
                // The owner is gone only when the window is.
                let _ = answer.await;
            }
        }
    }

    /// Waits while more waits for the owner than memory should hold.
    pub(crate) async fn room(&self) {
        while self.waiting.bytes.load(Ordering::Acquire) > MOST_WAITING {
            self.waiting.less.notified().await;
        }
    }

    /// The folders of the window.
    pub(crate) fn folders(&self) -> Arc<Vec<Folder>> {
        self.published.folders.load_full()
    }

    /// Ends the owner and lets go of documents and folders.
    pub(crate) fn stop(&self) {
        self.tell(Note::Stop);
        if let Some(thread) = self.thread.lock().take() {
            // A panic of the thread was reported where it happened.
            let _ = thread.join();
        }
    }
}
