//! The requests of DevMentor's own. Every client uses the same ones; `docs/protocol.md` describes them, and a test keeps it true.

use std::collections::BTreeMap;

use engine::State;
use engine::questions::search::{SearchMode, SearchRequest, search};
use engine::questions::similar::similar;
use engine::questions::status::{LanguageStatus, status};
use engine::questions::uses::{Edge, Uses, uses, uses_of};
use engine::questions::{SymbolPlace, permalink};
use grammars::Lines;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tower_lsp_server::ls_types::{Location, Position, Range, TextDocumentIdentifier, Uri};

use crate::ask::{Ask, Failure, Lane, Nothing, Surface};
use crate::convert::{file_path, location, place};
use crate::documents::Folder;
use crate::surfaces::meant;

/// All of them.
pub const METHODS: &[&str] = &["devmentor/search", "devmentor/similar", "devmentor/status", "devmentor/graph"];

/// What was typed a moment ago is searched too; it is waited for so long.
const TYPED: Duration = Duration::from_millis(200);
/// So many hits, items or edges at most.
const MOST: usize = 1_000;

/// Params of `devmentor/search`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchParams {
    /// What was typed.
    pub query: String,
    /// How to search; by words, names and meaning together when it is not said.
    #[serde(default)]
    pub mode: SearchMode,
    /// Only in this folder of the window; in all when it is not said.
    #[serde(default)]
    pub folder: Option<Uri>,
    /// Only in these languages.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Only in paths that match one of these globs, and none of those that begin with `!`.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Only symbols of these kinds.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Only tests, or none.
    #[serde(default)]
    pub tests: Option<bool>,
    /// At most so many hits; 20 when it is not said.
    #[serde(default)]
    pub limit: Option<usize>,
}

/// A piece of code that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Found {
    /// Whole lines of a file.
    pub location: Location,
    /// The path in its folder, to be shown.
    pub path: String,
    /// The symbol it shows or lies in.
    pub symbol: Option<String>,
    /// That symbol's kind.
    pub kind: Option<String>,
    /// Comparable within one answer only; larger is better.
    pub score: f32,
    /// Why it was found and what moved it.
    pub reasons: Vec<String>,
    /// The number of the first line of `snippet`, from 0.
    pub snippet_line: u32,
    /// The lines worth showing.
    pub snippet: Vec<String>,
}

/// Result of `devmentor/search`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchResult {
    /// The hits, best first.
    pub hits: Vec<Found>,
    /// Whether there may be more.
    pub more: bool,
    /// What the person should know.
    pub notes: Vec<String>,
}

/// Params of `devmentor/similar`, and of the commands that code actions carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RangeParams {
    /// The document; it must be open.
    pub text_document: TextDocumentIdentifier,
    /// The code.
    pub range: Range,
}

/// One item of `devmentor/similar`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SimilarItem {
    /// Where it is; its score is the cosine of the two meanings.
    pub found: Found,
    /// How much of the two is the same text: from 0.7 on they are near-duplicates.
    pub overlap: f32,
}

/// Result of `devmentor/similar`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SimilarResult {
    /// The nearest first.
    pub items: Vec<SimilarItem>,
}

/// Params of `devmentor/status`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusParams {}

/// A folder of `devmentor/status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FolderStatus {
    /// The folder as the client named it.
    pub uri: Uri,
    /// How far its index is.
    pub state: State,
    /// Files that can be searched.
    pub files: u64,
    /// Their lines.
    pub lines: u64,
    /// Symbols.
    pub symbols: u64,
    /// Pieces of code that can be searched by meaning, and how many there should be; null when that is switched off.
    pub embedded: Option<(u64, u64)>,
    /// Files and lines by language.
    pub languages: BTreeMap<String, LanguageStatus>,
}

/// Result of `devmentor/status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusResult {
    /// The folders of the window.
    pub folders: Vec<FolderStatus>,
}

/// Params of `devmentor/graph`: a symbol by its place or by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GraphParams {
    /// The document; it must be open.
    #[serde(default)]
    pub text_document: Option<TextDocumentIdentifier>,
    /// Where the symbol is defined or used in it.
    #[serde(default)]
    pub position: Option<Position>,
    /// Instead of a place: a name, a path such as `Type::method`, or `FILE:NAME`.
    #[serde(default)]
    pub symbol: Option<String>,
}

/// A symbol of `devmentor/graph`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GraphSymbol {
    /// Its name with its containers.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// Its lines.
    pub location: Location,
    /// Whether it is a test or stands in a file of tests.
    pub is_test: bool,
}

/// Calls between two symbols.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GraphEdge {
    /// Who calls, or what is called; null for a file's code outside its symbols.
    pub symbol: Option<GraphSymbol>,
    /// The first call.
    pub location: Location,
    /// How many calls there are.
    pub count: u32,
    /// Whether scopes or imports prove it. Otherwise only the name fits.
    pub proven: bool,
}

