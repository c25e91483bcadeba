//! The streams of one shard, and what a record does to them.

use super::super::Settings;
use super::super::application::Offers;
use super::super::application::named::Named;
use super::super::application::names::MPTCP;
use super::super::application::naming::{Naming, Place, Within};
use super::super::chunks::Chunks;
use super::super::handshake::Hellos;
use super::super::message::Message;
use super::super::message::hello::Carrier;
use super::super::pair::Pair;
use super::analysis::{Findings, REUSED_PORTS, SCALE_UNKNOWN, SCALE_UNUSED, Sides, analyze};
use super::announced::{Announced, Announcement};
use super::counts::Counts;
use super::record::{ACK, FIN, RST, Record, SYN};
use super::requests::{self, Kinds, Pending};
use super::rest::Unfinished;
use super::sign::{self, Sign};
use super::socks::{self, Handshake};
use super::streams::Noted;
use super::unacked::Spare;
use crate::dissect::application::Application;
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashTable};
use std::hash::BuildHasher;

/// Completeness of a stream whose SYN was seen.
pub const SEEN_SYN: u8 = 1;
const SEEN_SYN_ACK: u8 = 2;
const SEEN_ACK: u8 = 4;
const SEEN_DATA: u8 = 8;
const SEEN_FIN: u8 = 16;
const SEEN_RST: u8 = 32;

/// A TCP stream.
#[derive(Clone, Debug)]
pub struct Stream {
    /// The endpoints.
    pub pair: Pair,
    /// Its number: that of Wireshark's `tcp.stream`. Until its batch is settled, the packet and the
    /// layer that opened it: the rank of its number.
    pub number: u64,
    /// Bits of what was seen of the connection, as Wireshark's `tcp.completeness`.
    pub completeness: u8,
    /// True once the time of the handshake is known.
    has_initial_rtt: bool,
    /// Time of the newest SYN, and then from it to the first acknowledgment; 0 if unknown.
    handshake: i64,
    /// True if it is the rest of another stream.
    restarted: bool,
    rare: Option<Box<Rare>>,
    /// Applications of its packets.
    pub naming: Naming,
    /// The name of the first packet that has one, in this stream or an earlier one of the pair.
    first_of_pair: Option<Application>,
    /// Both directions: of the low and of the high endpoint.
    pub sides: Sides,
}

/// Parts of a stream that few have.
#[derive(Clone, Debug, Default)]
pub struct Rare {
    /// TLS handshakes.
    pub hellos: Option<Box<Hellos>>,
    /// HTTP request without a response yet.
    pub pending: Option<Box<Pending>>,
    /// First name of the server, in a hello or a request.
    pub server_name: Option<Box<str>>,
    socks: Option<Box<Handshake>>,
    /// A ClientHello that waits for its rest.
    unfinished: Option<Box<Unfinished>>,
}

/// A row of `segments`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Number of the packet.
    pub packet: u64,
    /// Position of the layer in it.
    pub layer: u8,
    /// Place of the stream in its shard, later its number.
    pub stream: u64,
    /// The analysis.
    pub findings: Findings,
    /// Initial round trip; 0 if not shown.
    pub initial_rtt: i64,
    /// Relative sequence number.
    pub sequence: u32,
    /// Relative sequence number after the segment.
    pub next_sequence: Option<u32>,
    /// Relative acknowledgment number.
    pub acknowledgment: Option<u32>,
    /// Scaled window.
    pub window: Option<u32>,
    /// Factor of the window; -1 unknown, -2 not used.
    pub window_scale: Option<i32>,
    /// Completeness before the packet.
    pub completeness: u8,
}

/// The streams of one shard.
#[derive(Debug, Default)]
pub struct Shard {
    /// Place of the newest stream of each pair.
    newest: HashTable<u32>,
    hasher: RandomState,
    spare: Spare,
    announced: Announced,
    /// The streams, in the order of their opening.
    pub streams: Chunks<Stream>,
    /// Counts for the row of each stream. Empty if only first applications are asked for.
    counts: Chunks<Counts>,
    /// HTTP requests and responses by kind, apart from those that wait.
    pub kinds: Kinds,
    /// Places of the streams that have no number yet.
    pub unnumbered: Vec<u32>,
    /// The analysis of each segment, if it is kept.
    pub segments: Vec<Segment>,
    keep_segments: bool,
    /// Names of packets, if they are kept.
    pub named: Vec<Named>,
    keep_names: bool,
    /// True if only the first application of each pair of endpoints is asked for. A stream is then
    /// kept until that is known.
    only_first: bool,
    /// First applications of pairs whose streams are not kept any more.
    settled: HashMap<Pair, Application, RandomState>,
    /// Places of the streams that are not kept any more.
    free: Vec<u32>,
    heap_bytes: u64,
}

