//! TLS handshakes of streams, grouped by what was agreed on.
//!
//! A handshake is a ClientHello, joined with the ServerHello that follows it in its stream. Hellos
//! that are longer than a segment are read as far as they go; QUIC and DTLS are not read.

use super::super::message::tls::{ClientHello, Records, ServerHello};
use super::super::samples::Span;
use super::record::Record;
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use std::net::IpAddr;

/// Agreement of a handshake.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Agreed {
    /// Name of the server.
    pub server_name: Option<Box<str>>,
    /// Version that the server chose.
    pub version: Option<u16>,
    /// Protocol that the server chose, or the first that the client offered.
    pub alpn: Option<Box<str>>,
}

/// A text that all handshakes share, or `mixed`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shared {
    /// None was seen.
    #[default]
    None,
    /// All are the same.
    One(Box<str>),
    /// There are several.
    Mixed,
}

impl Shared {
    /// Notes the text of another handshake.
    pub fn note(&mut self, text: &str) {
        match self {
            Shared::None => *self = Shared::One(text.into()),
            Shared::One(known) if &**known != text => *self = Shared::Mixed,
            _ => {}
        }
    }

    fn merge(&mut self, other: &Shared) {
        match other {
            Shared::None => {}
            Shared::One(text) => self.note(text),
            Shared::Mixed => *self = Shared::Mixed,
        }
    }

    /// The text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Shared::None => None,
            Shared::One(text) => Some(text),
            Shared::Mixed => Some("mixed"),
        }
    }
}

/// Handshakes with the same agreement.
#[derive(Clone, Debug, Default)]
pub struct Handshakes {
    /// Number of ClientHellos.
    pub handshakes: u64,
    /// Number of those with a ServerHello.
    pub completed: u64,
    /// Number of streams with an alert that is not encrypted.
    pub alerts: u64,
    /// Cipher suite, JA3, JA3S and JA4.
    pub cipher: Shared,
    /// JA3 of the clients.
    pub ja3: Shared,
    /// JA3S of the servers.
    pub ja3s: Shared,
    /// JA4 of the clients.
    pub ja4: Shared,
    /// Addresses of the clients.
    pub clients: HashSet<IpAddr, RandomState>,
    /// Addresses of the servers.
    pub servers: HashSet<IpAddr, RandomState>,
    /// Numbers of the streams.
    pub streams: HashSet<u64, RandomState>,
    /// Number of the first packet, from 1.
    pub first_packet: u64,
    /// Least and greatest time of the hellos.
    pub times: Span,
}

/// A handshake of a stream.
#[derive(Clone, Debug)]
struct Handshake {
    client: ClientHello,
    server: Option<ServerHello>,
    ends: (IpAddr, IpAddr),
    packet: u64,
    times: Span,
}

/// Handshakes of one stream, in order.
#[derive(Clone, Debug, Default)]
pub struct Hellos {
    list: Vec<Handshake>,
    alert: bool,
}

/// Most handshakes that are kept of one stream: later ones are renegotiations.
const MOST: usize = 64;

impl Hellos {
    /// Notes the hellos and alerts of a segment.
    pub fn note(&mut self, record: &Record, packet: u64, records: &Records) {
        let ends = (record.pair.low.0, record.pair.high.0);
        let (sender, receiver) = if record.from_low { ends } else { (ends.1, ends.0) };
        let times = Span::of(record.time);
        self.alert |= records.alert;
        if let Some(client) = records.client.as_ref().filter(|_| self.list.len() < MOST) {
            let (client, ends) = (client.clone(), (sender, receiver));
            self.list.push(Handshake { client, server: None, ends, packet, times });
        }
        if let (Some(server), Some(last)) = (&records.server, self.list.last_mut()) {
            last.server.get_or_insert_with(|| server.clone());
            last.times.merge(times);
        }
    }

    /// Name of the server in the first hello that has one.
    pub fn server_name(&self) -> Option<&str> {
        self.list.iter().find_map(|handshake| handshake.client.server_name.as_deref())
    }

