//! Records of the folds over QUIC and DTLS: what a UDP datagram carries of handshakes.

#[cfg(test)]
use super::super::pair::Endpoint;
use super::super::pair::{Pair, addresses};
use super::Seen;
use crate::capture::time::Timestamp;
use crate::dissect::packet::{Packet, Transport};
use crate::saved::number;
use serde::{Deserialize, Serialize};

/// Contents of a datagram, and its packet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Carried<T> {
    #[serde(deserialize_with = "number")]
    packet: u64,
    time: Option<Timestamp>,
    /// The endpoints.
    pub pair: Pair,
    /// True if the low endpoint sent it.
    pub from_low: bool,
    /// The contents.
    pub contents: T,
}

impl<T> Carried<T> {
    /// The record of a packet whose innermost layer is UDP. None if `read` finds nothing in it.
    #[inline]
    pub fn of(packet: &Packet<'_>, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<Carried<T>> {
        let layer = packet.innermost_ip()?;
        let ports = layer.ports.filter(|ports| ports.transport == Transport::Udp)?;
        let contents = read(layer.datagram()?.0)?;
        let (source, destination) = addresses(layer.addresses)?;
        let (pair, from_low) = Pair::of((source, ports.source), (destination, ports.destination));
        let (packet, time) = (packet.record.number + 1, packet.record.time);
        Some(Carried { packet, time, pair, from_low, contents })
    }

    /// The packet, if there are `before` packets before the part.
    pub fn seen(&self, before: u64) -> Seen {
        Seen::of(&self.pair, self.from_low, self.packet + before, self.time)
    }

    /// Contents from one endpoint to another, for tests.
    #[cfg(test)]
    pub fn between((from, to): (Endpoint, Endpoint), packet: u64, contents: T) -> Carried<T> {
        let (pair, from_low) = Pair::of(from, to);
        Carried { packet, time: None, pair, from_low, contents }
    }
}
