#!/usr/bin/env python3
"""Make payloads on ports of no protocol and hold pcapstat's application of each against tshark's heuristics.

usage: guessing.py PCAPSTAT [SEED [ROUNDS]]

Payloads are those of SEEDS, which tshark tells by a heuristic, whole, with other bytes, cut and lengthened; and random ones, with
lengths of themselves and small numbers in them. Each is the only packet between its two addresses. QUIC's short headers are left
out: tshark looks for their identifiers among those of all connections, and random ones are as short as one byte.
"""
import os, random, re, socket, struct, subprocess, sys, tempfile
from analysis import ACK, PSH, arguments, ip, tcp, write
from naming import application, run


def zeros(count):
    return bytes(count)


h = bytes.fromhex
SEEDS = {
    "tcp": [
        b"ZIOP\1\0\0\0\0\0\0\4abcd", b"YMSG\0\x0b\0\0\0\4\0\1" + zeros(12), h("000100087f5a9bc7") + zeros(20), b"xcsl-1-2;a;b;\n",
        b"\x0201/00045/O/30/66677789///1//////68656C6C6F/CE\x03", b"TALImtp3\4\0abcd", b"REDQ\2\0\0\0\2\0\0\0" + zeros(20),
        h("e2d4c3d90100341000") + zeros(40), h("0001000000000000"), h("0008000000000008") + zeros(8), h("0007000000000014") + zeros(20),
        b"\xd2ELO" + zeros(60), h("bfca00000100000000000000000000000800000000000000") + zeros(8), h("3b00010000000b0400010000"),
        h("25609513") + zeros(24), h("67446698") + zeros(12), b"TSH \0\0\0\x1c\1\1" + zeros(30), b"MPA ID Req Frame@\1\0\0",
        b"JXTAHELLO tcp://a:1 tcp://b:2 urn x 3.0\r\n", b"IceP\1\0\1\0\0\0\x0e\0\0\0", h("0200000e02") + b"A-B-C\0\0\0",
        h("deadbeef00000010") + zeros(16), h("1400b0fa02000000") + zeros(12) + b"play\1\0\x0e" + zeros(30),
        h("01000000004400010000") + b"A" * 32 + zeros(32), h("40000000") + b"BDTC" + zeros(60), h("0001000000000000") + zeros(12),
        b"\x0202:001\t010:abc\t11:d\t\x03", b"ceph v027" + zeros(200), h("00000000dd54dd55dd00dd01") + zeros(20),
        b"MSRP a SEND\r\nTo-Path: msrp://a:1/b;tcp\r\nFrom-Path: msrp://c:1/d;tcp\r\nMessage-ID: 1\r\n\r\nhi\r\n-------a786hjs2$\r\n",
        h("0000001000000015000000000000000200000000"), h("0000001480000015000000000000000201020304"), h("0300000b080100") + zeros(4),
        h("8281b2810109") + b"emitBatch\x1c\x1c" + zeros(20), h("0000002082210204") + b"ping" + zeros(20), b"GIOP\1\2\0\0\0\0\0\4abcd",
        b"RFB 003.008\n", h("1603010005") + zeros(5), b"\x13BitTorrent protocol" + zeros(48), h("0400001a000000004bcdf3aa303c6774") + zeros(10), b"8=FIX.4.2\x019=5\x01",
        h("0500000310000000180000000100000000000000") + zeros(4), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"SIP/2.0 200 OK\r\nVia: a\r\n\r\n",
    ],
    "udp": [
        h("0400001a000000004bcdf3aa303c6774") + zeros(10),
        h("8000000000000000000000000000000000000004000000010000000000001000") + zeros(40),
        h("8000000000000000000000000000000000000005000000010000000000001000") + zeros(40), b"\0\1file\0octet\0", b"\xd2ELO" + zeros(64),
        b"RFta\2\0\1\0" + zeros(20), h("0d0a0d0a000d0a515549540a2012000c") + zeros(16), b"PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n",
        h("be9be955") + zeros(12), h("ed0102") + zeros(30), h("00000010000000010000000000000000"), b"NJ200\0\0\0" + zeros(20),
        b"ILNK" + zeros(30), b"IceP\1\0\1\0\0\0\x0e\0\0\0", b"GIOP\1\2\0\0\0\0\0\4abcd",
        h("1400b0fa02000000") + zeros(20) + b"play" + zeros(34), b"AF\0\0\0\0\0\0\x10T" + zeros(10), b"\0\1Asphodel\0",
        b"Art-Net\0\0\x20\0\x0e" + zeros(20), b"AT*REF=1,290718208\r", h("ffff494e00000002deadbeefcafebabe") + b"name\0",
        h("01") + zeros(19) + h("00000004") + zeros(8), h("0540000000a1") + zeros(30), h("0110010000") + zeros(60),
        h("000000001a2b3c4d") + zeros(30), h("0007000000000014") + zeros(12), h("3b00010000000b0400010000"),
        h("8281b2810109") + b"emitBatch\x1c\x1c" + zeros(20), h("01") + zeros(147), h("02") + zeros(91), h("03") + zeros(61),
        h("0001000000000000") + zeros(12), h("000100002112a442") + zeros(12), h("80c8000100000001"), b"d1:ad2:id20:",
        h("16fefd000000000000000000010e"), h("123401000001000000000000") + b"\1a\0\0\1\0\1", b"RTPS\2\1\1\1" + zeros(12), b"ISO11898\1\1" + zeros(8),
    ],
}


