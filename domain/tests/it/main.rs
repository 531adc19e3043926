//! The rules of streams, from the outside: commands in, states and refusals out.

#![allow(clippy::unwrap_used, reason = "clippy knows test functions, not what they share")]

mod board;
mod commands;
mod history;
mod permissions;
mod queries;
mod support;
