#!/usr/bin/env python3
"""Make DNS messages, many of them damaged, and hold the names of table `dns` against tshark's first questions.

usage: questions.py PCAPSTAT [SEED [ROUNDS]]

Names have labels, pointers to what is before them and to themselves, and labels of other kinds; messages are cut, changed in a byte, and
carried by datagrams whose length is not theirs. Bit strings (RFC 2673), pointers to later bytes and bytes that are no ASCII are left out:
tshark shortens the first, and says of some of the others that they loop.
"""
import random, socket, struct, subprocess, sys, os, tempfile
from collections import Counter
from analysis import arguments, ip, write
from naming import run

LETTERS = b"abcxyz-_0129"
PORTS = [(40000, 53), (53, 40000), (5353, 5353), (40000, 5355)]


def name(r):
    out = b""
    for _ in range(r.randrange(5)):
        kind = r.random()
        if kind < 0.8:
            label = bytes(r.choice(LETTERS) for _ in range(r.randint(1, 8)))
            out += bytes([len(label)]) + label
        elif kind < 0.9:
            return out + struct.pack(">H", 0xC000 | r.choice([12, 12, 13]))
        else:
            out += bytes([r.choice([0x40, 0x42, 0x70, 0x7F, 0x80, 0xBF])])
    return out + b"\0"


def message(r):
    questions, response = r.choice([1, 1, 1, 1, 0, 2]), r.random() < 0.5
    answers = r.randrange(3) if response else 0
    flags = (0x8180 if response else 0x0100) | r.choice([0, 0, 0, 3, 2, 5])
    out = struct.pack(">HHHHHH", r.randrange(65536), flags, questions, answers, 0, 0)
    for _ in range(questions):
        out += name(r) + struct.pack(">HH", r.choice([1, 28, 33, 12, 16, r.randrange(65536)]), r.choice([1, 1, 255, 0x8001]))
    for _ in range(answers):
        out += b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + b"\1\2\3\4"
    kind = r.random()
    if kind < 0.2:
        at = r.randrange(len(out))
        return out[:at] + bytes([r.choice(LETTERS + bytes(8))]) + out[at + 1:]
    return out[:r.randint(1, len(out))] if kind < 0.4 else out


def first_questions(path):
    """Number of packets of each first question's name, by tshark, and the packets of each."""
    fields = [part for field in ("frame.number", "dns.qry.name", "dns.qry.type") for part in ("-e", field)]
    text = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", *fields], capture_output=True, check=True).stdout.decode()
    packets = {}
    for line in text.splitlines():
        number, names, kinds = line.split("\t")
        if kinds:
            packets.setdefault(names.split(",")[0], []).append(int(number))
    return packets


def main():
    program, seed, rounds = arguments()
    wrong = questions = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.pcap")
        for number in range(seed, seed + rounds):
            r = random.Random(number)
            frames = []
            for index in range(2000):
                payload = message(r)
                length = 8 + len(payload) if r.random() < 0.9 else r.randint(8, 8 + len(payload))
                ends = [socket.inet_aton(f"10.{side}.{index >> 8}.{index & 255}") for side in (0, 1)]
                frames.append((10**18 + index, ip(*ends, 17, struct.pack(">HHHH", *r.choice(PORTS), length, 0) + payload)))
            write(path, frames)
            expected, found = first_questions(path), Counter()
            for row in run(program, "dns", path):
                found[row["name"]] += int(row["packets"])
            questions += sum(map(len, expected.values()))
            for text in sorted(set(expected) | set(found)):
                packets = expected.get(text, [])
                if len(packets) != found[text]:
                    wrong += 1
                    shown = frames[packets[0] - 1][1][28:].hex() if packets else ""
                    print(f"seed {number}: {text!r}: tshark {len(packets)}, pcapstat {found[text]} {shown}")
    print(f"{questions} questions, {wrong} names differ")
    sys.exit(1 if wrong or not questions else 0)


if __name__ == "__main__":
    main()