impl Shard {
    /// A shard without streams.
    pub fn new(settings: &Settings) -> Shard {
        let Settings { segments, packet_names, messages, applications, .. } = *settings;
        Shard {
            keep_segments: segments,
            keep_names: packet_names,
            only_first: applications && !(segments || packet_names || messages),
            ..Shard::default()
        }
    }

    /// Keeps the name of a packet, if names are kept.
    pub fn keep_name(&mut self, part: u32, packet: u32, application: Application) {
        if self.keep_names {
            self.named.push(Named { part, packet, application });
        }
    }

    /// The name of the first packet of a pair of endpoints that has one.
    pub fn application(&self, pair: &Pair) -> Option<Application> {
        let Some(place) = self.newest(pair) else { return self.settled.get(pair).copied() };
        self.streams.get(place as usize)?.first_of_pair
    }

    /// The streams that have packets and their counts, in no order.
    pub fn counted(&self) -> impl Iterator<Item = (&Stream, &Counts)> {
        let all = self.streams.iter().zip(self.counts.iter());
        all.filter(|(_, counts)| counts.first_packet > 0)
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> u64 {
        let map = self.newest.capacity() * (size_of::<u32>() + 1) * 8 / 7;
        let streams = self.streams.bytes() + self.counts.bytes();
        let segments = self.segments.capacity() * size_of::<Segment>();
        let kinds = self.kinds.len() * 512;
        let settled = self.settled.capacity() * (size_of::<(Pair, Application)>() + 1) * 8 / 7;
        (map + streams + segments + kinds + settled) as u64 + self.heap_bytes
    }

    /// Applies the next record of the shard's pairs of addresses. Gives the application of its
    /// payload.
    pub fn apply(&mut self, record: &Record, noted: &Noted) -> Option<Application> {
        let known = self.newest(&record.pair);
        if self.only_first && known.is_none() && self.settled.contains_key(&record.pair) {
            return None;
        }
        // Wireshark does not take a stream that was announced for a new one.
        let announced = if known.is_none() { self.announced.take(record) } else { None };
        let new = known.is_none() && announced.is_none();
        let mut place = known.unwrap_or_else(|| self.open(record, None));
        let (f, r) = directions(record);
        let (syn, syn_ack) = (record.has(SYN), record.has(SYN | ACK));
        let mut flags = 0;
        if syn && let Some(stream) = self.streams.get_mut(place as usize) {
            let fwd = &mut stream.sides[f];
            match fwd.base() {
                Some(base) if base != record.sequence => {
                    flags = REUSED_PORTS;
                    if syn_ack {
                        fwd.set_base(record.sequence);
                    } else {
                        place = self.open(record, Some(place));
                        if let Some(stream) = self.streams.get_mut(place as usize) {
                            stream.completeness = SEEN_SYN;
                        }
                    }
                }
                Some(_) if !syn_ack => fwd.next = fwd.max_ack,
                _ => {}
            }
        }
        let stream = self.streams.get_mut(place as usize)?;
        stream.restarted |= announced == Some(Announcement::Rest);
        if let Some(Announcement::Connection(application)) = announced {
            stream.naming.own = Some(application);
        }
        let mut application = None;
        let heap = stream.heap_bytes();
        let segment = stream.apply(record, (f, r), new, flags, &mut self.spare);
        self.heap_bytes = (self.heap_bytes + stream.heap_bytes()).saturating_sub(heap);
        if !record.quoted {
            if let Some(counts) = self.counts.get_mut(place as usize) {
                let held = counts.heap_bytes();
                counts.add(record, &segment.findings);
                self.heap_bytes += counts.heap_bytes() - held;
            }
            if let Some(offers) = &noted.offers {
                let held = stream.naming.heap_bytes() as u64;
                application = stream.name(record, &segment, offers, noted);
                self.heap_bytes += (stream.naming.heap_bytes() as u64).saturating_sub(held);
            }
            let payload = application;
            // Wireshark takes the option for a layer before the application.
            if noted.is_innermost && record.options.multipath {
                application = Some(MPTCP);
            }
            stream.first_of_pair = stream.first_of_pair.or(application);
            stream.note_server(record);
            if stream.waits() {
                let held = stream.rare_bytes();
                let rest = noted.more.as_ref().and_then(|more| more.rest.as_deref());
                stream.finish(record, rest);
                self.heap_bytes = (self.heap_bytes + stream.rare_bytes()).saturating_sub(held);
            }
            let message = noted.more.as_ref().and_then(|more| more.message.as_ref());
            let is_of = |message: &&Message| noted.offers.is_none() || message.is_of(payload);
            let message = message.filter(|_| segment.findings.is_read(record));
            if let Some(message) = message.filter(is_of) {
                let held = stream.rare_bytes();
                stream.note(record, message, &mut self.kinds);
                self.heap_bytes = (self.heap_bytes + stream.rare_bytes()).saturating_sub(held);
            }
            if record.sign != Sign::None && segment.findings.is_read(record) {
                self.announce(record, place);
            }
            if segment.findings.is_read(record) {
                self.relay(record, noted, place);
            }
            if self.only_first {
                self.forget(record, place);
            }
        }
        if self.keep_segments {
            self.segments.push(Segment { stream: u64::from(place), ..segment });
        }
        application
    }

    /// Follows a SOCKS handshake. The stream of what the proxy relays is opened if there is none.
    fn relay(&mut self, record: &Record, noted: &Noted, place: u32) {
        let Pair { high, low } = record.pair;
        if high.1 != socks::PORT && low.1 != socks::PORT || record.payload_bytes == Some(0) {
            return;
        }
        let payload = noted.more.as_ref().and_then(|more| more.socks.as_deref());
        let Some(stream) = self.streams.get_mut(place as usize) else { return };
        let (sender, receiver) = if record.from_low { (low, high) } else { (high, low) };
        if stream.rare.as_ref().is_none_or(|rare| rare.socks.is_none()) {
            let held = stream.rare_bytes();
            let begun = Handshake::begin(payload, !record.from_low, receiver.1 == socks::PORT);
            stream.rare.get_or_insert_default().socks = begun.map(Box::new);
            self.heap_bytes += stream.rare_bytes() - held;
        }
        let handshake = stream.rare.as_mut().and_then(|rare| rare.socks.as_mut());
        let Some(handshake) = handshake.filter(|one| !one.relayed) else { return };
        let Some(port) = handshake.step(payload, !record.from_low) else { return };
        handshake.relayed = true;
        let (source, destination) = if receiver.1 == socks::PORT {
            (sender, (receiver.0, port))
        } else {
            ((sender.0, port), receiver)
        };
        let (pair, _) = Pair::of(source, destination);
        if self.newest(&pair).is_none() {
            self.open(&Record { pair, ..*record }, None);
        }
    }

    /// Forgets a stream whose pair has a first application, unless it may announce others.
    fn forget(&mut self, record: &Record, place: u32) {
        let Pair { high, low } = record.pair;
        let first = self.streams.get(place as usize).and_then(|stream| stream.first_of_pair);
        let Some(application) = first else { return };
        let is_newest = self.newest(&record.pair) == Some(place);
        let Some(stream) = self.streams.get_mut(place as usize) else { return };
        if high.1 != sign::FTP && low.1 != sign::FTP && is_newest {
            let held =
                stream.heap_bytes() + stream.naming.heap_bytes() as u64 + stream.rare_bytes();
            self.heap_bytes = self.heap_bytes.saturating_sub(held);
            (stream.sides, stream.naming) = (Sides::default(), Naming::default());
            stream.rare = None;
            self.remove(&record.pair);
            self.settled.insert(record.pair, application);
            self.free.push(place);
        }
    }

    /// Notes the stream that a payload announces.
    fn announce(&mut self, record: &Record, place: u32) {
        if record.sign != Sign::Restarts {
            return self.announced.note(record);
        }
        let Some(stream) = self.streams.get(place as usize) else { return };
        if !stream.restarted {
            self.remove(&record.pair);
            self.announced.note(record);
        }
    }

    /// Place of the newest stream of a pair.
    #[inline]
    fn newest(&self, pair: &Pair) -> Option<u32> {
        let is_its = |place: &u32| {
            self.streams.get(*place as usize).is_some_and(|stream| stream.pair == *pair)
        };
        self.newest.find(self.hasher.hash_one(pair), is_its).copied()
    }

    /// Makes the stream at a place the newest of its pair; `before` is the place of the one before.
    fn insert(&mut self, pair: &Pair, place: u32, before: Option<u32>) {
        let number = self.hasher.hash_one(pair);
        let known =
            before.and_then(|before| self.newest.find_mut(number, |newest| *newest == before));
        if let Some(newest) = known {
            *newest = place;
            return;
        }
        let hash = |place: &u32| {
            let stream = self.streams.get(*place as usize);
            stream.map_or(0, |stream| self.hasher.hash_one(stream.pair))
        };
        self.newest.insert_unique(number, place, hash);
    }

    fn remove(&mut self, pair: &Pair) {
        let streams = &self.streams;
        let is_its =
            |place: &u32| streams.get(*place as usize).is_some_and(|stream| stream.pair == *pair);
        if let Ok(entry) = self.newest.find_entry(self.hasher.hash_one(pair), is_its) {
            entry.remove();
        }
    }

    /// Opens a stream; `before` is the place of the newest one of its pair.
    fn open(&mut self, record: &Record, before: Option<u32>) -> u32 {
        let free = self.free.pop();
        let place = free.unwrap_or(self.streams.len() as u32);
        let earlier = before.and_then(|before| self.streams.get(before as usize));
        let first_of_pair = earlier.and_then(|before| before.first_of_pair);
        let stream = Stream {
            pair: record.pair,
            number: record.packet << 8 | u64::from(record.layer),
            completeness: 0,
            has_initial_rtt: false,
            handshake: 0,
            restarted: false,
            rare: None,
            naming: Naming::default(),
            first_of_pair,
            sides: Sides::default(),
        };
        match free.and_then(|place| self.streams.get_mut(place as usize)) {
            Some(slot) => *slot = stream,
            None => self.streams.push(stream),
        }
        if !self.only_first {
            self.counts.push(Counts::default());
        }
        self.insert(&record.pair, place, before);
        // Streams that are forgotten need no number.
        if !self.only_first {
            self.unnumbered.push(place);
        }
        place
    }
}

/// Sides of the sender and of the receiver. A port that talks to itself is always the low side.
fn directions(record: &Record) -> (usize, usize) {
    if record.from_low { (0, 1) } else { (1, 0) }
}

impl Stream {
    /// Decides on the application of a payload. None as well where Wireshark does not read it.
    fn name(
        &mut self,
        record: &Record,
        segment: &Segment,
        offers: &Offers,
        noted: &Noted,
    ) -> Option<Application> {
        if !segment.findings.is_read(record) {
            return None;
        }
        let (one, two) = (record.pair.low.1, record.pair.high.1);
        let length = record.payload_bytes.unwrap_or(0);
        let sequence = segment.sequence.wrapping_add(u32::from(record.has(SYN)));
        let place = Place {
            side: usize::from(!record.from_low),
            sequence,
            next: sequence.wrapping_add(length),
            lower: one.min(two),
            higher: one.max(two),
        };
        // PDUs are not followed into fragments, whose length is not known.
        let within = match record.payload_bytes {
            Some(_) => self.naming.within(place),
            None => Within::None,
        };
        let payload = noted.more.as_ref().and_then(|more| more.payload.as_deref());
        match within {
            Within::Whole => None,
            Within::None => {
                let payload = payload.map(|payload| (payload, length));
                self.naming.name(offers, place, payload)
            }
            Within::Until(bytes) => {
                let rest = payload.and_then(|payload| payload.get(bytes as usize..));
                let (source, destination) = if record.from_low { (one, two) } else { (two, one) };
                let rest = rest.filter(|rest| !rest.is_empty());
                let of_rest = rest.map(|rest| Offers::over_tcp(rest, source, destination));
                let rest = rest.map(|rest| (rest, length.saturating_sub(bytes)));
                self.naming.name(of_rest.as_ref().unwrap_or(offers), place, rest)
            }
        }
    }

