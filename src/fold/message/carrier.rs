//! Headers that come before another protocol in one TCP payload: that of a load balancer (PROXY
//! protocol, versions 1 and 2), and OpenVPN's of its control channel.

/// The payload after a header of the PROXY protocol or of OpenVPN. None if there is no such header.
pub fn carried(payload: &[u8]) -> Option<&[u8]> {
    match payload {
        [b'P', b'R', b'O', b'X', b'Y', b' ', ..] => {
            let end = payload.iter().take(107).position(|byte| *byte == b'\n')?;
            payload.get(end + 1..)
        }
        [
            0x0D,
            0x0A,
            0x0D,
            0x0A,
            0,
            0x0D,
            0x0A,
            b'Q',
            b'U',
            b'I',
            b'T',
            0x0A,
            _,
            _,
            high,
            low,
            ..,
        ] => payload.get(16 + usize::from(u16::from_be_bytes([*high, *low]))..),
        [_, _, 0x20..=0x27, ..] => openvpn(payload),
        _ => None,
    }
}

/// TLS in a message P_CONTROL_V1: after the length, the operation and the identifier of the session
/// come a digest with a time, if there is one, acknowledgments and a number.
fn openvpn(payload: &[u8]) -> Option<&[u8]> {
    const DIGESTS: [usize; 5] = [0, 16, 20, 32, 64];
    DIGESTS.iter().find_map(|digest| {
        let acknowledged = 11 + if *digest == 0 { 0 } else { digest + 8 };
        let count = usize::from(*payload.get(acknowledged)?);
        let peer = if count == 0 { 0 } else { 8 };
        let carried = payload.get(acknowledged + 1 + count * 4 + peer + 4..)?;
        matches!(carried, [22, 3, ..]).then_some(carried)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_skipped() {
        assert_eq!(carried(b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n\x16\x03"), Some(&b"\x16\x03"[..]));
        let second = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x02abGET /";
        assert_eq!(carried(second), Some(&b"GET /"[..]));
        let control = |digest: usize, acknowledged: u8| {
            let ids = if acknowledged > 0 { usize::from(acknowledged) * 4 + 8 } else { 0 };
            let digest = if digest > 0 { digest + 8 } else { 0 };
            let start = [&[0, 99, 0x20][..], &vec![9; 8 + digest], &[acknowledged]].concat();
            [&start[..], &vec![9; ids + 4], &[22, 3, 1]].concat()
        };
        for (digest, acknowledged) in [(0, 0), (0, 1), (20, 0), (20, 2), (32, 1), (64, 0)] {
            let payload = control(digest, acknowledged);
            assert_eq!(carried(&payload), Some(&[22, 3, 1][..]), "{digest} {acknowledged}");
            for length in 0..payload.len() - 2 {
                assert_eq!(carried(&payload[..length]), None);
            }
        }
        assert_eq!(carried(b"PUT / HTTP/1.1\r\n"), None);
    }
}
