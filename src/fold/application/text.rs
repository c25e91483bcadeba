//! Lines of text protocols that decide on a name.

use super::http::first_line;

/// A whole first line of SIP (RFC 3261 section 7): a request or a status.
pub fn is_sip(payload: &[u8]) -> bool {
    if !payload.first().is_some_and(u8::is_ascii_graphic) {
        return false;
    }
    // A space comes early: after a method or a version.
    if !payload.iter().take(24).any(|byte| *byte == b' ') {
        return false;
    }
    let (line, ended) = first_line(payload.get(..payload.len().min(1024)).unwrap_or_default());
    if !ended {
        return false;
    }
    let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let (Some(one), Some(two), Some(three)) = (words.next(), words.next(), words.next()) else {
        return false;
    };
    let version =
        |word: &[u8]| word.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"SIP/"));
    if version(one) {
        return two.len() == 3 && two.iter().all(u8::is_ascii_digit);
    }
    two.len() >= 3 && two.contains(&b':') && version(three)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_first_lines_of_sip_are_recognised() {
        assert!(is_sip(b"INVITE sip:a@b SIP/2.0\r\n"));
        assert!(is_sip(b"SIP/2.0 200 OK\r\n"));
        for other in [
            &b"INVITE sip:a@b SIP/2.0"[..],
            b"SIP/2.0 20 OK\r\n",
            b"GET / HTTP/1.1\r\n",
            b"INVITE sip SIP/2.0\r\n",
            b"",
        ] {
            assert!(!is_sip(other), "{other:?}");
        }
    }
}
