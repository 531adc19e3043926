//! Texts that would take the process down inside a grammar.
//!
//! A grammar's scanner keeps its state in a buffer of 1,024 bytes. Those of Python and YAML write one entry for each open
//! level of indentation, and check the space by less than they write: some 250 (YAML) or 500 (Python) levels end in an
//! abort. No person writes such code, so it is refused before it is parsed. Levels open at the same time have different
//! columns, so the number of different columns bounds their depth, whatever else the text is.

/// Columns that are told apart; what stands further right counts as one more each.
const COLUMNS: usize = 4096;

/// Whether the text nests deeper than the scanner of `language` can keep in mind.
pub(crate) fn too_deep(language: &str, text: &str) -> bool {
    match language {
        "python" => columns(text, false) > 240,
        // A sequence may stand in the column of its mapping, so a column can hold two levels.
        "yaml" => columns(text, true) > 110,
        _ => false,
    }
}

/// How many different columns a level of indentation could begin at.
fn columns(text: &str, inline: bool) -> usize {
    let mut seen = [0u64; COLUMNS / 64];
    let mut beyond = 0;
    let mut longest = 0;
    for line in text.as_bytes().split(|&byte| byte == b'\n' || byte == b'\r') {
        let mut at = indent(line, 0);
        let mut count = 0;
        loop {
            let column = if inline { at } else { width(&line[..at]) };
            match seen.get_mut(column / 64) {
                Some(word) => *word |= 1 << (column % 64),
                None => beyond += 1,
            }
            // `- - key: ? x` opens several levels in one line.
            let marker = matches!(line.get(at), Some(b'-' | b'?' | b':'));
            if !inline || !marker || !line.get(at + 1).is_none_or(u8::is_ascii_whitespace) {
                break;
            }
            at = indent(line, at + 1);
        }
        if inline {
            count += openers(&line[at.min(line.len())..]);
        }
        longest = longest.max(count);
    }
    seen.iter().map(|word| word.count_ones() as usize).sum::<usize>() + beyond + longest
}

/// Where the next thing after blanks stands.
fn indent(line: &[u8], from: usize) -> usize {
    let rest = line.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | 0x0c)).count()
}

/// The width of blanks as Python's scanner counts it: a tab is eight.
fn width(blanks: &[u8]) -> usize {
    blanks.iter().map(|byte| if *byte == b'\t' { 8 } else { 1 }).sum()
}

/// Words of a line that could open a level, before what is quoted, bracketed, a block of text or a comment.
fn openers(line: &[u8]) -> usize {
    line.split(|byte| byte.is_ascii_whitespace())
        .take_while(|word| !matches!(word.first(), Some(b'{' | b'[' | b'"' | b'\'' | b'|' | b'>' | b'#')))
        .filter(|word| matches!(word, [b'-'] | [b'?']) || word.ends_with(b":"))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize, head: &str) -> String {
        (0..depth).map(|level| format!("{}{head}\n", " ".repeat(level))).collect()
    }

    #[test]
    fn deep_code_is_refused_and_wide_code_is_not() {
        assert!(too_deep("python", &nested(600, "if x:")));
        assert!(!too_deep("python", &nested(100, "if x:")));
        assert!(!too_deep("rust", &nested(600, "{")));
        assert!(!too_deep("python", &"def f():\n    return 1\n".repeat(10_000)));
        assert!(too_deep("yaml", &nested(200, "a:")));
        assert!(too_deep("yaml", &"- ".repeat(300)));
        assert!(too_deep("yaml", &"a: ".repeat(300)));
        assert!(!too_deep("yaml", &nested(40, "a:")));
        assert!(!too_deep("yaml", &"key: some text: with colons, and a long tail of words\n".repeat(10_000)));
        assert!(!too_deep("yaml", &format!("json: {{{}}}", "\"a\": 1, ".repeat(1_000))));
    }
}