    /// Notes the server's port, which SYN and SYN with ACK tell.
    fn note_server(&mut self, record: &Record) {
        if record.has(SYN) {
            let server_is_low = record.from_low == record.has(ACK);
            let server = if server_is_low { record.pair.low } else { record.pair.high };
            self.naming.server_port = Some(server.1);
        }
    }

    /// Notes the message that a segment begins with.
    fn note(&mut self, record: &Record, message: &Message, kinds: &mut Kinds) {
        let (packet, seen) = (record.packet, record.seen());
        let rare = self.rare.get_or_insert_default();
        let name = match message {
            Message::Tls(records) => {
                let over = || Box::new(Hellos::over(Carrier::Tcp));
                let hellos = rare.hellos.get_or_insert_with(over);
                let is_noted = records.client.is_some();
                if let Some(begun) = records.unfinished.as_deref() {
                    let waits = Unfinished::new(record, begun, is_noted);
                    rare.unfinished = Some(Box::new(waits));
                } else if is_noted {
                    rare.unfinished = None;
                }
                records.client.iter().for_each(|client| hellos.client(seen, client.clone()));
                records.server.iter().for_each(|server| hellos.server(seen, server));
                if records.alert {
                    hellos.alert();
                }
                hellos.server_name()
            }
            Message::Request(request) => {
                requests::ask(&mut rare.pending, kinds, record, packet, request);
                request.host.as_deref()
            }
            Message::Response(status) => {
                requests::respond(&mut rare.pending, kinds, record, packet, *status);
                None
            }
        };
        if let Some(name) = name.filter(|_| rare.server_name.is_none()) {
            rare.server_name = Some(name.into());
        }
    }

