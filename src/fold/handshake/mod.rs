//! TLS handshakes over TCP, QUIC and DTLS, grouped by the agreement of client and server.

pub mod carried;
mod cipher;
mod hellos;
pub mod pieces;

use super::Folds;
use super::merged::merged;
use super::message::hello::Carrier;
use super::samples::Span;
use super::tcp::shard::Shard;
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
pub use hellos::{Hellos, Seen};
use rayon::prelude::*;
use std::net::IpAddr;

/// Agreement of a handshake.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Agreed {
    /// Protocol that carries the handshake.
    pub carrier: Carrier,
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
    /// Numbers of the streams of TCP, or of the first packets of connections.
    pub streams: HashSet<u64, RandomState>,
    /// Number of the first packet, from 1.
    pub first_packet: u64,
    /// Least and greatest time of the hellos.
    pub times: Span,
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

/// Handshakes by agreement.
pub type Groups = HashMap<Agreed, Handshakes, RandomState>;

impl Folds {
    /// TLS handshakes by agreement, most first, then by text.
    pub fn handshakes(&self) -> Vec<(Agreed, Handshakes)> {
        let streams = |shard: &Shard| {
            let mut groups = Groups::default();
            for stream in shard.streams.iter() {
                let number = stream.number();
                stream.hellos().into_iter().for_each(|one| one.group(number, &mut groups));
            }
            groups
        };
        let shards = self.tcp.as_ref().map_or(&[][..], |fold| &fold.shards);
        let mut groups: Vec<_> = shards.par_iter().with_max_len(1).map(streams).collect();
        let mut others = Groups::default();
        self.datagram_hellos().for_each(|(first, hellos)| hellos.group(first, &mut others));
        groups.push(others);
        let mut list = merged(&groups.iter().collect::<Vec<_>>(), Handshakes::merge);
        list.par_sort_unstable_by(|(one, a), (two, b)| {
            b.handshakes.cmp(&a.handshakes).then_with(|| one.cmp(two))
        });
        list
    }

    /// Hellos of each connection over QUIC and DTLS, with the number of its first packet.
    pub fn datagram_hellos(&self) -> impl Iterator<Item = (u64, &Hellos)> {
        let quic = self.quic.iter().flat_map(|fold| &fold.shards).flat_map(|one| one.hellos());
        let dtls = self.dtls.iter().flat_map(|fold| &fold.shards).flat_map(|one| one.hellos());
        quic.chain(dtls)
    }
}
