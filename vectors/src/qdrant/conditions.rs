//! Our filter in the server's words.

use qdrant_client::qdrant::{Condition, Filter as Theirs, PointId};

use crate::error::{Error, Result};
use crate::{Filter, Keys};

/// The fields of a point in the server. All are integers, so that they can be indexed alike.
pub(super) mod field {
    pub(crate) const CONTENT: &str = "content";
    pub(crate) const FILE: &str = "file";
    pub(crate) const KIND: &str = "kind";
    /// The numbers of the bits that are set: the server knows lists, but no masks.
    pub(crate) const FLAGS: &str = "flags";
    pub(crate) const LANG: &str = "lang";

    /// Those that filters use.
    pub(crate) const INDEXED: [&str; 4] = [FILE, KIND, FLAGS, LANG];
}

/// Keys that one condition holds; more become several conditions of which one must hold.
const PER_CONDITION: usize = 10_000;

/// More keys would not fit the 32 MB that a server accepts in one request.
const MAX_KEYS: usize = 1_000_000;

/// The server's integers are signed; the same 64 bits come back.
pub(super) fn signed(number: u64) -> i64 {
    number as i64
}

/// The numbers of the set bits.
pub(super) fn bits(flags: u8) -> impl Iterator<Item = i64> {
    (0..8).filter(move |bit| flags >> bit & 1 == 1)
}

/// `None` when no point can match, so that the server need not be asked.
pub(super) fn conditions(filter: &Filter) -> Result<Option<Theirs>> {
    let keys = [&filter.files, &filter.not_files, &filter.ids].map(|keys| keys.as_ref().map_or(0, Keys::len));
    if keys.iter().sum::<usize>() > MAX_KEYS {
        return Err(Error::Invalid(format!(
            "a filter with {} files and points is too much for one request to a Qdrant server; at most {MAX_KEYS} fit",
            keys.iter().sum::<usize>()
        )));
    }
    let (mut must, mut must_not) = (Vec::new(), Vec::new());
    if let Some(files) = &filter.files {
        must.push(any(&chunked(files, |files| Condition::matches(field::FILE, files))));
    }
    if let Some(files) = &filter.not_files {
        must_not.extend(chunked(files, |files| Condition::matches(field::FILE, files)));
    }
    if let Some(ids) = &filter.ids {
        must.push(any(&chunked(ids, |ids| Condition::has_id(ids.into_iter().map(|id| PointId::from(id as u64))))));
    }
    if let Some(kinds) = filter.kinds {
        must.push(one_of(field::KIND, kinds.iter().map(i64::from).collect()));
    }
    if let Some(langs) = &filter.langs {
        must.push(one_of(field::LANG, langs.iter().copied().map(i64::from).collect()));
    }
    let Some(mut must) = must.into_iter().collect::<Option<Vec<Condition>>>() else {
        return Ok(None);
    };
    must.extend(bits(filter.required).map(|bit| Condition::matches(field::FLAGS, bit)));
    must_not.extend(bits(filter.forbidden).map(|bit| Condition::matches(field::FLAGS, bit)));
    Ok(Some(Theirs { must, must_not, ..Theirs::default() }))
}

fn chunked(keys: &Keys, condition: impl Fn(Vec<i64>) -> Condition) -> Vec<Condition> {
    let keys: Vec<i64> = keys.iter().map(signed).collect();
    keys.chunks(PER_CONDITION).map(|chunk| condition(chunk.to_vec())).collect()
}

/// A condition that holds when one of these does; `None` when there is none.
fn any(conditions: &[Condition]) -> Option<Condition> {
    match conditions {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(Theirs::should(several.to_vec()).into()),
    }
}

fn one_of(field: &str, values: Vec<i64>) -> Option<Condition> {
    (!values.is_empty()).then(|| Condition::matches(field, values))
}
