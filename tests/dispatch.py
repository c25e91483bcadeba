#!/usr/bin/env python3
"""Hold dissection against tshark for every value of every field that chooses the next layer.

usage: dispatch.py PCAPSTAT [GROUP ...]

Each group puts every value of one field into a frame whose payload is IPv4 and UDP, and compares protocol path,
addresses and ports with those that tshark gives. Differences must be listed in dispatch-differences.txt beside
this file, as `GROUP FIRST-LAST REASON`, and every listed one must occur. Exits 0 only if both hold.
"""
import csv
import io
import os
import struct
import subprocess
import sys
import tempfile

ETHERS = bytes.fromhex("020000000002 020000000001")
SNAP_IP = bytes.fromhex("aaaa03 000000 0800")
CARRIERS = set("""eth vlan ieee8021ad llc mpls pppoes ppp ip ipv6 ipv6.hopopts ipv6.dstopts ipv6.routing ipv6.fraghdr
ah gre erspan vxlan geneve gtp teredo sll null raw radiotap wlan_radio wlan chdlc fddi udp ppi pcap_pktdata prism
wlancap pktap nflog pflog enc fr tr arcnet ipfc ipoib ipnet clip atm juniper cfp cmd avsp vntag etag trill hsr
ieee8021ah ieee8021cb macsec nsh batadv etherip pwethheuristic pwethcw mp l2tp tzsp capwap.data lwapp ayiya
lisp-data pim""".split())
STOP = set("""arp stp lldp eapol pppoed tcp sctp icmp icmpv6 igmp esp ospf vrrp eigrp dccp pgm rsvp lcp ipcp
ipv6cp""".split())
ONLY = {"udp": set("""vxlan geneve gtp teredo capwap.data lwapp ayiya gre nsh mpls lisp-data l2tp tzsp eth""".split()),
        "gtp": {"ip", "ipv6", "eth"}, "pim": {"ip", "ipv6"}}
PREFERENCES = ["ip.defragment:FALSE", "ipv6.defragment:FALSE", "tcp.desegment_tcp_streams:FALSE"]
FIELDS = "frame.protocols ip.src ip.dst udp.srcport udp.dstport".split()


def ip4(protocol, payload, addresses="c0000201c0000202"):
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0) + bytes.fromhex(addresses) + payload


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


def over_udp(port, payload):
    return eth(0x0800, ip4(17, udp(payload, port)))


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
for link in range(301):
    GROUPS[f"link-{link}"] = lambda link=link: (link, [(f"{link}/{i}", p) for i, p in enumerate(PAYLOADS)])


def path_of(protocols):
    path = []
    for name in protocols.split(":"):
        if name == "ethertype":
            continue
        if name not in CARRIERS | STOP or (path and name not in ONLY.get(path[-1], CARRIERS | STOP)):
            break
        path.append(name)
        if name in STOP:
            break
    return path


def nth(values, n):
    values = values.split(",") if values else []
    return values[n - 1] if 0 < n <= len(values) else ""


def by_tshark(capture):
    command = ["tshark", "-n", "-r", capture, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a"]
    for preference in PREFERENCES:
        command += ["-o", preference]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in done.stdout.split("\n")[:-1]:
        protocols, source, destination, source_port, destination_port = line.split("\t")
        path = path_of(protocols)
        inner = next((name for name in reversed(path) if name in ("ip", "ipv6")), "")
        last = path[::-1].index(inner) if inner else 0
        ports = path.count("udp") if inner and "udp" in path[len(path) - 1 - last:] else 0
        ip = path.count("ip") if inner == "ip" else 0
        yield (":".join(path), nth(source, ip), nth(destination, ip), nth(source_port, ports), nth(destination_port, ports))


def by_pcapstat(program, capture):
    command = [program, "-q", "-t", "packets", "-f", "csv", "--progress", "never", capture]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for row in csv.DictReader(io.StringIO(done.stdout)):
        path = path_of(row["protocols"])
        inner = next((name for name in reversed(path) if name in ("ip", "ipv6")), "")
        addresses = (row["src_ip"], row["dst_ip"]) if inner == "ip" else ("", "")
        ports = (row["src_port"], row["dst_port"]) if "udp" in path else ("", "")
        yield (":".join(path), *addresses, *ports)


def differences(program, folder, group):
    link, cases = GROUPS[group]()
    capture = os.path.join(folder, group + ".pcap")
    with open(capture, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link))
        for _, frame in cases:
            out.write(struct.pack("<IIII", 1700000000, 0, len(frame), len(frame)) + frame)
    theirs, ours = list(by_tshark(capture)), list(by_pcapstat(program, capture))
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
            seen = differences(program, folder, group)
            listed = known.get(group, set())
            for value, a, b in seen:
                if value not in listed:
                    wrong += 1
                    print(f"{group} {value}: tshark {a}, pcapstat {b}")
            for value in listed - {value for value, _, _ in seen}:
                wrong += 1
                print(f"{group} {value}: listed, but equal")
    print(f"{wrong} wrong")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
