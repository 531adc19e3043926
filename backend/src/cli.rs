//! `devmentor serve` and `devmentor admin`: arguments, and what they do. The binary adds them to its own commands.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};

use crate::storage::{self, Store};
use crate::{Config, Registration, admin};

/// Which database.
#[derive(Debug, Clone, Args)]
pub struct Database {
    /// Folder of the built-in database (SQLite)
    #[arg(long, value_name = "DIR", env = "DEVMENTOR_DATA")]
    pub data: Option<PathBuf>,
    /// A database elsewhere: postgres://USER:PASSWORD@HOST/NAME, or sqlite:FILE
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// A file that holds the database's URL, as container platforms mount secrets
    #[arg(long, value_name = "FILE", env = "DATABASE_URL_FILE", conflicts_with = "database_url")]
    pub database_url_file: Option<PathBuf>,
}

/// Serve projects and boards to a team, or to yourself
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7340", env = "DEVMENTOR_LISTEN")]
    pub listen: SocketAddr,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub database: Database,
    /// Redis, through which several nodes on one PostgreSQL tell each other what is new
    #[arg(long, value_name = "URL", env = "REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<String>,
    /// Who may make an account
    #[arg(long, value_enum, default_value_t, env = "DEVMENTOR_REGISTRATION")]
    pub registration: Who,
    /// The address at which browsers reach this server, when it is not the one it listens on
    #[arg(long, value_name = "URL", env = "DEVMENTOR_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// A file of providers (GitHub, GitLab, Google, OpenID Connect) that people may log in with
    #[arg(long, value_name = "FILE", env = "DEVMENTOR_PROVIDERS", requires = "public_url")]
    pub providers: Option<PathBuf>,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum Who {
    /// Nobody needs one on a loopback address, until there is one
    #[default]
    Auto,
    /// The first account is free, others are not
    Closed,
    /// Whoever has an invitation
    Invite,
    /// Everybody
    Open,
}

/// Look after the backend's database
#[derive(Debug, Clone, Args)]
pub struct Admin {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub database: Database,
    #[command(subcommand)]
    #[allow(missing_docs)]
    pub command: AdminCommand,
}

/// What can be done.
#[derive(Debug, Clone, Subcommand)]
pub enum AdminCommand {
    /// Bring the schema up to date
    Migrate,
    /// Write streams, events and accounts to a file
    Backup {
        /// The file; it must not exist
        file: PathBuf,
    },
    /// Read a backup into an empty database; clients then read everything again
    Restore {
        /// The file
        file: PathBuf,
    },
    /// Replay every event and compare with what is read; also checks the chain of hashes
    Replay {
        /// Only compare (nothing else is done; the flag says so in scripts)
        #[arg(long, required = true)]
        check: bool,
    },
    /// Write the events of one project, one JSON object a line
    Export {
        /// The project's identity
        project: domain::ProjectId,
        /// The file; it must not exist
        file: PathBuf,
    },
    /// Check the log against tampering
    Audit {
        #[command(subcommand)]
        #[allow(missing_docs)]
        command: AuditCommand,
    },
}

/// What can be done with the log.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum AuditCommand {
    /// Check that no event was altered or removed
    Verify,
}

/// Any failure, in words for a terminal.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Database {
    fn url(&self, data: &Path) -> Result<Option<String>, Failure> {
        if let Some(file) = &self.database_url_file {
            let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
            return Ok(Some(text.trim().to_owned()));
        }
        if self.database_url.is_none() {
            std::fs::create_dir_all(data).map_err(|error| format!("{}: {error}", data.display()))?;
        }
        Ok(self.database_url.clone())
    }

    async fn open(&self, data: &Path) -> Result<Arc<dyn Store>, Failure> {
        let data = self.data.as_deref().unwrap_or(data);
        let url = self.url(data)?;
        let url = url.unwrap_or_else(|| format!("sqlite:{}", data.join(crate::DATABASE_FILE).display()));
        Ok(storage::open(&url).await?)
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Serves until the process is asked to end. `data` is the folder when the arguments name none; `said` hears where the
/// node listens.
///
/// # Errors
/// What kept it from starting.
pub fn serve(arguments: &Serve, data: &Path, said: impl FnOnce(&crate::Node)) -> Result<(), Failure> {
    let data = arguments.database.data.as_deref().unwrap_or(data);
    let config = Config {
        listen: arguments.listen,
        data: data.to_owned(),
        database_url: arguments.database.url(data)?,
        redis_url: arguments.redis_url.clone(),
        registration: match arguments.registration {
            Who::Auto => Registration::Auto,
            Who::Closed => Registration::Closed,
            Who::Invite => Registration::Invite,
            Who::Open => Registration::Open,
        },
        ways_in: crate::WaysIn {
            public_url: arguments.public_url.clone(),
            providers: match &arguments.providers {
                Some(file) => crate::accounts::providers::read_file(file)?,
                None => Vec::new(),
            },
        },
    };
    runtime()?.block_on(async {
        let node = crate::serve(config).await?;
        said(&node);
        node.run().await;
        Ok(())
    })
}

/// Does an administrator's command and answers with what to print.
///
/// # Errors
/// What went wrong; a check that found something is an error too, so that scripts see it.
pub fn admin(arguments: &Admin, data: &Path) -> Result<String, Failure> {
    runtime()?.block_on(async {
        let store = arguments.database.open(data).await?;
        match &arguments.command {
            AdminCommand::Migrate => Ok(format!("The schema of the {} database is up to date.", store.name())),
            AdminCommand::Backup { file } => {
                let events = admin::backup(&*store, &mut BufWriter::new(new_file(file)?)).await?;
                Ok(format!("{events} events written to {}.", file.display()))
            }
            AdminCommand::Restore { file } => {
                let input = File::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
                let events = admin::restore(&*store, &mut BufReader::new(input)).await?;
                Ok(format!("{events} events restored. Clients read everything again: a new epoch has begun."))
            }
            AdminCommand::Replay { .. } | AdminCommand::Audit { .. } => {
                let (events, findings) = storage::check(&*store).await?;
                if findings.is_empty() {
                    return Ok(format!("{events} events replayed; hashes and read tables fit."));
                }
                let lines = findings.iter().map(|finding| format!("{}: {}", finding.stream, finding.problem));
                Err(lines.collect::<Vec<_>>().join("\n").into())
            }
            AdminCommand::Export { project, file } => {
                let events = admin::export(&*store, *project, &mut BufWriter::new(new_file(file)?)).await?;
                Ok(format!("{events} events written to {}.", file.display()))
            }
        }
    })
}

/// Never over a file that is there: it may be the only good backup. Readable by its owner alone.
fn new_file(path: &Path) -> Result<File, Failure> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path).map_err(|error| format!("{}: {error}", path.display()))?)
}
