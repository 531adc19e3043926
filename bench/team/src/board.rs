//! A board with many tasks, as a person opens it: after the server started, after somebody changed something, and again.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::json;

use crate::On;
use crate::http::Http;
use crate::measure::Times;
use crate::server::{Place, Server, projects, send};

const GZIP: &str = "accept-encoding: gzip\r\n";

pub(crate) async fn run(program: &Path, on: On, tasks: usize) -> anyhow::Result<()> {
    let place = Place::new(on)?;
    let server = Server::start(program, &place)?;
    let token = server.person("ann").await?;
    let mut http = Http::connect(server.address, &token).await?;
    let mut made = projects(&mut http, 1, tasks).await?;
    let project = made.remove(0);
    let path = format!("/api/projects/{}/board", project.id);
    drop(server);

    println!("board of {tasks} tasks on {on:?}");
    for (name, headers) in [("plain", ""), ("gzip", GZIP)] {
        let mut first = Vec::new();
        let mut size = 0;
        for _ in 0..8 {
            let server = Server::start(program, &place)?;
            let mut http = Http::connect(server.address, &token).await?;
            // Who asks is known; nothing of the project is.
            http.get("/api/me").await?.ok()?;
            let (time, length) = read(&mut http, &path, headers).await?;
            first.push(time);
            size = length;
        }
        println!("  {name}, {} KB, first read after a start:  {}", size / 1000, Times::new(first));
        let server = Server::start(program, &place)?;
        let mut http = Http::connect(server.address, &token).await?;
        let mut changed = Vec::new();
        for number in 0..60 {
            let id = &project.tasks[number * 7 % project.tasks.len()];
            let command = json!({ "type": "task.update", "id": id, "fields": { "title": format!("{name} {number}") } });
            send(&mut http, &project.id, command).await?;
            changed.push(read(&mut http, &path, headers).await?.0);
        }
        println!("  {name}, first read after a change: {}", Times::new(changed));
        let mut again = Vec::new();
        for _ in 0..300 {
            again.push(read(&mut http, &path, headers).await?.0);
        }
        println!("  {name}, read again:                {}", Times::new(again));
    }
    Ok(())
}

async fn read(http: &mut Http, path: &str, headers: &str) -> anyhow::Result<(Duration, usize)> {
    let began = Instant::now();
    let answer = http.call("GET", path, headers, None).await?;
    let took = began.elapsed();
    ensure!(answer.status == 200, "{}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    Ok((took, answer.body.len()))
}
