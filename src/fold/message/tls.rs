//! TLS records (RFC 5246, RFC 8446): hellos and plain alerts.

use super::hello::{CLIENT_HELLO, Carrier, ClientHello, SERVER_HELLO, ServerHello};
use serde::{Deserialize, Serialize};

/// Hellos and alerts of one payload.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Records {
    /// The first ClientHello.
    pub client: Option<ClientHello>,
    /// The first ServerHello.
    pub server: Option<ServerHello>,
    /// The record of a ClientHello that continues after the payload.
    #[serde(with = "crate::saved::payload")]
    pub unfinished: Option<Box<[u8]>>,
    /// True if there is an alert that is not encrypted.
    pub alert: bool,
}

const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const LONGEST_RECORD: usize = 18_432;

impl Records {
    /// Reads the records that a payload begins with, or the hello of SSL 2.0. None if it has no
    /// hello and no alert.
    pub fn of(payload: &[u8]) -> Option<Records> {
        if let [128..=255, _, 1, major @ (0 | 3), _, ..] = payload {
            let is_old = matches!((*major, payload.get(4)), (3, _) | (0, Some(2)));
            let client = Some(ClientHello::OLD);
            return is_old.then_some(Records { client, ..Records::default() });
        }
        let (mut found, mut rest) = (Records::default(), payload);
        let mut encrypted = false;
        while let Some((&[kind, major, minor, high, low], body)) = rest.split_first_chunk() {
            let header = rest;
            let length = usize::from(u16::from_be_bytes([high, low]));
            if !(20..=23).contains(&kind) || major != 3 || minor > 4 || length > LONGEST_RECORD {
                break;
            }
            let record = body.get(..length).unwrap_or(body);
            match kind {
                CHANGE_CIPHER_SPEC => encrypted = true,
                ALERT => found.alert |= length == 2 && !encrypted,
                HANDSHAKE if !encrypted || is_hello(record) => found.handshakes(record),
                _ => {}
            }
            if kind == HANDSHAKE && record.len() < length && record.first() == Some(&CLIENT_HELLO) {
                found.unfinished = Some(header.into());
            }
            rest = body.get(length..).unwrap_or_default();
        }
        (found != Records::default()).then_some(found)
    }

    fn handshakes(&mut self, mut rest: &[u8]) {
        while let Some((&[kind, a, b, c], body)) = rest.split_first_chunk() {
            let length = u32::from_be_bytes([0, a, b, c]) as usize;
            let (message, whole) = (body.get(..length).unwrap_or(body), length <= body.len());
            match kind {
                CLIENT_HELLO if self.client.is_none() => {
                    self.client = ClientHello::read(message, whole, Carrier::Tcp);
                }
                SERVER_HELLO if self.server.is_none() => {
                    self.server = ServerHello::read(message, whole);
                }
                _ => {}
            }
            rest = body.get(length..).unwrap_or_default();
        }
    }
}

/// True if a record is one whole ClientHello: a client repeats it in the clear after the change of
/// the cipher that its first one was followed by (RFC 8446 appendix D.4).
fn is_hello(record: &[u8]) -> bool {
    matches!(*record, [1, 0, high, low, ..]
        if usize::from(u16::from_be_bytes([high, low])) + 4 == record.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_hello_is_read_as_far_as_it_goes() {
        let mut hello = vec![3, 3];
        hello.extend([7; 32]);
        hello.extend([0, 0, 2, 0x13, 0x01, 1, 0]);
        hello.extend([0, 13, 0, 0, 0, 9, 0, 7, 0, 0, 4, b'a', b'.', b'b', b'c']);
        let mut payload = vec![22, 3, 1, 0, hello.len() as u8 + 4, 1, 0, 0, hello.len() as u8];
        payload.extend(&hello);
        let name = |payload: &[u8]| {
            Records::of(payload)?.client.map(|client| client.server_name.map(String::from))
        };
        assert_eq!(name(&payload), Some(Some("a.bc".into())));
        for length in 0..payload.len() {
            let cut = &payload[..length];
            assert_eq!(name(cut).flatten(), None, "{length}");
            let records = Records::of(cut);
            let begun = records.as_ref().and_then(|records| records.client.as_ref());
            assert!(begun.is_none_or(|client| client.ja3.is_none()), "{length}");
            let rest = records.and_then(|records| records.unfinished);
            assert_eq!(rest.as_deref(), (length > 5).then_some(cut), "{length}");
        }
        let after_change = [&[20, 3, 3, 0, 1, 1][..], &payload].concat();
        assert_eq!(name(&after_change), Some(Some("a.bc".into())));
        let encrypted = [&[20, 3, 3, 0, 1, 1][..], &payload[..payload.len() - 1]].concat();
        assert_eq!(name(&encrypted), None);
        assert_eq!(Records::of(&[21, 3, 3, 0, 2, 2, 40]).map(|records| records.alert), Some(true));
        assert_eq!(Records::of(&[21, 3, 3, 0, 26, 2, 40]), None);
    }
}
