//! Answers as a model reads them: short, with places it can open.

use std::fmt::Write;

use engine::questions::outline::OutlineItem;
use engine::questions::search::SearchAnswer;

use crate::ask::CallsAnswer;
use crate::ask::calls::Branch;

/// No answer is longer, in bytes: some 12,000 tokens.
const LONGEST: usize = 48 << 10;
/// Deeper symbols of an outline are left out.
const DEEPEST: usize = 8;

/// Cuts an answer that is too long, at the end of a line.
fn cut(mut text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let mut end = LONGEST;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(text[..end].rfind('\n').map_or(end, |at| at + 1));
    text.push_str("… (cut here; ask for less at once)\n");
    text
}

/// Hits with their code.
pub(super) fn hits(answer: &SearchAnswer) -> String {
    let mut text = String::new();
    for hit in &answer.hits {
        let _ = write!(text, "{}:{}-{}", hit.path, hit.first_line + 1, hit.last_line + 1);
        if let Some(symbol) = &hit.symbol {
            let _ = write!(text, "  {} {symbol}", hit.kind.as_deref().unwrap_or("in"));
        }
        text.push('\n');
        for (at, line) in hit.snippet.iter().enumerate() {
            let _ = writeln!(text, "{:>6} {line}", hit.snippet_line as usize + at + 1);
        }
        text.push('\n');
    }
    notes(&mut text, answer);
    cut(text)
}

/// Symbols, one a line.
pub(super) fn symbols(answer: &SearchAnswer) -> String {
    let mut text = String::new();
    for hit in &answer.hits {
        let (name, kind) = (hit.symbol.as_deref().unwrap_or("?"), hit.kind.as_deref().unwrap_or("symbol"));
        let _ = writeln!(text, "{kind} {name}  {}:{}-{}", hit.path, hit.first_line + 1, hit.last_line + 1);
    }
    notes(&mut text, answer);
    cut(text)
}

fn notes(text: &mut String, answer: &SearchAnswer) {
    if answer.hits.is_empty() {
        text.push_str("Nothing was found.\n");
    } else if answer.more {
        text.push_str("There is more; a larger limit or a narrower query shows it.\n");
    }
    for note in &answer.notes {
        let _ = writeln!(text, "Note: {note}");
    }
}

/// Trees of calls.
pub(super) fn calls(answer: &CallsAnswer, asked: &str) -> String {
    if answer.symbols.is_empty() {
        return format!("No symbol is called `{asked}`; the tool `symbols` finds similar names.\n");
    }
    let mut text = String::from("(= proven by scopes or imports, ~ only the name fits)\n\n");
    for symbol in &answer.symbols {
        let _ = writeln!(text, "{} {}  {}:{}", symbol.kind, symbol.name, symbol.path, symbol.line);
        for (branch, title) in [(&symbol.callers, "called by"), (&symbol.callees, "calls")] {
            let nothing = branch.calls.is_empty() && branch.more == 0;
            let _ = writeln!(text, "  {title}{}", if nothing { ": nothing known" } else { "" });
            self::branch(&mut text, branch, 2);
        }
        text.push('\n');
    }
    if answer.found > answer.symbols.len() {
        let more = answer.found - answer.symbols.len();
        let _ = writeln!(text, "{more} more symbols have that name; name their type or file.");
    }
    cut(text)
}

fn branch(text: &mut String, branch: &Branch, depth: usize) {
    let indent = "  ".repeat(depth);
    for call in &branch.calls {
        let mark = if call.proven { '=' } else { '~' };
        let _ = write!(text, "{indent}{mark} {}  {}:{}", call.name, call.path, call.line);
        let _ = writeln!(text, "{}", if call.count > 1 { format!("  ×{}", call.count) } else { String::new() });
        self::branch(text, &call.then, depth + 1);
    }
    if branch.more > 0 {
        let _ = writeln!(text, "{indent}… and {} more", branch.more);
    }
}

/// What a file defines.
pub(super) fn outline(path: &str, items: &[OutlineItem]) -> String {
    let mut text = format!("{path}\n");
    if items.is_empty() {
        text.push_str("  defines no symbols that are known\n");
    }
    outline_items(&mut text, items, 0);
    cut(text)
}

fn outline_items(text: &mut String, items: &[OutlineItem], depth: usize) {
    if depth == DEEPEST {
        return;
    }
    for item in items {
        let shown = if item.signature.is_empty() { &item.name } else { &item.signature };
        let lines = format!("{}-{}", item.first_line + 1, item.last_line + 1);
        let _ = writeln!(text, "{lines:>11} {}{} {shown}", "  ".repeat(depth), item.kind);
        outline_items(text, &item.children, depth + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_is_cut_at_the_end_of_a_line_and_says_so() {
        let text = cut("äöü\n".repeat(LONGEST));
        assert!(text.len() <= LONGEST + 100);
        assert!(text.ends_with("äöü\n… (cut here; ask for less at once)\n"), "{}", &text[text.len() - 60..]);
        assert_eq!(cut("short\n".to_owned()), "short\n");
    }
}
