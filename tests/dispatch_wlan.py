"""Groups of dispatch.py about IEEE 802.11: padding of radiotap, aggregates, mesh control, fragments, what a data frame
begins with. Each is a link type and its values with their frames; a frame is its bytes, or its bytes and its length."""
import struct

ADDRESSES = bytes.fromhex("020000000002 020000000001 020000000002")


def header(control, flags, quality=None, sequence=0x10):
    """A data frame's header: four addresses between systems, quality of service, high throughput."""
    out = bytes([control, flags, 0, 0]) + ADDRESSES + struct.pack("<H", sequence)
    out += bytes.fromhex("020000000009") if flags & 3 == 3 else b""
    out += b"" if quality is None else struct.pack("<H", quality)
    return out + (bytes(4) if flags & 0x80 and quality is not None else b"")


def radiotap(flags, frame):
    return b"\0\0\x09\0\2\0\0\0" + bytes([flags]) + frame


def groups(ethers, llc, inner):
    """The groups, whose frames carry LLC and SNAP before IPv4, or IPv4 alone."""
    def part(payload):
        return ethers + struct.pack(">H", len(payload)) + payload

    aggregates = {
        "one": part(llc), "two": part(llc) + bytes(-len(part(llc)) % 4) + part(llc), "bare": part(inner), "long": ethers + b"\1\xf4" + llc,
        "none": ethers + b"\0\0" + llc, "four": ethers + b"\0\4" + llc, "cut": ethers, "mesh": part(bytes(6) + llc),
        "ipx": part(b"\xff\xff" + inner), "padded": part(b"\0\0" + llc), "osi": part(b"\xfe\xfe\3\xcc" + inner)}
    aggregate = [(f"{quality:x}/{flags:x}/{name}", header(0x88, flags, quality) + payload)
                 for quality in (0, 0x80, 0x100, 0x180, 0x1080) for flags in (0, 1, 2, 3, 5, 0x41, 0x81) for name, payload in aggregates.items()]
    behind = {"llc": llc, "type": b"\x08\0" + inner, "osi": b"\xfe\xfe\3\xcc" + inner, "no-snap": b"\xaa\xaa\0" + llc[3:], "none": b"",
              "cut": b"\xaa\xaa", "ip": b"\6\6\3" + inner}
    mesh = [(f"{control:x}/{quality}/{flags}/{first}/{length}/{name}", header(control, flags, quality) + bytes([first]) + bytes(length - 1) + payload)
            for control, quality in ((8, None), (0x88, 0), (0x88, 0x100), (0x88, 0x180)) for flags in range(4) for first in (0, 1, 2, 3, 4, 0x10, 0x80)
            for length in (6, 12, 18, 24) for name, payload in behind.items()]
    # Wireshark takes the last fragment for a whole frame if it knows no other of its sequence number.
    fragment = [(f"{flags:x}/{sequence:x}", header(8, flags, sequence=(sequence << 4 | sequence & 15) + (flags << 12)) + llc) for flags in (1, 5) for sequence in range(256)]
    whole = {"data": header(8, 1) + llc, "quality": header(0x88, 1, 0) + llc, "aggregate": header(0x88, 1, 0x80) + part(llc),
             "mesh": header(0x88, 3, 0x100) + bytes(6) + llc, "between": header(8, 3) + llc, "ethernet": header(8, 1) + ethers + b"\x08\0" + inner}
    cut = [(f"{name}/{at}", (frame[:at], len(frame))) for name, frame in whole.items() for at in range(len(frame) + 1)]
    return {
        "wlan-padding": lambda: (127, [(f"{flags}/{which}/{pad}", radiotap(flags, before + bytes(pad) + llc + bytes(4))) for flags in range(256) for pad in (0, 2)
                                       for which, before in enumerate([header(8, 1), header(0x88, 1, 0), header(0x88, 0x81, 0), header(0x88, 3, 0), header(8, 3)])]),
        "wlan-aggregate": lambda: (105, aggregate),
        "wlan-mesh": lambda: (105, mesh),
        "wlan-fragment": lambda: (105, fragment),
        "wlan-payload": lambda: (105, [(v, header(8, 1) + struct.pack(">H", v) + b"\6\6\3" + inner) for v in range(0x10000)]),
        "cut-wlan": lambda: (105, cut),
        "cut-wlan-padded": lambda: (127, [(value, (radiotap(0x20, frame[0]), 9 + frame[1])) for value, frame in cut]),
    }
