//! The fold over UDP and SCTP packets: the application of each conversation and packet.
//!
//! QUIC's packets with a short header belong to QUIC only in a conversation that had a long one.

use super::super::pair::{Endpoint, Pair, addresses};
use super::super::{Fold, Folded, Position, Settings};
use super::admit::Datagram;
use super::named::Named;
use super::names::*;
use super::{Form, Offer, Offers, Shows, guess};
use crate::dissect::application::Application;
use crate::dissect::decode_as::Field;
use crate::dissect::packet::{Packet, Transport};
use crate::dissect::protocol::Protocol;
use crate::engine::memory::Growth;
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Conversations of UDP and SCTP.
#[derive(Debug)]
pub struct Datagrams;

static GROWTH: Growth =
    Growth { entries: "UDP conversations", advice: "name no applications: --depth transport" };

/// A packet with payload.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Number of the packet in its part, from 0.
    pub packet: u32,
    /// True if the sender is the pair's low endpoint.
    pub from_low: bool,
    /// The conversation.
    pub key: Key,
    /// Offers of applications for the payload.
    pub offers: Offers,
    /// Transaction of ONC RPC over UDP, and whether the payload is a call.
    pub rpc: Option<(u32, bool)>,
}

/// A conversation: its endpoints, and whether it is SCTP's.
pub type Key = (Pair, bool);

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Talk {
    /// The protocol that a heuristic gave to the conversation.
    own: Option<Application>,
    /// The name of the first packet that has one.
    first: Option<Application>,
}

/// Conversations of one shard.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Shard {
    talks: HashMap<Key, Talk, RandomState>,
    /// Clients of TFTP and HART-IP, each with the address of its server, whose port is not known
    /// before.
    #[serde(skip)]
    clients: HashMap<(Endpoint, IpAddr), Application, RandomState>,
    /// Calls of ONC RPC by conversation and transaction.
    #[serde(skip)]
    calls: HashSet<(Pair, u32), RandomState>,
    /// Names of packets, if they are kept.
    #[serde(skip)]
    pub named: Vec<Named>,
    keep_names: bool,
}

impl Fold for Datagrams {
    type Record = Record;
    type Shard = Shard;
    type Recent = ();
    const GROWTH: &'static Growth = &GROWTH;

    fn shard(settings: &Settings) -> Shard {
        Shard { keep_names: settings.packet_names, ..Shard::default() }
    }

    #[inline]
    fn records(
        packet: &Packet<'_>,
        _: &Settings,
        (): &mut (),
        mut deal: impl FnMut(usize, Record),
    ) {
        let last = packet.path.last();
        if last != Some(Protocol::UDP) && last != Some(Protocol::SCTP) {
            return;
        }
        let Some(layer) = packet.innermost_ip() else { return };
        let Some(ports) = layer.ports else { return };
        let (source, destination) = (ports.source, ports.destination);
        let is_sctp = ports.transport == Transport::Sctp;
        let Some(both) = addresses(layer.addresses) else { return };
        let (offers, rpc) = match ports.transport {
            Transport::Udp => match layer.datagram() {
                Some((payload, length)) => {
                    let assigned =
                        packet.assigned_applications(Field::UdpPort, source, destination);
                    // A length beyond that of the packet is none.
                    let record = packet.record;
                    let cut = (record.wire_bytes as usize).saturating_sub(record.data.len());
                    let length = length.min(payload.len().saturating_add(cut));
                    let datagram = Datagram { payload, length, source, destination, to: both.1 };
                    (Offers::over_udp(&datagram, assigned), guess::rpc(payload))
                }
                None => return,
            },
            Transport::Sctp => (Offers::over_sctp(layer.segment, source, destination), None),
            Transport::Tcp => return,
        };
        let (pair, from_low) = Pair::of((both.0, source), (both.1, destination));
        let record = Record {
            packet: packet.record.number as u32,
            from_low,
            key: (pair, is_sctp),
            offers,
            rpc,
        };
        deal(pair.shard(), record);
    }

    fn apply(shard: &mut Shard, record: &Record, position: Position<'_>) {
        let application = shard.name(record, position);
        if let Some(application) = application.filter(|_| shard.keep_names) {
            let named = Named { part: position.part, packet: record.packet, application };
            shard.named.push(named);
        }
    }

    fn memory(shard: &Shard) -> (u64, u64) {
        let talks = shard.talks.capacity() * (size_of::<(Key, Talk)>() + 1) * 8 / 7;
        let clients =
            shard.clients.capacity() * (size_of::<((Endpoint, IpAddr), Application)>() + 1) * 8 / 7;
        let calls = shard.calls.capacity() * (size_of::<(Pair, u32)>() + 1) * 8 / 7;
        (shard.talks.len() as u64, (talks + clients + calls) as u64)
    }
}

impl Shard {
    fn name(&mut self, record: &Record, position: Position<'_>) -> Option<Application> {
        let (pair, is_sctp) = record.key;
        let talk = self.talks.entry(record.key).or_default();
        let offers = &record.offers;
        let (from, to) = pair.ends(record.from_low);
        let mut shown = true;
        let mut application = talk.own.filter(|own| match (*own, offers.form) {
            (BT_DHT, form) => form == Form::Dictionary,
            (STUN, Form::ChannelData | Form::ChannelBind) => true,
            (STUN, _) => false,
            _ => true,
        });
        if application.is_none() && !is_sctp {
            let of_client = |client: Endpoint, server: Endpoint| {
                let application = *self.clients.get(&(client, server.0))?;
                let admits = application == TFTP || matches!(offers.form, Form::HartIp(_));
                admits.then_some(application)
            };
            if !self.clients.is_empty() {
                application = of_client(from, to).or_else(|| of_client(to, from));
            }
            if application.is_none() {
                let media = |endpoint| position.media(endpoint, record.packet);
                application = media(to).or_else(|| media(from));
            }
        }
        if application.is_none() {
            let offer = offers.lower.or(offers.higher);
            let known = |(transaction, is_call): (u32, bool)| {
                !is_call && !self.calls.is_empty() && self.calls.contains(&(pair, transaction))
            };
            application = match (offer, offers.guess) {
                (Some(Offer { application, shows }), _) => {
                    shown = shows != Shows::Never;
                    Some(application)
                }
                (None, _) if record.rpc.is_some_and(known) => Some(RPC),
                (None, Some((offer, stays))) => {
                    if stays {
                        talk.own = Some(offer.application);
                    }
                    Some(offer.application)
                }
                (None, None) => None,
            };
        }
        if !shown {
            return None;
        }
        if application == Some(STUN) && offers.form == Form::ChannelBind {
            talk.own = Some(STUN);
        }
        if application == Some(TFTP) && to.1 == 69 {
            self.clients.insert((from, to.0), TFTP);
        }
        if application == Some(HART_IP) && to.1 == 5094 && offers.form == Form::HartIp(true) {
            self.clients.insert((from, to.0), HART_IP);
        }
        if let (Some(RPC), Some((transaction, true))) = (application, record.rpc) {
            self.calls.insert((pair, transaction));
        }
        talk.first = talk.first.or(application);
        application
    }

    /// The name of the first packet of a conversation that has one.
    pub fn application(&self, key: &Key) -> Option<Application> {
        self.talks.get(key)?.first
    }
}

impl Folded<Datagrams> {
    /// The name of the first packet of a conversation that has one.
    pub fn application(&self, key: &Key) -> Option<Application> {
        self.shards.get(key.0.shard())?.application(key)
    }
}
