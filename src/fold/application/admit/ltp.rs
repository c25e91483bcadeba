//! Segments of the Licklider Transmission Protocol (RFC 5326 section 3), as far as Wireshark refuses
//! them: a header or an extension that fills the payload is none.

/// Whether a payload begins with a segment.
pub fn is_segment(payload: &[u8]) -> bool {
    payload.len() >= 5 && segment(payload).unwrap_or(true)
}

/// None if the payload ends before something refuses it.
fn segment(payload: &[u8]) -> Option<bool> {
    let (kind, mut rest) = payload.split_first()?;
    for _ in ["engine", "session"] {
        rest = match number(rest) {
            Some((_, next)) if !next.is_empty() => next,
            _ => return Some(false),
        };
    }
    let (extensions, mut rest) = rest.split_first()?;
    if rest.is_empty() {
        return Some(false);
    }
    for _ in 0..extensions >> 4 {
        rest = match extension(rest)? {
            Some(next) if !next.is_empty() => next,
            _ => return Some(false),
        };
    }
    rest = match kind & 15 {
        0..=7 => match data(kind & 15, rest)? {
            Some(rest) => rest,
            None => return Some(false),
        },
        8 => return None,
        9 => number(rest)?.1,
        12 | 14 => rest.get(1..)?,
        _ => rest,
    };
    for _ in 0..extensions & 15 {
        if rest.is_empty() {
            return Some(false);
        }
        rest = match extension(rest)? {
            Some(next) => next,
            None => return Some(false),
        };
    }
    Some(true)
}

/// Rest of the payload after a segment of data. The inner None if its numbers fill the payload.
fn data(kind: u8, mut rest: &[u8]) -> Option<Option<&[u8]>> {
    for _ in ["client", "offset"] {
        rest = number(rest)?.1;
        if rest.is_empty() {
            return Some(None);
        }
    }
    let (length, mut rest) = number(rest)?;
    if matches!(kind, 1..=3) {
        for _ in ["checkpoint", "report"] {
            if rest.is_empty() {
                return Some(None);
            }
            rest = number(rest)?.1;
        }
    }
    rest.get(length..).map(Some)
}

/// Rest of the payload after an extension: a type, a length and its bytes. The inner None if they
/// are missing.
fn extension(bytes: &[u8]) -> Option<Option<&[u8]>> {
    let (length, value) = number(bytes.get(1..)?)?;
    Some(value.get(length..))
}

/// A number of RFC 6256, and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let last = bytes.iter().position(|byte| byte & 0x80 == 0)?;
    let (number, rest) = bytes.split_at_checked(last + 1)?;
    let value = number.iter().fold(0usize, |sum, byte| sum << 7 | usize::from(byte & 0x7F));
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_that_fill_the_payload_are_refused() {
        let data = [0, 1, 2, 0, 1, 0, 2, 7, 7];
        assert!(is_segment(&data));
        assert!(is_segment(&data[..8]), "the data was cut");
        assert!(!is_segment(&data[..6]));
        assert!(!is_segment(&[0, 1, 2, 1, 1, 0, 2, 7, 7]), "no room for an extension after it");
        assert!(is_segment(&[0, 1, 2, 1, 1, 0, 2, 7, 7, 0, 1, 5]));
        assert!(!is_segment(&[0, 1, 2, 0x10, 0, 4, 5, 5, 5]));
    }
}
