//! Bytes to messages, forgiving: what cannot be understood is told and passed over, and the next message is found again.
//!
//! A message is a block of headers, an empty line, and as many bytes as `Content-Length` says. The library's own codec gives up on much that
//! editors' plugins get wrong, and a connection that is given up takes the window's state with it.

/// A body that says it is longer is passed over, in bytes.
const LARGEST_BODY: usize = 256 << 20;
/// Headers are some 30 bytes; what goes on for so long without a body is none.
const LONGEST_HEADERS: usize = 8 << 10;
const LENGTH: &[u8] = b"content-length:";

/// What was found among the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Frame {
    /// The body of a message.
    Body(Vec<u8>),
    /// Something that is no message, and why.
    Unreadable(String),
}

/// Cuts a stream of bytes into messages.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    buffer: Vec<u8>,
    /// What lies before was taken already.
    taken: usize,
    /// No end of headers lies before this.
    looked: usize,
    body: Option<usize>,
    /// Bytes of a body that is passed over.
    skip: usize,
    /// Between messages that cannot be understood only the first is told.
    lost: bool,
}

impl Decoder {
    /// Takes what was read.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        self.buffer.extend_from_slice(&bytes[skipped..]);
    }

    /// The next message, if all of it is there.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        loop {
            let rest = self.buffer.get(self.taken..).unwrap_or_default();
            if let Some(length) = self.body {
                if rest.len() < length {
                    return None;
                }
                let body = rest[..length].to_vec();
                self.body = None;
                self.lost = false;
                self.take(length);
                return Some(Frame::Body(body));
            }
            let found = headers(rest, self.looked);
            self.looked = rest.len().saturating_sub(3);
            let (headers, block) = match found {
                Some(found) if found.0 <= LONGEST_HEADERS => found,
                None if rest.len() <= LONGEST_HEADERS => return None,
                _ => match self.resynchronise() {
                    Some(told) => return Some(told),
                    None => continue,
                },
            };
            let length = content_length(&rest[..headers]);
            self.take(block);
            match length {
                Ok(length) if length <= LARGEST_BODY => self.body = Some(length),
                Ok(length) => {
                    let there = length.min(self.buffer.len() - self.taken);
                    self.skip = length - there;
                    self.take(there);
                    return Some(Frame::Unreadable(format!(
                        "a message of {length} bytes was passed over; {LARGEST_BODY} are the most"
                    )));
                }
                Err(why) => {
                    if let Some(told) = self.tell(why) {
                        return Some(told);
                    }
                }
            }
        }
    }

    /// Too much has come without a body: goes on where the next header may begin.
    fn resynchronise(&mut self) -> Option<Frame> {
        let rest = &self.buffer[self.taken..];
        // The header may have come in part.
        let next = find(&rest[1..], LENGTH).map_or(rest.len() - LENGTH.len(), |at| at + 1);
        self.take(next);
        self.tell("what came has no headers; going on at the next `Content-Length`".to_owned())
    }

    fn tell(&mut self, why: String) -> Option<Frame> {
        let first = !std::mem::replace(&mut self.lost, true);
        first.then_some(Frame::Unreadable(why))
    }

    fn take(&mut self, bytes: usize) {
        self.taken += bytes;
        self.looked = 0;
        if self.taken == self.buffer.len() {
            self.buffer.clear();
            self.taken = 0;
            self.buffer.shrink_to(1 << 20);
        } else if self.taken > 1 << 20 {
            self.buffer.drain(..self.taken);
            self.taken = 0;
        }
    }
}

/// The length of the headers, and with the empty line behind them.
fn headers(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let crlf = memchr::memmem::find(bytes.get(from..)?, b"\r\n\r\n").map(|at| (from + at, from + at + 4));
    let lf = memchr::memmem::find(bytes.get(from..)?, b"\n\n").map(|at| (from + at, from + at + 2));
    match (crlf, lf) {
        (Some(crlf), Some(lf)) => Some(crlf.min(lf)),
        (crlf, lf) => crlf.or(lf),
    }
}

