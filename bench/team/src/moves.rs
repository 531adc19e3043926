//! Task moves at a fixed rate. The moments at which they are due are fixed beforehand, and each latency counts from there:
//! a server that stalls makes everything that waits behind it late, as it would for people.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::json;

use crate::On;
use crate::database::Postgres;
use crate::http::Http;
use crate::measure::{Times, processor_of, usage};
use crate::peers::Subscriber;
use crate::server::{Place, Project, Server, projects, send};

pub(crate) struct Load {
    pub(crate) rate: u32,
    pub(crate) seconds: u32,
    pub(crate) projects: usize,
    pub(crate) tasks: usize,
    pub(crate) watchers: usize,
    /// Print what PostgreSQL spent on each statement.
    pub(crate) statements: bool,
}

/// Connections that moves are sent over; more than are ever under way at once.
const CONNECTIONS: usize = 48;

pub(crate) async fn run(program: &Path, on: On, load: &Load) -> anyhow::Result<()> {
    let place = Place::counting(on, load.statements)?;
    println!("one write of 4 KiB and fdatasync, nothing else: {}", syncs(place.path())?);
    let server = Server::start(program, &place)?;
    let token = server.person("ann").await?;
    let mut http = Http::connect(server.address, &token).await?;
    let made = Arc::new(projects(&mut http, load.projects, load.tasks).await?);
    let before = seq(&mut http, &made).await?;

    let watched = made.first().map(|project| project.id.clone()).unwrap_or_default();
    let mut watching = tokio::task::JoinSet::new();
    for _ in 0..load.watchers {
        let mut subscriber = Subscriber::devmentor(server.address, &token, &watched).await?;
        watching.spawn(async move { while subscriber.read().await.is_ok() {} });
    }

    let (due, queue) = tokio::sync::mpsc::unbounded_channel::<Instant>();
    let queue = Arc::new(tokio::sync::Mutex::new(queue));
    let mut senders = tokio::task::JoinSet::new();
    for number in 0..CONNECTIONS {
        let (queue, made) = (queue.clone(), made.clone());
        let mut http = Http::connect(server.address, &token).await?;
        let mut rng = fastrand::Rng::with_seed(number as u64);
        senders.spawn(async move {
            let mut times = Vec::new();
            loop {
                let Some(due) = queue.lock().await.recv().await else { return anyhow::Ok(times) };
                let project = &made[rng.usize(..made.len())];
                let pick = |rng: &mut fastrand::Rng, list: &[String]| list[rng.usize(..list.len())].clone();
                let (task, column) = (pick(&mut rng, &project.tasks), pick(&mut rng, &project.columns));
                let command = json!({ "type": "task.move", "id": task, "column": column });
                send(&mut http, &project.id, command).await?;
                times.push(due.elapsed());
            }
        });
    }
    let (stores, serves) = (place.pids(), [server.pid()]);
    // The server is a child of this process, and counts for itself.
    let processors = || [processor_of(&serves), processor_of(&stores), usage(std::process::id()).processor];
    if let Some(postgres) = place.postgres().filter(|_| load.statements) {
        postgres.count_anew()?;
    }
    let used = processors();
    let (rate, seconds) = (load.rate, load.seconds);
    let began = Instant::now();
    // A thread of its own: the system's timer is finer than the runtime's.
    let schedule = std::thread::spawn(move || {
        for number in 0..rate * seconds {
            let moment = began + Duration::from_secs_f64(f64::from(number) / f64::from(rate));
            std::thread::sleep(moment.saturating_duration_since(Instant::now()));
            if due.send(moment).is_err() {
                return;
            }
        }
    });
    let mut all = Vec::new();
    while let Some(times) = senders.join_next().await {
        all.extend(times??);
    }
    let took = began.elapsed().as_secs_f64();
    let _ = schedule.join();
    let count = all.len() as f64;
    let after = processors();
    let [server_used, database_used, own] =
        std::array::from_fn(|at| after[at].saturating_sub(used[at]).as_secs_f64() / count * 1e3);
    let counted = place.postgres().filter(|_| load.statements).map(Postgres::counted).transpose()?;
    println!("moves on {on:?}, {rate}/s for {seconds} s, {} project(s), {} watchers", load.projects, load.watchers);
    println!("  {}", Times::new(all));
    println!(
        "  {:.0}/s done; processor a move: server {server_used:.2} ms, database of its own {database_used:.2} ms, \
         generator {own:.2} ms",
        count / took,
    );
    if let Some(counted) = counted {
        println!("{counted}");
    }
    let after = seq(&mut http, &made).await?;
    // A move to where a task stands already is no event, so there may be fewer events than moves; never more.
    ensure!(after - before <= count as u64 && after > before, "{before} → {after} after {count} moves");
    Ok(())
}

async fn seq(http: &mut Http, projects: &[Project]) -> anyhow::Result<u64> {
    let mut sum = 0;
    for project in projects {
        sum += http.get(&format!("/api/projects/{}", project.id)).await?.ok()?["seq"].as_u64().unwrap_or(0);
    }
    Ok(sum)
}

/// What the disk itself takes.
fn syncs(folder: &Path) -> anyhow::Result<Times> {
    use std::os::unix::fs::FileExt;
    let file = std::fs::File::create(folder.join("sync"))?;
    let mut times = Vec::new();
    for number in 0..300 {
        let began = Instant::now();
        file.write_all_at(&[7; 4096], number * 4096)?;
        file.sync_data()?;
        times.push(began.elapsed());
    }
    Ok(Times::new(times))
}
