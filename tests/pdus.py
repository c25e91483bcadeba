#!/usr/bin/env python3
"""Hold where PDUs over TCP end, by pcapstat's names, against tshark, for the protocol of every port.

usage: pdus.py PCAPSTAT

A first segment of 100 bytes has a number at each place, in each order and size; then come a long segment and short ones up to
beyond the PDU's end. What belongs to the PDU has no name. Only streams are compared of which both programs name the first segment
and tshark finds an end: others have a form that a protocol refuses, which `ports.py` looks at.
"""
import os, socket, struct, subprocess, sys, tempfile
from collections import defaultdict
from analysis import ACK, PSH, ip, tcp, write
from naming import application, run
from ports import tables

FORMS = {"be2": (">H", 2), "le2": ("<H", 2), "be4": (">I", 4), "le4": ("<I", 4)}
NUMBER = 1000
# Ends that depend on more than one number, or that a limit of the dissector moves.
OTHERS = {"hzlcst", "netsync", "rtmpt", "lnet", "cast", "cmp", "dof", "smux", "knet", "dtps", "wow", "tns", "ndmp"}


def streams(ports):
    for port, protocol in ports:
        for fill in (0, 1):
            for form, (code, size) in FORMS.items():
                for place in (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16):
                    first = bytearray([fill]) * 100
                    first[place:place + size] = struct.pack(code, NUMBER)
                    yield protocol, f"{form} at {place} of {fill}s", port, bytes(first)


def main():
    program, names = sys.argv[1], {}
    for port, protocol in tables()["tcp"]:
        names.setdefault(protocol, port)
    ports = sorted((port, protocol) for protocol, port in names.items() if protocol not in OTHERS)
    wrong, compared = defaultdict(list), 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.pcap")
        for begin in range(0, len(ports), 60):
            made, frames = list(streams(ports[begin:begin + 60])), []
            for number, (_, _, port, first) in enumerate(made):
                ends = [socket.inet_aton(f"10.{side}.{number >> 8}.{number & 255}") for side in (0, 1)]
                sequence = 1000
                for payload in [first, bytes(870)] + [bytes(2)] * 40:
                    segment = tcp((39000, port), sequence, 1, PSH | ACK, 1024, b"", payload)
                    frames.append((10**18 + len(frames), ip(*ends, 6, segment)))
                    sequence += len(payload)
            write(path, frames)
            command = ["tshark", "-n", "-r", path, "-o", "tcp.desegment_tcp_streams:FALSE", "-T", "fields", "-e", "frame.protocols"]
            lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
            want = [bool(application(line)) for line in lines]
            have = [bool(application(row["protocols"])) for row in run(program, "packets", path)]
            for number, (protocol, form, _, _) in enumerate(made):
                a, b = (named[number * 42:number * 42 + 42] for named in (want, have))
                if a[0] and b[0] and not a[1] and a[-1]:
                    compared += 1
                    if a[1:].index(True) != (b[1:] + [True]).index(True):
                        wrong[protocol].append(form)
    for protocol, forms in wrong.items():
        print(f"{protocol}: {len(forms)} ends differ: {forms[:4]}")
    print(f"{compared} ends compared, {sum(map(len, wrong.values()))} differ")
    sys.exit(1 if wrong or not compared else 0)


if __name__ == "__main__":
    main()
