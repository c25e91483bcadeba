//! Numbers of headers, in the byte order of the capture.

/// Reads a four-byte number at `at`.
#[inline]
pub(super) fn u32_at<const BIG_ENDIAN: bool>(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = *bytes.get(at..)?.first_chunk()?;
    Some(if BIG_ENDIAN { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
}

/// Reads a two-byte number at `at`.
pub(super) fn u16_at<const BIG_ENDIAN: bool>(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = *bytes.get(at..)?.first_chunk()?;
    Some(if BIG_ENDIAN { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
}
