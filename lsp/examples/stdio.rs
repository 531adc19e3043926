//! The language server alone, on standard input and output: `cargo run -p lsp --example stdio -- INDEX_FOLDER`
//!
//! For trying a client without the daemon, and for the tests with real editors.

use std::path::PathBuf;

use engine::{Engine, EngineOptions};
use lsp::{Ended, ServeOptions, serve};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> std::process::ExitCode {
    let folder = std::env::args_os().nth(1).map_or_else(|| std::env::temp_dir().join("devmentor-stdio"), PathBuf::from);
    let engine = Engine::new(EngineOptions::new(folder));
    let ended = serve(tokio::io::stdin(), tokio::io::stdout(), engine.clone(), ServeOptions::default()).await;
    engine.shutdown();
    // As the protocol wants it: 0 after `shutdown`, else 1.
    let code: u8 = if ended == Ended::Properly { 0 } else { 1 };
    // Not `return`: the runtime would wait for standard input, which a client may keep open.
    std::process::exit(code.into())
}
