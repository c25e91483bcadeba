//! Decimal digits of a row's numbers, without formatting machinery: nearly every cell of a large
//! table is one.

use std::io::Write;

pub(super) fn write_shown(value: &impl std::fmt::Display, out: &mut Vec<u8>) {
    // Writing to a vector cannot fail.
    let _ = write!(out, "{value}");
}

/// Whole numbers, the short ones of which most columns are full by arrays of fixed length: these
/// compile to a few stores.
#[inline]
pub(super) fn write_integer(value: u64, out: &mut Vec<u8>) {
    let short = value as u32;
    match value {
        0..=9 => out.push(b'0' + value as u8),
        10..=99 => out.extend_from_slice(&pair(short)),
        100..=999 => {
            let ([_, a], [b, c]) = (pair(short / 100), pair(short));
            out.extend_from_slice(&[a, b, c]);
        }
        1_000..=9_999 => {
            let ([a, b], [c, d]) = (pair(short / 100), pair(short));
            out.extend_from_slice(&[a, b, c, d]);
        }
        10_000..=99_999 => {
            let ([_, a], [b, c], [d, e]) = (pair(short / 10_000), pair(short / 100), pair(short));
            out.extend_from_slice(&[a, b, c, d, e]);
        }
        _ => out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
    }
}

/// The last two decimal digits.
#[inline]
pub(super) fn pair(value: u32) -> [u8; 2] {
    static PAIRS: [[u8; 2]; 100] = {
        let (mut pairs, mut value) = ([[0; 2]; 100], 0);
        while value < 100 {
            pairs[value] = [b'0' + (value / 10) as u8, b'0' + (value % 10) as u8];
            value += 1;
        }
        pairs
    };
    PAIRS[(value % 100) as usize]
}

/// Nine decimal digits of a number below 10^9.
#[inline]
pub(super) fn nine_digits(value: u32) -> [u8; 9] {
    let [_, a] = pair(value / 100_000_000);
    let ([b, c], [d, e]) = (pair(value / 1_000_000), pair(value / 10_000));
    let ([f, g], [h, i]) = (pair(value / 100), pair(value));
    [a, b, c, d, e, f, g, h, i]
}

pub(super) fn write_billionths(value: i128, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    let value = value.unsigned_abs();
    let whole = value / 1_000_000_000;
    match u64::try_from(whole) {
        Ok(whole) => write_integer(whole, out),
        Err(_) => write_shown(&whole, out),
    }
    out.push(b'.');
    out.extend_from_slice(&nine_digits((value % 1_000_000_000) as u32));
}
