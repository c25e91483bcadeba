#!/usr/bin/env python3
"""Hold dissection against tshark for every value of every field that chooses the next layer.

usage: dispatch.py PCAPSTAT [GROUP ...]

Each group puts every value of one field into a frame whose payload is IPv4 and UDP, and compares protocol path,
innermost addresses, ports and payload bytes with those that tshark gives. Differences must be listed in
dispatch-differences.txt beside this file, as `GROUP VALUE REASON` where both may be patterns with *, ? and [], and
every listed one of a group must occur. Exits 0 only if both hold.
"""
import csv
import fnmatch
import io
import itertools
import os
import struct
import subprocess
import sys
import tempfile

import dispatch_cut
import dispatch_wlan

ETHERS = bytes.fromhex("020000000002 020000000001")
SNAP_IP = bytes.fromhex("aaaa03 000000 0800")
CARRIERS = set("""eth vlan ieee8021ad llc mpls pppoes ppp ip ipv6 ipv6.hopopts ipv6.dstopts ipv6.routing ipv6.fraghdr
ah gre erspan vxlan geneve gtp teredo sll null raw radiotap wlan_radio wlan chdlc fddi udp ppi pcap_pktdata prism
wlancap pktap nflog pflog enc fr tr arcnet ipfc ipoib ipnet clip atm lane erf juniper cfp cmd avsp vntag etag trill hsr
osi ieee8021ah ieee8021cb macsec nsh batadv etherip pwethheuristic pwethcw mp l2tp tzsp capwap.data lwapp ayiya
lisp-data pim""".split())
STOP = set("""arp stp lldp eapol pppoed tcp sctp icmp icmpv6 igmp esp ospf vrrp eigrp dccp pgm rsvp lcp ipcp
ipv6cp""".split())
ONLY = {"udp": set("""vxlan geneve gtp teredo capwap.data lwapp ayiya gre nsh mpls lisp-data l2tp tzsp eth ip ipv6""".split()),
        "gtp": {"ip", "ipv6", "eth"}, "osi": {"ip", "ipv6", "ppp"}, "pim": {"ip", "ipv6"}}
# Names that Wireshark gives or not by more than the number that chooses them.
UNSURE = set("""wreth netbios trmac pwethnocw pwach dtls clnp q933 epl epl_v1 extrememesh tte tte_pcf c15.ch roofnet
symantec mtp2 irlap lapd sita i2c bluetooth mp2t zbncp vssmonitoring f5ethtrailer""".split())
ABOVE = {"udp", "gtp", "tcp", "sctp"}
PREFERENCES = ["ip.defragment:FALSE", "ipv6.defragment:FALSE", "tcp.desegment_tcp_streams:FALSE"]
FIELDS = """frame.protocols ip.src ip.dst ipv6.src ipv6.dst tcp.srcport tcp.dstport tcp.len udp.srcport udp.dstport
udp.length sctp.srcport sctp.dstport""".split()


def ip4(protocol, payload, addresses="c0000201c0000202"):
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0) + bytes.fromhex(addresses) + payload


def ip4_options(options):
    """IPv4 with these options and UDP."""
    payload = udp(b"x" * 20)
    words = 5 + len(options) // 4
    return struct.pack(">BBHHHBBH", 0x40 | words, 0, words * 4 + len(payload), 1, 0, 64, 17, 0) + bytes.fromhex("c0000201c0000202") + options + payload


def ip6(protocol, payload):
    return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + bytes(15) + b"\1" + bytes(15) + b"\2" + payload


def udp(payload, destination=3333, source=49111):
    return struct.pack(">HHHH", source, destination, 8 + len(payload), 0) + payload


def eth(kind, payload):
    return ETHERS + struct.pack(">H", kind) + payload


def word(value):
    return struct.pack(">H", value)


INNER = ip4(17, udp(b"x" * 20), "c6336401c6336402")
INNER_ETH = eth(0x0800, INNER)
WLAN = bytes.fromhex("08010000 020000000002 020000000001 020000000002 1000") + SNAP_IP + INNER
PAYLOADS = [INNER, INNER_ETH, b"\0\x21" + INNER, bytes.fromhex("0000 0800 00000000") + WLAN]
OUIS = ["000000", "0000f8", "00000c", "080007", "0080c2", "000b85", "00e02b", "0001af", "00090d", "0004ae", "001018", "123456"]
HARDWARE = [0, 1, 4, 6, 7, 19, 24, 32, 256, 270, 271, 280, 512, 513, 516, 517, 519, 768, 769, 770, 772, 774, 776, 777,
            778, 780, 783, 801, 802, 803, 804, 805, 820, 822, 823, 824, 825, 826, 0xFFFE, 0xFFFF]


def sll(hardware, kind, payload):
    return struct.pack(">HHH8sH", 0, hardware, 6, ETHERS[:8], kind) + payload


def sll2(hardware, kind, payload):
    return struct.pack(">HHIHBB8s", kind, 0, 3, hardware, 0, 6, ETHERS[:8]) + payload


# Each frame over UDP has a source address of its own: tshark remembers what a conversation carried.
SOURCES = itertools.count(0x0A000001)


def over_udp(port, payload, source=49111):
    addresses = struct.pack(">I", next(SOURCES)).hex() + "c0000202"
    return eth(0x0800, ip4(17, udp(payload, port, source), addresses))


def over_gre(kind, payload, flags=0):
    return eth(0x0800, ip4(47, word(flags) + word(kind) + payload))


def cooked(header):
    """Every hardware type with the protocols that are no EtherTypes and some that are, each payload."""
    kinds = [*range(0, 0x120), 0x0800, 0x86DD, 0x88BE, 0x22EB, 0x880B, 0x6558, 0x6400, 0x883E]
    return [(f"{hardware}/{kind}/{which}", header(hardware, kind, payload))
            for hardware in HARDWARE for kind in kinds for which, payload in enumerate(PAYLOADS)]


def snap(frame):
    return [(f"{oui}/{kind}", frame(bytes.fromhex("aaaa03" + oui) + word(kind) + payload))
            for oui in OUIS for kind in [*range(0, 0x300), 0x0800, 0x0806, 0x86DD, 0x888E, 0x8863, 0x8864, 0x6558]
            for payload in [INNER]]


