//! Protocols and the paths they form, under Wireshark's names (`frame.protocols` without
//! `ethertype`).
//!
//! A [`Path`] is at most [`DEEPEST`] layers; what is deeper is a problem of the packet
//! (`depth_exceeded`).

mod path;

use super::{application, named};
use crate::capture::LinkType;
pub use path::{DEEPEST, Path};
use std::cmp::Ordering;
use std::fmt;

/// A protocol layer. Those that pcapstat knows have a constant; others are named by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Protocol(u16);

macro_rules! protocols {
    ($($constant:ident = $name:literal,)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Index { $($constant,)* }

        #[allow(missing_docs)]
        impl Protocol {
            $(pub const $constant: Protocol = Protocol(Index::$constant as u16);)*
        }

        const NAMES: &[&str] = &[$($name,)*];
    };
}

protocols! {
    ETH = "eth",
    VLAN = "vlan",
    IEEE8021AD = "ieee8021ad",
    IEEE8021AH = "ieee8021ah",
    MACSEC = "macsec",
    NSH = "nsh",
    LLC = "llc",
    OSI = "osi",
    OSI_PADDED = "osi",
    MPLS = "mpls",
    PPPOED = "pppoed",
    PPPOES = "pppoes",
    PPP = "ppp",
    PPP_WITHOUT_ADDRESS = "ppp",
    LCP = "lcp",
    IPCP = "ipcp",
    IPV6CP = "ipv6cp",
    SLL = "sll",
    NULL = "null",
    RAW = "raw",
    RADIOTAP = "radiotap",
    WLAN_RADIO = "wlan_radio",
    WLAN = "wlan",
    TDLS = "wlan",
    PPI = "ppi",
    CHDLC = "chdlc",
    FDDI = "fddi",
    FRAME_RELAY = "fr",
    FABRIC_PATH = "cfp",
    ARP = "arp",
    STP = "stp",
    LLDP = "lldp",
    EAPOL = "eapol",
    IP = "ip",
    IPV6 = "ipv6",
    HOP_BY_HOP = "ipv6.hopopts",
    DESTINATION_OPTIONS = "ipv6.dstopts",
    ROUTING = "ipv6.routing",
    FRAGMENT = "ipv6.fraghdr",
    AH = "ah",
    ESP = "esp",
    GRE = "gre",
    ERSPAN_I = "erspan",
    ERSPAN = "erspan",
    VXLAN = "vxlan",
    GENEVE = "geneve",
    GTP = "gtp",
    TEREDO = "teredo",
    TCP = "tcp",
    UDP = "udp",
    UDPLITE = "udplite",
    SCTP = "sctp",
    DCCP = "dccp",
    ICMP = "icmp",
    ICMPV6 = "icmpv6",
    IGMP = "igmp",
    OSPF = "ospf",
    PIM = "pim",
    VRRP = "vrrp",
    EIGRP = "eigrp",
    RSVP = "rsvp",
    PGM = "pgm",
    IGRP = "igrp",
    ETHERIP = "etherip",
    IPCOMP = "ipcomp",
    L2TP = "l2tp",
    MOBILITY = "mipv6",
    HIP = "hip",
    SHIM6 = "shim6",
    PCAP_PKTDATA = "pcap_pktdata",
    PRISM = "prism",
    WLANCAP = "wlancap",
    USER_DLT = "user_dlt",
    PKTAP = "pktap",
    NFLOG = "nflog",
    PFLOG = "pflog",
    ENC = "enc",
    TOKEN_RING = "tr",
    ARCNET = "arcnet",
    IPFC = "ipfc",
    IPOIB = "ipoib",
    IPNET = "ipnet",
    CLIP = "clip",
    ATM = "atm",
    LANE = "lane",
    ILMI = "ilmi",
    SSCOP = "sscop",
    JUNIPER = "juniper",
    ERF = "erf",
    CISCO_METADATA = "cmd",
    ARISTA = "avsp",
    VN_TAG = "vntag",
    E_TAG = "etag",
    TRILL = "trill",
    HSR = "hsr",
    IEEE8021CB = "ieee8021cb",
    BATMAN = "batadv",
    PSEUDOWIRE = "pwethheuristic",
    PSEUDOWIRE_CONTROL_WORD = "pwethcw",
    MULTILINK = "mp",
    TZSP = "tzsp",
    CAPWAP_DATA = "capwap.data",
    LWAPP = "lwapp",
    LWAPP_CONTROL = "lwapp",
    AYIYA = "ayiya",
    LISP_DATA = "lisp-data",
    // Variants of a layer whose header reads differently.
    CISCO_METADATA_TYPE_FIRST = "cmd",
    WLAN_RADIO_PADDED = "wlan_radio",
    WLAN_PADDED = "wlan",
    WLAN_SWAPPED = "wlan",
    VXLAN_GPE = "vxlan_gpe",
    DLT_UNREGISTERED = "dlt-unregistered",
    // Layers of the two tables themselves, never on a path.
    FRAME = "frame",
    FILE = "file",
}

