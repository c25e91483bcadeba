//! Applications by port number and by payload protocol identifier: Wireshark 4.0's tables with its
//! default preferences.

use crate::dissect::application::Application;

/// Numbers, each with its application, in ascending order; and one bit for each port that is among
/// them, because most are not.
#[derive(Debug)]
pub struct Ports {
    list: &'static [(u32, Application)],
    known: [u64; 1024],
}

impl Ports {
    const fn new(list: &'static [(u32, Application)]) -> Ports {
        let mut known = [0; 1024];
        let mut at = 0;
        while at < list.len() {
            let number = list[at].0 as usize % 65_536;
            known[number / 64] |= 1 << (number % 64);
            at += 1;
        }
        Ports { list, known }
    }

    /// True if a number is the application's.
    pub fn have(&self, application: Application) -> bool {
        self.list.iter().any(|(_, known)| *known == application)
    }

    /// The application of a number.
    #[inline]
    pub fn get(&self, number: u32) -> Option<Application> {
        let low = number as usize % 65_536;
        if self.known[low / 64] >> (low % 64) & 1 == 0 {
            return None;
        }
        let found = self.list.binary_search_by_key(&number, |(known, _)| *known).ok()?;
        self.list.get(found).map(|(_, application)| *application)
    }
}

macro_rules! ports {
    ($(#[$meaning:meta])+ $table:ident = $($number:literal $name:literal,)*) => {
        $(#[$meaning])+
        pub static $table: Ports =
            Ports::new(&[$(($number, const { Application::named($name) }),)*]);
    };
}

ports! {
    /// TCP ports.
    TCP =
        0 "tsdns", 7 "echo", 13 "daytime", 19 "chargen", 20 "ftp-data", 21 "ftp", 22 "ssh",
        23 "telnet", 25 "smtp", 37 "time", 42 "winsrepl", 43 "whois", 49 "tacplus", 53 "dns",
        70 "gopher", 79 "finger", 80 "http", 88 "kerberos", 102 "tpkt", 104 "dicom", 110 "pop",
        111 "rpc", 119 "nntp", 123 "ntp", 139 "nbss", 143 "imap", 161 "snmp", 162 "snmp",
        179 "bgp", 199 "smux", 210 "z3950", 323 "rpkirtr", 324 "tls", 389 "ldap", 427 "srvloc",
        443 "tls", 445 "nbss", 464 "kpasswd", 465 "tls", 473 "kf", 500 "isakmp", 502 "mbtcp",
        512 "exec", 513 "rlogin", 514 "rsh", 515 "lpd", 524 "ncp", 547 "dhcpv6.bulk_leasequery",
        548 "dsi", 554 "rtsp", 564 "9p", 587 "smtp", 631 "http", 636 "tls", 639 "msdp",
        646 "ldp", 647 "dhcpfo", 674 "acap", 705 "agentx", 802 "tls", 829 "cmp", 853 "tls",
        854 "dlep", 860 "iscsi", 862 "twamp.control", 873 "rsync", 925 "acdr", 988 "lnet", 993 "tls",
        995 "tls", 1080 "socks", 1090 "ff", 1099 "rmi", 1102 "idmp", 1153 "c1222",
        1194 "openvpn", 1213 "gift", 1300 "tls", 1344 "icap", 1433 "tds", 1521 "tns",
        1533 "sametime", 1547 "laplink", 1723 "pptp", 1755 "msmms", 1861 "vicp", 1863 "msnms",
        1883 "mqtt", 1900 "http", 1935 "rtmpt", 1978 "kt", 1979 "kt", 1998 "xot", 2000 "skinny",
        2001 "djiuav", 2065 "dlsw", 2099 "h501", 2123 "gtp", 2126 "cops", 2152 "gtp",
        2190 "tivoconnect", 2221 "tls", 2234 "slsk", 2240 "slsk", 2269 "mikey", 2321 "tpm",
        2322 "tpm", 2345 "knet", 2401 "cvspserver", 2404 "iec60870_104", 2424 "tpncp",
        2427 "mgcp", 2433 "tds", 2443 "tls", 2501 "kismet", 2502 "kdsp", 2571 "r3", 2575 "hl7",
        2600 "zebra", 2710 "http", 2727 "mgcp", 2812 "atmtcp", 2855 "msrp", 2869 "http",
        2944 "megaco", 2945 "h248", 3002 "gsm_ipa", 3003 "gsm_ipa", 3006 "gsm_ipa", 3014 "ndps",
        3016 "ndps", 3017 "ndps", 3018 "ndps", 3019 "ndps", 3050 "gdsdb", 3128 "http",
        3132 "http", 3205 "isns", 3245 "opa.fe", 3246 "opa.fe", 3247 "opa.fe", 3248 "opa.fe",
        3249 "tls", 3250 "tls", 3251 "tls", 3252 "tls", 3260 "iscsi", 3268 "ldap", 3288 "cops", 3306 "mysql",
        3333 "enttec", 3334 "pvfs", 3357 "ax4000", 3369 "ndps", 3386 "gtpprime", 3389 "cotp",
        3452 "sabp", 3478 "stun", 3496 "tls", 3567 "dof", 3632 "distcc", 3671 "kip", 3689 "http",
        3724 "wow", 3804 "hiqnet", 3860 "sasp", 3863 "asap", 3868 "diameter", 3918 "cops",
        4002 "opsi", 4058 "kf", 4155 "bzr", 4189 "pcep", 4222 "gsm_ipa", 4223 "tfp", 4224 "cast",
        4249 "gsm_ipa", 4250 "gsm_ipa", 4321 "smrse", 4342 "lisp-tcp", 4369 "epmd",
        4420 "nvme-tcp", 4551 "mih", 4555 "rsip", 4556 "tcpcl", 4661 "edonkey", 4662 "edonkey",
        4663 "edonkey", 4712 "synphasor", 4730 "gearman", 4737 "ipdr", 4739 "cflow", 4788 "xmcp",
        4840 "opcua", 4880 "hislip", 5000 "gsm_ipa", 5010 "ipsictl", 5060 "sip", 5061 "tls",
        5066 "s5066sis", 5084 "llrp", 5094 "hart_ip", 5190 "aol", 5222 "xmpp", 5253 "netsync",
        5353 "dns", 5432 "pgsql", 5445 "artemis", 5500 "vnc", 5501 "vnc", 5534 "slsk",
        5555 "sigcomp", 5671 "tls", 5672 "amqp", 5683 "coap", 5684 "tls", 5701 "hzlcst",
        5721 "dtpt", 5868 "tls", 5900 "vnc", 5901 "vnc", 5985 "http", 5997 "elcom", 6000 "x11",
        6001 "x11", 6002 "x11", 6003 "x11", 6004 "x11", 6005 "x11", 6006 "x11", 6007 "x11",
        6008 "x11", 6009 "x11", 6010 "x11", 6011 "x11", 6012 "x11", 6013 "x11", 6014 "x11",
        6015 "x11", 6016 "x11", 6017 "x11", 6018 "x11", 6019 "x11", 6020 "x11", 6021 "x11",
        6022 "x11", 6023 "x11", 6024 "x11", 6025 "x11", 6026 "x11", 6027 "x11", 6028 "x11",
        6029 "x11", 6030 "x11", 6031 "x11", 6032 "x11", 6033 "x11", 6034 "x11", 6035 "x11",
        6036 "x11", 6037 "x11", 6038 "x11", 6039 "x11", 6040 "x11", 6041 "x11", 6042 "x11",
        6043 "x11", 6044 "x11", 6045 "x11", 6046 "x11", 6047 "x11", 6048 "x11", 6049 "x11",
        6050 "x11", 6051 "x11", 6052 "x11", 6053 "x11", 6054 "x11", 6055 "x11", 6056 "x11",
        6057 "x11", 6058 "x11", 6059 "x11", 6060 "x11", 6061 "x11", 6062 "x11", 6063 "x11",
        6068 "ancp", 6075 "mrcpv2", 6084 "reload-framing", 6121 "spdy", 6160 "ecmp",
        6346 "gnutella", 6379 "resp", 6417 "sir", 6653 "openflow", 6666 "sigcomp", 6667 "irc",
        6668 "ipdc", 6881 "bittorrent", 6882 "bittorrent", 6883 "bittorrent", 6884 "bittorrent",
        6885 "bittorrent", 6886 "bittorrent", 6887 "bittorrent", 6888 "bittorrent",
        6889 "bittorrent", 7000 "gryphon", 7075 "nano", 7171 "tibia", 7172 "tibia", 7236 "rtsp",
        7275 "ulp", 7276 "ilp", 7871 "dpp", 7890 "cmpp", 7900 "cmpp", 7911 "omapi", 7930 "cmpp",
        8004 "5co_legacy", 8009 "ajp13", 8010 "5co_legacy", 8023 "r3", 8074 "gadu-gadu",
        8080 "http", 8085 "woww", 8088 "http", 8554 "rtsp", 8567 "dtps", 8883 "tls", 9000 "s101",
        9009 "jdwp", 9042 "cql", 9092 "kafka", 9168 "cmpp", 9300 "elasticsearch", 9418 "git",
        9600 "omron", 9955 "ardp", 9956 "ajns", 9999 "tplink-smarthome", 10000 "ndmp",
        10288 "beep", 11207 "tls", 11210 "couchbase", 11211 "memcache", 11371 "http",
        13400 "doip", 13819 "mpeg_dsmcc", 14001 "uma", 15740 "ptpip", 17500 "db-lsp",
        17755 "scop", 17756 "scop", 19006 "eti", 19042 "xti", 19043 "eti", 19506 "eti",
        19543 "eti", 19999 "tls", 20000 "dnp3", 20256 "pcomtcp", 21064 "dlm3", 22222 "rtpproxy",
        24800 "synergy", 27017 "tls", 29418 "ssh", 30000 "mrcpv2", 30001 "mrcpv2",
        30002 "mrcpv2", 30003 "mrcpv2", 30004 "mrcpv2", 30005 "mrcpv2", 30006 "mrcpv2",
        30007 "mrcpv2", 30008 "mrcpv2", 30009 "mrcpv2", 30010 "mrcpv2", 30011 "mrcpv2",
        30012 "mrcpv2", 30013 "mrcpv2", 30014 "mrcpv2", 30015 "mrcpv2", 30016 "mrcpv2",
        30017 "mrcpv2", 30018 "mrcpv2", 30019 "mrcpv2", 30020 "mrcpv2", 30021 "mrcpv2",
        30022 "mrcpv2", 30023 "mrcpv2", 30024 "mrcpv2", 30025 "mrcpv2", 30026 "mrcpv2",
        30027 "mrcpv2", 30028 "mrcpv2", 30029 "mrcpv2", 30030 "mrcpv2", 30031 "mrcpv2",
        30032 "mrcpv2", 30033 "mrcpv2", 30034 "mrcpv2", 30035 "mrcpv2", 30036 "mrcpv2",
        30037 "mrcpv2", 30038 "mrcpv2", 30039 "mrcpv2", 30040 "mrcpv2", 30041 "mrcpv2",
        30042 "mrcpv2", 30043 "mrcpv2", 30044 "mrcpv2", 30045 "mrcpv2", 30046 "mrcpv2",
        30047 "mrcpv2", 30048 "mrcpv2", 30049 "mrcpv2", 30050 "mrcpv2", 30051 "mrcpv2",
        30052 "mrcpv2", 30053 "mrcpv2", 30054 "mrcpv2", 30055 "mrcpv2", 30056 "mrcpv2",
        30057 "mrcpv2", 30058 "mrcpv2", 30059 "mrcpv2", 30060 "mrcpv2", 30061 "mrcpv2",
        30062 "mrcpv2", 30063 "mrcpv2", 30064 "mrcpv2", 30065 "mrcpv2", 30066 "mrcpv2",
        30067 "mrcpv2", 30068 "mrcpv2", 30069 "mrcpv2", 30070 "mrcpv2", 30071 "mrcpv2",
        30072 "mrcpv2", 30073 "mrcpv2", 30074 "mrcpv2", 30075 "mrcpv2", 30076 "mrcpv2",
        30077 "mrcpv2", 30078 "mrcpv2", 30079 "mrcpv2", 30080 "mrcpv2", 30081 "mrcpv2",
        30082 "mrcpv2", 30083 "mrcpv2", 30084 "mrcpv2", 30085 "mrcpv2", 30086 "mrcpv2",
        30087 "mrcpv2", 30088 "mrcpv2", 30089 "mrcpv2", 30090 "mrcpv2", 30091 "mrcpv2",
        30092 "mrcpv2", 30093 "mrcpv2", 30094 "mrcpv2", 30095 "mrcpv2", 30096 "mrcpv2",
        30097 "mrcpv2", 30098 "mrcpv2", 30099 "mrcpv2", 30100 "mrcpv2", 30101 "mrcpv2",
        30102 "mrcpv2", 30103 "mrcpv2", 30104 "mrcpv2", 30105 "mrcpv2", 30106 "mrcpv2",
        30107 "mrcpv2", 30108 "mrcpv2", 30109 "mrcpv2", 30110 "mrcpv2", 30111 "mrcpv2",
        30112 "mrcpv2", 30113 "mrcpv2", 30114 "mrcpv2", 30115 "mrcpv2", 30116 "mrcpv2",
        30117 "mrcpv2", 30118 "mrcpv2", 30119 "mrcpv2", 30120 "mrcpv2", 30121 "mrcpv2",
        30122 "mrcpv2", 30123 "mrcpv2", 30124 "mrcpv2", 30125 "mrcpv2", 30126 "mrcpv2",
        30127 "mrcpv2", 30128 "mrcpv2", 30129 "mrcpv2", 30130 "mrcpv2", 30131 "mrcpv2",
        30132 "mrcpv2", 30133 "mrcpv2", 30134 "mrcpv2", 30135 "mrcpv2", 30136 "mrcpv2",
        30137 "mrcpv2", 30138 "mrcpv2", 30139 "mrcpv2", 30140 "mrcpv2", 30141 "mrcpv2",
        30142 "mrcpv2", 30143 "mrcpv2", 30144 "mrcpv2", 30145 "mrcpv2", 30146 "mrcpv2",
        30147 "mrcpv2", 30148 "mrcpv2", 30149 "mrcpv2", 30150 "mrcpv2", 30151 "mrcpv2",
        30152 "mrcpv2", 30153 "mrcpv2", 30154 "mrcpv2", 30155 "mrcpv2", 30156 "mrcpv2",
        30157 "mrcpv2", 30158 "mrcpv2", 30159 "mrcpv2", 30160 "mrcpv2", 30161 "mrcpv2",
        30162 "mrcpv2", 30163 "mrcpv2", 30164 "mrcpv2", 30165 "mrcpv2", 30166 "mrcpv2",
        30167 "mrcpv2", 30168 "mrcpv2", 30169 "mrcpv2", 30170 "mrcpv2", 30171 "mrcpv2",
        30172 "mrcpv2", 30173 "mrcpv2", 30174 "mrcpv2", 30175 "mrcpv2", 30176 "mrcpv2",
        30177 "mrcpv2", 30178 "mrcpv2", 30179 "mrcpv2", 30180 "mrcpv2", 30181 "mrcpv2",
        30182 "mrcpv2", 30183 "mrcpv2", 30184 "mrcpv2", 30185 "mrcpv2", 30186 "mrcpv2",
        30187 "mrcpv2", 30188 "mrcpv2", 30189 "mrcpv2", 30190 "mrcpv2", 30191 "mrcpv2",
        30192 "mrcpv2", 30193 "mrcpv2", 30194 "mrcpv2", 30195 "mrcpv2", 30196 "mrcpv2",
        30197 "mrcpv2", 30198 "mrcpv2", 30199 "mrcpv2", 30200 "mrcpv2", 34980 "ecatf",
        44321 "pcp", 44322 "pmproxy", 44818 "enip", 48049 "cbsp", 48898 "ams", 57000 "irc",
}

ports! {
    /// UDP ports.
    UDP =
        0 "wg", 7 "echo", 13 "daytime", 19 "chargen", 37 "time", 49 "tacacs", 53 "dns",
        67 "dhcp", 68 "dhcp", 69 "tftp", 88 "kerberos", 111 "rpc", 123 "ntp", 137 "nbns",
        138 "nbdgm", 161 "snmp", 162 "snmp", 173 "xyplex", 177 "xdmcp", 213 "ipx",
        269 "packetbb", 319 "ptp", 320 "ptp", 389 "cldap", 427 "srvloc", 434 "mip",
        464 "kpasswd", 473 "kf", 496 "auto_rp", 500 "isakmp", 502 "mbudp", 513 "who",
        514 "syslog", 520 "rip", 521 "ripng", 524 "ncp", 525 "tsp", 539 "pulse", 546 "dhcpv6",
        547 "dhcpv6", 573 "vines_frp", 623 "rmcp", 631 "cups", 646 "ldp", 654 "aodv", 664 "rsp",
        698 "olsr", 699 "a11", 701 "lmp", 750 "krb4", 853 "dtls", 854 "dlep", 910 "kink",
        921 "lwres", 925 "acdr", 1001 "find", 1044 "uftp", 1052 "ddtp", 1069 "slimp3", 1089 "ff",
        1090 "ff", 1091 "ff", 1101 "sebek", 1113 "ltp", 1153 "c1222", 1194 "openvpn",
        1293 "pktc", 1547 "laplink", 1628 "cnip", 1629 "cnip", 1645 "radius", 1646 "radius",
        1700 "radius", 1701 "l2tp", 1718 "h225", 1719 "h225", 1745 "msproxy", 1755 "msmms",
        1812 "radius", 1813 "radius", 1900 "ssdp", 1985 "hsrp", 2029 "hsrp", 2048 "wccp",
        2055 "cflow", 2067 "dlsw", 2099 "h501", 2123 "gtp", 2152 "gtp", 2157 "gprs-ns",
        2190 "tivoconnect", 2221 "dtls", 2222 "cipio", 2231 "wimaxasncp", 2246 "pktc.mtafqdn",
        2268 "amt", 2269 "mikey", 2313 "iapp", 2345 "knet", 2424 "tpncp", 2427 "mgcp",
        2428 "actrace", 2727 "mgcp", 2887 "wlccp", 2944 "megaco", 2945 "h248", 2948 "wsp",
        2949 "wtls", 2960 "componentstatusprotocol", 3000 "dis", 3121 "tpcp", 3130 "icp",
        3205 "isns", 3222 "glbp", 3250 "hicp", 3333 "enttec", 3343 "msrcp", 3357 "ax4000",
        3386 "gtpprime", 3389 "rdpudp", 3452 "sabp", 3455 "rsvp", 3478 "stun", 3483 "slimp3",
        3503 "mpls-echo", 3540 "pnrp", 3544 "teredo", 3567 "dof", 3622 "ff", 3671 "kip",
        3784 "bfd", 3785 "bfd_echo", 3792 "pathport", 3799 "radius", 3804 "hiqnet", 3819 "epl",
        3863 "asap", 3956 "gvcp", 4000 "icq", 4011 "dhcp", 4058 "kf", 4305 "bat", 4306 "bat.gw",
        4307 "bat.vis", 4341 "lisp-data", 4342 "lisp", 4500 "udpencap", 4533 "armagetronad",
        4534 "armagetronad", 4551 "mih", 4555 "rsip", 4556 "bundle", 4569 "iax2", 4665 "edonkey",
        4672 "edonkey", 4713 "synphasor", 4729 "gsmtap", 4739 "cflow", 4754 "gre", 4784 "bfd",
        4789 "vxlan", 4790 "vxlan_gpe", 4791 "infiniband", 4991 "vrt", 5000 "tapa", 5001 "cpfi",
        5031 "dmp", 5050 "sbus", 5060 "sip", 5072 "ayiya", 5094 "hart_ip", 5246 "capwap",
        5247 "capwap.data", 5264 "njack", 5265 "njack", 5350 "portcontrol", 5351 "portcontrol",
        5353 "mdns", 5355 "llmnr", 5404 "corosync_totemnet", 5405 "corosync_totemnet",
        5436 "mipv6", 5555 "sigcomp", 5567 "dof", 5678 "mndp", 5683 "coap", 5684 "dtls",
        5868 "dtls", 6060 "esio", 6073 "dpnet", 6081 "geneve", 6084 "reload-framing",
        6087 "ldss", 6118 "tipc", 6160 "ecmp", 6343 "sflow", 6543 "adwin", 6635 "mpls",
        6666 "sigcomp", 6696 "babel", 6784 "bfd", 6970 "rdt", 7000 "rx", 7001 "rx", 7002 "rx",
        7003 "rx", 7004 "rx", 7005 "rx", 7006 "rx", 7007 "rx", 7008 "rx", 7009 "rx",
        7010 "5co_legacy", 7021 "rx", 7074 "tetra", 7075 "nano", 7255 "idn", 7275 "ulp",
        7784 "bfd", 8000 "oicq", 8116 "cpha", 8161 "snmp", 8200 "adp", 8211 "papi",
        8600 "asterix", 8611 "bjnp", 8612 "bjnp", 8613 "bjnp", 8614 "bjnp", 8755 "opensafety",
        8767 "ts2", 8805 "pfcp", 8848 "ipvs", 9003 "roon_disco", 9200 "wsp", 9201 "wtp",
        9202 "wtls", 9203 "wtls", 9214 "dvb_ipdc", 9600 "omron", 9875 "sap",
        9877 "opensafety_udp", 9899 "sctp", 9901 "enrp", 9955 "ardp", 9956 "ajns", 9996 "cflow",
        9999 "tplink-smarthome", 10253 "wisun.eapol_relay", 10500 "hip", 11211 "memcache",
        11273 "vuze-dht", 11898 "caneth", 12000 "llc", 12001 "llc", 12002 "llc", 12003 "llc",
        12004 "llc", 12220 "lwapp-l3", 12222 "lwapp", 12223 "lwapp", 13400 "doip",
        13819 "mpeg_dsmcc", 13907 "wassp", 13910 "wassp", 17220 "ieee1722", 17500 "db-lsp-disc",
        17754 "zep", 17755 "scop", 17756 "scop", 18246 "egd", 19132 "raknet", 19788 "mle",
        19948 "kdp", 19999 "gprs-ns", 20000 "dnp3", 20561 "mactelnet", 22222 "rtpproxy",
        23272 "a21", 24576 "mint", 24577 "mint", 25826 "collectd", 26000 "quake",
        27036 "steam_ihs_discovery", 27500 "quakeworld", 27910 "quake2", 27950 "quake3",
        27951 "quake3", 27952 "quake3", 27953 "quake3", 27960 "quake3", 27961 "quake3",
        27962 "quake3", 27963 "quake3", 30030 "jmirror", 32000 "uaudp", 32512 "uaudp",
        34962 "pn_rt", 34980 "ecatf", 37008 "tzsp", 41170 "manolito", 44818 "enip", 45564 "ath",
        47000 "hcrt", 47808 "bvlc", 49999 "nxp_802154_sniffer", 54328 "elasticsearch",
        56000 "eobi", 56001 "eobi", 56500 "eobi", 56501 "eobi", 57000 "eobi", 57001 "eobi",
        57032 "eobi", 57033 "eobi", 57500 "eobi", 57501 "eobi", 57532 "eobi", 57533 "eobi",
        59000 "eobi", 59001 "eobi", 59032 "eobi", 59033 "eobi", 59500 "eobi", 59501 "eobi",
        59532 "eobi", 59533 "eobi", 60001 "ssyncp",
}

ports! {
    /// SCTP ports.
    SCTP =
        22 "ssh", 53 "dns", 80 "http", 324 "tls", 443 "tls", 465 "tls", 636 "tls", 802 "tls",
        853 "dtls", 993 "tls", 995 "tls", 1300 "tls", 2221 "dtls", 2345 "knet", 2443 "tls",
        2904 "m2ua", 2905 "m3ua", 2944 "megaco", 3249 "tls", 3250 "tls", 3251 "tls", 3252 "tls",
        3496 "tls", 3565 "m2pa", 3863 "asap", 3868 "diameter", 4739 "cflow", 5061 "tls",
        5671 "tls", 5675 "v5ua", 5684 "tls", 5868 "dtls", 8883 "tls", 9082 "lcsap", 9900 "iua",
        9901 "enrp", 9908 "m2tp", 10001 "v5ua", 11207 "tls", 14001 "sua", 19999 "tls",
        21064 "dlm3", 27017 "tls", 29118 "sgsap", 29168 "sbcap", 29169 "rua", 36412 "s1ap",
        36422 "x2ap", 36443 "m2ap", 36444 "m3ap", 37464 "e2ap", 38412 "ngap", 38422 "xnap",
        38462 "e1ap", 38472 "f1ap",
}

ports! {
    /// Payload protocol identifiers of SCTP.
    SCTP_PAYLOADS =
        1 "iua", 2 "m2ua", 3 "m3ua", 4 "sua", 5 "m2pa", 6 "v5ua", 7 "megaco", 8 "bicc", 10 "dua",
        11 "asap", 12 "enrp", 13 "q931", 18 "s1ap", 19 "rua", 20 "hnbap", 24 "sbcap", 25 "nbap",
        27 "x2ap", 29 "lcsap", 31 "sabp", 32 "fractalgeneratorprotocol", 33 "pingpongprotocol",
        34 "calcappprotocol", 35 "ssp", 36 "netperfmeter", 37 "netperfmeter", 43 "m2ap",
        44 "m3ap", 45 "ssh", 46 "diameter", 47 "dtls", 49 "gdt", 50 "rtcdc", 60 "ngap",
        61 "xnap", 62 "f1ap", 64 "e1ap", 99 "m2tp", 688485889 "fractalgeneratorprotocol",
        688485890 "pingpongprotocol", 688485891 "calcappprotocol", 688485892 "ssp",
        688485893 "netperfmeter", 688485894 "netperfmeter",
}

#[cfg(test)]
mod tests;
