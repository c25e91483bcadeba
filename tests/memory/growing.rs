//! Captures that grow something, by the name of what grows.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn section() -> Vec<u8> {
    words(&[0x0A0D_0D0A, 28, 0x1A2B_3C4D, 1, u32::MAX, u32::MAX, 28])
}

fn interface(snaplen: u32) -> Vec<u8> {
    words(&[1, 20, 1, snaplen, 20])
}

fn named_interface(number: u32) -> Vec<u8> {
    // An option of code 2: the name, which is 64 bytes long.
    let name = format!("{number:064}").into_bytes();
    [words(&[1, 92, 1, 0, 64 << 16 | 2]), name, words(&[0, 92])].concat()
}

/// Blocks of this type with these fields and a comment.
fn commented(kind: u32, fields: &[u32], number: u32) -> Vec<u8> {
    let comment = format!("{number:064}").into_bytes();
    let length = 12 + 4 * fields.len() as u32 + 4 + 64;
    let before = [&[kind, length], fields, &[64 << 16 | 1]].concat();
    [words(&before), comment, words(&[length])].concat()
}

fn noted_section(number: u32) -> Vec<u8> {
    commented(0x0A0D_0D0A, &[0x1A2B_3C4D, 1, u32::MAX, u32::MAX], number)
}

fn commented_packet(number: u32) -> Vec<u8> {
    commented(6, &[0, 0, number, 0, 0], number)
}

fn pcap_header() -> Vec<u8> {
    words(&[0xA1B2_C3D4, 4 << 16 | 2, 0, 0, 262_144, 1])
}

fn record(number: u32, frame: &[u8]) -> Vec<u8> {
    let length = frame.len() as u32;
    let header = words(&[1_700_000_000, number % 1_000_000, length, length]);
    [&header[..], frame].concat()
}

/// Addresses and ports that no other packet has.
fn conversation(number: u32) -> Vec<u8> {
    let mut frame = [&[2, 0][..], &number.to_be_bytes(), &[6, 0], &number.to_be_bytes()].concat();
    frame.extend([8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0]);
    frame.extend([&number.to_be_bytes()[..], &(!number).to_be_bytes()].concat());
    frame.extend([(number >> 8) as u8, number as u8, 0, 53, 0, 8, 0, 0]);
    record(number, &frame)
}

fn tagged(number: u32) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    for bit in 0..28 {
        let tag = if number >> bit & 1 == 1 { [0x81, 0, 0, 1] } else { [0x88, 0xA8, 0, 1] };
        frame.extend(tag);
    }
    frame.extend([0x88, 0xB5]);
    record(number, &frame)
}

fn gap(number: u32) -> Vec<u8> {
    // A block of an impossible length, then blocks for local use that make the next one
    // certain.
    let good = words(&[0x8000_0001, 12, 12]).repeat(16);
    [words(&[6, 5, number, 0, 0, 0, 0, 32]), good].concat()
}

fn undescribed_statistics(number: u32) -> Vec<u8> {
    words(&[5, 24, number, 0, 0, 24])
}

/// Makes the piece of a number.
type Piece = fn(u32) -> Vec<u8>;

/// Name of what grows, the file before it, its pieces, and how many there are.
pub type Kind = (&'static str, fn() -> Vec<u8>, Piece, u32);

/// Everything that can grow.
pub const KINDS: [Kind; 11] = [
    ("statistics", pcapng, |_| words(&[5, 24, 0, 0, 0, 24]), 1_500_000),
    ("statistics of interfaces", pcapng, undescribed_statistics, 1_000_000),
    ("interfaces", pcapng, interface, 1_000_000),
    ("names", pcapng, named_interface, 400_000),
    ("sections", pcapng, |number| [section(), interface(number)].concat(), 1_000_000),
    ("notes of sections", pcapng, noted_section, 400_000),
    ("comments of packets", pcapng, commented_packet, 400_000),
    ("gaps", pcapng, gap, 250_000),
    ("paths", pcap_header, tagged, 100_000),
    ("conversations", pcap_header, conversation, 400_000),
    ("packets", pcap_header, |number| record(number, &[0; 14]), 1_500_000),
];

fn pcapng() -> Vec<u8> {
    [section(), interface(0)].concat()
}

/// A capture, compressed if that is asked for.
pub fn capture(kind: &Kind, compressed: bool) -> Vec<u8> {
    let (_, before, piece, count) = kind;
    let level = if compressed { Compression::fast() } else { Compression::none() };
    let mut writer = GzEncoder::new(before(), level);
    if !compressed {
        return (0..*count).fold(before(), |mut bytes, number| {
            bytes.extend(piece(number));
            bytes
        });
    }
    writer.get_mut().clear();
    writer.write_all(&before()).expect("memory");
    (0..*count).for_each(|number| writer.write_all(&piece(number)).expect("memory"));
    writer.finish().expect("memory")
}