/// First number of IP protocols without a constant.
const IP_PROTOCOLS: u16 = 0x0100;
/// First number of link types without a constant.
const LINK_TYPES: u16 = 0x8000;

impl Protocol {
    /// By name; protocols of one name are equal.
    fn cmp_by_name(self, other: Protocol) -> Ordering {
        match (self.name(), other.name()) {
            _ if self == other => Ordering::Equal,
            (Some(one), Some(two)) => one.cmp(two),
            _ => self.to_string().cmp(&other.to_string()),
        }
    }

    /// Every protocol that headers decide on and that can be on a path, with its name. What shares
    /// its name with an application is left out: the name would find one of the two only.
    pub fn known() -> impl Iterator<Item = (&'static str, Protocol)> {
        let names = NAMES.iter().take(usize::from(Protocol::FRAME.0));
        let dissected = names.zip(0..).map(|(name, number)| (*name, Protocol(number)));
        let named = named::known().filter(|(name, _)| application::place_of(name).is_none());
        dissected.chain(named)
    }

    /// An IP protocol that has no constant, named `ip-proto-NNN`.
    pub fn ip_protocol(number: u8) -> Protocol {
        Protocol(IP_PROTOCOLS + u16::from(number))
    }

    /// A link type that has no constant, named `dlt-NNN`. No number from 32768 on is registered:
    /// these have one name.
    pub fn link_type(link_type: LinkType) -> Protocol {
        if link_type.0 < LINK_TYPES {
            Protocol(LINK_TYPES | link_type.0)
        } else {
            Protocol::DLT_UNREGISTERED
        }
    }

    /// The protocol of a number in [`named`].
    pub(super) const fn numbered(number: u16) -> Protocol {
        Protocol(number)
    }

    /// An application protocol, by its place in the list of names.
    pub(super) fn application(place: u16) -> Protocol {
        Protocol(application::FIRST + place)
    }

    /// Its name, if it is no number.
    fn name(self) -> Option<&'static str> {
        NAMES
            .get(usize::from(self.0))
            .copied()
            .or_else(|| named::name_of(self.0))
            .or_else(|| application::name_of(self.0).filter(|_| self.0 < LINK_TYPES))
    }

    /// The protocol of this name; one of them if there are several.
    fn named(name: &str) -> Option<Protocol> {
        if let Some((_, known)) = NAMES.iter().zip(0..).find(|(known, _)| **known == name) {
            return Some(Protocol(known));
        }
        if let Some(known) = application::place_of(name).or_else(|| named::protocol_of(name)) {
            return Some(known);
        }
        let number = |prefix| name.strip_prefix(prefix).and_then(|number| number.parse().ok());
        let ip_protocol = number("ip-proto-").and_then(|number: u16| number.try_into().ok());
        let link_type = number("dlt-").filter(|number| *number < LINK_TYPES);
        ip_protocol
            .map(Protocol::ip_protocol)
            .or(link_type.map(|n| Protocol::link_type(LinkType(n))))
    }

    /// Writes the name; as [`Protocol`]'s `Display`, without its machinery.
    #[inline]
    pub fn write(self, out: &mut Vec<u8>) {
        match self.name() {
            Some(name) => out.extend_from_slice(name.as_bytes()),
            None => out.extend_from_slice(self.to_string().as_bytes()),
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => out.write_str(name),
            None if self.0 >= LINK_TYPES => write!(out, "dlt-{}", self.0 - LINK_TYPES),
            None => write!(out, "ip-proto-{}", self.0 - IP_PROTOCOLS),
        }
    }
}

#[cfg(test)]
mod tests;
