//! Connections that follow a project in which nothing happens: how many are held, and what each costs the server.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::json;

use crate::On;
use crate::http::Http;
use crate::measure::{Times, usage};
use crate::peers::Subscriber;
use crate::server::{Place, Server, projects, send};

pub(crate) async fn run(program: &Path, connections: usize, rooms: usize, seconds: u64) -> anyhow::Result<()> {
    let place = Place::new(On::Sqlite)?;
    let server = Server::start(program, &place)?;
    let token = server.person("ann").await?;
    let mut http = Http::connect(server.address, &token).await?;
    let made = projects(&mut http, rooms, 1).await?;
    for project in &made {
        http.get(&format!("/api/projects/{}/board", project.id)).await?.ok()?;
    }
    let before = usage(server.pid());
    let began = Instant::now();
    let mut held = Vec::with_capacity(connections);
    for number in 0..connections {
        held.push(Subscriber::devmentor(server.address, &token, &made[number % rooms].id).await?);
        // Below what one person is allowed in the long run.
        if number % 50 == 49 {
            let due = Duration::from_secs_f64(number.saturating_sub(2_000) as f64 / 500.0);
            tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
        }
    }
    let joined = began.elapsed();
    let mut reading = tokio::task::JoinSet::new();
    for mut subscriber in held {
        reading.spawn(async move {
            loop {
                if let Some(number) = subscriber.read().await?.first() {
                    return anyhow::Ok(*number);
                }
            }
        });
    }
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let (settled, at) = (usage(server.pid()), Instant::now());
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let idle = usage(server.pid());
    let each = settled.resident.max(idle.resident).saturating_sub(before.resident) as f64 / connections as f64;
    println!("{connections} connections in {rooms} rooms, all joined after {:.1} s", joined.as_secs_f64());
    println!(
        "  {:.1} KB resident each ({:.1} MB before, {:.1} MB with all); {:.2} % of a processor while nothing happens",
        each / 1e3,
        before.resident as f64 / 1e6,
        idle.resident as f64 / 1e6,
        (idle.processor - settled.processor).as_secs_f64() / at.elapsed().as_secs_f64() * 100.0
    );
    // They all live: one event in every room reaches everybody.
    let began = Instant::now();
    for (number, project) in made.iter().enumerate() {
        let title = crate::peers::marker(number as u32);
        let command = json!({ "type": "task.update", "id": project.tasks[0], "fields": { "title": title } });
        send(&mut http, &project.id, command).await?;
    }
    let mut times = Vec::new();
    while let Some(number) = reading.join_next().await {
        number??;
        times.push(began.elapsed());
    }
    ensure!(times.len() == connections, "{} of {connections} heard of the event", times.len());
    println!("  one event in every room, all begun together, reached all: {}", Times::new(times));
    Ok(())
}
