//! Code lenses: the tasks that are tied to code, above it. Off until the settings ask for them.

use tower_lsp_server::ls_types::*;

use crate::ask::{Ask, Failure, Surface};
use crate::convert::lines;
use crate::session::Session;
use crate::tasks::tied;

/// More are not sent.
const MOST: usize = 200;

pub(crate) struct Lenses;

impl Surface for Lenses {
    type Params = CodeLensParams;
    type Answer = Option<Vec<CodeLens>>;
    const NAME: Option<&'static str> = Some("codeLens");

    fn document(params: &CodeLensParams) -> Option<&Uri> {
        Some(&params.text_document.uri)
    }

    fn announce(capabilities: &mut ServerCapabilities, session: &Session) {
        if session.settings.code_lens {
            capabilities.code_lens_provider = Some(CodeLensOptions { resolve_provider: None });
        }
    }

    fn answer(ask: &Ask, _: CodeLensParams) -> Result<Option<Vec<CodeLens>>, Failure> {
        if !ask.session.settings.code_lens {
            return Ok(None);
        }
        let lens = |tied: crate::tasks::Tied| {
            let about = if tied.at.sure { "" } else { "≈ " };
            let title = format!("{about}{} {} ({})", tied.task.key, tied.task.title, tied.task.status);
            // Without a command's name it is only shown: what can be done is among the code actions.
            let command = Command { title, command: String::new(), arguments: None };
            CodeLens {
                range: lines(tied.at.first_line - 1, tied.at.first_line - 1),
                command: Some(command),
                data: None,
            }
        };
        let lenses: Vec<CodeLens> = tied(&ask.tasks, ask.document()?).into_iter().take(MOST).map(lens).collect();
        Ok((!lenses.is_empty()).then_some(lenses))
    }
}
