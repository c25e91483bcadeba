//! Messages of application protocols, read from one payload without state.
//!
//! A message that continues in the next segment is read as far as it goes. Nothing here looks at
//! ports of TCP: the first bytes decide.

mod bytes;
mod carrier;
pub mod dns;
pub mod dtls;
mod fingerprint;
pub mod hello;
pub mod http;
pub mod quic;
pub mod tls;

use super::application::names::{HTTP, OPENVPN, PROXY, SOCKS, TLS};
use crate::dissect::application::Application;
use serde::{Deserialize, Serialize};

/// A message at the start of a TCP payload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// TLS records.
    Tls(tls::Records),
    /// Heads of HTTP/1 messages.
    Http(Vec<http::Head>),
}

impl Message {
    /// The message that a payload begins with. None if it is none of these.
    #[inline]
    pub fn of(payload: &[u8]) -> Option<Message> {
        let plain = |payload: &[u8]| match payload.first()? {
            20..=23 | 0x80.. => tls::Records::of(payload).map(Message::Tls),
            b'A'..=b'Z' => http::of(payload),
            _ => None,
        };
        match payload {
            [b'\r', b'\n', ..] | [b'P', b'R', b'O', b'X', ..] => plain(carrier::carried(payload)?),
            [0..=7, _, 0x20..=0x27, ..] => {
                let mut message = plain(carrier::carried(payload)?);
                if let Some(Message::Tls(records)) = &mut message {
                    // The next segment begins with a header of its own.
                    records.unfinished = None;
                }
                message
            }
            _ => plain(payload),
        }
    }

    /// True if Wireshark reads the message in a payload of a protocol: one that does not carry
    /// others takes it for something else.
    pub fn is_of(&self, application: Option<Application>) -> bool {
        match self {
            Message::Tls(_) => matches!(application, Some(TLS | HTTP | SOCKS | PROXY | OPENVPN)),
            _ => matches!(application, Some(HTTP | SOCKS | PROXY)),
        }
    }
}
