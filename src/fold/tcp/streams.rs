//! The fold over TCP headers: streams, numbered in the order in which they were opened.

use super::super::application::{Offers, guess, length};
use super::super::merged::merged;
use super::super::message::Message;
use super::super::pair::Pair;
use super::super::{Fold, Folded, Position, Settings};
use super::begun::Begun;
use super::counts::Counts;
use super::record::{self, Record};
use super::requests::{Kind, Kinds, Pairs};
use super::segment::Segment;
use super::shard::Shard;
use super::socks;
use super::stream::Stream;
use crate::dissect::application::Application;
use crate::dissect::decode_as::Field;
use crate::dissect::packet::{OfPorts, Packet};
use crate::dissect::protocol::Protocol;
use crate::engine::memory::Growth;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Blocks of numbers that are looked for at the same time.
const BLOCKS: usize = 64;

/// TCP streams.
#[derive(Debug)]
pub struct Tcp;

/// A TCP header, and the message that its payload begins with.
#[derive(Clone, Debug)]
pub struct Noted {
    /// The header.
    pub header: Record,
    /// Offers of applications. None if there is no payload, or applications are not decided on.
    pub offers: Option<Offers>,
    /// True if the application is the next layer of the packet's path.
    pub is_innermost: bool,
    /// Parts of the payload that few have.
    pub more: Option<Box<More>>,
}

/// Parts of a payload that few have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct More {
    /// The message. None if it is of no known protocol.
    pub message: Option<Message>,
    /// The payload, of protocols whose PDUs may end in it.
    #[serde(with = "crate::saved::payload")]
    pub payload: Option<Box<[u8]>>,
    /// A payload that can be the rest of a ClientHello.
    #[serde(with = "crate::saved::payload")]
    pub rest: Option<Box<[u8]>>,
    /// Applications that the user assigned to its ports.
    pub assigned: OfPorts,
    /// A payload that can be a message of a SOCKS handshake.
    #[serde(with = "crate::saved::payload")]
    pub socks: Option<Box<[u8]>>,
}

static GROWTH: Growth = Growth { entries: "TCP streams", advice: "select packets with --filter" };

impl Fold for Tcp {
    type Record = Noted;
    type Shard = Shard;
    type Recent = Begun;
    const GROWTH: &'static Growth = &GROWTH;

    fn shard(settings: &Settings) -> Shard {
        Shard::new(settings)
    }

    #[inline]
    fn records(
        packet: &Packet<'_>,
        settings: &Settings,
        begun: &mut Begun,
        mut deal: impl FnMut(usize, Noted),
    ) {
        record::each(packet, |header, payload| {
            let mut noted = Noted::of(header);
            if settings.messages && !payload.is_empty() {
                let mut message = Message::of(payload);
                if begun.wants(&header, payload, message.as_mut()) {
                    noted.more().rest = Some(payload.into());
                }
                if message.is_some() {
                    noted.more().message = message;
                }
            }
            let ((_, one), (_, two)) = (header.pair.high, header.pair.low);
            if (one == socks::PORT || two == socks::PORT) && !payload.is_empty() {
                noted.more().socks = socks::message(payload);
            }
            if settings.applications && !header.quoted {
                let last = usize::from(header.layer) + 1 == packet.address_layers().len();
                noted.is_innermost = last && packet.path.last() == Some(Protocol::TCP);
                if !payload.is_empty() && header.flags & record::RST == 0 {
                    noted.offer(payload, packet.assigned_applications(Field::TcpPort, one, two));
                }
            }
            deal(header.pair.shard(), noted);
        });
    }

    fn apply(shard: &mut Shard, noted: &Noted, position: Position<'_>) {
        let header = Record { packet: noted.header.packet + position.before, ..noted.header };
        let named = shard.apply(&header, noted);
        if let Some(application) = named.filter(|_| noted.is_innermost) {
            shard.keep_name(position.part, (noted.header.packet - 1) as u32, application);
        }
    }

    fn memory(shard: &Shard) -> (u64, u64) {
        (shard.streams.len() as u64, shard.bytes())
    }

