//! The language server from outside: a small client, the real server between two pipes, a real engine behind it.

// A fixture that cannot be made is a failed test; clippy.toml knows only functions marked as tests.
#![allow(clippy::unwrap_used)]

mod flood;
mod life;
mod protocol;
mod rough;
mod standalone;
mod support;
mod surfaces;
mod sync;
mod tasks;
