//! From starting the program until it answers, and what it holds in memory when nothing happens.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::On;
use crate::http::Http;
use crate::measure::{Times, usage};
use crate::server::{Place, Server, projects};

pub(crate) async fn run(program: &Path, runs: usize) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for _ in 0..runs {
        times.push(once(program, &Place::new(On::Sqlite)?).await?.0);
    }
    println!("start in an empty folder until /health says ok:     {}", Times::new(times));
    let place = Place::new(On::Sqlite)?;
    {
        let server = Server::start(program, &place)?;
        let token = server.person("ann").await?;
        projects(&mut Http::connect(server.address, &token).await?, 1, 5_000).await?;
    }
    let mut times = Vec::new();
    for _ in 0..runs {
        times.push(once(program, &place).await?.0);
    }
    println!("start with a project of 5,000 tasks:                {}", Times::new(times));
    let (_, server) = once(program, &place).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (before, began) = (usage(server.pid()), Instant::now());
    tokio::time::sleep(Duration::from_secs(10)).await;
    let after = usage(server.pid());
    let share = (after.processor - before.processor).as_secs_f64() / began.elapsed().as_secs_f64();
    println!("idle: {:.1} MB resident, {:.2} % of a processor", after.resident as f64 / 1e6, share * 100.0);
    Ok(())
}

async fn once(program: &Path, place: &Place) -> anyhow::Result<(Duration, Server)> {
    let began = Instant::now();
    let server = Server::start(program, place)?;
    let health = Http::connect(server.address, "").await?.get("/health").await?;
    let took = began.elapsed();
    ensure!(health.status == 200, "{}", String::from_utf8_lossy(&health.body));
    Ok((took, server))
}
