//! Columns.

use super::{Context, find_column, fresh, needed, task, the_project};
use crate::{Change, Refusal, State, command::ColumnFields, ids::*, model::*, rank, state::EntityRef, text};

const MAX_COLUMNS: usize = 50;

fn checked(mut column: Column, fields: &ColumnFields) -> Result<Column, Refusal> {
    if let Some(name) = &fields.name {
        column.name = text::line("fields/name", name, 100)?;
    }
    if let Some(category) = fields.category {
        column.category = category;
    }
    if let Some(limit) = fields.wip_limit {
        if limit == Some(0) {
            return Err(Refusal::invalid("fields/wip_limit", "wip_limit is at least 1; leave it empty for none."));
        }
        column.wip_limit = limit;
    }
    if let Some(enforced) = fields.wip_enforced {
        column.wip_enforced = enforced;
    }
    Ok(column)
}

/// A rank behind `after`, or at the left end; `moving` is not counted as a neighbour.
fn rank_after(state: &State, after: Option<ColumnId>, moving: ColumnId) -> Result<String, Refusal> {
    let columns: Vec<_> = state.board_columns().into_iter().filter(|column| column.id != moving).collect();
    let place = match after {
        None => 0,
        Some(id) => {
            1 + columns.iter().position(|column| column.id == id).ok_or_else(|| Refusal::not_found("column", id))?
        }
    };
    let low = place.checked_sub(1).and_then(|at| columns.get(at)).map(|column| column.rank.as_str());
    let high = columns.get(place).map(|column| column.rank.as_str());
    Ok(rank::between(low, high))
}

pub(super) fn create(
    state: &State,
    id: ColumnId,
    fields: &ColumnFields,
    after: Option<ColumnId>,
) -> Result<Vec<Change>, Refusal> {
    the_project(state)?;
    fresh(state, EntityRef::Column(id))?;
    needed("name", &fields.name)?;
    if state.columns.len() >= MAX_COLUMNS {
        return Err(Refusal::conflict("too_many", format!("A board has at most {MAX_COLUMNS} columns.")));
    }
    let after = after.or_else(|| state.board_columns().last().map(|column| column.id));
    let rank = rank_after(state, after, id)?;
    let column =
        Column { id, name: String::new(), category: Category::Doing, rank, wip_limit: None, wip_enforced: false };
    Ok(vec![Change::put(checked(column, fields)?)])
}

pub(super) fn update(
    state: &State,
    context: &Context,
    id: ColumnId,
    fields: &ColumnFields,
) -> Result<Vec<Change>, Refusal> {
    let old = find_column(state, id)?;
    let column = checked(old.clone(), fields)?;
    let mut changes = Vec::new();
    if column.category != old.category {
        // The tasks keep their places, and what the column means for them changes.
        for row in state.tasks_in(id) {
            let mut moved = (*row.value).clone();
            task::enter(&mut moved, &column, context.at);
            changes.push(Change::put(moved));
        }
    }
    changes.push(Change::put(column));
    Ok(changes)
}

pub(super) fn move_column(state: &State, id: ColumnId, after: Option<ColumnId>) -> Result<Vec<Change>, Refusal> {
    let mut column = find_column(state, id)?.clone();
    if after == Some(id) {
        return Err(Refusal::invalid("after", "A column cannot stand after itself."));
    }
    column.rank = rank_after(state, after, id)?;
    Ok(vec![Change::put(column)])
}

pub(super) fn delete(
    state: &State,
    context: &Context,
    id: ColumnId,
    target: Option<ColumnId>,
) -> Result<Vec<Change>, Refusal> {
    find_column(state, id)?;
    if state.columns.len() == 1 {
        return Err(Refusal::conflict("last_column", "The last column cannot be deleted."));
    }
    let mut changes = Vec::new();
    if state.population(id) > 0 {
        let Some(target) = target.filter(|target| *target != id) else {
            let detail = "The column has tasks; name another column for them in move_tasks_to.";
            return Err(Refusal::conflict("not_empty", detail));
        };
        let column = find_column(state, target)?;
        task::check_limit(state, column, state.population(id))?;
        let mut low = state.last_in(target).map(|task| task.rank.clone());
        for row in state.tasks_in(id) {
            let mut moved = (*row.value).clone();
            task::enter(&mut moved, column, context.at);
            moved.rank = rank::between(low.as_deref(), None);
            low = Some(moved.rank.clone());
            changes.push(Change::put(moved));
        }
    }
    changes.push(Change::remove(EntityRef::Column(id)));
    Ok(changes)
}
