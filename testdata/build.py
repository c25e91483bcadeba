#!/usr/bin/env python3
"""Builds the captures in this folder that no network yields on demand: odd formats, damage, rare layers, and captures built to
mislead a parallel reader. `build.py` writes them, always the same bytes; `build.py --check` names those that differ."""
import os
import struct
import sys

A, B = bytes.fromhex("02000000000a"), bytes.fromhex("02000000000b")
T0 = 1_700_000_000


def ether(kind, payload, source=A, destination=B):
    return destination + source + struct.pack(">H", kind) + payload


def ipv4(protocol, payload, source=1, destination=2, total=None, first=0x45, fragment=0, options=b""):
    total = 20 + len(options) + len(payload) if total is None else total
    return struct.pack(">BBHHHBBH4s4s", first, 0, total, 7, fragment, 64, protocol, 0, bytes([10, 77, 0, source]),
                       bytes([10, 77, 0, destination])) + options + payload


def ipv6(protocol, payload, length=None, version=6):
    address = lambda n: bytes.fromhex("fd77" + "00" * 13) + bytes([n])
    length = len(payload) if length is None else length
    return struct.pack(">IHBB", version << 28, length, protocol, 64) + address(1) + address(2) + payload


def udp(payload, source=40000, destination=7, length=None):
    return struct.pack(">HHHH", source, destination, 8 + len(payload) if length is None else length, 0) + payload


def tcp(payload, sequence=1, flags=0x18, offset=5, source=40001, destination=80):
    return struct.pack(">HHIIBBHHH", source, destination, sequence, 1, offset << 4, flags, 1000, 0, 0) + payload


def pcap(frames, link_type=1, order="<", magic=0xA1B2C3D4, start=T0, step=1000):
    """Frames are bytes, or (bytes, original length), or (bytes, original length, seconds, fraction)."""
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link_type)
    for number, frame in enumerate(frames):
        frame = frame if isinstance(frame, tuple) else (frame, len(frame))
        data, length = frame[:2]
        seconds, fraction = frame[2:] or (start, number * step)
        out += struct.pack(order + "IIII", seconds, fraction, len(data), length)
        if magic == 0xA1B2CD34:
            out += struct.pack(order + "IHBB", 1, 0x0800, 0, 0)
        out += data
    return out


def block(kind, body, order="<"):
    body += bytes(-len(body) % 4)
    return struct.pack(order + "II", kind, 12 + len(body)) + body + struct.pack(order + "I", 12 + len(body))


def section(order="<"):
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def option(code, value, order="<"):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def interface(link_type=1, snaplen=0, order="<", resolution=None, offset=None, name=None):
    options = b""
    if name is not None:
        options += option(2, name, order)
    if resolution is not None:
        options += option(9, bytes([resolution]), order)
    if offset is not None:
        options += option(14, struct.pack(order + "q", offset), order)
    options += option(0, b"", order) if options else b""
    return block(1, struct.pack(order + "HHI", link_type, 0, snaplen) + options, order)


def enhanced(frame, number=0, units=T0 * 1_000_000, order="<", length=None, options=b""):
    head = struct.pack(order + "IIIII", number, units >> 32, units & 0xFFFFFFFF, len(frame), length or len(frame))
    return block(6, head + frame + bytes(-len(frame) % 4) + options, order)


def simple(frame, order="<", length=None):
    return block(3, struct.pack(order + "I", length or len(frame)) + frame, order)


def obsolete(frame, units=T0 * 1_000_000, order="<"):
    return block(2, struct.pack(order + "HHIIII", 0, 3, units >> 32, units & 0xFFFFFFFF, len(frame), len(frame)) + frame, order)


PING = ether(0x0800, ipv4(17, udp(b"hello")))
SIX = ether(0x86DD, ipv6(17, udp(b"hello")))
LINE = ether(0x0800, ipv4(6, tcp(b"GET / HTTP/1.0\r\n\r\n")))
SCTP_INIT = struct.pack(">HHII", 5000, 5001, 0, 0) + struct.pack(">BBHIIHHI", 1, 0, 20, 1, 1500, 1, 1, 1)
BPDU = bytes.fromhex("424203" + "00" * 35)


