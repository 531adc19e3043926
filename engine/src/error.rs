//! What can go wrong, in words that say what to do.

use std::path::PathBuf;

/// An error of the engine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder to open is not there, no folder, or cannot be read.
    #[error("cannot open {path} as a workspace: {source}")]
    Root {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The index of the workspace is not open yet, or could not be opened.
    #[error("the index of {path} is not ready: {why}")]
    NotReady {
        /// The workspace.
        path: PathBuf,
        /// What it waits for, or why it failed.
        why: String,
    },
    /// A file that the workspace does not hold.
    #[error("{0} is not a file of this workspace")]
    UnknownFile(String),
    /// A symbol that the workspace does not hold.
    #[error("no symbol is called `{0}`")]
    UnknownSymbol(String),
    /// A question that makes no sense.
    #[error("{0}")]
    Question(String),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] index::Error),
    /// Git could not answer.
    #[error("git: {0}")]
    Git(String),
}

/// The result of engine operations.
pub type Result<T> = std::result::Result<T, Error>;
