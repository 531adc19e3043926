//! Tests of the `devmentor` binary from outside: arguments in; output, exit status and index folder out.

// A fixture that cannot be made is a failed test; clippy.toml knows only functions marked as tests.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod account;
mod commands;
mod control;
mod daemon;
mod editor;
mod full_disk;
mod killed;
mod mcp;
mod search;
mod serve;
mod support;
mod tasks;
mod terminal;
