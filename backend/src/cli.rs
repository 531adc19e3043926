//! `devmentor serve` and `devmentor admin`: arguments, and what they do. The binary adds them to its own commands.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;

use crate::settings::{self, Settings};
use crate::storage::{self, Store};
use crate::telemetry::{LogFormat, Telemetry};
use crate::{Config, Options, Patience, Registration, WaysIn, admin, tls};

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
    /// A file with these settings and more (docs/examples/backend.toml); arguments and environment count first
    #[arg(long, value_name = "FILE", env = "DEVMENTOR_CONFIG")]
    pub config: Option<PathBuf>,
    /// Address and port to listen on; 127.0.0.1:7340 when left out
    #[arg(long, value_name = "ADDR", env = "DEVMENTOR_LISTEN")]
    pub listen: Option<SocketAddr>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub database: Database,
    /// Redis, through which several nodes on one PostgreSQL tell each other what is new
    #[arg(long, value_name = "URL", env = "REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<String>,
    /// A file that holds the URL of Redis
    #[arg(long, value_name = "FILE", env = "REDIS_URL_FILE", conflicts_with = "redis_url")]
    pub redis_url_file: Option<PathBuf>,
    /// The authority of the certificate of Redis (PEM), for rediss:// URLs, where it is not one that the system trusts
    #[arg(long, value_name = "FILE", env = "REDIS_CA")]
    pub redis_ca: Option<PathBuf>,
    /// Who may make an account; auto when left out
    #[arg(long, value_enum, env = "DEVMENTOR_REGISTRATION")]
    pub registration: Option<Who>,
    /// Serve TLS with this certificate and those between it and its authority (PEM); read again when it changes
    #[arg(long, value_name = "FILE", env = "DEVMENTOR_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM)
    #[arg(long, value_name = "FILE", env = "DEVMENTOR_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// An origin, such as https://board.example.com, whose pages may use the API; may be given again
    #[arg(long, value_name = "ORIGIN", env = "DEVMENTOR_CORS_ORIGINS", value_delimiter = ',')]
    pub cors_origin: Vec<String>,
    /// A network of proxies, such as 10.0.0.0/8, whose X-Forwarded-For says who asks; may be given again
    #[arg(long, value_name = "NETWORK", env = "DEVMENTOR_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxy: Vec<String>,
    /// How logs look; text when left out
    #[arg(long, value_enum, env = "DEVMENTOR_LOG_FORMAT")]
    pub log_format: Option<LogFormat>,
    /// What is logged: error, warn, info (when left out), debug, trace, or directives such as info,sqlx=debug
    #[arg(long, value_name = "LEVEL", env = "DEVMENTOR_LOG_LEVEL")]
    pub log_level: Option<String>,
    /// Where traces go, by OTLP over HTTP, such as http://localhost:4318; nowhere when left out
    #[arg(long, value_name = "URL", env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<String>,
    /// The address at which browsers reach this server, when it is not the one it listens on
    #[arg(long, value_name = "URL", env = "DEVMENTOR_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// A file of providers (GitHub, GitLab, Google, OpenID Connect) that people may log in with
    #[arg(long, value_name = "FILE", env = "DEVMENTOR_PROVIDERS")]
    pub providers: Option<PathBuf>,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, Default, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
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
    /// Ask a node whether it is ready, and fail when it is not: for health checks of containers
    Health {
        /// Where it is asked; http alone
        #[arg(default_value = "http://127.0.0.1:7340/health/ready")]
        url: axum::http::Uri,
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
            return Ok(Some(settings::read(file)?.trim().to_owned()));
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

impl From<Who> for Registration {
    fn from(who: Who) -> Self {
        match who {
            Who::Auto => Self::Auto,
            Who::Closed => Self::Closed,
            Who::Invite => Self::Invite,
            Who::Open => Self::Open,
        }
    }
}

/// What a list on the command line says, else that of the file.
fn first<T>(said: &[T], file: Option<Vec<T>>) -> Vec<T>
where
    T: Clone,
{
    if said.is_empty() { file.unwrap_or_default() } else { said.to_vec() }
}

impl Serve {
    /// Joins arguments, environment and file; `data` is the folder when none of them names one.
    ///
    /// # Errors
    /// In words: what is wrong, and where.
    pub fn resolve(&self, data: &Path) -> Result<(Config, Telemetry), Failure> {
        let file = Settings::load(self.config.as_deref())?;
        let database = &self.database;
        let data = database.data.clone().or(file.data).unwrap_or_else(|| data.to_owned());
        let database_url = settings::secret([
            (database.database_url.as_ref(), database.database_url_file.as_ref()),
            (file.database_url.as_ref(), file.database_url_file.as_ref()),
        ])?;
        let redis_url = settings::secret([
            (self.redis_url.as_ref(), self.redis_url_file.as_ref()),
            (file.redis_url.as_ref(), file.redis_url_file.as_ref()),
        ])?;
        let tls = match (self.tls_cert.clone().or(file.tls_cert), self.tls_key.clone().or(file.tls_key)) {
            (Some(certificate), Some(key)) => Some(tls::Files { certificate, key }),
            (None, None) => None,
            _ => return Err("TLS needs both: --tls-cert and --tls-key".into()),
        };
        let proxies = first(&self.trusted_proxy, file.trusted_proxies);
        let defaults = Options::default();
        let seconds = |value: Option<u32>, default| value.map_or(default, |value| Duration::from_secs(value.into()));
        let options = Options {
            tls,
            cors_origins: first(&self.cors_origin, file.cors_origins),
            trusted_proxies: proxies.iter().map(|network| network.parse()).collect::<Result<_, String>>()?,
            limits: file.limits.unwrap_or(defaults.limits),
            patience: Patience {
                headers: seconds(file.header_seconds, defaults.patience.headers),
                request: seconds(file.request_seconds, defaults.patience.request),
                reading: seconds(file.reading_seconds, defaults.patience.reading),
                connections: file.max_connections.map_or(defaults.patience.connections, |most| most.max(1) as usize),
                ..defaults.patience
            },
            cache_bytes: file.cache_megabytes.map_or(defaults.cache_bytes, |mebibytes| u64::from(mebibytes) << 20),
            audit_days: file.audit_days.unwrap_or(defaults.audit_days),
            receipt_days: file.receipt_days.unwrap_or(defaults.receipt_days),
            drain: seconds(file.drain_seconds, defaults.drain),
        };
        let public_url = self.public_url.clone().or(file.public_url);
        let config = Config {
            listen: self.listen.or(file.listen).unwrap_or(Config::default().listen),
            data,
            database_url,
            redis_url,
            redis_ca: self.redis_ca.clone().or(file.redis_ca),
            registration: self.registration.or(file.registration).unwrap_or_default().into(),
            ways_in: WaysIn {
                providers: match self.providers.as_ref().or(file.providers.as_ref()) {
                    Some(_) if public_url.is_none() => {
                        return Err("providers send people back to --public-url, so say it as well".into());
                    }
                    Some(file) => crate::accounts::providers::read_file(file)?,
                    None => Vec::new(),
                },
                public_url,
            },
            options,
        };
        let telemetry = Telemetry {
            format: self.log_format.or(file.log_format).unwrap_or_default(),
            level: self.log_level.clone().or(file.log_level).unwrap_or_default(),
            otlp_endpoint: self.otlp_endpoint.clone().or(file.otlp_endpoint).filter(|url| !url.is_empty()),
        };
        Ok((config, telemetry))
    }
}

/// Serves until the process is asked to end. `data` is the folder when nothing names one; `said` hears where the node
/// listens.
///
/// # Errors
/// What kept it from starting.
pub fn serve(arguments: &Serve, data: &Path, said: impl FnOnce(&crate::Node)) -> Result<(), Failure> {
    let (config, telemetry) = arguments.resolve(data)?;
    let runtime = runtime()?;
    runtime.block_on(async {
        let _telemetry = crate::telemetry::start(&telemetry)?;
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
        if let AdminCommand::Health { url } = &arguments.command {
            return health(url.clone()).await;
        }
        let store = arguments.database.open(data).await?;
        match &arguments.command {
            AdminCommand::Migrate | AdminCommand::Health { .. } => {
                Ok(format!("The schema of the {} database is up to date.", store.name()))
            }
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

/// What a node says of itself.
async fn health(url: axum::http::Uri) -> Result<String, Failure> {
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new());
    let asked = client.build_http::<axum::body::Body>().get(url.clone());
    let answer = tokio::time::timeout(Duration::from_secs(5), asked).await;
    let answer = answer.map_err(|_| format!("{url} does not answer"))?.map_err(|error| format!("{url}: {error}"))?;
    let (ready, status) = (answer.status().is_success(), answer.status());
    let body = axum::body::to_bytes(axum::body::Body::new(answer.into_body()), 64 << 10).await?;
    let text = String::from_utf8_lossy(&body).into_owned();
    if ready { Ok(text) } else { Err(format!("{url}: {status} {text}").into()) }
}

/// Never over a file that is there: it may be the only good backup. Readable by its owner alone.
fn new_file(path: &Path) -> Result<File, Failure> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path).map_err(|error| format!("{}: {error}", path.display()))?)
}
