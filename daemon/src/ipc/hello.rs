//! What both ends of an editor's connection say first: one line of JSON each, then the bytes of the language server protocol.

use std::io::{self, Read, Write};
use std::time::Duration;

use interprocess::local_socket::traits::Stream as _;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Stream;
use super::record::{Build, PROTOCOL};

/// A daemon that lives says hello at once; one that is stopped or wedged does not keep a window waiting.
const PATIENCE: Duration = Duration::from_secs(5);
/// No first line is longer, in bytes.
const LONGEST: usize = 4096;

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Client {
    /// Its [`PROTOCOL`].
    pub(crate) protocol: u32,
    /// Its program.
    pub(crate) build: Build,
    /// Its process.
    pub(crate) process: u32,
    /// What it is: `lsp`.
    pub(crate) kind: String,
    /// How often it lost a daemon before this one.
    pub(crate) restarts: u32,
}

impl Client {
    /// What this process says.
    pub(crate) fn own(restarts: u32) -> Client {
        Client {
            protocol: PROTOCOL,
            build: Build::own(),
            process: std::process::id(),
            kind: "lsp".to_owned(),
            restarts,
        }
    }
}

/// What the daemon answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Daemon {
    /// Its [`PROTOCOL`].
    pub(crate) protocol: u32,
    /// Its program.
    pub(crate) build: Build,
    /// Its process.
    pub(crate) process: u32,
    /// Why it does not serve this client, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refused: Option<String>,
}

fn wrong(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

fn parse<T: DeserializeOwned>(line: &[u8]) -> io::Result<T> {
    serde_json::from_slice(line).map_err(|error| wrong(format!("the first line is no greeting: {error}")))
}

fn line(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

/// The client's side.
///
/// # Errors
/// When the daemon does not answer in time, or refuses; the text is for people.
pub(crate) fn greet(stream: &mut Stream, client: &Client) -> io::Result<Daemon> {
    stream.set_recv_timeout(Some(PATIENCE))?;
    stream.write_all(&line(client)?)?;
    let mut answer = Vec::new();
    let mut byte = [0];
    // Byte by byte, because what follows the line belongs to the editor. It is some 100 bytes, once.
    loop {
        match stream.read(&mut byte) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) if answer.len() >= LONGEST => return Err(wrong("its first line has no end")),
            Ok(_) => answer.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                let text = format!("no answer within {} seconds", PATIENCE.as_secs());
                return Err(io::Error::new(io::ErrorKind::TimedOut, text));
            }
            Err(error) => return Err(error),
        }
    }
    stream.set_recv_timeout(None)?;
    let daemon: Daemon = parse(&answer)?;
    match daemon.refused {
        Some(reason) => Err(io::Error::new(io::ErrorKind::ConnectionRefused, reason)),
        None => Ok(daemon),
    }
}

/// The daemon's side: reads the client's line, answers, and gives who it is. What follows stays in the stream.
///
/// # Errors
/// When the client says nothing in time, or something else, or speaks another protocol, which it is told.
pub(crate) async fn welcome(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), own: &Build) -> io::Result<Client> {
    let client: Client = tokio::time::timeout(PATIENCE, read_line(stream))
        .await
        .map_err(|_| wrong("no greeting in time"))?
        .and_then(|line| parse(&line))?;
    let refused = (client.protocol != PROTOCOL).then(|| {
        format!(
            "DevMentor {} does not understand DevMentor {}; restart the language server in your editor, so that both are of one version",
            own.version, client.build.version
        )
    });
    let answer = Daemon { protocol: PROTOCOL, build: own.clone(), process: std::process::id(), refused };
    stream.write_all(&line(&answer)?).await?;
    match answer.refused {
        Some(reason) => Err(io::Error::new(io::ErrorKind::Unsupported, reason)),
        None => Ok(client),
    }
}

async fn read_line(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    loop {
        match stream.read_u8().await? {
            b'\n' => return Ok(line),
            _ if line.len() >= LONGEST => return Err(wrong("the first line has no end")),
            byte => line.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build() -> Build {
        Build { version: "0.1.0".to_owned(), written: 1 }
    }

    /// What the daemon makes of these bytes, and what it answers.
    async fn check(said: &[u8]) -> (Result<Client, String>, String) {
        let (mut near, mut far) = tokio::io::duplex(1 << 16);
        near.write_all(said).await.unwrap();
        near.shutdown().await.unwrap();
        let result = welcome(&mut far, &build()).await.map_err(|error| error.to_string());
        drop(far);
        let mut answer = String::new();
        near.read_to_string(&mut answer).await.unwrap();
        (result, answer)
    }

    #[tokio::test]
    async fn a_client_of_the_same_protocol_is_welcome() {
        let own = Client { build: build(), ..Client::own(2) };
        let (client, answer) = check(&line(&own).unwrap()).await;
        assert_eq!(client.unwrap(), own);
        assert!(answer.ends_with('\n') && !answer.contains("refused"), "{answer}");
    }

    #[tokio::test]
    async fn one_of_another_protocol_is_told_what_to_do() {
        let (client, answer) = check(&line(&Client { protocol: 99, ..Client::own(0) }).unwrap()).await;
        assert!(client.is_err());
        assert!(answer.contains("restart the language server in your editor"), "{answer}");
    }

    #[tokio::test]
    async fn whoever_says_something_else_gets_no_answer() {
        for said in [&b"Content-Length: 3\r\n\r\n{}\n"[..], b"{}\n", b"", &[b'x'; 10_000]] {
            let (client, answer) = check(said).await;
            assert!(client.is_err());
            assert_eq!(answer, "");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_says_nothing_is_not_waited_for() {
        let (_near, mut far) = tokio::io::duplex(64);
        assert_eq!(welcome(&mut far, &build()).await.unwrap_err().to_string(), "no greeting in time");
    }
}
