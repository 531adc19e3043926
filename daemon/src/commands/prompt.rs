//! The interactive search: a prompt with history, modes by a prefix.

use std::io::{IsTerminal, Write};
use std::time::Instant;

use anyhow::Result;
use index::{Mode, Query};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::search::{Arguments, print};
use crate::output::{self, BAD, DIM, SYMBOL};
use crate::workspace::Workspace;

const HELP: &str = "  words of a question     search by words, names and meaning
  \"text\"                  the text as it stands
  /pattern/               a regular expression
  @name                   symbols, fuzzy: @gUBI finds getUserById
  ~words                  by meaning only
  :help  :quit            this help; leave (also Ctrl-D)";

/// What was typed: the text and the mode its signs ask for.
fn parse(line: &str) -> (&str, Mode) {
    let between = |open: &str, close: &str| {
        line.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).filter(|inside| !inside.is_empty())
    };
    if let Some(text) = between("\"", "\"") {
        (text, Mode::Exact)
    } else if let Some(pattern) = between("/", "/") {
        (pattern, Mode::Regex)
    } else if let Some(name) = line.strip_prefix('@') {
        (name, Mode::Symbol)
    } else if let Some(words) = line.strip_prefix('~') {
        (words, Mode::Meaning)
    } else {
        (line, Mode::Fused)
    }
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<bool> {
    workspace.bring_up_to_date()?;
    let snapshot = workspace.index.snapshot();
    let files = snapshot.files().filter(|file| file.refused.is_none()).count();
    let mut out = anstream::stdout();
    writeln!(out, "{} files of {} are indexed.", output::count(files as u64), workspace.index.root().display())?;
    if !std::io::stdin().is_terminal() {
        writeln!(out, "Search them with `devmentor search 'your question'`, or run `devmentor search` in a terminal.")?;
        return Ok(true);
    }
    writeln!(out, "{DIM}Ask, or type :help. Ctrl-D leaves.{DIM:#}")?;
    let mut editor = DefaultEditor::new()?;
    let prompt = format!("{SYMBOL}search>{SYMBOL:#} ");
    let prompt = if std::env::var_os("NO_COLOR").is_some() { "search> " } else { prompt.as_str() };
    loop {
        let line = match editor.readline(prompt) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Ok(true),
            Err(error) => return Err(error.into()),
        };
        let line = line.trim();
        match line {
            "" => continue,
            ":q" | ":quit" | ":exit" => return Ok(true),
            ":help" | ":h" | "?" => {
                writeln!(out, "{HELP}")?;
                continue;
            }
            _ => {}
        }
        // A line that cannot be kept in the history is still searched for.
        let _ = editor.add_history_entry(line);
        workspace.update(&index::Silent)?;
        let (text, mode) = parse(line);
        let typed = arguments.query(text);
        let query = Query { mode: if mode == Mode::Fused { typed.mode } else { mode }, ..typed };
        let begun = Instant::now();
        match workspace.index.snapshot().search(&query) {
            Ok(answer) => {
                print(&answer, workspace.index.root())?;
                writeln!(out, "{DIM}{} hits in {}{DIM:#}", answer.hits.len(), output::duration(begun.elapsed()))?;
            }
            Err(error) => writeln!(out, "{BAD}{error}{BAD:#}")?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_choose_the_mode() {
        assert_eq!(parse("how are errors shown"), ("how are errors shown", Mode::Fused));
        assert_eq!(parse("\"a + b\""), ("a + b", Mode::Exact));
        assert_eq!(parse("/fn .*_test/"), ("fn .*_test", Mode::Regex));
        assert_eq!(parse("@gUBI"), ("gUBI", Mode::Symbol));
        assert_eq!(parse("~parse a date"), ("parse a date", Mode::Meaning));
        assert_eq!(parse("/"), ("/", Mode::Fused));
    }
}
