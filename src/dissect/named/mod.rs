//! Protocols that have a name on a path and no dissection: the names that Wireshark 4.0 gives to
//! what lower layers announce by a number.
//!
//! They stand after every dissected protocol is ruled out, so that rare numbers cost common
//! packets nothing. Some numbers name a chain of layers, of which the last ends the path.

pub mod ethertypes;
pub mod link_types;
pub mod types;

use super::Next;
use super::packet::Packet;
use super::problem::Problem;
use super::protocol::Protocol;

/// Numbers of a field, in ascending order, and the layers that each of them names.
pub type Names = &'static [(u16, &'static [Protocol])];

/// The layers that a number names; empty if it names none.
pub fn find(names: Names, number: u16) -> &'static [Protocol] {
    let row = names.binary_search_by_key(&number, |(known, _)| *known);
    row.ok().and_then(|at| names.get(at)).map_or(&[], |(_, layers)| *layers)
}

/// Ends a path with the layers that a number names.
pub fn end<'a>(packet: &mut Packet<'a>, names: Names, number: u16) -> Next<'a> {
    push(packet, find(names, number))
}

/// Ends a path with these layers.
pub fn push<'a>(packet: &mut Packet<'a>, layers: &[Protocol]) -> Next<'a> {
    for layer in layers {
        if !packet.path.push(*layer) {
            packet.note(Problem::DEPTH_EXCEEDED);
            break;
        }
    }
    None
}

/// All names but those of dissected protocols, in the order of their bytes.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "3comxns", "6lowpan", "aarp", "ans", "aoe", "ap1394", "ax25", "ax25_kiss", "ax4000", "bacnet",
    "bacp", "bap", "bcp_bpdu", "bcp_ncp", "bluecom", "bluetooth", "bofl", "bpq", "brcm-tag",
    "brdwlk", "btbredr_rf", "btle", "btle_rf", "c15.ch", "c15hbeat", "can", "canfd", "cbcp", "ccp",
    "cdp", "cdpcp", "cesoeth", "cfm", "cgmp", "chap", "cl3", "clnp", "comp_data", "crtp",
    "csm_encaps", "data", "dbus", "ddp", "dec_dna", "dec_stp", "dect", "dlr", "docsis", "dpauxmon",
    "dsr", "dtp", "dvb-ci", "eap", "ebhscr", "ecatf", "ecp21", "ecpri", "edp", "eero", "elmi",
    "epl", "epl_v1", "epon", "esis", "etw", "exeh", "exported_pdu", "extrememesh", "fc", "fcoe",
    "fcsof", "fip", "flexray", "flip", "fpp", "gfp", "gmhdr", "gnw", "goose", "grebonding", "hbbak",
    "hci_h4", "hci_mon", "hcrt", "homeplug", "homeplug-av", "hpext", "hpna", "hsr_prp_supervision",
    "hyperscsi", "i2c", "idp", "ieee1722", "ieee1905", "ieee802a", "infiniband", "infiniband_link",
    "ipmi.trace", "ipos", "ipx", "irlap", "isi", "isis", "ismp", "iso14443", "lacp", "lapb",
    "lapbether", "lapd", "lat", "lin", "linx", "llap", "llcgprs", "llt", "lltd", "lmi", "loop",
    "loratap", "lwl4", "m2m", "macc", "mcp", "mdp", "mdshdr", "mih", "mint", "mp2t", "mplscp",
    "mrp-mmrp", "mrp-msrp", "mrp-mvrp", "msnlb", "mstp", "mtp2", "mtp3", "mux27010", "ncs", "ncsi",
    "netanalyzer", "netbios", "netlink", "nhrp", "nordic_ble", "nsrp", "nwp", "opa", "opa.snc",
    "osinlcp", "pagp", "pap", "pn_mrp", "pn_rt", "ppp_hdlc", "pppmux", "pppmuxcp", "ptp", "q931",
    "q933", "realtek", "redback", "rohc", "roofnet", "rpl", "rtacser", "rtcfg", "rtmac", "s5066dts",
    "sccp", "sdh", "sdlc", "siii", "sita", "slarp", "slow", "sna", "snaeth", "sv", "swipe",
    "symantec", "tdmoe", "tecmp", "telkonet", "tipc", "tte", "tte_pcf", "udld", "usb", "usbll",
    "vines_echo", "vines_frp", "vines_ip", "vines_llc", "vjc", "vmlab", "vpp", "vsncp",
    "vsnp", "vsock", "wcp", "wlan_centrino", "wlccp", "wpan", "wpan-nonask-phy", "wpan-tap",
    "wreth", "wsmp", "x25", "xip", "xra", "xtp", "zbncp",
];

/// Number of [`Protocol`] that the first name has.
const FIRST: u16 = 0x0200;

/// The protocol of a name, found when the program is compiled.
const fn of(name: &str) -> Protocol {
    let mut at = 0;
    while at < NAMES.len() {
        if is_same(NAMES[at].as_bytes(), name.as_bytes()) {
            return Protocol::numbered(FIRST + at as u16);
        }
        at += 1;
    }
    panic!("no name of the list");
}

/// True if two texts are the same.
const fn is_same(one: &[u8], two: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < two.len() && one[at] == two[at] {
        at += 1;
    }
    at == one.len() && at == two.len()
}

/// The protocol of a name. None if the name is not of this list.
pub fn protocol_of(name: &str) -> Option<Protocol> {
    known().find(|(known, _)| *known == name).map(|(_, protocol)| protocol)
}

/// Name of the layer with a number of [`Protocol`], if that is one of this list.
pub fn name_of(number: u16) -> Option<&'static str> {
    NAMES.get(usize::from(number.checked_sub(FIRST)?)).copied()
}

/// Every name with its protocol.
pub fn known() -> impl Iterator<Item = (&'static str, Protocol)> {
    NAMES.iter().zip(FIRST..).map(|(name, number)| (*name, Protocol::numbered(number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_none_is_left_over() {
        let tables = [types::ALL, &[link_types::LINK_TYPES, ethertypes::ETHERTYPES]].concat();
        for table in &tables {
            assert!(table.is_sorted_by(|(one, _), (two, _)| one < two));
            assert!(table.iter().all(|(_, layers)| !layers.is_empty()));
        }
        assert!(NAMES.is_sorted_by(|one, two| one < two));
        for (name, protocol) in known() {
            assert_eq!(protocol.to_string(), name);
            let rows = tables.iter().flat_map(|table| *table).flat_map(|(_, layers)| *layers);
            assert!(rows.into_iter().any(|layer| *layer == protocol), "{name}");
        }
    }
}
