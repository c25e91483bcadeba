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

/// The first line of a SIP message in a datagram of a length: a request or a status, which need not
/// end.
pub fn is_sip_datagram(payload: &[u8], length: usize) -> bool {
    if !payload.first().is_some_and(u8::is_ascii_graphic) {
        return false;
    }
    let (line, ended) = first_line(payload);
    // Text has no zeros.
    if line.contains(&0) {
        return false;
    }
    if let Some(rest) = line.strip_prefix(b"SIP/2.0 ") {
        return matches!(rest, [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b' ', ..]);
    }
    let mut words = line.splitn(3, |byte| *byte == b' ').skip(1);
    let (Some(target), Some(version)) = (words.next(), words.next()) else { return false };
    target.len() >= 3
        && target.iter().skip(1).any(|byte| *byte == b':')
        && version == b"SIP/2.0"
        && (ended || length == payload.len())
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

    #[test]
    fn first_lines_of_sip_in_datagrams_are_recognised() {
        for line in [
            &b"INVITE sip:a@b SIP/2.0\r\n"[..],
            b"INVITE sip:a@b SIP/2.0",
            b"R ab: SIP/2.0\n",
            b"SIP/2.0 200 ",
        ] {
            assert!(is_sip_datagram(line, line.len()), "{line:?}");
        }
        for line in [
            &b"INVITE  sip:a@b SIP/2.0\r\n"[..],
            b"INVITE sip:a@b SIP/2.0 \r\n",
            b"INVITE sip:a@b SIP/3.0\r\n",
            b"INVITE :ab SIP/2.0\r\n",
            b"INVITE sip:a\0b SIP/2.0\r\n",
            b"SIP/2.0 200",
            b" SIP/2.0 200 ",
        ] {
            assert!(!is_sip_datagram(line, line.len()), "{line:?}");
        }
        let cut = b"INVITE sip:a@b SIP/2.0";
        assert!(!is_sip_datagram(cut, cut.len() + 20));
    }
}
