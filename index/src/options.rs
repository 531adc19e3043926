//! What an index may be told: limits, caps and what to leave out.

use serde::{Deserialize, Serialize};

/// Options of one index. Every field has a default that works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct IndexOptions {
    /// Worker threads; 0 means half of the processors, at least one.
    pub threads: usize,
    /// Memory that the writer may use for what is not yet on disk, in MiB.
    pub memory_mb: usize,
    /// Larger files are skipped, in KiB.
    pub max_file_kb: u64,
    /// A file that takes longer to parse is indexed as plain text, in milliseconds.
    pub parse_timeout_ms: u64,
    /// Globs of files that are left out, besides .gitignore, .ignore and .devmentorignore.
    pub exclude: Vec<String>,
    /// Index generated files as well; they rank low.
    pub generated: bool,
    /// Index vendored folders (node_modules, vendor, third_party) as well.
    pub vendored: bool,
    /// Keep the index that serves exact and regex search; about half the size of the source.
    pub substring: bool,
    /// Embed chunks for search by meaning.
    pub vectors: bool,
}

impl Default for IndexOptions {
    fn default() -> Self {
        IndexOptions {
            threads: 0,
            memory_mb: 256,
            max_file_kb: 2048,
            parse_timeout_ms: 5_000,
            exclude: Vec::new(),
            generated: false,
            vendored: false,
            substring: true,
            vectors: true,
        }
    }
}

impl IndexOptions {
    /// The number of worker threads: what was asked for, or half of the processors so that the machine stays usable.
    pub fn worker_threads(&self) -> usize {
        if self.threads > 0 {
            return self.threads.min(256);
        }
        let processors = std::thread::available_parallelism().map_or(1, |count| count.get());
        processors.div_ceil(2)
    }
}
