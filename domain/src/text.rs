//! Limits on text from outside. Any language and any emoji is welcome; control characters are not, for they hide
//! things from readers, and NUL cannot be stored by PostgreSQL.

use crate::Refusal;

/// Characters in a name or a title.
pub const LINE: usize = 300;
/// Characters in a body of markdown.
pub const BODY: usize = 100_000;

/// One line of text that is not empty: trimmed, at most `max` characters.
///
/// # Errors
/// A refusal that names `field`.
pub fn line(field: &str, value: &str, max: usize) -> Result<String, Refusal> {
    let value = value.trim();
    if value.is_empty() {
        return Err(Refusal::invalid(field, format!("{field} must not be empty.")));
    }
    optional_line(field, value, max)
}

/// One line of text that may be empty.
///
/// # Errors
/// A refusal that names `field`.
pub fn optional_line(field: &str, value: &str, max: usize) -> Result<String, Refusal> {
    check(field, value.trim(), max, |_| false)
}

/// Text of several lines, such as markdown; line ends become `\n`.
///
/// # Errors
/// A refusal that names `field`.
pub fn body(field: &str, value: &str, max: usize) -> Result<String, Refusal> {
    let value = value.replace("\r\n", "\n");
    check(field, &value, max, |symbol| symbol == '\n' || symbol == '\t')
}

fn check(field: &str, value: &str, max: usize, allowed: fn(char) -> bool) -> Result<String, Refusal> {
    if value.chars().nth(max).is_some() {
        return Err(Refusal::invalid(field, format!("{field} is longer than {max} characters.")));
    }
    match value.chars().find(|symbol| symbol.is_control() && !allowed(*symbol)) {
        Some(symbol) => {
            Err(Refusal::invalid(field, format!("{field} contains the control character U+{:04X}.", symbol as u32)))
        }
        None => Ok(value.to_owned()),
    }
}

/// The people named by `@handle` in a text, lower case, each once. A handle starts after anything but a letter, a digit
/// or a handle's own characters, so that mail addresses name nobody.
pub fn mentions(text: &str) -> std::collections::BTreeSet<String> {
    let inner = |symbol: char| symbol.is_ascii_alphanumeric() || matches!(symbol, '-' | '_' | '.');
    let mut found = std::collections::BTreeSet::new();
    let mut before = ' ';
    for (at, symbol) in text.char_indices() {
        if symbol == '@' && !inner(before) && !before.is_alphanumeric() {
            let rest = &text[at + 1..];
            let end = rest.find(|symbol| !inner(symbol)).unwrap_or(rest.len());
            let handle = rest[..end].trim_end_matches(['.', '-', '_']);
            if !handle.is_empty() && handle.len() <= 40 && found.len() < 50 {
                found.insert(handle.to_ascii_lowercase());
            }
        }
        before = symbol;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_and_emoji_passes_and_control_characters_do_not() {
        assert_eq!(line("title", "  שלום 👩‍👩‍👧 مرحبا ", LINE).unwrap(), "שלום 👩‍👩‍👧 مرحبا");
        assert_eq!(line("title", "a\0b", LINE).unwrap_err().detail, "title contains the control character U+0000.");
        assert_eq!(line("title", " \t ", LINE).unwrap_err().detail, "title must not be empty.");
        assert_eq!(line("title", "a\nb", LINE).unwrap_err().detail, "title contains the control character U+000A.");
        assert_eq!(body("body", "a\r\n\tb", BODY).unwrap(), "a\n\tb");
        assert_eq!(line("title", &"é".repeat(301), LINE).unwrap_err().detail, "title is longer than 300 characters.");
    }

    #[test]
    fn mentions_are_handles_but_not_mail_addresses() {
        let found = mentions("@Ann, see (@bob-2) and mail ann@example.com. @ann again; @@ and @.");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["ann", "bob-2"]);
    }
}
