//! Addresses of a row: MAC, IPv4, and IPv6 by RFC 5952 with the dotted forms of `inet_ntop`, as
//! Wireshark prints them.

use std::net::Ipv6Addr;

const HEX: &[u8; 16] = b"0123456789abcdef";

pub(super) fn write_mac(mac: &[u8; 6], out: &mut Vec<u8>) {
    static PAIRS: [[u8; 2]; 256] = {
        let (mut pairs, mut byte) = ([[0; 2]; 256], 0);
        while byte < 256 {
            pairs[byte] = [HEX[byte >> 4], HEX[byte & 15]];
            byte += 1;
        }
        pairs
    };
    let mut text = [b':'; 17];
    for (at, byte) in mac.iter().enumerate() {
        let [high, low] = PAIRS[usize::from(*byte)];
        (text[3 * at], text[3 * at + 1]) = (high, low);
    }
    out.extend_from_slice(&text);
}

/// Each octet followed by a dot, and its length in bytes.
static OCTETS: [([u8; 4], usize); 256] = {
    let mut octets = [([b'.'; 4], 0); 256];
    let mut value = 0;
    while value < 256 {
        let (hundreds, tens, ones) =
            (b'0' + (value / 100) as u8, b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8);
        octets[value] = match value {
            0..=9 => ([ones, b'.', b'.', b'.'], 2),
            10..=99 => ([tens, ones, b'.', b'.'], 3),
            _ => ([hundreds, tens, ones, b'.'], 4),
        };
        value += 1;
    }
    octets
};

pub(super) fn write_ipv4(octets: [u8; 4], out: &mut Vec<u8>) {
    for octet in octets {
        let (text, length) = OCTETS[usize::from(octet)];
        let before = out.len();
        // All four bytes are written and what is too much taken back: shorter than copying the
        // right number.
        out.extend_from_slice(&text);
        out.truncate(before + length);
    }
    out.pop();
}

pub(super) fn write_ipv6(address: Ipv6Addr, out: &mut Vec<u8>) {
    let words = address.segments();
    let (start, length) = longest_zeros(&words);
    // `::a.b.c.d` and `::ffff:a.b.c.d`, but not `::1` nor `::`, whose run of zeros is longer.
    let [.., a, b, c, d] = address.octets();
    if start == 0 && (length == 6 || (length == 5 && words[5] == 0xFFFF)) {
        out.extend_from_slice(if length == 6 { b"::" } else { b"::ffff:" });
        return write_ipv4([a, b, c, d], out);
    }
    for (number, word) in words.iter().enumerate() {
        if length > 1 && (start..start + length).contains(&number) {
            if number == start {
                out.extend_from_slice(b"::");
            }
            continue;
        }
        if number > 0 && !(length > 1 && number == start + length) {
            out.push(b':');
        }
        write_hexadecimal(*word, out);
    }
}

/// Start and length of the first of the longest runs of zero words.
fn longest_zeros(words: &[u16; 8]) -> (usize, usize) {
    let (mut best, mut run) = ((0, 0), (0, 0));
    for (number, word) in words.iter().enumerate() {
        run = if *word != 0 { (number + 1, 0) } else { (run.0, run.1 + 1) };
        if run.1 > best.1 {
            best = run;
        }
    }
    best
}

fn write_hexadecimal(word: u16, out: &mut Vec<u8>) {
    for shift in [12, 8, 4, 0] {
        if shift == 0 || word >> shift != 0 {
            out.push(HEX[usize::from(word >> shift & 15)]);
        }
    }
}
