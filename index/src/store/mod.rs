//! The index on disk: its folder, its tantivy index, and what segments hold once they are read.

pub mod folder;
pub mod schema;
pub mod segments;

pub use folder::Folder;
pub use schema::{Fields, Tags};
pub use segments::{FileEntry, FileTable, SegmentCache};
