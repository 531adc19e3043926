//! The model from outside: its vectors against a reference made elsewhere, and what it does with bad input.

#![allow(clippy::unwrap_used)] // a failed test should panic

mod damaged;
mod encoding;
mod golden;
