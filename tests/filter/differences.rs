//! Every place where decoded fields differ from tcpdump, which reads bytes at offsets.

use pcapstat::dissect::packet::{Addresses, Packet};

/// A packet on which the two disagree.
pub struct Case<'a> {
    pub expression: &'a str,
    pub link_type: u16,
    pub path: String,
    pub problem: Option<&'static str>,
    /// True if tcpdump reads beyond the captured bytes and refuses the packet for that.
    pub beyond: bool,
    /// True if pcapstat's answer is tcpdump's on the same packet without the layers between
    /// Ethernet and IP or ARP.
    pub as_without_shims: bool,
}

impl Case<'_> {
    fn names(&self, word: &str) -> bool {
        self.expression.split_whitespace().any(|part| part == word)
    }

    fn has(&self, layer: &str) -> bool {
        self.path.split(':').any(|part| part == layer)
    }

    fn is_shimmed(&self) -> bool {
        ["vlan", "ieee8021ad", "mpls", "pppoes", "ppp", "chdlc", "llc", "null"]
            .iter()
            .any(|shim| self.has(shim))
    }
}

pub type Applies = fn(&Case<'_>) -> bool;

/// Every place where decoded fields differ from tcpdump.
pub const DIFFERENCES: &[(&str, Applies)] = &[
    (
        "Every word looks past VLAN tags, MPLS labels, PPPoE, PPP and LLC: `ip` matches tagged IPv4.",
        |case| case.as_without_shims && case.is_shimmed(),
    ),
    (
        "`vlan`, `mpls` and `pppoes` look at every tag and label of the outermost layers, and do not change\n  the words after them: `vlan 1 or vlan 2` is either tag.",
        |case| {
            ["vlan", "mpls", "pppoes"].iter().any(|word| case.names(word) && case.has(word))
                || (case.names("vlan") && case.has("ieee8021ad"))
        },
    ),
    ("Ports and protocols are found after IPv6 extension headers and AH.", |case| {
        case.path.contains("ipv6.") || case.has("ah")
    }),
    (
        "A field that was not captured equals nothing, so `not port 80` matches. tcpdump refuses the packet.",
        |case| case.beyond,
    ),
    ("Link types that are not dissected have no fields, so `not ip` matches.", |case| {
        case.problem == Some("link_type_unknown")
    }),
    (
        "A header that is truncated or invalid has no fields beyond those that the table `packets` shows.",
        |case| case.problem.is_some(),
    ),
    ("SLARP of Cisco HDLC has the number of RARP and is no RARP.", |case| case.has("slarp")),
    ("`ether` addresses are those of Ethernet, not of IEEE 802.11.", |case| {
        case.names("ether") && case.has("wlan")
    }),
    ("Addresses in ARP are read if it maps IPv4 to Ethernet. `arp` is RARP, too.", |case| {
        case.path == "eth:arp"
    }),
    (
        "Encapsulations are looked into that tcpdump's filters take for the end of a packet: MACsec without\n  encryption, NSH, Arista, Frame Relay, PPI, Juniper, ARCNET.",
        |case| {
            ["macsec", "nsh", "avsp", "fr", "ppi", "juniper", "arcnet"]
                .iter()
                .any(|name| case.has(name))
        },
    ),
    ("`vrrp` is VRRP over IPv4 and IPv6.", |case| case.names("vrrp") && case.has("ipv6")),
    ("An IPv6 header after the EtherType of IPv4 is IPv6.", |case| case.path.contains("ip:ipv6")),
];

/// The differences as a list for the documentation.
pub fn differences() -> String {
    DIFFERENCES.iter().map(|(row, _)| format!("- {row}\n")).collect()
}

/// A record's first IP header or ARP packet directly in Ethernet.
pub fn without_shims(packet: &Packet<'_>) -> Option<Vec<u8>> {
    let data = packet.record.data;
    let place = |part: &[u8], before: usize| {
        (part.as_ptr() as usize).checked_sub(data.as_ptr() as usize + before)
    };
    let layer = packet.address_layers().iter().find(|layer| layer.is_ip());
    let (number, at) = match layer.map(|layer| layer.addresses) {
        Some(Addresses::Ipv4(both)) => (0x0800u16, place(both, 12)?),
        Some(Addresses::Ipv4Routed(source, _) | Addresses::Ipv4Source(source)) => {
            (0x0800, place(source, 12)?)
        }
        Some(Addresses::Ipv6(both)) => (0x86DD, place(both, 8)?),
        Some(Addresses::Ipv6Source(source)) => (0x86DD, place(source, 8)?),
        _ if packet.path.to_string().ends_with(":arp") => {
            let at = data.windows(2).position(|two| two == [0x08, 0x06])?;
            (0x0806, at + 2)
        }
        _ => return None,
    };
    let macs =
        packet.macs().map_or(vec![2; 12], |(source, destination)| [destination, source].concat());
    Some([&macs[..], &number.to_be_bytes(), data.get(at..)?].concat())
}
