//! Application protocols: the names that Wireshark 4.0 gives to what TCP, UDP and SCTP carry.
//!
//! Names only: how a packet comes to one is told in [`crate::fold::application`].

use super::protocol::Protocol;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::num::NonZeroU16;

/// An application protocol, by its place in the list of names plus 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Application(NonZeroU16);

/// All names, in the order of their bytes.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "5co_legacy", "9p", "a11", "a21", "acap", "acdr", "actrace", "adp", "adwin", "adwin_config",
    "agentx", "ajns", "ajp13", "amqp", "ams", "amt", "ancp", "aodv", "aol", "applemidi", "ar_drone",
    "ardp", "armagetronad", "artemis", "artnet", "asap", "asphodel", "asterix", "ath", "atmtcp",
    "auto_rp", "ax4000", "ayiya", "babel", "bat", "bat.gw", "bat.vis", "beep", "bfd", "bfd_echo",
    "bgp", "bicc", "bitcoin", "bittorrent", "bjnp", "bt-dht", "bundle", "bvlc", "bzr", "c1222",
    "calcappprotocol", "caneth", "capwap", "capwap.data", "cast", "cbsp", "ceph", "cflow",
    "chargen", "cigi", "cimd", "cipio", "classicstun", "cldap", "cmp", "cmpp", "cnip", "coap",
    "collectd", "componentstatusprotocol", "cops", "corosync_totemnet", "cotp", "couchbase", "cpfi",
    "cpha", "cql", "ctdb", "cups", "cvspserver", "daytime", "db-lsp", "db-lsp-disc", "dcc",
    "dcerpc", "dcp-etsi", "ddtp", "dhcp", "dhcpfo", "dhcpv6", "dhcpv6.bulk_leasequery", "diameter",
    "dicom", "dis", "distcc", "djiuav", "dlep", "dlm3", "dlsw", "dmp", "dnp3", "dns", "dof", "doip",
    "dplay", "dpnet", "dpp", "drda", "dsi", "dtls", "dtps", "dtpt", "dua", "dvb_ipdc", "e100",
    "e1ap", "e2ap", "ecatf", "echo", "ecmp", "edonkey", "egd", "elasticsearch", "elcom", "enip",
    "enrp", "enttec", "eobi", "epl", "epmd", "esio", "etch", "eti", "exec", "f1ap", "ff", "find",
    "finger", "fix", "fmtp", "fortinet_sso", "fractalgeneratorprotocol", "ftp", "ftp-data",
    "gadu-gadu", "gdsdb", "gdt", "gearman", "geneve", "gift", "giop", "git", "glbp", "gnutella",
    "goose", "gopher", "gprs-ns", "gquic", "gre", "gryphon", "gsm_ipa", "gsmtap", "gtp", "gtpprime",
    "gtpv2", "gvcp", "h1", "h225", "h245", "h248", "h501", "hart_ip", "hcrt", "hicp", "hip",
    "hiqnet", "hislip", "hl7", "hnbap", "hsrp", "http", "hzlcst", "iapp", "iax2", "icap", "icep",
    "icp", "icq", "idmp", "idn", "iec60870_104", "ieee1722", "ilp", "imap", "infiniband",
    "interlink", "ipdc", "ipdr", "ipsictl", "ipvs", "ipx", "irc", "isakmp", "iscsi", "isns", "iua",
    "iwarp_mpa", "jdwp", "jmirror", "jxta", "kafka", "kdp", "kdsp", "kerberos", "kf", "kink", "kip",
    "kismet", "knet", "kpasswd", "krb4", "kt", "l2tp", "lanforge", "laplink", "lbmsrs", "lcsap",
    "ldap", "ldp", "ldss", "lisp", "lisp-data", "lisp-tcp", "llc", "llmnr", "llrp", "lmp", "lnet",
    "lpd", "lsd", "ltp", "lwapp", "lwapp-l3", "lwres", "m2ap", "m2pa", "m2tp", "m2ua", "m3ap",
    "m3ua", "mactelnet", "manolito", "mbtcp", "mbudp", "mdns", "megaco", "memcache", "mgcp", "mih",
    "mikey", "mint", "miop", "mip", "mipv6", "mle", "mndp", "mojito", "mongo", "mp2t", "mpeg_dsmcc",
    "mpls", "mpls-echo", "mptcp", "mq", "mqtt", "mrcpv2", "msdp", "msmms", "msnms", "msproxy",
    "msrcp", "msrp", "mysql", "nano", "nbap", "nbd", "nbdgm", "nbns", "nbss", "ncp", "ndmp", "ndps",
    "netperfmeter", "netsync", "ngap", "njack", "nntp", "ntp", "nvme-tcp", "nxp_802154_sniffer",
    "ocp1", "oicq", "olsr", "omapi", "omron", "opa.fe", "opcua", "openflow", "opensafety",
    "opensafety_udp", "openvpn", "openwire", "opsi", "packetbb", "pana", "papi", "pathport", "pcep",
    "pcomtcp", "pcp", "pfcp", "pgsql", "pingpongprotocol", "pktc", "pktc.mtafqdn", "pktgen",
    "pmproxy", "pn_rt", "pnrp", "pop", "portcontrol", "pptp", "proxy", "ptp", "ptpip", "pulse",
    "pvfs", "q931", "quake", "quake2", "quake3", "quakeworld", "quic", "r3", "radius", "raknet",
    "rdpudp", "rdt", "reload", "reload-framing", "resp", "rftap", "rip", "ripng", "rlogin", "rmcp",
    "rmi", "roon_disco", "rpc", "rpcap", "rpkirtr", "rsh", "rsip", "rsp", "rsvp", "rsync", "rtcdc",
    "rtcp", "rtitcp", "rtmpt", "rtp", "rtpproxy", "rtps", "rtsp", "rua", "rx", "s101", "s1ap",
    "s5066sis", "sabp", "sametime", "sap", "sasp", "sbcap", "sbus", "scop", "sctp", "sebek",
    "sflow", "sgsap", "sigcomp", "sip", "sir", "skinny", "slimp3", "slsk", "smc", "smpp", "smrse",
    "smtp", "smux", "snmp", "socks", "spdy", "spice", "srt", "srvloc", "ssdp", "ssh", "ssp",
    "ssyncp", "steam_ihs_discovery", "stun", "sua", "synergy", "synphasor", "syslog", "t125", "t38",
    "tacacs", "tacplus", "tali", "tapa", "tcpcl", "tcpencap", "tds", "telnet", "teredo", "tetra",
    "tfp", "tftp", "thrift", "tibia", "time", "tipc", "tivoconnect", "tls", "tns", "tpcp", "tpkt",
    "tplink-smarthome", "tpm", "tpncp", "ts2", "tsdns", "tsp", "twamp.control", "tzsp", "uaudp",
    "ucp", "udpencap", "udt", "uftp", "ulp", "uma", "v5ua", "vicp", "vines_frp", "vnc", "vrt",
    "vuze-dht", "vxlan", "vxlan_gpe", "wassp", "wccp", "wg", "who", "whois", "wimaxasncp",
    "winsrepl", "wisun.eapol_relay", "wlccp", "wol", "wow", "woww", "wsp", "wtls", "wtp", "x11",
    "x2ap", "xcsl", "xdmcp", "xmcp", "xmpp", "xnap", "xot", "xti", "xyplex", "yhoo", "ymsg",
    "z3950", "zebra", "zep", "ziop",
];