/// A symbol with its neighbours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GraphNode {
    /// The symbol.
    pub symbol: GraphSymbol,
    /// Who calls it, proven callers first.
    pub callers: Vec<GraphEdge>,
    /// What it calls, in the order of its lines.
    pub callees: Vec<GraphEdge>,
}

/// Result of `devmentor/graph`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GraphResult {
    /// The symbols that may be meant, the most central first.
    pub symbols: Vec<GraphNode>,
}

/// Result of the command `devmentor.copyPermalink`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PermalinkResult {
    /// The address.
    pub url: String,
}

impl Nothing for SearchResult {}
impl Nothing for SimilarResult {}
impl Nothing for StatusResult {}
impl Nothing for GraphResult {}
impl Nothing for PermalinkResult {}

/// `devmentor/search`
pub(crate) struct Search;

impl Surface for Search {
    type Params = SearchParams;
    type Answer = SearchResult;
    const LANE: Lane = Lane::Slow;

    fn answer(ask: &Ask, params: SearchParams) -> Result<SearchResult, Failure> {
        let limit = params.limit.unwrap_or(20).min(MOST);
        let request = SearchRequest {
            query: params.query,
            mode: params.mode,
            languages: params.languages,
            paths: params.paths,
            kinds: params.kinds,
            tests: params.tests,
            limit,
            ..SearchRequest::new("")
        };
        let mut result = SearchResult { hits: Vec::new(), more: false, notes: Vec::new() };
        for folder in folders(ask, params.folder.as_ref())? {
            ask.cancelled.check()?;
            folder.lease.flush_buffers(TYPED);
            let answer = search(&folder.lease.snapshot()?, &request)?;
            result.more |= answer.more;
            result.notes.extend(answer.notes);
            result.hits.extend(answer.hits.into_iter().filter_map(|hit| found(folder, hit)));
        }
        // Scores of two folders are comparable as far as scores are; the order within a folder stays.
        result.hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        result.more |= result.hits.len() > limit;
        result.hits.truncate(limit);
        result.notes.dedup();
        Ok(result)
    }
}

fn found(folder: &Folder, hit: engine::questions::search::SearchHit) -> Option<Found> {
    Some(Found {
        location: location(folder.lease.root(), &hit.path, hit.first_line, hit.last_line)?,
        path: hit.path,
        symbol: hit.symbol,
        kind: hit.kind,
        score: hit.score,
        reasons: hit.reasons,
        snippet_line: hit.snippet_line,
        snippet: hit.snippet,
    })
}

/// The folders to look into.
fn folders<'a>(ask: &'a Ask, wanted: Option<&Uri>) -> Result<Vec<&'a Folder>, Failure> {
    if ask.folders.is_empty() {
        return Err(Failure::Invalid("no folder is open in this window".to_owned()));
    }
    let Some(wanted) = wanted else { return Ok(ask.folders.iter().collect()) };
    let path = file_path(wanted);
    let is_it = |folder: &&Folder| folder.uri == *wanted || path.as_deref() == Some(folder.lease.root());
    let found: Vec<&Folder> = ask.folders.iter().filter(is_it).collect();
    if found.is_empty() {
        return Err(Failure::Invalid(format!("{} is not a folder of this window", wanted.as_str())));
    }
    Ok(found)
}

/// `devmentor/similar`
pub(crate) struct SimilarCode;

impl Surface for SimilarCode {
    type Params = RangeParams;
    type Answer = SimilarResult;
    const LANE: Lane = Lane::Slow;

    fn document(params: &RangeParams) -> Option<&Uri> {
        Some(&params.text_document.uri)
    }

    fn answer(ask: &Ask, params: RangeParams) -> Result<SimilarResult, Failure> {
        let (document, lines) = (ask.document()?, lines(ask, &params)?);
        let home = document.home.as_ref().ok_or_else(homeless)?;
        home.workspace().flush_buffers(TYPED);
        let folder =
            ask.folders.iter().find(|folder| folder.lease.root() == home.workspace().root()).ok_or_else(homeless)?;
        let items = similar(&home.workspace().snapshot()?, &home.path, lines, 10)?;
        let items = items
            .into_iter()
            .filter_map(|item| Some(SimilarItem { found: found(folder, item.hit)?, overlap: item.overlap }));
        Ok(SimilarResult { items: items.collect() })
    }
}

fn homeless() -> Failure {
    Failure::Invalid("the document is in no folder of this window".to_owned())
}

/// The lines of a range; one that ends at the beginning of a line does not hold that line.
fn lines(ask: &Ask, params: &RangeParams) -> Result<Lines, Failure> {
    let document = ask.document()?;
    let byte = |at| document.text.byte(place(at), ask.session.encoding);
    let (start, end) = (byte(params.range.start), byte(params.range.end));
    let (start, end) = (start.min(end), start.max(end));
    let (first, mut last) = (document.text.line_of(start), document.text.line_of(end));
    if last > first && params.range.end.character == 0 {
        last -= 1;
    }
    Ok(Lines { first, last })
}

