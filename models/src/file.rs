//! The model's file: parsed in place, so that the table of numbers is never copied.
//!
//! Layout, all numbers little-endian: the magic `DMSE1\0\0\0`; `u32` tokens V; `u32` dimensions d; V × (`u8` length, that
//! many bytes of UTF-8: the token); V × `f32` scale; V × d × `i8`. A row is its `i8` values times its scale.

use std::ops::Range;

const MAGIC: &[u8; 8] = b"DMSE1\0\0\0";

/// More tokens than any vocabulary of this kind has; a larger count means a damaged file.
const MAX_TOKENS: u32 = 1 << 22;

/// More dimensions than any table of this kind has; a larger count means a damaged file.
const MAX_DIMENSIONS: u32 = 1 << 13;

/// Why the bytes are not a usable model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The bytes do not start with the magic of the format.
    #[error("not an embedding model: the file does not start with \"DMSE1\"")]
    Magic,
    /// The bytes end before the named part is complete.
    #[error("the embedding model is cut off in its {part}: {have} bytes, at least {need} expected; get the file anew")]
    Truncated {
        /// Which part of the file.
        part: &'static str,
        /// The length of the file in bytes.
        have: usize,
        /// The least length in bytes that the file should have.
        need: usize,
    },
    /// The bytes go on after the table.
    #[error("the embedding model has {extra} bytes too many after its table; get the file anew")]
    TrailingBytes {
        /// How many bytes follow the table.
        extra: usize,
    },
    /// A size in the header is zero or absurd.
    #[error(
        "the embedding model claims {tokens} tokens and {dimensions} dimensions, which cannot be right; get the file anew"
    )]
    Size {
        /// The number of tokens in the header.
        tokens: u32,
        /// The number of dimensions in the header.
        dimensions: u32,
    },
    /// A token is not UTF-8.
    #[error("token {token} of the embedding model is not UTF-8; get the file anew")]
    Token {
        /// The token's number.
        token: usize,
    },
    /// The scale of a row is NaN, infinite or negative.
    #[error("the scale of token {token} of the embedding model is {scale}, not a finite number ≥ 0; get the file anew")]
    Scale {
        /// The token's number.
        token: usize,
        /// The scale as text.
        scale: String,
    },
}

/// Where the parts of a model stand in its file.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) dimensions: usize,
    /// The place of each token's text.
    pub(crate) tokens: Vec<Range<u32>>,
    /// One scale a token.
    pub(crate) scales: Vec<f32>,
    /// Where the `i8` rows begin.
    pub(crate) rows: usize,
}

/// Checks `bytes` and says where everything stands in them.
pub(crate) fn parse(bytes: &[u8]) -> Result<Layout, LoadError> {
    let mut at = Cursor { bytes, at: 0 };
    match at.take(MAGIC.len(), "magic") {
        Ok(magic) if magic == MAGIC => {}
        _ => return Err(LoadError::Magic),
    }
    let (tokens, dimensions) = (at.u32("header")?, at.u32("header")?);
    if tokens == 0 || dimensions == 0 || tokens > MAX_TOKENS || dimensions > MAX_DIMENSIONS {
        return Err(LoadError::Size { tokens, dimensions });
    }
    let (count, dimensions) = (tokens as usize, dimensions as usize);
    // A token takes at least its length byte: check before reserving memory for a count that may be a lie.
    at.require(count, "vocabulary")?;
    let mut tokens = Vec::with_capacity(count);
    for token in 0..count {
        let length = usize::from(at.take(1, "vocabulary")?[0]);
        let start = at.at;
        if std::str::from_utf8(at.take(length, "vocabulary")?).is_err() {
            return Err(LoadError::Token { token });
        }
        // Offsets fit: at most 2^22 tokens of at most 256 bytes.
        tokens.push(start as u32..at.at as u32);
    }
    let mut scales = Vec::with_capacity(count);
    for (token, raw) in at.take(count * 4, "scales")?.chunks_exact(4).enumerate() {
        let scale = f32::from_le_bytes([raw[0], raw[1], raw[2], raw[3]]);
        if !scale.is_finite() || scale < 0.0 {
            return Err(LoadError::Scale { token, scale: scale.to_string() });
        }
        scales.push(scale);
    }
    let rows = at.at;
    at.take(count * dimensions, "table")?;
    match bytes.len() - at.at {
        0 => Ok(Layout { dimensions, tokens, scales, rows }),
        extra => Err(LoadError::TrailingBytes { extra }),
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn require(&self, length: usize, part: &'static str) -> Result<usize, LoadError> {
        let need = self.at + length;
        if need > self.bytes.len() {
            return Err(LoadError::Truncated { part, have: self.bytes.len(), need });
        }
        Ok(need)
    }

    fn take(&mut self, length: usize, part: &'static str) -> Result<&'a [u8], LoadError> {
        let end = self.require(length, part)?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn u32(&mut self, part: &'static str) -> Result<u32, LoadError> {
        let raw = self.take(4, part)?;
        Ok(u32::from_le_bytes([raw[0], raw[1], raw[2], raw[3]]))
    }
}
