//! How central each symbol and file is: PageRank (L. Page, S. Brin et al., 1998) over calls and imports.

use super::Graph;

/// The share of rank that follows the edges.
const DAMPING: f32 = 0.85;
/// Ranks are good enough when they change by less than this in sum.
const CHANGE: f64 = 1e-6;
const ROUNDS: usize = 30;
/// What an import weighs against a certain call: it says that something is used, not how.
const IMPORT: f32 = 0.25;

/// Ranks of all symbols, then of all files as the callers of what stands outside symbols. They sum up to 1.
///
/// A vertex gives its rank to what it calls in proportion to the edges' weights. Where those sum up to less than one certain call the rest, like the
/// whole rank of what calls nothing, goes where `start` says: rank that starts anew at random is spread in proportion to `start`, evenly when it is empty.
pub(super) fn pagerank(graph: &Graph, start: &[f32]) -> Vec<f32> {
    let symbols = graph.table.rows.len();
    let vertices = symbols + graph.table.files.len();
    if vertices == 0 {
        return Vec::new();
    }
    let even = 1.0 / vertices as f32;
    let start = |vertex: usize| {
        if start.is_empty() { even } else { start[vertex] }
    };
    let out: Vec<f32> = (0..vertices).map(|vertex| weight_out(graph, vertex)).collect();
    let mut ranks: Vec<f32> = (0..vertices).map(start).collect();
    let mut next = vec![0f32; vertices];
    for _ in 0..ROUNDS {
        next.fill(0.0);
        let mut kept = 0f64;
        for (vertex, &rank) in ranks.iter().enumerate() {
            if rank == 0.0 {
                continue;
            }
            let whole = out[vertex].max(1.0);
            kept += f64::from(rank) * f64::from(1.0 - out[vertex] / whole);
            if out[vertex] > 0.0 {
                spread(graph, vertex, DAMPING * rank / whole, &mut next);
            }
        }
        let anew = 1.0 - DAMPING + DAMPING * kept as f32;
        let mut change = 0f64;
        for (vertex, rank) in ranks.iter_mut().enumerate() {
            let new = next[vertex] + anew * start(vertex);
            change += f64::from((new - *rank).abs());
            *rank = new;
        }
        if change < CHANGE {
            break;
        }
    }
    ranks
}

fn weight_out(graph: &Graph, vertex: usize) -> f32 {
    let calls: f32 = graph.edges.row(vertex as u32).iter().map(|edge| edge.weight()).sum();
    match vertex.checked_sub(graph.table.rows.len()) {
        Some(file) => {
            calls + IMPORT * (graph.file_imports.row(file as u32).len() + graph.uses.row(file as u32).len()) as f32
        }
        None => calls,
    }
}

fn spread(graph: &Graph, vertex: usize, unit: f32, next: &mut [f32]) {
    for edge in graph.edges.row(vertex as u32) {
        next[edge.to as usize] += unit * edge.weight();
    }
    let symbols = graph.table.rows.len();
    if let Some(file) = vertex.checked_sub(symbols) {
        graph.file_imports.row(file as u32).iter().for_each(|&other| next[symbols + other as usize] += unit * IMPORT);
        graph.uses.row(file as u32).iter().for_each(|&node| next[node as usize] += unit * IMPORT);
    }
}

/// Ranks for display and search.
#[derive(Default)]
pub(super) struct Ranks {
    /// Of each symbol; the mean is 1.
    pub(super) symbols: Vec<f32>,
    /// Of each file: its own and its symbols'; the mean is 1.
    pub(super) files: Vec<f32>,
    /// Of a symbol that nobody is known to use.
    pub(super) least: f32,
}

impl Ranks {
    pub(super) fn new(graph: &Graph) -> Ranks {
        let ranks = pagerank(graph, &[]);
        let (symbols, of_files) = ranks.split_at(graph.table.rows.len());
        let mut files = of_files.to_vec();
        for (row, rank) in graph.table.rows.iter().zip(symbols) {
            files[row.file as usize] += rank;
        }
        let mut symbols = symbols.to_vec();
        // Nobody calls a type: it is used through its members, so it is worth the best of them.
        for node in (0..symbols.len()).rev() {
            if let Some(owner) = graph.owner(node as u32) {
                symbols[owner as usize] = symbols[owner as usize].max(symbols[node]);
            }
        }
        normalise(&mut symbols);
        normalise(&mut files);
        let least = symbols.iter().copied().fold(f32::INFINITY, f32::min);
        Ranks { symbols, files, least: if least.is_finite() { least } else { 1.0 } }
    }
}

/// Makes the mean 1.
fn normalise(ranks: &mut [f32]) {
    let sum: f64 = ranks.iter().map(|&rank| f64::from(rank)).sum();
    if sum > 0.0 {
        let scale = (ranks.len() as f64 / sum) as f32;
        ranks.iter_mut().for_each(|rank| *rank *= scale);
    }
}
