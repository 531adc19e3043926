//! Who calls a function and what it calls, step by step; only in standalone mode.

use std::collections::BTreeMap;

use engine::questions::uses::{Edge, callees, callers};
use engine::questions::{SymbolPlace, place};
use engine::{Lease, questions};
use grammars::Span;
use index::graph::{Graph, NodeId};
use serde::{Deserialize, Serialize};
use tower_lsp_server::ls_types::*;

use super::meant::{Source, at, standalone};
use crate::ask::{Ask, Failure, Lane, Surface};
use crate::convert::{file_uri, range, symbol_kind};
use crate::documents::Folder;
use crate::session::{CodeIntelligence, Session};
use crate::text::Encoding;

/// So many callers or callees are shown.
const MOST: usize = 500;

/// What is remembered of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Data {
    root: String,
    place: SymbolPlace,
}

pub(crate) struct Prepare;

impl Surface for Prepare {
    type Params = CallHierarchyPrepareParams;
    type Answer = Option<Vec<CallHierarchyItem>>;
    const LANE: Lane = Lane::Slow;

    fn document(params: &CallHierarchyPrepareParams) -> Option<&Uri> {
        Some(&params.text_document_position_params.text_document.uri)
    }

    fn announce(capabilities: &mut ServerCapabilities, session: &Session) {
        let standalone = session.settings.code_intelligence == CodeIntelligence::Standalone;
        capabilities.call_hierarchy_provider = standalone.then_some(CallHierarchyServerCapability::Simple(true));
    }

    fn answer(ask: &Ask, params: CallHierarchyPrepareParams) -> Result<Option<Vec<CallHierarchyItem>>, Failure> {
        if !standalone(ask) {
            return Ok(None);
        }
        let Some(found) = at(ask, params.text_document_position_params.position)? else { return Ok(None) };
        let (Some(graph), Some(node)) = (&found.graph, found.meant.node()) else { return Ok(None) };
        let item = place(graph, node).and_then(|place| item(&found.lease, place, ask.session.encoding));
        Ok(item.map(|item| vec![item]))
    }
}

pub(crate) struct Incoming;

impl Surface for Incoming {
    type Params = CallHierarchyIncomingCallsParams;
    type Answer = Option<Vec<CallHierarchyIncomingCall>>;
    const LANE: Lane = Lane::Slow;

    fn answer(
        ask: &Ask,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>, Failure> {
        let Some(known) = Known::of(ask, &params.item)? else { return Ok(None) };
        let edges = callers(&known.graph, &known.folder.lease.snapshot()?, known.node);
        let name = known.graph.node(known.node).map_or_else(String::new, |node| node.name.to_owned());
        let mut calls = Vec::new();
        for (caller, _) in known.ends(edges) {
            ask.cancelled.check()?;
            let Some(source) = Source::read(&known.folder.lease, &caller.path) else { continue };
            let Some(from) = item_in(&known.folder.lease, &source, caller.clone(), ask.session.encoding) else {
                continue;
            };
            let from_ranges = calls_in(&source, &caller, &name, ask.session.encoding);
            calls.push(CallHierarchyIncomingCall { from, from_ranges });
        }
        Ok(Some(calls))
    }
}

pub(crate) struct Outgoing;

impl Surface for Outgoing {
    type Params = CallHierarchyOutgoingCallsParams;
    type Answer = Option<Vec<CallHierarchyOutgoingCall>>;
    const LANE: Lane = Lane::Slow;

