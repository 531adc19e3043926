//! What work leaves on a task: time, and places in code.

use super::{Context, find_anchor, find_task, find_time, fresh, needed};
use crate::{
    Change, Permission, Refusal, State,
    command::{AnchorFields, TimeFields},
    ids::*,
    model::*,
    state::EntityRef,
    text,
};

const WEEK: u32 = 7 * 24 * 60;
const MAX_ANCHORS: usize = 200;

fn checked_time(mut entry: TimeEntry, fields: &TimeFields) -> Result<TimeEntry, Refusal> {
    if let Some(minutes) = fields.minutes {
        if !(1..=WEEK).contains(&minutes) {
            return Err(Refusal::invalid("fields/minutes", format!("minutes is between 1 and {WEEK}.")));
        }
        entry.minutes = minutes;
    }
    entry.day = fields.day.unwrap_or(entry.day);
    if let Some(note) = &fields.note {
        entry.note = text::optional_line("fields/note", note, 1_000)?;
    }
    Ok(entry)
}

pub(super) fn log_time(
    state: &State,
    context: &Context,
    id: TimeEntryId,
    task: TaskId,
    fields: &TimeFields,
) -> Result<Vec<Change>, Refusal> {
    find_task(state, task)?;
    fresh(state, EntityRef::TimeEntry(id))?;
    let minutes = *needed("minutes", &fields.minutes)?;
    let day = *needed("day", &fields.day)?;
    let entry = TimeEntry { id, task, user: context.actor, minutes, day, note: String::new() };
    Ok(vec![Change::put(checked_time(entry, fields)?)])
}

pub(super) fn update_time(
    state: &State,
    context: &Context,
    id: TimeEntryId,
    fields: &TimeFields,
) -> Result<Vec<Change>, Refusal> {
    let entry = find_time(state, id)?;
    context.require_own(entry.user, Permission::Moderate)?;
    Ok(vec![Change::put(checked_time(entry.clone(), fields)?)])
}

pub(super) fn delete_time(state: &State, context: &Context, id: TimeEntryId) -> Result<Vec<Change>, Refusal> {
    context.require_own(find_time(state, id)?.user, Permission::Moderate)?;
    Ok(vec![Change::remove(EntityRef::TimeEntry(id))])
}

fn checked_anchor(mut anchor: Anchor, fields: &AnchorFields) -> Result<Anchor, Refusal> {
    if let Some(repository) = &fields.repository {
        anchor.repository = text::line("fields/repository", repository, 1_000)?;
    }
    if let Some(path) = &fields.path {
        let path = text::line("fields/path", path, 4_000)?;
        // Clients join it to a folder: it must not lead out of there.
        if path.starts_with('/') || path.contains('\\') || path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(Refusal::invalid(
                "fields/path",
                "path is relative to the repository, with / between its parts and no `..`.",
            ));
        }
        anchor.path = path;
    }
    if let Some(symbol) = &fields.symbol {
        anchor.symbol = text::optional_line("fields/symbol", symbol, 1_000)?;
    }
    if let Some(hash) = &fields.content_hash {
        anchor.content_hash = text::optional_line("fields/content_hash", hash, 200)?;
    }
    anchor.start_line = fields.start_line.unwrap_or(anchor.start_line);
    anchor.end_line = fields.end_line.unwrap_or(anchor.end_line);
    if anchor.start_line == 0 || anchor.end_line < anchor.start_line {
        return Err(Refusal::invalid("fields/end_line", "Lines count from 1, and end_line is not before start_line."));
    }
    Ok(anchor)
}

pub(super) fn anchor(state: &State, id: AnchorId, task: TaskId, fields: &AnchorFields) -> Result<Vec<Change>, Refusal> {
    find_task(state, task)?;
    fresh(state, EntityRef::Anchor(id))?;
    needed("repository", &fields.repository)?;
    needed("path", &fields.path)?;
    if state.anchors_of(task).count() >= MAX_ANCHORS {
        return Err(Refusal::conflict("too_many", format!("A task has at most {MAX_ANCHORS} anchors.")));
    }
    let anchor = Anchor {
        id,
        task,
        repository: String::new(),
        path: String::new(),
        symbol: String::new(),
        content_hash: String::new(),
        start_line: *needed("start_line", &fields.start_line)?,
        end_line: *needed("end_line", &fields.end_line)?,
    };
    Ok(vec![Change::put(checked_anchor(anchor, fields)?)])
}

pub(super) fn update_anchor(state: &State, id: AnchorId, fields: &AnchorFields) -> Result<Vec<Change>, Refusal> {
    Ok(vec![Change::put(checked_anchor(find_anchor(state, id)?.clone(), fields)?)])
}

pub(super) fn delete_anchor(state: &State, id: AnchorId) -> Result<Vec<Change>, Refusal> {
    find_anchor(state, id)?;
    Ok(vec![Change::remove(EntityRef::Anchor(id))])
}