def unassigned():
    """Ports that tshark's tables of no transport have."""
    text = subprocess.run(["tshark", "-G", "decodes"], capture_output=True, text=True, check=True).stdout
    taken = {int(port) for port in re.findall(r"^(?:tcp|udp)\.port\t(\d+)\t", text, re.M)}
    return [port for port in range(50000, 61000) if port not in taken]


def random_payload(r):
    length = r.choice([r.randrange(1, 20), r.randrange(1, 80), r.randrange(20, 200)])
    few = [0, 0, 1, 2, 3, r.randrange(256)]
    kind = r.randrange(7)
    if kind == 0:
        return r.randbytes(length)
    if kind == 1:
        return bytes(r.randrange(4) for _ in range(length))
    if kind == 2:
        return bytes(r.randrange(32, 127) for _ in range(length))
    if kind == 3:
        return bytes([r.randrange(256)]) + bytes(r.choice([0, 1, 2, 3, 4, 5, 8, 16, 64, 128, 255]) for _ in range(length))
    if kind == 4:
        return bytes([r.choice([0x80, 0x90, 0x16, 0x17, 0, 1, 0x30, 0x60, 0x45, 0x40, 0xFF])]) + r.randbytes(length)
    payload = bytearray(r.choice(few) for _ in range(max(length, 12)))
    form, order = r.choice("HI"), r.choice("><")
    at = r.randrange(8)
    struct.pack_into(order + form, payload, at, max(0, len(payload) - r.choice([0, at + 2, at + 4, 4, 8, 12])))
    return bytes(payload)


def changed(r, payload):
    payload = bytearray(payload)
    kind = r.randrange(5)
    if kind == 0:
        return bytes(payload[:r.randrange(1, len(payload) + 1)])
    if kind == 1:
        return bytes(payload) + r.randbytes(r.randrange(1, 40))
    for _ in range(r.choice([1, 1, 1, 2, 3])):
        at = min(r.randrange(len(payload)), r.randrange(len(payload)))
        payload[at] = r.choice([r.randrange(256), 0, 1, payload[at] ^ 1, payload[at] ^ 0x20])
    return bytes(payload)


def payloads(r, transport, count):
    seeds = SEEDS[transport]
    for number in range(count):
        yield seeds[number] if number < len(seeds) else changed(r, r.choice(seeds)) if number % 2 else random_payload(r)


def segment(transport, ports, payload):
    if transport == "tcp":
        return 6, tcp(ports, 1000, 1, PSH | ACK, 1024, b"", payload)
    return 17, struct.pack(">HHHH", *ports, 8 + len(payload), 0) + payload


def main():
    program, seed, rounds = arguments()
    free, wrong, tried, kinds = unassigned(), 0, 0, {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(seed, seed + rounds):
            r = random.Random(number)
            for transport in SEEDS:
                made = list(payloads(r, transport, 4000))
                frames = []
                for index, payload in enumerate(made):
                    ends = [socket.inet_aton(f"10.{side}.{index >> 8}.{index & 255}") for side in (0, 1)]
                    frames.append((10**18 + index, ip(*ends, *segment(transport, r.sample(free, 2), payload))))
                path = os.path.join(folder, "a.pcap")
                write(path, frames)
                command = ["tshark", "-n", "-r", path, "-o", "tcp.desegment_tcp_streams:FALSE", "-T", "fields", "-e", "frame.protocols"]
                expected = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
                for index, (want, row) in enumerate(zip(expected, run(program, "packets", path), strict=True)):
                    want, have = application(want, transport), application(row["protocols"], transport)
                    if want == "quic" and made[index][0] < 0x80:
                        continue
                    tried += 1
                    if want != have:
                        wrong += 1
                        kinds.setdefault((transport, want, have), []).append(made[index])
                        if index < len(SEEDS[transport]):
                            sys.exit(f"{transport} {made[index].hex()}: tshark {want!r}, pcapstat {have!r}")
    for (transport, want, have), found in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"{len(found)} x {transport}: tshark {want!r}, pcapstat {have!r}: {found[0][:48].hex()} ({len(found[0])} bytes)")
    print(f"{tried} payloads, {wrong} differences")
    # The rules are found by trial, and heuristics of rare protocols are not all here.
    sys.exit(1 if wrong * 500 > tried or not tried else 0)


if __name__ == "__main__":
    main()