    /// Number of ClientHellos, of those without a ServerHello, and 1 if there is an alert.
    pub fn counts(&self) -> (u64, u64, u64) {
        let open = self.list.iter().filter(|handshake| handshake.server.is_none()).count();
        (self.list.len() as u64, open as u64, u64::from(self.alert))
    }

    /// Heap memory held, in bytes.
    pub fn heap_bytes(&self) -> u64 {
        (self.list.capacity() * (size_of::<Handshake>() + 128)) as u64
    }

    /// Adds the handshakes to those with the same agreement; `stream` is the number of the
    /// stream.
    pub fn group(&self, stream: u64, groups: &mut HashMap<Agreed, Handshakes, RandomState>) {
        for (number, handshake) in self.list.iter().enumerate() {
            let Handshake { client, server, ends, packet, times } = handshake;
            let chosen = server.as_ref().and_then(|server| server.alpn.clone());
            let agreed = Agreed {
                server_name: client.server_name.clone(),
                version: server.as_ref().map(|server| server.version),
                alpn: chosen.or_else(|| client.alpn.clone()),
            };
            let group = groups.entry(agreed).or_default();
            if group.handshakes == 0 || *packet < group.first_packet {
                group.first_packet = *packet;
            }
            group.handshakes += 1;
            group.alerts += u64::from(self.alert && number == 0);
            client.ja3.iter().for_each(|text| group.ja3.note(text));
            client.ja4.iter().for_each(|text| group.ja4.note(text));
            if let Some(server) = server {
                group.completed += 1;
                group.ja3s.note(&server.ja3s);
                group.cipher.note(&cipher_name(server.cipher));
            }
            group.clients.insert(ends.0);
            group.servers.insert(ends.1);
            group.streams.insert(stream);
            group.times.merge(*times);
        }
    }
}

impl Handshakes {
    /// Adds the handshakes of other streams.
    pub fn merge(&mut self, other: &Handshakes) {
        self.first_packet = self.first_packet.min(other.first_packet);
        self.handshakes += other.handshakes;
        self.completed += other.completed;
        self.alerts += other.alerts;
        self.cipher.merge(&other.cipher);
        self.ja3.merge(&other.ja3);
        self.ja3s.merge(&other.ja3s);
        self.ja4.merge(&other.ja4);
        self.clients.extend(&other.clients);
        self.servers.extend(&other.servers);
        self.streams.extend(&other.streams);
        self.times.merge(other.times);
    }
}

/// Name of a cipher suite (IANA); its number if it has none here.
fn cipher_name(cipher: u16) -> String {
    let name = match cipher {
        0x002F => "TLS_RSA_WITH_AES_128_CBC_SHA",
        0x0035 => "TLS_RSA_WITH_AES_256_CBC_SHA",
        0x003C => "TLS_RSA_WITH_AES_128_CBC_SHA256",
        0x003D => "TLS_RSA_WITH_AES_256_CBC_SHA256",
        0x0004 => "TLS_RSA_WITH_RC4_128_MD5",
        0x0005 => "TLS_RSA_WITH_RC4_128_SHA",
        0x000A => "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
        0x0033 => "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
        0x0039 => "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
        0x009C => "TLS_RSA_WITH_AES_128_GCM_SHA256",
        0x009D => "TLS_RSA_WITH_AES_256_GCM_SHA384",
        0x009E => "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
        0x009F => "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
        0x1301 => "TLS_AES_128_GCM_SHA256",
        0x1302 => "TLS_AES_256_GCM_SHA384",
        0x1303 => "TLS_CHACHA20_POLY1305_SHA256",
        0xC009 => "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        0xC00A => "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        0xC011 => "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
        0xC013 => "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        0xC014 => "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        0xC023 => "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
        0xC024 => "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
        0xC027 => "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        0xC028 => "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        0xC02B => "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        0xC02C => "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        0xC02F => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        0xC030 => "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        0xCCA8 => "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0xCCA9 => "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        _ => return format!("0x{cipher:04x}"),
    };
    name.into()
}
