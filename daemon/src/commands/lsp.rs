//! `devmentor lsp`

use std::io::{self, Read, Write};
use std::process;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use lsp::Ended;

use crate::ipc::{Place, Stream};
use crate::proxy::{self, Connect, End, Link};
use crate::workspace::index_base;
use crate::{server, start};

#[derive(Debug, Args)]
#[command(
    after_help = "Editors start this; it passes their messages to the daemon, which it starts when there is none.
docs/editors.md has settings for each editor.

Environment:
  DEVMENTOR_INDEX_DIR   where indexes are kept; another folder has another daemon
  XDG_RUNTIME_DIR       where sockets are kept
  DEVMENTOR_LOG         what the log tells, such as `debug`"
)]
pub(crate) struct Arguments {
    /// Run everything in this process, without a daemon.
    #[arg(long)]
    standalone: bool,
    /// Speak on standard input and output; the only way, and accepted because editors say so.
    #[arg(long, hide = true)]
    stdio: bool,
    /// The editor's process; accepted because editors say so.
    #[arg(long = "clientProcessId", hide = true, value_name = "PROCESS")]
    client_process: Option<u32>,
}

/// One of the two who use a stream at the same time.
struct Half(Arc<Stream>);

impl Read for Half {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(bytes)
    }
}

impl Write for Half {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.0).flush()
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    if arguments.standalone {
        return Ok(server::run_standalone()? != Ended::Abruptly);
    }
    let place = Place::of(&index_base()?)?;
    let connect: Connect = Box::new(move |restarts| {
        let stream = Arc::new(start::connect(&place, restarts)?);
        Ok(Link { from: Box::new(Half(stream.clone())), to: Box::new(Half(stream)) })
    });
    let end = proxy::run(io::stdin(), io::stdout(), connect)?;
    // A thread may still wait for the editor or the daemon; nothing is left to be done by it.
    process::exit(match end {
        End::Clean => 0,
        End::Abrupt => 1,
    });
}
