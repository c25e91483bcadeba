//! Options of a pcapng block: code, length and value, each value padded to four bytes.
//!
//! Read here and not by pcap-parser, which reads values in little-endian order only and rejects
//! every block on a big-endian host.

/// End of the options.
const END: u16 = 0;

/// The options of one block, all of which end inside it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> Options<'a> {
    /// No options.
    pub const NONE: Options<'static> = Options { bytes: &[], big_endian: false };

    /// True if there are none.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// Code and value of each, in order.
    pub fn iter(self) -> impl Iterator<Item = (u16, &'a [u8])> {
        let mut rest = self;
        std::iter::from_fn(move || {
            let (code, value, next) = rest.first()?;
            rest.bytes = next;
            (code != END).then_some((code, value))
        })
    }

    /// Options in the byte order of their section. None if one of them exceeds the block.
    pub fn new(bytes: &'a [u8], big_endian: bool) -> Option<Options<'a>> {
        let options = Options { bytes, big_endian };
        let mut rest = options;
        while !rest.bytes.is_empty() {
            let (code, _, next) = rest.first()?;
            if code == END {
                break;
            }
            rest.bytes = next;
        }
        Some(options)
    }

    /// Value of the first option with this code.
    pub fn value(self, code: u16) -> Option<&'a [u8]> {
        let mut rest = self;
        loop {
            match rest.first()? {
                (found, value, _) if found == code => return Some(value),
                (END, ..) => return None,
                (.., next) => rest.bytes = next,
            }
        }
    }

    /// Value of an option of four bytes.
    pub fn u32(self, code: u16) -> Option<u32> {
        let bytes = *self.value(code)?.first_chunk::<4>()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// Value of an option of eight bytes.
    pub fn u64(self, code: u16) -> Option<u64> {
        let bytes = *self.value(code)?.first_chunk::<8>()?;
        Some(if self.big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }

    /// Code and value of the first option, and the bytes after its padding.
    fn first(self) -> Option<(u16, &'a [u8], &'a [u8])> {
        let (&[a, b, c, d], values) = self.bytes.split_first_chunk()?;
        let word = |bytes| {
            if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
        };
        let length = usize::from(word([c, d]));
        let code = word([a, b]);
        if code == END {
            return Some((END, &[], &[]));
        }
        Some((code, values.get(..length)?, values.get(length.next_multiple_of(4)..)?))
    }
}
