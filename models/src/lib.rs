//! The built-in embedding model: text in, a vector of 256 numbers out, with no network, no runtime and no set-up.
//!
//! The model is a static table: one row of numbers a WordPiece token. A text is split into words ([`words`]), words into
//! tokens ([`pieces`]), and the rows of the tokens are added up, each weighted by the square root of how often it occurs
//! ([`rows`]). The vectors have length 1, so similarity is the dot product. How the table was made and what it scores is in
//! this crate's README.

mod file;
mod model;
mod pieces;
mod rows;
mod word_match;
mod words;

pub use file::LoadError;
pub use model::{Model, Scratch};
pub use word_match::WordMatch;
