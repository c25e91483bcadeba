//! First bytes of a file: how many of them opening it needs, and what a file that is no capture is
//! instead.
//!
//! Names follow Wireshark's `wiretap`, whose `editcap` converts the formats marked so. Formats
//! without a magic number are recognized only if their first records are plausible (ERF). No more
//! bytes of a file are looked at than a pipe has at hand.

use crate::error::Error;
use crate::source::{Compression, UNWANTED_BYTES};

/// Longest section header that is read, in bytes.
const LONGEST_HEADER: u32 = 256 << 20;

/// Number of bytes that opening a capture with these first bytes needs: its first pcapng block.
pub fn header_bytes(bytes: &[u8]) -> u64 {
    let Some(&[0x0A, 0x0D, 0x0D, 0x0A, a, b, c, d, order @ ..]) = bytes.first_chunk::<12>() else {
        return 0;
    };
    let length = match order {
        [0x1A, 0x2B, 0x3C, 0x4D] => u32::from_be_bytes([a, b, c, d]),
        [0x4D, 0x3C, 0x2B, 0x1A] => u32::from_le_bytes([a, b, c, d]),
        _ => 0,
    };
    u64::from(length).next_multiple_of(4) * u64::from(length <= LONGEST_HEADER)
}

/// The error for a file with these first bytes (decompressed, if it is compressed).
pub fn not_a_capture(bytes: &[u8], compression: Option<Compression>) -> Error {
    let bytes = bytes.get(..UNWANTED_BYTES as usize).unwrap_or(bytes);
    let (name, advice) = if let Some(inner) = Compression::of(bytes) {
        let name = format!("{} data", inner.name());
        (name, "; decompress it until one compression is left")
    } else {
        match name(bytes) {
            Some((name, advice)) => (name.to_string(), advice),
            None => ("data of an unknown format".to_string(), ""),
        }
    };
    Error::NotACapture(match compression {
        Some(outer) => format!("{} data that holds {name}{advice}", outer.name()),
        None => format!("{name}{advice}"),
    })
}

const CONVERT: &str = "; convert it with editcap -F pcap";
const DECOMPRESS: &str = "; decompress it first";
const EXTRACT: &str = "; extract the captures in it first";

/// Offset of a magic number, the number, the name of the format, advice.
type Magic = (usize, &'static [u8], &'static str, &'static str);

const MAGICS: &[Magic] = &[
    (0, b"RTSS", "a Network Monitor 1 capture", CONVERT),
    (0, b"GMBU", "a Network Monitor 2 capture", CONVERT),
    (0, b"XCP\0", "a NetXray (Windows Sniffer) capture", CONVERT),
    (0, b"VL\0\0", "a NetXray 1.0 capture", CONVERT),
    (0, b"TRSNIFF data    \x1A", "a DOS Sniffer capture", CONVERT),
    (0, &[0, 0, 2, 0, 0x12, 5, 0, 0x10], "a Tektronix K12 capture", CONVERT),
    (0, b"+---------+---------------+----------+", "a K12 text file", CONVERT),
    (0, &[0xAA, 0xAA, 0xAA, 0xAA], "a 5Views capture", CONVERT),
    (0, b"\x05VNF", "a Visual Networks capture", CONVERT),
    (0, b"\x7Fver", "a Savvius *Peek capture", CONVERT),
    (0, b"ObserverPktBuffe", "a Network Instruments Observer capture", CONVERT),
    (0, b"iptrace 1.0", "an AIX iptrace 1.0 capture", CONVERT),
    (0, b"iptrace 2.0", "an AIX iptrace 2.0 capture", CONVERT),
    (0, b"btsnoop\0", "a Bluetooth btsnoop capture", CONVERT),
    (0, b"EyeSDN", "an EyeSDN capture", CONVERT),
    (0, b"\x42\xD2\x00\x34\x12\x66\x22\x88", "a RADCOM capture", CONVERT),
    (0, b"TR\0d\0", "an HP-UX nettl trace", CONVERT),
    (0, b"Session Transcript", "a Catapult DCT2000 log", CONVERT),
    (0, b"LOGG", "a Vector BLF log", CONVERT),
    (0, b"cpse", "a Colasoft Capsa capture", CONVERT),
    (0, b"#!rtpplay1.0", "an rtpdump file", CONVERT),
    (0, b"V0208", "an Aethra capture", CONVERT),
    (0, b"#Format=4", "a Daintree SNA log", CONVERT),
    (0, b"DLT\x01", "an AUTOSAR DLT log", ""),
    (0, b"***BUSMASTER", "a BUSMASTER log", ""),
    (0, b"LPKSHHRH", "a systemd journal", ""),
    (0, b"PML_", "a Process Monitor log", ""),
    (0, &[0x0C, 0xA5], "an nfdump flow file", ""),
    (0, &[0x1F, 0x9D], "compress (.Z) data", DECOMPRESS),
    (0, &[0x1F, 0x1E], "pack (.z) data", DECOMPRESS),
    (0, &[0x1F, 0xA0], "compress -H data", DECOMPRESS),
    (0, b"LZIP", "lzip data", DECOMPRESS),
    (0, b"\x89LZO\0", "lzop data", DECOMPRESS),
    (0, &[0x5D, 0, 0], "lzma data", DECOMPRESS),
    (0, b"\xFF\x06\0\0sNaPpY", "snappy data", DECOMPRESS),
    (0, b"PK\x03\x04", "a zip archive", EXTRACT),
    (0, b"PK\x05\x06", "an empty zip archive", ""),
    (0, b"7z\xBC\xAF\x27\x1C", "a 7z archive", EXTRACT),
    (0, b"Rar!\x1A\x07", "a RAR archive", EXTRACT),
    (0, b"MSCF", "a cabinet archive", EXTRACT),
    (257, b"ustar", "a tar archive", EXTRACT),
    (0, b"\x7FELF", "an ELF binary", ""),
    (0, b"MZ", "a Windows program", ""),
    (0, b"%PDF-", "a PDF document", ""),
    (0, b"\x89PNG", "a PNG image", ""),
    (0, &[0xFF, 0xD8, 0xFF], "a JPEG image", ""),
    (0, b"SQLite format 3\0", "an SQLite database", ""),
    (0, b"PAR1", "a Parquet file", ""),
    (0, b"#!", "a script", ""),
    (0, b"version https://git-lfs", "a Git LFS pointer", "; fetch its file with git lfs pull"),
];

/// Words near the start of a file, and the name of the format.
const WORDS: &[(&str, &str)] = &[
    ("NetScaler Performance Data", "a NetScaler trace"),
    ("NetScaler V20 Performance Data", "a NetScaler trace"),
    ("NetScaler V30 Performance Data", "a NetScaler trace"),
    ("NetScaler V35 Performance Data", "a NetScaler trace"),
    ("ETHERWATCH ", "a DBS Etherwatch log"),
    ("TCPIPtrace ", "a VMS TCPIPtrace log"),
    ("COMMUNICATIONS TRACE", "an IBM iSeries communications trace"),
];

/// Name of what begins with these bytes, and advice. None if it is unknown.
fn name(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    if bytes.is_empty() {
        return Some(("an empty file", ""));
    }
    let begins = |(at, magic, ..): &&Magic| bytes.get(*at..).is_some_and(|b| b.starts_with(magic));
    if let Some((_, _, name, advice)) = MAGICS.iter().find(begins) {
        return Some((name, advice));
    }
    let first = bytes.get(..512).unwrap_or(bytes);
    if first.iter().all(|byte| *byte == 0) {
        return Some(("zeros, as a disk leaves after a crash", ""));
    }
    if matches!(first, [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..]) {
        return Some(("a skippable frame without compressed data after it", ""));
    }
    if is_erf(bytes) {
        return Some(("an Endace ERF capture", CONVERT));
    }
    if is_lanalyzer(first) {
        return Some(("a Novell LANalyzer capture", CONVERT));
    }
    if is_pppd_log(first) {
        return Some(("a pppd log", CONVERT));
    }
    if is_commview(first) {
        return Some(("a CommView capture", CONVERT));
    }
    let within = |words: &str| first.windows(words.len()).any(|part| part == words.as_bytes());
    if let Some((_, name)) = WORDS.iter().find(|(words, _)| within(words)) {
        return Some((name, CONVERT));
    }
    text(first).map(|name| (name, ""))
}

/// Name of a text. None if it is none.
fn text(first: &[u8]) -> Option<&'static str> {
    let valid = match std::str::from_utf8(first) {
        Ok(text) => text,
        // The last character may be truncated.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(first.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    if valid.chars().any(|c| c.is_control() && !c.is_ascii_whitespace()) {
        return None;
    }
    let text = valid.trim_start_matches('\u{FEFF}').trim_start().to_ascii_lowercase();
    Some(match text.as_str() {
        text if text.starts_with("<!doctype html") || text.starts_with("<html") => "an HTML page",
        text if text.starts_with("<?xml") => "an XML document",
        text if text.starts_with("{\"") || text.starts_with("[{") => "a JSON text",
        _ => "plain text",
    })
}

