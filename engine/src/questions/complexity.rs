//! Functions that are hard to read.

use grammars::{FileFacts, Metrics, SymbolId};
use index::Snapshot;
use serde::{Deserialize, Serialize};

use super::SymbolPlace;
use crate::error::Result;

/// Where complexity begins to be worth a word. Cognitive complexity above 15 is what its author recommends to avoid (G. A. Campbell, "Cognitive
/// Complexity", SonarSource 2018); McCabe proposed 10 decisions as the limit and allowed more where cases are plain, hence 15 here as well.
pub const HIGH: u16 = 15;

/// A function and its complexity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Complex {
    /// The function.
    pub symbol: SymbolPlace,
    /// Cognitive complexity.
    pub cognitive: u16,
    /// Cyclomatic complexity.
    pub cyclomatic: u16,
    /// Deepest nesting of control structures.
    pub nesting: u8,
    /// Lines.
    pub lines: u32,
}

/// Whether a function is worth a word about its complexity.
pub fn is_high(metrics: &Metrics) -> bool {
    metrics.cognitive > HIGH || metrics.cyclomatic > HIGH
}

/// The functions of a file with more cognitive complexity than `limit`, in the order of the file.
pub fn above(facts: &FileFacts, limit: u16) -> impl Iterator<Item = (SymbolId, &Metrics)> {
    facts.symbols.iter().enumerate().filter_map(move |(id, symbol)| {
        let metrics = symbol.metrics.as_ref().filter(|metrics| metrics.cognitive > limit)?;
        Some((id as SymbolId, metrics))
    })
}

/// The most complex functions of the workspace, the worst first; generated and vendored files are left out.
///
/// # Errors
/// When the index cannot be read.
pub fn most_complex(snapshot: &Snapshot, limit: usize) -> Result<Vec<Complex>> {
    use index::source::FileFlags;
    let mut found = Vec::new();
    snapshot.each_facts(|file, facts| {
        if file.flags.has(FileFlags::GENERATED) || file.flags.has(FileFlags::VENDORED) {
            return;
        }
        for (id, metrics) in above(facts, HIGH) {
            let Some(symbol) = facts.symbols.get(id as usize) else { continue };
            found.push(Complex {
                symbol: SymbolPlace {
                    name: super::node::written(&facts.path(id), file.language),
                    kind: symbol.kind.name().to_owned(),
                    path: file.path.to_string(),
                    first_line: symbol.lines.first,
                    last_line: symbol.lines.last,
                    is_test: symbol.is_test || file.flags.has(FileFlags::TEST),
                },
                cognitive: metrics.cognitive,
                cyclomatic: metrics.cyclomatic,
                nesting: metrics.nesting,
                lines: symbol.lines.last - symbol.lines.first + 1,
            });
        }
    })?;
    found.sort_by(|a, b| b.cognitive.cmp(&a.cognitive).then_with(|| a.symbol.cmp(&b.symbol)));
    found.truncate(limit);
    Ok(found)
}
