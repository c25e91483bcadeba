//! Fingerprints of TLS hellos: JA3 and JA3S by their published description, and JA4 (its BSD
//! licensed part). Values of GREASE (RFC 8701) are left out of all three.

use super::hello::{ALPN, Carrier, SERVER_NAME};
use md5::{Digest, Md5};
use sha2::Sha256;

/// Parts of a ClientHello that fingerprints are made of. Lists are in their order.
#[derive(Debug)]
pub struct Offered<'a> {
    /// Protocol that carries the hello.
    pub carrier: Carrier,
    /// Version in the front of the hello.
    pub legacy_version: u16,
    /// Newest version that is offered.
    pub version: u16,
    /// True if there is the extension server_name.
    pub named: bool,
    /// First protocol of ALPN.
    pub alpn: Option<&'a str>,
    /// Cipher suites.
    pub ciphers: &'a [u16],
    /// Numbers of the extensions.
    pub extensions: &'a [u16],
    /// Groups, formerly elliptic curves.
    pub groups: &'a [u16],
    /// Formats of points.
    pub formats: &'a [u16],
    /// Signature algorithms.
    pub signatures: &'a [u16],
}

/// The list without values of GREASE.
pub fn without_grease(mut list: Vec<u16>) -> Vec<u16> {
    list.retain(|value| !is_grease(*value));
    list
}

fn is_grease(value: u16) -> bool {
    value & 0x0F0F == 0x0A0A && value >> 8 == value & 0xFF
}

/// The JA3 fingerprint of a client.
pub fn ja3(offered: &Offered<'_>) -> Box<str> {
    let Offered { legacy_version, ciphers, extensions, groups, formats, .. } = offered;
    let lists = [ciphers, extensions, groups, formats].map(|list| decimal(list));
    md5(&format!("{legacy_version},{}", lists.join(",")))
}

/// The JA3S fingerprint of a server.
pub fn ja3s(legacy_version: u16, cipher: u16, extensions: &[u16]) -> Box<str> {
    md5(&format!("{legacy_version},{cipher},{}", decimal(extensions)))
}

/// The JA4 fingerprint of a client.
pub fn ja4(offered: &Offered<'_>) -> Box<str> {
    let Offered { ciphers, extensions, signatures, .. } = *offered;
    let transport = match offered.carrier {
        Carrier::Tcp => 't',
        Carrier::Quic => 'q',
        Carrier::Dtls => 'd',
    };
    let version = match offered.version {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        0xFEFF => "d1",
        0xFEFD => "d2",
        0xFEFC => "d3",
        _ => "00",
    };
    let name = if offered.named { 'd' } else { 'i' };
    let alpn = match offered.alpn.map(str::as_bytes) {
        None | Some([]) => "00".to_string(),
        Some([only]) if only.is_ascii_alphanumeric() => {
            [*only as char, *only as char].iter().collect()
        }
        Some([first, .., last])
            if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() =>
        {
            [*first as char, *last as char].iter().collect()
        }
        Some(bytes) => {
            let digits = hex(bytes);
            digits.chars().next().into_iter().chain(digits.chars().last()).collect()
        }
    };
    let sorted = |list: &[u16], left_out: &[u16]| {
        let mut kept = list.to_vec();
        kept.retain(|value| !left_out.contains(value));
        kept.sort_unstable();
        hexadecimal(&kept)
    };
    let mut second = sorted(extensions, &[SERVER_NAME, ALPN]);
    if !signatures.is_empty() {
        second.push('_');
        second.push_str(&hexadecimal(signatures));
    }
    let counts = format!("{:02}{:02}", ciphers.len().min(99), extensions.len().min(99));
    let first = sha256(&sorted(ciphers, &[]));
    format!("{transport}{version}{name}{counts}{alpn}_{first}_{}", sha256(&second)).into()
}

fn decimal(list: &[u16]) -> String {
    let mut text = String::with_capacity(list.len() * 6);
    for (at, number) in list.iter().enumerate() {
        if at > 0 {
            text.push('-');
        }
        text.push_str(itoa::Buffer::new().format(*number));
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16);
    let mut text = String::with_capacity(bytes.len() * 2);
    text.extend(bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(digit));
    text
}

/// Numbers of four hexadecimal digits with commas between.
fn hexadecimal(list: &[u16]) -> String {
    let mut text = String::with_capacity(list.len() * 5);
    for (at, number) in list.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        let digits = [number >> 12, number >> 8 & 15, number >> 4 & 15, number & 15];
        text.extend(digits.into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)));
    }
    text
}

fn md5(text: &str) -> Box<str> {
    hex(&Md5::digest(text)).into()
}

/// The first twelve digits of a SHA-256; zeros for an empty list.
fn sha256(text: &str) -> String {
    if text.is_empty() {
        return "0".repeat(12);
    }
    hex(Sha256::digest(text).get(..6).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the JA4 description (Chrome, TLS 1.3 over TCP).
    #[test]
    fn ja4_equals_the_published_example() {
        let ciphers = [
            0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
            0x009c, 0x009d, 0x002f, 0x0035,
        ];
        let extensions = [
            0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012,
            0x002b, 0xff01, 0x000b, 0x000a, 0x0015,
        ];
        let signatures = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601];
        let mut offered = Offered {
            carrier: Carrier::Tcp,
            legacy_version: 0x0303,
            version: 0x0304,
            named: true,
            alpn: Some("h2"),
            ciphers: &ciphers,
            extensions: &extensions,
            groups: &[],
            formats: &[],
            signatures: &signatures,
        };
        assert_eq!(&*ja4(&offered), "t13d1516h2_8daaf6152771_e5627efa2ab1");
        (offered.carrier, offered.alpn) = (Carrier::Quic, Some("h3"));
        assert_eq!(&*ja4(&offered), "q13d1516h3_8daaf6152771_e5627efa2ab1");
        (offered.carrier, offered.version, offered.alpn) = (Carrier::Dtls, 0xFEFD, None);
        assert_eq!(&*ja4(&offered), "dd2d151600_8daaf6152771_e5627efa2ab1");
    }
}
