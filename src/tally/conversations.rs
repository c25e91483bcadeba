//! Conversations: every Ethernet, IPv4 and IPv6 layer of every packet, with the transport
//! above it.
//!
//! The finest conversations are kept (address pair, transport and ports); the coarser layers,
//! endpoints and ports are made of them when all is merged. A packet counts in every layer that it
//! has, tunnels included. There are no timeouts.

use super::Tally;
use super::flow::{self, Flows, Key};
use super::pairs::Pairs;
use crate::dissect::packet::{AddressLayer, Addresses, Packet, Ports, Transport};
use crate::engine::memory::{Growth, MemoryUse};
use crate::engine::pass::Shift;
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Conversations of one capture or run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversations {
    /// Pairs of MAC addresses.
    pub eth: Flows<3>,
    /// Pairs of IPv4 addresses, by transport and ports.
    pub ipv4: Flows<2>,
    /// Pairs of IPv6 addresses, by transport and ports.
    pub ipv6: Flows<5>,
}

/// The last word of a key: transport and ports, 0 where there are none.
#[inline]
fn ports_word(transport: Transport, low: u16, high: u16) -> u64 {
    (transport as u64 + 1) << 32 | u64::from(low) << 16 | u64::from(high)
}

/// Transport, low side's and high side's port of a key's last word.
pub fn ports_of(word: u64) -> Option<(Transport, u16, u16)> {
    let transport = match word >> 32 {
        1 => Transport::Tcp,
        2 => Transport::Udp,
        3 => Transport::Sctp,
        _ => return None,
    };
    Some((transport, (word >> 16) as u16, word as u16))
}

/// The MAC addresses of a key, low and high.
pub fn eth_of(key: &Key<3>) -> ([u8; 6], [u8; 6]) {
    let mac = |word: u64| {
        let [_, _, mac @ ..] = word.to_be_bytes();
        mac
    };
    (mac(key[0]), mac(key[1]))
}

/// The IPv4 addresses of a key, low and high.
pub fn ipv4_of(key: &Key<2>) -> (Ipv4Addr, Ipv4Addr) {
    (Ipv4Addr::from_bits((key[0] >> 32) as u32), Ipv4Addr::from_bits(key[0] as u32))
}

/// The IPv6 addresses of a key, low and high.
pub fn ipv6_of(key: &Key<5>) -> (Ipv6Addr, Ipv6Addr) {
    let address =
        |high: u64, low: u64| Ipv6Addr::from_bits(u128::from(high) << 64 | u128::from(low));
    (address(key[0], key[1]), address(key[2], key[3]))
}

#[inline]
fn mac_word(mac: &[u8]) -> u64 {
    mac.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The ports of a hop as source and destination; 0 where there are none.
#[inline]
fn sides(ports: Option<Ports>) -> (u16, u16) {
    ports.map_or((0, 0), |ports| (ports.source, ports.destination))
}

impl Conversations {
    #[inline]
    fn observe_ipv4(
        &mut self,
        packet: &Packet<'_>,
        place: (u64, u64),
        hop: &AddressLayer<'_>,
        (source, destination): (u64, u64),
        payload_bytes: u32,
    ) {
        let (source_port, destination_port) = sides(hop.ports);
        let word = |low, high| hop.ports.map_or(0, |ports| ports_word(ports.transport, low, high));
        let from_high = (source, source_port) > (destination, destination_port);
        let key = if from_high {
            [destination << 32 | source, word(destination_port, source_port)]
        } else {
            [source << 32 | destination, word(source_port, destination_port)]
        };
        flow::observe(&mut self.ipv4, key, packet, place, from_high, payload_bytes);
    }

    #[inline]
    fn observe_layer(&mut self, packet: &Packet<'_>, place: (u64, u64), hop: &AddressLayer<'_>) {
        let payload_bytes = hop.payload_bytes.filter(|_| hop.ports.is_some()).unwrap_or(0);
        let (source_port, destination_port) = sides(hop.ports);
        let word = |low, high| hop.ports.map_or(0, |ports| ports_word(ports.transport, low, high));
        match hop.addresses {
            Addresses::Eth(macs) => {
                let (destination, source) = macs.split_at(6);
                let (source, destination) = (mac_word(source), mac_word(destination));
                let key = [source.min(destination), source.max(destination), 0];
                flow::observe(&mut self.eth, key, packet, place, source > destination, 0);
            }
            Addresses::Ipv4(addresses) => {
                let pair = u64::from_be_bytes(*addresses);
                self.observe_ipv4(
                    packet,
                    place,
                    hop,
                    (pair >> 32, pair & 0xFFFF_FFFF),
                    payload_bytes,
                );
            }
            Addresses::Ipv4Routed(source, destination) => {
                let [source, destination] =
                    [source, destination].map(|address| u64::from(u32::from_be_bytes(*address)));
                self.observe_ipv4(packet, place, hop, (source, destination), payload_bytes);
            }
            Addresses::Ipv6(addresses) => {
                let mut words = [0; 4];
                for (word, bytes) in words.iter_mut().zip(addresses.as_chunks().0) {
                    *word = u64::from_be_bytes(*bytes);
                }
                let [a, b, c, d] = words;
                let from_high = (a, b, source_port) > (c, d, destination_port);
                let key = if from_high {
                    [c, d, a, b, word(destination_port, source_port)]
                } else {
                    [a, b, c, d, word(source_port, destination_port)]
                };
                flow::observe(&mut self.ipv6, key, packet, place, from_high, payload_bytes);
            }
            // Without both addresses there is no pair.
            Addresses::Ipv4Source(_) | Addresses::Ipv6Source(_) | Addresses::NoIp => {}
        }
    }
}

impl Tally for Conversations {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        for (depth, layer) in (0..).zip(packet.address_layers()) {
            self.observe_layer(packet, (packet.record.number, depth), layer);
        }
    }

    fn merge(&mut self, later: Conversations, shift: Shift) {
        flow::merge(&mut self.eth, later.eth, shift.packets);
        flow::merge(&mut self.ipv4, later.ipv4, shift.packets);
        flow::merge(&mut self.ipv6, later.ipv6, shift.packets);
    }

    fn memory(&self) -> MemoryUse {
        static GROWTH: Growth = Growth {
            entries: "conversations",
            advice: "choose tables other than conversations, endpoints and ports",
        };
        let counts = [self.eth.len(), self.ipv4.len(), self.ipv6.len()];
        let bytes = [self.eth.bytes(), self.ipv4.bytes(), self.ipv6.bytes()];
        let (entries, bytes): (usize, usize) = (counts.iter().sum(), bytes.iter().sum());
        MemoryUse::of(&GROWTH, entries as u64, bytes as u64)
    }
}

/// The conversations between pairs of IP addresses, of any transport.
#[derive(Debug)]
pub struct IpPairs {
    /// Pairs of IPv4 addresses.
    pub ipv4: Pairs<2>,
    /// Pairs of IPv6 addresses.
    pub ipv6: Pairs<5>,
}

impl IpPairs {
    /// Derived from the finest conversations.
    pub fn of(conversations: &Conversations) -> IpPairs {
        IpPairs {
            ipv4: Pairs::of(&conversations.ipv4, |key| key[0] >> 32 == key[0] & 0xFFFF_FFFF),
            ipv6: Pairs::of(&conversations.ipv6, |key| key[..2] == key[2..4]),
        }
    }
}
