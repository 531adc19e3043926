//! The language server: the protocol in and out.
//!
//! [`serve`] serves one window over any pair of streams: the daemon calls it for each connection, a process of its own for standard input and output.
//! The bytes become messages in `framing` and `message`; `serve` hands them to the service in their order; `documents` owns the
//! open texts and their trees; a request is answered by a surface (`surfaces`, a file each) through `ask`, which keeps it within limits.
//! What the answers say comes from [`engine`] and [`sync`]; here it is only put into the protocol's words.

mod ask;
mod commands;
mod convert;
mod diagnostics;
mod documents;
mod framing;
mod life;
mod message;
mod outbox;
mod progress;
pub mod protocol;
mod serve;
mod server;
mod session;
mod surfaces;
mod task_commands;
pub mod task_requests;
mod tasks;
pub mod text;

pub use serve::{Ended, serve};
pub use server::ServeOptions;
pub use session::CodeIntelligence;
pub use tasks::Tasks;
