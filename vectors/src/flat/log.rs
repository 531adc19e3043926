//! The file: frames appended, read back and checked, and mapped into memory.
//!
//! Why a kill at any instant is harmless: a frame counts only when its checksum is right, frames are only ever appended,
//! and a file comes into being under its name complete (written aside, made durable, renamed). A cut-off frame at the end is
//! what a kill leaves, and is dropped. A damaged frame with a commit behind it was durable once: that is not a kill but a
//! broken file, and is reported.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memmap2::{Mmap, MmapOptions};

use super::frame::{ALIGN, Data, Header, Kind, stride};
use crate::Collection;
use crate::error::{Error, Result};

/// The file being written.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    file: File,
    /// Where the next frame goes.
    end: u64,
    /// The number of the next frame.
    number: u64,
    /// Where the file ended at the last commit.
    committed: u64,
    /// Making it durable failed once. The system may have dropped what it could not write, so a later success proves nothing.
    suspect: bool,
}

/// Where a log could be cut back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    end: u64,
    number: u64,
}

impl Log {
    /// A new file at `path` with nothing but the name of the collection, over anything that stood there.
    pub(crate) fn create(path: &Path, collection: &Collection) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        let file = options.open(path).map_err(Error::io("create", path))?;
        let mut log = Log { path: path.to_owned(), file, end: 0, number: 0, committed: 0, suspect: false };
        let mut frame = vec![0; ALIGN];
        frame.extend((collection.dimensions() as u32).to_le_bytes());
        frame.extend(collection.model().as_bytes());
        frame.resize(frame.len().next_multiple_of(ALIGN), 0);
        log.append(Kind::Collection, &mut frame, [0; 3])?;
        Ok(log)
    }

    /// Opens the file and hands every data frame to `each`. With `write`, a tail that a kill cut off is removed; else it is
    /// only ignored.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when something that was durable is damaged, [`Error::OtherCollection`] when the file belongs to
    /// another model.
    pub(crate) fn open(
        path: &Path,
        collection: &Collection,
        write: bool,
        mut each: impl FnMut(Data<'_>),
    ) -> Result<Self> {
        let file = OpenOptions::new().read(true).write(write).open(path).map_err(Error::io("open", path))?;
        let length = file.metadata().map_err(Error::io("open", path))?.len();
        let mut log = Log { path: path.to_owned(), file, end: 0, number: 0, committed: 0, suspect: false };
        // The writer may take back what it has not committed, and a reader of another process would still have it mapped.
        let limit = if write { length } else { log.last_commit(length)? };
        let mut frame = Vec::new();
        while let Some(header) = log.read_frame(limit, &mut frame)? {
            let body = &frame[ALIGN..];
            match header.kind {
                Kind::Collection if log.number == 0 => log.check_collection(collection, body)?,
                Kind::Data if log.number > 0 => {
                    let data = Data::new(header, body, stride(collection.dimensions()));
                    each(data.ok_or_else(|| log.corrupt("the counts of a frame do not fit its length"))?);
                }
                Kind::Commit if log.number > 0 => log.committed = log.end + ALIGN as u64,
                _ => return Err(log.corrupt("a frame that does not belong there")),
            }
            log.end += frame.len() as u64;
            log.number += 1;
        }
        if log.number == 0 {
            return Err(log.corrupt("it does not start like a file of vectors"));
        }
        if log.end < length {
            if log.commit_follows(length)? {
                return Err(log.corrupt("a checksum does not match"));
            }
            if write {
                let bytes = length - log.end;
                tracing::info!(path = %path.display(), bytes, "dropped a write that was cut off by a kill");
                log.file.set_len(log.end).map_err(Error::io("cut", path))?;
            }
        }
        Ok(log)
    }

    /// Reads the frame at the end into `frame`; `None` when there is no whole one.
    fn read_frame(&mut self, length: u64, frame: &mut Vec<u8>) -> Result<Option<Header>> {
        let left = length - self.end;
        if left < ALIGN as u64 {
            return Ok(None);
        }
        self.read_at(self.end, ALIGN, frame)?;
        let Some(header) = Header::parse(frame, self.end) else {
            return Ok(None);
        };
        if header.number != self.number || (ALIGN + header.body) as u64 > left {
            return Ok(None);
        }
        self.read_at(self.end, ALIGN + header.body, frame)?;
        Ok(Header::is_whole(frame).then_some(header))
    }

    fn read_at(&mut self, at: u64, length: usize, buffer: &mut Vec<u8>) -> Result<()> {
        buffer.resize(length, 0);
        let read = self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.read_exact(buffer));
        read.map_err(Error::io("read", &self.path))
    }

    /// Where the last commit ends, by the headers alone.
    fn last_commit(&mut self, length: u64) -> Result<u64> {
        let (mut at, mut last) = (0, 0);
        let mut header = Vec::new();
        while at + ALIGN as u64 <= length {
            self.read_at(at, ALIGN, &mut header)?;
            let Some(header) = Header::parse(&header, at) else {
                break;
            };
            at += (ALIGN + header.body) as u64;
            if header.kind == Kind::Commit {
                last = at;
            }
        }
        Ok(last.min(length))
    }

    /// Whether a commit stands behind the end: only durable frames are followed by one.
    fn commit_follows(&mut self, length: u64) -> Result<bool> {
        let mut buffer = Vec::new();
        let mut at = (self.end / ALIGN as u64 + 1) * ALIGN as u64;
        while at + ALIGN as u64 <= length {
            let size = (length - at).min(1 << 20) as usize / ALIGN * ALIGN;
            self.read_at(at, size, &mut buffer)?;
            for (place, bytes) in (at..).step_by(ALIGN).zip(buffer.chunks_exact(ALIGN)) {
                let header = Header::parse(bytes, place);
                if header.is_some_and(|header| header.kind == Kind::Commit) && Header::is_whole(bytes) {
                    return Ok(true);
                }
            }
            at += size as u64;
        }
        Ok(false)
    }

    fn check_collection(&self, collection: &Collection, body: &[u8]) -> Result<()> {
        let (dimensions, model) = body.split_at(4);
        let dimensions = u32::from_le_bytes([dimensions[0], dimensions[1], dimensions[2], dimensions[3]]);
        let model = String::from_utf8_lossy(model);
        let model = model.trim_end_matches('\0');
        if (model, dimensions as usize) == (collection.model(), collection.dimensions()) {
            return Ok(());
        }
        Err(Error::OtherCollection {
            place: self.path.display().to_string(),
            found: format!("vectors of {model} with {dimensions} dimensions"),
            expected: format!("those of {} with {}", collection.model(), collection.dimensions()),
        })
    }

    fn corrupt(&self, what: &'static str) -> Error {
        Error::Corrupt { path: self.path.clone(), at: self.end, what }
    }

    /// Appends a data frame made by [`super::frame::data`]; returns where it starts. When that fails, what was there stays.
    pub(crate) fn append_data(&mut self, frame: &mut [u8], counts: [usize; 3]) -> Result<u64> {
        self.append(Kind::Data, frame, counts.map(|count| count as u32))
    }

    fn append(&mut self, kind: Kind, frame: &mut [u8], [rows, points, removed]: [u32; 3]) -> Result<u64> {
        let at = self.end;
        let body = frame.len() - ALIGN;
        Header { kind, at, number: self.number, body, rows, points, removed }.seal(frame);
        let written = self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.write_all(frame));
        if let Err(error) = written {
            self.cut(self.mark());
            return Err(Error::io("write", &self.path)(error));
        }
        self.end += frame.len() as u64;
        self.number += 1;
        Ok(at)
    }

    /// Where the log ends now, to [`Log::cut`] it back to.
    pub(crate) fn mark(&self) -> Mark {
        Mark { end: self.end, number: self.number }
    }

    /// Drops the frames behind `mark`.
    pub(crate) fn cut(&mut self, mark: Mark) {
        self.end = mark.end;
        self.number = mark.number;
        // Should even this fail, the rest of a frame stays behind the end: the next frame is written over it, and on
        // opening it counts as cut off.
        if let Err(error) = self.file.set_len(mark.end) {
            tracing::warn!(path = %self.path.display(), %error, "cannot cut off an incomplete write");
        }
    }

    /// Makes everything appended so far durable, and says so in the file.
    pub(crate) fn commit(&mut self) -> Result<()> {
        if self.committed == self.end {
            return Ok(());
        }
        if self.suspect {
            let source = std::io::Error::other("an earlier attempt failed; close the store and open it again");
            return Err(Error::io("make durable", &self.path)(source));
        }
        if let Err(error) = self.file.sync_data() {
            self.suspect = true;
            return Err(Error::io("make durable", &self.path)(error));
        }
        self.append(Kind::Commit, &mut [0; ALIGN], [0; 3])?;
        self.committed = self.end;
        Ok(())
    }

    /// Bytes of the file.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes from `start` to the end as memory.
    fn map(&self, start: u64) -> Result<Mmap> {
        let mut options = MmapOptions::new();
        options.offset(start).len((self.end - start) as usize);
        // SAFETY: the bytes of a frame never change once it is written, and the file is never cut within one: it belongs to
        // this process (a lock says so), and readers of other processes only read.
        #[allow(unsafe_code)]
        let map = unsafe { options.map(&self.file) };
        map.map_err(Error::io("map into memory", &self.path))
    }
}

