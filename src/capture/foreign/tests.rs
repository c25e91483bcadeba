//! Files that are no captures, by their first bytes.

use super::*;

fn message(bytes: &[u8], compression: Option<Compression>) -> String {
    not_a_capture(bytes, compression).to_string()
}

#[test]
fn files_that_are_no_captures_are_named() {
    let mut tar = vec![b'a'; 512];
    tar.splice(257..262, *b"ustar");
    let mut erf = vec![0; 64];
    erf.splice(4..12, [0, 0, 0, 0x60, 2, 4, 0, 64]);
    for (bytes, name) in [
        (&b""[..], "an empty file"),
        (b"\n<!DOCTYPE html><html>", "an HTML page"),
        (b"hello world\n", "plain text"),
        ("Gr\u{FC}\u{DF}e".as_bytes().get(..3).expect("half a character"), "plain text"),
        (b"\x7FELF\x02", "an ELF binary"),
        (b"PK\x03\x04", "a zip archive; extract the captures in it first"),
        (&tar, "a tar archive; extract the captures in it first"),
        (&erf, "an Endace ERF capture; convert it with editcap -F pcap"),
        (b"GMBU\0\x02", "a Network Monitor 2 capture; convert it with editcap -F pcap"),
        (&[7, 0x65, 0, 0, 0, 1, 0, 3], "a pppd log; convert it with editcap -F pcap"),
        (
            &[60, 0, 60, 0, 0, 0xE7, 7, 11, 14, 22, 13, 20, 1, 2, 3, 0, 0],
            "a CommView capture; convert it with editcap -F pcap",
        ),
        (
            &[60, 0, 0, 0, 0xE7, 7, 11, 14, 22, 13, 20, 1, 2, 3, 0, 0],
            "a CommView capture; convert it with editcap -F pcap",
        ),
        (
            b"\0\0\0\0NetScaler V20 Performance Data\0",
            "a NetScaler trace; convert it with editcap -F pcap",
        ),
        (&[0x1F, 0x9D, 0x90], "compress (.Z) data; decompress it first"),
        (&[0; 100], "zeros, as a disk leaves after a crash"),
        (&[0xE5, 1, 2, 3], "data of an unknown format"),
    ] {
        assert_eq!(message(bytes, None), format!("not a capture: {name}"));
    }
    assert_eq!(
        message(&tar, Some(Compression::Gzip)),
        "not a capture: gzip data that holds a tar archive; extract the captures in it first"
    );
    assert_eq!(
        message(&[0x1F, 0x8B, 8], Some(Compression::Xz)),
        "not a capture: xz data that holds gzip data; decompress it until one compression is left"
    );
}

/// Two records of ERF and no third: the second alone is not enough for a pipe.
#[test]
fn a_pipe_is_named_as_a_file_is() {
    use crate::capture::{Capture, is_capture};
    use crate::source::{ReadOptions, Source};
    let mut bytes = vec![0xE5; 64 << 10];
    for (at, length) in [(0, 64), (64, 1000_u16)] {
        let [high, low] = length.to_be_bytes();
        bytes.splice(at..at + 16, [0, 0, 0, 0, 0, 0, 0, 0x60, 2, 4, high, low, 0, 0, 0, 0]);
    }
    for chunk_bytes in [1, 449, 1 << 20] {
        let reading = ReadOptions { chunk_bytes, ..ReadOptions::default() };
        let source = Source::read(std::io::Cursor::new(bytes.clone()), reading, is_capture);
        let error = source.and_then(Capture::new).map(|_| ()).expect_err("no capture");
        assert_eq!(error.to_string(), "not a capture: data of an unknown format");
    }
    assert_eq!(
        message(&bytes[..512], None),
        "not a capture: an Endace ERF capture; convert it with editcap -F pcap"
    );
}

#[test]
fn a_section_header_needs_its_length() {
    let little = [0x0A, 0x0D, 0x0D, 0x0A, 28, 1, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A];
    let big = [0x0A, 0x0D, 0x0D, 0x0A, 0, 0, 1, 28, 0x1A, 0x2B, 0x3C, 0x4D];
    let impossible = [0x0A, 0x0D, 0x0D, 0x0A, 255, 255, 255, 255, 0x4D, 0x3C, 0x2B, 0x1A];
    assert_eq!(header_bytes(&little), 284);
    assert_eq!(header_bytes(&big), 284);
    assert_eq!(header_bytes(&impossible), 0);
    assert_eq!(header_bytes(b"\x0A\x0D"), 0);
}
