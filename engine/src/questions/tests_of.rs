//! Which tests exercise a symbol, as far as names and calls tell.

use index::graph::{Confidence, End, Graph, NodeId};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::{SymbolPlace, place};

/// Tests that reach a symbol by more steps than this say little about it.
const STEPS: u8 = 3;
/// So many symbols are looked at; what half of the code calls is tested by everything and nothing.
const MOST_VISITED: usize = 5_000;

/// A test and how it reaches the symbol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestOf {
    /// The test.
    pub test: SymbolPlace,
    /// Calls from the test to the symbol: 1 when the test calls it itself.
    pub steps: u8,
    /// Whether scopes or imports prove every step. Otherwise some only fit by name.
    pub proven: bool,
}

/// The tests that call a symbol, directly or through others: the nearest and proven ones first, at most `limit`.
pub fn tests_of(graph: &Graph, id: NodeId, limit: usize) -> Vec<TestOf> {
    let mut found: Vec<(u8, bool, NodeId)> = Vec::new();
    let mut seen = FxHashSet::from_iter([id]);
    let mut layer = vec![(id, true)];
    for steps in 1..=STEPS {
        let mut next = Vec::new();
        for (symbol, proven) in layer {
            for link in graph.callers(symbol) {
                let End::Symbol(caller) = link.end else { continue };
                // A name that fits many symbols proves nothing any more.
                if link.candidates > 3 || !seen.insert(caller) || seen.len() > MOST_VISITED {
                    continue;
                }
                let proven = proven && link.confidence == Confidence::Resolved;
                if graph.node(caller).is_some_and(|node| node.is_test && node.kind.is_callable()) {
                    found.push((steps, !proven, caller));
                } else {
                    next.push((caller, proven));
                }
            }
        }
        layer = next;
    }
    found.sort_unstable();
    let tests = found.into_iter().take(limit);
    tests
        .filter_map(|(steps, unproven, test)| Some(TestOf { test: place(graph, test)?, steps, proven: !unproven }))
        .collect()
}
