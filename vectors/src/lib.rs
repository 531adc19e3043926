//! Where vectors are kept and searched.
//!
//! One trait, [`VectorStore`], and two stores behind it: [`FlatStore`], embedded and the default, which scans `i8` rows in a
//! memory-mapped file, and [`QdrantStore`], a server for collections beyond half a million vectors or shared by a team. The
//! same tests run over both. This crate knows points, small integers and vectors; it knows nothing of files or of code.
//!
//! Every vector is kept under the hash of the text it was made from ([`Point::content`]) and outlives its points for a
//! while, so that a text that comes back (a branch switched there and back) is not embedded again: see
//! [`VectorStore::cached`].

mod error;
mod filter;
pub mod flat;
mod point;
pub mod qdrant;
mod store;

pub use error::{BadVector, Error, Result};
pub use filter::{Filter, Keys, KindSet};
pub use flat::FlatStore;
pub use point::{Collection, Cursor, Entry, Page, Point, Scored};
pub use qdrant::QdrantStore;
pub use store::{MAX_LIMIT, VectorStore};
