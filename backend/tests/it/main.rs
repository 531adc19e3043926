//! The backend from the outside: the same contracts on both databases, HTTP as clients see it, live rooms on two nodes.

#![allow(clippy::unwrap_used, reason = "clippy knows test functions, not what they share")]

mod auth;
mod bad_input;
mod browser;
mod chaos;
#[path = "../../../domain/tests/it/commands.rs"]
mod commands;
mod contract;
mod dashboard;
mod gateway;
mod live;
mod model;
mod openapi;
mod operations;
mod permissions;
mod process;
mod providers;
mod resources;
mod rest;
mod services;
mod support;
