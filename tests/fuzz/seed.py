#!/usr/bin/env python3
"""Seeds the corpus of a fuzz target: `seed.py TARGET CORPUS CAPTURE...`, each seed as the target takes its input: pcap
and pcapng take captures, cuts and streams a size in front of one, buckets changes, inflate a compressed one, link_types and fast_path frames of captures."""
import bz2
import gzip
import hashlib
import lzma
import pathlib
import struct
import sys

LITTLE_ENDIAN_PCAP = (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1")
PCAP = (*LITTLE_ENDIAN_PCAP, b"\x34\xcd\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d", b"\xa1\xb2\xcd\x34", b"\x1c\x00\x01\xac", b"\x1c\x00\x01\xab")
PCAPNG = b"\x0a\x0d\x0d\x0a"
ETHERNET = 1
# Captures of one flow have hundreds of frames that are alike, and all seeds are run before the first mutation.
FRAMES_OF_A_CAPTURE = 20
# Words of filters, one expression a frame.
EXPRESSIONS = (
    "tcp port 80 or 443", "not net 10.0.0.0/8", "udp src portrange 1-1023 and greater 60", "vlan 5 and ip6", "any host 10.0.0.1",
    "ether host 02:00:00:00:00:01", "proto 17 or icmp6 or sctp", "vxlan or gre", "problem", "(arp or mpls 3) and not (less 64)",
)


def frames(capture):
    """The link type and the first frames of a little-endian classic pcap file; nothing of any other."""
    if not capture.startswith(LITTLE_ENDIAN_PCAP) or len(capture) < 24:
        return
    link_type, at = struct.unpack_from("<H", capture, 20)[0], 24
    for _ in range(FRAMES_OF_A_CAPTURE):
        if at + 16 > len(capture):
            return
        length = struct.unpack_from("<I", capture, at + 8)[0]
        yield link_type, capture[at + 16:at + 16 + length]
        at += 16 + length


def seeds(target, capture):
    """The inputs that a capture gives to a target."""
    pcap, pcapng = capture.startswith(PCAP), capture.startswith(PCAPNG)
    if target == "pcap" and pcap or target == "pcapng" and pcapng:
        yield capture
    elif target == "inflate":
        yield from (gzip.compress(capture, 1), bz2.compress(capture, 1), lzma.compress(capture, preset=0))
    elif target == "memory":
        yield bytes([1, 20, min(len(capture), 60)]) + capture
    elif target == "opening":
        yield from (bytes([7]) + file for file in (capture, gzip.compress(capture, 1)))
    elif target == "buckets":
        # Nothing is changed, or one byte of what is shuffled.
        yield bytes([0]) + capture
        yield bytes([1, len(capture) % 8, 0, len(capture) % 64, 1]) + capture
    elif target in ("cuts", "streams"):
        # Ranges of all sizes, shorter and longer than most records, and the same ones every time.
        yield bytes([1 + len(capture) % 255]) + capture
    elif target == "link_types":
        yield from (struct.pack("<H", link_type) + frame for link_type, frame in frames(capture))
    elif target == "filter":
        yield from (expression.encode() + b"\n" + frame for expression, (_, frame) in zip(EXPRESSIONS, frames(capture)))
    elif target == "segments":
        # Payloads of real packets, led by descriptions of packets.
        yield from (b"\x40" + bytes([0, index, 0x18, 1, 1, 9, 0xFD, 20]) + frame[54:117] for index, (_, frame) in enumerate(frames(capture)))
    elif target == "fast_path":
        yield from (frame for link_type, frame in frames(capture) if link_type == ETHERNET)


def main():
    target, corpus, captures = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    corpus.mkdir(parents=True, exist_ok=True)
    for capture in captures:
        for seed in seeds(target, pathlib.Path(capture).read_bytes()):
            (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


main()
