//! Tests of the index from outside: files in, answers out.

// A fixture that cannot be made is a failed test; clippy.toml knows only functions marked as tests.
#![allow(clippy::unwrap_used)]

mod damaged;
mod filters;
mod fresh;
mod modes;
mod odd_files;
mod odd_texts;
mod overlay;
mod same_answers;
mod support;
mod together;
mod watched;
