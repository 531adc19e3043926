//! From a folder to texts: which files count, and what they say.

pub mod classify;
pub mod text;
pub mod walk;

pub use classify::FileFlags;
pub use text::{Decoded, Refusal, decode};
pub use walk::{Found, Skip, SkipReason, Walk, read_file, walk};
