//! How long things take, as histograms in Prometheus' text format.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::RwLock;

/// Upper bounds in seconds: around the figures that are promised (20 ms, 100 ms), and beyond.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Series of one histogram; labels are routes and kinds of commands, of which there are fewer.
const MAX_SERIES: usize = 2_000;

#[derive(Debug, Default)]
struct Series {
    buckets: [AtomicU64; BOUNDS.len()],
    count: AtomicU64,
    microseconds: AtomicU64,
}

/// One histogram with labels.
#[derive(Debug)]
pub(crate) struct Histogram {
    name: &'static str,
    help: &'static str,
    series: RwLock<BTreeMap<String, Series>>,
}

impl Histogram {
    fn new(name: &'static str, help: &'static str) -> Self {
        Self { name, help, series: RwLock::default() }
    }

    /// Counts one; `labels` as they stand between braces.
    pub(crate) fn observe(&self, labels: &str, took: Duration) {
        if let Some(series) = self.series.read().get(labels) {
            return series.add(took);
        }
        let mut all = self.series.write();
        if all.len() < MAX_SERIES {
            all.entry(labels.to_owned()).or_default().add(took);
        }
    }

    fn render(&self, out: &mut String) {
        let name = self.name;
        // Writing to a String cannot fail.
        let _ = writeln!(out, "# HELP {name} {}\n# TYPE {name} histogram", self.help);
        for (labels, series) in &*self.series.read() {
            let count = series.count.load(Ordering::Relaxed);
            let mut below = 0;
            for (bound, bucket) in BOUNDS.iter().zip(&series.buckets) {
                below += bucket.load(Ordering::Relaxed);
                let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{bound}\"}} {}", below.min(count));
            }
            let seconds = series.microseconds.load(Ordering::Relaxed) as f64 / 1e6;
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}");
            let _ = writeln!(out, "{name}_sum{{{labels}}} {seconds}\n{name}_count{{{labels}}} {count}");
        }
    }
}

impl Series {
    fn add(&self, took: Duration) {
        if let Some(at) = BOUNDS.iter().position(|bound| took.as_secs_f64() <= *bound) {
            self.buckets[at].fetch_add(1, Ordering::Relaxed);
        }
        self.microseconds.fetch_add(took.as_micros() as u64, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }
}

/// The histograms of a node.
#[derive(Debug)]
pub(crate) struct Durations {
    /// Requests by method, route and class of status.
    pub(crate) requests: Histogram,
    /// Commands by kind and outcome.
    pub(crate) commands: Histogram,
}

impl Default for Durations {
    fn default() -> Self {
        Self {
            requests: Histogram::new("devmentor_request_seconds", "Time to the first byte of the answer."),
            commands: Histogram::new("devmentor_command_seconds", "Time from a command to its commit or refusal."),
        }
    }
}

impl Durations {
    pub(crate) fn render(&self) -> String {
        let mut out = String::new();
        self.requests.render(&mut out);
        self.commands.render(&mut out);
        out
    }
}

/// Gauges that are read off when somebody asks.
pub(crate) fn gauges(all: &[(&str, &str, f64)]) -> String {
    let line = |(name, help, value): &(&str, &str, f64)| {
        format!("# HELP devmentor_{name} {help}\n# TYPE devmentor_{name} gauge\ndevmentor_{name} {value}\n")
    };
    all.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_count_what_is_below_them() {
        let histogram = Histogram::new("t", "Test.");
        for milliseconds in [1, 3, 30, 20_000] {
            histogram.observe("a=\"b\"", Duration::from_millis(milliseconds));
        }
        let mut text = String::new();
        histogram.render(&mut text);
        for line in [
            "# TYPE t histogram",
            "t_bucket{a=\"b\",le=\"0.001\"} 1",
            "t_bucket{a=\"b\",le=\"0.005\"} 2",
            "t_bucket{a=\"b\",le=\"10\"} 3",
            "t_bucket{a=\"b\",le=\"+Inf\"} 4",
            "t_sum{a=\"b\"} 20.034",
            "t_count{a=\"b\"} 4",
        ] {
            assert!(text.lines().any(|one| one == line), "{line} in\n{text}");
        }
    }
}
