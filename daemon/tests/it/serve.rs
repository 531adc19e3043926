//! The team backend in the binary: it serves, ends when asked, and its database stays where the commands look for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use crate::support::{Workspace, fixture};

/// A server and the address it told.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(workspace: &Workspace) -> Server {
        let mut command = workspace.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let (_, rest) = line.split_once("http://").unwrap_or_else(|| panic!("no address in {line:?}"));
        Server { process, address: rest.split_whitespace().next().unwrap().to_owned() }
    }

    fn call(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}",
            self.address
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to end; gives its exit status.
    fn stop(mut self) -> Option<i32> {
        let process = rustix::process::Pid::from_raw(self.process.id() as i32).unwrap();
        rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
        self.process.wait().unwrap().code()
    }
}

#[test]
fn a_board_is_served_kept_and_checked() {
    let workspace = fixture("");
    let server = Server::start(&workspace);
    assert!(server.call("GET", "/health", "").starts_with("HTTP/1.1 200"));
    let made = server.call("POST", "/projects/create", r#"{"key":"DM","name":"DevMentor"}"#);
    assert!(made.starts_with("HTTP/1.1 201"), "{made}");
    assert_eq!(server.stop(), Some(0));

    let server = Server::start(&workspace);
    assert!(server.call("GET", "/projects/list", "").contains("\"DevMentor\""));
    assert_eq!(server.stop(), Some(0));
    let checked = workspace.run(&["admin", "replay", "--check"]);
    assert!(checked.ends_with(" events replayed; hashes and read tables fit.\n"), "{checked}");
}

#[test]
fn without_login_nobody_else_is_served() {
    let refused = fixture("").run(&["serve", "--listen", "0.0.0.0:0"]);
    assert!(refused.contains("--registration closed") && refused.ends_with("exit status 2\n"), "{refused}");
}
