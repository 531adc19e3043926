//! Comments and reactions.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, find_comment, find_task, fresh};
use crate::{Change, Permission, Refusal, State, ids::*, model::*, state::EntityRef, text};

/// Different emoji on one comment, and people behind one of them.
const MAX_REACTIONS: usize = 50;
const MAX_PEOPLE: usize = 1_000;

fn written(body: &str) -> Result<String, Refusal> {
    let body = text::body("body", body, text::BODY)?;
    match body.trim().is_empty() {
        true => Err(Refusal::invalid("body", "body must not be empty.")),
        false => Ok(body),
    }
}

pub(super) fn create(
    state: &State,
    context: &Context,
    id: CommentId,
    task: TaskId,
    body: &str,
    reply_to: Option<CommentId>,
) -> Result<Vec<Change>, Refusal> {
    let on = find_task(state, task)?;
    fresh(state, EntityRef::Comment(id))?;
    if let Some(parent) = reply_to
        && find_comment(state, parent)?.task != task
    {
        return Err(Refusal::invalid("reply_to", "The comment that is answered stands on another task."));
    }
    let body = written(body)?;
    let comment = Comment {
        id,
        task,
        reply_to,
        author: context.actor,
        mentions: text::mentions(&body),
        body,
        reactions: BTreeMap::new(),
        created_at: context.at,
        edited_at: None,
    };
    let mut changes = vec![Change::put(comment)];
    if !on.watchers.contains(&context.actor) {
        let mut on = on.clone();
        on.watchers.insert(context.actor);
        changes.push(Change::put(on));
    }
    Ok(changes)
}

pub(super) fn update(state: &State, context: &Context, id: CommentId, body: &str) -> Result<Vec<Change>, Refusal> {
    let mut comment = find_comment(state, id)?.clone();
    context.require_own(comment.author, Permission::Moderate)?;
    let body = written(body)?;
    if body == comment.body {
        return Ok(Vec::new());
    }
    comment.mentions = text::mentions(&body);
    comment.body = body;
    comment.edited_at = Some(context.at);
    Ok(vec![Change::put(comment)])
}

pub(super) fn delete(state: &State, context: &Context, id: CommentId) -> Result<Vec<Change>, Refusal> {
    let comment = find_comment(state, id)?;
    context.require_own(comment.author, Permission::Moderate)?;
    let mut changes: Vec<Change> = state
        .comments_of(comment.task)
        .filter(|other| other.reply_to == Some(id))
        .map(|other| Change::put(Comment { reply_to: None, ..(*other.value).clone() }))
        .collect();
    changes.push(Change::remove(EntityRef::Comment(id)));
    Ok(changes)
}

pub(super) fn react(
    state: &State,
    context: &Context,
    id: CommentId,
    emoji: &str,
    on: bool,
) -> Result<Vec<Change>, Refusal> {
    let mut comment = find_comment(state, id)?.clone();
    let emoji = text::line("emoji", emoji, 16)?;
    if !emoji.chars().any(|symbol| !symbol.is_ascii() && !symbol.is_alphabetic()) {
        return Err(Refusal::invalid("emoji", "A reaction is an emoji."));
    }
    let people: &mut BTreeSet<UserId> = comment.reactions.entry(emoji.clone()).or_default();
    if on && people.len() >= MAX_PEOPLE {
        return Err(Refusal::conflict("too_many", "This reaction is full."));
    }
    match on {
        true => people.insert(context.actor),
        false => people.remove(&context.actor),
    };
    if people.is_empty() {
        comment.reactions.remove(&emoji);
    }
    if comment.reactions.len() > MAX_REACTIONS {
        return Err(Refusal::conflict(
            "too_many",
            format!("A comment has at most {MAX_REACTIONS} different reactions."),
        ));
    }
    Ok(vec![Change::put(comment)])
}
