//! Reads what `git blame --porcelain` writes.

use rustc_hash::FxHashMap;

/// A commit that made some lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Commit {
    /// Its hash; all zeros for what is not committed.
    pub id: String,
    /// Who wrote it.
    pub author: String,
    /// When, in seconds since 1970.
    pub time: i64,
    /// The first line of its message.
    pub subject: String,
}

impl Commit {
    /// Whether it stands for lines that are not committed yet.
    pub fn is_uncommitted(&self) -> bool {
        self.id.bytes().all(|byte| byte == b'0')
    }
}

/// Which commit made each line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileBlame {
    /// The commits, each once.
    pub commits: Vec<Commit>,
    /// For each line an index into `commits`.
    pub lines: Vec<u32>,
}

/// Parses the porcelain format; lines that are not understood are passed over.
pub(crate) fn parse(output: &[u8]) -> FileBlame {
    let mut blame = FileBlame::default();
    let mut known = FxHashMap::<String, u32>::default();
    let mut current = 0;
    for line in output.split(|&byte| byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        if let Some((id, rest)) = header(&line) {
            current = *known.entry(id.to_owned()).or_insert_with(|| {
                blame.commits.push(Commit { id: id.to_owned(), ..Commit::default() });
                blame.commits.len() as u32 - 1
            });
            // The second number is the line in the file, from 1.
            if let Some(number) = rest.split(' ').nth(1).and_then(|number| number.parse::<usize>().ok())
                && number == blame.lines.len() + 1
            {
                blame.lines.push(current);
            }
            continue;
        }
        let Some(commit) = blame.commits.get_mut(current as usize) else { continue };
        match line.split_once(' ') {
            Some(("author", name)) => name.clone_into(&mut commit.author),
            Some(("author-time", time)) => commit.time = time.parse().unwrap_or(0),
            Some(("summary", subject)) => subject.clone_into(&mut commit.subject),
            _ => {}
        }
    }
    blame
}

/// The hash and the numbers of a line that begins a new entry. The text of a file's line begins with a tab.
fn header(line: &str) -> Option<(&str, &str)> {
    let (id, rest) = line.split_once(' ')?;
    let is_hash = matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then_some((id, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OUTPUT: &str = "\
1111111111111111111111111111111111111111 1 1 2
author Ada L
author-mail <ada@example.com>
author-time 1700000000
author-tz +0000
summary Add the parser
filename a.rs
\tfn parse() {
1111111111111111111111111111111111111111 2 2
\t}
0000000000000000000000000000000000000000 3 3 1
author Not Committed Yet
author-time 1800000000
summary Version of a.rs from a.rs
filename a.rs
\t// author of nothing
1111111111111111111111111111111111111111 3 4 1
\tend
";

    #[test]
    fn every_line_knows_its_commit() {
        let blame = parse(OUTPUT.as_bytes());
        assert_eq!(blame.lines, [0, 0, 1, 0]);
        assert_eq!(
            blame.commits[0],
            Commit {
                id: "1".repeat(40),
                author: "Ada L".to_owned(),
                time: 1_700_000_000,
                subject: "Add the parser".to_owned()
            }
        );
        assert!(blame.commits[1].is_uncommitted());
    }

    proptest! {
        #[test]
        fn nothing_that_git_writes_can_crash_it(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in 0..OUTPUT.len()) {
            parse(&bytes);
            let mut mixed = OUTPUT.as_bytes()[..cut].to_vec();
            mixed.extend(bytes);
            let blame = parse(&mixed);
            prop_assert!(blame.lines.iter().all(|&commit| (commit as usize) < blame.commits.len()));
        }
    }
}
