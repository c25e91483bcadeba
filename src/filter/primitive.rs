//! The tests of which an expression consists, and whether a packet passes one.
//!
//! A test reads decoded fields, never bytes at an offset. A field that was not captured equals no
//! value; so `not port 80` matches a packet without ports.

use super::outer;
use super::value::Net;
use super::words::Layer;
use crate::dissect::packet::{AddressLayer, Addresses, Packet, Transport};
use crate::dissect::protocol::Protocol;

/// The layers that a test looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Scope {
    /// The outermost: up to the first IP header and the layers that it announces.
    #[default]
    Outer,
    /// Every layer of a tunnel.
    Any,
}

/// Choice among two addresses or ports that must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Direction {
    /// One of them.
    #[default]
    Either,
    /// The sender's.
    Source,
    /// The receiver's.
    Destination,
    /// Both.
    Both,
}

/// The versions of IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// A test of one packet.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// One of these protocols is on the path.
    Protocol(Scope, Box<[Protocol]>),
    /// An IP header, of this version if one is given, names this protocol number.
    IpProtocol(Scope, Option<Family>, u8),
    /// An address in IP or ARP lies in a network.
    Address { scope: Scope, direction: Direction, within: Within, net: Net },
    /// A MAC address of an outermost Ethernet header.
    Mac(Direction, [u8; 6]),
    /// A port lies between two, inclusive.
    Port { scope: Scope, direction: Direction, transport: Option<Transport>, low: u16, high: u16 },
    /// A type field of the outermost link layer.
    EtherType(u16),
    /// The id of a VLAN tag.
    VlanId(Scope, u16),
    /// A label of the outermost MPLS stack.
    Label(u32),
    /// At most this many bytes on the wire.
    AtMost(u32),
    /// At least this many bytes on the wire.
    AtLeast(u32),
    /// A packet with a problem.
    Problem,
}

/// The headers in which an address is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// IP and ARP.
    IpAndArp,
    /// IP alone.
    Ip,
    /// ARP alone.
    Arp,
}

impl Within {
    /// The headers that a word before an address restricts it to.
    pub fn of(layer: Option<Layer>) -> Within {
        match layer {
            Some(Layer::Arp) => Within::Arp,
            Some(_) => Within::Ip,
            None => Within::IpAndArp,
        }
    }
}

impl Test {
    /// True if the packet passes.
    #[inline]
    pub fn holds(&self, packet: &Packet<'_>) -> bool {
        match self {
            Test::Protocol(scope, protocols) => {
                layers(packet, *scope).iter().any(|layer| protocols.contains(layer))
            }
            Test::IpProtocol(scope, family, number) => ip_layers(packet, *scope).any(|layer| {
                layer.protocol == Some(*number)
                    && family.is_none_or(|family| self::family(layer) == Some(family))
            }),
            Test::Address { scope, direction, within, net } => {
                (*within != Within::Arp
                    && ip_layers(packet, *scope).any(|layer| addressed(layer, *direction, net)))
                    || (*within != Within::Ip && arp_addressed(packet, *direction, net))
            }
            Test::Mac(direction, mac) => packet.macs().is_some_and(|(source, destination)| {
                direction.holds(source == mac, destination == mac)
            }),
            Test::Port { scope, direction, transport, low, high } => {
                ip_layers(packet, *scope).filter_map(|layer| layer.ports).any(|ports| {
                    let inside = |port| (*low..=*high).contains(&port);
                    transport.is_none_or(|transport| transport == ports.transport)
                        && direction.holds(inside(ports.source), inside(ports.destination))
                })
            }
            Test::EtherType(number) => {
                outer::type_fields(packet).any(|field| field.number == *number)
            }
            Test::VlanId(scope, id) => {
                outer::type_fields(packet).any(|field| field.vlan_id() == Some(*id))
                    || (*scope == Scope::Any && packet.vlans().contains(id))
            }
            Test::Label(label) => {
                let mut fields = outer::type_fields(packet);
                fields.any(|field| field.labels().any(|known| known == *label))
            }
            Test::AtMost(bytes) => packet.record.wire_bytes <= *bytes,
            Test::AtLeast(bytes) => packet.record.wire_bytes >= *bytes,
            Test::Problem => packet.problem.is_some(),
        }
    }
}

