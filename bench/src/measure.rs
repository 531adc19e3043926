//! Times and memory.

use std::time::{Duration, Instant};

/// Times in order: on the clock, and of the processor.
pub(crate) struct Times {
    clock: Vec<Duration>,
    processor: Vec<Duration>,
}

impl Times {
    /// Runs something so often, after one run that does not count.
    pub(crate) fn of<T>(count: usize, mut run: impl FnMut(usize) -> anyhow::Result<T>) -> anyhow::Result<Times> {
        run(0)?;
        let (mut clock, mut processor) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for index in 0..count {
            let begun = Instant::now();
            let before = processor_time();
            run(index)?;
            clock.push(begun.elapsed());
            processor.push(processor_time().saturating_sub(before));
        }
        clock.sort_unstable();
        processor.sort_unstable();
        Ok(Times { clock, processor })
    }

    /// From times on the clock alone.
    pub(crate) fn new(mut clock: Vec<Duration>) -> Times {
        clock.sort_unstable();
        Times { clock, processor: Vec::new() }
    }

    /// Median, p95, p99, longest in milliseconds; where it was measured, the processor time as well, which hardly depends on what else the
    /// machine is doing.
    pub(crate) fn line(&self) -> String {
        let ms = |times: &[Duration], share| percentile(times, share).as_secs_f64() * 1e3;
        let mut line = format!(
            "median {:8.2} ms   p95 {:8.2} ms   p99 {:8.2} ms   longest {:8.2} ms   ({} runs)",
            ms(&self.clock, 0.5),
            ms(&self.clock, 0.95),
            ms(&self.clock, 0.99),
            ms(&self.clock, 1.0),
            self.clock.len()
        );
        if !self.processor.is_empty() {
            let (median, p99) = (ms(&self.processor, 0.5), ms(&self.processor, 0.99));
            line += &format!("   processor median {median:.2} ms, p99 {p99:.2} ms");
        }
        line
    }

    /// Median and p99 as parts of another's.
    pub(crate) fn beside(&self, other: &Times) -> String {
        let ratio =
            |share| percentile(&self.clock, share).as_secs_f64() / percentile(&other.clock, share).as_secs_f64();
        format!("median {:.2} ×, p99 {:.2} × the peer's", ratio(0.5), ratio(0.99))
    }
}

/// The time under which this share of the runs stayed (nearest rank).
fn percentile(sorted: &[Duration], share: f64) -> Duration {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or_default()
}

/// What this process has used, all threads together; zero where the system does not tell.
fn processor_time() -> Duration {
    cpu_time::ProcessTime::try_now().map_or(Duration::ZERO, |time| time.as_duration())
}

/// A line of `/proc/self/status` in bytes: `VmRSS` now, `VmHWM` at most. None where there is no such file.
pub(crate) fn memory(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb * 1024)
}

/// How long something took.
#[derive(Clone, Copy)]
pub(crate) struct Spent {
    /// On the clock.
    pub clock: Duration,
    /// Of the processor, all threads together.
    pub processor: Duration,
}

impl Spent {
    /// Runs something and gives what it took.
    pub(crate) fn on<T>(run: impl FnOnce() -> T) -> (Spent, T) {
        let (begun, before) = (Instant::now(), processor_time());
        let value = run();
        (Spent { clock: begun.elapsed(), processor: processor_time().saturating_sub(before) }, value)
    }

    /// The lesser of both times.
    pub(crate) fn least(self, other: Spent) -> Spent {
        Spent { clock: self.clock.min(other.clock), processor: self.processor.min(other.processor) }
    }

    /// Both times as parts of another's.
    pub(crate) fn beside(self, other: Spent) -> String {
        let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
        format!(
            "ratio {:.2}, in processor time {:.2}",
            ratio(self.clock, other.clock),
            ratio(self.processor, other.processor)
        )
    }
}

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:8.2} s, processor {:8.2} s", self.clock.as_secs_f64(), self.processor.as_secs_f64())
    }
}

/// Memory in MB for a table.
pub(crate) fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "unknown".to_owned(), |bytes| format!("{:.0} MB", bytes as f64 / 1e6))
}

/// Runs a program and gives its time; none when it is not installed.
pub(crate) fn program(name: &str, arguments: &[&str]) -> Option<Duration> {
    let begun = Instant::now();
    let status = std::process::Command::new(name)
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .ok()?;
    // ripgrep says 1 for "nothing found".
    (status.success() || status.code() == Some(1)).then(|| begun.elapsed())
}