    /// Numbers the streams that the batch opened. Later batches open later streams.
    fn settle(shards: &mut [Shard], opened: &mut u64) {
        let mut order: Vec<(u64, usize, u32)> = Vec::new();
        for (number, shard) in shards.iter_mut().enumerate() {
            order.extend(shard.unnumbered.drain(..).map(|(rank, place)| (rank, number, place)));
        }
        order.sort_unstable();
        for (_, shard, place) in order {
            let shard = shards.get_mut(shard);
            if let Some(stream) = shard.and_then(|shard| shard.streams.get_mut(place as usize)) {
                stream.set_number(*opened);
            }
            *opened += 1;
        }
    }
}

impl Noted {
    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// A header without a message and offers.
    pub fn of(header: Record) -> Noted {
        Noted { header, offers: None, is_innermost: false, more: None }
    }

    fn offer(&mut self, payload: &[u8], assigned: OfPorts) {
        let header = &self.header;
        let ((_, source), (_, destination)) = header.pair.ends(header.from_low);
        let offers = Offers::over_tcp(payload, source, destination, assigned);
        let is_unknown = offers.lower.or(offers.higher).is_none() && offers.guess.is_none();
        let guess = offers.guess.map(|(offer, _)| offer);
        let mut all = [offers.lower, offers.higher, guess].into_iter().flatten();
        let is_told = all.any(|offer| length::is_told(offer.application));
        if is_told || is_unknown && guess::has_bitcoin(payload) {
            let more = self.more();
            (more.payload, more.assigned) = (Some(payload.into()), assigned);
        }
        self.offers = Some(offers);
    }
}

impl Folded<Tcp> {
    /// The name of the first packet of a pair of endpoints that has one.
    pub fn application(&self, pair: &Pair) -> Option<Application> {
        self.shards.get(pair.shard())?.application(pair)
    }

    /// The streams that have packets, by number. A stream that only a quoted header opened has a
    /// number and is left out.
    pub fn streams(&self) -> Vec<(&Stream, &Counts)> {
        let opened = self.opened as usize;
        let length = opened.div_ceil(BLOCKS).max(1);
        let mut streams = vec![None; opened];
        streams.par_chunks_mut(length).enumerate().for_each(|(block, places)| {
            let first = (block * length) as u64;
            for shard in &self.shards {
                for counted in shard.counted_from(first) {
                    let place = (counted.0.number() - first) as usize;
                    let Some(place) = places.get_mut(place) else { break };
                    *place = Some(counted);
                }
            }
        });
        #[expect(clippy::filter_map_identity, reason = "flatten would copy the list")]
        streams.into_iter().filter_map(|counted| counted).collect()
    }

    /// The same streams, in no order.
    pub fn unordered(&self) -> impl Iterator<Item = (&Stream, &Counts)> {
        self.shards.iter().flat_map(Shard::counted)
    }

    /// Takes the analysis of the segments applied since the last call, in packet order. Empty
    /// unless [`Settings::segments`] asks to keep it.
    pub fn take_segments(&mut self) -> Vec<Segment> {
        let mut segments = Vec::new();
        for shard in &mut self.shards {
            for segment in std::mem::take(&mut shard.segments) {
                let stream = shard.streams.get(segment.stream as usize);
                let stream = stream.map_or(0, Stream::number);
                segments.push(Segment { stream, ..segment });
            }
        }
        segments.sort_unstable_by_key(|segment| (segment.packet, segment.layer));
        self.reserve();
        segments
    }

    /// HTTP requests and responses by kind, most requests first, then by text.
    pub fn requests(&self) -> Vec<(Kind, Pairs)> {
        let settled = |shard: &Shard| {
            let mut kinds = Kinds::default();
            let pending = shard.streams.iter().filter_map(|stream| stream.pending());
            pending.for_each(|pending| pending.settle(&mut kinds));
            kinds
        };
        let pending: Vec<_> = self.shards.par_iter().with_max_len(1).map(settled).collect();
        let shards = self.shards.iter().map(|shard| &shard.kinds).chain(&pending);
        let mut list = merged(&shards.collect::<Vec<_>>(), Pairs::merge);
        list.par_sort_unstable_by(|(one, a), (two, b)| {
            b.requests.cmp(&a.requests).then_with(|| one.cmp(two))
        });
        list
    }
}
