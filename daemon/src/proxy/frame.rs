//! Messages of the language server protocol in a stream of bytes, kept as they came.

use std::io::{self, BufRead, BufReader, Read, Write};

/// Headers are two short lines; what is longer is something else, in bytes.
const LONGEST_HEADER: usize = 4096;
/// A longer message is passed on piece by piece instead of being held, in bytes.
const LARGEST_BODY: usize = 64 << 20;
/// Pieces of what is no message, in bytes.
const PIECE: usize = 64 << 10;

/// Some bytes to pass on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A message: its header and its body.
    Message { bytes: Vec<u8>, body: usize },
    /// What could not be understood; everything after it is passed on in the same way, and whoever receives it may complain.
    Raw(Vec<u8>),
}

impl Frame {
    /// The bytes as they came.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Frame::Message { bytes, .. } | Frame::Raw(bytes) => bytes,
        }
    }

    /// The JSON of a message.
    pub(crate) fn body(&self) -> Option<&[u8]> {
        match self {
            Frame::Message { bytes, body } => bytes.get(*body..),
            Frame::Raw(_) => None,
        }
    }
}

/// Puts a header before the JSON of a message and writes both at once.
///
/// # Errors
/// When nobody reads any more.
pub(crate) fn write(out: &mut impl Write, body: &[u8]) -> io::Result<()> {
    let mut bytes = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    out.write_all(&bytes)?;
    out.flush()
}

/// Cuts a stream into frames.
pub(crate) struct Frames<R> {
    input: BufReader<R>,
    raw: bool,
}

impl<R: Read> Frames<R> {
    /// Over a stream from its start, or from the start of a message.
    pub(crate) fn new(input: R) -> Frames<R> {
        Frames { input: BufReader::with_capacity(PIECE, input), raw: false }
    }

    /// The next frame; `None` at the end.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub(crate) fn next(&mut self) -> io::Result<Option<Frame>> {
        if self.raw {
            return self.piece();
        }
        let mut bytes = Vec::new();
        let mut length = None;
        loop {
            let start = bytes.len();
            let room = (LONGEST_HEADER - bytes.len()) as u64;
            let read = self.input.by_ref().take(room).read_until(b'\n', &mut bytes)?;
            if read == 0 && bytes.is_empty() {
                return Ok(None);
            }
            let Some(line) = bytes.get(start..).and_then(|line| line.strip_suffix(b"\r\n")) else {
                return Ok(Some(self.give_up(bytes)));
            };
            if line.is_empty() {
                break;
            }
            match header(line) {
                Header::Length(number) => length = Some(number),
                Header::Other => {}
                Header::None => return Ok(Some(self.give_up(bytes))),
            }
        }
        let Some(length) = length.filter(|length| *length <= LARGEST_BODY) else {
            return Ok(Some(self.give_up(bytes)));
        };
        let body = bytes.len();
        bytes.reserve_exact(length);
        let read = self.input.by_ref().take(length as u64).read_to_end(&mut bytes)?;
        if read < length {
            return Ok(Some(self.give_up(bytes)));
        }
        Ok(Some(Frame::Message { bytes, body }))
    }

    fn give_up(&mut self, bytes: Vec<u8>) -> Frame {
        self.raw = true;
        Frame::Raw(bytes)
    }

    fn piece(&mut self) -> io::Result<Option<Frame>> {
        loop {
            match self.input.fill_buf() {
                Ok([]) => return Ok(None),
                Ok(piece) => {
                    let piece = piece.to_vec();
                    self.input.consume(piece.len());
                    return Ok(Some(Frame::Raw(piece)));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

enum Header {
    Length(usize),
    Other,
    None,
}

fn header(line: &[u8]) -> Header {
    let Some((name, value)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':')) else {
        return Header::None;
    };
    match name.trim().eq_ignore_ascii_case("content-length") {
        true => value.trim().parse().map_or(Header::None, Header::Length),
        false => Header::Other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The frames of a stream, as text.
    fn check(input: &[u8]) -> Vec<String> {
        let mut frames = Frames::new(input);
        let mut shown = Vec::new();
        while let Some(frame) = frames.next().unwrap() {
            shown.push(match frame.body() {
                Some(body) => format!("message {}", String::from_utf8_lossy(body)),
                None => format!("raw {}", String::from_utf8_lossy(frame.bytes())),
            });
        }
        shown
    }

    #[test]
    fn messages_are_found_whatever_the_case_and_order_of_headers() {
        let input =
            b"Content-Length: 2\r\n\r\n{}content-length:4\r\nContent-Type: application/vscode-jsonrpc\r\n\r\nnull";
        assert_eq!(check(input), ["message {}", "message null"]);
    }

    #[test]
    fn what_is_no_message_is_passed_on_with_all_that_follows() {
        assert_eq!(check(b"hello\nContent-Length: 2\r\n\r\n{}"), ["raw hello\n", "raw Content-Length: 2\r\n\r\n{}"]);
        assert_eq!(check(b"Content-Length: x\r\n\r\n{}"), ["raw Content-Length: x\r\n", "raw \r\n{}"]);
        assert_eq!(
            check(b"Content-Length: 9999999999\r\n\r\n{}"),
            ["raw Content-Length: 9999999999\r\n\r\n", "raw {}"]
        );
        assert_eq!(check(b"Content-Length: 9\r\n\r\n{}"), ["raw Content-Length: 9\r\n\r\n{}"]);
    }

    proptest! {
        #[test]
        fn no_byte_is_lost_or_added(input in prop::collection::vec(any::<u8>(), 0..9000), message in any::<bool>()) {
            let mut whole = Vec::new();
            if message {
                write(&mut whole, b"{\"a\":1}").unwrap();
            }
            whole.extend_from_slice(&input);
            let mut frames = Frames::new(whole.as_slice());
            let mut passed = Vec::new();
            while let Some(frame) = frames.next().unwrap() {
                passed.extend_from_slice(frame.bytes());
            }
            prop_assert_eq!(passed, whole);
        }
    }
}
