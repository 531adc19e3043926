//! The stores from outside: what both promise, and what only one of them can get wrong.

#![allow(clippy::unwrap_used)] // a failed test should panic

mod contract;
mod fixture;
mod flat;
mod naive;
mod qdrant;
