//! The other places in the document that mean the same name.

use grammars::{Access, BindingId, FileFacts, Span};
use tower_lsp_server::ls_types::*;

use crate::ask::{Ask, Failure, Surface};
use crate::convert::{place, range};
use crate::session::Session;

pub(crate) struct Highlights;

impl Surface for Highlights {
    type Params = DocumentHighlightParams;
    type Answer = Option<Vec<DocumentHighlight>>;
    const NAME: Option<&'static str> = Some("documentHighlight");

    fn document(params: &DocumentHighlightParams) -> Option<&Uri> {
        Some(&params.text_document_position_params.text_document.uri)
    }

    fn announce(capabilities: &mut ServerCapabilities, _: &Session) {
        capabilities.document_highlight_provider = Some(OneOf::Left(true));
    }

    fn answer(ask: &Ask, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>, Failure> {
        let document = ask.document()?;
        let byte = document.text.byte(place(params.text_document_position_params.position), ask.session.encoding);
        let found = highlights(document.facts(), byte);
        let shown = found.into_iter().map(|(span, kind)| DocumentHighlight {
            range: range(&document.text, span, ask.session.encoding),
            kind: Some(kind),
        });
        let shown: Vec<DocumentHighlight> = shown.collect();
        Ok((!shown.is_empty()).then_some(shown))
    }
}

/// What means the same as the name at a byte: bound to the same place, or, where nothing in the file binds it, the same free name.
pub(crate) fn highlights(facts: &FileFacts, byte: u32) -> Vec<(Span, DocumentHighlightKind)> {
    let touches = |span: Span| span.start <= byte && byte <= span.end && !span.is_empty();
    let reference = facts.references.iter().find(|reference| touches(reference.span));
    let bound = reference
        .and_then(|reference| reference.binding)
        .or_else(|| facts.bindings.iter().position(|binding| touches(binding.span)).map(|at| at as BindingId));
    let mut found: Vec<(Span, DocumentHighlightKind)> = match (bound, reference) {
        (Some(bound), _) => {
            let uses = facts.references.iter().filter(|reference| reference.binding == Some(bound));
            let definition =
                facts.bindings.get(bound as usize).map(|binding| (binding.span, DocumentHighlightKind::WRITE));
            uses.map(|reference| (reference.span, kind(reference.access))).chain(definition).collect()
        }
        (None, Some(free)) => {
            let same = |other: &&grammars::Reference| other.binding.is_none() && other.name == free.name;
            facts.references.iter().filter(same).map(|reference| (reference.span, kind(reference.access))).collect()
        }
        (None, None) => Vec::new(),
    };
    found.sort_by_key(|(span, _)| *span);
    found.dedup_by_key(|(span, _)| *span);
    found
}

fn kind(access: Access) -> DocumentHighlightKind {
    match access {
        Access::Read => DocumentHighlightKind::READ,
        Access::Write => DocumentHighlightKind::WRITE,
    }
}