/// Number of [`Protocol`] that the first application has.
pub(super) const FIRST: u16 = 0x0400;

impl Application {
    /// The application of a name, found when the program is compiled.
    pub const fn named(name: &str) -> Application {
        let (mut low, mut high) = (0, NAMES.len());
        while low < high {
            let middle = (low + high) / 2;
            if precedes(NAMES[middle].as_bytes(), name.as_bytes()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        assert!(low < NAMES.len() && !precedes(name.as_bytes(), NAMES[low].as_bytes()));
        match NonZeroU16::new(low as u16 + 1) {
            Some(number) => Application(number),
            None => panic!("more names than numbers"),
        }
    }

    /// Number of applications.
    pub const COUNT: usize = NAMES.len();

    /// Its number, less than [`Application::COUNT`].
    pub const fn number(self) -> usize {
        self.0.get() as usize - 1
    }

    /// The application of a name. None if there is none.
    pub fn find(name: &str) -> Option<Application> {
        let place = NAMES.binary_search(&name).ok()?;
        NonZeroU16::new(place as u16 + 1).map(Application)
    }

    /// The names of all.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().copied()
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0.get()) - 1).copied().unwrap_or_default()
    }

    /// The layer of a path.
    pub fn protocol(self) -> Protocol {
        Protocol::application(self.0.get() - 1)
    }
}

/// The layer of this name, if it is an application.
pub(super) fn place_of(name: &str) -> Option<Protocol> {
    Application::find(name).map(Application::protocol)
}

/// Its name, which outlives the number.
impl Serialize for Application {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Application {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Application, D::Error> {
        let name = <&str>::deserialize(deserializer)?;
        let unknown = || D::Error::custom(format!("no application is named {name:?}"));
        Application::find(name).ok_or_else(unknown)
    }
}

/// Name of the layer with a number of [`Protocol`], if that is an application.
pub(super) fn name_of(number: u16) -> Option<&'static str> {
    NAMES.get(usize::from(number.checked_sub(FIRST)?)).copied()
}

/// True if one text comes before another.
const fn precedes(one: &[u8], two: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < two.len() {
        if one[at] != two[at] {
            return one[at] < two[at];
        }
        at += 1;
    }
    one.len() < two.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_found() {
        assert!(NAMES.is_sorted() && NAMES.windows(2).all(|pair| pair[0] != pair[1]));
        for name in NAMES {
            assert_eq!(Application::named(name).name(), *name);
            assert_eq!(Application::named(name).protocol().to_string(), *name);
        }
    }
}
