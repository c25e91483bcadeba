//! The path of a packet: its protocols from the outermost to the innermost.
//!
//! At most [`DEEPEST`] layers; a path refuses those beyond.

use super::Protocol;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// Number of layers of a path, at most.
pub const DEEPEST: usize = 31;

/// Protocols from the outermost to the innermost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Path {
    /// The layers in one number: themselves while there are up to [`EXACT`] of them, a mixture of
    /// them beyond.
    fingerprint: u64,
    layers: [Protocol; DEEPEST],
    length: u16,
}

/// Number of layers that a fingerprint identifies exactly.
const EXACT: u16 = 4;

/// The fingerprint of a path of `length` layers and one more.
const fn extended(fingerprint: u64, length: u16, protocol: Protocol) -> u64 {
    if length < EXACT {
        fingerprint << 16 | protocol.0 as u64
    } else {
        (fingerprint.rotate_left(23) ^ protocol.0 as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

impl Path {
    /// A path of these layers; those beyond [`DEEPEST`] are left out.
    pub const fn of(protocols: &[Protocol]) -> Path {
        let mut path = Path { fingerprint: 0, layers: [Protocol(0); DEEPEST], length: 0 };
        // A `for` loop is not const.
        while (path.length as usize) < protocols.len() && (path.length as usize) < DEEPEST {
            let protocol = protocols[path.length as usize];
            path.fingerprint = extended(path.fingerprint, path.length, protocol);
            path.layers[path.length as usize] = protocol;
            path.length += 1;
        }
        path
    }

    /// A number that tells most paths apart.
    #[inline]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// The layers, outermost first.
    #[inline]
    pub fn layers(&self) -> &[Protocol] {
        self.layers.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// The outermost layer.
    pub fn first(&self) -> Option<Protocol> {
        self.layers().first().copied()
    }

    /// The innermost layer.
    pub fn last(&self) -> Option<Protocol> {
        self.layers().last().copied()
    }

    /// Layer by layer, by their names.
    pub fn cmp_by_name(&self, other: &Path) -> Ordering {
        let layers = self.layers().iter().zip(other.layers());
        let differing =
            layers.map(|(one, two)| one.cmp_by_name(*two)).find(|ordering| ordering.is_ne());
        differing.unwrap_or(self.length.cmp(&other.length))
    }

    /// Number of layers with the same names, from the outermost in.
    pub fn common_by_name(&self, other: &Path) -> usize {
        self.layers()
            .iter()
            .zip(other.layers())
            .take_while(|(one, two)| one.cmp_by_name(**two).is_eq())
            .count()
    }

    #[inline]
    pub(in crate::dissect) fn clear(&mut self) {
        self.fingerprint = 0;
        self.length = 0;
    }

    /// Becomes the same path as `other`, of at most [`EXACT`] layers: the room for more is not copied.
    #[inline]
    pub(in crate::dissect) fn copy_short(&mut self, other: &Path) {
        let layers = other.layers.first_chunk::<{ EXACT as usize }>();
        if let (Some(to), Some(from)) = (self.layers.first_chunk_mut(), layers) {
            *to = *from;
        }
        (self.fingerprint, self.length) = (other.fingerprint, other.length);
    }

    /// Adds a layer; false when there is no room.
    #[inline]
    pub fn push(&mut self, protocol: Protocol) -> bool {
        let slot = self.layers.get_mut(usize::from(self.length));
        let room = slot.is_some();
        if let Some(slot) = slot {
            *slot = protocol;
            self.fingerprint = extended(self.fingerprint, self.length, protocol);
            self.length += 1;
        }
        room
    }
}

impl PartialEq for Path {
    #[inline]
    fn eq(&self, other: &Path) -> bool {
        self.fingerprint == other.fingerprint
            && self.length == other.length
            && (self.length <= EXACT || self.layers() == other.layers())
    }
}

impl Eq for Path {}

impl Hash for Path {
    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.fingerprint ^ u64::from(self.length));
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, layer) in self.layers().iter().enumerate() {
            write!(out, "{}{layer}", if depth > 0 { ":" } else { "" })?;
        }
        Ok(())
    }
}

/// The names of its layers, which outlive the numbers.
impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Path, D::Error> {
        let (text, mut path) = (String::deserialize(deserializer)?, Path::default());
        for name in text.split(':').filter(|_| !text.is_empty()) {
            let known = Protocol::named(name);
            let protocol =
                known.ok_or_else(|| D::Error::custom(format!("no protocol is named {name:?}")))?;
            if !path.push(protocol) {
                return Err(D::Error::custom("a path has too many layers"));
            }
        }
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_path_refuses_further_layers() {
        let mut path = Path::of(&[Protocol::VLAN; DEEPEST]);
        assert!(!path.push(Protocol::IP));
        assert_eq!(path.layers().len(), DEEPEST);
        assert_eq!(Path::of(&[Protocol::VLAN; DEEPEST + 5]), path);
    }

    #[test]
    fn paths_of_the_same_layers_are_equal() {
        let mut long = Path::of(&[Protocol::ETH, Protocol::IP]);
        long.clear();
        assert!(long.push(Protocol::ETH));
        assert_eq!(long, Path::of(&[Protocol::ETH]));
        assert_ne!(long, Path::default());
    }
}
