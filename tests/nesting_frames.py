"""Frames for nesting.py: a transport in IP in encapsulations stacked at random, cut and with wrong lengths.

A frame is built from the inside out. What is built so far has a kind: an IP version, an Ethernet frame, a PPP packet, or
anything else by its EtherType. Each wrapper takes some kinds and gives another one. Each is told by a word of the
description, outermost first, with `!` before what is wrong: `1/eth/vlan/ip4/!udp=0@60` was cut at byte 60.
"""
import collections
import struct

from nesting_stack import ETH, IP, IP4, IP6, MPLS, PPP, Builder, Built, word

Frame = collections.namedtuple("Frame", "link description captured wire")


def tag(kind, name, before=b"\0\5"):
    """A tag of Ethernet, whose last two bytes are the next type."""
    return lambda self, built: Built(kind, before + word(built.kind) + built.data, [name, *built.words])


def over_udp(port, name, header):
    return lambda self, built: self.udp(port, header(self, built) + built.data, [name, *built.words])


def over_ip(protocol, name, header):
    return lambda self, built: self.ip(protocol, header(self, built) + built.data, [name, *built.words])


def labels(self, built):
    count = self.random.choice([1, 1, 2, 4])
    stack = [self.random.randrange(16, 1 << 20) << 12 | (at == count - 1) << 8 | 64 for at in range(count)]
    pseudowire = self.random.choice([b"", bytes(4)]) if built.kind == ETH else b""
    return Built(MPLS, struct.pack(f">{count}I", *stack) + pseudowire + built.data, ["mpls" + ("-word" if pseudowire else ""), *built.words])


def session(self, built):
    built = self.ppp(built)
    length, name = self.length(len(built.data), "pppoe")
    return Built(0x8864, b"\x11\0\0\1" + length + built.data, [name, *built.words])


def service(self, built):
    kind = self.random.choice([1, 2])
    length = 6 if kind == 1 else self.random.choice([2, 3, 5])
    following = {IP4: 1, IP6: 2, ETH: 3, MPLS: 5}[built.kind]
    return Built(0x894F, bytes([0, length, kind, following]) + bytes(length * 4 - 4) + built.data, ["nsh", *built.words])


def bridged(self, built):
    """Provider backbone bridging: the tag, then the customer's addresses and type."""
    return Built(0x88E7, bytes(4) + built.data, ["pbb", *built.words])


def batman(self, built):
    header = self.random.choice([b"\x40\x0f" + bytes(8), b"\1\x0f" + bytes(12), b"\x42\x0f" + bytes(16)])
    return Built(0x4305, header + built.data, ["batman", *built.words])


def gre(self, built):
    flags = self.random.choice([0, 0, 0x2000, 0x1000, 0x8000, 0xB000])
    kind = 0x6558 if built.kind == ETH else 0x880B if built.kind == PPP else built.kind
    return word(flags) + word(kind) + bytes(4 * bin(flags).count("1"))


def geneve(self, built):
    words = self.random.choice([0, 0, 1, 4])
    return bytes([words, 0]) + word(0x6558 if built.kind == ETH else built.kind) + bytes(4 + words * 4)


def mobile(self, built):
    """GTP-U of version 1, with and without its optional fields and extensions, and of version 0."""
    first, fixed, optional = self.random.choice([(0x30, 4, b""), (0x32, 4, b"\0\1\0\0"), (0x34, 4, b"\0\0\0\x85\1\0\0\0"), (0x1E, 16, b"")])
    length, name = self.length(len(optional) + len(built.data), "gtp")
    header = bytes([first, 0xFF]) + length + bytes(fixed) + optional
    return self.udp(2152, header + built.data, [name, *built.words])


def layer2(self, built):
    """L2TP's data messages, with and without length, sequence numbers and offset."""
    flags = self.random.choice([0x0002, 0x4002, 0x0802, 0x0202, 0x4A02])
    stated = flags & 0x4000
    fields = b"\0\1\0\1" + (bytes(4) if flags & 0x0800 else b"") + (b"\0\2\0\0" if flags & 0x0200 else b"")
    length, name = self.length(4 + len(fields) + len(built.data), "l2tp") if stated else (b"", "l2tp")
    return self.udp(1701, word(flags) + length + fields + built.data, [name, *built.words])


def mirrored(self, built):
    version = self.random.choice([1, 1, 2])
    if version == 1:
        return b"\x10\0\x88\xbe" + bytes(4) + b"\x10" + bytes(7)
    return b"\x10\0\x22\xeb" + bytes(4) + b"\x20" + bytes(11)


def multilink(self, built):
    """A packet of PPP multilink that is whole; Wireshark reassembles others by their number."""
    sequence = self.number * 16 + self.random.randrange(16)
    return Built(PPP, b"\0\x3d" + struct.pack(">I", 0xC0 << 24 | sequence) + built.data, ["multilink", *built.words])


def ip_number(built):
    return {IP4: 4, IP6: 41, ETH: 143, MPLS: 137}[built.kind]


