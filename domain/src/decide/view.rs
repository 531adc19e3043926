//! Saved views.

use super::{Context, find_view, fresh, needed, the_project};
use crate::{
    Change, Permission, Refusal, State, command::ViewFields, ids::*, model::*, query::Query, state::EntityRef, text,
};

const MAX_VIEWS: usize = 2_000;

fn checked(context: &Context, mut view: View, fields: &ViewFields) -> Result<View, Refusal> {
    if let Some(name) = &fields.name {
        view.name = text::line("fields/name", name, 200)?;
    }
    if let Some(query) = &fields.query {
        Query::parse(query).map_err(|error| Refusal::invalid("fields/query", error.to_string()))?;
        view.query = text::optional_line("fields/query", query, 2_000)?;
    }
    view.layout = fields.layout.unwrap_or(view.layout);
    if let Some(shared) = fields.shared {
        if shared != view.shared {
            context.require(Permission::Plan)?;
        }
        view.shared = shared;
    }
    Ok(view)
}

pub(super) fn create(
    state: &State,
    context: &Context,
    id: ViewId,
    fields: &ViewFields,
) -> Result<Vec<Change>, Refusal> {
    the_project(state)?;
    fresh(state, EntityRef::View(id))?;
    needed("name", &fields.name)?;
    needed("query", &fields.query)?;
    if state.views.len() >= MAX_VIEWS {
        return Err(Refusal::conflict("too_many", format!("A project has at most {MAX_VIEWS} views.")));
    }
    let view = View {
        id,
        owner: context.actor,
        name: String::new(),
        query: String::new(),
        layout: Layout::default(),
        shared: false,
    };
    Ok(vec![Change::put(checked(context, view, fields)?)])
}

/// One's own view; a shared one also for planners. A private view of someone else is as good as not there.
fn mine<'a>(state: &'a State, context: &Context, id: ViewId) -> Result<&'a View, Refusal> {
    let view = find_view(state, id)?;
    match view.shared {
        _ if view.owner == context.actor => Ok(view),
        true => context.require(Permission::Plan).map(|()| view),
        false => Err(Refusal::not_found("view", id)),
    }
}

pub(super) fn update(
    state: &State,
    context: &Context,
    id: ViewId,
    fields: &ViewFields,
) -> Result<Vec<Change>, Refusal> {
    Ok(vec![Change::put(checked(context, mine(state, context, id)?.clone(), fields)?)])
}

pub(super) fn delete(state: &State, context: &Context, id: ViewId) -> Result<Vec<Change>, Refusal> {
    mine(state, context, id)?;
    Ok(vec![Change::remove(EntityRef::View(id))])
}