impl Direction {
    /// Combines whether the sender's and whether the receiver's value matches.
    #[inline]
    fn holds(self, source: bool, destination: bool) -> bool {
        match self {
            Direction::Either => source || destination,
            Direction::Source => source,
            Direction::Destination => destination,
            Direction::Both => source && destination,
        }
    }
}

/// The layers of the path that a test looks at.
#[inline]
fn layers<'p>(packet: &'p Packet<'_>, scope: Scope) -> &'p [Protocol] {
    let layers = packet.path.layers();
    match scope {
        Scope::Any => layers,
        Scope::Outer => layers.get(..outer_depth(layers)).unwrap_or(layers),
    }
}

/// The number of layers before the first that an IP header carries inside a tunnel.
#[inline]
fn outer_depth(layers: &[Protocol]) -> usize {
    let ip = |layer: &Protocol| matches!(*layer, Protocol::IP | Protocol::IPV6);
    let Some(first) = layers.iter().position(ip) else { return layers.len() };
    let starts_anew = |layer: &Protocol| {
        const OTHERS: [Protocol; 4] =
            [Protocol::ETH, Protocol::PPP, Protocol::PPP_WITHOUT_ADDRESS, Protocol::ARP];
        ip(layer) || OTHERS.contains(layer)
    };
    let inner = layers.iter().skip(first + 1).position(starts_anew);
    inner.map_or(layers.len(), |inner| first + 1 + inner)
}

#[inline]
fn ip_layers<'p, 'a>(
    packet: &'p Packet<'a>,
    scope: Scope,
) -> impl Iterator<Item = &'p AddressLayer<'a>> {
    let most = if scope == Scope::Outer { 1 } else { usize::MAX };
    packet.address_layers().iter().filter(|layer| layer.is_ip()).take(most)
}

fn family(layer: &AddressLayer<'_>) -> Option<Family> {
    match layer.addresses {
        Addresses::Ipv4(_) | Addresses::Ipv4Routed(..) | Addresses::Ipv4Source(_) => {
            Some(Family::V4)
        }
        Addresses::Ipv6(_) | Addresses::Ipv6Source(_) => Some(Family::V6),
        Addresses::Eth(_) | Addresses::NoIp => None,
    }
}

/// True if the addresses of an IP layer match.
#[inline]
fn addressed(layer: &AddressLayer<'_>, direction: Direction, net: &Net) -> bool {
    let (v4, v6) = (
        |address: Option<&[u8; 4]>| address.is_some_and(|address| net.contains_v4(address)),
        |address: Option<&[u8; 16]>| address.is_some_and(|address| net.contains_v6(address)),
    );
    match layer.addresses {
        Addresses::Ipv4(both) => direction.holds(v4(both.first_chunk()), v4(both.last_chunk())),
        Addresses::Ipv4Routed(source, destination) => {
            direction.holds(v4(Some(source)), v4(Some(destination)))
        }
        Addresses::Ipv4Source(source) => direction.holds(v4(Some(source)), false),
        Addresses::Ipv6(both) => direction.holds(v6(both.first_chunk()), v6(both.last_chunk())),
        Addresses::Ipv6Source(source) => direction.holds(v6(Some(source)), false),
        Addresses::Eth(_) | Addresses::NoIp => false,
    }
}

fn arp_addressed(packet: &Packet<'_>, direction: Direction, net: &Net) -> bool {
    packet.path.last() == Some(Protocol::ARP)
        && outer::type_fields(packet).filter_map(|field| field.arp_addresses()).any(
            |(sender, target)| direction.holds(net.contains_v4(sender), net.contains_v4(target)),
        )
}
