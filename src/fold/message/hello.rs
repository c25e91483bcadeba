//! ClientHello and ServerHello (RFC 5246, RFC 8446; in DTLS RFC 6347, RFC 9147).
//!
//! A hello that is truncated is read as far as it goes, but has no fingerprint then.

use super::bytes::Bytes;
use super::fingerprint::{self, Offered, without_grease};
use serde::{Deserialize, Serialize};

/// Protocol that carries a hello, in the order of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Carrier {
    /// DTLS over UDP.
    Dtls,
    /// QUIC.
    Quic,
    /// TLS over TCP.
    Tcp,
}

/// A ClientHello.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientHello {
    /// The extension server_name.
    pub server_name: Option<Box<str>>,
    /// The first protocol of the extension ALPN.
    pub alpn: Option<Box<str>>,
    /// JA3 fingerprint. None for SSL 2.0 and for a hello of which a part is missing.
    pub ja3: Option<Box<str>>,
    /// JA4 fingerprint. None if there is no JA3.
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
    /// JA3S fingerprint. None for a hello of which a part is missing.
    pub ja3s: Option<Box<str>>,
    /// True if it is a HelloRetryRequest: the client sends another ClientHello.
    pub is_retry: bool,
}

/// Type of a handshake message that is a ClientHello.
pub const CLIENT_HELLO: u8 = 1;
/// Type of a handshake message that is a ServerHello.
pub const SERVER_HELLO: u8 = 2;

/// The extension server_name (RFC 6066).
pub const SERVER_NAME: u16 = 0;
const GROUPS: u16 = 10;
const POINT_FORMATS: u16 = 11;
const SIGNATURES: u16 = 13;
/// The extension of application-layer protocols (RFC 7301).
pub const ALPN: u16 = 16;
const VERSIONS: u16 = 43;

/// Length of the random value.
const RANDOM: usize = 32;

/// The random value of a HelloRetryRequest (RFC 8446 section 4.1.3).
const RETRY: [u8; RANDOM] = [
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
];

/// Extensions in their order: number and contents.
type Extensions<'a> = Vec<(u16, Bytes<'a>)>;

/// As many extensions as most hellos have at most.
const MANY: usize = 20;

fn extensions<'a>(message: &mut Bytes<'a>) -> Extensions<'a> {
    let length = message.u16().unwrap_or(0);
    let mut list = message.take(length.into());
    let mut found = Vec::with_capacity(if list.0.is_empty() { 0 } else { MANY });
    while let (Some(kind), Some(length)) = (list.u16(), list.u16()) {
        found.push((kind, list.take(length.into())));
    }
    found
}

fn extension<'a>(extensions: &Extensions<'a>, kind: u16) -> Option<Bytes<'a>> {
    extensions.iter().find(|(one, _)| *one == kind).map(|(_, body)| *body)
}

impl ClientHello {
    /// A ClientHello of SSL 2.0, of which nothing is read.
    pub const OLD: ClientHello =
        ClientHello { server_name: None, alpn: None, ja3: None, ja4: None };

    /// Reads the body of a message; `whole` tells that no part of it is missing. None if it ends
    /// before the cipher suites.
    pub fn read(body: &[u8], whole: bool, carrier: Carrier) -> Option<ClientHello> {
        let mut message = Bytes(body);
        let legacy_version = message.u16()?;
        message.take(RANDOM);
        let session = message.u8()?;
        message.take(session.into());
        if carrier == Carrier::Dtls {
            let cookie = message.u8()?;
            message.take(cookie.into());
        }
        let length = message.u16()?;
        let ciphers = without_grease(message.take(length.into()).numbers());
        let length = message.u8().unwrap_or(0);
        message.take(length.into());
        let list = extensions(&mut message);
        let server_name = extension(&list, SERVER_NAME);
        let alpn = extension(&list, ALPN).and_then(first_alpn);
        let mut hello = ClientHello {
            server_name: server_name.and_then(host_name),
            alpn,
            ja3: None,
            ja4: None,
        };
        if whole {
            let offered = Offered {
                carrier,
                legacy_version,
                version: newest(&list, carrier).unwrap_or(legacy_version),
                named: server_name.is_some(),
                alpn: hello.alpn.as_deref(),
                ciphers: &ciphers,
                extensions: &without_grease(list.iter().map(|(kind, _)| *kind).collect()),
                groups: &without_grease(numbers(&list, GROUPS)),
                formats: &formats(&list),
                signatures: &numbers(&list, SIGNATURES),
            };
            let (ja3, ja4) = (fingerprint::ja3(&offered), fingerprint::ja4(&offered));
            (hello.ja3, hello.ja4) = (Some(ja3), Some(ja4));
        }
        Some(hello)
    }
}