    /// Whether a ClientHello waits for its rest.
    fn waits(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.unfinished.is_some())
    }

    /// Adds a later segment to the ClientHello that waits for its rest; `payload` is None if it
    /// was not kept.
    fn finish(&mut self, record: &Record, payload: Option<&[u8]>) {
        let Some(rare) = &mut self.rare else { return };
        let Some(unfinished) = &mut rare.unfinished else { return };
        let is_noted = unfinished.is_noted;
        let (hello, ends) = unfinished.add(record, payload);
        if ends {
            rare.unfinished = None;
        }
        let Some((hello, hellos)) = hello.zip(rare.hellos.as_mut()) else { return };
        if rare.server_name.is_none() {
            rare.server_name = hello.server_name.clone();
        }
        if is_noted {
            hellos.complete(hello);
        } else {
            hellos.client(record.seen(), hello);
        }
    }

    /// Time from SYN to the first acknowledgment in nanoseconds; 0 if unknown.
    pub fn initial_rtt(&self) -> i64 {
        if self.has_initial_rtt { self.handshake } else { 0 }
    }

    /// TLS handshakes.
    pub fn hellos(&self) -> Option<&Hellos> {
        self.rare.as_ref()?.hellos.as_deref()
    }

    /// HTTP request without a response yet.
    pub fn pending(&self) -> Option<&Pending> {
        self.rare.as_ref()?.pending.as_deref()
    }

