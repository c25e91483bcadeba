//! Frames of Initial packets (RFC 9000 section 12.4 allows five types there).

use super::super::bytes::Bytes;

/// A frame that tells of a handshake.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A part of the handshake's bytes.
    Crypto {
        /// Place of its first byte.
        offset: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// The end of the connection with an alert of TLS.
    Alert,
}

const PADDING: u64 = 0x00;
const PING: u64 = 0x01;
const ACK: u64 = 0x02;
const ACK_ECN: u64 = 0x03;
const CRYPTO: u64 = 0x06;
/// CRYPTO of Google's versions. Elsewhere no Initial packet has this type.
const GOOGLE_CRYPTO: u64 = 0x08;
const CONNECTION_CLOSE: u64 = 0x1C;

/// Errors that are alerts of TLS (RFC 9001 section 4.8).
const ALERTS: std::ops::RangeInclusive<u64> = 0x0100..=0x01FF;

/// Calls back with each frame, up to the first one that is malformed or of another type.
pub fn frames<'a>(payload: &'a [u8], mut back: impl FnMut(Frame<'a>)) {
    let mut rest = Bytes(payload);
    while let Some(frame) = next(&mut rest) {
        frame.into_iter().for_each(&mut back);
    }
}

fn next<'a>(rest: &mut Bytes<'a>) -> Option<Option<Frame<'a>>> {
    let kind = rest.integer()?;
    Some(match kind {
        PADDING | PING => None,
        ACK | ACK_ECN => {
            acknowledgment(rest, kind == ACK_ECN)?;
            None
        }
        CRYPTO | GOOGLE_CRYPTO => {
            let (offset, length) = (rest.integer()?, rest.integer()?);
            let bytes = rest.exactly(usize::try_from(length).ok()?)?;
            Some(Frame::Crypto { offset, bytes })
        }
        CONNECTION_CLOSE => {
            let (error, _, reason) = (rest.integer()?, rest.integer()?, rest.integer()?);
            rest.exactly(usize::try_from(reason).ok()?)?;
            ALERTS.contains(&error).then_some(Frame::Alert)
        }
        _ => return None,
    })
}

fn acknowledgment(rest: &mut Bytes<'_>, counts: bool) -> Option<()> {
    let (_, _, ranges, _) = (rest.integer()?, rest.integer()?, rest.integer()?, rest.integer()?);
    for _ in 0..ranges {
        integers(rest, 2)?;
    }
    if counts {
        integers(rest, 3)?;
    }
    Some(())
}

fn integers(rest: &mut Bytes<'_>, count: usize) -> Option<()> {
    (0..count).try_for_each(|_| rest.integer().map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(payload: &[u8]) -> Vec<Frame<'_>> {
        let mut found = Vec::new();
        frames(payload, |frame| found.push(frame));
        found
    }

    #[test]
    fn crypto_is_found_between_other_frames() {
        let payload =
            [0, 0, 1, 2, 9, 0, 1, 0, 3, 4, 6, 5, 2, 7, 8, 3, 9, 0, 0, 0, 1, 2, 3, 6, 0, 0];
        let crypto = |offset, bytes| Frame::Crypto { offset, bytes };
        assert_eq!(read(&payload), [crypto(5, &[7, 8]), crypto(0, &[])]);
        for length in 0..15 {
            assert_eq!(read(&payload[..length]), [], "{length}");
        }
        assert_eq!(read(&[9, 6, 0, 0]), [], "a frame that no Initial packet has");
        assert_eq!(read(&[6, 0, 0x7F, 0xFF]), [], "more than there is");
    }

    #[test]
    fn errors_of_tls_are_alerts() {
        assert_eq!(read(&[0x1C, 0x41, 0x28, 6, 0]), [Frame::Alert]);
        assert_eq!(read(&[0x1C, 0x0A, 6, 0]), []);
    }
}
