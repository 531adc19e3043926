//! Proving that nothing was lost or altered: the chain of hashes is whole, and replaying the events gives the read tables.

use domain::{Event, State, state::Entity};

use super::{Result, Store, StoreError, chain};

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The stream.
    pub stream: String,
    /// What is wrong.
    pub problem: String,
}

/// Checks every stream and says what is wrong; the number of events that were read comes with it.
///
/// # Errors
/// The database does not answer.
pub async fn check(store: &dyn Store) -> Result<(u64, Vec<Finding>)> {
    let (mut after, mut findings, mut events) = (String::new(), Vec::new(), 0);
    loop {
        let streams = store.streams(&after, 100).await?;
        let Some(last) = streams.last() else {
            findings.extend(check_auth_log(store).await?);
            return Ok((events, findings));
        };
        after.clone_from(&last.id);
        for stream in streams {
            let mut problem = |problem: String| findings.push(Finding { stream: stream.id.clone(), problem });
            let (mut state, mut hash) = (State::default(), String::new());
            loop {
                let rows = store.events(&stream.id, state.seq, 500).await?;
                if rows.is_empty() {
                    break;
                }
                for row in rows {
                    events += 1;
                    if row.seq != state.seq + 1 {
                        problem(format!("after event {} comes {}", state.seq, row.seq));
                    }
                    hash = chain(&hash, &row.body);
                    if hash != row.hash {
                        problem(format!("event {} or one before it was altered: its hash does not fit", row.seq));
                        hash.clone_from(&row.hash);
                    }
                    let event: Event = serde_json::from_str(&row.body)
                        .map_err(|error| StoreError::Corrupt(format!("event {} of {}: {error}", row.seq, stream.id)))?;
                    if (event.seq, &*event.kind, event.actor.to_string(), event.at.to_string())
                        != (row.seq, &*row.kind, row.actor, row.at)
                    {
                        problem(format!("the columns of event {} contradict its body", row.seq));
                    }
                    state.apply(&event);
                    state.seq = row.seq;
                }
            }
            // Events committed while this runs belong to the next check.
            let head = store.stream(&stream.id).await?.filter(|head| head.seq == state.seq);
            let Some(head) = head else { continue };
            if head.hash != hash {
                problem("the head of the chain is not its last event".to_owned());
            }
            let rows = store.entities(&stream.id).await?;
            let mut kept = Vec::with_capacity(rows.len());
            for row in rows {
                let entity: Entity = serde_json::from_str(&row.body).map_err(|error| {
                    StoreError::Corrupt(format!("{} {} of {}: {error}", row.kind, row.id, stream.id))
                })?;
                kept.push((row.seq, entity));
            }
            let unchanged = store.stream(&stream.id).await?.is_some_and(|now| now.seq == head.seq);
            if unchanged && State::from_entities(state.seq, kept) != state {
                problem("the read table is not what the events say".to_owned());
            }
            if let Err(breach) = state.check_invariants() {
                problem(breach);
            }
        }
    }
}

/// Checks the record of logins: its numbers, its chain of hashes, and that nothing is missing at its end.
///
/// # Errors
/// The database does not answer.
async fn check_auth_log(store: &dyn Store) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut problem = |problem: String| findings.push(Finding { stream: "the record of logins".to_owned(), problem });
    // Entries written while this runs belong to the next check.
    let (head, head_hash) = store.auth_log_head().await?;
    let (mut seq, mut hash) = store.auth_log_start().await?;
    while seq < head {
        let rows = store.auth_log(seq, 500).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows.into_iter().filter(|row| row.seq <= head) {
            if row.seq != seq + 1 {
                problem(format!("after entry {seq} comes {}", row.seq));
            }
            hash = chain(&hash, &row.body);
            if hash != row.hash {
                problem(format!("entry {} or one before it was altered: its hash does not fit", row.seq));
                hash.clone_from(&row.hash);
            }
            let about = serde_json::from_str::<About>(&row.body);
            if !about.is_ok_and(|about| (about.user, about.org) == (row.user, row.org)) {
                problem(format!("the columns of entry {} contradict its body", row.seq));
            }
            seq = row.seq;
        }
    }
    if (seq, &hash) != (head, &head_hash) {
        problem("the head of the chain is not its last entry".to_owned());
    }
    Ok(findings)
}

/// What an entry repeats in columns.
#[derive(serde::Deserialize)]
struct About {
    user: String,
    #[serde(default)]
    org: String,
}
