//! What people see: colours, progress, errors.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use index::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Paths, as ripgrep shows them.
pub(crate) const PATH: Style = AnsiColor::Magenta.on_default();
/// Line numbers.
pub(crate) const LINE: Style = AnsiColor::Green.on_default();
/// What matched.
pub(crate) const MATCH: Style = AnsiColor::Red.on_default().bold();
/// Names of symbols.
pub(crate) const SYMBOL: Style = AnsiColor::Cyan.on_default();
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();
/// What is good.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What needs attention.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// Work that is over sooner shows no progress.
const PATIENCE: Duration = Duration::from_millis(400);
/// Without a terminal a line is printed this often.
const PLAIN_EVERY: Duration = Duration::from_secs(5);

/// Messages of the libraries go to standard error: warnings always, more when asked for.
pub(crate) fn start_log(verbose: u8) {
    use tracing_subscriber::filter::{EnvFilter, LevelFilter};
    let level = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let filter =
        EnvFilter::builder().with_default_directive(level.into()).with_env_var("DEVMENTOR_LOG").from_env_lossy();
    let filter = filter.add_directive("tantivy=error".parse().unwrap_or_else(|_| level.into()));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .without_time()
        .init();
}

/// Tells an error with its causes.
pub(crate) fn error(error: &anyhow::Error) {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // Many errors tell their cause themselves.
        if !told.contains(&cause) {
            told += if told.is_empty() { "" } else { ": " };
            told += &cause;
        }
    }
    let _ = writeln!(anstream::stderr(), "{BAD}error:{BAD:#} {told}");
}

/// Whether the reader of our output has gone, as `devmentor search x | head` does.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

/// Source and file names may hold control characters, even sequences that drive a terminal or turn the direction of text; they are shown, not sent.
pub(crate) fn visible(text: &str) -> std::borrow::Cow<'_, str> {
    if text.chars().any(is_hidden) {
        return text.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect::<String>().into();
    }
    text.into()
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A value as JSON on one line, with everything that could drive a terminal escaped.
pub(crate) fn json_line(value: &impl serde::Serialize) -> serde_json::Result<String> {
    let line = serde_json::to_string(value)?;
    if !line.chars().any(is_hidden) {
        return Ok(line);
    }
    // Such signs stand only inside of strings, where JSON has escapes for all of them; none is above U+FFFF.
    Ok(line.chars().map(|c| if is_hidden(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect())
}

/// Bytes for people: 1.4 MB.
pub(crate) fn bytes(count: u64) -> String {
    let (mut value, mut unit) = (count as f64, "B");
    for next in ["kB", "MB", "GB", "TB"] {
        if value < 1000.0 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if unit == "B" { format!("{count} B") } else { format!("{value:.1} {unit}") }
}

/// A count with separators: 12,345.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A duration for people: 340 ms, 2.1 s.
pub(crate) fn duration(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

/// Progress with rate and ETA on a terminal, now and then a plain line elsewhere.
pub(crate) struct Bar {
    what: &'static str,
    bar: ProgressBar,
    terminal: bool,
    patience: Duration,
    begun: Instant,
    plain: Mutex<Plain>,
}

#[derive(Default)]
struct Plain {
    files: u64,
    done: u64,
    bytes: u64,
    total: u64,
    told: Option<Instant>,
}

impl Bar {
    /// Shows progress from the start.
    pub(crate) fn new(what: &'static str) -> Bar {
        Bar::with_patience(what, Duration::ZERO)
    }

    /// Shows progress only when the work takes a while.
    pub(crate) fn quiet(what: &'static str) -> Bar {
        Bar::with_patience(what, PATIENCE)
    }

    fn with_patience(what: &'static str, patience: Duration) -> Bar {
        let terminal = std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Bar { what, bar, terminal, patience, begun: Instant::now(), plain: Mutex::default() }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn show(&self) {
        let template = match self.what {
            "Embedding" => "{msg} {wide_bar:.cyan/dim} {percent}%  ETA {eta}",
            _ => "{msg} {wide_bar:.cyan/dim} {bytes}/{total_bytes}  {bytes_per_sec}  ETA {eta}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("━━╌"));
        }
        self.bar.set_draw_target(ProgressDrawTarget::stderr());
    }
}

impl Progress for Bar {
    fn start(&self, files: usize, bytes: u64) {
        self.bar.set_length(bytes);
        self.bar.set_message(format!("{} {} files", self.what, count(files as u64)));
        if let Ok(mut plain) = self.plain.lock() {
            *plain = Plain { files: files as u64, total: bytes, told: Some(Instant::now()), ..Plain::default() };
        }
    }

    fn file(&self, bytes: u64) {
        self.bar.inc(bytes);
        if self.terminal {
            if self.bar.is_hidden() && self.begun.elapsed() >= self.patience {
                self.show();
            }
            return;
        }
        let Ok(mut plain) = self.plain.lock() else { return };
        plain.done += 1;
        plain.bytes += bytes;
        if plain.told.is_none_or(|told| told.elapsed() >= PLAIN_EVERY) {
            plain.told = Some(Instant::now());
            let seconds = self.begun.elapsed().as_secs_f64();
            let left = seconds / plain.bytes.max(1) as f64 * plain.total.saturating_sub(plain.bytes) as f64;
            let mut line = format!("{}: {} of {} files", self.what, count(plain.done), count(plain.files));
            if self.what != "Embedding" {
                line += &format!(", {:.1} MB/s", plain.bytes as f64 / 1e6 / seconds.max(1e-3));
            }
            let _ = writeln!(std::io::stderr(), "{line}, about {left:.0} s left");
        }
    }
}
