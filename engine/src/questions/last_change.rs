//! Who changed some lines last, when, and why.

use std::sync::Arc;

use grammars::Lines;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::git::{FileBlame, Git};

/// The newest change of some lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastChange {
    /// The commit.
    pub commit: String,
    /// Who wrote it.
    pub author: String,
    /// When, in seconds since 1970.
    pub time: i64,
    /// The first line of its message.
    pub subject: String,
    /// How many commits made these lines.
    pub commits: usize,
    /// Whether some of the lines are not committed yet.
    pub uncommitted: bool,
}

/// What is known of the last change without waiting for git; what is not known is looked up in the background for the next time. None when it is not
/// known yet, or nothing of it was ever committed.
pub fn last_change(git: &Arc<Git>, path: &str, text: &Arc<String>, lines: Lines) -> Option<LastChange> {
    newest(git.known(path, text)?.as_ref(), lines)
}

/// The last change, waiting for git.
///
/// # Errors
/// When git is missing, does not answer in time, or does not know the file.
pub fn last_change_now(git: &Git, path: &str, text: &Arc<String>, lines: Lines) -> Result<Option<LastChange>> {
    Ok(newest(&*git.blame(path, text)?, lines))
}

fn newest(blame: &FileBlame, lines: Lines) -> Option<LastChange> {
    let of_lines = blame.lines.get(lines.first as usize..)?;
    let of_lines = &of_lines[..of_lines.len().min((lines.last.saturating_sub(lines.first) as usize).saturating_add(1))];
    let mut numbers: Vec<u32> = of_lines.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    let commits: Vec<_> = numbers.iter().filter_map(|&number| blame.commits.get(number as usize)).collect();
    let (committed, fresh): (Vec<_>, Vec<_>) = commits.into_iter().partition(|commit| !commit.is_uncommitted());
    let newest = committed.iter().max_by_key(|commit| commit.time)?;
    Some(LastChange {
        commit: newest.id.clone(),
        author: newest.author.clone(),
        time: newest.time,
        subject: newest.subject.clone(),
        commits: committed.len(),
        uncommitted: !fresh.is_empty(),
    })
}

/// How long ago something was, as people say it: `3 days ago`.
pub fn age(time: i64, now: i64) -> String {
    let seconds = now.saturating_sub(time).max(0);
    let (count, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        86_400..604_800 => (seconds / 86_400, "day"),
        604_800..2_629_746 => (seconds / 604_800, "week"),
        2_629_746..31_556_952 => (seconds / 2_629_746, "month"),
        _ => (seconds / 31_556_952, "year"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_as_people_say_them() {
        let ages = [-5, 0, 59, 60, 7_200, 86_400, 14 * 86_400, 40 * 86_400, 800 * 86_400]
            .map(|age_in_s| age(1_000_000_000 - age_in_s, 1_000_000_000));
        expect_test::expect![[r#"just now, just now, just now, 1 minute ago, 2 hours ago, 1 day ago, 2 weeks ago, 1 month ago, 2 years ago"#]]
            .assert_eq(&ages.join(", "));
    }
}
