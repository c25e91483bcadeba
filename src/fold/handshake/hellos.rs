//! Hellos of one connection, in order.
//!
//! A handshake is a ClientHello, joined with the ServerHello that follows it.

use super::super::message::hello::{Carrier, ClientHello, ServerHello};
use super::super::pair::Pair;
use super::super::samples::Span;
use super::{Agreed, Groups, cipher};
use crate::capture::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Packet in which a hello was seen.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Its sender.
    pub from: IpAddr,
    /// Its receiver.
    pub to: IpAddr,
    /// Its number, from 1.
    pub packet: u64,
    /// Its time.
    pub time: Option<Timestamp>,
}

impl Seen {
    /// The packet of a pair of endpoints; `from_low` tells if the low one sent it.
    pub fn of(pair: &Pair, from_low: bool, packet: u64, time: Option<Timestamp>) -> Seen {
        let (from, to) = pair.ends(from_low);
        Seen { from: from.0, to: to.0, packet, time }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Handshake {
    client: ClientHello,
    server: Option<ServerHello>,
    ends: (IpAddr, IpAddr),
    packet: u64,
    times: Span,
}

/// Hellos of one connection.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hellos {
    carrier: Carrier,
    list: Vec<Handshake>,
    alert: bool,
}

impl Hellos {
    /// No hellos yet.
    pub fn over(carrier: Carrier) -> Hellos {
        Hellos { carrier, list: Vec::new(), alert: false }
    }

    /// Notes an alert that is not encrypted.
    pub fn alert(&mut self) {
        self.alert = true;
    }

    /// Notes a ClientHello.
    pub fn client(&mut self, seen: Seen, client: ClientHello) {
        let (ends, times) = ((seen.from, seen.to), Span::of(seen.time));
        // Most connections have one.
        if self.list.is_empty() {
            self.list.reserve_exact(1);
        }
        self.list.push(Handshake { client, server: None, ends, packet: seen.packet, times });
    }

    /// Replaces the newest ClientHello by the whole of it, unless it was answered.
    pub fn complete(&mut self, client: ClientHello) {
        if let Some(last) = self.list.last_mut().filter(|last| last.server.is_none()) {
            last.client = client;
        }
    }

    /// Notes a ServerHello: the first that is whole counts.
    pub fn server(&mut self, seen: Seen, server: &ServerHello) {
        if let Some(last) = self.list.last_mut() {
            if last.server.as_ref().is_none_or(|known| known.ja3s.is_none()) {
                last.server = Some(server.clone());
            }
            last.times.note(seen.time);
        }
    }

    /// Name of the server in the first hello that has one.
    pub fn server_name(&self) -> Option<&str> {
        self.list.iter().find_map(|handshake| handshake.client.server_name.as_deref())
    }

    /// Number of ClientHellos, of those without a ServerHello, and 1 if there is an alert.
    pub fn counts(&self) -> [u64; 3] {
        let open = self.list.iter().filter(|handshake| handshake.server.is_none()).count();
        [self.list.len() as u64, open as u64, u64::from(self.alert)]
    }

    /// Heap memory held, in bytes.
    pub fn heap_bytes(&self) -> u64 {
        (self.list.capacity() * (size_of::<Handshake>() + 128)) as u64
    }

    /// Adds the handshakes to those with the same agreement; `stream` is the number of the
    /// connection.
    pub fn group(&self, stream: u64, groups: &mut Groups) {
        for (number, handshake) in self.list.iter().enumerate() {
            let Handshake { client, server, ends, packet, times } = handshake;
            let chosen = server.as_ref().and_then(|server| server.alpn.clone());
            let agreed = Agreed {
                carrier: self.carrier,
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
                server.ja3s.iter().for_each(|text| group.ja3s.note(text));
                group.cipher.note(&cipher::name(server.cipher));
            }
            group.clients.insert(ends.0);
            group.servers.insert(ends.1);
            group.streams.insert(stream);
            group.times.merge(*times);
        }
    }
}
