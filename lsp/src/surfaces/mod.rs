//! The surfaces: a file each. Adding one is a file here, a `mod` line, and a line of `surfaces!` in `server.rs`.

pub(crate) mod call_hierarchy;
pub(crate) mod code_action;
pub(crate) mod code_lens;
pub(crate) mod completion;
pub(crate) mod definition;
pub(crate) mod document_highlight;
pub(crate) mod document_link;
pub(crate) mod document_symbol;
pub(crate) mod folding_range;
pub(crate) mod hover;
pub(crate) mod implementation;
pub(crate) mod meant;
pub(crate) mod references;
pub(crate) mod selection_range;
pub(crate) mod task_action;
pub(crate) mod task_hover;
pub(crate) mod workspace_symbol;
