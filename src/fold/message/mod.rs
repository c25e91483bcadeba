//! Messages of application protocols, read from one payload without state.
//!
//! A message that continues in the next segment is read as far as it goes. Nothing here looks at
//! ports of TCP: the first bytes decide.

pub mod dns;
pub mod http;
pub mod tls;

use serde::{Deserialize, Serialize};

/// A message at the start of a TCP payload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// TLS records.
    Tls(tls::Records),
    /// The head of an HTTP/1 request.
    Request(http::Request),
    /// The status of an HTTP/1 response.
    Response(u16),
}

impl Message {
    /// The message that a payload begins with. None if it is none of these.
    #[inline]
    pub fn of(payload: &[u8]) -> Option<Message> {
        match payload.first()? {
            20..=23 => tls::Records::of(payload).map(Message::Tls),
            b'A'..=b'Z' => http::of(payload),
            _ => None,
        }
    }
}
