//! Records of folds as bytes, to be applied elsewhere.
//!
//! Parts stay encoded until they are applied, a few at a time: memory is that of their bytes.

use super::{Folds, Parts};
use crate::saved::count;
use rayon::prelude::*;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Records of consecutive parts, in packet order.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Records(Vec<Encoded>);

/// Records of one part.
#[derive(Debug, Serialize, Deserialize)]
struct Encoded {
    /// Number of packets before it.
    #[serde(deserialize_with = "count")]
    before: u64,
    /// The part in postcard's wire format.
    bytes: Bytes,
}

#[derive(Debug)]
struct Bytes(Vec<u8>);

/// Parts that a worker has decoded at the same time, at most.
const AT_ONCE: usize = 4;

impl Records {
    /// Encodes consecutive parts, on all workers. Each comes with the number of packets before it.
    pub fn of(parts: &[(Parts, u64)]) -> Records {
        let encoded = |(part, before): &(Parts, u64)| {
            // Plain data in memory can always be encoded.
            let bytes = postcard::to_allocvec(part).unwrap_or_default();
            Encoded { before: *before, bytes: Bytes(bytes) }
        };
        Records(parts.par_iter().map(encoded).collect())
    }

    /// Appends those of later parts, which have `packets` more packets before them.
    pub fn append(&mut self, later: Records, packets: u64) {
        let shifted =
            |part: Encoded| Encoded { before: part.before.saturating_add(packets), ..part };
        self.0.extend(later.0.into_iter().map(shifted));
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|part| (part.bytes.0.capacity() + size_of::<Encoded>()) as u64).sum()
    }

    /// Applies them to folds that have seen `packets` packets before. Some are decoded while those
    /// before them are applied.
    ///
    /// # Errors
    /// If a part is none.
    pub fn apply(&self, folds: &mut Folds, packets: u64) -> Result<(), postcard::Error> {
        let decoded = |parts: &[Encoded]| -> Result<Vec<(Parts, u64)>, postcard::Error> {
            let decoded = |Encoded { before, bytes }: &Encoded| {
                let (part, _) = postcard::take_from_bytes(&bytes.0)?;
                Ok((part, before.saturating_add(packets)))
            };
            parts.par_iter().map(decoded).collect()
        };
        let mut ready = Vec::new();
        for parts in self.0.chunks(AT_ONCE * rayon::current_num_threads()) {
            let (_, next) = rayon::join(|| folds.apply(ready), || decoded(parts));
            ready = next?;
        }
        folds.apply(ready);
        Ok(())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        deserializer.deserialize_bytes(Whole)
    }
}

/// Copies bytes.
struct Whole;

impl Visitor<'_> for Whole {
    type Value = Bytes;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
        Ok(Bytes(bytes.to_vec()))
    }
}
