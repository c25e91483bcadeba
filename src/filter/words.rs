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

/// IP protocols that have a name (IANA), with tcpdump's spelling of two of them.
const IP_PROTOCOLS: &[(&str, u8)] = &[
    ("icmp", 1),
    ("igmp", 2),
    ("ipip", 4),
    ("tcp", 6),
    ("igrp", 9),
    ("udp", 17),
    ("ipv6", 41),
    ("ip6", 41),
    ("rsvp", 46),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("icmp6", 58),
    ("icmpv6", 58),
    ("ipv6-icmp", 58),
    ("eigrp", 88),
    ("ospf", 89),
    ("pim", 103),
    ("ipcomp", 108),
    ("vrrp", 112),
    ("carp", 112),
    ("pgm", 113),
    ("l2tp", 115),
    ("sctp", 132),
    ("udplite", 136),
    ("hip", 139),
    ("shim6", 140),
];

/// The number of an IP protocol by its name.
pub fn ip_protocol(text: &str) -> Option<u8> {
    IP_PROTOCOLS.iter().find(|(name, _)| *name == text).map(|(_, number)| *number)
}

/// EtherTypes by the names that tcpdump and the column `protocols` give them.
const ETHERTYPES: &[(&str, u16)] = &[
    ("ip", 0x0800),
    ("arp", 0x0806),
    ("rarp", 0x8035),
    ("vlan", 0x8100),
    ("ip6", 0x86DD),
    ("ipv6", 0x86DD),
    ("mpls", 0x8847),
    ("pppoed", 0x8863),
    ("pppoes", 0x8864),
    ("eapol", 0x888E),
    ("ieee8021ad", 0x88A8),
    ("lldp", 0x88CC),
    ("macsec", 0x88E5),
    ("loopback", 0x9000),
];

/// The number of an EtherType by its name.
pub fn ethertype(text: &str) -> Option<u16> {
    ETHERTYPES.iter().find(|(name, _)| *name == text).map(|(_, number)| *number)
}

/// Ports by the names of /etc/services. The file itself is not read: a result must not depend on
/// the machine.
const SERVICES: &[(&str, u16)] = &[
    ("ftp-data", 20),
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("domain", 53),
    ("bootps", 67),
    ("bootpc", 68),
    ("tftp", 69),
    ("http", 80),
    ("kerberos", 88),
    ("pop3", 110),
    ("sunrpc", 111),
    ("ntp", 123),
    ("netbios-ns", 137),
    ("netbios-dgm", 138),
    ("netbios-ssn", 139),
    ("imap2", 143),
    ("snmp", 161),
    ("snmp-trap", 162),
    ("bgp", 179),
    ("ldap", 389),
    ("https", 443),
    ("microsoft-ds", 445),
    ("isakmp", 500),
    ("syslog", 514),
    ("ldaps", 636),
    ("domain-s", 853),
    ("imaps", 993),
    ("pop3s", 995),
    ("ms-sql-s", 1433),
    ("radius", 1812),
    ("nfs", 2049),
    ("mysql", 3306),
    ("ms-wbt-server", 3389),
    ("sip", 5060),
    ("mdns", 5353),
    ("postgresql", 5432),
    ("redis", 6379),
    ("http-alt", 8080),
];

/// The port of a service.
pub fn service(text: &str) -> Option<u16> {
    SERVICES.iter().find(|(name, _)| *name == text).map(|(_, port)| *port)
}

/// The names of all services that are known.
pub fn services() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique() {
        let names: HashSet<_> = WORDS.iter().map(|word| word.name).collect();
        assert_eq!(names.len(), WORDS.len());
        assert!(WORDS.iter().all(|word| !word.about.is_empty()));
    }

    #[test]
    fn protocols_have_names_of_the_column_and_of_tcpdump() {
        assert_eq!(protocols("vxlan"), [Protocol::VXLAN]);
        assert_eq!(protocols("icmp6"), [Protocol::ICMPV6]);
        assert_eq!(protocols("erspan").len(), 2);
        assert!(protocols("dns").is_empty() && protocols("frame").is_empty());
    }
}