/// The random value that a hello begins with, after the version.
pub fn random(body: &[u8]) -> Option<[u8; RANDOM]> {
    body.get(2..)?.first_chunk().copied()
}

impl ServerHello {
    /// Reads the body of a message; `whole` tells that no part of it is missing. None if it ends
    /// before the cipher suite.
    pub fn read(body: &[u8], whole: bool) -> Option<ServerHello> {
        let mut message = Bytes(body);
        let legacy = message.u16()?;
        message.take(RANDOM);
        let session = message.u8()?;
        message.take(session.into());
        let cipher = message.u16()?;
        message.u8();
        let list = extensions(&mut message);
        let kinds: Vec<u16> = list.iter().map(|(kind, _)| *kind).collect();
        let version = extension(&list, VERSIONS).and_then(|mut body| body.u16()).unwrap_or(legacy);
        Some(ServerHello {
            version,
            cipher,
            alpn: extension(&list, ALPN).and_then(first_alpn),
            ja3s: whole.then(|| fingerprint::ja3s(legacy, cipher, &kinds)),
            is_retry: random(body) == Some(RETRY),
        })
    }
}

/// The newest version of the extension supported_versions. Numbers of DTLS count down.
fn newest(list: &Extensions<'_>, carrier: Carrier) -> Option<u16> {
    let mut body = extension(list, VERSIONS)?;
    let length = body.u8().unwrap_or(0);
    let versions = without_grease(body.take(length.into()).numbers());
    if carrier == Carrier::Dtls {
        return versions.into_iter().filter(|version| version >> 8 == 0xFE).min();
    }
    versions.into_iter().max()
}

/// The list of an extension that holds numbers of two bytes.
fn numbers(list: &Extensions<'_>, kind: u16) -> Vec<u16> {
    extension(list, kind).map_or(Vec::new(), |mut body| {
        let length = body.u16().unwrap_or(0);
        body.take(length.into()).numbers()
    })
}

fn formats(list: &Extensions<'_>) -> Vec<u16> {
    extension(list, POINT_FORMATS).map_or(Vec::new(), |mut body| {
        let length = body.u8().unwrap_or(0);
        body.take(length.into()).0.iter().map(|format| u16::from(*format)).collect()
    })
}

fn host_name(mut body: Bytes<'_>) -> Option<Box<str>> {
    body.take(2);
    let kind = body.u8()?;
    let length = body.u16()?;
    body.exactly(length.into()).filter(|_| kind == 0).map(text)
}

fn first_alpn(mut body: Bytes<'_>) -> Option<Box<str>> {
    body.u16()?;
    let length = body.u8()?;
    body.exactly(length.into()).map(text)
}

fn text(bytes: &[u8]) -> Box<str> {
    String::from_utf8_lossy(bytes).into()
}

/// Body of a ClientHello with a server name, for tests; of DTLS if there is a cookie.
#[cfg(test)]
pub fn client_body(name: &str, random: u8, cookie: Option<&[u8]>) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([random; RANDOM]);
    body.push(0);
    if let Some(cookie) = cookie {
        body.push(cookie.len() as u8);
        body.extend(cookie);
    }
    body.extend([0, 2, 0x13, 0x01, 1, 0]);
    let length = name.len() as u8;
    body.extend([0, length + 9, 0, 0, 0, length + 5, 0, length + 3, 0, 0, length]);
    body.extend(name.as_bytes());
    body
}

/// Body of a ServerHello without extensions, for tests.
#[cfg(test)]
pub fn server_body(random: &[u8; RANDOM]) -> Vec<u8> {
    [&[3, 3][..], random, &[0, 0x13, 0x01, 0]].concat()
}

#[cfg(test)]
mod tests;
