"""Transports, IP, UDP, Ethernet and PPP for nesting.py, with options, extension headers, fragments and wrong lengths."""
import collections
import struct

# A kind, the bytes, and the words of the description.
Built = collections.namedtuple("Built", "kind data words")

IP4, IP6, ETH, PPP = 0x0800, 0x86DD, "eth", "ppp"
IP = (IP4, IP6)
MPLS = 0x8847
MACS = bytes.fromhex("020000000002 020000000001")


def word(value):
    return struct.pack(">H", value & 0xFFFF)


class Builder:
    """Wrappers around what was built, with the random numbers of one frame."""

    def __init__(self, random, number):
        self.random, self.number, self.addresses = random, number, 0
        self.faults = random.random() < 0.35

    def address(self):
        """No two frames share an address, as tshark remembers what a conversation carried."""
        self.addresses += 1
        return struct.pack(">I", 0x0A000000 + self.number * 64 + self.addresses)

    def length(self, right, name):
        """A length that is sometimes wrong, and the word that tells."""
        wrong = right
        if self.faults and self.random.random() < 0.25:
            wrong = max(0, self.random.choice([0, 1, right - 1, right - 8, right + 1, right + 7, right + 100, right // 2, 20, 0xFFFF]))
        return word(wrong), name if wrong == right else f"!{name}={wrong}"

    def transport(self):
        random = self.random
        source, destination = random.sample(range(50001, 60000), 2)
        payload = bytes([0x78]) * random.choice([0, 1, 7, 20, 40])
        kind = random.choice(["udp", "udp", "tcp", "tcp", "sctp", "icmp"])
        if kind == "udp":
            length, name = self.length(8 + len(payload), "udp")
            return 17, struct.pack(">HH2sH", source, destination, length, 0) + payload, name
        if kind == "tcp":
            words = random.choice([5, 5, 6, 8, 15])
            stated = random.choice([0, 4, 15]) if self.faults and random.random() < 0.2 else words
            header = struct.pack(">HHIIBBHHH", source, destination, 1, 2, stated << 4, 0x18, 1024, 0, 0)
            return 6, header + b"\1" * (words * 4 - 20) + payload, "tcp" if stated == words else f"!tcp={stated}"
        if kind == "sctp":
            return 132, struct.pack(">HHII", source, destination, 1, 0) + struct.pack(">BBHIHHI", 0, 3, 16 + len(payload), 1, 0, 0, 0) + payload, "sctp"
        return 1, b"\x08\0\0\0\0\1\0\1" + payload, "icmp"

    def ip(self, protocol, payload, words):
        return self.ip4(protocol, payload, words) if self.random.random() < 0.5 else self.ip6(protocol, payload, words)

    def ip4(self, protocol, payload, words):
        random = self.random
        options = b""
        if random.random() < 0.2:
            options = random.choice([b"\1\1\1\0", b"\x94\4\0\0", b"\7\7\4" + bytes(4) + b"\0", b"\x83\7\4" + self.address() + b"\0",
                                     b"\x89\x0b\x08" + self.address() + self.address() + b"\0", b"\x44\x0c\5\0" + bytes(8), b"\1" * 40, bytes(8)])
        fragment = random.choice([0x2000, 0x2001, 0x00B9, 0x1FFF]) if random.random() < 0.06 else random.choice([0, 0x4000])
        header = 20 + len(options)
        name = "ip4" + ("-options" if options else "") + ("-fragment" if fragment & 0x3FFF else "")
        length, name = self.length(header + len(payload), name)
        data = struct.pack(">BB2sHHBBH", 0x40 | header // 4, 0, length, 1, fragment, 64, protocol, 0)
        return Built(IP4, data + self.address() + self.address() + options + payload, [name, *words])

    def ip6(self, protocol, payload, words):
        random = self.random
        protocol = {1: 58}.get(protocol, protocol)
        payload = b"\x80" + payload[1:] if protocol == 58 else payload
        data, names = payload, []
        while random.random() < 0.25 and len(names) < 4:
            kind = random.choice([0, 43, 44, 51, 60, 60])
            units = random.choice([0, 0, 1, 2, 5])
            if kind == 44:
                offset = random.choice([0, 0, 1, 0x5A8, 0x5A9])
                data = struct.pack(">BBHI", protocol, 0, offset, 7) + data
            elif kind == 51:
                data = struct.pack(">BBHII", protocol, 1 + units * 2, 0, 1, 1) + bytes(units * 8) + data
            elif kind == 43:
                data = struct.pack(">BBBBI", protocol, units, random.choice([0, 2, 3, 4, 5, 6, 253]), random.choice([0, 0, 1]), 0) + bytes(units * 8) + data
            else:
                room = 6 + units * 8
                option = random.choice([b"\1" + bytes([room - 2]) + bytes(room - 2), bytes(room), b"\5\2\0\0" + b"\1" + bytes([room - 6]) + bytes(room - 6),
                                        b"\xc2\4\0\1\0\0" + bytes(room - 6), b"\x1e\xff" + bytes(room - 2)])
                data = bytes([protocol, units]) + option + data
            protocol = kind
            names.insert(0, {0: "hop", 43: "routing", 44: "fragment", 51: "ah", 60: "destination"}[kind])
        length, name = self.length(len(data), "-".join(["ip6", *names]))
        header = struct.pack(">I2sBB", 6 << 28, length, protocol, 64)
        ends = [b"\x20\1\x0d\xb8" + bytes(8) + self.address() for _ in range(2)]
        return Built(IP6, header + ends[0] + ends[1] + data, [name, *words])

    def udp(self, port, payload, words):
        length, name = self.length(8 + len(payload), "udp")
        source = self.random.randrange(50001, 60000)
        return self.ip(17, struct.pack(">HH2sH", source, port, length, 0) + payload, [name, *words])

    def ethernet(self, built):
        if built.kind == ETH:
            return built
        if self.random.random() < 0.1:
            length, name = self.length(min(1500, 8 + len(built.data)), "eth-snap")
            return Built(ETH, MACS + length + bytes.fromhex("aaaa03000000") + word(built.kind) + built.data, [name, *built.words])
        return Built(ETH, MACS + word(built.kind) + built.data, ["eth", *built.words])

    def ppp(self, built):
        """A PPP packet, with its address bytes or without, its protocol compressed or not."""
        number = {IP4: 0x21, IP6: 0x57, MPLS: 0x281}[built.kind]
        address = self.random.choice([b"", b"\xff\3"])
        compressed = number < 0x100 and self.random.random() < 0.2
        return Built(PPP, address + (bytes([number]) if compressed else word(number)) + built.data, ["ppp", *built.words])
