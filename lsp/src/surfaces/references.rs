//! Where a name is used; only in standalone mode. In the document scopes decide; elsewhere the name, where nothing local has taken it.

use engine::questions::search::{SearchMode, SearchRequest, search};
use grammars::{BindingKind, FileFacts, Span};
use tower_lsp_server::ls_types::*;

use super::document_highlight::highlights;
use super::meant::{Source, at, location_here, standalone};
use crate::ask::{Ask, Failure, Lane, Surface};
use crate::convert::{file_uri, place, range};
use crate::session::{CodeIntelligence, Session};

/// So many files are looked into; a name that more of them have means many things.
const MOST_FILES: usize = 300;
/// So many places are shown.
const MOST: usize = 5_000;

pub(crate) struct References;

impl Surface for References {
    type Params = ReferenceParams;
    type Answer = Option<Vec<Location>>;
    const LANE: Lane = Lane::Slow;

    fn document(params: &ReferenceParams) -> Option<&Uri> {
        Some(&params.text_document_position.text_document.uri)
    }

    fn announce(capabilities: &mut ServerCapabilities, session: &Session) {
        let standalone = session.settings.code_intelligence == CodeIntelligence::Standalone;
        capabilities.references_provider = standalone.then_some(OneOf::Left(true));
    }

    fn answer(ask: &Ask, params: ReferenceParams) -> Result<Option<Vec<Location>>, Failure> {
        if !standalone(ask) {
            return Ok(None);
        }
        let (document, encoding) = (ask.document()?, ask.session.encoding);
        let byte = document.text.byte(place(params.text_document_position.position), encoding);
        let facts = document.facts();
        let declaration = params.context.include_declaration;
        let is_definition = |facts: &FileFacts, span: Span| facts.symbols.iter().any(|symbol| symbol.name_span == span);
        let mut found: Vec<Location> = highlights(facts, byte)
            .into_iter()
            .filter(|(span, _)| declaration || !is_definition(facts, *span))
            .map(|(span, _)| location_here(document, span, encoding))
            .collect();
        // A local name is used nowhere else.
        let name = if is_local(facts, byte) { None } else { name_at(facts, byte) };
        if let (Some(name), Some(here)) = (name, at(ask, params.text_document_position.position)?) {
            let mut request = SearchRequest::new(name).mode(SearchMode::Exact);
            request.limit = MOST;
            let hits = search(&here.lease.snapshot()?, &request)?.hits;
            let mut files: Vec<String> =
                hits.into_iter().map(|hit| hit.path).filter(|path| *path != here.path).collect();
            files.sort_unstable();
            files.dedup();
            for path in files.into_iter().take(MOST_FILES) {
                ask.cancelled.check()?;
                let (Some(source), Some(uri)) =
                    (Source::read(&here.lease, &path), file_uri(&here.lease.absolute(&path)))
                else {
                    continue;
                };
                let spans = uses_of(&source.facts, name, declaration);
                let locations = spans
                    .into_iter()
                    .map(|span| Location { uri: uri.clone(), range: range(&source.text, span, encoding) });
                found.extend(locations);
            }
        }
        found.truncate(MOST);
        Ok((!found.is_empty()).then_some(found))
    }
}

fn touches(span: Span, byte: u32) -> bool {
    span.start <= byte && byte <= span.end && !span.is_empty()
}

fn name_at(facts: &FileFacts, byte: u32) -> Option<&str> {
    let symbol = facts.symbols.iter().find(|symbol| touches(symbol.name_span, byte)).map(|symbol| symbol.name);
    let call = || facts.calls.iter().find(|call| touches(call.span, byte)).map(|call| call.name);
    let reference =
        || facts.references.iter().find(|reference| touches(reference.span, byte)).map(|reference| reference.name);
    symbol.or_else(call).or_else(reference).map(|name| facts.name(name))
}

fn is_local(facts: &FileFacts, byte: u32) -> bool {
    let local = |binding: &grammars::Binding| {
        matches!(binding.kind, BindingKind::Parameter | BindingKind::Variable) && binding.scope != 0
    };
    let bound = facts.bindings.iter().find(|binding| touches(binding.span, byte)).or_else(|| {
        let reference = facts.references.iter().find(|reference| touches(reference.span, byte))?;
        facts.bindings.get(reference.binding? as usize)
    });
    bound.is_some_and(local)
}

/// Where a file uses a name that means nothing local there.
fn uses_of(facts: &FileFacts, name: &str, declaration: bool) -> Vec<Span> {
    let local = |binding: Option<u32>| {
        let binding = binding.and_then(|binding| facts.bindings.get(binding as usize));
        binding.is_some_and(|binding| matches!(binding.kind, BindingKind::Parameter | BindingKind::Variable))
    };
    let references =
        facts.references.iter().filter(|reference| facts.name(reference.name) == name && !local(reference.binding));
    let mut spans: Vec<Span> = references.map(|reference| reference.span).collect();
    spans.extend(facts.calls.iter().filter(|call| facts.name(call.name) == name).map(|call| call.span));
    let definitions =
        facts.symbols.iter().filter(|symbol| facts.name(symbol.name) == name).map(|symbol| symbol.name_span);
    match declaration {
        true => spans.extend(definitions),
        false => {
            let definitions: Vec<Span> = definitions.collect();
            spans.retain(|span| !definitions.contains(span));
        }
    }
    spans.sort_unstable();
    spans.dedup();
    spans
}
