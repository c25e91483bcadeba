//! Bounds of numbers in saved results: sums of many of them must not overflow, whoever wrote them.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::fmt;

/// Greatest number of packets, of bytes, and offset that a saved result may state: a petabyte.
const MOST: u64 = 1 << 50;

/// A number is greater than any capture has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound;

impl fmt::Display for Bound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number is greater than any capture has")
    }
}

impl std::error::Error for Bound {}

/// The number itself.
///
/// # Errors
/// If it is greater than any capture has.
pub fn bounded(number: u64) -> Result<u64, Bound> {
    if number <= MOST { Ok(number) } else { Err(Bound) }
}

/// Reads a number of packets or bytes.
///
/// # Errors
/// If it is greater than any capture has.
pub fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    bounded(u64::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Greatest number of packets of a part of a fold: twice as many as the default range holds.
pub const MOST_IN_PART: u64 = 1 << 18;

/// Reads the number of a packet in its part, from 1.
///
/// # Errors
/// If no part has so many.
pub fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = u64::deserialize(deserializer)?;
    if (1..=MOST_IN_PART).contains(&number) { Ok(number) } else { Err(D::Error::custom(Bound)) }
}

/// Payloads, which are written and read as a whole and not byte by byte.
pub mod payload {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    struct Whole<'a>(&'a [u8]);

    impl Serialize for Whole<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(self.0)
        }
    }

    /// Writes a payload.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        payload: &Option<Box<[u8]>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        payload.as_deref().map(Whole).serialize(serializer)
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// Those of the deserializer.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Box<[u8]>>, D::Error> {
        let bytes = Option::<&'de [u8]>::deserialize(deserializer)?;
        Ok(bytes.map(Into::into))
    }
}
