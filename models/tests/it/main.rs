//! The model from outside: its vectors against a reference made elsewhere, and what it does with bad input.

mod damaged;
mod encoding;
mod golden;
