//! The thread that owns the documents of a window.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use engine::{Engine, WindowId};
use grammars::Extractor;
use rustc_hash::FxHashMap;
use tower_lsp_server::ls_types::{TextDocumentContentChangeEvent, Uri};

use super::document::{Home, LARGEST_PARSED};
use super::open::{Open, read};
use super::{Folder, Listener, Note, Published};
use crate::convert::file_path;
use crate::text::Encoding;

/// A document has settled when nothing came for so long.
const PAUSE: Duration = Duration::from_millis(400);

pub(super) struct Owner {
    engine: Engine,
    window: WindowId,
    listener: Box<dyn Listener>,
    encoding: Encoding,
    folders: Vec<Folder>,
    published: Arc<Published>,
    documents: FxHashMap<String, Open>,
    extractor: Extractor,
    notes: Sender<Note>,
}

impl Owner {
    pub(super) fn new(
        engine: Engine,
        listener: Box<dyn Listener>,
        published: Arc<Published>,
        notes: Sender<Note>,
    ) -> Owner {
        Owner {
            window: engine.new_window(),
            engine,
            listener,
            encoding: Encoding::default(),
            folders: Vec::new(),
            published,
            documents: FxHashMap::default(),
            extractor: Extractor::new(),
            notes,
        }
    }