    /// First name of the server, in a hello or a request.
    pub fn server_name(&self) -> Option<&str> {
        self.rare.as_ref()?.server_name.as_deref()
    }

    fn rare_bytes(&self) -> u64 {
        let Some(rare) = &self.rare else { return 0 };
        let name = rare.server_name.as_ref().map_or(0, |name| name.len());
        let hellos = rare.hellos.as_ref().map_or(0, |hellos| hellos.heap_bytes());
        let socks = rare.socks.as_ref().map_or(0, |_| size_of::<Handshake>());
        let unfinished = rare.unfinished.as_ref().map_or(0, |one| one.heap_bytes());
        (size_of::<Rare>() + name + socks) as u64 + hellos + unfinished
    }

    fn heap_bytes(&self) -> u64 {
        self.sides.iter().map(|side| side.heap_bytes() as u64).sum()
    }

    fn apply(
        &mut self,
        record: &Record,
        (f, r): (usize, usize),
        new: bool,
        flags: u16,
        spare: &mut Spare,
    ) -> Segment {
        let (f, r) = (f & 1, r & 1);
        let completeness = self.completeness;
        self.sides[f].sacked = 0;
        let length = record.payload_bytes.unwrap_or(0);
        let mut findings = Findings { flags, ..Findings::default() };
        if let Some(length) = record.payload_bytes {
            if self.sides[f].base().is_none() {
                let before = u32::from(!record.has(SYN));
                self.sides[f].set_base(record.sequence.wrapping_sub(before));
            }
            if self.sides[r].base().is_none() && record.has(ACK) {
                self.sides[r].set_base(record.acknowledgment.wrapping_sub(1));
            }
            let rtt = self.initial_rtt();
            findings = analyze(&mut self.sides, (f, r), record, length, rtt, flags, spare);
        }
        let scale = self.sides[f].scale;
        let whole = record.header_bytes >= 20;
        if whole {
            self.connect(record, f, length, new);
            self.scale(record, (f, r));
        }
        if !whole || record.options.truncated {
            findings = Findings::default();
        }
        let shown = findings != Findings::default();
        // Without a length nothing is analysed, and numbers are shown as they are.
        let analyzed = record.payload_bytes.is_some();
        let length_known = whole && analyzed;
        let base = |side: usize| self.sides[side & 1].base().filter(|_| analyzed).unwrap_or(0);
        let sequence = record.sequence.wrapping_sub(base(f));
        let sf = u32::from(record.flags & (SYN | FIN) != 0);
        let (window, syn) = (u32::from(record.window), record.has(SYN));
        let unscaled = syn || !analyzed;
        let shift = if unscaled { 0 } else { u32::from(scale.max(0).unsigned_abs()) };
        let factor = if scale < 0 { i32::from(scale) } else { 1 << scale };
        Segment {
            packet: record.packet,
            layer: record.layer,
            stream: 0,
            findings,
            initial_rtt: if shown { self.initial_rtt() } else { 0 },
            sequence,
            next_sequence: length_known.then(|| sequence.wrapping_add(length).wrapping_add(sf)),
            acknowledgment: whole.then_some(if record.has(ACK) {
                record.acknowledgment.wrapping_sub(base(r))
            } else {
                record.acknowledgment
            }),
            window: whole.then_some(window << shift),
            window_scale: (whole && !syn).then_some(factor),
            completeness,
        }
    }

