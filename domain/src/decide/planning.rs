//! Labels, epics and sprints.

use super::{Context, color, find_epic, find_label, find_sprint, fresh, needed, the_project};
use crate::{
    Change, Refusal, State,
    command::{EpicFields, LabelFields, SprintFields},
    ids::*,
    model::*,
    state::EntityRef,
    text,
};

const MAX_LABELS: usize = 1_000;
const DEFAULT_COLOR: &str = "#6b7280";

fn checked_label(state: &State, mut label: Label, fields: &LabelFields) -> Result<Label, Refusal> {
    if let Some(name) = &fields.name {
        label.name = text::line("fields/name", name, 100)?;
        let folded = label.name.to_lowercase();
        if state.labels.values().any(|other| other.id != label.id && other.name.to_lowercase() == folded) {
            return Err(Refusal::conflict("name_taken", format!("There is already a label {}.", label.name)));
        }
    }
    if let Some(value) = &fields.color {
        label.color = color(value)?;
    }
    Ok(label)
}

pub(super) fn create_label(state: &State, id: LabelId, fields: &LabelFields) -> Result<Vec<Change>, Refusal> {
    the_project(state)?;
    fresh(state, EntityRef::Label(id))?;
    needed("name", &fields.name)?;
    if state.labels.len() >= MAX_LABELS {
        return Err(Refusal::conflict("too_many", format!("A project has at most {MAX_LABELS} labels.")));
    }
    let label = Label { id, name: String::new(), color: DEFAULT_COLOR.to_owned() };
    Ok(vec![Change::put(checked_label(state, label, fields)?)])
}

pub(super) fn update_label(state: &State, id: LabelId, fields: &LabelFields) -> Result<Vec<Change>, Refusal> {
    Ok(vec![Change::put(checked_label(state, find_label(state, id)?.clone(), fields)?)])
}

pub(super) fn delete_label(state: &State, id: LabelId) -> Result<Vec<Change>, Refusal> {
    find_label(state, id)?;
    let mut changes = on_tasks(state, |task| task.labels.remove(&id));
    changes.push(Change::remove(EntityRef::Label(id)));
    Ok(changes)
}

/// The tasks that `change` says it changed.
fn on_tasks(state: &State, change: impl Fn(&mut Task) -> bool) -> Vec<Change> {
    let changed = state.tasks.values().filter_map(|row| {
        let mut task = (*row.value).clone();
        change(&mut task).then(|| Change::put(task))
    });
    changed.collect()
}

fn checked_epic(mut epic: Epic, fields: &EpicFields) -> Result<Epic, Refusal> {
    if let Some(title) = &fields.title {
        epic.title = text::line("fields/title", title, text::LINE)?;
    }
    if let Some(body) = &fields.body {
        epic.body = text::body("fields/body", body, text::BODY)?;
    }
    if let Some(value) = &fields.color {
        epic.color = color(value)?;
    }
    epic.done = fields.done.unwrap_or(epic.done);
    epic.start = fields.start.unwrap_or(epic.start);
    epic.due = fields.due.unwrap_or(epic.due);
    match (epic.start, epic.due) {
        (Some(start), Some(due)) if due < start => Err(Refusal::invalid("fields/due", "due is before start.")),
        _ => Ok(epic),
    }
}

pub(super) fn create_epic(state: &State, id: EpicId, fields: &EpicFields) -> Result<Vec<Change>, Refusal> {
    the_project(state)?;
    fresh(state, EntityRef::Epic(id))?;
    needed("title", &fields.title)?;
    let epic = Epic {
        id,
        title: String::new(),
        body: String::new(),
        color: DEFAULT_COLOR.to_owned(),
        start: None,
        due: None,
        done: false,
    };
    Ok(vec![Change::put(checked_epic(epic, fields)?)])
}

pub(super) fn update_epic(state: &State, id: EpicId, fields: &EpicFields) -> Result<Vec<Change>, Refusal> {
    Ok(vec![Change::put(checked_epic(find_epic(state, id)?.clone(), fields)?)])
}

