//! Where a name is defined; only in standalone mode.

use engine::questions::target::Meant;
use grammars::Span;
use tower_lsp_server::ls_types::*;

use super::meant::{at, location_here, location_of, standalone};
use crate::ask::{Ask, Failure, Surface};
use crate::convert::place;
use crate::session::{CodeIntelligence, Session};

pub(crate) struct Definition;

impl Surface for Definition {
    type Params = GotoDefinitionParams;
    type Answer = Option<GotoDefinitionResponse>;

    fn document(params: &GotoDefinitionParams) -> Option<&Uri> {
        Some(&params.text_document_position_params.text_document.uri)
    }

    fn announce(capabilities: &mut ServerCapabilities, session: &Session) {
        let standalone = session.settings.code_intelligence == CodeIntelligence::Standalone;
        capabilities.definition_provider = standalone.then_some(OneOf::Left(true));
    }

    fn answer(ask: &Ask, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>, Failure> {
        if !standalone(ask) {
            return Ok(None);
        }
        let (document, encoding) = (ask.document()?, ask.session.encoding);
        let position = params.text_document_position_params.position;
        let byte = document.text.byte(place(position), encoding);
        let location = match local(document.facts(), byte) {
            Some(span) => Some(location_here(document, span, encoding)),
            None => match at(ask, position)? {
                Some(found) => match found.meant {
                    Meant::Here { symbol, .. } => {
                        let symbol = document.facts().symbols.get(symbol as usize);
                        symbol.map(|symbol| location_here(document, symbol.name_span, encoding))
                    }
                    Meant::Elsewhere { node, .. } => location_of(&found, node, encoding),
                },
                None => None,
            },
        };
        Ok(location.map(GotoDefinitionResponse::Scalar))
    }
}

/// Where a local variable or parameter is bound, when a byte refers to one.
fn local(facts: &grammars::FileFacts, byte: u32) -> Option<Span> {
    use grammars::BindingKind::{Parameter, Variable};
    let touches = |span: Span| span.start <= byte && byte <= span.end;
    let reference = facts.references.iter().find(|reference| touches(reference.span))?;
    let binding = facts.bindings.get(reference.binding? as usize)?;
    matches!(binding.kind, Parameter | Variable).then_some(binding.span)
}
