//! Protocols and the paths they form, under Wireshark's names (`frame.protocols` without
//! `ethertype`).
//!
//! A [`Path`] is at most [`DEEPEST`] layers; what is deeper is a problem of the packet
//! (`depth_exceeded`).

use super::{application, named};
use crate::capture::LinkType;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

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

/// Number of layers of a path, at most.
pub const DEEPEST: usize = 31;

/// Protocols from the outermost to the innermost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Path {
    /// The layers in one number: themselves while there are up to [`EXACT`] of them, a mixture of
    /// them beyond.
    fingerprint: u64,
    layers: [Protocol; DEEPEST],
    length: u16,
}

/// Number of layers that a fingerprint identifies exactly.
const EXACT: u16 = 4;

/// The fingerprint of a path of `length` layers and one more.
const fn extended(fingerprint: u64, length: u16, protocol: Protocol) -> u64 {
    if length < EXACT {
        fingerprint << 16 | protocol.0 as u64
    } else {
        (fingerprint.rotate_left(23) ^ protocol.0 as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

impl Path {
    /// A path of these layers; those beyond [`DEEPEST`] are left out.
    pub const fn of(protocols: &[Protocol]) -> Path {
        let mut path = Path { fingerprint: 0, layers: [Protocol(0); DEEPEST], length: 0 };
        // A `for` loop is not const.
        while (path.length as usize) < protocols.len() && (path.length as usize) < DEEPEST {
            let protocol = protocols[path.length as usize];
            path.fingerprint = extended(path.fingerprint, path.length, protocol);
            path.layers[path.length as usize] = protocol;
            path.length += 1;
        }
        path
    }

    /// A number that tells most paths apart.
    #[inline]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// The layers, outermost first.
    #[inline]
    pub fn layers(&self) -> &[Protocol] {
        self.layers.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// The outermost layer.
    pub fn first(&self) -> Option<Protocol> {
        self.layers().first().copied()
    }

    /// The innermost layer.
    pub fn last(&self) -> Option<Protocol> {
        self.layers().last().copied()
    }

    /// Layer by layer, by their names.
    pub fn cmp_by_name(&self, other: &Path) -> Ordering {
        let layers = self.layers().iter().zip(other.layers());
        let differing =
            layers.map(|(one, two)| one.cmp_by_name(*two)).find(|ordering| ordering.is_ne());
        differing.unwrap_or(self.length.cmp(&other.length))
    }

    /// Number of layers with the same names, from the outermost in.
    pub fn common_by_name(&self, other: &Path) -> usize {
        self.layers()
            .iter()
            .zip(other.layers())
            .take_while(|(one, two)| one.cmp_by_name(**two).is_eq())
            .count()
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        self.fingerprint = 0;
        self.length = 0;
    }

    /// Becomes the same path as `other`, of at most [`EXACT`] layers: the room for more is not copied.
    #[inline]
    pub(super) fn copy_short(&mut self, other: &Path) {
        let layers = other.layers.first_chunk::<{ EXACT as usize }>();
        if let (Some(to), Some(from)) = (self.layers.first_chunk_mut(), layers) {
            *to = *from;
        }
        (self.fingerprint, self.length) = (other.fingerprint, other.length);
    }

    /// Adds a layer; false when there is no room.
    #[inline]
    pub fn push(&mut self, protocol: Protocol) -> bool {
        let slot = self.layers.get_mut(usize::from(self.length));
        let room = slot.is_some();
        if let Some(slot) = slot {
            *slot = protocol;
            self.fingerprint = extended(self.fingerprint, self.length, protocol);
            self.length += 1;
        }
        room
    }
}

impl PartialEq for Path {
    #[inline]
    fn eq(&self, other: &Path) -> bool {
        self.fingerprint == other.fingerprint
            && self.length == other.length
            && (self.length <= EXACT || self.layers() == other.layers())
    }
}

impl Eq for Path {}

impl Hash for Path {
    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.fingerprint ^ u64::from(self.length));
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, layer) in self.layers().iter().enumerate() {
            write!(out, "{}{layer}", if depth > 0 { ":" } else { "" })?;
        }
        Ok(())
    }
}

/// The names of its layers, which outlive the numbers.
impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Path, D::Error> {
        let (text, mut path) = (String::deserialize(deserializer)?, Path::default());
        for name in text.split(':').filter(|_| !text.is_empty()) {
            let known = Protocol::named(name);
            let protocol =
                known.ok_or_else(|| D::Error::custom(format!("no protocol is named {name:?}")))?;
            if !path.push(protocol) {
                return Err(D::Error::custom("a path has too many layers"));
            }
        }
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_paths_keep_their_names() {
        let tunnel = [Protocol::ETH, Protocol::IP, Protocol::ip_protocol(253)];
        for path in
            [Path::default(), Path::of(&tunnel), Path::of(&[Protocol::link_type(LinkType(300))])]
        {
            let saved = postcard::to_allocvec(&path).unwrap();
            assert_eq!(postcard::from_bytes(&saved), Ok(path));
        }
        for (name, protocol) in Protocol::known() {
            assert_eq!(Protocol::named(name).map(|found| found.to_string()).as_deref(), Some(name));
            assert!(!name.contains(':'), "{protocol:?}");
        }
        for wrong in ["eth:", "eth:no", "ip-proto-256", "dlt-40000", &["eth"; 32].join(":")] {
            let saved = postcard::to_allocvec(wrong).unwrap();
            assert!(postcard::from_bytes::<Path>(&saved).is_err(), "{wrong}");
        }
    }

    #[test]
    fn protocols_and_paths_have_wiresharks_names() {
        assert_eq!(
            Path::of(&[Protocol::ETH, Protocol::VLAN, Protocol::HOP_BY_HOP]).to_string(),
            "eth:vlan:ipv6.hopopts"
        );
        assert_eq!(Protocol::ip_protocol(253).to_string(), "ip-proto-253");
        assert_eq!(Protocol::link_type(LinkType(300)).to_string(), "dlt-300");
        assert_eq!(Path::default().to_string(), "");
    }

    #[test]
    fn a_full_path_refuses_further_layers() {
        let mut path = Path::of(&[Protocol::VLAN; DEEPEST]);
        assert!(!path.push(Protocol::IP));
        assert_eq!(path.layers().len(), DEEPEST);
        assert_eq!(Path::of(&[Protocol::VLAN; DEEPEST + 5]), path);
    }

    #[test]
    fn paths_of_the_same_layers_are_equal() {
        let mut long = Path::of(&[Protocol::ETH, Protocol::IP]);
        long.clear();
        assert!(long.push(Protocol::ETH));
        assert_eq!(long, Path::of(&[Protocol::ETH]));
        assert_ne!(long, Path::default());
    }
}
