//! Answers of Wireshark's protocols to a payload that a port or the stream gives them: refuse it,
//! take it and show something, or take it silently.

mod accounts;
mod control;
mod forms;
mod industry;
mod iscsi;
mod ltp;
mod services;
mod tcp;
mod udp;

use std::net::IpAddr;
pub use tcp::{is_text, over_tcp};
pub use udp::over_udp;

/// A UDP payload, as far as it was captured, and the ends of its conversation that a protocol asks
/// for.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// The captured bytes.
    pub payload: &'a [u8],
    /// The payload's length in the packet, of which less may have been captured.
    pub length: usize,
    /// The sender's port.
    pub source: u16,
    /// The receiver's port.
    pub destination: u16,
    /// The receiver's address.
    pub to: IpAddr,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissect::application::Application;
    use std::net::Ipv4Addr;

    /// Whether a protocol takes a payload of a length.
    pub fn takes(application: Application, payload: &[u8], length: usize) -> bool {
        let to = Ipv4Addr::LOCALHOST.into();
        let datagram = Datagram { payload, length, source: 60_000, destination: 60_001, to };
        over_udp(application, 60_001, &datagram).is_some()
    }

    /// Payloads of a protocol that are taken, and refused.
    pub fn check(application: Application, taken: &[&[u8]], refused: &[&[u8]]) {
        let name = application.name();
        for payload in taken {
            assert!(takes(application, payload, payload.len()), "{name} {payload:?}");
        }
        for payload in refused {
            assert!(!takes(application, payload, payload.len()), "{name} {payload:?}");
        }
    }
}
