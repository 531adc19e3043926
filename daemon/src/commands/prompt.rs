//! The interactive search: a prompt with history, modes by a prefix.

use std::io::{IsTerminal, Write};
use std::time::Instant;

use anyhow::Result;
use engine::questions::search::{SearchMode, SearchRequest};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::search::{Arguments, print};
use crate::ask::{self, Ask};
use crate::output::{self, BAD, DIM, SYMBOL};

const HELP: &str = "  words of a question     search by words, names and meaning
  \"text\"                  the text as it stands
  /pattern/               a regular expression
  @name                   symbols, fuzzy: @gUBI finds getUserById
  ~words                  by meaning only
  :help  :quit            this help; leave (also Ctrl-D)";

/// What was typed: the text and the mode its signs ask for.
fn parse(line: &str) -> (&str, SearchMode) {
    let between = |open: &str, close: &str| {
        line.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).filter(|inside| !inside.is_empty())
    };
    if let Some(text) = between("\"", "\"") {
        (text, SearchMode::Exact)
    } else if let Some(pattern) = between("/", "/") {
        (pattern, SearchMode::Regex)
    } else if let Some(name) = line.strip_prefix('@') {
        (name, SearchMode::Symbol)
    } else if let Some(words) = line.strip_prefix('~') {
        (words, SearchMode::Meaning)
    } else {
        (line, SearchMode::Fused)
    }
}

pub(crate) fn run(workspace: &dyn Ask, arguments: &Arguments) -> Result<bool> {
    ask::bring_up_to_date(workspace)?;
    let files = workspace.report()?.files;
    let mut out = anstream::stdout();
    writeln!(out, "{} files of {} are indexed.", output::count(files), workspace.root().display())?;
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
        workspace.update(false, &index::Silent)?;
        let (text, mode) = parse(line);
        let typed = arguments.request(text);
        let request = SearchRequest { mode: if mode == SearchMode::Fused { typed.mode } else { mode }, ..typed };
        let begun = Instant::now();
        match workspace.search(&request) {
            Ok(answer) => {
                print(&answer, workspace.root())?;
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
        assert_eq!(parse("how are errors shown"), ("how are errors shown", SearchMode::Fused));
        assert_eq!(parse("\"a + b\""), ("a + b", SearchMode::Exact));
        assert_eq!(parse("/fn .*_test/"), ("fn .*_test", SearchMode::Regex));
        assert_eq!(parse("@gUBI"), ("gUBI", SearchMode::Symbol));
        assert_eq!(parse("~parse a date"), ("parse a date", SearchMode::Meaning));
        assert_eq!(parse("/"), ("/", SearchMode::Fused));
    }
}
