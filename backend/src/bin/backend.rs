//! The backend by itself, without the rest of `devmentor`: for working on it, and for load tests.
//!
//! `cargo run -p backend -- serve --data board`

use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(Box<backend::cli::Serve>),
    Admin(backend::cli::Admin),
}

#[allow(clippy::print_stdout)] // It is a program of its own.
fn main() -> Result<(), backend::cli::Failure> {
    let data = std::env::temp_dir().join("devmentor-backend");
    match Arguments::parse().command {
        Command::Serve(serve) => {
            backend::cli::serve(&serve, &data, |node| println!("listening on http://{}", node.address))
        }
        Command::Admin(admin) => {
            println!("{}", backend::cli::admin(&admin, &data)?);
            Ok(())
        }
    }
}
