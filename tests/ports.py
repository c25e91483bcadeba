#!/usr/bin/env python3
"""Give every port of tshark's tables payloads of many forms, and hold pcapstat's application against tshark's.

usage: ports.py PCAPSTAT [tcp|udp [PROTOCOL…]]

A port's protocol may refuse a payload, which is then offered to the heuristics, or take it and show nothing. Each payload is the
only one of its stream, sent to the port and from it. Differences are counted by transport, protocol of the port and tshark's
answer; `ports-differences.txt` has a line for each that is known, `transport protocol tshark pcapstat: reason`.
"""
import os, random, socket, struct, subprocess, sys, tempfile
from collections import Counter, defaultdict
from analysis import ACK, PSH, ip, tcp, write
from naming import application, client_hello, run

RANDOM = random.Random(5)
PAYLOADS = {
    "zero1": b"\0", "lf1": b"\n", "letter1": b"A", "ff1": b"\xff", "line": b"hello world\r\n", "word": b"hello", "zero4": bytes(4),
    "zero40": bytes(40), "ff40": b"\xff" * 40, "one40": b"\1" * 40, "count": bytes(range(40)), "http": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "status": b"HTTP/1.1 200 OK\r\n\r\n", "tls": client_hello("a.b"), "random100": RANDOM.randbytes(100), "random300": RANDOM.randbytes(300),
    "ber": b"\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x80\0", "digits": b"220 ok\r\n", "xml": b"<a/>\n", "length4": struct.pack(">I", 36) + b"a" * 36,
    "length2": struct.pack(">H", 38) + b"a" * 38, "little4": struct.pack("<I", 36) + b"a" * 36, "text40": b"a" * 40,
    "two40": b"\2" * 40, "version1": b"\1\0\0\x28" + bytes(36), "version2": b"\2\1\0\x28" + bytes(36), "high40": b"\x80\1\0\x24" + bytes(36),
}


def tables():
    """Ports of each transport, with their protocol."""
    found = defaultdict(list)
    for line in subprocess.run(["tshark", "-G", "decodes"], capture_output=True, text=True, check=True).stdout.splitlines():
        table, number, protocol = line.split("\t")
        if table in ("tcp.port", "udp.port"):
            found[table[:3]].append((int(number), protocol))
    return found


def frame(transport, number, port, back, payload):
    ends = [(socket.inet_aton("10.0.0.1"), 39000 - number), (socket.inet_aton("10.0.0.2"), port)]
    (source, source_port), (destination, destination_port) = ends[::-1] if back else ends
    if transport == "tcp":
        return ip(source, destination, 6, tcp((source_port, destination_port), 1, 1, ACK | PSH, 1000, b"", payload))
    return ip(source, destination, 17, struct.pack(">HHHH", source_port, destination_port, 8 + len(payload), 0) + payload)


def differences(program, transport, ports, folder):
    """(Protocol of the port, tshark's answer, pcapstat's): the ports and payloads; and how many were compared."""
    found, path = defaultdict(list), os.path.join(folder, "capture.pcap")
    taken = {port for port, _ in ports}
    compared = 0
    for back in (False, True):
        for form, payload in PAYLOADS.items():
            # The other port is one without a protocol.
            frames, free = [], [n for n in range(5000) if 39000 - n not in taken]
            for number, (port, _) in zip(free, ports):
                frames.append((10**18 + number, frame(transport, number, port, back, payload)))
            write(path, frames)
            command = ["tshark", "-n", "-r", path, "-o", "tcp.desegment_tcp_streams:FALSE", "-T", "fields", "-e", "frame.protocols"]
            expected = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
            for (port, protocol), line, row in zip(ports, expected, run(program, "packets", path), strict=True):
                want, have = application(line, transport), application(row["protocols"], transport)
                compared += 1
                if want != have:
                    found[protocol, want, have].append((port, form + ("<" if back else "")))
    return found, compared


def main():
    program, chosen, only = sys.argv[1], sys.argv[2:3] or ["tcp", "udp"], sys.argv[3:]
    known = {}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "ports-differences.txt"), encoding="utf-8") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                key, reason = line.split(": ", 1)
                known[tuple(key.split(" "))] = reason
    all_ports, wrong, compared = tables(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for transport in chosen:
            ports = [(port, protocol) for port, protocol in all_ports[transport] if not only or protocol in only]
            found, count = differences(program, transport, ports, folder)
            compared += count
            keys = set()
            for (protocol, want, have), places in sorted(found.items()):
                key = (transport, protocol, want or "-", have or "-")
                keys.add(key)
                if key not in known:
                    wrong += 1
                    forms = " ".join(sorted(Counter(form for _, form in places)))
                    print(" ".join(key), f"({len(places)}) port {places[0][0]}: {forms}")
            for key in known:
                if key[0] == transport and not only and key not in keys:
                    wrong += 1
                    print(" ".join(key), "is listed and does not differ")
    print(f"{compared} payloads compared, {wrong} kinds of difference are not as listed")
    sys.exit(1 if wrong or not compared else 0)


if __name__ == "__main__":
    main()
