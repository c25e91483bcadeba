//! Protocols that Wireshark tells by the values and lengths of a header, on any port.

use super::u32_at;

/// An operation of the Computer Interface to Message Distribution.
pub fn is_cimd(operation: u8) -> bool {
    matches!(operation, 1..=6 | 8 | 9 | 20 | 23 | 40 | 51..=56 | 58 | 59 | 70 | 73 | 90 | 98 | 99)
}

/// A message of the remote capture protocol, whose length fits its type.
pub fn is_rpcap(payload: &[u8]) -> bool {
    let Some(stated) = u32_at(payload, 4) else { return false };
    let rest = payload.len() - 8;
    let fits = stated as usize == rest;
    match payload {
        // The number of an error.
        [0, 1, 0, 0..=17, ..] => fits,
        [0, 3 | 4 | 5 | 8 | 0x82 | 0x88, 0, 0, ..] => fits || stated == 12 && rest >= 12,
        [0, 2 | 6 | 9 | 10 | 0x85 | 0x8A | 0x8B, 0, 0, ..] => fits && stated == 0,
        [0, 11 | 0x83 | 0x84, 0, 0, ..] => fits && stated == 8,
        [0, 0x89, 0, 0, ..] => fits && stated == 16,
        // A packet: its header of 20 bytes, and so many as were captured.
        [0, 7, 0, 0, ..] => match u32_at(payload, 16) {
            Some(captured) => captured.checked_add(20) == Some(stated),
            None => stated >= 20,
        },
        _ => false,
    }
}

/// A message of PVFS: a magic, its mode, a tag, and a length that is not 0.
pub fn is_pvfs(payload: &[u8]) -> bool {
    const LONGEST: u64 = 0xF_FFFF;
    let size = payload.get(16..24).and_then(|bytes| bytes.first_chunk());
    size.is_some_and(|size| (1..=LONGEST).contains(&u64::from_le_bytes(*size)))
}

/// A message of DirectPlay: `play` after a socket address, or another one and its mark.
pub fn is_direct_play(payload: &[u8]) -> bool {
    let is_address = || {
        let header = payload.get(4..21).unwrap_or_default();
        matches!(payload, [_, _, 0xB0..=0xBF, 0xBA | 0xCA | 0xFA, 2, 0, ..])
            && header.get(8..) == Some(&[0; 9])
    };
    payload.len() >= 25 && (payload.get(20..24) == Some(b"play") || is_address())
}

pub fn is_graphic(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// A request of TFTP (RFC 1350, RFC 2347): the name of a file and a mode, then options, each a name
/// and a value. Text that no NUL ends is ignored.
pub fn is_file_request(payload: &[u8]) -> bool {
    let mut texts = payload.get(2..).unwrap_or_default().split(|byte| *byte == 0);
    let (Some(name), Some(mode)) = (texts.next(), texts.next()) else { return false };
    let modes = [&b"octet"[..], b"netascii", b"mail"];
    let is_text = |text: &[u8]| text.iter().all(|byte| is_graphic(*byte));
    let options = texts.clone().count();
    modes.iter().any(|known| mode.eq_ignore_ascii_case(known))
        && is_text(name)
        && !name.is_empty()
        && options % 2 == 1
        && texts.all(is_text)
}

#[cfg(test)]
mod tests {
    use super::super::{over_tcp, over_udp};

    fn tcp(payload: &[u8]) -> Option<&'static str> {
        over_tcp(payload, 1, 1234).map(|(application, _)| application.name())
    }

    fn udp(payload: &[u8]) -> Option<&'static str> {
        over_udp(payload, payload.len(), 1, 1234).map(|(application, _)| application.name())
    }

    /// Payloads that tshark takes, and near misses that it does not.
    #[test]
    fn headers_of_streams() {
        let pvfs = [&[0xBF, 0xCA, 0, 0, 1, 0, 0, 0][..], &[0; 8], &[8], &[0; 7]].concat();
        let none = [&pvfs[..16], &[0; 8]].concat();
        let play = [&[20, 0, 0xB0, 0xFA][..], &[0; 16], b"play\x01"].concat();
        for (payload, name) in [
            (&b"\x0201/00045/O/30/6"[..], Some("ucp")),
            (b"\x0201/00045/X/30/6", None),
            (b"\x0202:001\t010:a\t\x03", Some("cimd")),
            (b"\x0207:001\t010:a\t\x03", None),
            (&[2, 0, 0, 5, 2], Some("fmtp")),
            (&[2, 0, 0, 4, 2], None),
            (&[0, 8, 0, 0, 0, 0, 0, 0], Some("rpcap")),
            (&[0, 2, 0, 0, 0, 0, 0, 0], Some("rpcap")),
            (&[0, 2, 0, 0, 0, 0, 0, 1, 7], None),
            (&[0, 8, 0, 0, 0, 0, 0, 2, 7], None),
            (&pvfs, Some("pvfs")),
            (&none, None),
            (&[1, 0, 0, 0, 0, 4, 0, 1, 0, 0], Some("dicom")),
            (&[1, 0, 0, 0, 0, 5, 0, 1, 0, 0], None),
            (&play, Some("dplay")),
            (&play[..24], None),
        ] {
            assert_eq!(tcp(payload), name, "{payload:?}");
        }
    }

    #[test]
    fn headers_of_datagrams() {
        let handshake = |version: u8, kind: u8| {
            [&[0x80][..], &[0; 18], &[version, 0, 0, 0, kind], &[0; 40]].concat()
        };
        let address = [&[20, 0, 0xB0, 0xFA, 2, 0][..], &[7; 6], &[0; 13]].concat();
        for (payload, name) in [
            (&handshake(4, 1)[..], Some("udt")),
            (&handshake(5, 7), Some("srt")),
            (&handshake(4, 7), None),
            (b"\0\x01file\0OCTET\0", Some("tftp")),
            (b"\0\x01file\0octet", None),
            (b"\0\x01file\0octet\0blksize\x001400\0", Some("tftp")),
            (b"\0\x01file\0octet\0blksize\0", None),
            (b"\0\x01file\0binary\0", None),
            (&[0, 7, 0, 0, 0, 0, 0, 20, 1, 2, 3, 4], Some("rpcap")),
            (&[0, 7, 0, 0, 0, 0, 0, 19, 1, 2, 3, 4], None),
            (&[0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], Some("pana")),
            (&[0, 0, 0, 15, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], None),
            (&address, Some("dplay")),
        ] {
            assert_eq!(udp(payload), name, "{payload:?}");
        }
    }
}
