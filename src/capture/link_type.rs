//! Link types: numbers of the tcpdump.org LINKTYPE_ registry, and the facts of each that reading
//! needs.
//!
//! Names are those of capinfos 4.0. Longest records are those of Wireshark's wiretap (`wtap.h`). A
//! link type without a row is named by its number.

use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;
use std::ops::Deref;

/// A link-layer header type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct LinkType(pub u16);

/// Link types in order of first use, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<LinkType>", into = "Vec<LinkType>")]
pub struct LinkTypes {
    list: Vec<LinkType>,
    /// The same as a set: a hostile file has thousands.
    known: HashSet<LinkType>,
}

impl LinkTypes {
    /// Adds a link type unless it is known.
    pub fn note(&mut self, link_type: LinkType) {
        if self.known.insert(link_type) {
            self.list.push(link_type);
        }
    }
}

impl Deref for LinkTypes {
    type Target = [LinkType];

    #[inline]
    fn deref(&self) -> &[LinkType] {
        &self.list
    }
}

impl From<Vec<LinkType>> for LinkTypes {
    fn from(list: Vec<LinkType>) -> LinkTypes {
        let mut all = LinkTypes::default();
        list.into_iter().for_each(|link_type| all.note(link_type));
        all
    }
}

impl From<LinkTypes> for Vec<LinkType> {
    fn from(all: LinkTypes) -> Vec<LinkType> {
        all.list
    }
}

/// Longest record of most link types, in bytes.
const LONGEST_RECORD: u32 = 262_144;

impl LinkType {
    /// Longest plausible record, in bytes: a longer one is damage.
    #[inline]
    pub fn longest_record(self) -> u32 {
        match self.0 {
            231 | 249 => 128 << 20, // D-Bus and USBPcap messages are no network frames.
            279 => 32 << 20,        // Elektrobit bus data.
            _ => LONGEST_RECORD,
        }
    }
}

impl fmt::Display for LinkType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.binary_search_by_key(&self.0, |(number, _)| *number) {
            Ok(at) => out.write_str(NAMES.get(at).map_or("", |(_, name)| name)),
            Err(_) => write!(out, "dlt-{}", self.0),
        }
    }
}

/// capinfos' names, by number.
const NAMES: &[(u16, &str)] = &[
    (0, "null"),
    (1, "ether"),
    (2, "xeth"),
    (3, "ax25"),
    (6, "tr"),
    (7, "arcnet"),
    (8, "slip"),
    (9, "ppp"),
    (10, "fddi-swapped"),
    (11, "atm-rfc1483"),
    (12, "rawip"),
    (13, "enc"),
    (14, "rawip"),
    (16, "linux-atm-clip"),
    (18, "linux-atm-clip"),
    (19, "linux-atm-clip"),
    (32, "redback"),
    (50, "ppp"),
    (51, "pppoes"),
    (99, "symantec"),
    (100, "atm-rfc1483"),
    (101, "rawip"),
    (104, "chdlc"),
    (105, "ieee-802-11"),
    (106, "linux-atm-clip"),
    (107, "frelay"),
    (108, "loop"),
    (109, "enc"),
    (112, "chdlc"),
    (113, "linux-sll"),
    (114, "ltalk"),
    (117, "pflog"),
    (118, "ios"),
    (119, "ieee-802-11-prism"),
    (121, "hhdlc"),
    (122, "ip-over-fc"),
    (123, "atm-pdus"),
    (127, "ieee-802-11-radiotap"),
    (128, "tzsp"),
    (129, "arcnet_linux"),
    (130, "juniper-mlppp"),
    (131, "juniper-mlfr"),
    (133, "juniper-ggsn"),
    (135, "juniper-atm2"),
    (136, "juniper-svcs"),
    (137, "juniper-atm1"),
    (138, "ap1394"),
    (139, "mtp2-with-phdr"),
    (140, "mtp2"),
    (141, "mtp3"),
    (142, "sccp"),
    (143, "docsis"),
    (147, "user0"),
    (148, "user1"),
    (149, "user2"),
    (150, "user3"),
    (151, "user4"),
    (152, "user5"),
    (153, "user6"),
    (154, "user7"),
    (155, "user8"),
    (156, "user9"),
    (157, "user10"),
    (158, "user11"),
    (159, "user12"),
    (160, "user13"),
    (161, "user14"),
    (162, "user15"),
    (163, "ieee-802-11-avs"),
    (165, "bacnet-ms-tp"),
    (167, "juniper-pppoe"),
    (169, "gprs-llc"),
    (170, "gfp-t"),
    (171, "gfp-f"),
    (172, "gcom-tie1"),
    (173, "gcom-serial"),
    (178, "juniper-ether"),
    (179, "juniper-ppp"),
    (180, "juniper-frelay"),
    (181, "juniper-chdlc"),
    (183, "juniper-vp"),
    (184, "juniper-vn"),
    (186, "usb-freebsd"),
    (187, "bluetooth-h4"),
    (188, "ieee-802-16-mac-cps"),
    (189, "usb-linux"),
    (190, "can20b"),
    (192, "ppi"),
    (195, "wpan"),
    (196, "sita-wan"),
    (197, "erf"),
    (199, "ipmb-kontron"),
    (200, "juniper-st"),
    (201, "bluetooth-h4-linux"),
    (202, "ax25-kiss"),
    (203, "lapd"),
    (204, "ppp-with-direction"),
    (209, "i2c-linux"),
    (210, "flexray"),
    (211, "most"),
    (212, "lin"),
    (213, "x2e-serial"),
    (214, "x2e-xoraya"),
    (215, "wpan-nonask-phy"),
    (220, "usb-linux-mmap"),
    (224, "fc2"),
    (225, "fc2sof"),
    (226, "ipnet"),
    (227, "socketcan"),
    (228, "rawip4"),
    (229, "rawip6"),
    (230, "wpan-nofcs"),
    (231, "dbus"),
    (235, "dvbci"),
    (236, "mux27010"),
    (237, "s5066-dpdu"),
    (239, "nflog"),
    (240, "netanalyzer"),
    (241, "netanalyzer-transparent"),
    (242, "ip-ib"),
    (243, "mp2ts"),
    (245, "nfc-llcp"),
    (248, "sctp"),
    (249, "usb-usbpcap"),
    (250, "rtac-serial"),
    (251, "bluetooth-le-ll"),
    (252, "wireshark-upper-pdu"),
    (253, "netlink"),
    (254, "bluetooth-linux-monitor"),
    (255, "bluetooth-bredr-bb-rf"),
    (256, "bluetooth-le-ll-rf"),
    (258, "pktap"),
    (259, "epon"),
    (260, "ipmi-trace"),
    (264, "iso14443"),
    (266, "usb-darwin"),
    (268, "sdlc"),
    (270, "loratap"),
    (271, "vsock"),
    (272, "nordic_ble"),
    (273, "docsis31_xra31"),
    (274, "ether-mpacket"),
    (275, "dpauxmon"),
    (276, "linux-sll2"),
    (279, "ebhscr"),
    (280, "vpp"),
    (283, "wpan-tap"),
    (287, "zwave-serial"),
    (288, "usb-20"),
    (290, "etw"),
    (292, "zbncp"),
    (293, "usb-20-low"),
    (294, "usb-20-full"),
    (295, "usb-20-high"),
    // Of snoop files, without a number of the registry.
    (0x7F12, "ieee-802-11-radio"),
    (0x7F1A, "ip-over-ib"),
];

#[cfg(test)]
mod tests;
