//! What implements a name: members of that name in types, blocks that add members to a type. By name, and only in standalone mode.

use grammars::SymbolKind;
use tower_lsp_server::ls_types::request::{GotoImplementationParams, GotoImplementationResponse};
use tower_lsp_server::ls_types::*;

use super::meant::{at, location_of, standalone};
use crate::ask::{Ask, Failure, Lane, Surface};
use crate::session::{CodeIntelligence, Session};

/// So many are shown.
const MOST: usize = 100;

pub(crate) struct Implementation;

impl Surface for Implementation {
    type Params = GotoImplementationParams;
    type Answer = Option<GotoImplementationResponse>;
    const LANE: Lane = Lane::Slow;

    fn document(params: &GotoImplementationParams) -> Option<&Uri> {
        Some(&params.text_document_position_params.text_document.uri)
    }

    fn announce(capabilities: &mut ServerCapabilities, session: &Session) {
        let standalone = session.settings.code_intelligence == CodeIntelligence::Standalone;
        capabilities.implementation_provider = standalone.then_some(ImplementationProviderCapability::Simple(true));
    }

    fn answer(ask: &Ask, params: GotoImplementationParams) -> Result<Option<GotoImplementationResponse>, Failure> {
        if !standalone(ask) {
            return Ok(None);
        }
        let Some(found) = at(ask, params.text_document_position_params.position)? else { return Ok(None) };
        let (Some(graph), Some(meant)) = (&found.graph, found.meant.node()) else { return Ok(None) };
        let Some(itself) = graph.node(meant) else { return Ok(None) };
        let fits = graph.find(itself.name).into_iter().filter(|&id| {
            id != meant
                && graph.node(id).is_some_and(|other| {
                    let member = itself.kind.is_callable() && other.kind.is_callable() && other.container.is_some();
                    let block = itself.kind.is_type() && other.kind == SymbolKind::Impl;
                    member || block
                })
        });
        let mut locations = Vec::new();
        for id in fits.take(MOST) {
            ask.cancelled.check()?;
            locations.extend(location_of(&found, id, ask.session.encoding));
        }
        Ok((!locations.is_empty()).then_some(GotoImplementationResponse::Array(locations)))
    }
}
