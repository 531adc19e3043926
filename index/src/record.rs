//! What the index keeps of each file: its meta data, then its facts, in one compact block.

use grammars::FileFacts;
use serde::{Deserialize, Serialize};

use crate::source::{FileFlags, SkipReason};

/// Identifies a file of a workspace: the first 64 bits of the BLAKE3 hash of its path.
///
/// Derived, not counted, so that a file keeps its key whatever is added or removed. With a million files the chance of any two sharing a key is about 3 in 10⁸.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileKey(pub u64);

impl FileKey {
    /// The key of a path relative to the workspace, with `/`.
    pub fn of(path: &str) -> FileKey {
        FileKey(short_hash(path.as_bytes()))
    }
}

/// The first 64 bits of the BLAKE3 hash.
pub fn short_hash(bytes: &[u8]) -> u64 {
    let hash = blake3::hash(bytes);
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(first)
}

/// What identifies a state of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMeta {
    /// Relative to the workspace, with `/`.
    pub path: String,
    /// Bytes on disk.
    pub size: u64,
    /// Last modification, nanoseconds since 1970.
    pub modified: u64,
    /// First 128 bits of the BLAKE3 hash of the bytes on disk.
    pub hash: u128,
    /// The language by its name; empty for plain text.
    pub language: String,
    /// Test, generated and the like.
    pub flags: FileFlags,
    /// Lines.
    pub lines: u32,
    /// Whether the bytes on disk are the text as they stand: UTF-8 without a mark.
    pub verbatim: bool,
    /// Why its content is not indexed, when it is not. Such files are remembered so that they are not read at every start.
    pub refused: Option<SkipReason>,
    /// When the parse took too long or the grammar failed: why it is indexed as plain text.
    pub plain_because: String,
}

/// The content hash of a file's bytes.
pub fn content_hash(bytes: &[u8]) -> u128 {
    let hash = blake3::hash(bytes);
    let mut first = [0; 16];
    first.copy_from_slice(&hash.as_bytes()[..16]);
    u128::from_le_bytes(first)
}

/// Writes meta data and facts as one block.
pub fn encode(meta: &FileMeta, facts: &FileFacts) -> Result<Vec<u8>, postcard::Error> {
    let bytes = postcard::to_extend(meta, Vec::with_capacity(256 + facts.symbols.len() * 24))?;
    postcard::to_extend(facts, bytes)
}

/// Reads only the meta data of a block.
pub fn decode_meta(block: &[u8]) -> Result<FileMeta, postcard::Error> {
    postcard::take_from_bytes(block).map(|(meta, _)| meta)
}

/// Reads a whole block.
pub fn decode(block: &[u8]) -> Result<(FileMeta, FileFacts), postcard::Error> {
    let (meta, rest) = postcard::take_from_bytes(block)?;
    Ok((meta, postcard::from_bytes(rest)?))
}
