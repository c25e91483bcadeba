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
        // Type and class.
        let &[t0, t1, _, _] = message.get(end..)?.first_chunk()?;
        Some(Dns {
            id: u16::from_be_bytes([i0, i1]),
            is_response: flags & 0x80 != 0,
            code: code & 0x0F,
            answers: u16::from_be_bytes([a0, a1]),
            name,
            kind: u16::from_be_bytes([t0, t1]),
        })
    }
}

/// The name at `start`, and the end of its bytes there.
fn name(message: &[u8], start: usize) -> Option<(Box<str>, usize)> {
    // Room for most names: one that grows moves several times.
    let (mut text, mut at, mut end) = (String::with_capacity(256), start, None);
    let (mut written, mut read, mut ends_at_once) = (0, 0, false);
    loop {
        let length = usize::from(*message.get(at)?);
        match length {
            0 => break,
            1..=63 => {
                if !text.is_empty() {
                    text.push('.');
                }
                let bytes = message.get(at + 1..at + 1 + length)?;
                ends_at_once |= written == 0 && bytes.first() == Some(&0);
                label(bytes, &mut text);
                at += 1 + length;
                written += 1 + length;
                read += 1 + length;
            }
            192.. => {
                let low = usize::from(*message.get(at + 1)?);
                end = end.or(Some(at + 2));
                read += 2;
                if read >= message.len() {
                    return Some(("<Name contains a pointer that loops>".into(), end?));
                }
                at = (length & 63) << 8 | low;
            }
            // A bit string (RFC 2673) is not read; 10 begins nothing.
            0x41 | 0x80.. => return None,
            // As in Wireshark, the name ends after it, even if a pointer leads there.
            _ => {
                return (at > start).then(|| ("<Unknown extended label>".into(), at + 1));
            }
        }
        if written > LONGEST_NAME {
            return Some(("<Name too long>".into(), end.unwrap_or(at)));
        }
    }
    let end = end.unwrap_or(at + 1);
    // As in Wireshark, a pointer to a label that begins with the end of a text is the root's name.
    let root = text.is_empty() || (ends_at_once && end == start + 2);
    Some((if root { "<Root>".into() } else { text.into() }, end))
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
mod tests;
