//! The folder of one index and the right to write it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use tantivy::Index;
use tantivy::directory::MmapDirectory;
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager};

use super::schema::{FORMAT, Fields};
use crate::error::{Error, Result};
use crate::record::{FileKey, short_hash};
use crate::source::Skip;
use crate::tokens::{CODE_TOKENIZER, CodeTokenizer};
use crate::trigrams::{TRIGRAM_TOKENIZER, TrigramTokenizer};

/// A text index of at most this many bytes is compared with its checksums whenever it is opened for writing: some 20 ms.
const LARGEST_CHECKED: u64 = 64 << 20;

/// With less room than this many bytes a disk is full: the smallest segment needs about so much while it is written.
const ROOM: usize = 8 << 20;

/// What is written beside the data so that it can be recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct About {
    format: u32,
    root: PathBuf,
}

/// Files whose time changed but not their content: what size and time they had when that was last found out.
///
/// A `git switch` there and back touches many files; they are read once, found to be the same, and left alone from then on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    files: FxHashMap<FileKey, SeenState>,
}

/// The content hash, size and time of a file as it was last seen.
pub type SeenState = (u128, u64, u64);

impl Seen {
    /// Size and time at which a file was last seen with this content.
    pub fn get(&self, key: FileKey, hash: u128) -> Option<(u64, u64)> {
        self.files.get(&key).filter(|state| state.0 == hash).map(|state| (state.1, state.2))
    }

    /// Keeps what was found out.
    pub fn remember(&mut self, states: &[(FileKey, SeenState)]) {
        self.files.extend(states.iter().copied());
    }

    /// Drops what is known of files that are gone.
    pub fn forget(&mut self, removed: &[FileKey]) {
        for key in removed {
            self.files.remove(key);
        }
    }
}

/// The folder that holds one index.
///
/// `about.json` names the format and the workspace, `text/` is tantivy's, `vectors/` the embeddings', `skipped.json` lists
/// what the last full walk left out, `writer.lock` is held by the one process that writes.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    root: PathBuf,
}

/// The right to write an index; ends with the value or the process, however it ends.
#[derive(Debug)]
pub struct WriteLock {
    _file: File,
}

