//! How facts and text lie in tantivy: one document a file, one a chunk.
//!
//! | field | on | what |
//! |---|---|---|
//! | `key` | both | [`FileKey`]; indexed for deletion, columnar for filters |
//! | `tags` | both | [`Tags`], columnar |
//! | `record` | file | meta data and facts, stored |
//! | `gram` | file | trigrams of the text, for exact and regex search |
//! | `body` | chunk | terms of the text with their frequency, for BM25 |
//! | `at`, `lines`, `chunk` | chunk | bytes, lines and identity, columnar |
//! | `label` | chunk | path of its symbol, stored |
//!
//! No text is stored: snippets come from the files themselves. Everything that the index knows of a file is written and deleted in one commit,
//! so a kill at any instant leaves whole files or none.

use grammars::{Lines, Span, SymbolKind};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions};
use tantivy::{TantivyDocument, Term};

use crate::chunks::Chunk;
use crate::record::FileKey;
use crate::source::FileFlags;
use crate::tokens::CODE_TOKENIZER;
use crate::trigrams::TRIGRAM_TOKENIZER;

/// The version of everything on disk; another one is built anew.
pub const FORMAT: u32 = 3;

/// Between the parts of a symbol's path in `label`; no name holds it.
pub const LABEL_SEPARATOR: char = '\u{1f}';

/// The fields by name.
#[derive(Debug, Clone)]
pub struct Fields {
    /// The schema itself.
    pub schema: Schema,
    /// See the table of the module.
    pub key: Field,
    /// See the table of the module.
    pub tags: Field,
    /// See the table of the module.
    pub record: Field,
    /// See the table of the module.
    pub gram: Field,
    /// See the table of the module.
    pub body: Field,
    /// See the table of the module.
    pub at: Field,
    /// See the table of the module.
    pub lines: Field,
    /// See the table of the module.
    pub chunk: Field,
    /// See the table of the module.
    pub label: Field,
}

impl Default for Fields {
    fn default() -> Self {
        let mut builder = Schema::builder();
        let text = |tokenizer: &str, record, norms| {
            let indexing =
                TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(record).set_fieldnorms(norms);
            TextOptions::default().set_indexing_options(indexing)
        };
        Fields {
            key: builder.add_u64_field("key", INDEXED | FAST),
            tags: builder.add_u64_field("tags", FAST),
            record: builder.add_bytes_field("record", STORED),
            gram: builder.add_text_field("gram", text(TRIGRAM_TOKENIZER, IndexRecordOption::Basic, false)),
            body: builder.add_text_field("body", text(CODE_TOKENIZER, IndexRecordOption::WithFreqs, true)),
            at: builder.add_u64_field("at", FAST),
            lines: builder.add_u64_field("lines", FAST),
            chunk: builder.add_u64_field("chunk", FAST),
            label: builder.add_text_field("label", STORED),
            schema: builder.build(),
        }
    }
}

/// What a document is, in one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tags(pub u64);

impl Tags {
    const NO_KIND: u64 = 0xff;
    const FILE: u64 = 1 << 48;
    const DEFINES: u64 = 1 << 49;
    const TEST: u64 = 1 << 50;
    const EMBED: u64 = 1 << 51;

    /// The tags of a file's own document.
    pub fn file(flags: FileFlags) -> Tags {
        Tags(Self::NO_KIND | u64::from(flags.0) << 8 | Self::FILE)
    }

    /// The tags of a chunk.
    pub fn chunk(flags: FileFlags, kind: Option<SymbolKind>, defines: bool, is_test: bool, embed: bool) -> Tags {
        let kind = kind.map_or(Self::NO_KIND, |kind| kind as u64);
        let bit = |condition, bit| if condition { bit } else { 0 };
        Tags(
            kind | u64::from(flags.0) << 8
                | bit(defines, Self::DEFINES)
                | bit(is_test, Self::TEST)
                | bit(embed, Self::EMBED),
        )
    }

    /// Whether it is a file's own document.
    pub fn is_file(self) -> bool {
        self.0 & Self::FILE != 0
    }

    /// Whether the chunk starts with its symbol's definition.
    pub fn defines(self) -> bool {
        self.0 & Self::DEFINES != 0
    }

    /// Whether the chunk belongs to a test, by its symbol or its file.
    pub fn is_test(self) -> bool {
        self.0 & Self::TEST != 0 || self.flags().has(FileFlags::TEST)
    }

    /// Whether the chunk has a vector.
    pub fn is_embedded(self) -> bool {
        self.0 & Self::EMBED != 0
    }

    /// The file's flags.
    pub fn flags(self) -> FileFlags {
        FileFlags((self.0 >> 8) as u8)
    }

    /// The kind of the chunk's symbol.
    pub fn kind(self) -> Option<SymbolKind> {
        SymbolKind::ALL.get((self.0 & 0xff) as usize).copied()
    }
}

/// Two 32-bit numbers in one column.
pub fn pack(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// The span in the `at` column.
pub fn unpack_span(value: u64) -> Span {
    Span { start: (value >> 32) as u32, end: value as u32 }
}

/// The lines in the `lines` column.
pub fn unpack_lines(value: u64) -> Lines {
    Lines { first: (value >> 32) as u32, last: value as u32 }
}

impl Fields {
    /// The term that stands for all documents of a file.
    pub fn file_term(&self, key: FileKey) -> Term {
        Term::from_field_u64(self.key, key.0)
    }

    /// A file's own document. `text` is given when the file can be searched for substrings.
    pub fn file_document(&self, key: FileKey, flags: FileFlags, record: &[u8], text: Option<&str>) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_u64(self.key, key.0);
        document.add_u64(self.tags, Tags::file(flags).0);
        document.add_bytes(self.record, record);
        if let Some(text) = text {
            document.add_text(self.gram, text);
        }
        document
    }

    /// The document of a chunk.
    pub fn chunk_document(
        &self,
        key: FileKey,
        tags: Tags,
        chunk: &Chunk,
        id: u64,
        label: &str,
        text: &str,
    ) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_u64(self.key, key.0);
        document.add_u64(self.tags, tags.0);
        document.add_u64(self.at, pack(chunk.span.start, chunk.span.end));
        document.add_u64(self.lines, pack(chunk.lines.first, chunk.lines.last));
        document.add_u64(self.chunk, id);
        if !label.is_empty() {
            document.add_text(self.label, label);
        }
        document.add_text(self.body, chunk.span.text(text));
        document
    }
}
