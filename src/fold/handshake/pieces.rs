//! A run of bytes that is put together from pieces in any order: a hello over several packets.
//!
//! Bounded: pieces that end beyond [`MOST_BYTES`] are refused. Where pieces overlap, the first one
//! counts.

/// Most bytes that are put together. Hellos with keys for the time after quantum computers have
/// two thousand.
pub const MOST_BYTES: usize = 16 << 10;

/// Pieces of a run of bytes.
#[derive(Clone, Debug, Default)]
pub struct Pieces {
    bytes: Vec<u8>,
    /// True for each byte that is known.
    known: Vec<bool>,
    /// Number of known bytes at the front.
    whole: usize,
}

impl Pieces {
    /// Adds the piece that begins at `offset`.
    pub fn add(&mut self, offset: usize, piece: &[u8]) {
        let Some(end) = offset.checked_add(piece.len()).filter(|end| *end <= MOST_BYTES) else {
            return;
        };
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
            self.known.resize(end, false);
        }
        let bytes = self.bytes.get_mut(offset..end).unwrap_or_default();
        let known = self.known.get_mut(offset..end).unwrap_or_default();
        for ((byte, known), new) in bytes.iter_mut().zip(known).zip(piece) {
            if !*known {
                (*byte, *known) = (*new, true);
            }
        }
        let further = self.known.iter().skip(self.whole).take_while(|known| **known);
        self.whole += further.count();
    }

    /// The bytes up to the first that is missing.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.whole).unwrap_or_default()
    }

    /// Memory held, in bytes.
    pub fn heap_bytes(&self) -> u64 {
        (self.bytes.capacity() + self.known.capacity()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn overlaps_keep_the_first_and_bounds_hold() {
        let mut pieces = Pieces::default();
        pieces.add(2, b"cd");
        assert_eq!(pieces.bytes(), b"");
        pieces.add(0, b"abXXe");
        assert_eq!(pieces.bytes(), b"abcde");
        pieces.add(MOST_BYTES, b"z");
        pieces.add(usize::MAX, b"z");
        pieces.add(MOST_BYTES - 1, b"z");
        assert_eq!(pieces.bytes(), b"abcde");
        assert!(pieces.heap_bytes() <= 4 * MOST_BYTES as u64);
    }

    proptest! {
        #[test]
        fn any_order_gives_the_same(bytes: Vec<u8>, cuts: Vec<u8>, order: u64) {
            let mut ends: Vec<usize> = cuts.iter().map(|cut| usize::from(*cut).min(bytes.len())).collect();
            ends.extend([0, bytes.len()]);
            ends.sort_unstable();
            let mut parts: Vec<_> = ends.windows(2).map(|pair| (pair[0], &bytes[pair[0]..pair[1]])).collect();
            parts.sort_by_key(|(at, _)| (*at as u64).wrapping_mul(order | 1));
            let mut pieces = Pieces::default();
            parts.iter().for_each(|(at, part)| pieces.add(*at, part));
            prop_assert_eq!(pieces.bytes(), &bytes[..]);
        }
    }
}
