//! DNS messages (RFC 1035): the header and the first question.

use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// A message that has a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dns {
    /// Identifier.
    pub id: u16,
    /// True for a response.
    pub is_response: bool,
    /// Response code.
    pub code: u8,
    /// Number of answers that the header states.
    pub answers: u16,
    /// Name in the first question; `<Root>` for the root.
    pub name: Box<str>,
    /// Type in the first question.
    pub kind: u16,
}

/// Longest name in bytes that is shown, as in Wireshark.
const LONGEST_NAME: usize = 1024;

impl Dns {
    /// Reads a message of a port that tells nothing. None if Wireshark's heuristic refuses it, or
    /// the question is of no known class.
    pub fn guess(message: &[u8]) -> Option<Dns> {
        let number = |at: usize| Some(u16::from_be_bytes(*message.get(at..)?.first_chunk()?));
        let flags = *message.get(2)?;
        let (answers, authority, additional) = (number(6)?, number(8)?, number(10)?);
        let (most_answers, most_authority) = if flags & 0x80 == 0 { (0, 0) } else { (100, 10) };
        let few = answers <= most_answers && authority <= most_authority && additional <= 10;
        if flags & 0x78 != 0 || number(4)? != 1 || !few {
            return None;
        }
        let (name, end) = name(message, 12)?;
        let known = matches!(number(end + 2)?, 1 | 3 | 255 | 0x8001);
        known.then(|| Dns::about(message, name, end)).flatten()
    }

    /// Reads a message. None if it is truncated or has no question.
    pub fn of(message: &[u8]) -> Option<Dns> {
        let &[_, _, _, _, q0, q1, ..] = message else { return None };
        if u16::from_be_bytes([q0, q1]) == 0 {
            return None;
        }
        let (name, end) = name(message, 12)?;
        Dns::about(message, name, end)
    }

    /// The message whose first question has a name that ends at `end`.
    fn about(message: &[u8], name: Box<str>, end: usize) -> Option<Dns> {
        let &[i0, i1, flags, code, _, _, a0, a1, ..] = message else { return None };
        Some(Dns {
            id: u16::from_be_bytes([i0, i1]),
            is_response: flags & 0x80 != 0,
            code: code & 0x0F,
            answers: u16::from_be_bytes([a0, a1]),
            name,
            kind: u16::from_be_bytes(*message.get(end..)?.first_chunk()?),
        })
    }
}

/// The name at `at`, and the end of its bytes there.
fn name(message: &[u8], at: usize) -> Option<(Box<str>, usize)> {
    // Room for most names: one that grows moves several times.
    let (mut text, mut at, mut end) = (String::with_capacity(256), at, None);
    let (mut written, mut read) = (0, 0);
    loop {
        let length = usize::from(*message.get(at)?);
        match length {
            0 => break,
            1..=63 => {
                if !text.is_empty() {
                    text.push('.');
                }
                label(message.get(at + 1..at + 1 + length)?, &mut text);
                at += 1 + length;
                written += 1 + length;
                read += 1 + length;
            }
            192.. => {
                let low = usize::from(*message.get(at + 1)?);
                end = end.or(Some(at + 2));
                at = (length & 63) << 8 | low;
                read += 2;
            }
            // A bit string (RFC 2673) is not read; 10 begins nothing.
            0x41 | 0x80.. => return None,
            _ => return Some(("<Unknown extended label>".into(), end.unwrap_or(at + 1))),
        }
        let wrong = if written > LONGEST_NAME {
            Some("<Name too long>")
        } else {
            (read > message.len()).then_some("<Name contains a pointer that loops>")
        };
        if let Some(wrong) = wrong {
            return Some((wrong.into(), end.unwrap_or(at)));
        }
    }
    let text = if text.is_empty() { "<Root>" } else { &text };
    Some((text.into(), end.unwrap_or(at + 1)))
}

/// Writes a label. Control characters are escaped. UTF-8 is read as RFC 2279 had it, with up to six
/// bytes: what is no character is replaced as a whole.
fn label(mut bytes: &[u8], text: &mut String) {
    while let Some((&first, rest)) = bytes.split_first() {
        let (length, bits) = match first {
            0xC0..=0xDF => (1, first & 0x1F),
            0xE0..=0xEF => (2, first & 0x0F),
            0xF0..=0xF7 => (3, first & 7),
            0xF8..=0xFB => (4, first & 3),
            0xFC | 0xFD => (5, first & 1),
            _ => (0, first),
        };
        let follow = rest.iter().take(length).take_while(|byte| **byte & 0xC0 == 0x80);
        let (mut number, mut count) = (u32::from(bits), 0);
        for byte in follow {
            number = number << 6 | u32::from(byte & 0x3F);
            count += 1;
        }
        bytes = rest.get(count..).unwrap_or_default();
        if first < 0x80 {
            ascii(first, text);
            continue;
        }
        let character = char::from_u32(number).filter(|_| length > 0 && count == length);
        match character {
            Some(character) if character.is_control() || number & 0xFFFE == 0xFFFE => {
                let _ = write!(text, "\\u{number:04X}");
            }
            Some(character) => text.push(character),
            None => text.push(char::REPLACEMENT_CHARACTER),
        }
    }
}

