//! The daemon beside nothing but itself: what a window costs, how soon it answers, what idling costs, and whether memory reaches a plateau.

#![allow(clippy::print_stdout)] // The table is the point.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::client::Client;
use crate::measure::Times;

/// A workspace that is copied, indexed and watched settles within this time.
const PATIENCE: Duration = Duration::from_secs(600);
/// For so long an idle daemon is watched.
const IDLE: Duration = Duration::from_secs(30);
/// Every so many branch switches a point of the curve is printed.
const STEP: usize = 5;
/// Files that differ between the two branches.
const DIFFERENT: usize = 300;

/// A file of which the answer to "what does it define" is known.
const PROBE: &str = "def probe():\n    return 1\n";

/// The daemon of a measurement, with folders of its own.
pub(crate) struct Bench {
    program: PathBuf,
    scratch: tempfile::TempDir,
    root: PathBuf,
}

/// Measures over a copy of `corpus` with the binary `program`.
pub(crate) fn run(program: &Path, corpus: &Path, windows: usize, switches: usize) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let root = scratch.path().join("corpus");
    let copied = Command::new("cp").arg("-r").arg(corpus).arg(&root).status()?;
    ensure!(copied.success(), "the corpus could not be copied");
    std::fs::create_dir(scratch.path().join("run"))?;
    let bench = Bench { program: program.to_path_buf(), root, scratch };
    let files = bench.branches()?;
    let measured = bench.windows(windows).and_then(|()| bench.idle()).and_then(|()| bench.switches(&files, switches));
    let stopped = bench.command(&["daemon", "stop"]).status();
    measured?;
    ensure!(stopped?.success(), "the daemon does not leave");
    Ok(())
}

impl Bench {
    fn command(&self, arguments: &[&str]) -> Command {
        let home = self.scratch.path();
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(&self.root);
        command.env("HOME", home).env("XDG_RUNTIME_DIR", home.join("run")).env("XDG_STATE_HOME", home.join("state"));
        command.env("XDG_CONFIG_HOME", home.join("config")).env("DEVMENTOR_INDEX_DIR", home.join("indexes"));
        command
    }

