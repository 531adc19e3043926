//! The team backend: projects as event logs in SQLite or PostgreSQL, served over HTTP, with rooms that follow them live.

pub mod bus;
pub mod storage;
pub mod streams;
