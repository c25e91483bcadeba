//! Bytes that are read from the front: lengths and lists of TLS, QUIC and DTLS.
//!
//! Reading more than there is gives None; a list that is truncated is read as far as it goes.

/// The bytes that are left.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    /// The next byte.
    pub fn u8(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// The next two bytes, in network order.
    pub fn u16(&mut self) -> Option<u16> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_be_bytes(*first))
    }

    /// The next three bytes, in network order.
    pub fn u24(&mut self) -> Option<usize> {
        let (&[a, b, c], rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes([0, a, b, c]) as usize)
    }

    /// The next four bytes, in network order.
    pub fn u32(&mut self) -> Option<u32> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*first))
    }

    /// An integer of variable length (RFC 9000 section 16).
    pub fn integer(&mut self) -> Option<u64> {
        let length = 1 << (self.0.first()? >> 6);
        let number = self.exactly(length)?;
        let number = number.iter().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        Some(number & !(3 << (8 * length - 2)))
    }

    /// The next `length` bytes. None if there are fewer.
    pub fn exactly(&mut self, length: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(first)
    }

    /// At most `length` bytes: a truncated list is read as far as it goes.
    pub fn take(&mut self, length: usize) -> Bytes<'a> {
        let (first, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        Bytes(first)
    }

    /// All that is left, as numbers of two bytes.
    pub fn numbers(self) -> Vec<u16> {
        self.0.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 9000 appendix A.1.
    #[test]
    fn integers_have_one_to_eight_bytes() {
        let read = |bytes: &[u8]| Bytes(bytes).integer();
        let long = [0xC2, 0x19, 0x7C, 0x5E, 0xFF, 0x14, 0xE8, 0x8C];
        assert_eq!(read(&long), Some(151_288_809_941_952_652));
        assert_eq!(read(&[0x9D, 0x7F, 0x3E, 0x7D]), Some(494_878_333));
        assert_eq!(read(&[0x7B, 0xBD]), Some(15_293));
        assert_eq!((read(&[0x25]), read(&[0x40, 0x25])), (Some(37), Some(37)));
        assert_eq!((read(&[]), read(&[0x40])), (None, None));
    }
}
