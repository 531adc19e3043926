//! Times, memory and processor time.

use std::time::Duration;

/// Times in order.
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The time under which this share stayed (nearest rank), in milliseconds.
    pub(crate) fn ms(&self, share: f64) -> f64 {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        let time = self.0.get(rank.clamp(1, self.0.len().max(1)) - 1).copied().unwrap_or_default();
        time.as_secs_f64() * 1e3
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (median, p99, longest) = (self.ms(0.5), self.ms(0.99), self.ms(1.0));
        write!(out, "median {median:8.2} ms   p99 {p99:8.2} ms   longest {longest:8.2} ms   ({})", self.len())
    }
}

/// What a process has used so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Processor time of all its threads.
    pub(crate) processor: Duration,
    /// Resident memory in bytes.
    pub(crate) resident: u64,
}

/// Reads `/proc`; zeros where there is none.
pub(crate) fn usage(pid: u32) -> Usage {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name may hold spaces and parentheses; what follows the last one is numbers. Fields 14 and 15 are ticks of 10 ms.
    let fields: Vec<u64> = stat
        .rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace().skip(1).map(|field| field.parse().unwrap_or(0)).collect())
        .unwrap_or_default();
    let ticks = fields.get(10).copied().unwrap_or(0) + fields.get(11).copied().unwrap_or(0);
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0);
    Usage { processor: Duration::from_millis(ticks * 10), resident: kilobytes * 1024 }
}

/// This process and others, children of the others included.
pub(crate) fn processor_of(pids: &[u32]) -> Duration {
    let mut all: Vec<u32> = pids.to_vec();
    let mut at = 0;
    while at < all.len() {
        let path = format!("/proc/{0}/task/{0}/children", all[at]);
        let children = std::fs::read_to_string(path).unwrap_or_default();
        all.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        at += 1;
    }
    all.into_iter().map(|pid| usage(pid).processor).sum()
}