impl Folder {
    /// The folder for the workspace at `root` below `base`, named for both people and machines: `<name>-<hash of the path>`.
    pub fn of(base: &Path, root: &Path) -> Folder {
        let name: String = root
            .file_name()
            .map(|name| {
                name.to_string_lossy().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).take(40).collect()
            })
            .unwrap_or_default();
        let hash = short_hash(root.as_os_str().as_encoded_bytes());
        Folder { path: base.join(format!("{name}-{hash:016x}")), root: root.to_path_buf() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the vectors lie.
    pub fn vectors(&self) -> PathBuf {
        self.path.join("vectors")
    }

    /// Whether there is an index of the current format.
    pub fn exists(&self) -> bool {
        self.about().is_some_and(|about| about.format == FORMAT) && self.text().join("meta.json").exists()
    }

    fn text(&self) -> PathBuf {
        self.path.join("text")
    }

    fn about(&self) -> Option<About> {
        let bytes = std::fs::read(self.path.join("about.json")).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Takes the right to write.
    ///
    /// # Errors
    /// [`Error::Busy`] when another process has it.
    pub fn lock(&self) -> Result<WriteLock> {
        std::fs::create_dir_all(&self.path).map_err(Error::io("create", &self.path))?;
        let path = self.path.join("writer.lock");
        let file =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(Error::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(WriteLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Busy { path }),
            Err(TryLockError::Error(source)) => Err(Error::io("lock", &path)(source)),
        }
    }

    /// Opens the text index, or creates it. An index of another format or one that cannot be opened is built anew; the caller
    /// must hold the lock for that, so without one (`lock` is none) only a sound index is opened.
    ///
    /// # Errors
    /// When the folder cannot be written or, without the lock, when there is no sound index.
    pub fn open(&self, fields: &Fields, lock: Option<&WriteLock>) -> Result<Opened> {
        let mut rebuilt = None;
        if self.exists() {
            match self.open_text(fields) {
                Ok(index) => return Ok(Opened { index, rebuilt }),
                Err(error) if lock.is_none() || !error.is_corruption() => return Err(error),
                Err(error) => rebuilt = Some(error.to_string()),
            }
        } else if lock.is_none() {
            let source = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(Error::Io { action: "open the index in", path: self.path.clone(), source });
        }
        self.clear()?;
        let text = self.text();
        std::fs::create_dir_all(&text).map_err(Error::io("create", &text))?;
        let index = self.open_text(fields)?;
        let about = About { format: FORMAT, root: self.root.clone() };
        self.write_json("about.json", &about)?;
        Ok(Opened { index, rebuilt })
    }

    fn open_text(&self, fields: &Fields) -> Result<Index> {
        let text = self.text();
        let directory = MmapDirectory::open(&text).map_err(tantivy::TantivyError::from)?;
        let mut index = Index::open_or_create(directory, fields.schema.clone())?;
        let tokenizers = TokenizerManager::default();
        tokenizers.register(CODE_TOKENIZER, TextAnalyzer::from(CodeTokenizer::default()));
        tokenizers.register(TRIGRAM_TOKENIZER, TextAnalyzer::from(TrigramTokenizer::default()));
        index.set_tokenizers(tokenizers);
        Ok(index)
    }

    /// What is wrong with the files of an opened text index; none when nothing is found. A small index is read whole and compared with its checksums,
    /// because damaged bytes would otherwise show as wrong answers or panics later. Of a larger one only the presence of its files is looked at, so that
    /// it opens at once; [`crate::Index::verify`] reads it whole.
    ///
    /// # Errors
    /// When it cannot be read at all.
    pub fn damage(&self, index: &Index) -> Result<Option<String>> {
        let text = self.text();
        for segment in index.searchable_segment_metas()? {
            use tantivy::index::SegmentComponent as Part;
            let parts = [Part::Terms, Part::Postings, Part::Positions, Part::FastFields, Part::FieldNorms, Part::Store];
            let deleted = segment.has_deletes().then_some(Part::Delete);
            let mut files = parts.into_iter().chain(deleted).map(|part| segment.relative_path(part));
            if let Some(missing) = files.find(|file| !text.join(file).exists()) {
                return Ok(Some(format!("{} is missing", missing.display())));
            }
        }
        if tree_size(&text) > LARGEST_CHECKED {
            return Ok(None);
        }
        let damaged = index.validate_checksum()?.into_iter().next();
        Ok(damaged.map(|file| format!("{} is damaged", file.display())))
    }

    /// Removes everything but the lock.
    pub fn clear(&self) -> Result<()> {
        for name in ["about.json", "skipped.json", "seen.bin"] {
            remove(std::fs::remove_file(self.path.join(name))).map_err(Error::io("remove", self.path.join(name)))?;
        }
        for folder in [self.text(), self.vectors()] {
            remove(std::fs::remove_dir_all(&folder)).map_err(Error::io("remove", &folder))?;
        }
        Ok(())
    }

    /// Keeps the list of what the last full walk left out.
    pub fn write_skipped(&self, skipped: &[Skip]) -> Result<()> {
        self.write_json("skipped.json", &skipped)
    }

    /// What the last full walk left out; empty when that is not known.
    pub fn read_skipped(&self) -> Vec<Skip> {
        let bytes = std::fs::read(self.path.join("skipped.json")).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let bytes =
            serde_json::to_vec(value).map_err(|error| Error::io("write", self.path.join(name))(error.into()))?;
        self.write(name, &bytes)
    }

    /// Writes a small file whole or not at all.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let temporary = self.path.join(format!("{name}.new"));
        std::fs::write(&temporary, bytes).map_err(Error::io("write", &temporary))?;
        std::fs::rename(&temporary, self.path.join(name)).map_err(Error::io("write", self.path.join(name)))
    }

    /// Whether a few more megabytes can be written.
    pub fn has_room(&self) -> bool {
        let probe = self.path.join("probe.new");
        let written = std::fs::write(&probe, vec![0; ROOM]);
        // Half a probe is of no use either.
        let _ = std::fs::remove_file(&probe);
        written.is_ok()
    }

    /// Keeps what is known of files that were touched without a change.
    pub fn write_seen(&self, seen: &Seen) -> Result<()> {
        let bytes =
            postcard::to_stdvec(seen).map_err(|error| Error::io("write", &self.path)(std::io::Error::other(error)))?;
        self.write("seen.bin", &bytes)
    }

    /// What is known of files that were touched without a change; when it is lost, they are read once more.
    pub fn read_seen(&self) -> Seen {
        let bytes = std::fs::read(self.path.join("seen.bin")).unwrap_or_default();
        postcard::from_bytes(&bytes).unwrap_or_default()
    }

    /// Bytes on disk, by the part of the index.
    pub fn size(&self) -> Vec<(String, u64)> {
        let mut sizes = Vec::new();
        for entry in std::fs::read_dir(&self.path).into_iter().flatten().flatten() {
            sizes.push((entry.file_name().to_string_lossy().into_owned(), tree_size(&entry.path())));
        }
        sizes.sort();
        sizes
    }
}

/// An opened text index.
pub struct Opened {
    /// The index.
    pub index: Index,
    /// Why it was built anew, when it was.
    pub rebuilt: Option<String>,
}

/// Removing what is not there is fine.
fn remove(result: std::io::Result<()>) -> std::io::Result<()> {
    match result {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn tree_size(path: &Path) -> u64 {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| tree_size(&entry.path())).sum()
        }
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    }
}