    /// Runs until [`Note::Stop`]. `done` is told the size of each note of others when it is dealt with.
    pub(super) fn run(mut self, notes: &Receiver<Note>, done: impl Fn(usize)) {
        loop {
            let unsettled = self.documents.values().any(|open| open.unsettled);
            let note = match unsettled {
                true => notes.recv_timeout(PAUSE),
                false => notes.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match note {
                Ok(note) => {
                    let size = note.size();
                    // The owner's own threads send these, and count nothing.
                    let counted = !matches!(note, Note::Parsed(_));
                    let last = matches!(note, Note::Stop);
                    // A fault in one document must not end the window.
                    let dealt = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.take(note)));
                    if counted {
                        done(size);
                    }
                    if last {
                        break;
                    }
                    if dealt.is_err() {
                        self.listener.odd("a fault in DevMentor: an edit could not be followed".to_owned());
                    }
                    if notes.is_empty() {
                        self.catch_up();
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.settle(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        for folder in &self.folders {
            folder.lease.close_window(self.window);
        }
        self.published.folders.store(Arc::default());
    }

    fn take(&mut self, note: Note) {
        match note {
            Note::Encoding(encoding) => self.encoding = encoding,
            Note::Open { uri, language, version, text } => self.open(uri, &language, version, text),
            Note::Change { uri, version, changes } => self.change(uri, version, changes),
            Note::Save { uri, text } => self.save(&uri, text),
            Note::Close(uri) => self.close(&uri),
            Note::Folders { added, removed } => self.change_folders(added, &removed),
            Note::Files(files) => self.files(&files),
            Note::Get { uri, reply } => match self.documents.get_mut(uri.as_str()) {
                Some(open) => {
                    open.parse(&mut self.extractor, &self.notes);
                    open.give(reply);
                }
                None => {
                    // Whoever asked may have been cancelled.
                    let _ = reply.send(None);
                }
            },
            Note::Parsed(parsed) => {
                if let Some(open) = self.documents.get_mut(parsed.uri.as_str()) {
                    open.parsed(parsed);
                    open.parse(&mut self.extractor, &self.notes);
                    open.answer();
                }
            }
            // Whoever asked may have been cancelled.
            Note::Reached(reply) => drop(reply.send(())),
            Note::Unsettle => self.documents.values_mut().for_each(|open| open.unsettled = true),
            Note::Stop => {}
        }
    }

    fn open(&mut self, uri: Uri, language: &str, version: i32, text: String) {
        if self.documents.contains_key(uri.as_str()) {
            self.listener.odd(format!("{} was opened twice; the newer text counts", uri.as_str()));
        }
        let mut open = Open::new(uri.clone(), file_path(&uri), language, version, text);
        open.home = home(&self.folders, open.file.as_deref());
        self.published.documents.write().insert(uri.as_str().to_owned(), open.current().clone());
        self.documents.insert(uri.as_str().to_owned(), open);
    }

    fn change(&mut self, uri: Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        let Some(open) = self.documents.get_mut(uri.as_str()) else {
            self.listener
                .odd(format!("{} was edited but never opened; its saved text counts until it is opened", uri.as_str()));
            let file = file_path(&uri);
            let text = file.as_deref().and_then(read).unwrap_or_default();
            self.open(uri.clone(), "", version, text);
            if let Some(open) = self.documents.get_mut(uri.as_str()) {
                open.trusted = false;
                open.apply(changes, self.encoding);
            }
            return;
        };
        if version <= open.version() && open.trusted {
            self.listener.odd(format!(
                "{} came as version {version} after version {}; its saved text counts until it is saved or sent whole",
                uri.as_str(),
                open.version()
            ));
            open.trusted = false;
            open.reread();
        }
        open.apply(changes, self.encoding);
        open.set_version(version.max(open.version()));
    }

    fn save(&mut self, uri: &Uri, text: Option<String>) {
        let Some(open) = self.documents.get_mut(uri.as_str()) else { return };
        match text {
            Some(text) if text != open.text().as_str() => {
                if open.trusted {
                    self.listener.odd(format!("{} was saved with another text than its edits gave", uri.as_str()));
                }
                open.set_text(text);
                open.trusted = true;
            }
            Some(_) => open.trusted = true,
            None if !open.trusted => {
                open.reread();
                open.trusted = true;
            }
            None => {}
        }
        // What git and the disk know has changed, if not the text.
        open.unsettled = true;
        if let Some(file) = open.file.clone() {
            self.files(&[file]);
        }
    }

    fn close(&mut self, uri: &Uri) {
        self.published.documents.write().remove(uri.as_str());
        if let Some(open) = self.documents.remove(uri.as_str()) {
            if let Some(home) = &open.home {
                home.workspace().close_buffer(self.window, &home.path);
            }
            self.listener.closed(uri);
        }
    }

    fn change_folders(&mut self, added: Vec<(Uri, PathBuf)>, removed: &[Uri]) {
        self.folders.retain(|folder| {
            let gone = removed.contains(&folder.uri);
            if gone {
                folder.lease.close_window(self.window);
            }
            !gone
        });
        for (uri, path) in added {
            if self.folders.iter().any(|folder| folder.uri == uri) {
                continue;
            }
            match self.engine.open(&path) {
                Ok(lease) => {
                    let folder = Folder { uri, lease: Arc::new(lease) };
                    self.listener.folder_opened(&folder);
                    self.folders.push(folder);
                }
                Err(error) => self.listener.odd(error.to_string()),
            }
        }
        self.published.folders.store(Arc::new(self.folders.clone()));
        for open in self.documents.values_mut() {
            let home = home(&self.folders, open.file.as_deref());
            if let Some(old) = &open.home {
                old.workspace().close_buffer(self.window, &old.path);
            }
            open.set_home(home);
        }
    }

    fn files(&self, files: &[PathBuf]) {
        for folder in &self.folders {
            let paths: Vec<String> = files.iter().filter_map(|file| folder.lease.relative(file)).collect();
            if !paths.is_empty() {
                folder.lease.files_changed(paths);
            }
        }
    }

    /// Nothing more waits: makes the trees of what was edited, and hands the texts to the engine.
    fn catch_up(&mut self) {
        for open in self.documents.values_mut() {
            open.parse(&mut self.extractor, &self.notes);
            if open.told {
                continue;
            }
            open.told = true;
            let Some(home) = &open.home else { continue };
            if open.trusted && open.text().as_str().len() <= LARGEST_PARSED {
                home.workspace().set_buffer(self.window, &home.path, open.text().shared().clone());
            } else {
                home.workspace().close_buffer(self.window, &home.path);
            }
        }
    }

    fn settle(&mut self) {
        self.catch_up();
        for open in self.documents.values_mut() {
            if std::mem::take(&mut open.unsettled) {
                if open.is_parsing() {
                    open.unsettled = true;
                    continue;
                }
                self.listener.settled(open.snapshot());
            }
        }
    }
}

/// Where a file belongs: the innermost folder that holds it.
fn home(folders: &[Folder], file: Option<&Path>) -> Option<Home> {
    let file = file?;
    let find = |file: &Path| {
        let inside = folders.iter().filter_map(|folder| Some((folder, folder.lease.relative(file)?)));
        inside.max_by_key(|(folder, _)| folder.lease.root().as_os_str().len())
    };
    let found = find(file).or_else(|| find(&file.canonicalize().ok()?));
    found.map(|(folder, path)| Home { lease: folder.lease.clone(), path })
}