    /// Completeness and the round trip of the handshake.
    fn connect(&mut self, record: &Record, f: usize, length: u32, new: bool) {
        let (syn, ack) = (record.has(SYN), record.has(ACK));
        let data = if length > 0 { SEEN_DATA } else { 0 };
        self.completeness |= match (syn, ack) {
            (true, false) if new => SEEN_SYN | data,
            _ if new => 0,
            (true, true) => SEEN_SYN_ACK,
            (false, true) if length > 0 => SEEN_DATA,
            (false, true) => SEEN_ACK,
            _ => 0,
        };
        if !new {
            self.completeness |= if record.has(FIN | ACK) { SEEN_FIN } else { 0 };
            self.completeness |= if record.has(RST) { SEEN_RST } else { 0 };
        }
        if syn {
            self.sides[f & 1].first_ack = true;
            if !ack && !self.has_initial_rtt {
                self.handshake = record.nanoseconds();
            }
        } else if ack {
            let since = record.nanoseconds().wrapping_sub(self.handshake);
            if self.handshake != 0 && !self.has_initial_rtt && since != 0 {
                (self.handshake, self.has_initial_rtt) = (since, true);
            }
            self.sides[f & 1].first_ack = false;
        }
    }

    /// Options act on later packets only.
    fn scale(&mut self, record: &Record, (f, r): (usize, usize)) {
        let (f, r) = (f & 1, r & 1);
        if let Some(shift) = record.options.window_scale {
            self.sides[f].scale = shift.min(14) as i8;
        }
        self.sides[f].sacked = record.options.sacked;
        if record.has(SYN) && !record.options.truncated {
            if self.sides[f].scale == SCALE_UNKNOWN {
                self.sides[f].scale = SCALE_UNUSED;
                self.sides[r].scale = SCALE_UNUSED;
            } else if record.has(ACK) && self.sides[r].scale == SCALE_UNUSED {
                self.sides[f].scale = SCALE_UNUSED;
            }
        }
    }
}
