//! Names of numbers in expressions: IP protocols, EtherTypes and services (IANA, IEEE), in tcpdump's
//! spelling.

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
