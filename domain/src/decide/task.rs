//! Tasks: making, changing, moving, linking, deleting.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Context, find_column, find_epic, find_label, find_sprint, find_task, fresh, needed, the_project};
use crate::{
    Change, Refusal, State,
    command::{Relation, TaskFields},
    ids::*,
    model::*,
    rank,
    state::EntityRef,
    text,
};

/// The most assignees, labels, links or watchers of one task.
const MAX_SET: usize = 100;
const MAX_ESTIMATE: u32 = 1_000_000;
/// Parts of parts of parts …
const MAX_DEPTH: usize = 20;

/// What coming into a column means for a task.
pub(super) fn enter(task: &mut Task, column: &Column, at: Timestamp) {
    task.column = column.id;
    task.updated_at = at;
    match column.category {
        Category::Todo => task.done_at = None,
        Category::Doing => {
            task.started_at = task.started_at.or(Some(at));
            task.done_at = None;
        }
        Category::Done => task.done_at = task.done_at.or(Some(at)),
    }
}

/// Refuses `more` tasks in a column whose limit is enforced.
pub(super) fn check_limit(state: &State, column: &Column, more: usize) -> Result<(), Refusal> {
    match column.wip_limit {
        Some(limit) if column.wip_enforced && state.population(column.id) + more > limit as usize => {
            let detail = format!("{} holds at most {limit} tasks. Finish or move one first.", column.name);
            Err(Refusal::conflict("wip_limit", detail))
        }
        _ => Ok(()),
    }
}

fn few<T>(field: &str, set: &BTreeSet<T>) -> Result<(), Refusal> {
    if set.len() > MAX_SET {
        return Err(Refusal::invalid(format!("fields/{field}"), format!("{field} holds at most {MAX_SET} entries.")));
    }
    Ok(())
}

fn checked(state: &State, context: &Context, mut task: Task, fields: &TaskFields) -> Result<Task, Refusal> {
    if let Some(title) = &fields.title {
        task.title = text::line("fields/title", title, text::LINE)?;
    }
    if let Some(body) = &fields.body {
        task.body = text::body("fields/body", body, text::BODY)?;
    }
    task.r#type = fields.r#type.unwrap_or(task.r#type);
    task.priority = fields.priority.unwrap_or(task.priority);
    if let Some(assignees) = &fields.assignees {
        few("assignees", assignees)?;
        // Whoever gets a task wants to hear of it.
        task.watchers.extend(assignees.difference(&task.assignees.clone()).take(MAX_SET));
        task.assignees.clone_from(assignees);
    }
    if let Some(labels) = &fields.labels {
        few("labels", labels)?;
        labels.iter().try_for_each(|label| find_label(state, *label).map(drop))?;
        task.labels.clone_from(labels);
    }
    if let Some(estimate) = fields.estimate {
        if estimate.is_some_and(|points| points > MAX_ESTIMATE) {
            return Err(Refusal::invalid("fields/estimate", format!("estimate is at most {MAX_ESTIMATE}.")));
        }
        task.estimate = estimate;
    }
    if let Some(due) = fields.due {
        task.due = due;
    }
    if let Some(parent) = fields.parent {
        if let Some(id) = parent {
            find_task(state, id)?;
            check_parent(state, task.id, id)?;
        }
        task.parent = parent;
    }
    if let Some(epic) = fields.epic {
        epic.map_or(Ok(()), |id| find_epic(state, id).map(drop))?;
        task.epic = epic;
    }
    if let Some(sprint) = fields.sprint {
        if let Some(id) = sprint
            && find_sprint(state, id)?.state == SprintState::Closed
        {
            return Err(Refusal::conflict("sprint_closed", "The sprint is closed; its tasks change no more."));
        }
        task.sprint = sprint;
    }
    task.updated_at = context.at;
    Ok(task)
}

fn check_parent(state: &State, task: TaskId, parent: TaskId) -> Result<(), Refusal> {
    let mut above = Some(parent);
    for _ in 0..MAX_DEPTH {
        let Some(id) = above else { return Ok(()) };
        if id == task {
            return Err(Refusal::conflict("cycle", "A task cannot be a part of itself."));
        }
        above = state.tasks.get(&id).and_then(|row| row.parent);
    }
    Err(Refusal::conflict("too_deep", format!("Tasks nest at most {MAX_DEPTH} deep.")))
}