fn ascii(byte: u8, text: &mut String) {
    let escape = match byte {
        7 => 'a',
        8 => 'b',
        9 => 't',
        10 => 'n',
        11 => 'v',
        12 => 'f',
        13 => 'r',
        0..32 | 127 => {
            let _ = write!(text, "\\{byte:03o}");
            return;
        }
        byte => return text.push(byte.into()),
    };
    text.extend(['\\', escape]);
}

/// Mnemonic of a type; its number if it has none here.
pub fn type_name(kind: u16) -> String {
    let name = match kind {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        10 => "NULL",
        12 => "PTR",
        13 => "HINFO",
        15 => "MX",
        16 => "TXT",
        17 => "RP",
        18 => "AFSDB",
        24 => "SIG",
        25 => "KEY",
        28 => "AAAA",
        29 => "LOC",
        33 => "SRV",
        35 => "NAPTR",
        36 => "KX",
        37 => "CERT",
        39 => "DNAME",
        41 => "OPT",
        43 => "DS",
        44 => "SSHFP",
        46 => "RRSIG",
        47 => "NSEC",
        48 => "DNSKEY",
        50 => "NSEC3",
        51 => "NSEC3PARAM",
        52 => "TLSA",
        59 => "CDS",
        60 => "CDNSKEY",
        61 => "OPENPGPKEY",
        64 => "SVCB",
        65 => "HTTPS",
        99 => "SPF",
        249 => "TKEY",
        250 => "TSIG",
        251 => "IXFR",
        252 => "AXFR",
        255 => "ANY",
        256 => "URI",
        257 => "CAA",
        _ => return kind.to_string(),
    };
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_question_is_read() {
        let mut message = vec![0x12, 0x34, 0x81, 0x83, 0, 1, 0, 2, 0, 0, 0, 0];
        message.extend(b"\x01a\x07example\0\0\x1c\0\x01");
        let dns = Dns::of(&message).expect("a message");
        assert_eq!((dns.id, dns.is_response, dns.code, dns.answers), (0x1234, true, 3, 2));
        assert_eq!((&*dns.name, dns.kind), ("a.example", 28));
        for length in 0..message.len() - 2 {
            assert_eq!(Dns::of(&message[..length]), None, "{length}");
        }
    }

    #[test]
    fn other_payloads_are_not_taken_for_a_message() {
        let mut message = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        message.extend(b"\x01a\x07example\0\0\x1c\0\x01");
        assert!(Dns::guess(&message).is_some());
        for (at, value) in [(2, 0x28), (5, 2), (7, 1), (9, 1), (11, 11), (25, 9)] {
            let mut other = message.clone();
            other[at] = value;
            assert_eq!(Dns::guess(&other), None, "byte {at}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        let mut message = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        message.extend(b"\x04a\xE4\x01b\0\0\x01\0\x01");
        assert_eq!(Dns::of(&message).map(|dns| dns.name), Some("a\u{FFFD}\\001b".into()));
        message[12] = 0x44;
        assert_eq!(Dns::of(&message).map(|dns| dns.name), Some("<Unknown extended label>".into()));
        message[12] = 0x84;
        assert_eq!(Dns::of(&message), None);
    }

    /// The texts are those of tshark 4.0.17.
    #[test]
    fn labels_are_written_as_in_wireshark() {
        for (bytes, text) in [
            (&b"\xC0\x80\x80"[..], "\\u0000\u{FFFD}"),
            (b"\xF8\x80\x80\x80\x80\x80\x80", "\\u0000\u{FFFD}\u{FFFD}"),
            (b"\xED\xA0\x80A", "\u{FFFD}A"),
            (b"\xF4\x90\x80\x80", "\u{FFFD}"),
            (b"\xF5\x80\x80\x80\x80", "\u{FFFD}\u{FFFD}"),
            (b"\xFF\xBF", "\u{FFFD}\u{FFFD}"),
            (b"\xC1\xBF", "\\u007F"),
            (b"\xE0\xA0", "\u{FFFD}"),
            (b"\xF0\x8F\xBF\xBF", "\\uFFFF"),
            (b"\xC2\xA0", "\u{A0}"),
            (b"\x07\t\n\x0B\x0C\r\x08 \\\x7F", "\\a\\t\\n\\v\\f\\r\\b \\\\177"),
        ] {
            let mut written = String::new();
            label(bytes, &mut written);
            assert_eq!(written, text, "{bytes:02x?}");
        }
    }

    #[test]
    fn pointers_in_a_circle_end() {
        let mut message = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        message.extend([1, b'x', 0xC0, 12, 0, 1, 0, 1]);
        let loops = Dns::of(&message).map(|dns| dns.name);
        assert_eq!(loops, Some("<Name contains a pointer that loops>".into()));
        let mut root = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        root.extend([0, 0, 2, 0, 1]);
        assert_eq!(Dns::of(&root).map(|dns| dns.name), Some("<Root>".into()));
    }
}
