//! Tests of the index from outside: files in, answers out.

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
