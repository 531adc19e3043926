//! The backend, from the outside.
