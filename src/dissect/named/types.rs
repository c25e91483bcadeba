//! Numbers in the headers of dissected protocols that name a protocol that is not.

use super::{Names, of};
use crate::dissect::protocol::Protocol;

/// Protocol types of GRE.
pub const GRE: Names = &[
    (0x0101, &[of("grebonding")]),
    (0x2000, &[of("cdp")]),
    (0x2001, &[of("nhrp")]),
    (0x8137, &[of("ipx")]),
    (0x8881, &[of("ppp_hdlc")]),
    (0xB7EA, &[of("grebonding")]),
];

/// PPP protocols.
pub const PPP: Names = &[
    (0x0027, &[of("dec_dna")]),
    (0x0029, &[of("ddp")]),
    (0x002B, &[of("ipx")]),
    (0x002D, &[of("vjc")]),
    (0x002F, &[of("vjc")]),
    (0x0031, &[of("bcp_bpdu")]),
    (0x0035, &[of("vines_ip")]),
    (0x004D, &[of("sna")]),
    (0x0059, &[of("pppmux")]),
    (0x005B, &[of("vsnp")]),
    (0x0061, &[of("crtp")]),
    (0x00FD, &[of("comp_data")]),
    (0x0205, &[of("dec_stp")]),
    (0x0207, &[of("cdp")]),
    (0x8023, &[of("osinlcp")]),
    (0x8031, &[of("bcp_ncp")]),
    (0x8059, &[of("pppmuxcp")]),
    (0x805B, &[of("vsncp")]),
    (0x80FD, &[of("ccp")]),
    (0x8207, &[of("cdpcp")]),
    (0x8281, &[of("mplscp")]),
    (0xC023, &[of("pap")]),
    (0xC029, &[of("cbcp")]),
    (0xC02B, &[of("bacp")]),
    (0xC02D, &[of("bap")]),
    (0xC223, &[of("chap")]),
    (0xC227, &[of("eap")]),
];

/// Types of Cisco HDLC and of Frame Relay.
pub const CISCO_HDLC: Names = &[
    (0x0111, &[of("udld")]),
    (0x0600, &[of("idp")]),
    (0x2000, &[of("cdp")]),
    (0x6003, &[of("dec_dna")]),
    (0x8035, &[of("slarp")]),
    (0x8038, &[of("dec_stp")]),
    (0x809B, &[of("ddp")]),
    (0x80F3, &[of("aarp")]),
    (0x8137, &[of("ipx")]),
];

/// Network layer protocol identifiers (ISO/IEC TR 9577) in OSI.
pub const OSI: Names = &[
    (0x00, &[of("clnp")]),
    (0x08, &[of("q931")]),
    (0x81, &[of("clnp")]),
    (0x82, &[of("esis")]),
    (0x83, &[of("isis")]),
];

/// Network layer protocol identifiers in Frame Relay.
pub const NLPIDS: Names = &[
    (0x00, &[of("clnp")]),
    (0x08, &[of("q933")]),
    (0x09, &[of("lmi")]),
    (0x81, &[of("clnp")]),
    (0x82, &[of("esis")]),
    (0x83, &[of("isis")]),
    (0xB0, &[of("wcp")]),
];

/// LLC service access points.
pub const SAPS: Names = &[
    (0x04, &[of("sna")]),
    (0x08, &[of("sna")]),
    (0x0C, &[of("sna")]),
    (0x10, &[of("ipx")]),
    (0x40, &[of("sna")]),
    (0x7E, &[of("x25")]),
    (0x80, &[of("3comxns")]),
    (0x82, &[of("bacnet")]),
    (0xBC, &[of("vines_llc")]),
    (0xC8, &[of("sna")]),
    (0xE0, &[of("ipx")]),
    (0xF0, &[of("netbios")]),
    (0xF8, &[of("hpext")]),
    (0xFC, &[of("rpl")]),
];

/// SNAP protocols of Cisco.
pub const SNAP_CISCO: Names = &[
    (0x0104, &[of("pagp")]),
    (0x0111, &[of("udld")]),
    (0x0139, &[of("mcp")]),
    (0x2000, &[of("cdp")]),
    (0x2004, &[of("dtp")]),
];

/// SNAP protocols of Apple.
pub const SNAP_APPLE: Names = &[(0x809B, &[of("ddp")])];

/// SNAP protocols of Extreme Networks.
pub const SNAP_EXTREME: Names = &[(0x00BB, &[of("edp")])];

/// Protocols of Linux cooked captures that are no EtherTypes.
pub const COOKED: Names = &[
    (0x01, &[of("ipx")]),
    (0x0C, &[of("can")]),
    (0x0D, &[of("canfd")]),
    (0x17, &[of("irlap")]),
    (0x30, &[of("ipos"), of("redback")]),
    (0x31, &[of("ipos"), of("redback")]),
    (0x32, &[of("ipos"), of("redback")]),
    (0x33, &[of("ipos"), of("redback")]),
    (0x34, &[of("ipos"), of("redback")]),
    (0x35, &[of("ipos"), of("redback")]),
    (0xF5, &[of("isi")]),
    (0xF6, &[of("wpan")]),
];

/// Address families of BSD loopback.
pub const FAMILIES: Names = &[(16, &[of("ddp")]), (23, &[of("ipx")])];

/// IP protocols.
pub const IP_PROTOCOLS: Names = &[
    (36, &[of("xtp")]),
    (48, &[of("dsr")]),
    (53, &[of("swipe")]),
    (54, &[of("nhrp")]),
    (62, &[Protocol::MOBILITY]),
    (83, &[of("vines_frp"), of("vines_ip")]),
    (93, &[of("ax25")]),
    (106, &[of("lwl4")]),
    (173, &[of("ax4000")]),
    (224, &[of("ncs")]),
];

/// Record types of ERF.
pub const ERF: Names = &[
    (21, &[of("infiniband")]),
    (24, &[of("sdh")]),
    (25, &[of("infiniband_link")]),
    (28, &[of("opa.snc"), of("opa")]),
    (29, &[of("opa")]),
];

/// Every table of this file.
#[cfg(test)]
pub const ALL: &[Names] = &[
    GRE,
    PPP,
    CISCO_HDLC,
    OSI,
    NLPIDS,
    SAPS,
    SNAP_CISCO,
    SNAP_APPLE,
    SNAP_EXTREME,
    COOKED,
    FAMILIES,
    IP_PROTOCOLS,
    ERF,
];
