//! The replica against a real backend in this process.

// A fixture that cannot be made is a failed test; clippy.toml knows only functions marked as tests.
#![allow(clippy::unwrap_used)]

mod live;
mod model;
mod support;
mod tasks;
