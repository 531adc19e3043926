//! The backend from the outside: the same contracts on both databases, HTTP as clients see it, live rooms on two nodes.

mod contract;
mod live;
mod permissions;
mod rest;
mod services;
mod support;