    fn answer(
        ask: &Ask,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>, Failure> {
        let Some(known) = Known::of(ask, &params.item)? else { return Ok(None) };
        let Some(caller) = place(&known.graph, known.node) else { return Ok(None) };
        let Some(source) = Source::read(&known.folder.lease, &caller.path) else { return Ok(None) };
        let mut calls = Vec::new();
        for (callee, name) in known.ends(callees(&known.graph, known.node)) {
            ask.cancelled.check()?;
            let from_ranges = calls_in(&source, &caller, &name, ask.session.encoding);
            let Some(to) = item(&known.folder.lease, callee, ask.session.encoding) else { continue };
            calls.push(CallHierarchyOutgoingCall { to, from_ranges });
        }
        Ok(Some(calls))
    }
}

/// An item that the client sent back, found again.
struct Known<'a> {
    folder: &'a Folder,
    graph: std::sync::Arc<Graph>,
    node: NodeId,
}

impl<'a> Known<'a> {
    fn of(ask: &'a Ask, item: &CallHierarchyItem) -> Result<Option<Known<'a>>, Failure> {
        if !standalone(ask) {
            return Ok(None);
        }
        let foreign = || Failure::Invalid("the item is not one that DevMentor gave".to_owned());
        let data = item.data.clone().ok_or_else(foreign)?;
        let data: Data = serde_json::from_value(data).map_err(|_| foreign())?;
        let folder = ask.folders.iter().find(|folder| folder.lease.root().as_os_str() == data.root.as_str());
        let Some(folder) = folder else { return Ok(None) };
        let graph = folder.lease.graph_now()?;
        let wanted = data.place;
        let own = wanted.name.rsplit(['.', ':', '/']).next().unwrap_or(&wanted.name);
        let same = graph.find(own).into_iter().filter(|&id| {
            place(&graph, id).is_some_and(|place| {
                place.path == wanted.path && place.name == wanted.name && place.kind == wanted.kind
            })
        });
        let nearest =
            same.min_by_key(|&id| graph.node(id).map_or(u32::MAX, |node| node.lines.first.abs_diff(wanted.first_line)));
        Ok(nearest.map(|node| Known { folder, graph, node }))
    }

    /// The symbols at the other ends of edges, each once, with its own name.
    fn ends(&self, edges: Vec<Edge>) -> Vec<(SymbolPlace, String)> {
        let mut ends = BTreeMap::new();
        for symbol in edges.into_iter().filter_map(|edge| edge.symbol).take(MOST) {
            let own = symbol.name.rsplit(['.', ':', '/']).next().unwrap_or(&symbol.name).to_owned();
            ends.insert(symbol, own);
        }
        ends.into_iter().collect()
    }
}

fn item(lease: &Lease, place: SymbolPlace, encoding: Encoding) -> Option<CallHierarchyItem> {
    let source = Source::read(lease, &place.path)?;
    item_in(lease, &source, place, encoding)
}

fn item_in(lease: &Lease, source: &Source, place: SymbolPlace, encoding: Encoding) -> Option<CallHierarchyItem> {
    let symbol = source.symbol(&place)?;
    let selection = if symbol.span.encloses(symbol.name_span) { symbol.name_span } else { symbol.span };
    let data = Data { root: lease.root().display().to_string(), place: place.clone() };
    Some(CallHierarchyItem {
        name: place.name,
        kind: symbol_kind(&place.kind),
        tags: None,
        detail: Some(questions::outline::signature(symbol.signature, source.text.as_str())).filter(|it| !it.is_empty()),
        uri: file_uri(&lease.absolute(&place.path))?,
        range: range(&source.text, symbol.span, encoding),
        selection_range: range(&source.text, selection, encoding),
        data: serde_json::to_value(data).ok(),
    })
}

/// Where a symbol's body calls a name.
fn calls_in(source: &Source, caller: &SymbolPlace, name: &str, encoding: Encoding) -> Vec<Range> {
    let Some(body) = source.symbol(caller).map(|symbol| symbol.span) else { return Vec::new() };
    let calls =
        source.facts.calls.iter().filter(|call| body.encloses(call.span) && source.facts.name(call.name) == name);
    let spans: Vec<Span> = calls.map(|call| call.span).collect();
    spans.into_iter().map(|span| range(&source.text, span, encoding)).collect()
}