WORDS = range(0x10000)
BYTES = range(0x100)
# Each group: link type, and the values with their frames.
GROUPS = {
    "ethertype": lambda: (1, [(v, eth(v, INNER)) for v in WORDS if v > 1500]),
    "vlan": lambda: (1, [(v, eth(0x8100, b"\0\5" + word(v) + INNER)) for v in WORDS if v > 1500]),
    "llc-sap": lambda: (1, [(f"{d}/{s}", eth(3 + len(INNER), bytes([d, s, 3]) + INNER))
                            for d in BYTES for s in {d, d ^ 1, 0xAA, 0x42}]),
    "llc-control": lambda: (1, [(f"{sap}/{c}", eth(4 + len(INNER), bytes([sap, sap, c]) + (b"" if c & 3 == 3 else b"\0") + INNER))
                                for sap in (6, 0xAA, 0x42, 0xFE) for c in BYTES]),
    "snap": lambda: (1, snap(lambda llc: eth(len(llc), llc))),
    "snap-type": lambda: (1, [(v, eth(8 + len(INNER), bytes.fromhex("aaaa03000000") + word(v) + INNER)) for v in WORDS]),
    "ip-protocol": lambda: (1, [(v, eth(0x0800, ip4(v, INNER))) for v in BYTES]),
    "ip-protocol-eth": lambda: (1, [(v, eth(0x0800, ip4(v, INNER_ETH))) for v in BYTES]),
    "ipv6-next": lambda: (1, [(v, eth(0x86DD, ip6(v, INNER))) for v in BYTES]),
    "gre-type": lambda: (1, [(v, over_gre(v, INNER)) for v in WORDS]),
    "gre-type-eth": lambda: (1, [(v, over_gre(v, INNER_ETH)) for v in WORDS]),
    "gre-type-wlan": lambda: (1, [(v, over_gre(v, WLAN)) for v in range(0x8200, 0x8300)]),
    "gre-flags": lambda: (1, [(v, over_gre(0x0800, bytes(16) + INNER, v)) for v in range(0, 0x10000, 8)]
                          + [(v, over_gre(0x880B, bytes(16) + INNER, v)) for v in range(1, 0x10000, 16)]),
    "sll": lambda: (113, cooked(sll)),
    "sll-type": lambda: (113, [(v, sll(1, v, INNER)) for v in WORDS]),
    "sll2": lambda: (276, cooked(sll2)),
    "ppp": lambda: (9, [(v, word(v) + INNER) for v in WORDS]),
    "ppp-hdlc": lambda: (50, [(v, b"\xff\3" + word(v) + INNER) for v in WORDS]),
    "pppoe": lambda: (1, [(v, eth(0x8864, b"\x11\0\0\1" + word(2 + len(INNER)) + word(v) + INNER)) for v in WORDS]),
    "chdlc": lambda: (104, [(v, b"\x0f\0" + word(v) + INNER) for v in WORDS]),
    "null": lambda: (0, [(v, struct.pack("<I", v) + INNER) for v in WORDS]),
    "null-big": lambda: (0, [(v, struct.pack(">I", v) + INNER) for v in BYTES]),
    "loop": lambda: (108, [(v, struct.pack(">I", v) + INNER) for v in WORDS]),
    "udp-port": lambda: (1, [(v, over_udp(v, INNER)) for v in WORDS]),
    "udp-port-vxlan": lambda: (1, [(v, over_udp(v, bytes.fromhex("0800000000000100") + INNER_ETH)) for v in WORDS]),
    "udp-port-gtp": lambda: (1, [(v, over_udp(v, bytes.fromhex("30ff") + word(len(INNER)) + bytes(4) + INNER)) for v in WORDS]),
    "gtp-type": lambda: (1, [(f"{flags}/{v}", over_udp(2152, bytes([flags, v]) + word(len(INNER)) + bytes(4) + INNER))
                             for flags in (0x10, 0x30, 0x50) for v in BYTES]),
    "erspan-version": lambda: (1, [(f"{kind:x}/{flags}/{v}", over_gre(kind, bytes(4 if flags else 0) + bytes([v << 4]) + bytes(size - 1) + INNER_ETH, flags))
                                   for kind in (0x88BE, 0x22EB) for flags in (0, 0x1000) for v in range(16) for size in (8, 12)]),
    "geneve-type": lambda: (1, [(v, over_udp(6081, b"\0\0" + word(v) + bytes(4) + INNER)) for v in WORDS]),
    "mpls-nibble": lambda: (1, [(v, eth(0x8847, struct.pack(">I", 100 << 12 | 0x1FF) + bytes([v]) + INNER[1:])) for v in BYTES]),
    "raw": lambda: (101, [(v, bytes([v]) + INNER[1:]) for v in BYTES]),
    "wlan-control": lambda: (105, [(v, word(v) + WLAN[2:]) for v in WORDS]),
}


