//! What can go wrong, in words that say what to do.

use std::path::PathBuf;

/// An error of the index. Its text says what is wrong, where, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder to index is not there or cannot be read.
    #[error("cannot read {path}: {source}. Name a folder that exists and that you may read")]
    Root {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file or folder of the index itself failed.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Another process writes this index.
    #[error("another devmentor process is indexing this workspace; it may be searched meanwhile ({path} is locked)")]
    Busy {
        /// The lock file.
        path: PathBuf,
    },
    /// The text index refused an operation.
    #[error("the text index failed: {0}. `devmentor index --rebuild` builds it anew")]
    Text(#[from] tantivy::TantivyError),
    /// The vector store refused an operation.
    #[error("the vector store failed: {0}")]
    Vectors(String),
    /// The query cannot be understood.
    #[error("{0}")]
    Query(String),
    /// The disk is full or a quota is reached.
    #[error(
        "no space left for the index at {path}. What was indexed before stays searchable; free some space, then run `devmentor index`"
    )]
    Full {
        /// The index folder.
        path: PathBuf,
    },
    /// The work was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl Error {
    /// Wraps an I/O error with what was done and where; a full disk becomes [`Error::Full`].
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |source| match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::Full { path },
            _ => Error::Io { action, path, source },
        }
    }

    /// Whether the index on disk cannot be used and building it anew would help.
    pub fn is_corruption(&self) -> bool {
        use tantivy::TantivyError as T;
        match self {
            Error::Text(T::IoError(error)) => matches!(
                error.kind(),
                std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData | std::io::ErrorKind::NotFound
            ),
            Error::Text(error) => matches!(
                error,
                T::DataCorruption(_)
                    | T::OpenReadError(_)
                    | T::SchemaError(_)
                    | T::IncompatibleIndex(_)
                    | T::OpenDirectoryError(_)
                    | T::InternalError(_)
            ),
            _ => false,
        }
    }
}

/// The result of index operations.
pub type Result<T> = std::result::Result<T, Error>;