/// True if the first records are plausible as ERF: a known type, a time after 1990, and lengths
/// that lead to another such record or the end.
fn is_erf(mut bytes: &[u8]) -> bool {
    const HEADER_BYTES: usize = 16;
    const YEAR_1990: u32 = 631_152_000;
    for record in 0..3 {
        let Some(&[_, _, _, _, a, b, c, d, kind, _, high, low, ..]) =
            bytes.first_chunk::<HEADER_BYTES>()
        else {
            return record > 0 && bytes.is_empty();
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let seconds = u32::from_le_bytes([a, b, c, d]);
        let known = matches!(kind & 0x7F, 1..=32 | 48);
        if !known || length < HEADER_BYTES || seconds < YEAR_1990 {
            return false;
        }
        match bytes.get(length..) {
            Some(next) => bytes = next,
            None => return record > 0,
        }
    }
    true
}

/// True if a log of pppd begins with a time after 1990 and another record.
fn is_pppd_log(first: &[u8]) -> bool {
    matches!(first, [0x07, 0x26..=0xFF, _, _, _, 0x01 | 0x02 | 0x05..=0x07, ..])
}

/// True if the first record of a CommView file (NCF or NCFX) has a valid date and time.
fn is_commview(first: &[u8]) -> bool {
    let date_at = |at: usize| {
        let Some(&[low, high, month, day, hours, minutes, seconds, a, b, c, d]) =
            first.get(at..).and_then(|bytes| bytes.first_chunk())
        else {
            return false;
        };
        (1970..2100).contains(&u16::from_le_bytes([low, high]))
            && (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && hours < 24
            && minutes < 60
            && seconds < 60
            && u32::from_le_bytes([a, b, c, d]) < 1_000_000
    };
    (first.get(4) == Some(&0) && date_at(5)) || date_at(4)
}

/// True if a LANalyzer header record (regular or cyclic) is followed by another record.
fn is_lanalyzer(first: &[u8]) -> bool {
    let Some(&[0x01 | 0x07, 0x10, low, high]) = first.first_chunk() else { return false };
    let next = 4 + usize::from(u16::from_le_bytes([low, high]));
    first.get(next..).is_some_and(|rest| matches!(rest, [_, 0x10, ..]))
}

#[cfg(test)]
mod tests;