/// Renames a complete, durable file to its name, and makes the name durable too.
pub(crate) fn put_in_place(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).map_err(Error::io("rename", from))?;
    // Only Unix lets a folder be made durable, and only there is it needed.
    if cfg!(unix)
        && let Some(folder) = to.parent()
    {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(Error::io("make durable", folder))?;
    }
    Ok(())
}

/// Removes a file; that it is not there is fine.
pub(crate) fn remove_file(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    }
}

/// The file as memory: a few maps that follow each other, since a map cannot grow with its file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Maps(Vec<(u64, Arc<Mmap>)>);

/// With more maps than this the small ones become one.
const MAX_MAPS: usize = 8;

impl Maps {
    /// Adds what `log` has got since the last time.
    pub(crate) fn extend(&mut self, log: &Log) -> Result<()> {
        let mapped = self.0.last().map_or(0, |(start, map)| start + map.len() as u64);
        if mapped == log.end {
            return Ok(());
        }
        // A new map has to be read in anew: so the large one at the front stays as long as the rest is small.
        let mut keep = self.0.len();
        if keep >= MAX_MAPS {
            let first = self.0.first().map_or(0, |(_, map)| map.len() as u64);
            keep = usize::from(log.end - first < first / 2);
        }
        let start = self.0.get(keep).map_or(mapped, |&(start, _)| start);
        let map = log.map(start)?;
        self.0.truncate(keep);
        self.0.push((start, Arc::new(map)));
        Ok(())
    }

    /// The `length` bytes at `at`, which lie in one frame.
    pub(crate) fn bytes(&self, at: u64, length: usize) -> &[u8] {
        let part = self.0.partition_point(|&(start, _)| start <= at).saturating_sub(1);
        let (start, map) = &self.0[part];
        let at = (at - start) as usize;
        &map[at..at + length]
    }
}