pub(super) fn create(
    state: &State,
    context: &Context,
    id: TaskId,
    fields: &TaskFields,
    column: Option<ColumnId>,
) -> Result<Vec<Change>, Refusal> {
    let mut project = the_project(state)?.clone();
    fresh(state, EntityRef::Task(id))?;
    needed("title", &fields.title)?;
    let first = state.board_columns().first().map(|column| column.id);
    let column = match column.or(first) {
        Some(id) => find_column(state, id)?,
        None => return Err(Refusal::conflict("no_column", "The board has no column.")),
    };
    check_limit(state, column, 1)?;
    project.last_number += 1;
    let mut task = Task {
        id,
        number: project.last_number,
        title: String::new(),
        body: String::new(),
        r#type: TaskType::default(),
        column: column.id,
        rank: rank::between(state.last_in(column.id).map(|last| last.rank.as_str()), None),
        priority: Priority::default(),
        estimate: None,
        assignees: BTreeSet::new(),
        labels: BTreeSet::new(),
        due: None,
        parent: None,
        epic: None,
        sprint: None,
        blocks: BTreeSet::new(),
        relates: BTreeSet::new(),
        duplicate_of: None,
        watchers: BTreeSet::from([context.actor]),
        created_by: context.actor,
        created_at: context.at,
        updated_at: context.at,
        started_at: None,
        done_at: None,
    };
    enter(&mut task, column, context.at);
    let task = checked(state, context, task, fields)?;
    Ok(vec![Change::put(project), Change::put(task)])
}

pub(super) fn update(
    state: &State,
    context: &Context,
    id: TaskId,
    fields: &TaskFields,
) -> Result<Vec<Change>, Refusal> {
    let old = find_task(state, id)?;
    let mut task = checked(state, context, old.clone(), fields)?;
    // A time alone is no change.
    if (Task { updated_at: old.updated_at, ..task.clone() }) == *old {
        task.updated_at = old.updated_at;
    }
    Ok(vec![Change::put(task)])
}

pub(super) fn move_task(
    state: &State,
    context: &Context,
    id: TaskId,
    column: Option<ColumnId>,
    after: Option<TaskId>,
    before: Option<TaskId>,
) -> Result<Vec<Change>, Refusal> {
    let old = find_task(state, id)?;
    let column = find_column(state, column.unwrap_or(old.column))?;
    if after == Some(id) || before == Some(id) {
        return Err(Refusal::invalid("after", "A task cannot be its own neighbour."));
    }
    if column.id != old.column {
        check_limit(state, column, 1)?;
    }
    // A neighbour that has left the column meanwhile says nothing any more; the other one still does.
    let there = |id: Option<TaskId>| id.and_then(|id| state.tasks.get(&id)).filter(|task| task.column == column.id);
    let not_moving = |row: &&crate::Row<Task>| row.id != id;
    let (low, high) = match (there(after), there(before)) {
        (Some(low), _) => {
            let next = state.below(low);
            (Some(low), next.filter(not_moving).or_else(|| next.and_then(|own| state.below(own))))
        }
        (None, Some(high)) => {
            let next = state.above(high);
            (next.filter(not_moving).or_else(|| next.and_then(|own| state.above(own))), Some(high))
        }
        (None, None) if after.is_some() || before.is_some() => {
            let detail =
                "The neighbouring task is no longer in this column. Look at the board again and repeat the move.";
            return Err(Refusal::conflict("neighbour_gone", detail));
        }
        (None, None) => {
            let last = state.last_in(column.id);
            (last.filter(not_moving).or_else(|| last.and_then(|own| state.above(own))), None)
        }
    };
    if column.id == old.column
        && low.map(|row| row.id) == state.above(old).map(|row| row.id)
        && high.map(|row| row.id) == state.below(old).map(|row| row.id)
    {
        return Ok(Vec::new());
    }
    let mut task = old.clone();
    enter(&mut task, column, context.at);
    task.rank = rank::between(low.map(|row| row.rank.as_str()), high.map(|row| row.rank.as_str()));
    if task.rank.len() <= rank::MAX_LEN {
        return Ok(vec![Change::put(task)]);
    }
    // Thousands of moves to one spot: number the column anew, once.
    let mut order: Vec<Task> = state.tasks_in(column.id).filter(not_moving).map(|row| (*row.value).clone()).collect();
    let place = low.map_or(0, |low| 1 + order.iter().position(|other| other.id == low.id).unwrap_or(order.len()));
    order.insert(place.min(order.len()), task);
    let ranks = rank::spread(order.len());
    Ok(order.into_iter().zip(ranks).map(|(task, rank)| Change::put(Task { rank, ..task })).collect())
}

