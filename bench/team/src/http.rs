//! As much of an HTTP/1.1 client as a load generator needs: one kept connection, one request at a time. Its own cost must
//! be small, because it shares the machine with what it measures.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Http {
    stream: TcpStream,
    host: String,
    token: String,
    read: Vec<u8>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> anyhow::Result<serde_json::Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// The body of a success.
    pub(crate) fn ok(self) -> anyhow::Result<serde_json::Value> {
        ensure!((200..300).contains(&self.status), "{}: {}", self.status, String::from_utf8_lossy(&self.body));
        self.json()
    }
}

impl Http {
    pub(crate) async fn connect(address: SocketAddr, token: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: address.to_string(), token: token.to_owned(), read: Vec::with_capacity(64 << 10) })
    }

    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<Answer> {
        self.call("GET", path, "", None).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &serde_json::Value) -> anyhow::Result<Answer> {
        self.call("POST", path, "", Some(body.to_string().as_bytes())).await
    }

    /// `headers` are whole lines, each with its end.
    pub(crate) async fn call(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: Option<&[u8]>,
    ) -> anyhow::Result<Answer> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n{headers}", self.host);
        if !self.token.is_empty() {
            request += &format!("authorization: Bearer {}\r\n", self.token);
        }
        if let Some(body) = body {
            request += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        }
        request += "\r\n";
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body.unwrap_or_default());
        self.stream.write_all(&bytes).await?;

        self.read.clear();
        let head = loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            let more = self.read.len() + 1;
            self.fill(more).await?;
        };
        let text = std::str::from_utf8(&self.read[..head])?;
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
        let header = |name: &str| {
            text.lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix(name).map(|value| value.trim().to_owned()))
        };
        if header("transfer-encoding:").as_deref() == Some("chunked") {
            return Ok(Answer { status, body: self.chunks(head).await? });
        }
        let length = header("content-length:").and_then(|length| length.parse().ok()).unwrap_or(0);
        self.fill(head + length).await?;
        Ok(Answer { status, body: self.read[head..head + length].to_vec() })
    }

    async fn fill(&mut self, length: usize) -> anyhow::Result<()> {
        while self.read.len() < length {
            ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the server closed the connection");
        }
        Ok(())
    }

    /// A body in chunks, as compressed ones come.
    async fn chunks(&mut self, mut at: usize) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(end) = self.read[at..].windows(2).position(|two| two == b"\r\n") {
                    break at + end;
                }
                let more = self.read.len() + 1;
                self.fill(more).await?;
            };
            let length = usize::from_str_radix(std::str::from_utf8(&self.read[at..end])?, 16)?;
            self.fill(end + 2 + length + 2).await?;
            body.extend_from_slice(&self.read[end + 2..end + 2 + length]);
            at = end + 2 + length + 2;
            if length == 0 {
                return Ok(body);
            }
        }
    }
}