    fn git(&self, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "core.autocrlf=false"]);
        let done = command.args(arguments).current_dir(&self.root).output()?;
        ensure!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(())
    }

    /// Makes two branches that differ in many files. Gives those files.
    fn branches(&self) -> Result<Vec<PathBuf>> {
        // A corpus that is a clone brings its own history, which must not count.
        let _ = std::fs::remove_dir_all(self.root.join(".git"));
        self.git(&["init", "-q", "-b", "one"])?;
        self.git(&["add", "-A"])?;
        self.git(&["commit", "-q", "-m", "one"])?;
        let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(&self.root).output()?;
        let names = String::from_utf8_lossy(&listed.stdout).into_owned();
        // Scripts for browsers are often minified, which the index leaves out.
        let is_code = |name: &&str| [".py", ".ts", ".rs", ".go", ".c"].iter().any(|end| name.ends_with(end));
        let mut files: Vec<PathBuf> = names.split('\0').filter(is_code).map(|name| self.root.join(name)).collect();
        fastrand::Rng::with_seed(7).shuffle(&mut files);
        files.truncate(DIFFERENT);
        self.git(&["checkout", "-q", "-b", "two"])?;
        for (number, file) in files.iter().enumerate() {
            let text = std::fs::read(file)?;
            let mut twice = text.clone();
            twice.extend_from_slice(format!("\n// zqbranchtwo number {number}\n").as_bytes());
            twice.extend_from_slice(&text);
            std::fs::write(file, twice)?;
        }
        self.git(&["commit", "-q", "-a", "-m", "two"])?;
        self.git(&["checkout", "-q", "one"])?;
        Ok(files)
    }

    fn status(&self) -> Result<Value> {
        let output = self.command(&["daemon", "status", "--json"]).output()?;
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Waits until the workspace is up to date, and gives the daemon's process and memory (resident, own) in bytes.
    fn settled(&self) -> Result<(u32, u64, u64)> {
        let begun = Instant::now();
        loop {
            let status = self.status()?;
            let state = &status["workspaces"][0]["state"];
            ensure!(state["phase"] != "failed", "{state}");
            if state["phase"] == "ready" {
                let number = |value: &Value| value.as_u64().context("the daemon does not tell its memory");
                let memory = &status["memory"];
                let process = u32::try_from(number(&status["process"])?)?;
                return Ok((process, number(&memory["resident"])?, number(&memory["own"])?));
            }
            ensure!(begun.elapsed() < PATIENCE, "it does not settle: {state}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn windows(&self, windows: usize) -> Result<()> {
        let begun = Instant::now();
        let mut open = vec![Client::open(self.command(&["lsp"]), &self.root)?];
        println!("cold: daemon started and `initialize` answered after {:.0} ms", ms(begun.elapsed()));
        let (process, resident, own) = self.settled()?;
        println!("indexed after {:.1} s", begun.elapsed().as_secs_f64());
        println!("daemon with  1 window     {}   {}", memory_line(resident, own), proxies(&open)?);
        let file = self.root.join("zq_probe.py");
        std::fs::write(&file, PROBE)?;

        let mut initialized = Vec::new();
        let mut answered = Vec::new();
        for _ in 0..30 {
            let begun = Instant::now();
            let mut window = Client::open(self.command(&["lsp"]), &self.root)?;
            initialized.push(begun.elapsed());
            show_probe(&mut window, &file)?;
            answered.push(begun.elapsed());
            window.close()?;
        }
        println!("attach to a running daemon: `initialize` answered   {}", Times::new(initialized).line());
        println!("attach to a running daemon: first symbols answered  {}", Times::new(answered).line());

        // What the attachments left behind is no part of what a window costs.
        let (_, _, own) = self.settled()?;
        while open.len() < windows {
            let mut window = Client::open(self.command(&["lsp"]), &self.root)?;
            show_probe(&mut window, &file)?;
            open.push(window);
            if open.len() == 2 || open.len() == windows {
                let (_, now, own_now) = self.settled()?;
                let each = own_now.saturating_sub(own) as f64 / (open.len() - 1) as f64 / 1e6;
                println!(
                    "daemon with {:>2} windows    {}   {}   each further window adds {each:.2} MB to the daemon",
                    open.len(),
                    memory_line(now, own_now),
                    proxies(&open)?
                );
            }
        }
        let begun = Instant::now();
        let first = open.remove(0);
        for window in open {
            window.close()?;
        }
        kill_daemon_and_ask(first, process, &file)?;
        println!("daemon killed: a window has its answer from the next one after {:.0} ms", ms(begun.elapsed()));
        Ok(())
    }

    fn idle(&self) -> Result<()> {
        let window = Client::open(self.command(&["lsp"]), &self.root)?;
        let (process, ..) = self.settled()?;
        // The graph and other caches that the opening asked for are done a moment later.
        std::thread::sleep(Duration::from_secs(5));
        let (before, before_window) = (processor_ticks(process)?, processor_ticks(window.process())?);
        std::thread::sleep(IDLE);
        let (after, after_window) = (processor_ticks(process)?, processor_ticks(window.process())?);
        let share = |ticks: u64| ticks as f64 / IDLE.as_secs_f64();
        println!(
            "idle for {} s: daemon {:.2} % of a processor, window {:.2} %",
            IDLE.as_secs(),
            share(after - before),
            share(after_window - before_window)
        );
        window.close()
    }

    fn switches(&self, files: &[PathBuf], switches: usize) -> Result<()> {
        let window = Client::open(self.command(&["lsp"]), &self.root)?;
        let (_, resident, own) = self.settled()?;
        println!("branch switches of {} files: memory of the daemon", files.len());
        println!("   before   {}", memory_line(resident, own));
        let begun = Instant::now();
        let mut curve = Vec::new();
        for switch in 1..=switches {
            let branch = if switch % 2 == 1 { "two" } else { "one" };
            self.git(&["checkout", "-q", branch])?;
            self.wait_for_branch(branch == "two", files.len())?;
            let (_, resident, own) = self.settled()?;
            curve.push(own);
            if switch % STEP == 0 {
                println!("   {switch:>6}   {}", memory_line(resident, own));
            }
        }
        let mean = |part: &[u64]| part.iter().sum::<u64>() as f64 / part.len().max(1) as f64;
        let quarter = (curve.len() / 4).max(1);
        let (third, last) =
            (mean(&curve[curve.len() - 2 * quarter..curve.len() - quarter]), mean(&curve[curve.len() - quarter..]));
        println!(
            "   the last quarter takes {:.2} × the memory of the one before; {:.2} s a switch",
            last / third,
            begun.elapsed().as_secs_f64() / switches.max(1) as f64
        );
        window.close()
    }

    /// Waits until a search finds what the branch holds in every file, and nothing of the other one.
    fn wait_for_branch(&self, two: bool, files: usize) -> Result<()> {
        let begun = Instant::now();
        let wanted = if two { files } else { 0 };
        loop {
            let arguments = ["search", "--exact", "zqbranchtwo", "--json", "--no-update", "-n", "1000"];
            let output = self.command(&arguments).output()?;
            let found = String::from_utf8_lossy(&output.stdout).lines().count();
            if found == wanted {
                return Ok(());
            }
            ensure!(begun.elapsed() < PATIENCE, "{found} of {wanted} files were found");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn memory_line(resident: u64, own: u64) -> String {
    format!("resident {:6.1} MB, its own {:6.1} MB", resident as f64 / 1e6, own as f64 / 1e6)
}

/// What the windows' processes take: what no other process shares, in the mean.
fn proxies(open: &[Client]) -> Result<String> {
    let mut own = 0;
    for window in open {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", window.process()))?;
        let private =
            rollup.lines().filter(|line| line.starts_with("Private_Clean:") || line.starts_with("Private_Dirty:"));
        own += private.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum::<u64>() * 1024;
    }
    Ok(format!("a window's process {:.2} MB of its own", own as f64 / open.len() as f64 / 1e6))
}

/// Processor time of a process in hundredths of a second.
fn processor_ticks(process: u32) -> Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect::<Vec<_>>()).unwrap_or_default();
    let field = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).context("no processor time");
    Ok(field(11)? + field(12)?)
}

/// Opens the probe and waits for its symbols, of which there is one.
fn show_probe(window: &mut Client, file: &Path) -> Result<()> {
    let uri = window.show(file, "python", PROBE)?;
    expect_symbol(window, &uri)
}

fn expect_symbol(window: &mut Client, uri: &str) -> Result<()> {
    let found = window.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }))?;
    ensure!(found[0]["name"] == "probe", "the symbol is not there: {found}");
    Ok(())
}

/// Kills the daemon and asks again for what it knew.
fn kill_daemon_and_ask(mut window: Client, daemon: u32, file: &Path) -> Result<()> {
    show_probe(&mut window, file)?;
    let killed = Command::new("kill").args(["-9", &daemon.to_string()]).status()?;
    ensure!(killed.success(), "the daemon cannot be killed");
    expect_symbol(&mut window, &format!("file://{}", file.display()))?;
    window.close()
}
