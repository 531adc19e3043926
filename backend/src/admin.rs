//! What administrators do to a database: check it, back it up, restore it. No server need run.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};

use crate::storage::{EntityRow, EventRow, IdentityRow, Store, StoreError, StreamRow, UserRow, chain};
use domain::{Change, Event};

/// The first line of a backup.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
    epoch: String,
}

/// A line of a backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
enum Line {
    Stream {
        id: String,
        org: String,
        key: String,
        deleted: bool,
    },
    Event {
        body: String,
        hash: String,
    },
    User {
        id: String,
        handle: String,
        name: String,
        email: Option<String>,
        password: String,
        created_at: String,
        #[serde(default)]
        disabled: bool,
        #[serde(default)]
        service_of: String,
    },
    Identity {
        id: String,
        user: String,
        issuer: String,
        subject: String,
        label: String,
        created_at: i64,
    },
}

const FORMAT: &str = "devmentor-backup";

/// Why a backup or a restore failed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file failed.
    #[error("the backup file: {0}")]
    Io(#[from] std::io::Error),
    /// The file is no backup, or is damaged.
    #[error("line {line} of the backup: {problem}")]
    Damaged {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A restore goes into an empty database only.
    #[error("the database is not empty; restore into a new one")]
    NotEmpty,
}

/// Writes every stream, event and account as lines of JSON. Logins and API tokens are left out: they are made anew.
///
/// # Errors
/// See [`AdminError`].
pub async fn backup(store: &dyn Store, out: &mut (dyn Write + Send)) -> Result<u64, AdminError> {
    let epoch = store.meta("epoch").await?.unwrap_or_default();
    write(out, &Head { format: FORMAT.to_owned(), version: 1, epoch })?;
    for user in store.users().await? {
        let identities = store.identities_of(&user.id).await?;
        let UserRow { id, handle, name, email, password, created_at, disabled, service_of } = user;
        write(out, &Line::User { id, handle, name, email, password, created_at, disabled, service_of })?;
        for IdentityRow { id, user, issuer, subject, label, created_at } in identities {
            write(out, &Line::Identity { id, user, issuer, subject, label, created_at })?;
        }
    }
    let (mut after, mut events) = (String::new(), 0);
    loop {
        let streams = store.streams(&after, 100).await?;
        let Some(last) = streams.last() else { break };
        after.clone_from(&last.id);
        for stream in streams {
            write(
                out,
                &Line::Stream { id: stream.id.clone(), org: stream.org, key: stream.key, deleted: stream.deleted },
            )?;
            let mut seq = 0;
            loop {
                let rows = store.events(&stream.id, seq, 500).await?;
                let Some(last) = rows.last() else { break };
                seq = last.seq;
                events += rows.len() as u64;
                for EventRow { body, hash, .. } in rows {
                    write(out, &Line::Event { body, hash })?;
                }
            }
        }
    }
    out.flush()?;
    Ok(events)
}

fn write(out: &mut dyn Write, line: &impl Serialize) -> Result<(), AdminError> {
    serde_json::to_writer(&mut *out, line).map_err(std::io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

/// Reads a backup into an empty database, checking every hash, and starts a new epoch: clients read everything again.
///
/// # Errors
/// See [`AdminError`]. What was read before a damaged stream stays; that stream is not begun.
pub async fn restore(store: &dyn Store, input: &mut (dyn BufRead + Send)) -> Result<u64, AdminError> {
    if store.count_users().await? > 0 || !store.streams("", 1).await?.is_empty() {
        return Err(AdminError::NotEmpty);
    }
    let mut text = String::new();
    input.read_line(&mut text)?;
    let damaged =
        |line: usize, problem: &dyn std::fmt::Display| AdminError::Damaged { line, problem: problem.to_string() };
    let head: Head = serde_json::from_str(&text).map_err(|error| damaged(1, &error))?;
    if head.format != FORMAT || head.version != 1 {
        return Err(damaged(1, &"this is no backup that this program can read"));
    }
    let (mut number, mut events) = (1, 0);
    let mut open: Option<(StreamRow, Box<dyn crate::storage::Txn>, bool)> = None;
    loop {
        text.clear();
        if input.read_line(&mut text)? == 0 {
            break;
        }
        number += 1;
        match serde_json::from_str(&text).map_err(|error| damaged(number, &error))? {
            Line::User { id, handle, name, email, password, created_at, disabled, service_of } => {
                let user = UserRow { id, handle, name, email, password, created_at, disabled, service_of };
                store.add_user(&user).await?;
            }
            Line::Identity { id, user, issuer, subject, label, created_at } => {
                store.add_identity(&IdentityRow { id, user, issuer, subject, label, created_at }).await?;
            }
            Line::Stream { id, org, key, deleted } => {
                if let Some((_, txn, _)) = open.take() {
                    txn.commit().await?;
                }
                let row = StreamRow { id, org, key, seq: 0, hash: String::new(), deleted: false };
                let mut txn = store.begin().await?;
                txn.create_stream(&row).await?;
                open = Some((row, txn, deleted));
            }
            Line::Event { body, hash } => {
                let Some((row, txn, deleted)) = &mut open else {
                    return Err(damaged(number, &"an event stands before any stream"));
                };
                let event: Event = serde_json::from_str(&body).map_err(|error| damaged(number, &error))?;
                if event.seq != row.seq + 1 || chain(&row.hash, &body) != hash {
                    return Err(damaged(number, &"the event does not follow from the one before it"));
                }
                let stored = EventRow {
                    seq: event.seq,
                    kind: event.kind.clone(),
                    actor: event.actor.to_string(),
                    at: event.at.to_string(),
                    body,
                    hash: hash.clone(),
                };
                txn.append(&row.id, &stored, *deleted).await?;
                for change in &event.changes {
                    let target = change.target();
                    match change {
                        Change::Put { entity } => {
                            let body = serde_json::to_string(entity).map_err(|error| damaged(number, &error))?;
                            let entity =
                                EntityRow { kind: target.kind().to_owned(), id: target.id(), seq: event.seq, body };
                            txn.put(&row.id, &entity).await?;
                        }
                        Change::Remove { .. } => txn.remove(&row.id, target.kind(), &target.id()).await?,
                    }
                }
                (row.seq, row.hash) = (event.seq, hash);
                events += 1;
            }
        }
    }
    if let Some((_, txn, _)) = open {
        txn.commit().await?;
    }
    store.meta_set("epoch", &uuid::Uuid::now_v7().to_string()).await?;
    Ok(events)
}

/// Writes the events of one project, one a line, as they are stored.
///
/// # Errors
/// See [`AdminError`]; a project that is not there gives no events.
pub async fn export(
    store: &dyn Store,
    project: domain::ProjectId,
    out: &mut (dyn Write + Send),
) -> Result<u64, AdminError> {
    let mut seq = 0;
    loop {
        let rows = store.events(&project.to_string(), seq, 500).await?;
        let Some(last) = rows.last() else { break };
        seq = last.seq;
        for row in rows {
            out.write_all(row.body.as_bytes())?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    Ok(seq)
}
