//! Bytes in the lines of shards: base64, of a zstd frame where that is shorter.
//!
//! Refused: more bytes than are asked for, whatever a frame states.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// First bytes of a zstd frame (RFC 8878 section 3.1.1).
const ZSTD: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// Longest bytes that are not compressed: a line with them is short.
const LONGEST_PLAIN: usize = 128;

/// Level of compression: each line is read many times and made once.
const LEVEL: i32 = 9;

/// Bytes as lines hold them.
pub fn packed(bytes: &[u8]) -> String {
    let is_plain = !bytes.starts_with(&ZSTD);
    if is_plain && bytes.len() <= LONGEST_PLAIN {
        return STANDARD.encode(bytes);
    }
    let frame = zstd::bulk::compress(bytes, LEVEL).unwrap_or_default();
    let is_shorter = !frame.is_empty() && (frame.len() < bytes.len() || !is_plain);
    STANDARD.encode(if is_shorter { &frame } else { bytes })
}

/// The bytes in a line, of which there are at most `most`.
///
/// # Errors
/// A reason, for people.
pub fn unpacked(text: &str, most: usize) -> Result<Vec<u8>, String> {
    let bytes = STANDARD.decode(text).map_err(|error| error.to_string())?;
    if !bytes.starts_with(&ZSTD) {
        let fits = bytes.len() <= most;
        return fits.then_some(bytes).ok_or_else(|| format!("more than {most} bytes"));
    }
    let stated = zstd::zstd_safe::get_frame_content_size(&bytes).ok().flatten();
    let stated = stated.and_then(|stated| usize::try_from(stated).ok()).unwrap_or(most);
    zstd::bulk::decompress(&bytes, stated.min(most)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_and_long_ones_are_short() {
        let frame = [&ZSTD[..], &[7; 20]].concat();
        for bytes in [&b""[..], b"short", &[0; 5000], &frame] {
            let text = packed(bytes);
            assert_eq!(unpacked(&text, bytes.len()).as_deref(), Ok(bytes));
            assert!(text.len() < 200, "{} bytes", text.len());
        }
    }

    #[test]
    fn more_bytes_than_asked_for_are_refused() {
        assert!(unpacked(&packed(&[0; 5000]), 4999).is_err());
        assert!(unpacked(&packed(b"plain"), 4).is_err());
        assert!(unpacked("no base64", 9).is_err());
    }
}
