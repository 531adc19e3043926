//! The engine from outside: files in a temporary folder, and what can be seen of them.

#![allow(clippy::unwrap_used)]

mod buffers;
mod git;
mod life;
mod questions;
mod support;