pub(super) fn delete_epic(state: &State, id: EpicId) -> Result<Vec<Change>, Refusal> {
    find_epic(state, id)?;
    let mut changes = on_tasks(state, |task| task.epic.take_if(|epic| *epic == id).is_some());
    changes.push(Change::remove(EntityRef::Epic(id)));
    Ok(changes)
}

fn checked_sprint(mut sprint: Sprint, fields: &SprintFields) -> Result<Sprint, Refusal> {
    if sprint.state == SprintState::Closed {
        return Err(Refusal::conflict("sprint_closed", "The sprint is closed and changes no more."));
    }
    if let Some(name) = &fields.name {
        sprint.name = text::line("fields/name", name, text::LINE)?;
    }
    if let Some(goal) = &fields.goal {
        sprint.goal = text::body("fields/goal", goal, 5_000)?;
    }
    sprint.starts = fields.starts.unwrap_or(sprint.starts);
    sprint.ends = fields.ends.unwrap_or(sprint.ends);
    match (sprint.starts, sprint.ends) {
        (Some(starts), Some(ends)) if ends < starts => Err(Refusal::invalid("fields/ends", "ends is before starts.")),
        _ => Ok(sprint),
    }
}

pub(super) fn create_sprint(state: &State, id: SprintId, fields: &SprintFields) -> Result<Vec<Change>, Refusal> {
    the_project(state)?;
    fresh(state, EntityRef::Sprint(id))?;
    needed("name", &fields.name)?;
    let sprint = Sprint {
        id,
        name: String::new(),
        goal: String::new(),
        state: SprintState::Planned,
        starts: None,
        ends: None,
        started_at: None,
        closed_at: None,
    };
    Ok(vec![Change::put(checked_sprint(sprint, fields)?)])
}

pub(super) fn update_sprint(state: &State, id: SprintId, fields: &SprintFields) -> Result<Vec<Change>, Refusal> {
    Ok(vec![Change::put(checked_sprint(find_sprint(state, id)?.clone(), fields)?)])
}

pub(super) fn start_sprint(state: &State, context: &Context, id: SprintId) -> Result<Vec<Change>, Refusal> {
    let mut sprint = find_sprint(state, id)?.clone();
    match sprint.state {
        SprintState::Active => return Ok(Vec::new()),
        SprintState::Closed => return Err(Refusal::conflict("sprint_closed", "A closed sprint is not started again.")),
        SprintState::Planned => {}
    }
    if let Some(active) = state.active_sprint() {
        return Err(Refusal::conflict("sprint_active", format!("{} is running; close it first.", active.name)));
    }
    sprint.state = SprintState::Active;
    sprint.started_at = Some(context.at);
    Ok(vec![Change::put(sprint)])
}

pub(super) fn close_sprint(
    state: &State,
    context: &Context,
    id: SprintId,
    target: Option<SprintId>,
) -> Result<Vec<Change>, Refusal> {
    let mut sprint = find_sprint(state, id)?.clone();
    if sprint.state != SprintState::Active {
        return Err(Refusal::conflict("sprint_not_active", "Only the running sprint can be closed."));
    }
    if let Some(target) = target
        && (target == id || find_sprint(state, target)?.state != SprintState::Planned)
    {
        return Err(Refusal::invalid("carry_over_to", "Unfinished tasks go to a planned sprint or to the backlog."));
    }
    sprint.state = SprintState::Closed;
    sprint.closed_at = Some(context.at);
    let mut changes = on_tasks(state, |task| {
        let carried = task.sprint == Some(id) && task.done_at.is_none();
        if carried {
            task.sprint = target;
            task.updated_at = context.at;
        }
        carried
    });
    changes.push(Change::put(sprint));
    Ok(changes)
}

pub(super) fn delete_sprint(state: &State, id: SprintId) -> Result<Vec<Change>, Refusal> {
    if find_sprint(state, id)?.state != SprintState::Planned {
        return Err(Refusal::conflict("sprint_ran", "A sprint that ran is kept: reports are made from it."));
    }
    let mut changes = on_tasks(state, |task| task.sprint.take_if(|sprint| *sprint == id).is_some());
    changes.push(Change::remove(EntityRef::Sprint(id)));
    Ok(changes)
}
