//! The words of the filter language: one row each.
//!
//! Names of protocols that are no row here come from [`Protocol::known`].

use crate::dissect::packet::Transport;
use crate::dissect::protocol::Protocol;

/// The part a word plays in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Both sides must match.
    And,
    /// Either side must match.
    Or,
    /// The next term must not match.
    Not,
    /// The next primitive looks at every layer instead of the outermost.
    Any,
    /// The sender's address or port.
    Source,
    /// The receiver's address or port.
    Destination,
    /// The type of the value that follows.
    Kind(Kind),
    /// A layer: a test by itself, or a restriction of what follows.
    Layer(Layer),
    /// A VLAN tag, with an optional id.
    Vlan,
    /// An MPLS label stack, with an optional label.
    Mpls,
    /// At most this many bytes on the wire.
    Less,
    /// At least this many bytes on the wire.
    Greater,
    /// A packet with a problem.
    Problem,
    /// The mask of the network before it.
    Mask,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One address.
    Host,
    /// A network.
    Net,
    /// One port.
    Port,
    /// Ports from one to another.
    PortRange,
    /// A protocol number.
    Proto,
}

/// A layer that can stand before a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Ethernet.
    Ether,
    /// ARP and RARP.
    Arp,
    /// IPv4.
    Ip,
    /// IPv6.
    Ip6,
    /// A transport with ports.
    Transport(Transport),
}

/// A word of the language.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The word as typed.
    pub name: &'static str,
    /// The part it plays.
    pub role: Role,
    /// Its meaning, for people.
    pub about: &'static str,
}

/// Shorthand for the rows.
const fn word(name: &'static str, role: Role, about: &'static str) -> Word {
    Word { name, role, about }
}

/// Every word that is not the name of a protocol alone.
pub const WORDS: &[Word] = &[
    word("and", Role::And, "both sides match; && is the same"),
    word("or", Role::Or, "either side matches; || is the same"),
    word("not", Role::Not, "the next term does not match; ! is the same"),
    word("any", Role::Any, "before a test: on every layer of a tunnel, not only the outermost"),
    word("src", Role::Source, "before a value: the sender's"),
    word("dst", Role::Destination, "before a value: the receiver's"),
    word(
        "host",
        Role::Kind(Kind::Host),
        "an IPv4 or IPv6 address, in IP or ARP; after ether a MAC",
    ),
    word("net", Role::Kind(Kind::Net), "a network: 10.0.0.0/8, 192.168, fe80::/10"),
    word("mask", Role::Mask, "after an IPv4 network: its mask as an address"),
    word("port", Role::Kind(Kind::Port), "a TCP, UDP or SCTP port, by number or name"),
    word("portrange", Role::Kind(Kind::PortRange), "ports from one to another: 6000-6008"),
    word(
        "proto",
        Role::Kind(Kind::Proto),
        "an IP protocol number or name; after ether an EtherType",
    ),
    word("ether", Role::Layer(Layer::Ether), "before host, src, dst or proto: of Ethernet"),
    word("arp", Role::Layer(Layer::Arp), "ARP and RARP"),
    word("ip", Role::Layer(Layer::Ip), "IPv4"),
    word("ip6", Role::Layer(Layer::Ip6), "IPv6"),
    word("tcp", Role::Layer(Layer::Transport(Transport::Tcp)), "TCP"),
    word("udp", Role::Layer(Layer::Transport(Transport::Udp)), "UDP"),
    word("sctp", Role::Layer(Layer::Transport(Transport::Sctp)), "SCTP"),
    word("vlan", Role::Vlan, "a VLAN tag; with a number, a tag with this id"),
    word("mpls", Role::Mpls, "an MPLS label stack; with a number, one with this label"),
    word("less", Role::Less, "at most this many bytes on the wire"),
    word("greater", Role::Greater, "at least this many bytes on the wire"),
    word("problem", Role::Problem, "a packet with a problem"),
];

/// The role of a word.
pub fn role(text: &str) -> Option<Role> {
    WORDS.iter().find(|word| word.name == text).map(|word| word.role)
}

/// tcpdump's names of protocols that the column `protocols` names otherwise.
const TCPDUMP_NAMES: &[(&str, &str)] = &[("icmp6", "icmpv6"), ("ip6", "ipv6")];

/// Every protocol of this name: some names belong to several.
pub fn protocols(text: &str) -> Vec<Protocol> {
    let other = TCPDUMP_NAMES.iter().find(|(name, _)| *name == text);
    let text = other.map_or(text, |(_, name)| name);
    Protocol::known().filter(|(name, _)| *name == text).map(|(_, protocol)| protocol).collect()
}

#[cfg(test)]
mod tests;
