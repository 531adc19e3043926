//! Files to facts to a searchable index.
//!
//! [`Index::open`] opens the index of a workspace, [`Index::update`] brings it up to date, [`Index::snapshot`] gives readers one moment of
//! it, and [`Snapshot::search`] searches that. Readers never wait for the writer: each commit and each edit of an open
//! buffer publishes a new snapshot. This crate knows files, text and facts; it knows nothing of editors, servers or tasks.

pub mod build;
pub mod chunks;
mod error;
pub mod graph;
mod index;
mod options;
mod overlay;
pub mod record;
pub mod search;
mod snapshot;
pub mod source;
pub mod store;
mod symbols;
pub mod tokens;
pub mod trigrams;
mod vector_index;
pub mod watch;

pub use build::{Progress, Silent};
pub use error::{Error, Result};
pub use index::{Index, Summary};
pub use options::IndexOptions;
pub use record::FileKey;
pub use search::{Answer, Filter, Hit, Mode, Query, Reason, Snippet};
pub use snapshot::{CurrentText, Snapshot};
pub use source::{Skip, SkipReason};
pub use store::FileEntry;
pub use vector_index::{EmbedOutcome, VectorOptions};
