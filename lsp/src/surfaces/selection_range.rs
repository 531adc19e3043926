//! Expand selection: the ranges around a position, along the syntax.

use grammars::Span;
use tower_lsp_server::ls_types::*;

use crate::ask::{Ask, Failure, Surface};
use crate::convert::{place, range};
use crate::session::Session;

/// So many positions are answered; people have one cursor, or a few.
const MOST_POSITIONS: usize = 1_000;
/// So many ranges around one position: writing them nests as deep.
const MOST_RANGES: usize = 100;

pub(crate) struct Selection;

impl Surface for Selection {
    type Params = SelectionRangeParams;
    type Answer = Option<Vec<SelectionRange>>;
    const NAME: Option<&'static str> = Some("selectionRange");

    fn document(params: &SelectionRangeParams) -> Option<&Uri> {
        Some(&params.text_document.uri)
    }

    fn announce(capabilities: &mut ServerCapabilities, _: &Session) {
        capabilities.selection_range_provider = Some(SelectionRangeProviderCapability::Simple(true));
    }

    fn answer(ask: &Ask, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>, Failure> {
        let document = ask.document()?;
        if params.positions.len() > MOST_POSITIONS {
            return Err(Failure::Invalid(format!(
                "{} positions; {MOST_POSITIONS} are the most",
                params.positions.len()
            )));
        }
        let around = |position: Position| {
            let byte = document.text.byte(place(position), ask.session.encoding);
            let here = Span { start: byte, end: byte };
            let spans = document.tree.as_ref().map(|tree| tree.enclosing(here)).unwrap_or_default();
            // The innermost and the outermost are what people use; what is between may be cut.
            let spans = spans.into_iter().take(MOST_RANGES).rev();
            let outermost = SelectionRange { range: range(&document.text, here, ask.session.encoding), parent: None };
            let mut selection: Option<SelectionRange> = None;
            for span in spans {
                let range = range(&document.text, span, ask.session.encoding);
                selection = Some(SelectionRange { range, parent: selection.map(Box::new) });
            }
            selection.unwrap_or(outermost)
        };
        Ok(Some(params.positions.into_iter().map(around).collect()))
    }
}
