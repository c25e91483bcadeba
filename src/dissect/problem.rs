//! Problems of packets, by stable names: the column `problem` and the rows of `problems`.
//!
//! A problem is a header that could not be read as the header below it announced. A payload
//! truncated by the snaplen is no problem: `truncated_packets` counts it.

use super::protocol::Protocol;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A problem of a packet; [`Problem::info`] has its name and meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Problem(u8);

/// One row of the list of problems.
#[derive(Clone, Copy, Debug)]
pub struct ProblemInfo {
    /// The stable name.
    pub name: &'static str,
    /// Layer of the header.
    pub layer: Protocol,
    /// Meaning, for people.
    pub meaning: &'static str,
}

macro_rules! problems {
    ($($constant:ident = $name:literal, $layer:ident, $meaning:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Index { $($constant,)* }

        impl Problem {
            $(#[doc = $meaning] pub const $constant: Problem = Problem(Index::$constant as u8);)*
        }

        /// Every problem, in the order of the layers.
        pub const PROBLEMS: &[ProblemInfo] = &[
            $(ProblemInfo { name: $name, layer: Protocol::$layer, meaning: $meaning },)*
        ];
    };
}

problems! {
    LINK_TYPE_UNKNOWN = "link_type_unknown", FRAME, "the link type is not dissected";
    DEPTH_EXCEEDED = "depth_exceeded", FRAME, "more than 31 layers; the deeper ones were not dissected";
    TIMESTAMP_OUT_OF_RANGE = "timestamp_out_of_range", FRAME, "the time is before the year 0 or after the year 9999; its cells are empty";
    ETH_HEADER_TRUNCATED = "eth_header_truncated", ETH, "fewer than the 14 bytes of an Ethernet header were captured";
    ETH_LENGTH_INVALID = "eth_length_invalid", ETH, "the type field holds 1501 to 1535, neither a length nor an EtherType";
    VLAN_HEADER_TRUNCATED = "vlan_header_truncated", VLAN, "fewer than the 4 bytes of a VLAN tag were captured";
    VLAN_DEPTH_EXCEEDED = "vlan_depth_exceeded", VLAN, "more VLAN tags than fit into the 31 layers of a path";
    LLC_HEADER_TRUNCATED = "llc_header_truncated", LLC, "the LLC or SNAP header was not captured whole";
    MPLS_HEADER_TRUNCATED = "mpls_header_truncated", MPLS, "the capture ends inside the MPLS label stack or right after it";
    PPPOE_HEADER_TRUNCATED = "pppoe_header_truncated", PPPOES, "fewer than the 6 bytes of a PPPoE header were captured";
    PPP_HEADER_TRUNCATED = "ppp_header_truncated", PPP, "the PPP protocol field was not captured whole";
    SLL_HEADER_TRUNCATED = "sll_header_truncated", SLL, "the Linux cooked header was not captured whole";
    NULL_HEADER_TRUNCATED = "null_header_truncated", NULL, "fewer than the 4 bytes of the address family were captured";
    RAW_VERSION_UNKNOWN = "raw_version_unknown", RAW, "a raw IP frame begins with neither version 4 nor version 6";
    RAW_HEADER_TRUNCATED = "raw_header_truncated", RAW, "fewer than the 8 bytes of a raw IP frame were captured that tell its version";
    CHDLC_HEADER_TRUNCATED = "chdlc_header_truncated", CHDLC, "fewer than the 4 bytes of a Cisco HDLC header were captured, or nothing after them";
    FDDI_HEADER_TRUNCATED = "fddi_header_truncated", FDDI, "fewer than the 13 bytes of an FDDI header were captured";
    RADIOTAP_HEADER_TRUNCATED = "radiotap_header_truncated", RADIOTAP, "the radiotap header was not captured whole";
    WLAN_HEADER_TRUNCATED = "wlan_header_truncated", WLAN, "the 802.11 header was not captured whole";
    PSEUDO_HEADER_TRUNCATED = "pseudo_header_truncated", FRAME, "the header that the capturing machine put before the frame was not captured whole";
    LINK_HEADER_TRUNCATED = "link_header_truncated", FRAME, "the link-layer header was not captured whole";
    TAG_HEADER_TRUNCATED = "tag_header_truncated", ETH, "a tag or service header after Ethernet was not captured whole";
    TUNNEL_HEADER_TRUNCATED = "tunnel_header_truncated", UDP, "the header of a tunnel over UDP was not captured whole";
    ARP_HEADER_TRUNCATED = "arp_header_truncated", ARP, "the ARP header or its addresses were not captured whole";
    IPV4_HEADER_TRUNCATED = "ipv4_header_truncated", IP, "the IPv4 header was not captured whole";
    IPV4_VERSION_INVALID = "ipv4_version_invalid", IP, "the version of a header announced as IPv4 is not 4";
    IPV4_HEADER_LENGTH_INVALID = "ipv4_header_length_invalid", IP, "an IPv4 header length below 20 bytes or above the total length";
    IPV4_OPTION_INVALID = "ipv4_option_invalid", IP, "an IPv4 option is shorter than the fields of its kind";
    IPV6_HEADER_TRUNCATED = "ipv6_header_truncated", IPV6, "the IPv6 header was not captured whole";
    IPV6_VERSION_INVALID = "ipv6_version_invalid", IPV6, "the version of a header announced as IPv6 is not 6";
    IP_TOTAL_LENGTH_BEYOND_CAPTURE = "ip_total_length_beyond_capture", IP, "the IPv4 header promises more bytes than the frame had on the wire";
    IPV6_PAYLOAD_LENGTH_BEYOND_CAPTURE = "ipv6_payload_length_beyond_capture", IPV6, "the IPv6 header promises more bytes than the frame had on the wire";
    IPV6_EXTENSION_CUT = "ipv6_extension_cut", IPV6, "an IPv6 extension header was not captured whole";
    IPV6_OPTION_BEYOND_CAPTURE = "ipv6_option_beyond_capture", IPV6, "an option of an IPv6 extension header ends after the captured bytes";
    IPV6_ROUTING_HEADER_INVALID = "ipv6_routing_header_invalid", IPV6, "an IPv6 routing header is shorter than the addresses of its type";
    AH_HEADER_TRUNCATED = "ah_header_truncated", AH, "the authentication header was not captured whole";
    GRE_HEADER_TRUNCATED = "gre_header_truncated", GRE, "the GRE header was not captured whole";
    ERSPAN_HEADER_TRUNCATED = "erspan_header_truncated", ERSPAN, "the ERSPAN header was not captured whole";
    VXLAN_HEADER_TRUNCATED = "vxlan_header_truncated", VXLAN, "fewer than the 8 bytes of a VXLAN header were captured";
    GENEVE_HEADER_TRUNCATED = "geneve_header_truncated", GENEVE, "the Geneve header was not captured whole";
    GTP_HEADER_TRUNCATED = "gtp_header_truncated", GTP, "the GTP header was not captured whole";
    TEREDO_HEADER_TRUNCATED = "teredo_header_truncated", TEREDO, "the Teredo header was not captured whole";
    PIM_HEADER_TRUNCATED = "pim_header_truncated", PIM, "the capture ends before the type of a PIM message or before the packet in a register message";
    TCP_HEADER_TRUNCATED = "tcp_header_truncated", TCP, "the TCP header was not captured whole; the ports are given if they were";
    TCP_HEADER_LENGTH_INVALID = "tcp_header_length_invalid", TCP, "a TCP header length below 20 bytes or above what the IP header leaves";
    UDP_HEADER_TRUNCATED = "udp_header_truncated", UDP, "the UDP header was not captured whole; the ports are given if they were";
    UDP_LENGTH_INVALID = "udp_length_invalid", UDP, "a UDP length below 8 bytes or above what the IP header leaves";
    SCTP_HEADER_TRUNCATED = "sctp_header_truncated", SCTP, "fewer than the 12 bytes of an SCTP header were captured";
    ICMP_HEADER_TRUNCATED = "icmp_header_truncated", ICMP, "the ICMP header was not captured whole";
    ICMPV6_HEADER_TRUNCATED = "icmpv6_header_truncated", ICMPV6, "the ICMPv6 header was not captured whole";
    IGMP_HEADER_TRUNCATED = "igmp_header_truncated", IGMP, "the IGMP header was not captured whole";
}

impl Problem {
    /// Name, layer and meaning.
    pub fn info(self) -> ProblemInfo {
        PROBLEMS.get(usize::from(self.0)).copied().unwrap_or(ProblemInfo {
            name: "unknown",
            layer: Protocol::FRAME,
            meaning: "unknown",
        })
    }
}

/// Its name, which outlives the number.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.info().name)
    }
}

impl<'de> Deserialize<'de> for Problem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Problem, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = PROBLEMS.iter().zip(0..).find(|(info, _)| info.name == name);
        let unknown = || D::Error::custom(format!("no problem is named {name:?}"));
        known.map(|(_, number)| Problem(number)).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_snake_case() {
        let names: HashSet<_> = PROBLEMS.iter().map(|info| info.name).collect();
        assert_eq!(names.len(), PROBLEMS.len());
        assert!(names.iter().all(|name| {
            name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        }));
        assert_eq!(Problem::IGMP_HEADER_TRUNCATED.info().name, "igmp_header_truncated");
    }
}
