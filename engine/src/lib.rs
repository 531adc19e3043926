//! The open workspaces, one owner each, and the questions one may ask of them.
//!
//! [`Engine::open`] gives a [`Lease`] on a [`Workspace`]: the same folder opened by twenty windows is one workspace with one index, one watcher
//! and one thread that indexes. Opening returns at once; [`Workspace::state`] tells how far it is. Open buffers of editors go in through
//! [`Workspace::set_buffer`] and are searched like saved files. What may be asked stands in [`questions`], a file each. This crate
//! knows indexes and facts; it knows nothing of editors' protocols, sockets or terminals.

mod background;
mod buffers;
mod engine;
mod error;
pub mod git;
mod priority;
pub mod questions;
mod state;
mod workspace;

pub use buffers::WindowId;
pub use engine::{Engine, EngineOptions, Lease, Settings};
pub use error::{Error, Result};
pub use state::{Phase, State};
pub use workspace::Workspace;
