//! What several surfaces ask first: which symbol is meant at a position, and where symbols are.

use std::sync::Arc;

use engine::questions::target::{Meant, meant};
use engine::questions::{SymbolPlace, name_of};
use engine::{Lease, Workspace};
use grammars::{FileFacts, Language, Span, SymbolId};
use index::graph::{Graph, NodeId};
use tower_lsp_server::ls_types::{Location, Position};

use crate::ask::{Ask, Failure};
use crate::convert::{file_uri, place, range};
use crate::documents::Document;
use crate::session::CodeIntelligence;
use crate::text::{Encoding, Text};

/// A symbol that is meant, with what is needed to say more of it.
pub(crate) struct Found {
    pub(crate) document: Arc<Document>,
    pub(crate) lease: Arc<Lease>,
    /// The document's path in its workspace.
    pub(crate) path: String,
    /// None when it was never built; then only the document itself is known.
    pub(crate) graph: Option<Arc<Graph>>,
    pub(crate) meant: Meant,
}

/// The symbol at a position of the request's document; none when there is none, or the document belongs to no folder.
pub(crate) fn at(ask: &Ask, position: Position) -> Result<Option<Found>, Failure> {
    let document = ask.document()?.clone();
    let Some(home) = document.home.clone() else { return Ok(None) };
    let byte = document.text.byte(place(position), ask.session.encoding);
    let graph = home.workspace().graph();
    let meant = meant(graph.as_deref(), &home.path, document.facts(), byte);
    Ok(meant.map(|meant| Found { lease: home.lease, path: home.path, graph, meant, document }))
}

/// Whether DevMentor may say where things are defined and used.
pub(crate) fn standalone(ask: &Ask) -> bool {
    ask.session.settings.code_intelligence == CodeIntelligence::Standalone
}

/// A file of a workspace, read for the ranges of its symbols.
pub(crate) struct Source {
    pub(crate) text: Text,
    pub(crate) facts: FileFacts,
    language: Option<Language>,
}

impl Source {
    /// The newest text of a file and its facts: an open buffer's, else the disk's.
    pub(crate) fn read(workspace: &Workspace, path: &str) -> Option<Source> {
        let snapshot = workspace.snapshot().ok()?;
        let file = snapshot.file(path)?;
        let text = match workspace.buffer(path) {
            Some(buffer) => Text::new(buffer.as_str().to_owned()),
            None => Text::new(snapshot.text(file)?.text.as_ref().to_owned()),
        };
        let language = grammars::detect(std::path::Path::new(path), text.as_str().as_bytes())?;
        let facts = crate::documents::with_extractor(|extractor| {
            extractor.facts(language, text.as_str(), grammars::Detail::Full).ok()
        })?;
        Some(Source { text, facts, language: Some(language) })
    }

    /// The name of a symbol that the graph knows, where it stands now; none when it is gone.
    pub(crate) fn symbol(&self, place: &SymbolPlace) -> Option<&grammars::Symbol> {
        let fits = self.facts.symbols.iter().enumerate().filter(|(id, symbol)| {
            symbol.kind.name() == place.kind && name_of(&self.facts, *id as SymbolId, self.language) == place.name
        });
        fits.min_by_key(|(_, symbol)| symbol.lines.first.abs_diff(place.first_line)).map(|(_, symbol)| symbol)
    }
}

/// Where the name of a symbol of the graph stands.
pub(crate) fn location_of(found: &Found, node: NodeId, encoding: Encoding) -> Option<Location> {
    let place = engine::questions::place(found.graph.as_deref()?, node)?;
    place_location(&found.lease, &place, encoding)
}

/// Where the name of a symbol stands.
pub(crate) fn place_location(workspace: &Workspace, place: &SymbolPlace, encoding: Encoding) -> Option<Location> {
    let source = Source::read(workspace, &place.path)?;
    let symbol = source.symbol(place)?;
    Some(Location {
        uri: file_uri(&workspace.absolute(&place.path))?,
        range: range(&source.text, symbol.name_span, encoding),
    })
}

/// Some bytes of the document of the request.
pub(crate) fn location_here(document: &Document, span: Span, encoding: Encoding) -> Location {
    Location { uri: document.uri.clone(), range: range(&document.text, span, encoding) }
}
