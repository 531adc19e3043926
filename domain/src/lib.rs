//! Projects, boards and permissions as pure data and rules. Nothing here knows of files, SQL, HTTP or clocks: the time,
//! the actor and every fresh identity come in from outside, so that the same input always gives the same answer.
//!
//! A **stream** is one organisation or one project. Its **events** are the truth: each carries the full new state of
//! whatever it changed, so applying one means writing it down. A **command** is an intent ("move this task after that
//! one"); [`decide()`] checks it against the [`State`] of the stream and answers with the changes, or with a [`Refusal`].

pub mod command;
pub mod decide;
pub mod event;
pub mod ids;
pub mod model;
pub mod query;
pub mod rank;
pub mod refusal;
pub mod roles;
pub mod state;
pub mod text;

pub use command::Command;
pub use decide::{Context, decide};
pub use event::{Change, Event};
pub use ids::*;
pub use refusal::{Refusal, RefusalKind};
pub use roles::{Permission, Permissions, Role};
pub use state::{Row, State};
