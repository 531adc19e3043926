//! The model: its table, and text to vector.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::OnceLock;

use crate::file::{self, LoadError};
use crate::pieces::Vocabulary;
use crate::{rows, words};

/// The tokens of a text that count; what comes later is not read. As in training.
pub(crate) const MAX_TOKENS: usize = 512;

/// Changes when the same file gives other vectors, because words or weights are made otherwise.
const ENCODER_REVISION: u8 = 1;

static BUILTIN: &[u8] = include_bytes!("../devmentor-embed-256-int8.bin");

/// What [`name`] gives for the built-in file: hashing 8 MB at each start would read all of it into memory. A test compares.
const BUILTIN_NAME: &str = "devmentor-embed-256-int8-dedbc5d5";

/// An embedding model. Cheap to share: encoding needs only `&self` and a [`Scratch`] of one's own.
#[derive(Debug)]
pub struct Model {
    name: String,
    pub(crate) bytes: Cow<'static, [u8]>,
    dimensions: usize,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) scales: Vec<f32>,
    rows: usize,
    add: fn(f32, &[i8], &mut [f32]),
}

/// Buffers for [`Model::encode_with`], reused from text to text and for any model. One a thread.
#[derive(Debug, Default, Clone)]
pub struct Scratch {
    pub(crate) words: words::Buffers,
    pub(crate) tokens: Vec<u32>,
}

impl Model {
    /// The model inside this binary, loaded at the first call. Its table is used where it stands and never copied.
    ///
    /// # Panics
    /// Never in a released binary: the file is fixed when it is compiled, and a test loads it.
    pub fn builtin() -> &'static Model {
        static MODEL: OnceLock<Model> = OnceLock::new();
        MODEL.get_or_init(|| match Model::new(Cow::Borrowed(BUILTIN), BUILTIN_NAME.to_owned()) {
            Ok(model) => model,
            Err(error) => unreachable!("the embedding model inside the binary: {error}"),
        })
    }

    /// A model from the bytes of its file.
    ///
    /// # Errors
    /// When the bytes are not a complete model with finite scales.
    pub fn load(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Model, LoadError> {
        let bytes = bytes.into();
        Model::new(bytes, String::new()).map(|mut model| {
            model.name = name(&model.bytes, model.dimensions);
            model
        })
    }

    fn new(bytes: Cow<'static, [u8]>, name: String) -> Result<Model, LoadError> {
        let file::Layout { dimensions, tokens, scales, rows } = file::parse(&bytes)?;
        let vocabulary = Vocabulary::new(&bytes, tokens);
        Ok(Model { name, bytes, dimensions, vocabulary, scales, rows, add: rows::add() })
    }

    /// A stable name for what these vectors are: two models share it only when every text gets the same vector.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many numbers a vector has.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Like [`Model::encode_with`], with buffers of its own: for a single text, such as a query.
    pub fn encode(&self, text: &str, out: &mut [f32]) -> bool {
        self.encode_with(&mut Scratch::default(), text, out)
    }

    /// Writes the vector of `text`, of length 1, to `out` and returns true. Returns false, with `out` all zero, when nothing
    /// in the text is known to the model (an empty text, an unknown script): such a text has no direction to compare.
    ///
    /// # Panics
    /// When `out` does not have [`Model::dimensions`] elements.
    pub fn encode_with(&self, scratch: &mut Scratch, text: &str, out: &mut [f32]) -> bool {
        assert_eq!(out.len(), self.dimensions, "the output must have one element a dimension");
        out.fill(0.0);
        self.tokens(scratch, text);
        // Sorting costs less than a counter for each of the vocabulary's tokens, which would fall out of the cache.
        scratch.tokens.sort_unstable();
        for same in scratch.tokens.chunk_by(|a, b| a == b) {
            let token = same[0] as usize;
            let weight = self.scales[token] * (same.len() as f32).sqrt();
            (self.add)(weight, self.row(token), out);
        }
        normalise(out)
    }

    /// Puts the first tokens of `text` into `scratch`.
    fn tokens(&self, scratch: &mut Scratch, text: &str) {
        let Scratch { words, tokens } = scratch;
        tokens.clear();
        words::for_each(text, words, |word| {
            self.vocabulary.split(&self.bytes, word, tokens);
            if tokens.len() < MAX_TOKENS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        tokens.truncate(MAX_TOKENS);
    }

    pub(crate) fn row(&self, token: usize) -> &[i8] {
        let start = self.rows + token * self.dimensions;
        as_i8(&self.bytes[start..start + self.dimensions])
    }
}

/// Scales `vector` to length 1; false when it has no length.
fn normalise(vector: &mut [f32]) -> bool {
    let length = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
    if length < 1e-9 {
        vector.fill(0.0);
        return false;
    }
    let factor = (1.0 / length) as f32;
    vector.iter_mut().for_each(|x| *x *= factor);
    true
}

fn as_i8(bytes: &[u8]) -> &[i8] {
    // SAFETY: `u8` and `i8` have the same size, alignment and valid values; length and lifetime stay the same.
    #[allow(unsafe_code)]
    unsafe {
        std::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len())
    }
}

fn name(bytes: &[u8], dimensions: usize) -> String {
    let hash = blake3::Hasher::new().update(&[ENCODER_REVISION]).update(bytes).finalize();
    format!("devmentor-embed-{dimensions}-int8-{}", &hash.to_hex()[..8])
}
