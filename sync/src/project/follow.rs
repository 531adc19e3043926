//! Following: reading a project for the first time, then event by event, on whatever way gets through.

use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::{Event, Permissions, State};
use tokio::time::Instant;

use super::{Connection, Shared, pause};
use crate::feed::{Feed, FeedError, Said, Way};
use crate::replica::Applied;
use crate::server::ServerError;

/// So many events are taken in one step.
const BATCH: usize = 200;
/// What is shown is made anew after an event at most so often as keeps this share of the time free.
const REST: u32 = 9;
/// After so long on a lesser way the best one is tried again.
const BETTER: Duration = Duration::from_secs(600);

/// Why following stopped.
enum End {
    /// The numbers are of another history, or something is missing that the server no longer tells: read all again.
    Reset,
    /// Access has ended.
    Gone(String),
    /// The feed is over.
    Feed(FeedError),
}

impl From<FeedError> for End {
    fn from(error: FeedError) -> End {
        End::Feed(error)
    }
}

impl From<ServerError> for End {
    fn from(error: ServerError) -> End {
        match error {
            ServerError::Refused(problem) if problem.status == 404 => End::Gone(problem.detail),
            error => End::Feed(error.into()),
        }
    }
}

/// Follows the server, whatever happens, and never ends by itself.
pub(super) async fn run(shared: &Shared) {
    let (mut way, mut since) = (Way::WebSocket, Instant::now());
    let mut failures = 0;
    loop {
        if way != Way::WebSocket && since.elapsed() > BETTER {
            (way, since) = (Way::WebSocket, Instant::now());
        }
        let begun = Instant::now();
        let end = once(shared, way, &mut failures).await;
        let wait = match end {
            End::Reset => {
                shared.unread.store(true, Ordering::Relaxed);
                Duration::ZERO
            }
            End::Gone(why) => {
                tracing::info!(project = %shared.id, why, "a project is gone");
                shared.gone(&why).await;
                pause(u32::MAX)
            }
            End::Feed(FeedError::Resume) => pause(0),
            End::Feed(FeedError::Blocked(why)) => {
                tracing::info!(project = %shared.id, why, "events do not come this way");
                (way, since) = (way.next(), Instant::now());
                Duration::ZERO
            }
            End::Feed(FeedError::Server(error)) => {
                // What was well for a while has not failed again and again.
                failures = if begun.elapsed() > Duration::from_secs(30) { 0 } else { failures + 1 };
                let (connection, wait) = match error {
                    ServerError::Login(why) => (Connection::LoginNeeded(why), pause(u32::MAX)),
                    ServerError::Busy { detail, after } => (Connection::Offline(detail), after + pause(0)),
                    error => (Connection::Offline(error.to_string()), pause(failures)),
                };
                shared.tell(|status| status.connection = connection);
                wait
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            // Somebody knows better.
            () = shared.again.notified(), if !wait.is_zero() => {}
        }
    }
}

/// Reads what is missing and follows until something ends it.
async fn once(shared: &Shared, way: Way, failures: &mut u32) -> End {
    match follow(shared, way, failures).await {
        Ok(never) => match never {},
        Err(end) => end,
    }
}

async fn follow(shared: &Shared, way: Way, failures: &mut u32) -> Result<std::convert::Infallible, End> {
    let shown = shared.server.project(shared.id).await?;
    if let Some(may) = shown.permissions {
        *shared.may.write() = Permissions::from_iter(may);
    }
    match shared.server.people(shared.id).await {
        Ok(people) => shared.learn_people(people).await,
        // An older server does not know this question.
        Err(ServerError::Refused(problem)) if problem.status == 404 => {}
        Err(error) => return Err(error.into()),
    }
    let was_gone = matches!(shared.status.borrow().connection, Connection::Gone(_));
    if was_gone {
        shared.note_gone(None).await;
    }
    let at = shared.replica.read().confirmed().seq;
    shared.tell(|status| status.behind = shown.seq.saturating_sub(at));
    if shared.unread.load(Ordering::Relaxed) {
        shared.tell(|status| status.connection = Connection::Reading);
        read_all(shared).await?;
    }
    let (seq, epoch) = (shared.replica.read().confirmed().seq, shared.epoch.read().clone());
    let mut feed = Feed::open(&shared.server, shared.id, seq, &epoch, way).await?;
    shared.tell(|status| status.connection = Connection::Live(way));
    *failures = 0;
    shared.wake.notify_one();
    let mut rebase_at: Option<Instant> = None;
    loop {
        let said = tokio::select! {
            said = feed.next() => said?,
            () = tokio::time::sleep_until(rebase_at.unwrap_or_else(Instant::now)), if rebase_at.is_some() => {
                rebase_at = None;
                shared.rebase_if_stale();
                continue;
            }
        };
        let mut events = Vec::new();
        let mut said = Some(said);
        while let Some(one) = said {
            match one {
                Said::Event { event } => events.push(*event),
                Said::Ready { epoch: theirs } if theirs != epoch => return Err(End::Reset),
                Said::Joined { seq } => shared.tell(|status| status.behind = seq.saturating_sub(status.seq)),
                Said::Reset {} => return Err(End::Reset),
                Said::Left { reason } => return Err(End::Gone(reason)),
                Said::Error { detail } => return Err(ServerError::Broken(detail).into()),
                Said::Ready { .. } | Said::Other => {}
            }
            said = if events.len() < BATCH { feed.next_ready() } else { None };
        }
        take(shared, events, &mut rebase_at).await?;
    }
}

/// Applies events, shows them, and keeps them.
async fn take(shared: &Shared, events: Vec<Event>, rebase_at: &mut Option<Instant>) -> Result<(), End> {
    let mut fresh = Vec::with_capacity(events.len());
    let mut missing = false;
    let finished = {
        let mut replica = shared.replica.write();
        for event in events {
            match replica.apply(&event) {
                Applied::Next => fresh.push(event),
                Applied::Known => {}
                Applied::Gap => {
                    missing = true;
                    break;
                }
            }
        }
        if replica.is_stale() && rebase_at.is_none() {
            // Soon, but a long queue shall not be tried anew for every event that comes.
            let begun = Instant::now();
            replica.rebase(shared.me);
            *rebase_at = Some(Instant::now() + begun.elapsed() * REST);
        }
        replica.take_finished()
    };
    if !fresh.is_empty() {
        shared.shown();
    }
    keep(shared, &fresh).await;
    shared.finish(&finished).await;
    if missing {
        catch_up(shared, rebase_at).await?;
    }
    Ok(())
}

async fn keep(shared: &Shared, events: &[Event]) {
    if shared.unsaved.load(Ordering::Relaxed) {
        shared.save().await;
    } else if let Err(error) = shared.store.append(shared.id, events).await {
        shared.not_saved(&error);
    }
}

/// Asks for the events that did not come.
async fn catch_up(shared: &Shared, rebase_at: &mut Option<Instant>) -> Result<(), End> {
    loop {
        let seq = shared.replica.read().confirmed().seq;
        let page = shared.server.events(shared.id, seq).await?;
        if page.epoch != *shared.epoch.read() || page.events.first().is_some_and(|event| event.seq != seq + 1) {
            return Err(End::Reset);
        }
        let more = page.more;
        if page.events.is_empty() {
            // It told of an event that it does not have.
            return Err(ServerError::Broken("the server told of an event that is not there".to_owned()).into());
        }
        Box::pin(take(shared, page.events, rebase_at)).await?;
        if !more {
            return Ok(());
        }
    }
}

/// Reads everything, page by page, and what happened meanwhile.
async fn read_all(shared: &Shared) -> Result<(), End> {
    let first = shared.server.entities(shared.id, None).await?;
    let (epoch, seq) = (first.epoch, first.seq);
    let mut entities: Vec<_> = first.items.into_iter().map(|row| (row.version, row.entity)).collect();
    let mut next = first.next;
    while let Some(after) = next {
        let page = shared.server.entities(shared.id, Some(&after)).await?;
        if page.epoch != epoch {
            return Err(End::Reset);
        }
        entities.extend(page.items.into_iter().map(|row| (row.version, row.entity)));
        next = page.next;
    }
    let newest = entities.iter().map(|(version, _)| *version).max().unwrap_or(0);
    let mut state = State::from_entities(seq, entities);
    // Later pages may be newer than the first: with all events of the meantime every entity is of the same moment.
    loop {
        let page = shared.server.events(shared.id, state.seq).await?;
        if page.epoch != epoch {
            return Err(End::Reset);
        }
        for event in &page.events {
            state.apply(event);
        }
        if !page.more && state.seq >= newest {
            break;
        }
    }
    let another = !matches!(&*shared.epoch.read(), known if known.is_empty() || *known == epoch);
    if another && let Err(error) = shared.store.forget_accepted(shared.id).await {
        shared.not_saved(&error);
    }
    // On the disk before anybody sees it: what is done to a project is worth little after a restart that does not know the project.
    match shared.store.replace(shared.id, &epoch, &state).await {
        Ok(()) => shared.unsaved.store(false, Ordering::Relaxed),
        Err(error) => shared.not_saved(&error),
    }
    *shared.epoch.write() = epoch;
    let finished = {
        let mut replica = shared.replica.write();
        replica.reset(state, another, shared.me);
        replica.take_finished()
    };
    shared.unread.store(false, Ordering::Relaxed);
    shared.shown();
    shared.finish(&finished).await;
    Ok(())
}
