//! The team backend: projects as event logs in SQLite or PostgreSQL, served over HTTP, with rooms that follow them live.
//!
//! [`serve`] is the whole of it; the modules are public for tests and for hosting it within another process.

pub mod accounts;
pub mod admin;
pub mod app;
pub mod bus;
pub mod cli;
pub mod http;
mod listen;
mod load;
mod metrics;
pub mod problem;
pub mod realtime;
mod serve;
mod settings;
pub mod shared;
mod slot;
pub mod storage;
pub mod streams;
pub mod telemetry;
pub mod tls;
mod writer;

pub use listen::Patience;
pub(crate) use serve::DATABASE_FILE;
pub use serve::{Config, Node, Options, Registration, ServeError, WaysIn, serve};
