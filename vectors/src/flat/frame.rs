//! The unit of writing: a frame, which is in the file as a whole or not at all.
//!
//! A file is a row of frames, each a header of 64 bytes and a body padded to a multiple of 64. All numbers are
//! little-endian. The header:
//!
//! | bytes | what |
//! |---|---|
//! | 0–7 | magic, whose last byte says which [`Kind`] of frame |
//! | 8–15 | where the frame stands in the file |
//! | 16–23 | its number, counted from 0 |
//! | 24–31 | bytes of the body |
//! | 32–43 | how many rows, points, removed points (`u32` each) |
//! | 44–47 | zero |
//! | 48–63 | the first 16 bytes of the BLAKE3 hash of the 48 bytes before and the body |
//!
//! The body of a data frame: the rows (`i8`, [`stride`] bytes each), the content hashes of the rows (`u64`), their scales
//! (`f32`), the points ([`POINT`] bytes each), the numbers of the removed points (`u64`).

use std::ops::Range;

/// Bytes of a header, and what every frame is aligned to: rows start at the borders of cache lines.
pub(crate) const ALIGN: usize = 64;

/// Bytes of a point: number, file, content (`u64` each), language (`u16`), kind, flags (`u8` each).
pub(crate) const POINT: usize = 28;

/// Bytes of a row next to its `i8` numbers: content hash and scale.
pub(crate) const ROW_META: usize = 12;

/// A longer body is never written; a length beyond it is damage.
pub(crate) const MAX_BODY: usize = 64 << 20;

const MAGIC: &[u8; 7] = b"DMVEC1\n";
const HASHED: usize = 48;

/// What a frame is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The first frame: the dimensions (`u32`) and the name of the model.
    Collection = b'H' as isize,
    /// Rows and points that were added, points that were removed.
    Data = b'D' as isize,
    /// Everything before this frame was durable before this frame was written.
    Commit = b'C' as isize,
}

/// The header of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    pub(crate) at: u64,
    pub(crate) number: u64,
    /// Bytes of the body, padding included.
    pub(crate) body: usize,
    pub(crate) rows: u32,
    pub(crate) points: u32,
    pub(crate) removed: u32,
}

impl Header {
    /// What `bytes` say, when they are the start of a frame that stands `at` this place.
    pub(crate) fn parse(bytes: &[u8], at: u64) -> Option<Header> {
        let kind = match bytes.strip_prefix(MAGIC)?.first()? {
            b'H' => Kind::Collection,
            b'D' => Kind::Data,
            b'C' => Kind::Commit,
            _ => return None,
        };
        if bytes.len() < ALIGN || u64_at(bytes, 8) != at {
            return None;
        }
        let body = usize::try_from(u64_at(bytes, 24)).ok()?;
        let [rows, points, removed] = [32, 36, 40].map(|i| u32_at(bytes, i));
        (body <= MAX_BODY && body.is_multiple_of(ALIGN)).then_some(Header {
            kind,
            at,
            number: u64_at(bytes, 16),
            body,
            rows,
            points,
            removed,
        })
    }

    /// Whether a frame is as it was written. `frame` is the header and the body.
    pub(crate) fn is_whole(frame: &[u8]) -> bool {
        frame.len() >= ALIGN && frame[HASHED..ALIGN] == checksum(frame)
    }

    /// Writes this header and its checksum over the first bytes of `frame`, which holds the body behind them.
    pub(crate) fn seal(&self, frame: &mut [u8]) {
        frame[..7].copy_from_slice(MAGIC);
        frame[7] = self.kind as u8;
        frame[8..16].copy_from_slice(&self.at.to_le_bytes());
        frame[16..24].copy_from_slice(&self.number.to_le_bytes());
        frame[24..32].copy_from_slice(&(self.body as u64).to_le_bytes());
        for (i, count) in [self.rows, self.points, self.removed].into_iter().enumerate() {
            frame[32 + 4 * i..36 + 4 * i].copy_from_slice(&count.to_le_bytes());
        }
        frame[44..HASHED].fill(0);
        let checksum = checksum(frame);
        frame[HASHED..ALIGN].copy_from_slice(&checksum);
    }
}

fn checksum(frame: &[u8]) -> [u8; 16] {
    let hash = *blake3::Hasher::new().update(&frame[..HASHED]).update(&frame[ALIGN..]).finalize().as_bytes();
    std::array::from_fn(|i| hash[i])
}

/// Bytes from one row to the next.
pub(crate) fn stride(dimensions: usize) -> usize {
    dimensions.next_multiple_of(ROW_ALIGN)
}

/// Rows are addressed in units of this many bytes, so that 32 bits reach 64 GiB.
pub(crate) const ROW_ALIGN: usize = 16;

/// A point as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PointRecord {
    pub(crate) id: u64,
    pub(crate) file: u64,
    pub(crate) content: u64,
    pub(crate) lang: u16,
    pub(crate) kind: u8,
    pub(crate) flags: u8,
}

/// A row of numbers: `values` × `scale`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RowRecord {
    pub(crate) content: u64,
    pub(crate) scale: f32,
    pub(crate) values: Vec<i8>,
}