TYPES = "types"
WRAPPERS = [
    (TYPES, tag(0x8100, "vlan")), (TYPES, tag(0x8100, "vlan")), (TYPES, tag(0x88A8, "service-vlan")), (TYPES, tag(0x9100, "vlan")),
    (TYPES, tag(0x893F, "e-tag", bytes(6))), (TYPES, tag(0x8926, "vn-tag", bytes(4))), (TYPES, tag(0xF1C1, "802.1cb", bytes(4))),
    (TYPES, tag(0x8909, "metadata", bytes.fromhex("010100010005"))), (TYPES, lambda self, built: self.ethernet(built)),
    ((*IP, ETH), labels), (IP, labels), ((*IP, MPLS), session), ((*IP, ETH, MPLS), service), ((ETH,), bridged), ((ETH,), batman),
    ((*IP, MPLS), lambda self, built: self.ppp(built)), ((PPP,), multilink), ((ETH,), lambda self, built: Built(0x22F3, bytes(6) + built.data, ["trill", *built.words])),
    (TYPES, tag(0x892F, "hsr", bytes(4))),
    ((*IP, ETH), lambda self, built: self.ip(ip_number(built), built.data, built.words)), ((MPLS,), over_ip(137, "mpls-ip", lambda *_: b"")),
    ((*IP, ETH, MPLS, PPP), over_ip(47, "gre", gre)), ((*IP, ETH), over_ip(47, "gre", gre)),
    ((ETH,), over_ip(47, "erspan", mirrored)), ((ETH,), over_ip(97, "etherip", lambda *_: b"\x30\0")),
    ((ETH,), over_udp(4789, "vxlan", lambda *_: bytes.fromhex("0800000000000100"))),
    ((*IP, ETH, MPLS), over_udp(4790, "vxlan-gpe", lambda _, built: bytes([0x0C, 0, 0, {IP4: 1, IP6: 2, ETH: 3, MPLS: 5}[built.kind]]) + bytes(4))),
    ((*IP, ETH), over_udp(6081, "geneve", geneve)), (IP, mobile), (IP, mobile),
    ((PPP,), layer2), ((PPP,), layer2),
    (IP, over_udp(4341, "lisp", lambda *_: bytes(8))), ((MPLS,), over_udp(6635, "mpls-udp", lambda *_: b"")),
    ((ETH,), over_udp(37008, "tzsp", lambda *_: b"\1\0\0\1\1")), (IP, over_udp(5072, "ayiya", lambda _, built: bytes([0x44, 0x52, 0x11, ip_number(built)]) + bytes(40))),
    ((ETH,), over_udp(5247, "capwap", lambda *_: b"\0\x10\2\0" + bytes(4))), ((*IP, ETH, MPLS), over_udp(4754, "gre-udp", gre)),
    ((IP6,), over_udp(3544, "teredo", lambda *_: b"")),
]
WLAN = bytes.fromhex("08010000 020000000002 020000000001 020000000002 1000 aaaa03000000")
# Link types, the kinds that each takes, and the bytes before the frame.
LINKS = [
    (1, (ETH,), lambda built: b""), (9, (PPP,), lambda built: b""), (101, IP, lambda built: b""), (12, IP, lambda built: b""),
    (113, TYPES, lambda built: bytes(2) + b"\0\1\0\6" + bytes(8) + word(built.kind)),
    (276, TYPES, lambda built: word(built.kind) + bytes(6) + b"\0\1\0\6" + bytes(8)),
    (105, TYPES, lambda built: WLAN + word(built.kind)), (127, TYPES, lambda built: b"\0\0\x08\0\0\0\0\0" + WLAN + word(built.kind)),
    (0, IP, lambda built: bytes([2 if built.kind == IP4 else 30, 0, 0, 0])), (228, (IP4,), lambda built: b""), (229, (IP6,), lambda built: b""),
    (104, (*IP, MPLS), lambda built: b"\x0f\0" + word(built.kind)), (107, (*IP, MPLS), lambda built: b"\x18\x41" + word(built.kind)),
    (100, TYPES, lambda built: bytes.fromhex("aaaa03000000") + word(built.kind)),
]


def fits(kinds, kind):
    return isinstance(kind, int) if kinds == TYPES else kind in kinds


def frame(random, number):
    builder = Builder(random, number)
    protocol, data, name = builder.transport()
    built = builder.ip(protocol, data, [name])
    for _ in range(random.choice([0, 1, 2, 2, 3, 3, 4, 5, 7])):
        if len(built.data) < 1400:
            _, wrap = random.choice([row for row in WRAPPERS if fits(row[0], built.kind)])
            built = wrap(builder, built)
    fitting = [row for row in LINKS[1:] if fits(row[1], built.kind)]
    if built.kind == ETH or (built.kind != PPP and random.random() < 0.6):
        built, (link, _, before) = builder.ethernet(built), LINKS[0]
    else:
        link, _, before = random.choice(fitting)
    data = before(built) + built.data
    padding = bytes(random.choice([0, 0, 0, 4, 18])) if random.random() < 0.3 else b""
    data += padding
    captured = data[:random.randrange(len(data) + 1)] if random.random() < 0.3 else data
    description = "/".join([str(link), *built.words]) + ("+" if padding else "") + (f"@{len(captured)}" if len(captured) < len(data) else "")
    return Frame(link, description, captured, len(data))