/// `devmentor/status`
pub(crate) struct StatusOf;

impl Surface for StatusOf {
    type Params = StatusParams;
    type Answer = StatusResult;
    const LANE: Lane = Lane::Slow;

    fn answer(ask: &Ask, _: StatusParams) -> Result<StatusResult, Failure> {
        let mut folders = Vec::new();
        for folder in ask.folders.iter() {
            let status = status(&folder.lease)?;
            folders.push(FolderStatus {
                uri: folder.uri.clone(),
                state: status.state,
                files: status.files,
                lines: status.lines,
                symbols: status.symbols,
                embedded: status.embedded,
                languages: status.languages,
            });
        }
        Ok(StatusResult { folders })
    }
}

/// `devmentor/graph`
pub(crate) struct GraphAround;

impl Surface for GraphAround {
    type Params = GraphParams;
    type Answer = GraphResult;
    const LANE: Lane = Lane::Slow;

    fn document(params: &GraphParams) -> Option<&Uri> {
        params.text_document.as_ref().map(|document| &document.uri)
    }

    fn answer(ask: &Ask, params: GraphParams) -> Result<GraphResult, Failure> {
        let mut symbols = Vec::new();
        match (&params.symbol, params.position) {
            (Some(name), _) => {
                let mut unknown = None;
                for folder in folders(ask, None)? {
                    ask.cancelled.check()?;
                    let graph = folder.lease.graph_now()?;
                    match uses(&graph, &folder.lease.snapshot()?, name, 20) {
                        Ok(found) => symbols.extend(found.into_iter().filter_map(|uses| node(folder, uses))),
                        Err(error) => unknown = Some(error),
                    }
                }
                if let (true, Some(error)) = (symbols.is_empty(), unknown) {
                    return Err(error.into());
                }
            }
            (None, Some(position)) => {
                let home = ask.document()?.home.as_ref().ok_or_else(homeless)?;
                // Whoever asks for the graph waits for it; then the place is looked up in it.
                home.workspace().graph_now()?;
                let folder = ask
                    .folders
                    .iter()
                    .find(|folder| folder.lease.root() == home.workspace().root())
                    .ok_or_else(homeless)?;
                if let Some(here) = meant::at(ask, position)?
                    && let (Some(graph), Some(id)) = (&here.graph, here.meant.node())
                {
                    symbols.extend(uses_of(graph, &folder.lease.snapshot()?, id).and_then(|uses| node(folder, uses)));
                }
            }
            (None, None) => {
                return Err(Failure::Invalid("say `symbol`, or `textDocument` and `position`".to_owned()));
            }
        }
        Ok(GraphResult { symbols })
    }
}

fn node(folder: &Folder, uses: Uses) -> Option<GraphNode> {
    let edges = |edges: Vec<Edge>| edges.into_iter().take(MOST).filter_map(|found| edge(folder, found)).collect();
    Some(GraphNode { symbol: symbol(folder, uses.symbol)?, callers: edges(uses.callers), callees: edges(uses.callees) })
}

fn edge(folder: &Folder, edge: Edge) -> Option<GraphEdge> {
    Some(GraphEdge {
        location: location(folder.lease.root(), &edge.path, edge.line, edge.line)?,
        symbol: edge.symbol.and_then(|place| symbol(folder, place)),
        count: edge.count,
        proven: edge.proven,
    })
}

fn symbol(folder: &Folder, place: SymbolPlace) -> Option<GraphSymbol> {
    Some(GraphSymbol {
        location: location(folder.lease.root(), &place.path, place.first_line, place.last_line)?,
        name: place.name,
        kind: place.kind,
        is_test: place.is_test,
    })
}

/// The answer to `devmentor.copyPermalink`.
pub(crate) struct PermalinkTo;

impl Surface for PermalinkTo {
    type Params = RangeParams;
    type Answer = PermalinkResult;
    const LANE: Lane = Lane::Slow;
    const FRESH: bool = false;

    fn document(params: &RangeParams) -> Option<&Uri> {
        Some(&params.text_document.uri)
    }

    fn answer(ask: &Ask, params: RangeParams) -> Result<PermalinkResult, Failure> {
        let home = ask.document()?.home.as_ref().ok_or_else(homeless)?;
        let url = permalink::permalink(home.workspace().git(), &home.path, lines(ask, &params)?)?;
        Ok(PermalinkResult { url })
    }
}

/// What is wrong with settings that a client sends, in words; for those who write a client.
pub fn setting_mistakes(settings: &serde_json::Value) -> Vec<String> {
    crate::session::Settings::default().take(settings)
}
