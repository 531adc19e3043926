//! The rules of streams, from the outside: commands in, states and refusals out.

mod board;
mod history;
mod permissions;
mod queries;
mod support;