def all_blocks(order):
    return (section(order) + interface(1, 0, order, name=b"eth0")
            + b"".join(enhanced(frame, 0, T0 * 1_000_000 + n * 10, order, options=option(2, bytes(4), order) + option(0, b"", order))
                       for n, frame in enumerate([PING, SIX, LINE] * 2))
            + simple(PING, order) + obsolete(LINE, T0 * 1_000_000 + 99, order)
            + block(0x0BAD0001, b"unknown!", order) + block(0x00000BAD, struct.pack(order + "I", 32473) + b"custom", order)
            + block(4, struct.pack(order + "HH", 0, 0), order)
            + block(5, struct.pack(order + "III", 0, 0, 0) + option(4, struct.pack(order + "Q", 12), order)
                    + option(5, struct.pack(order + "Q", 3), order) + option(0, b"", order), order))


def segments(inner, size):
    """`inner` sent over TCP in segments of `size` bytes."""
    return [ether(0x0800, ipv4(6, tcp(inner[at:at + size], 1 + at))) for at in range(0, len(inner), size)]


def captures():
    plain = [PING, SIX, LINE, (LINE[:60], len(LINE))]
    yield "big_endian.pcap", pcap(plain, order=">")
    yield "big_endian_ns.pcap", pcap(plain, order=">", magic=0xA1B23C4D)
    yield "modified.pcap", pcap(plain, magic=0xA1B2CD34)
    yield "modified_be.pcap", pcap(plain, order=">", magic=0xA1B2CD34)
    variant = lambda file_header, record_header: file_header + b"".join(
        record_header(number, *(frame if isinstance(frame, tuple) else (frame, len(frame)))) for number, frame in enumerate(plain))
    file_header = lambda order, *fields: struct.pack(order + "IHHiIII", *fields)
    fields = lambda order, number, one, two, unit=1: struct.pack(order + "IIII", T0, number * 1000 * unit, one, two)
    yield "nokia.pcap", variant(file_header(">", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1),
                                lambda n, data, length: fields(">", n, len(data), length) + bytes.fromhex("9fbfb601") + data)
    yield "redhat.pcap", variant(file_header("<", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1),
                                 lambda n, data, length: fields("<", n, len(data), length) + struct.pack("<IHBB", 1, 0x0800, 0, 0) + data)
    yield "suse.pcap", variant(file_header("<", 0xA1B2CD34, 2, 4, 0, 0, 262144, 1),
                               lambda n, data, length: fields("<", n, len(data), length) + struct.pack("<IHBBBBBB", 1, 0x0800, 0, 0, 0, 0, 0, 0) + data)
    yield "aix.pcap", variant(file_header(">", 0xA1B2C3D4, 2, 2, 0, 0, 262144, 6), lambda n, data, length: fields(">", n, length, len(data), 1000) + data)
    yield "dgux.pcap", variant(file_header(">", 0xA1B2C3D4, 543, 0, 0, 0, 262144, 1), lambda n, data, length: fields(">", n, length, len(data)) + data)
    yield "ixia.pcap", variant(file_header(">", 0x1C0001AC, 2, 4, 0, 0, 262144, 1) + struct.pack(">I", 0), lambda n, data, length: fields(">", n, len(data), length) + data)
    yield "empty.pcap", pcap([])
    yield "cut_in_header.pcap", pcap(plain) + b"\x00\xf1\x53\x65\x00"
    yield "cut_in_record.pcap", pcap(plain * 2)[:-7]
    damaged = pcap(plain) + struct.pack("<IIII", T0, 0, 0x7FFFFFFF, 60)
    yield "damaged.pcap", damaged + pcap(plain)[24:]
    yield "fcs_bits.pcap", pcap([PING + b"\xde\xad\xbe\xef"], link_type=0x24000001)
    snap = bytes.fromhex("aaaa03000000") + b"\x08\x00" + ipv4(17, udp(b"hello"))
    yield "llc.pcap", pcap([ether(len(snap), snap), ether(len(BPDU), BPDU), ether(8, b"\xff\xff" + bytes(6)), ether(3, b"\xe0\xe0\x03")])
    mpls = struct.pack(">II", 16 << 12 | 64, 17 << 12 | 0x100 | 64) + ipv4(17, udp(b"hello"))
    session = lambda inner: struct.pack(">BBHH", 0x11, 0, 1, len(inner)) + inner
    yield "mpls_pppoe.pcap", pcap([ether(0x8847, mpls), ether(0x8864, session(b"\x00\x21" + ipv4(6, tcp(b"x")))),
                                   ether(0x8863, struct.pack(">BBHH", 0x11, 9, 0, 0)), ether(0x8864, session(b"\xc0\x21\x01\x01\x00\x04"))])
    inner = ipv4(17, udp(b"inner"), 3, 4)
    over = lambda protocol, payload: ether(0x0800, ipv4(protocol, payload))
    yield "tunnels.pcap", pcap([
        over(4, inner), over(41, ipv6(6, tcp(b""))), over(47, b"\x00\x00\x08\x00" + inner),
        over(47, bytes.fromhex("30006558 00000007 00000001") + ether(0x0800, inner)),
        over(17, udp(bytes.fromhex("0800000000000100") + ether(0x0800, inner), 50000, 4789)),
        over(17, udp(bytes.fromhex("0000655800000100") + ether(0x0800, inner), 50000, 6081)),
        over(17, udp(struct.pack(">BBHI", 0x30, 255, len(inner), 1) + inner, 2152, 2152)),
        over(1, b"\x03\x03\x00\x00\x00\x00\x00\x00" + inner)])
    yield "vlan.pcap", pcap([ether(0x8100, b"\x00\x07\x08\x00" + inner), ether(0x88A8, b"\x00\x07\x81\x00\x00\x08\x86\xdd" + ipv6(17, udp(b"x"))),
                             ether(0x8100, b"\x00\x07\x81\x00\x00\x08\x08\x06" + bytes(28)), ether(0x8100, b"\x00\x07\x00\x26" + BPDU)])
    yield "sctp.pcap", pcap([ether(0x0800, ipv4(132, SCTP_INIT)), ether(0x0800, ipv4(132, SCTP_INIT[2:4] + SCTP_INIT[:2] + SCTP_INIT[4:], 2, 1)),
                             ether(0x86DD, ipv6(132, SCTP_INIT))])
    yield "null.pcap", pcap([b"\x02\0\0\0" + inner, b"\0\0\0\x02" + inner, b"\x1e\0\0\0" + ipv6(17, udp(b"x"))], link_type=0)
    yield "raw_101.pcap", pcap([inner, ipv6(17, udp(b"x")), b"\x00" * 20], link_type=101)
    yield "raw_12.pcap", pcap([inner], link_type=12)
    yield "ipv4_228.pcap", pcap([inner], link_type=228)
    yield "ipv6_229.pcap", pcap([ipv6(17, udp(b"x")), inner], link_type=229)
    yield "unknown_147.pcap", pcap([inner, b""], link_type=147)
    extension = b"\x3c\x00\x01\x04\0\0\0\0" + b"\x2b\x00\x01\x04\0\0\0\0" + b"\x2c\x00\0\0\0\0\0\0" + b"\x11\x00\0\0\0\0\0\x07"
    yield "ipv6_extensions.pcap", pcap([ether(0x86DD, ipv6(0, extension + udp(b"x"))), ether(0x86DD, ipv6(44, b"\x11\x00\x00\x10\0\0\0\x07" + b"later")),
                                        ether(0x86DD, ipv6(59, b"")), ether(0x86DD, ipv6(51, b"\x11\x04" + bytes(22) + udp(b"x"))), ether(0x86DD, ipv6(50, bytes(16)))])
    segment = tcp(b"0123456789")
    cut = lambda frame, length: (frame[:length], len(frame))
    yield "malformed.pcap", pcap([
        cut(PING, 14 + 18), ether(0x0800, ipv4(17, udp(b"x"), first=0x43)), ether(0x0800, ipv4(17, udp(b"x"), first=0x55)),
        ether(0x0800, ipv4(17, udp(b"x"), total=900)), ether(0x0800, ipv4(17, udp(b"x"), total=0)), ether(0x0800, ipv4(17, udp(b"x"), total=12)),
        cut(ether(0x0800, ipv4(6, segment)), 34 + 4), cut(ether(0x0800, ipv4(6, segment)), 34 + 12), cut(ether(0x0800, ipv4(6, segment)), 34 + 17),
        ether(0x0800, ipv4(6, tcp(b"x", offset=2))), ether(0x0800, ipv4(6, tcp(b"x", offset=15))), ether(0x0800, ipv4(17, udp(b"x", length=4))),
        ether(0x0800, ipv4(17, udp(b"x", length=400))), ether(0x8100, b"\x00\x01\x81\x00" * 40), ether(1510, b"x" * 20),
        ether(0x86DD, ipv6(17, udp(b"x"), version=4)), cut(ether(0x86DD, ipv6(0, extension)), 14 + 44), ether(0x0800, ipv4(253, b"x")), B[:5], b"",
        ether(0x0800, ipv4(17, udp(b"x"), first=0x47, options=b"\x83\x07\x04\x0a\x4d\x00\x09\x00"))])
    yield "time_order.pcap", pcap([(PING, 55, T0 + 5, 0), (PING, 55, T0, 999_999), (LINE, len(LINE), T0, 999_999), (PING, 55, T0 + 63_072_000, 1),
                                   (SIX, len(SIX), T0 + 1, 500_000), (PING, 55, 0, 0), (PING, 55, 0xFFFFFFFF, 999_999)])
    yield "blocks_little_endian.pcapng", all_blocks("<")
    yield "blocks_big_endian.pcapng", all_blocks(">")
    yield "sections.pcapng", (section("<") + interface(1) + enhanced(PING) + section(">") + interface(101, 0, ">") + interface(1, 0, ">", 9)
                              + enhanced(inner, 0, T0 * 1_000_000 + 5, ">") + enhanced(SIX, 1, T0 * 10**9 + 7, ">") + section("<") + interface(0) + enhanced(b"\x02\0\0\0" + inner))
    yield "interfaces.pcapng", (
        section() + interface(1, 64, name=b"first") + interface(101, 0, resolution=9) + interface(1, 0, resolution=3) + interface(1, 0, resolution=0x80 | 20)
        + enhanced(PING, 0) + enhanced(inner, 1, T0 * 10**9 + 1) + enhanced(SIX, 2, T0 * 1000 + 2) + enhanced(LINE, 3, (T0 << 20) + (1 << 19))
        + simple(LINE[:64], length=len(LINE)) + interface(1, 0, resolution=6, offset=1000, name=b"late") + enhanced(PING, 4, (T0 - 1000) * 1_000_000 + 4) + enhanced(PING, 0))
    yield "late_interfaces.pcapng", section() + b"".join(interface(1, n) + enhanced(PING, n, T0 * 1_000_000 + n) + enhanced(LINE, n // 2, T0 * 1_000_000 + n) for n in range(100))
    yield "cut_in_block.pcapng", (section() + interface() + enhanced(PING) * 3)[:-9]
    yield "damaged_block.pcapng", section() + interface() + enhanced(PING) * 4 + enhanced(LINE)[:-4] + b"\x10\0\0\0" + enhanced(PING)
    # tshark lists custom blocks as frames; they are no packets, so the packets behind them must not move.
    custom = lambda kind: block(kind, struct.pack("<I", 32473) + b"custom")
    names = (struct.pack("<HH", 1, 9) + bytes([10, 77, 0, 1]) + b"a.lo\0" + bytes(3)
             + struct.pack("<HH", 2, 21) + bytes.fromhex("fd77" + "00" * 13 + "01") + b"a.lo\0" + bytes(3) + struct.pack("<HH", 0, 0))
    yield "blocks_between.pcapng", (section() + interface() + enhanced(PING) + custom(0xBAD) + enhanced(SIX) + custom(0x40000BAD)
                                    + block(4, names) + enhanced(LINE) + block(10, struct.pack("<II", 0x544C534B, 4) + b"key\n") + enhanced(PING))
    options = lambda *pairs: b"".join(option(code, text) for code, text in pairs) + bytes(4)
    head = lambda *pairs: block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + options(*pairs))
    described = lambda snaplen, *pairs: block(1, struct.pack("<HHI", 1, 0, snaplen) + options(*pairs))
    noted = lambda frame, *pairs: block(6, struct.pack("<IIIII", 0, 0, 0, len(frame), len(frame)) + frame + bytes(-len(frame) % 4) + options(*pairs))
    yield "notes.pcapng", (head((2, b"Intel"), (3, b"Linux 6.1"), (4, b"Dumpcap 4.0"), (1, "caf\u00e9, \"quoted\"".encode()))
                           + described(262144, (2, b"eth0"), (3, b"uplink"), (11, b"\0port 53"), (12, b"Linux"), (15, b"NIC"))
                           + noted(PING, (1, b"the first"), (1, b"a second comment")) + described(0, (2, b"lo"), (11, b"\1code"))
                           + enhanced(PING) + head((4, b"mergecap"), (1, b"two\nlines")) + described(64) + noted(PING, (1, b"the last")))
    yield "unknown_interface.pcapng", section() + interface() + enhanced(PING) + enhanced(PING, 1) + enhanced(PING)
    small = pcap([ether(0x0800, ipv4(17, udp(bytes([n % 256])))) for n in range(600)], start=T0 - 9)
    yield "embedded.pcap", pcap(segments(small, 1400))
    yield "embedded_jumbo.pcap", pcap(segments(small, 9000) * 2)
    # A VLAN stack that ends well inside the cap on layers; what stands behind the tags must be found.
    yield "vlan_stack.pcap", pcap([ether(0x8100, b"\x00\x07\x81\x00" * 19 + b"\x00\x07\x08\x00" + inner)])
    framed = lambda protocol, payload: b"\xff\x03" + protocol + payload
    yield "ppp.pcap", pcap([framed(b"\x00\x21", inner), framed(b"\x00\x57", ipv6(17, udp(b"x"))), b"\x00\x21" + inner,
                            framed(b"\xc0\x21", b"\x01\x01\x00\x04"), b"\xff\x03"], link_type=9)
    yield "chdlc.pcap", pcap([b"\x0f\x00\x08\x00" + inner, b"\x0f\x00\x86\xdd" + ipv6(17, udp(b"x")), b"\x0f\x00"], link_type=104)
    yield "lookalike.pcap", pcap([ether(0x0800, ipv4(17, udp((struct.pack("<IIII", T0, 5, 48, 48) + b"\0" * 48) * 20))) for _ in range(25)])
    blocks = enhanced(PING) * 15
    yield "embedded_blocks.pcapng", section() + interface() + b"".join(enhanced(ether(0x0800, ipv4(17, udp(b"\0\0" + blocks))), 0, T0 * 1_000_000 + n) for n in range(25))


def content(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return None


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit("usage: build.py [--check]")
    folder = os.path.dirname(os.path.abspath(__file__))
    differing = []
    for name, wanted in captures():
        path = os.path.join(folder, name)
        if sys.argv[1:] == ["--check"]:
            if content(path) != wanted:
                differing.append(name)
        else:
            with open(path, "wb") as f:
                f.write(wanted)
    if differing:
        sys.exit("differ from what build.py makes: " + ", ".join(differing))


if __name__ == "__main__":
    main()
