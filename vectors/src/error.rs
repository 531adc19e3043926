//! What can go wrong, in words for the person who has to mend it.

use std::path::{Path, PathBuf};

/// What the functions of this crate return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a store could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The vector of a point cannot be kept.
    #[error("the vector of point {id} {reason}")]
    Vector {
        /// The point's number.
        id: u64,
        /// What is wrong with the vector.
        reason: BadVector,
    },
    /// The vector of a query cannot be searched for.
    #[error("the query's vector {0}")]
    Query(BadVector),
    /// A point came without a vector, and none is kept for its content.
    #[error("point {id} has no vector, and none is kept for its content {content:#x}: embed the text anew")]
    NotCached {
        /// The point's number.
        id: u64,
        /// The hash of the text.
        content: u64,
    },
    /// A value that no store accepts.
    #[error("{0}")]
    Invalid(String),
    /// Another process writes to this store.
    #[error("{} is in use by another process; stop it, or wait until it has finished", .path.display())]
    Locked {
        /// The folder of the collection.
        path: PathBuf,
    },
    /// The store was opened for reading only.
    #[error("{} was opened for reading only", .path.display())]
    ReadOnly {
        /// The folder of the collection.
        path: PathBuf,
    },
    /// A file is not what was once durably written. What it held can be built anew from the sources.
    #[error("{} is damaged at byte {at}: {what}; remove the collection and index again", .path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Where in the file, in bytes.
        at: u64,
        /// What is wrong there.
        what: &'static str,
    },
    /// Something else stands under the name of the collection.
    #[error("{place} holds {found}, not {expected}; remove it and index again")]
    OtherCollection {
        /// The file or the server's collection.
        place: String,
        /// What stands there.
        found: String,
        /// What should stand there.
        expected: String,
    },
    /// The disk or the operating system refused.
    #[error("cannot {action} {}: {source}{}", .path.display(), hint(.source))]
    Io {
        /// What was tried, as in "cannot … the file".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The server cannot be reached, is too slow or refuses.
    #[error("cannot {action} at {url}: {reason}; {advice}")]
    Server {
        /// What was tried, as in "cannot … at the server".
        action: &'static str,
        /// The server's address, without credentials.
        url: String,
        /// What the server or the network said.
        reason: String,
        /// What to do about it.
        advice: &'static str,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
        move |source| Error::Io { action, path: path.to_owned(), source }
    }
}

fn hint(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind::{FileTooLarge, PermissionDenied, QuotaExceeded, StorageFull};
    match error.kind() {
        StorageFull | QuotaExceeded => "; free some space and try again, nothing that was there is lost",
        FileTooLarge => "; raise the limit on file sizes and try again, nothing that was there is lost",
        PermissionDenied => "; check who owns it",
        _ => "",
    }
}

/// What is wrong with a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadVector {
    /// Its size is not that of the collection.
    #[error("has {found} dimensions where the collection has {expected}")]
    Size {
        /// The size of the collection's vectors.
        expected: usize,
        /// The size of this one.
        found: usize,
    },
    /// A number is NaN or infinite.
    #[error("is NaN or infinite at position {at}")]
    NotFinite {
        /// The first such position.
        at: usize,
    },
    /// It has length 0 and so no direction.
    #[error("is zero and has no direction to compare")]
    Zero,
}
