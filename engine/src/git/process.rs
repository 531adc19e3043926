//! One run of git, with limits on time and output.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, bounded};

use crate::error::{Error, Result};

/// How often a waiting call looks whether it should stop.
const LOOK: Duration = Duration::from_millis(50);
/// So much is kept of what git complains about, in bytes.
const LONGEST_COMPLAINT: u64 = 2_000;

/// Limits of one run.
pub(crate) struct Limits<'l> {
    /// It is killed after so long.
    pub(crate) time: Duration,
    /// It is killed when it writes more bytes.
    pub(crate) output: u64,
    /// It is killed when this becomes true.
    pub(crate) stop: &'l AtomicBool,
}

/// Runs git in `folder` and gives back what it wrote. `input` is what it reads.
pub(crate) fn run<A: AsRef<OsStr>>(
    folder: &Path,
    arguments: &[A],
    input: Option<Arc<String>>,
    limits: &Limits<'_>,
) -> Result<Vec<u8>> {
    let name = arguments.first().map(|name| name.as_ref().to_string_lossy().into_owned()).unwrap_or_default();
    let mut child = command(folder, arguments, input.is_some())
        .spawn()
        .map_err(|error| Error::Git(format!("git cannot be started: {error}. Is it installed?")))?;
    let done = collect(&mut child, input, &name, limits);
    if done.is_err() {
        // It may have ended by itself meanwhile.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| Error::Git(error.to_string()))?;
    let (output, complaint) = done?;
    if status.success() {
        return Ok(output);
    }
    let complaint = String::from_utf8_lossy(&complaint);
    let reason = complaint.lines().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
    Err(Error::Git(reason.trim_start_matches("fatal: ").to_owned()))
}

fn command<A: AsRef<OsStr>>(folder: &Path, arguments: &[A], input: bool) -> Command {
    let mut command = Command::new("git");
    command
        .arg("--no-pager")
        // A repository that somebody cloned must not choose programs that run here.
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("LC_ALL", "C")
        .stdin(if input { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

type Written = (Vec<u8>, Vec<u8>);

fn collect(child: &mut Child, input: Option<Arc<String>>, name: &str, limits: &Limits<'_>) -> Result<Written> {
    let deadline = Instant::now() + limits.time;
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        std::thread::spawn(move || {
            // Git may stop reading when it has seen enough.
            let _ = stdin.write_all(input.as_bytes());
        });
    }
    let (sender, receiver) = bounded(2);
    let most = limits.output;
    let stdout = child.stdout.take();
    let stderr = child.stderr.take();
    let output_sender = sender.clone();
    std::thread::spawn(move || {
        // The receiver is gone when the run has failed already.
        let _ = output_sender.send((true, read(stdout, most + 1)));
    });
    std::thread::spawn(move || {
        let _ = sender.send((false, read(stderr, LONGEST_COMPLAINT)));
    });
    let (mut output, mut complaint) = (None, None);
    while output.is_none() || complaint.is_none() {
        if limits.stop.load(Ordering::Relaxed) {
            return Err(Error::Git("cancelled".to_owned()));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Error::Git(format!("`git {name}` took longer than {:?} and was ended", limits.time)));
        }
        match receiver.recv_timeout(LOOK.min(left)) {
            Ok((true, read)) if read.len() as u64 > most => {
                return Err(Error::Git(format!("`git {name}` wrote more than {most} bytes and was ended")));
            }
            Ok((true, read)) => output = Some(read),
            Ok((false, read)) => complaint = Some(read),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Ok((output.unwrap_or_default(), complaint.unwrap_or_default()))
}

/// Reads at most so many bytes.
fn read(from: Option<impl Read>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        // What was read until an error is judged by how git ends.
        let _ = from.take(most).read_to_end(&mut bytes);
    }
    bytes
}
