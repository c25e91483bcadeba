//! DTLS records that are not encrypted (RFC 6347, RFC 9147): fragments of hellos, and alerts.

use super::bytes::Bytes;
use super::hello::{CLIENT_HELLO, SERVER_HELLO};
use serde::{Deserialize, Serialize};

/// Hellos and alerts of one datagram.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Records {
    /// Fragments of hellos, in their order.
    pub fragments: Vec<Fragment>,
    /// True if there is an alert.
    pub alert: bool,
}

/// A part of a ClientHello or a ServerHello.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fragment {
    /// True if it is a ClientHello.
    pub from_client: bool,
    /// Number of the message.
    pub message: u16,
    /// Length of the whole message in bytes.
    pub length: u32,
    /// Place of the part in it.
    pub offset: u32,
    /// The part, as far as it was captured.
    pub bytes: Box<[u8]>,
}

const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
/// Version of OpenSSL before 0.9.8f.
const OLD_VERSION: u16 = 0x0100;
/// Most fragments that are taken of one datagram.
const MOST: usize = 16;

impl Records {
    /// Reads the records of a datagram. None if it has no hello and no alert.
    pub fn of(datagram: &[u8]) -> Option<Records> {
        let datagram = match datagram {
            // CAPWAP's preamble (RFC 5415 section 4.2).
            [1, 0, 0, 0, rest @ ..] => rest,
            all => all,
        };
        let (mut found, mut rest) = match datagram {
            [CHANGE_CIPHER_SPEC..=HANDSHAKE, 0xFE, 0xFC..=0xFF, 0, 0, ..]
            | [CHANGE_CIPHER_SPEC..=HANDSHAKE, 1, 0, 0, 0, ..] => {
                (Records::default(), Bytes(datagram))
            }
            _ => return None,
        };
        while let Some((kind, epoch, body)) = record(&mut rest) {
            match kind {
                ALERT if epoch == 0 => found.alert |= body.0.len() == 2,
                HANDSHAKE if epoch == 0 => found.handshakes(body),
                _ => {}
            }
        }
        (found != Records::default()).then_some(found)
    }

    fn handshakes(&mut self, mut rest: Bytes<'_>) {
        while let Some((kind, fragment)) = fragment(&mut rest) {
            if matches!(kind, CLIENT_HELLO | SERVER_HELLO) && self.fragments.len() < MOST {
                self.fragments.push(Fragment { from_client: kind == CLIENT_HELLO, ..fragment });
            }
        }
    }
}

/// Type, epoch and body of the next record.
fn record<'a>(rest: &mut Bytes<'a>) -> Option<(u8, u16, Bytes<'a>)> {
    let kind = rest.u8()?;
    let version = rest.u16()?;
    let epoch = rest.u16()?;
    rest.exactly(6)?;
    let length = rest.u16()?;
    let known = (CHANGE_CIPHER_SPEC..=25).contains(&kind)
        && (version >> 8 == 0xFE || version == OLD_VERSION);
    known.then(|| (kind, epoch, rest.take(length.into())))
}

/// The next fragment, and the type of its message.
fn fragment(rest: &mut Bytes<'_>) -> Option<(u8, Fragment)> {
    let kind = rest.u8()?;
    let length = rest.u24()?;
    let message = rest.u16()?;
    let (offset, part) = (rest.u24()?, rest.u24()?);
    let bytes = rest.take(part).0.into();
    // Each has three bytes.
    let (length, offset) = (length as u32, offset as u32);
    Some((kind, Fragment { from_client: false, message, length, offset, bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datagram(epoch: u8, kind: u8, body: &[u8]) -> Vec<u8> {
        let head = [kind, 0xFE, 0xFD, 0, epoch, 0, 0, 0, 0, 0, 0, 0, body.len() as u8];
        [&head[..], body].concat()
    }

    #[test]
    fn fragments_of_hellos_are_found_among_others() {
        let part = |kind: u8| [kind, 0, 1, 0, 0, 1, 0, 0, 5, 0, 0, 2, 7, 8];
        let both = [datagram(0, 22, &part(1)), datagram(0, 22, &part(11))].concat();
        let found = Records::of(&both).unwrap();
        let whole = Fragment {
            from_client: true,
            message: 1,
            length: 256,
            offset: 5,
            bytes: Box::new([7, 8]),
        };
        assert_eq!(found.fragments, [whole]);
        assert_eq!(Records::of(&datagram(1, 22, &part(1))), None);
        for length in 0..26 {
            let cut = Records::of(&both[..length]);
            assert_eq!(cut.map(|found| found.fragments.len()), (length > 24).then_some(1));
        }
    }

    #[test]
    fn alerts_of_epoch_0_are_plain() {
        let alert = |epoch, body: &[u8]| Records::of(&datagram(epoch, 21, body)).is_some();
        assert!(alert(0, &[2, 40]) && !alert(1, &[2, 40]) && !alert(0, &[0; 26]));
        assert_eq!(Records::of(b"\x16\x03\x01\x00\x00"), None);
    }
}
