//! TLS records (RFC 5246, RFC 8446): hellos and plain alerts.
//!
//! Fingerprints are JA3 and JA3S by their published description, and JA4 (its BSD licensed part).
//! Values of GREASE (RFC 8701) are left out of all three.

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Hellos and alerts of one payload.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Records {
    /// The first ClientHello.
    pub client: Option<ClientHello>,
    /// The first ServerHello.
    pub server: Option<ServerHello>,
    /// True if there is an alert that is not encrypted.
    pub alert: bool,
}

/// A ClientHello.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientHello {
    /// The extension server_name.
    pub server_name: Option<Box<str>>,
    /// The first protocol of the extension ALPN.
    pub alpn: Option<Box<str>>,
    /// JA3 fingerprint. None for SSL 2.0.
    pub ja3: Option<Box<str>>,
    /// JA4 fingerprint. None for SSL 2.0.
    pub ja4: Option<Box<str>>,
}

/// A ServerHello.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerHello {
    /// Version that was chosen.
    pub version: u16,
    /// Cipher suite that was chosen.
    pub cipher: u16,
    /// Protocol that was chosen, if it is not encrypted.
    pub alpn: Option<Box<str>>,
    /// JA3S fingerprint.
    pub ja3s: Box<str>,
}

const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const LONGEST_RECORD: usize = 18_432;

impl Records {
    /// Reads the records that a payload begins with, or the hello of SSL 2.0. None if it has no
    /// hello and no alert.
    pub fn of(payload: &[u8]) -> Option<Records> {
        if let [128..=255, _, 1, major @ (0 | 3), _, ..] = payload {
            let is_old = matches!((*major, payload.get(4)), (3, _) | (0, Some(2)));
            let client = ClientHello { server_name: None, alpn: None, ja3: None, ja4: None };
            return is_old.then_some(Records { client: Some(client), ..Records::default() });
        }
        let (mut found, mut rest) = (Records::default(), payload);
        let mut encrypted = false;
        while let Some((&[kind, major, minor, high, low], body)) = rest.split_first_chunk() {
            let length = usize::from(u16::from_be_bytes([high, low]));
            if !(20..=23).contains(&kind) || major != 3 || minor > 4 || length > LONGEST_RECORD {
                break;
            }
            let record = body.get(..length).unwrap_or(body);
            match kind {
                CHANGE_CIPHER_SPEC => encrypted = true,
                ALERT => found.alert |= length == 2 && !encrypted,
                HANDSHAKE if !encrypted || is_hello(record) => found.handshakes(record),
                _ => {}
            }
            rest = body.get(length..).unwrap_or_default();
        }
        (found != Records::default()).then_some(found)
    }

    fn handshakes(&mut self, mut rest: &[u8]) {
        while let Some((&[kind, a, b, c], body)) = rest.split_first_chunk() {
            let length = u32::from_be_bytes([0, a, b, c]) as usize;
            let message = Bytes(body.get(..length).unwrap_or(body));
            match kind {
                1 if self.client.is_none() => self.client = client_hello(message),
                2 if self.server.is_none() => self.server = server_hello(message),
                _ => {}
            }
            rest = body.get(length..).unwrap_or_default();
        }
    }
}

/// True if a record is one whole ClientHello: a client repeats it in the clear after the change of
/// the cipher that its first one was followed by (RFC 8446 appendix D.4).
fn is_hello(record: &[u8]) -> bool {
    matches!(*record, [1, 0, high, low, ..]
        if usize::from(u16::from_be_bytes([high, low])) + 4 == record.len())
}

/// Bytes that are read from the front. Reading more than there is gives None.
#[derive(Clone, Copy)]
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn u8(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn u16(&mut self) -> Option<u16> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_be_bytes(*first))
    }

    /// At most `length` bytes: a truncated list is read as far as it goes.
    fn take(&mut self, length: usize) -> Bytes<'a> {
        let (first, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        Bytes(first)
    }

    fn numbers(self) -> Vec<u16> {
        self.0.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect()
    }

    /// The extensions, in order: number and contents.
    fn extensions(&mut self) -> Vec<(u16, Bytes<'a>)> {
        let length = self.u16().unwrap_or(0);
        let mut list = self.take(length.into());
        let mut found = Vec::new();
        while let (Some(kind), Some(length)) = (list.u16(), list.u16()) {
            found.push((kind, list.take(length.into())));
        }
        found
    }
}

const SERVER_NAME: u16 = 0;
const GROUPS: u16 = 10;
const POINT_FORMATS: u16 = 11;
const SIGNATURES: u16 = 13;
const ALPN: u16 = 16;
const VERSIONS: u16 = 43;

fn is_grease(value: u16) -> bool {
    value & 0x0F0F == 0x0A0A && value >> 8 == value & 0xFF
}

