//! STUN: messages and channel data (RFC 8489, RFC 8656), and its first version (RFC 3489).

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|bytes| usize::from(u16::from_be_bytes(*bytes)))
}

const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];

/// A message with the cookie and a length that fits that of the payload, which may have been cut.
pub fn is_stun(payload: &[u8], length: usize) -> bool {
    let Some(&[kind, ..]) = payload.first_chunk::<20>() else { return false };
    let method = u16_at(payload, 0)
        .map_or(0, |kind| (kind & 0x000F) | (kind & 0x00E0) >> 1 | (kind & 0x3E00) >> 2);
    kind & 0xC0 == 0
        && method <= 0xFF
        && payload.get(4..8) == Some(&COOKIE)
        && u16_at(payload, 2).is_some_and(|stated| stated + 20 == length)
}

/// Data of a channel.
pub fn is_channel_data(payload: &[u8]) -> bool {
    let channel = payload.first().is_some_and(|first| first & 0xC0 == 0x40)
        || payload.starts_with(&[0xFF, 0x10]);
    channel
        && u16_at(payload, 2).is_some_and(|length| {
            let length = length + 4;
            length == payload.len() || length.next_multiple_of(4) == payload.len()
        })
}

/// A message of the first version, which has no cookie.
pub fn is_classic_stun(payload: &[u8], length: usize) -> bool {
    let Some(kind) = u16_at(payload, 0) else { return false };
    let known = matches!(kind, 1..=4 | 6 | 0x101..=0x104 | 0x106 | 0x111 | 0x113..=0x116);
    payload.len() >= 20
        && known
        && payload.get(4..8) != Some(&COOKIE)
        && u16_at(payload, 2).is_some_and(|stated| stated + 20 == length)
}
