//! A stretch of a frame that belongs to one layer: the bytes that were captured and how long it was
//! on the wire.

/// What a layer hands to the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload<'a> {
    /// The captured bytes; never more than `length`.
    pub captured: &'a [u8],
    /// The length on the wire as the headers below tell it.
    pub length: usize,
}

impl<'a> Payload<'a> {
    /// A whole frame of `length` bytes on the wire.
    ///
    /// A frame that claims to have been shorter than what was captured of it counts as captured.
    #[inline]
    pub fn new(captured: &'a [u8], length: usize) -> Payload<'a> {
        Payload { captured, length: length.max(captured.len()) }
    }

    /// What follows the first `bytes`.
    #[inline]
    pub fn skip(self, bytes: usize) -> Payload<'a> {
        Payload {
            captured: self.captured.get(bytes..).unwrap_or_default(),
            length: self.length.saturating_sub(bytes),
        }
    }

    /// The first `length` bytes: what a header says of its own extent. A longer claim changes
    /// nothing.
    #[inline]
    pub fn limit(self, length: usize) -> Payload<'a> {
        Payload {
            captured: self.captured.get(..length).unwrap_or(self.captured),
            length: self.length.min(length),
        }
    }

    /// `N` bytes at `at`, if they were captured.
    #[inline]
    pub fn bytes<const N: usize>(self, at: usize) -> Option<&'a [u8; N]> {
        self.captured.get(at..)?.first_chunk()
    }

    /// The byte at `at`, if it was captured.
    #[inline]
    pub fn u8(self, at: usize) -> Option<u8> {
        self.captured.get(at).copied()
    }

    /// The big-endian number at `at`, if it was captured.
    #[inline]
    pub fn u16(self, at: usize) -> Option<u16> {
        self.bytes(at).map(|bytes| u16::from_be_bytes(*bytes))
    }

    /// The big-endian number at `at`, if it was captured.
    #[inline]
    pub fn u32(self, at: usize) -> Option<u32> {
        self.bytes(at).map(|bytes| u32::from_be_bytes(*bytes))
    }
}
