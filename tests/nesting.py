#!/usr/bin/env python3
"""Hold dissection against tshark for encapsulations stacked at random, cut and with wrong lengths.

usage: nesting.py PCAPSTAT [FRAMES [SEED]]

The frames depend on the seed alone. Protocol path, innermost addresses, ports and payload bytes are compared with
those that tshark gives. Differences must be listed in nesting-differences.txt beside this file, as `PATTERN REASON`,
where the pattern stands for descriptions of frames; with the usual frames and seed, every line must be needed.
Exits 0 only if both hold.
"""
import fnmatch
import os
import random
import struct
import sys
import tempfile

import dispatch
import nesting_frames

FRAMES, SEED = 12000, 1


def block(kind, body):
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + length + body + length


def capture(frames):
    """A pcapng with an interface for each link type."""
    links = sorted({frame.link for frame in frames})
    yield block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    for link in links:
        yield block(1, struct.pack("<HHI", link, 0, 0))
    for frame in frames:
        header = struct.pack("<IIIII", links.index(frame.link), 0, 0, len(frame.captured), frame.wire)
        yield block(6, header + frame.captured)


def compared(program, frames):
    """Each frame with tshark's answer and pcapstat's."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "nested.pcapng")
        with open(path, "wb") as out:
            out.writelines(capture(frames))
        theirs, ours = list(dispatch.by_tshark(path)), list(dispatch.by_pcapstat(program, path))
    if not len(frames) == len(theirs) == len(ours):
        sys.exit(f"{len(frames)} frames, tshark read {len(theirs)}, pcapstat {len(ours)}")
    return zip(frames, theirs, ours)


def main():
    program = sys.argv[1]
    count, seed = [*map(int, sys.argv[2:]), *(FRAMES, SEED)[len(sys.argv) - 2:]]
    usual = (count, seed) == (FRAMES, SEED)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "nesting-differences.txt")) as lines:
        listed = [line.split(None, 1)[0] for line in lines if line.strip() and not line.startswith("#")]
    frames = [nesting_frames.frame(random.Random(f"{seed}/{number}"), number) for number in range(count)]
    wrong, met = 0, set()
    for frame, theirs, ours in compared(program, frames):
        if theirs == ours:
            continue
        patterns = {pattern for pattern in listed if fnmatch.fnmatchcase(frame.description, pattern)}
        met |= patterns
        if not patterns:
            wrong += 1
            print(f"{frame.description} {frame.link} {frame.captured.hex()}: tshark {theirs}, pcapstat {ours}")
    for pattern in listed if usual else []:
        if pattern not in met:
            wrong += 1
            print(f"{pattern}: listed, but equal")
    print(f"{wrong} wrong of {count}")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