/// A data frame with room for its header, which [`Header::seal`] fills in.
pub(crate) fn data(stride: usize, rows: &[RowRecord], points: &[PointRecord], removed: &[u64]) -> Vec<u8> {
    let body = rows.len() * (stride + ROW_META) + points.len() * POINT + removed.len() * 8;
    let mut frame = Vec::with_capacity(ALIGN + body.next_multiple_of(ALIGN));
    frame.resize(ALIGN, 0);
    for row in rows {
        frame.extend(row.values.iter().map(|&value| value as u8));
        frame.resize(frame.len() + stride - row.values.len(), 0);
    }
    rows.iter().for_each(|row| frame.extend(row.content.to_le_bytes()));
    rows.iter().for_each(|row| frame.extend(row.scale.to_le_bytes()));
    for point in points {
        frame.extend(point.id.to_le_bytes());
        frame.extend(point.file.to_le_bytes());
        frame.extend(point.content.to_le_bytes());
        frame.extend(point.lang.to_le_bytes());
        frame.extend([point.kind, point.flags]);
    }
    removed.iter().for_each(|id| frame.extend(id.to_le_bytes()));
    frame.resize(frame.len().next_multiple_of(ALIGN), 0);
    frame
}

/// A data frame that was read.
pub(crate) struct Data<'a> {
    header: Header,
    /// The body without its padding.
    body: &'a [u8],
    stride: usize,
}

impl<'a> Data<'a> {
    /// `None` when the counts do not fit the body.
    pub(crate) fn new(header: Header, body: &'a [u8], stride: usize) -> Option<Self> {
        let counts = [(header.rows, stride + ROW_META), (header.points, POINT), (header.removed, 8)];
        let length: u64 = counts.iter().map(|&(count, size)| u64::from(count) * size as u64).sum();
        let body = body.get(..usize::try_from(length).ok()?)?;
        Some(Data { header, body, stride })
    }

    fn part(&self, part: usize) -> &'a [u8] {
        let [rows, points, removed] =
            [self.header.rows, self.header.points, self.header.removed].map(|count| count as usize);
        let ends = [0, rows * self.stride, rows * 8, rows * 4, points * POINT, removed * 8];
        let start = ends[..=part].iter().sum::<usize>();
        &self.body[start..start + ends[part + 1]]
    }

    /// Content, place in the file and scale of each row.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (u64, u64, f32)> + 'a {
        let (start, stride) = (self.header.at + ALIGN as u64, self.stride as u64);
        let scales = self.part(2).chunks_exact(4).map(|raw| f32::from_bits(u32_at(raw, 0)));
        let contents = self.part(1).chunks_exact(8).map(|raw| u64_at(raw, 0));
        contents.zip(scales).zip(0..).map(move |((content, scale), i)| (content, start + i * stride, scale))
    }

    pub(crate) fn points(&self) -> impl Iterator<Item = PointRecord> + 'a {
        self.part(3).chunks_exact(POINT).map(|raw| PointRecord {
            id: u64_at(raw, 0),
            file: u64_at(raw, 8),
            content: u64_at(raw, 16),
            lang: u16::from_le_bytes([raw[24], raw[25]]),
            kind: raw[26],
            flags: raw[27],
        })
    }

    pub(crate) fn removed(&self) -> impl Iterator<Item = u64> + 'a {
        self.part(4).chunks_exact(8).map(|raw| u64_at(raw, 0))
    }
}

/// How many items of `size` bytes fit a frame of a size that is quick to write, check and give up.
pub(crate) fn per_frame(size: usize) -> usize {
    ((1 << 20) / size).max(1)
}

fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let range: Range<usize> = at..at + N;
    let mut out = [0; N];
    out.copy_from_slice(&bytes[range]);
    out
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes_at(bytes, at))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes_at(bytes, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> (Header, Vec<u8>) {
        let row = |content, value| RowRecord { content, scale: 0.5, values: vec![value; 20] };
        let point = PointRecord { id: 1, file: 2, content: 8, lang: 3, kind: 4, flags: 5 };
        let mut frame = data(stride(20), &[row(7, 1), row(8, -2)], &[point], &[9, 10]);
        let header =
            Header { kind: Kind::Data, at: 640, number: 3, body: frame.len() - ALIGN, rows: 2, points: 1, removed: 2 };
        header.seal(&mut frame);
        (header, frame)
    }

    #[test]
    fn what_was_written_is_read() {
        let (header, frame) = frame();
        assert_eq!(Header::parse(&frame, 640), Some(header));
        assert!(Header::is_whole(&frame));
        let data = Data::new(header, &frame[ALIGN..], stride(20)).unwrap();
        assert_eq!(data.rows().collect::<Vec<_>>(), [(7, 704, 0.5), (8, 736, 0.5)]);
        let point = PointRecord { id: 1, file: 2, content: 8, lang: 3, kind: 4, flags: 5 };
        assert_eq!(data.points().collect::<Vec<_>>(), [point]);
        assert_eq!(data.removed().collect::<Vec<_>>(), [9, 10]);
    }

    #[test]
    fn any_changed_bit_is_noticed() {
        let (_, frame) = frame();
        for at in 0..frame.len() * 8 {
            let mut damaged = frame.clone();
            damaged[at / 8] ^= 1 << (at % 8);
            assert!(!Header::is_whole(&damaged) || Header::parse(&damaged, 640).is_none(), "bit {at}");
        }
    }

    #[test]
    fn a_frame_at_another_place_is_none() {
        let (_, frame) = frame();
        assert_eq!(Header::parse(&frame, 704), None);
    }

    #[test]
    fn counts_beyond_the_body_are_refused() {
        let (mut header, frame) = frame();
        header.points = u32::MAX;
        assert!(Data::new(header, &frame[ALIGN..], stride(20)).is_none());
    }
}
