//! Tests of the `devmentor` binary from outside: arguments in; output, exit status and index folder out.

mod commands;
mod full_disk;
mod killed;
mod search;
mod support;
mod terminal;
