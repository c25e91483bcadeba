//! Kinds of files that shards write, by their first bytes.

/// Kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A partial.
    Partial,
    /// Records of a bucket.
    Bucket,
    /// State of a bucket whose records were applied.
    Folded,
}

impl Kind {
    /// First bytes of a file.
    pub const fn magic(self) -> [u8; 8] {
        match self {
            Kind::Partial => *b"\x89PCAPST\n",
            Kind::Bucket => *b"\x89PCAPSB\n",
            Kind::Folded => *b"\x89PCAPSF\n",
        }
    }

    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Partial => "a partial",
            Kind::Bucket => "records of a bucket",
            Kind::Folded => "a folded bucket",
        }
    }
}
