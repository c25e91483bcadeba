//! The payload of a layer: its captured bytes and its length on the wire.

/// Payload of a layer, which the next layer dissects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload<'a> {
    /// Captured bytes, at most `length`.
    pub captured: &'a [u8],
    /// Length on the wire, as stated by the headers below.
    pub length: usize,
}

impl<'a> Payload<'a> {
    /// A whole frame of `length` bytes on the wire.
    ///
    /// A frame whose length on the wire is below its captured length has its captured length.
    #[inline]
    pub fn new(captured: &'a [u8], length: usize) -> Payload<'a> {
        Payload { captured, length: length.max(captured.len()) }
    }

    /// The rest after the first `bytes`.
    #[inline]
    pub fn skip(self, bytes: usize) -> Payload<'a> {
        Payload {
            captured: self.captured.get(bytes..).unwrap_or_default(),
            length: self.length.saturating_sub(bytes),
        }
    }

    /// The first `length` bytes, as a header states its length. A length beyond the payload changes
    /// nothing.
    #[inline]
    pub fn limit(self, length: usize) -> Payload<'a> {
        Payload {
            captured: self.captured.get(..length).unwrap_or(self.captured),
            length: self.length.min(length),
        }
    }

    /// True if `bytes` bytes were on the wire and fewer were captured.
    #[inline]
    pub fn lacks(self, bytes: usize) -> bool {
        self.captured.len() < bytes && self.length >= bytes
    }

    /// `N` bytes at `at`. None if they were not captured.
    #[inline]
    pub fn bytes<const N: usize>(self, at: usize) -> Option<&'a [u8; N]> {
        self.captured.get(at..)?.first_chunk()
    }

    /// The byte at `at`. None if it was not captured.
    #[inline]
    pub fn u8(self, at: usize) -> Option<u8> {
        self.captured.get(at).copied()
    }

    /// The big-endian number at `at`. None if it was not captured.
    #[inline]
    pub fn u16(self, at: usize) -> Option<u16> {
        self.bytes(at).map(|bytes| u16::from_be_bytes(*bytes))
    }

    /// The big-endian number at `at`. None if it was not captured.
    #[inline]
    pub fn u32(self, at: usize) -> Option<u32> {
        self.bytes(at).map(|bytes| u32::from_be_bytes(*bytes))
    }
}