pub(super) fn delete(state: &State, id: TaskId) -> Result<Vec<Change>, Refusal> {
    find_task(state, id)?;
    let mut changes: Vec<Change> = Vec::new();
    changes.extend(state.comments_of(id).map(|row| Change::remove(EntityRef::Comment(row.id))));
    changes.extend(state.time_of(id).map(|row| Change::remove(EntityRef::TimeEntry(row.id))));
    changes.extend(state.anchors_of(id).map(|row| Change::remove(EntityRef::Anchor(row.id))));
    for row in state.tasks.values().filter(|row| row.id != id) {
        let linked = row.parent == Some(id)
            || row.duplicate_of == Some(id)
            || row.blocks.contains(&id)
            || row.relates.contains(&id);
        if linked {
            let mut other = (*row.value).clone();
            other.parent = other.parent.filter(|parent| *parent != id);
            other.duplicate_of = other.duplicate_of.filter(|kept| *kept != id);
            other.blocks.remove(&id);
            other.relates.remove(&id);
            changes.push(Change::put(other));
        }
    }
    changes.push(Change::remove(EntityRef::Task(id)));
    Ok(changes)
}

pub(super) fn link(
    state: &State,
    context: &Context,
    id: TaskId,
    relation: Relation,
    other: TaskId,
) -> Result<Vec<Change>, Refusal> {
    let (mut task, mut target) = (find_task(state, id)?.clone(), find_task(state, other)?.clone());
    if id == other {
        return Err(Refusal::invalid("other", "A task cannot be linked to itself."));
    }
    match relation {
        Relation::Blocks => {
            if state.reaches(other, id, |task| task.blocks.iter().copied().collect()) {
                let detail =
                    "That would be a cycle: the other task already blocks this one, directly or by way of others.";
                return Err(Refusal::conflict("cycle", detail));
            }
            if !task.blocks.insert(other) {
                return Ok(Vec::new());
            }
        }
        Relation::Relates => {
            if !task.relates.insert(other) {
                return Ok(Vec::new());
            }
            target.relates.insert(id);
            few("relates", &target.relates)?;
        }
        Relation::Duplicates => {
            if task.duplicate_of == Some(other) {
                return Ok(Vec::new());
            }
            if state.reaches(other, id, |task| task.duplicate_of.into_iter().collect()) {
                return Err(Refusal::conflict("cycle", "The other task is already marked as a duplicate of this one."));
            }
            task.duplicate_of = Some(other);
        }
    }
    few("blocks", &task.blocks)?;
    few("relates", &task.relates)?;
    task.updated_at = context.at;
    Ok(vec![Change::put(task), Change::put(target)])
}

pub(super) fn unlink(
    state: &State,
    context: &Context,
    id: TaskId,
    relation: Relation,
    other: TaskId,
) -> Result<Vec<Change>, Refusal> {
    let mut task = find_task(state, id)?.clone();
    let mut changes = Vec::new();
    let was_there = match relation {
        Relation::Blocks => task.blocks.remove(&other),
        Relation::Duplicates => task.duplicate_of.take_if(|kept| *kept == other).is_some(),
        Relation::Relates => {
            if let Some(row) = state.tasks.get(&other) {
                let mut target = (*row.value).clone();
                target.relates.remove(&id);
                changes.push(Change::put(target));
            }
            task.relates.remove(&other)
        }
    };
    if was_there {
        task.updated_at = context.at;
    }
    changes.push(Change::put(task));
    Ok(changes)
}

pub(super) fn watch(state: &State, context: &Context, id: TaskId, watching: bool) -> Result<Vec<Change>, Refusal> {
    let mut task = find_task(state, id)?.clone();
    match watching {
        true => task.watchers.insert(context.actor),
        false => task.watchers.remove(&context.actor),
    };
    Ok(vec![Change::put(task)])
}
