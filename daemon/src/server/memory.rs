//! How much memory this process takes.

use serde::{Deserialize, Serialize};

/// Memory in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// All that lies in memory, files that are mapped among it.
    pub(crate) resident: u64,
    /// What is the process's own: it cannot be dropped and read again.
    pub(crate) own: u64,
}

/// The memory of this process, where the system tells.
#[cfg(target_os = "linux")]
pub(crate) fn own() -> Option<Memory> {
    parse(&std::fs::read_to_string("/proc/self/status").ok()?)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn own() -> Option<Memory> {
    None
}

#[cfg(any(target_os = "linux", test))]
fn parse(status: &str) -> Option<Memory> {
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let number: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
        Some(number * 1024)
    };
    Some(Memory { resident: field("VmRSS")?, own: field("RssAnon")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_linux_are_read_in_bytes() {
        let status = "Name:\tdevmentor\nVmRSS:\t   2048 kB\nRssAnon:\t    1024 kB\n";
        assert_eq!(parse(status), Some(Memory { resident: 2 << 20, own: 1 << 20 }));
        assert_eq!(parse("Name:\tdevmentor\n"), None);
    }
}
