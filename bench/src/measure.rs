//! Times and memory.

use std::time::{Duration, Instant};

/// Times in order.
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// Runs something so often, after one run that does not count.
    pub(crate) fn of<T>(count: usize, mut run: impl FnMut(usize) -> anyhow::Result<T>) -> anyhow::Result<Times> {
        run(0)?;
        let mut times = Vec::with_capacity(count);
        for index in 0..count {
            let begun = Instant::now();
            run(index)?;
            times.push(begun.elapsed());
        }
        Ok(Times::new(times))
    }

    pub(crate) fn new(mut times: Vec<Duration>) -> Times {
        times.sort_unstable();
        Times(times)
    }

    /// The time under which this share of the runs stayed (nearest rank).
    pub(crate) fn percentile(&self, share: f64) -> Duration {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.clamp(1, self.0.len().max(1)) - 1).copied().unwrap_or_default()
    }

    /// Median, p95, p99, longest in milliseconds.
    pub(crate) fn line(&self) -> String {
        let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
        let longest = self.0.last().copied().unwrap_or_default();
        format!(
            "median {:8.2} ms   p95 {:8.2} ms   p99 {:8.2} ms   longest {:8.2} ms   ({} runs)",
            ms(self.percentile(0.5)),
            ms(self.percentile(0.95)),
            ms(self.percentile(0.99)),
            ms(longest),
            self.0.len()
        )
    }
}

/// A line of `/proc/self/status` in bytes: `VmRSS` now, `VmHWM` at most. None where there is no such file.
pub(crate) fn memory(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb * 1024)
}

/// Processor time that this process has used, all threads together, in seconds. Unlike the time on the clock it hardly depends on what
/// else the machine is doing. None where there is no `/proc`.
pub(crate) fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name stands in parentheses and may hold anything; the fields after it do not.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    // Linux counts in hundredths of a second for programs, whatever the kernel's own clock.
    Some(ticks / 100.0)
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
