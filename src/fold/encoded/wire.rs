//! Numbers and plain data as bytes.
//!
//! Small numbers are short: seven bits a byte, the lowest first, as in postcard's wire format, which
//! plain data is in.

use serde::{Deserialize, Serialize};

/// Records that cannot be decoded. A checksum that holds only tells that they arrived as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("damaged: records of packets that cannot be decoded")]
pub struct Damaged;

/// Appends a number.
#[inline]
pub fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends a difference: those near zero are short, whatever their sign.
#[inline]
pub fn put_signed(out: &mut Vec<u8>, number: i64) {
    put(out, folded(number));
}

/// A signed number as an unsigned one that is small if the number is near zero.
#[inline]
pub fn folded(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

/// The inverse of [`folded`].
#[inline]
pub fn unfolded(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// Appends plain data in postcard's wire format.
pub fn put_saved(out: &mut Vec<u8>, data: &(impl Serialize + ?Sized)) {
    // Plain data in memory can always be encoded.
    *out = postcard::to_extend(data, std::mem::take(out)).unwrap_or_default();
}

/// Bytes that are read from the front.
pub struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    /// The next byte.
    #[inline]
    pub fn byte(&mut self) -> Result<u8, Damaged> {
        let (byte, rest) = self.0.split_first().ok_or(Damaged)?;
        self.0 = rest;
        Ok(*byte)
    }

    /// A number.
    #[inline(always)]
    pub fn number(&mut self) -> Result<u64, Damaged> {
        match self.0 {
            [byte @ 0..0x80, rest @ ..] => {
                self.0 = rest;
                Ok((*byte).into())
            }
            [one, two @ 0..0x80, rest @ ..] => {
                self.0 = rest;
                Ok(u64::from(one & 0x7F) | u64::from(*two) << 7)
            }
            _ => self.long(),
        }
    }

    fn long(&mut self) -> Result<u64, Damaged> {
        let mut byte = self.byte()?;
        let (mut number, mut shift) = (u64::from(byte & 0x7F), 7);
        while byte & 0x80 != 0 {
            byte = self.byte()?;
            if shift > 63 {
                return Err(Damaged);
            }
            number |= u64::from(byte & 0x7F) << shift;
            shift += 7;
        }
        Ok(number)
    }

    /// The next bytes.
    #[inline]
    pub fn array<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], Damaged> {
        let (array, rest) = self.0.split_first_chunk().ok_or(Damaged)?;
        self.0 = rest;
        Ok(*array)
    }

    /// A number of 32 bits.
    #[inline]
    pub fn short(&mut self) -> Result<u32, Damaged> {
        u32::try_from(self.number()?).map_err(|_| Damaged)
    }

    /// A difference.
    #[inline]
    pub fn signed(&mut self) -> Result<i64, Damaged> {
        self.number().map(unfolded)
    }

    /// Plain data.
    pub fn saved<T: Deserialize<'a>>(&mut self) -> Result<T, Damaged> {
        let (data, rest) = postcard::take_from_bytes(self.0).map_err(|_| Damaged)?;
        self.0 = rest;
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_small_ones_are_short() {
        for number in [0, 1, 0x7F, 0x80, 0x3FFF, 0x4000, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            put(&mut out, number);
            assert_eq!(out, postcard::to_allocvec(&number).unwrap());
            let mut input = Input(&out);
            assert_eq!((input.number(), input.0.len()), (Ok(number), 0));
        }
        for number in [0, -1, 1, -64, 63, i64::MIN, i64::MAX] {
            let mut out = Vec::new();
            put_signed(&mut out, number);
            assert_eq!(Input(&out).signed(), Ok(number));
            assert!(out.len() == 1 || number.unsigned_abs() > 64);
        }
    }

    #[test]
    fn numbers_without_an_end_are_refused() {
        assert_eq!(Input(&[]).byte(), Err(Damaged));
        assert_eq!(Input(&[0x80]).number(), Err(Damaged));
        assert_eq!(Input(&[0xFF; 20]).number(), Err(Damaged));
        assert_eq!(Input(&[0xFF, 0xFF, 0xFF, 0xFF, 0x1F]).short(), Err(Damaged));
    }
}