fn client_hello(mut message: Bytes<'_>) -> Option<ClientHello> {
    let legacy = message.u16()?;
    message.take(32);
    let session = message.u8()?;
    message.take(session.into());
    let length = message.u16()?;
    let ciphers = without_grease(message.take(length.into()).numbers());
    let length = message.u8().unwrap_or(0);
    message.take(length.into());
    let extensions = message.extensions();
    let of = |kind: u16| extensions.iter().find(|(one, _)| *one == kind).map(|(_, body)| *body);
    let list = |kind: u16| {
        of(kind).map(|mut body| {
            let length = body.u16().unwrap_or(0);
            body.take(length.into()).numbers()
        })
    };
    let groups = without_grease(list(GROUPS).unwrap_or_default());
    let formats: Vec<u16> = of(POINT_FORMATS).map_or(Vec::new(), |mut body| {
        let length = body.u8().unwrap_or(0);
        body.take(length.into()).0.iter().map(|format| u16::from(*format)).collect()
    });
    let kinds = without_grease(extensions.iter().map(|(kind, _)| *kind).collect());
    let ja3 = [&ciphers, &kinds, &groups, &formats].map(|list| decimal(list));
    let ja3 = format!("{legacy},{}", ja3.join(","));
    let versions = of(VERSIONS).map(|mut body| {
        let length = body.u8().unwrap_or(0);
        without_grease(body.take(length.into()).numbers())
    });
    let version = versions.and_then(|versions| versions.into_iter().max()).unwrap_or(legacy);
    let alpn = of(ALPN).and_then(first_alpn);
    let signatures = list(SIGNATURES).unwrap_or_default();
    let server_name = of(SERVER_NAME).and_then(|mut body| {
        body.take(2);
        let kind = body.u8()?;
        let length = body.u16()?;
        Some(text(body.take(length.into()).0)).filter(|_| kind == 0)
    });
    let named = of(SERVER_NAME).is_some();
    let ja4 = ja4('t', version, named, alpn.as_deref(), &ciphers, &kinds, &signatures);
    Some(ClientHello { server_name, alpn, ja3: Some(md5(&ja3)), ja4: Some(ja4.into()) })
}

fn server_hello(mut message: Bytes<'_>) -> Option<ServerHello> {
    let legacy = message.u16()?;
    message.take(32);
    let session = message.u8()?;
    message.take(session.into());
    let cipher = message.u16()?;
    message.u8();
    let extensions = message.extensions();
    let of = |kind: u16| extensions.iter().find(|(one, _)| *one == kind).map(|(_, body)| *body);
    let kinds: Vec<u16> = extensions.iter().map(|(kind, _)| *kind).collect();
    let version = of(VERSIONS).and_then(|mut body| body.u16()).unwrap_or(legacy);
    let ja3s = md5(&format!("{legacy},{cipher},{}", decimal(&kinds)));
    Some(ServerHello { version, cipher, alpn: of(ALPN).and_then(first_alpn), ja3s })
}

fn first_alpn(mut body: Bytes<'_>) -> Option<Box<str>> {
    body.u16()?;
    let length = body.u8()?;
    Some(text(body.take(length.into()).0))
}

fn text(bytes: &[u8]) -> Box<str> {
    String::from_utf8_lossy(bytes).into()
}

fn without_grease(mut list: Vec<u16>) -> Vec<u16> {
    list.retain(|value| !is_grease(*value));
    list
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
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(digit).collect()
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
    let mut digits = hex(&Sha256::digest(text));
    digits.truncate(12);
    digits
}

/// The JA4 fingerprint: `transport` is `t` or `q`; lists are without GREASE and in their order.
fn ja4(
    transport: char,
    version: u16,
    named: bool,
    alpn: Option<&str>,
    ciphers: &[u16],
    extensions: &[u16],
    signatures: &[u16],
) -> String {
    let version = match version {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        _ => "00",
    };
    let name = if named { 'd' } else { 'i' };
    let alpn = match alpn.map(str::as_bytes) {
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
        let mut kept: Vec<u16> =
            list.iter().copied().filter(|value| !left_out.contains(value)).collect();
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
    format!("{transport}{version}{name}{counts}{alpn}_{first}_{}", sha256(&second))
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
        let found = ja4('t', 0x0304, true, Some("h2"), &ciphers, &extensions, &signatures);
        assert_eq!(found, "t13d1516h2_8daaf6152771_e5627efa2ab1");
    }

    #[test]
    fn a_truncated_hello_is_read_as_far_as_it_goes() {
        let mut hello = vec![3, 3];
        hello.extend([7; 32]);
        hello.extend([0, 0, 2, 0x13, 0x01, 1, 0]);
        hello.extend([0, 13, 0, 0, 0, 9, 0, 7, 0, 0, 4, b'a', b'.', b'b', b'c']);
        let mut payload = vec![22, 3, 1, 0, hello.len() as u8 + 4, 1, 0, 0, hello.len() as u8];
        payload.extend(&hello);
        let name = |payload: &[u8]| {
            Records::of(payload)?.client.map(|client| client.server_name.map(String::from))
        };
        assert_eq!(name(&payload), Some(Some("a.bc".into())));
        for length in 0..payload.len() {
            let cut = &payload[..length];
            assert!(name(cut).flatten().is_none_or(|name| "a.bc".starts_with(&name)), "{length}");
        }
        let after_change = [&[20, 3, 3, 0, 1, 1][..], &payload].concat();
        assert_eq!(name(&after_change), Some(Some("a.bc".into())));
        let encrypted = [&[20, 3, 3, 0, 1, 1][..], &payload[..payload.len() - 1]].concat();
        assert_eq!(name(&encrypted), None);
        assert_eq!(Records::of(&[21, 3, 3, 0, 2, 2, 40]).map(|records| records.alert), Some(true));
        assert_eq!(Records::of(&[21, 3, 3, 0, 26, 2, 40]), None);
    }
}