/// The length that a block of headers gives. What else stands there does not matter: rubbish before a header may be the rest of a broken message.
fn content_length(headers: &[u8]) -> Result<usize, String> {
    let mut found = Err("a message has no `Content-Length`".to_owned());
    for line in headers.split(|&byte| byte == b'\n') {
        let Some(at) = find(line, LENGTH) else { continue };
        let value = String::from_utf8_lossy(&line[at + LENGTH.len()..]);
        let value = value.trim();
        found = value.parse().map_err(|_| format!("`Content-Length` is `{value:.40}`, which is no length"));
    }
    found
}

/// Where a text in small letters stands, whatever the case.
fn find(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window.eq_ignore_ascii_case(text))
}

/// A message as it is sent.
pub(crate) fn encode(body: &[u8]) -> Vec<u8> {
    let mut message = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    message.extend_from_slice(body);
    message
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a decoder finds, however the bytes are cut.
    fn frames(bytes: &[u8], cut: usize) -> Vec<Frame> {
        let mut decoder = Decoder::default();
        let mut found = Vec::new();
        for piece in bytes.chunks(cut.max(1)) {
            decoder.push(piece);
            found.extend(std::iter::from_fn(|| decoder.next()));
        }
        found
    }

    fn show(bytes: &[u8]) -> String {
        let whole = frames(bytes, usize::MAX);
        for cut in [1, 2, 7] {
            assert_eq!(frames(bytes, cut), whole, "cut into pieces of {cut}");
        }
        let shown = whole.into_iter().map(|frame| match frame {
            Frame::Body(body) => String::from_utf8_lossy(&body).into_owned(),
            Frame::Unreadable(why) => format!("! {why}"),
        });
        shown.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn messages_follow_each_other() {
        assert_eq!(show(b"Content-Length: 2\r\n\r\n{}Content-Length: 3\r\nContent-Type: x\r\n\r\n[1]"), "{}\n[1]");
        assert_eq!(show(b"content-length:2\n\n{}"), "{}", "small letters, no carriage returns");
        assert_eq!(show(b"Content-Length: 0\r\n\r\nContent-Length: 2\r\n\r\n{}"), "\n{}");
        assert_eq!(show(b"Content-Length: 9\r\n\r\n{}"), "", "the rest may still come");
    }

    #[test]
    fn after_rubbish_the_next_message_is_found() {
        assert_eq!(
            show(b"Content-Length: abc\r\n\r\n{}Content-Length: 2\r\n\r\n{}"),
            "! `Content-Length` is `abc`, which is no length\n{}"
        );
        assert_eq!(
            show(b"hello\r\n\r\nworld\r\n\r\nContent-Length: 2\r\n\r\n{}"),
            "! a message has no `Content-Length`\n{}"
        );
        assert_eq!(
            show(b"Content-Length: -1\r\n\r\nContent-Length: 2\r\n\r\n{}"),
            "! `Content-Length` is `-1`, which is no length\n{}"
        );
        let mut long = vec![b'x'; 3 * LONGEST_HEADERS];
        long.extend_from_slice(b"Content-Length: 2\r\n\r\n{}");
        assert!(show(&long).ends_with("\n{}"));
    }

    #[test]
    fn a_body_beyond_all_measure_is_passed_over_without_being_kept() {
        let mut decoder = Decoder::default();
        decoder.push(format!("Content-Length: {}\r\n\r\n", LARGEST_BODY + 10).as_bytes());
        assert!(matches!(decoder.next(), Some(Frame::Unreadable(_))));
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..LARGEST_BODY >> 20 {
            decoder.push(&piece);
            assert_eq!(decoder.next(), None);
        }
        assert!(decoder.buffer.is_empty());
        decoder.push(b"0123456789Content-Length: 2\r\n\r\n{}");
        assert_eq!(decoder.next(), Some(Frame::Body(b"{}".to_vec())));
    }

    proptest! {
        #[test]
        fn no_bytes_crash_it_and_cutting_them_otherwise_changes_nothing(parts in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..20),
            Just(b"Content-Length: 2\r\n\r\n{}".to_vec()),
            Just(b"Content-Length: ".to_vec()),
            Just(b"\r\n\r\n".to_vec()),
        ], 0..12), cut in 1usize..30) {
            let bytes = parts.concat();
            prop_assert_eq!(frames(&bytes, cut), frames(&bytes, usize::MAX));
        }
    }
}
