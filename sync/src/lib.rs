//! The backend's client: a replica of my projects that is read without waiting, and a durable queue of what I do to them.
//!
//! A [`Hub`] follows all projects on a server. A [`Project`] shows what the server has confirmed with everything on top that was done here. A command is kept on the disk before it is shown, is
//! sent when that is possible, and leaves the queue when its own event has come back. What the server refuses is undone and kept with the reason.

pub mod boards;
pub mod credentials;
pub mod feed;
pub mod hub;
pub mod people;
pub mod project;
pub mod replica;
pub mod server;
pub mod store;
pub mod tasks;

pub use boards::{Boards, Standing};
pub use credentials::Credentials;
pub use feed::Way;
pub use hub::{Hub, HubError, Reach};
pub use people::{People, Person};
pub use project::{Clock, Connection, Project, Status, SubmitError, Submitted};
pub use replica::{Queued, Replica};
pub use server::{Server, ServerError};
pub use store::{Refused, Store, StoreError};
pub use tasks::{Board, BoardColumn, Deed, Done, ListRequest, Place, TaskError, TaskLine, TaskShown};
