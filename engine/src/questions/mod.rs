//! What one may ask of a workspace: a file a question, over a snapshot of the index and the graph.
//!
//! Answers are plain data in words that any editor, terminal or agent can use: paths relative to the workspace with `/`, lines from 0,
//! columns in bytes. They can be written as JSON and read again, so that they travel between processes as they are.

pub mod anchor;
pub mod complexity;
pub mod last_change;
pub mod outline;
pub mod permalink;
pub mod repo_map;
pub mod repository;
pub mod search;
pub mod similar;
pub mod status;
pub mod symbols;
pub mod target;
pub mod tests_of;
pub mod uses;

mod node;

pub use node::{SymbolPlace, locate, name_of, place};
