//! One file a command: its arguments, and what it prints.
//!
//! A command gives `Ok(true)` for success, `Ok(false)` for "nothing found" (exit status 1), an error for exit status 2.

pub(crate) mod admin;
pub(crate) mod config;
pub(crate) mod daemon;
pub(crate) mod doctor;
pub(crate) mod graph;
pub(crate) mod hook;
pub(crate) mod index;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod logs;
pub(crate) mod lsp;
pub(crate) mod mcp;
pub(crate) mod project;
pub(crate) mod prompt;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod status;
pub(crate) mod symbols;
pub(crate) mod sync;
pub(crate) mod task;
pub(crate) mod whoami;