def registered(table):
    """The values of one of tshark's dissector tables."""
    done = subprocess.run(["tshark", "-G", "decodes"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    rows = (line.split("\t") for line in done.stdout.splitlines())
    return [int(row[1]) for row in rows if row[0] == table]


def typed(frame, payloads=(INNER,)):
    """Every EtherType that tshark knows, and lengths, under another header than Ethernet's."""
    values = sorted({*registered("ethertype"), *range(0, 1600, 3), 0xFFF2, 0x8903, 0x1234})
    return [(f"{value}/{which}", frame(value, payload)) for value in values for which, payload in enumerate(payloads)]


def each(values, frame, payloads=PAYLOADS):
    return [(f"{value}/{which}", frame(value, payload)) for value in values for which, payload in enumerate(payloads)]


def gpe(v, p):
    return over_udp(4790, bytes([0x0C, 0, 0, v]) + bytes(4) + p)


def nsh(v, p):
    return bytes([0, 6, 1, v]) + bytes(20) + p


def lisp(v, p):
    return over_udp(4341, bytes([v]) + bytes(7) + p)


def juniper(flags, cookie, payload):
    extension = b"\0\6\2\4ge-0" if flags & 0x80 else b""
    return b"MGC" + bytes([flags]) + extension + cookie + payload


def erf(kind, payload):
    """An ERF record of a type, with what the type has before the frame."""
    before = {2: 2, 11: 2, 16: 2, 20: 2, 5: 4, 6: 4, 7: 4, 8: 4, 9: 4, 12: 4, 17: 4, 18: 4}.get(kind & 0x7F, 0)
    extensions = bytes(8) if kind & 0x80 else b""
    length = 16 + len(extensions) + before + len(payload)
    return struct.pack("<II", 0, 1700000000) + struct.pack(">BBHHH", kind, 4, length, 0, len(payload)) + extensions + bytes(before) + payload


def aal5(payload):
    """Padding and trailer of AAL5."""
    return payload + bytes((-len(payload) - 8) % 48 + 2) + word(len(payload)) + bytes(4)


ATM = [b"", b"x", b"\xaa\xaa\3", b"\0\5abc", b"x" * 15, b"\xff\0" + INNER_ETH, b"\0\5" + INNER_ETH, b"\0\0" + INNER_ETH, SNAP_IP + INNER,
       b"\x81" + INNER, b"\x83" + INNER, INNER, ip6(17, udp(b"x" * 20)), b"\0\x21" + INNER, b"\x18\x41\3\xcc" + INNER,
       b"\x18\x41\3\0\x80" + INNER, b"\x18\x40\x40\x41\3\xcc" + INNER, b"\xfe\xfe\3\xcc" + INNER]
PPP = [lambda p: eth(0x8864, b"\x11\0\0\1" + word(len(p)) + p), lambda p: eth(0x8864, b"\x11\0\0\1" + word(8 + len(p)) + b"\1\6\0\4\0\0\0\0" + p),
       lambda p: over_gre(0x880B, p), lambda p: over_udp(1701, b"\0\2\0\1\0\1" + p), lambda p: over_udp(37008, b"\1\0\0\4\1" + p),
       lambda p: over_gre(0x6559, b"\x18\x41\3\xcf" + p), lambda p: over_gre(0x880B, b"\xff\3\0\x3d" + struct.pack(">I", 0xC0 << 24 | next(SOURCES) << 4 & 0xFFFFFF) + p)]
OSI = [lambda p: eth(3 + len(p), b"\xfe\xfe\3" + p), lambda p: over_gre(0xFE, p), lambda p: eth(0x0800, ip4(80, p)),
       lambda p: eth(0x8864, b"\x11\0\0\1" + word(2 + len(p)) + b"\0\x23" + p)]
OPTIONS = [b"\1\1\1\0", b"\x83\7\4\x0a\0\0\1\0", b"\x89\x0b\x08\x0a\0\0\1\x0a\0\0\2\0", b"\x83\7\4\x0a\0\0\1" + b"\1" * 5, b"\1\x83\7\4\x0a\0\0\1",
           b"\xff\1\x83\7\4\x0a\0\0\1\0\0\0", b"\xff\2\x83\7\4\x0a\0\0\1\0\0\0", b"\0" + b"\x83\7\4\x0a\0\0\1", b"\x94\4\0\0"]
COOKIES = [b"", b"\2\0\0\0", b"\6\0\0\0", b"\x54\0\0\0", b"\x47\0\0\0\0\0\0\0", b"\x40\0\0\0\3\x10\0\0",
           b"\x47\0\0\0\0\x20\0\0", b"\0\0", bytes(8), bytes(12), bytes(16), bytes(18), b"\xc8\0\0\0", b"\xcc\0\0\0",
           b"\0\0\0\1", b"\x80\0\0\0", b"\0\0\0\1\0\0\0\x10"]
JUNIPER = [130, 131, 132, 133, 134, 135, 136, 137, 167, 178, 179, 180, 181, 183, 184, 194, 200]
LLC_IP = [SNAP_IP + INNER, b"\xfe\xfe\3\xcc" + INNER, b"\xff\3\0\x21" + INNER, b"\3\xcc" + INNER]

GROUPS |= {
    "type-in-service-tag": lambda: (1, typed(lambda v, p: eth(0x88A8, word(5) + word(v) + p), (INNER, LLC_IP[0]))),
    "type-in-802.1ah": lambda: (1, typed(lambda v, p: eth(0x88E7, bytes(4) + ETHERS + word(v) + p))),
    "type-in-service-and-802.1ah": lambda: (1, typed(lambda v, p: eth(0x88A8, word(5) + b"\x88\xe7" + bytes(4) + ETHERS + word(v) + p))),
    "type-in-vn-tag": lambda: (1, typed(lambda v, p: eth(0x8926, bytes(4) + word(v) + p), (INNER, LLC_IP[0], b"\xff\xff" + INNER))),
    "type-in-e-tag": lambda: (1, typed(lambda v, p: eth(0x893F, bytes(6) + word(v) + p), (INNER, LLC_IP[0]))),
    "type-in-cisco-metadata": lambda: (1, typed(lambda v, p: eth(0x8909, bytes.fromhex("010100010005") + word(v) + p))),
    "type-in-hsr": lambda: (1, typed(lambda v, p: eth(0x892F, word(len(p) + 6) + bytes(2) + word(v) + p))),
    "type-in-802.1cb": lambda: (1, typed(lambda v, p: eth(0xF1C1, bytes(4) + word(v) + p))),
    "type-in-macsec": lambda: (1, typed(lambda v, p: eth(0x88E5, bytes(6) + word(v) + p + bytes(16)))),
    "type-in-arista": lambda: (1, typed(lambda v, p: eth(0xD28B, b"\0\1\0\x10" + bytes(8) + word(v) + p))),
    "type-in-infiniband": lambda: (242, typed(lambda v, p: bytes(40) + word(v) + bytes(2) + p)),
    "type-in-frame-relay": lambda: (107, [(v, b"\x18\x41" + word(v) + INNER) for v in registered("chdlc.protocol")]),
    "type-in-gre-metadata": lambda: (1, typed(lambda v, p: over_gre(0x8909, word(v) + bytes(6) + p))),
    "type-in-wlan": lambda: (105, typed(lambda v, p: WLAN[:24] + word(v) + p)),
    "frame-relay-nlpid": lambda: (107, each(BYTES, lambda v, p: b"\x18\x41\3" + bytes([v]) + p, [*PAYLOADS, b"\0\0\0\x08\0" + INNER])),
    "frame-relay-address": lambda: (107, each(range(1, 0x10000, 14), lambda v, p: word(v & 0xFEFF) + p, [b"\3\xcc" + INNER, b"\x08\0" + INNER])),
    "arcnet": lambda: (7, each(BYTES, lambda v, p: b"\1\2" + bytes([v]) + p, [INNER, bytes(3) + INNER, b"\xff" + bytes(6) + INNER])),
    "arcnet-linux": lambda: (129, each(BYTES, lambda v, p: b"\1\2\0\0" + bytes([v]) + p, [INNER, bytes(3) + INNER])),
    "token-ring": lambda: (6, each(BYTES, lambda v, p: b"\x10" + bytes([v]) + ETHERS + p, [SNAP_IP + INNER])),
    "token-ring-source": lambda: (6, each(BYTES, lambda v, p: b"\x10\x40" + ETHERS[:6] + bytes([0x82, 1, 2, 3, 4, 5, v, 0]) + p, [bytes(n) + SNAP_IP + INNER for n in (0, 2, 4)])),
    "fddi": lambda: (10, each(BYTES, lambda v, p: bytes([v]) + ETHERS + p, [SNAP_IP + INNER])),
    "nsh-next": lambda: (1, each(BYTES, lambda v, p: eth(0x894F, nsh(v, p)))),
    "nsh-flags": lambda: (1, each(WORDS[::3], lambda v, p: eth(0x894F, word(v) + b"\1\1" + p), [bytes(20) + INNER])),
    "nsh-kind": lambda: (1, each(range(0, 0x600), lambda v, p: eth(0x894F, b"\0\6" + word(v) + p), [bytes(20) + INNER])),
    "nsh-length": lambda: (1, each(range(64), lambda v, p: eth(0x894F, bytes([0, v, p, 1]) + bytes(max(0, v * 4 - 4)) + INNER), range(4))),
    "llc-saps": lambda: (1, [(v, eth(3 + len(INNER), word(v) + b"\3" + INNER)) for v in WORDS]),
    "nsh-udp-flags": lambda: (1, each(WORDS[::3], lambda v, p: over_udp(6633, word(v) + b"\1\1" + p), [bytes(20) + INNER])),
    "nsh-udp-kind": lambda: (1, each(range(0, 0x600), lambda v, p: over_udp(6633, b"\0\6" + word(v) + p), [bytes(20) + INNER])),
    "vxlan-gpe-next": lambda: (1, each(BYTES, gpe)),
    "vxlan-flags": lambda: (1, each(BYTES, lambda v, p: over_udp(4789, bytes([v]) + bytes(7) + p), [INNER_ETH])),
    "null-half": lambda: (0, [(v, word(v) + bytes(2) + INNER) for v in WORDS]),
    "null-mixed": lambda: (0, [(v, struct.pack("<I", v * 0x10001) + INNER) for v in WORDS]),
    "ppi-link": lambda: (192, each(range(301), lambda v, p: b"\0\0\x08\0" + struct.pack("<I", v) + p)),
    "ppi-flags": lambda: (192, each(BYTES, lambda v, p: bytes([0, v, 8, 0, 1, 0, 0, 0]) + p)),
    "ppi-version": lambda: (192, each(BYTES, lambda v, p: bytes([v, 0, 8, 0, 1, 0, 0, 0]) + p)),
    "ppi-length": lambda: (192, each(range(0, 80), lambda v, p: bytes([0, 0, v, 0, 1, 0, 0, 0]) + bytes(max(0, v - 8)) + p, [INNER_ETH])),
    "pktap-link": lambda: (258, each(range(301), lambda v, p: struct.pack("<III", 108, 1, v) + bytes(96) + p)),
    "pktap-type": lambda: (258, each(range(5), lambda v, p: struct.pack("<III", 108, v, 1) + bytes(96) + p)),
    "batman": lambda: (1, each([kind << 8 | version for kind in BYTES for version in range(20)], lambda v, p: eth(0x4305, word(v) + p), [bytes(n) + INNER_ETH for n in (8, 12, 16)])),
    "tzsp-encapsulation": lambda: (1, each(range(0, 300), lambda v, p: over_udp(37008, b"\1\0" + word(v) + b"\1" + p))),
    "tzsp-type": lambda: (1, each(BYTES, lambda v, p: over_udp(37008, b"\1" + bytes([v]) + b"\0\1\1" + p))),
    "tzsp-tag": lambda: (1, each(BYTES, lambda v, p: over_udp(37008, b"\1\0\0\1" + bytes([v]) + p), [b"\2\0\0\1" + INNER_ETH, b"\0\1" + INNER_ETH])),
    "l2tp-flags": lambda: (1, each(WORDS[::7], lambda v, p: over_udp(1701, word(v) + p), [bytes(n) + b"\xff\3\0\x21" + INNER for n in (4, 6, 10)])),
    "l2tp-ip": lambda: (1, each(BYTES, lambda v, p: eth(0x0800, ip4(115, bytes([0, 0, 0, v]) + p)), [INNER_ETH, bytes(4) + INNER_ETH, b"\xff\3\0\x21" + INNER])),
    "capwap-first": lambda: (1, each(BYTES, lambda v, p: over_udp(5247, bytes([v, 0x10, 2, 0]) + bytes(4) + p))),
    "capwap-length": lambda: (1, each(WORDS[::3], lambda v, p: over_udp(5247, b"\0" + word(v) + b"\0" + p), [bytes(4) + INNER_ETH, bytes(4) + WLAN[1::-1] + WLAN[2:]])),
    "capwap-flags": lambda: (1, each(BYTES, lambda v, p: over_udp(5247, bytes([0, 0x10, 2, v]) + bytes(4) + p))),
    "lwapp-flags": lambda: (1, each(BYTES, lambda v, p: over_udp(12222, bytes([v]) + bytes(5) + p, 12223 if v & 1 else 49111), [WLAN, WLAN[1::-1] + WLAN[2:]])),
    "lwapp-type": lambda: (1, each(BYTES, lambda v, p: eth(0x88BB, bytes([v]) + bytes(5) + p), [WLAN, bytes(6) + WLAN])),
    "lisp-flags": lambda: (1, each(BYTES, lisp)),
    "lisp-version": lambda: (1, [(v, over_udp(4341, bytes(8) + bytes([v]) + INNER[1:])) for v in BYTES]),
    "ayiya-protocol": lambda: (1, each(BYTES, lambda v, p: over_udp(5072, bytes([0x44, 0x52, 0x11, v]) + bytes(40) + p, 49111))),
    "ayiya-operation": lambda: (1, each(BYTES, lambda v, p: over_udp(5072, bytes([0x44, 0x52, v, 4]) + bytes(40) + p), [INNER])),
    "ayiya-lengths": lambda: (1, each(WORDS[::3], lambda v, p: over_udp(5072, word(v) + b"\x11\4" + p), [bytes(4 + (1 << (v_ & 7)) + 4) + INNER for v_ in (0, 2, 4)])),
    "pim": lambda: (1, each(BYTES, lambda v, p: eth(0x0800, ip4(103, bytes([v]) + bytes(7) + p)))),
    "pim-inner": lambda: (1, [(v, eth(0x0800, ip4(103, b"\x21" + bytes(7) + bytes([v]) + INNER[1:]))) for v in BYTES]),
    "multilink": lambda: (9, each(BYTES, lambda v, p: b"\xff\3\0\x3d" + struct.pack(">I", v << 24 | next(SOURCES) << 4 & 0xFFFFFF) + p, [b"\0\x21" + INNER, INNER])),
    "etherip": lambda: (1, each(WORDS[::3], lambda v, p: eth(0x0800, ip4(97, word(v) + p)), [INNER_ETH])),
    "gtp-flags": lambda: (1, each(BYTES, lambda v, p: over_udp(2152, bytes([v, 255]) + word(len(p)) + bytes(4) + p), [INNER, bytes(4) + INNER, bytes(12) + INNER, INNER_ETH, b"\0\0\0\x85\1\0\0\0" + INNER])),
    "gtp-extension": lambda: (1, each(BYTES, lambda v, p: over_udp(2152, b"\x34\xff" + word(len(p) + 4) + bytes(4) + bytes([0, 0, 0, v]) + p), [b"\1\0\0\0" + INNER, b"\2" + bytes(7) + INNER, INNER])),
    "gtp-first": lambda: (1, [(v, over_udp(2152, b"\x30\xff" + word(len(INNER)) + bytes(4) + bytes([v]) + INNER[1:])) for v in BYTES]),
    "erspan-frame-type": lambda: (1, each(WORDS[::3], lambda v, p: over_gre(0x22EB, bytes(4) + b"\x20" + bytes(9) + word(v) + p, 0x1000), [INNER_ETH, bytes(8) + INNER_ETH, INNER])),
    "teredo": lambda: (1, each(WORDS[::3], lambda v, p: over_udp(3544, word(v) + p), [bytes(6) + ip6(17, udp(b"x")), bytes(11) + ip6(17, udp(b"x")), ip6(17, udp(b"x"))[2:]])),
    "geneve-flags": lambda: (1, each(WORDS[::3], lambda v, p: over_udp(6081, word(v) + b"\x65\x58" + bytes(4) + p), [INNER_ETH, bytes(4) + INNER_ETH])),
    "nflog": lambda: (239, each(BYTES, lambda v, p: bytes([v, 0, 0, 0]) + struct.pack("<HH", 4 + len(p), 9) + p, [INNER])),
    "pflog": lambda: (117, each(BYTES, lambda v, p: bytes([61, v]) + bytes(62) + p, [INNER])),
    "pflog-length": lambda: (117, each(BYTES, lambda v, p: bytes([v, 2]) + bytes(p) + INNER, range(38, 110, 4))),
    "enc": lambda: (109, each(range(300), lambda v, p: struct.pack(p + "I", v) + bytes(8) + INNER, "<>")),
    "ipnet-length": lambda: (226, [(f"{v}/{header}", bytes([1, 2]) + bytes(2) + struct.pack(">I", v) + bytes(header - 8) + INNER)
                                   for v in range(len(INNER) + 1) for header in (24, 28)]),
    "ipnet": lambda: (226, each(BYTES, lambda v, p: bytes([1, v]) + bytes(2) + struct.pack(">I", 24 + len(p)) + bytes(16) + p, [INNER])),
    "prism": lambda: (119, each([0x44, 0x41, 0x80211001, 0x80211002, 0x44000000, 0x12345678], lambda v, p: struct.pack(p, v, 144) + bytes(136) + WLAN, ["<II", ">II"])),
    "avs": lambda: (163, each(BYTES, lambda v, p: bytes.fromhex("80211001") + struct.pack(">I", v) + bytes(max(0, v - 8)) + p, [WLAN])),
    "atm": lambda: (123, each(BYTES, lambda v, p: bytes([v, 0, 0, 42]) + p, [*PAYLOADS, *LLC_IP, b"\0\0" + INNER_ETH, b"\xff\0" + INNER_ETH])),
    "atm-channel": lambda: (123, [(f"{flags}/{path}/{channel}/{which}", struct.pack(">BBH", flags, path, channel) + p)
                                  for flags in (*range(8), 0x81, 0x8F) for path in range(2) for channel in (5, 16, 99)
                                  for which, p in enumerate(ATM)]),
    "erf-type": lambda: (197, each(BYTES, erf, [*PAYLOADS, b"\x0f\0\x08\0" + INNER, b"x" * 3, b"x" * 5, b"x" * 9])),
    "erf-atm": lambda: (197, [(f"{kind}/{path}/{channel}/{trailing:d}/{which}", erf(kind, struct.pack(">I", path << 20 | channel << 4) + (aal5(p) if trailing else p)))
                              for kind in (4, 9) for path in range(2) for channel in (5, 16, 99) for trailing in (False, True)
                              for which, p in enumerate(ATM)]),
    "ipv6-fragment": lambda: (1, [(f"{v}/{offset:x}/{length}", eth(0x86DD, struct.pack(">IHBB", 6 << 28, length, 44, 64) + bytes(32)
                                  + struct.pack(">BBHI", v, 0, offset, 7) + udp(b"x" * 20)))
                                  for v in (4, 6, 17, 41, 58, 60, 253) for offset in (0, 1, 8, 0x5A8, 0x5A9) for length in (0, 4, 8, 9, 16, 28, 36)]),
    "ipv6-routing": lambda: (1, [(f"{kind}/{units}/{left}/{first}/{second}", eth(0x86DD, ip6(43, bytes([17, units, kind, left, first, second, 0, 0]) + bytes(units * 8) + udp(b"x" * 20))))
                                 for kind in (*range(8), 253) for units in range(7) for left in (0, 1, 2, 5) for first in (0, 1, 2, 8, 0x80, 0x7F) for second in (0, 0x70, 0xF0)]),
    "ppp-address": lambda: (1, [(f"{at}/{which}", frame(p)) for at, frame in enumerate(PPP) for which, p in enumerate(
        [b"\xff\3\0\x21" + INNER, b"\xff\3\x21" + INNER, b"\0\x21" + INNER, b"\x21" + INNER])]),
    "osi": lambda: (1, [(f"{v}/{at}/{which}", frame(bytes([v]) + p)) for v in BYTES for at, frame in enumerate(OSI)
                        for which, p in enumerate([INNER, ip6(17, udp(b"x")), b"\0\x21" + INNER, b"\xff\3\0\x21" + INNER])]),
    "osi-chdlc": lambda: (104, each(BYTES, lambda v, p: b"\x0f\0\xfe\xfe" + bytes([v]) + p, [INNER, b"\xcc" + INNER])),
    "osi-null": lambda: (0, each(BYTES, lambda v, p: b"\7\0\0\0" + bytes([v]) + p, [INNER])),
    "juniper-cookie": lambda: (131, [(f"{first}/{fourth}/{fifth}/{flags}", juniper(flags, bytes([first, 0, 0, 0, fourth, fifth, 0, 0]), b"\3\xcc" + INNER))
                                     for first in (0x40, 0x47, 0x54) for fourth in range(5) for fifth in range(0, 256, 8) for flags in (0, 1)]),
    "juniper-network": lambda: (184, [(f"{kind}/{length}/{end}", bytes([kind, length]) + bytes(length) + bytes([255, end]) + bytes(end) + INNER_ETH)
                                      for kind in range(8) for length in (0, 1, 4) for end in (0, 3)]),
    "juniper-tunnel": lambda: (200, [(f"{v}/{flags}", juniper(flags, b"", eth(0x0800, ip4(v, bytes(24) + INNER)))) for v in BYTES for flags in (0, 1)]
                               + [(f"type-{v}", juniper(0, b"", eth(v, ip4(50, bytes(24) + INNER)))) for v in (0x0800, 0x8100, 0x86DD)]),
    "frame-relay-control": lambda: (107, [(f"{before.hex()}/{v}", b"\x18\x41" + before + bytes([v]) + b"\x45\0\0\0\0"[:5 - len(before)] + ETHERS[6:] + b"\x08\0" + INNER)
                                          for before in (b"\2\x11", b"\7", b"\1\x12", b"\0\7", b"\0\4\xaa", b"\0\0\xaa", bytes(3), b"\0\3", b"\0\xaf") for v in BYTES]),
    "frame-relay-bridged": lambda: (107, [(f"{address.hex()}/{start.hex()}/{v:x}", address + start + ETHERS[6:] + word(v) + p)
                                          for address in (b"\x19", b"\x18\x41", b"\x18\x40\x41", b"\x18\x40\x40\x41", b"\x18\x40\x40\x40\x41")
                                          for start in (b"\0\x11\x88\x6b\x68\x30", ETHERS[:6], bytes(6), b"\xff" * 6, b"\x03\x11" + bytes(4))
                                          for v, p in ((0x0800, INNER), (0x8100, b"\0\5\x08\0" + INNER), (8 + len(INNER), LLC_IP[0]), (0x1234, INNER), (1501, INNER))]),
    "ip-options": lambda: (1, [(f"{kind}/{length}/{fill}", eth(0x0800, ip4_options((bytes([kind, length]) + bytes([fill]) * max(0, length - 2) + bytes(16))[:16])))
                               for kind in BYTES for length in range(14) for fill in (0, 4, 8, 0xFF)]),
    "ip-options-cut": lambda: (1, [(f"{options.hex()}/{at}", (frame[:at], len(frame))) for options in OPTIONS
                                   for frame in [eth(0x0800, ip4_options(options))] for at in range(30, len(frame) + 1)]),
    "gre-ppp": lambda: (1, [(f"{high:x}/{low:x}/{kind:x}/{before}", over_gre(kind, bytes(before) + p, high << 8 | low))
                            for high in (0, 0x10, 0x20, 0x30, 0x80, 0x40, 0xC0, 0x4C) for low in BYTES for before in (0, 4, 8, 12)
                            for kind, p in ((0x880B, b"\0\x21" + INNER), (0x86DD, ip6(17, udp(b"x"))))]),
    "null-ipv6": lambda: (0, [(f"{order}{v}", struct.pack(order + "I", v) + ip6(17, udp(b"x"))) for order in "<>" for v in WORDS]),
    "loop-ipv6": lambda: (108, [(v, struct.pack(">I", v) + ip6(17, udp(b"x"))) for v in WORDS]),
    "nsh-metadata": lambda: (1, [(f"{kind}/{length}/{v}", eth(0x894F, bytes([0, length, kind, 1]) + bytes(4) + (b"\0\1\1" + bytes([v]) + bytes(100))[:length * 4 - 8] + INNER))
                                 for kind in range(4) for length in (2, 3, 4, 6, 10) for v in BYTES]),
    "snap-control": lambda: (1, [(v, eth(9 + len(INNER), b"\xaa\xaa" + bytes([v]) + (b"" if v & 3 == 3 else b"\0") + b"\0\0\0\x08\0" + INNER)) for v in BYTES]),
    "macsec": lambda: (1, each(BYTES, lambda v, p: eth(0x88E5, bytes([v]) + p + bytes(16)), [bytes(5) + b"\x08\0" + INNER, bytes(13) + b"\x08\0" + INNER, bytes([10]) + bytes(4) + b"\x08\0" + INNER])),
    "macsec-length": lambda: (1, each(BYTES, lambda v, p: eth(0x88E5, bytes([0, v]) + bytes(4) + b"\x08\0" + p), [INNER, INNER + bytes(16), INNER[:20]])),
    "trill": lambda: (1, each(WORDS[::3], lambda v, p: eth(0x22F3, word(v) + bytes(4) + p), [INNER_ETH, bytes(4) + INNER_ETH])),
    "cisco-metadata": lambda: (1, each(WORDS[::3], lambda v, p: eth(0x8909, word(v) + p), [bytes.fromhex("00010005 0800") + INNER, bytes.fromhex("00010005 00030001 0800") + INNER])),
    "arista": lambda: (1, each(WORDS[::3], lambda v, p: eth(0xD28B, word(v % 5) + word(v) + p), [bytes(8) + b"\x08\0" + INNER, bytes(6) + b"\x08\0" + INNER])),
    "mpls-control-word": lambda: (1, each(WORDS, lambda v, p: eth(0x8847, b"\0\x06\x41\xff" + word(v) + p), [bytes(2) + INNER_ETH])),
    "mpls-label": lambda: (1, each(range(40), lambda v, p: eth(0x8847, struct.pack(">I", v << 12 | 0x1FF) + p), [INNER, bytes(4) + INNER_ETH, INNER_ETH])),
    "llc-payload": lambda: (1, [(f"{v}/{i}", eth(3 + len(p), bytes([v, v, 3]) + p)) for v in BYTES for i, p in enumerate(PAYLOADS)]),
    "snap-payload": lambda: (1, [(f"{oui}/{v}/{i}", eth(8 + len(p), bytes.fromhex("aaaa03" + oui) + word(v) + p)) for oui in OUIS for v in range(0, 32) for i, p in enumerate(PAYLOADS)]),
    "ppp-payload": lambda: (9, each(registered("ppp.protocol"), lambda v, p: b"\xff\3" + word(v) + p)),
    "ethertype-payload": lambda: (1, each(registered("ethertype"), eth, [*PAYLOADS[1:], *LLC_IP])),
    "gre-payload": lambda: (1, each(registered("gre.proto"), over_gre, [*PAYLOADS, *LLC_IP])),
    "ip-payload": lambda: (1, each(BYTES, lambda v, p: eth(0x0800, ip4(v, p)), [*PAYLOADS[2:], bytes(4) + INNER_ETH, bytes(8) + INNER])),
    "ipv6-payload": lambda: (1, each(BYTES, lambda v, p: eth(0x86DD, ip6(v, p)), [*PAYLOADS[1:], bytes(4) + INNER_ETH, bytes(8) + INNER])),
    "length": lambda: (1, each(range(0, 80), lambda v, p: ETHERS + word(v) + p, [LLC_IP[0], b"\xff\xff" + INNER, b"\xe0\xe0\3" + INNER])),
    "vlan-length": lambda: (1, each(range(0, 80), lambda v, p: eth(0x8100, word(5) + word(v) + p), [LLC_IP[0], b"\xff\xff" + INNER])),
    "udp-port-pairs": lambda: (1, [(f"{a}/{b}", over_udp(a, INNER, b)) for a in TUNNEL_PORTS for b in TUNNEL_PORTS]),
}
GROUPS |= dispatch_wlan.groups(ETHERS, SNAP_IP + INNER, INNER)
# A frame of each encapsulation, cut at every byte.
WHOLE = {
    "vlan": eth(0x8100, word(5) + word(0x0800) + INNER), "mpls": eth(0x8847, b"\0\6\x41\xff" + INNER),
    "llc": eth(8 + len(INNER), SNAP_IP + INNER), "pppoe": eth(0x8864, b"\x11\0\0\1" + word(2 + len(INNER)) + b"\0\x21" + INNER),
    "ipip": eth(0x0800, ip4(4, INNER)), "gre": over_gre(0x0800, INNER), "gre-eth": over_gre(0x6558, INNER_ETH),
    "etherip": eth(0x0800, ip4(97, b"\x30\0" + INNER_ETH)), "ipv6": eth(0x86DD, ip6(4, INNER)),
    "vxlan": over_udp(4789, bytes.fromhex("0800000000000100") + INNER_ETH), "geneve": over_udp(6081, b"\0\0\x65\x58" + bytes(4) + INNER_ETH),
    "gtp": over_udp(2152, b"\x30\xff" + word(len(INNER)) + bytes(4) + INNER), "lisp": over_udp(4341, bytes(8) + INNER),
    "pim": eth(0x0800, ip4(103, b"\x21" + bytes(7) + INNER)), "nsh": eth(0x894F, nsh(1, INNER)),
}
for name, frame in WHOLE.items():
    GROUPS[f"cut-{name}"] = lambda frame=frame: (1, [(cut, (frame[:cut], len(frame))) for cut in range(len(frame) + 1)])
GROUPS |= dispatch_cut.groups(sys.modules[__name__])
TUNNEL_PORTS = [1701, 2123, 2152, 3544, 4341, 4754, 4789, 4790, 5072, 5247, 6081, 6633, 6635, 12220, 12222, 12223, 37008]
for link in range(301):
    GROUPS[f"link-{link}"] = lambda link=link: (link, [(f"{link}/{i}", p) for i, p in enumerate([*PAYLOADS, *LLC_IP])])
for link in JUNIPER:
    GROUPS[f"juniper-{link}"] = lambda link=link: (link, [
        (f"{flags:x}/{at}/{which}", juniper(flags, cookie, payload)) for flags in (0, 1, 2, 3, 0x80, 0x83)
        for at, cookie in enumerate(COOKIES) for which, payload in enumerate([*PAYLOADS, *LLC_IP])])


# Protocols assigned by -d, which both programs read: the options, and the values with their frames.
VXLAN = bytes.fromhex("0800000000000100") + INNER_ETH
ASSIGNED = {
    "as-udp": (["udp.port==8472,vxlan"], [(v, over_udp(v, VXLAN)) for v in (8471, 8472, 8473, 4789)]
               + [(f"from {v}", over_udp(3333, VXLAN, v)) for v in (8472, 4789)]),
    "as-udp-range": (["udp.port==8472-8475,vxlan", "udp.port==9000:3,gtp"],
                     [(v, over_udp(v, VXLAN)) for v in range(8470, 8478)]
                     + [(v, over_udp(v, b"\x30\xff" + word(len(INNER)) + bytes(4) + INNER)) for v in range(8998, 9005)]),
    "as-udp-other": (["udp.port==4789,geneve", "udp.port==0x1000,l2tp", "udp.port==4097,gre", "udp.port==4098,mpls",
                      "udp.port==4099,ip", "udp.port==4100,eth", "udp.port==4101,capwap.data", "udp.port==4102,tzsp"],
                     [(f"{v}/{i}", over_udp(v, p)) for v in (4096, 4097, 4098, 4099, 4100, 4101, 4102, 4789) for i, p in
                      enumerate([INNER, INNER_ETH, b"\0\0\x65\x58\0\0\0\0" + INNER_ETH, b"\0\2\0\1\0\1\0\x21" + INNER,
                                 b"\0\0\x08\0" + INNER, b"\0\0\1\xff" + INNER, b"\0\x10\2\0\0\0\0\0" + INNER_ETH,
                                 b"\1\0\0\1\1" + INNER_ETH])]),
    "as-udp-pair": (["udp.port==9999,gtp"], [(f"{a}/{b}", over_udp(a, VXLAN, b)) for a in (4789, 9999, 2152) for b in (4789, 9999, 2152)]),
    "as-ethertype": (["ethertype==0x1234,ip", "ethertype==0x88b5,eth", "ethertype==0x0800,vlan"],
                     [(f"{v:x}/{i}", eth(v, p)) for v in (0x1234, 0x88B5, 0x88B6, 0x0800) for i, p in enumerate([INNER, INNER_ETH, b"\0\5\x12\x34" + INNER])]
                     + [("snap", eth(8 + len(INNER), bytes.fromhex("aaaa03000000 1234") + INNER)),
                        ("gre", over_gre(0x1234, INNER)), ("geneve", over_udp(6081, b"\0\0\x12\x34" + bytes(4) + INNER))]),
    "as-ip": (["ip.proto==253,gre", "ip.proto==17,ip", "ip.proto==254,etherip"],
              [(f"{v}/{i}", eth(0x0800, ip4(v, p))) for v in (252, 253, 254, 17) for i, p in enumerate([b"\0\0\x08\0" + INNER, INNER, b"\x30\0" + INNER_ETH])]
              + [(f"6/{v}", eth(0x86DD, ip6(v, b"\0\0\x08\0" + INNER))) for v in (252, 253)]),
}
for name, (rows, cases) in ASSIGNED.items():
    GROUPS[name] = lambda cases=cases, rows=rows: (1, cases, [word for row in rows for word in ("-d", row)])


def path_of(protocols):
    path = []
    for name in protocols.split(":"):
        if name == "ethertype":
            continue
        if name not in CARRIERS | STOP or (path and name not in ONLY.get(path[-1], CARRIERS | STOP)):
            # One name more, of what is not dissected; applications stand above ports.
            if path and path[-1] not in ABOVE and name not in UNSURE | {"data"} and not name.startswith("_ws"):
                path.append(name)
            break
        path.append(name)
        if name in STOP:
            break
    return path


def nth(values, n):
    values = values.split(",") if values else []
    return values[n - 1] if 0 < n <= len(values) else ""


def by_tshark(capture, options=()):
    command = ["tshark", "-n", "-r", capture, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", *options]
    for preference in PREFERENCES:
        command += ["-o", preference]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in done.stdout.split("\n")[:-1]:
        fact = dict(zip(FIELDS, line.split("\t")))
        path = path_of(fact["frame.protocols"])
        inner = [at for at, name in enumerate(path) if name in ("ip", "ipv6")]
        family = path[inner[-1]] if inner else ""
        above = path[inner[-1]:] if inner else []
        addresses = [nth(fact[f"{family}.{end}"], path.count(family)) if inner else "" for end in ("src", "dst")]
        transport = next((name for name in above if name in ("tcp", "udp", "sctp")), "")
        which = path.count(transport) if transport else 0
        ports = [nth(fact[f"{transport}.{end}port"], which) if transport else "" for end in ("src", "dst")]
        length = nth(fact[{"tcp": "tcp.len", "udp": "udp.length"}.get(transport, "udp.length")], which)
        if transport == "udp" and length:
            length = str(max(0, int(length) - 8))
        yield (":".join(path), *addresses, *ports, length if transport in ("tcp", "udp") else "")


def by_pcapstat(program, capture, options=()):
    command = [program, "-q", "-t", "packets", "-f", "csv", "--progress", "never", *options, capture]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for row in csv.DictReader(io.StringIO(done.stdout)):
        path = ":".join(path_of(row["protocols"]))
        yield (path, *(row[column] for column in "src_ip dst_ip src_port dst_port payload_bytes".split()))


def differences(program, folder, group):
    link, cases, *options = GROUPS[group]()
    options = options[0] if options else []
    capture = os.path.join(folder, group + ".pcap")
    with open(capture, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link))
        for _, frame in cases:
            frame, wire = frame if isinstance(frame, tuple) else (frame, len(frame))
            out.write(struct.pack("<IIII", 1700000000, 0, len(frame), wire) + frame)
    theirs, ours = list(by_tshark(capture, options)), list(by_pcapstat(program, capture, options))
    os.remove(capture)
    if len(theirs) == len(ours) == len(cases):
        return [(str(value), a, b) for (value, _), a, b in zip(cases, theirs, ours) if a != b]
    # tshark refuses some link types.
    return [] if not theirs else [("packets", len(theirs), len(ours))]


def main():
    program, groups = sys.argv[1], sys.argv[2:] or list(GROUPS)
    known = {}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "dispatch-differences.txt")) as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                group, value, _ = line.split(None, 2)
                known.setdefault(group, set()).add(value)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for group in groups:
            listed = set().union(*(values for name, values in known.items() if fnmatch.fnmatchcase(group, name)))
            met = set()
            for value, a, b in differences(program, folder, group):
                patterns = {pattern for pattern in listed if fnmatch.fnmatchcase(value, pattern)}
                met |= patterns
                if not patterns:
                    wrong += 1
                    print(f"{group} {value}: tshark {a}, pcapstat {b}")
            # A pattern of groups need not occur in each of them.
            for pattern in sorted(known.get(group, set()) - met):
                wrong += 1
                print(f"{group} {pattern}: listed, but equal")
    print(f"{wrong} wrong")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
