//! Bytes to text: encodings, and the files that are not text at all.

use std::borrow::Cow;

/// How many bytes are looked at to tell binary from text, as git does.
const SNIFF: usize = 8_000;
/// Lines longer than this on average make a file minified.
const MINIFIED_MEAN_LINE: usize = 500;
/// Smaller files are never called minified: one long line is normal in them.
const MINIFIED_FLOOR: usize = 8 * 1024;

/// A file's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'b> {
    /// The text, without a byte order mark. Line ends are kept as they are.
    pub text: Cow<'b, str>,
    /// The encoding it was read in, by its WHATWG name.
    pub encoding: &'static str,
}

/// Why bytes are no text to index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It holds NUL bytes or mostly control characters.
    Binary,
    /// Its lines are too long to have been written by hand.
    Minified,
}

/// Decodes a file: UTF-8, UTF-16 with a byte order mark, else the most likely legacy encoding.
pub fn decode(bytes: &[u8]) -> Result<Decoded<'_>, Refusal> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return refuse_minified(Decoded { text, encoding: encoding.name() });
    }
    let head = &bytes[..bytes.len().min(SNIFF)];
    if memchr::memchr(0, head).is_some() {
        return Err(Refusal::Binary);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return refuse_minified(Decoded { text: Cow::Borrowed(text), encoding: "UTF-8" });
    }
    // Text in a legacy encoding has few control characters; compressed or encrypted data has many.
    let control = head.iter().filter(|&&byte| byte < 32 && !matches!(byte, b'\n' | b'\r' | b'\t' | 12 | 27)).count();
    if control * 20 > head.len() {
        return Err(Refusal::Binary);
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(64 * 1024)], bytes.len() <= 64 * 1024);
    let encoding = detector.guess(None, chardetng::Utf8Detection::Deny);
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    refuse_minified(Decoded { text, encoding: encoding.name() })
}

fn refuse_minified(decoded: Decoded<'_>) -> Result<Decoded<'_>, Refusal> {
    let length = decoded.text.len();
    if length >= MINIFIED_FLOOR {
        let lines = memchr::memchr_iter(b'\n', decoded.text.as_bytes()).count() + 1;
        if length / lines > MINIFIED_MEAN_LINE {
            return Err(Refusal::Minified);
        }
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_is_borrowed_and_its_mark_is_cut() {
        assert!(matches!(decode("naïve".as_bytes()).unwrap().text, Cow::Borrowed("naïve")));
        assert_eq!(decode(b"\xef\xbb\xbfx = 1").unwrap().text, "x = 1");
    }

    #[test]
    fn utf16_with_a_mark_is_text_in_both_orders() {
        let little: Vec<u8> = "\u{feff}a → b".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}a → b".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&little).unwrap().text, "a → b");
        assert_eq!(decode(&big).unwrap().text, "a → b");
    }

    #[test]
    fn latin1_is_read_as_a_legacy_encoding() {
        let decoded = decode(b"# Autor: Ren\xe9 M\xfcller, \xe9t\xe9 \xe0 Orl\xe9ans\nprint('gr\xfc\xdfe')\n").unwrap();
        assert!(decoded.text.contains("René Müller"), "{decoded:?}");
    }

    #[test]
    fn binary_and_minified_files_are_refused() {
        assert_eq!(decode(b"\x7fELF\x02\x01\x01\x00\x00"), Err(Refusal::Binary));
        let noise: Vec<u8> = (0..9000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 | 1).collect();
        assert_eq!(decode(&noise), Err(Refusal::Binary));
        assert_eq!(decode("var a=1;".repeat(4000).as_bytes()), Err(Refusal::Minified));
    }

    #[test]
    fn empty_and_short_files_are_text() {
        assert_eq!(decode(b"").unwrap().text, "");
        assert_eq!(decode(&[b'x'; 4000]).unwrap().text.len(), 4000);
    }
}
