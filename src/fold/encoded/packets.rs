//! Records of the folds that most packets have: TCP headers, flows, datagrams.
//!
//! They are written packet by packet, and what two of them would say of a packet is written once.

use super::super::Fold;
use super::super::Position;
use super::super::application::Offers;
use super::super::application::datagrams::{self, Datagrams};
use super::super::application::named::{Frames, Named};
use super::super::flows::{self, Flows};
use super::super::tcp::record::Record as Header;
use super::super::tcp::{Noted, Tcp};
use super::frames::{Counted, frame, put_frame, take_frame};
use super::heads::{Head, Heads, Sent};
use super::wire::{Damaged, Input, put, put_saved, put_signed};
use crate::tally::totals::Counts;

/// A TCP header.
const TCP: u8 = 0;
/// A TCP header, and the flow that its packet belongs to.
const TCP_AND_FLOW: u8 = 1;
/// A packet of a flow.
const FLOW: u8 = 2;
/// A packet of a flow, and its datagram.
const FLOW_AND_DATAGRAM: u8 = 3;
/// A datagram.
const DATAGRAM: u8 = 4;
/// The end of the records; nothing follows.
const END: u8 = 5;

/// Bits of a TCP header.
const QUOTED: u8 = 1;
const PAYLOAD: u8 = 2;
const OPTIONS: u8 = 4;
const SIGN: u8 = 8;
const OFFERS: u8 = 16;
const INNERMOST: u8 = 32;
const MORE: u8 = 64;
const INNER_LAYER: u8 = 128;

/// IP protocol numbers.
const IP_TCP: u8 = 6;
const IP_SCTP: u8 = 132;

/// Offers that are remembered.
const MOST_OFFERS: usize = 64;

/// State of a shard of a part, the same for writer and reader.
pub struct Packets {
    heads: Heads,
    offers: Vec<Offers>,
}

/// Records of a shard of a part, each list in packet order.
pub struct Lists<'a> {
    pub tcp: &'a [Noted],
    pub flows: &'a [flows::Record],
    pub datagrams: &'a [datagrams::Record],
    /// The frames of the part, if packets have names.
    pub frames: Option<&'a Frames>,
}

/// Shards of the folds.
pub struct Shards<'a> {
    pub tcp: Option<&'a mut <Tcp as Fold>::Shard>,
    pub flows: Option<&'a mut <Flows as Fold>::Shard>,
    pub datagrams: Option<&'a mut <Datagrams as Fold>::Shard>,
    /// Packets that have a name, of one batch.
    pub counted: Counted,
}

/// What the records of a part share.
#[derive(Clone, Copy)]
pub struct Shared<'a> {
    /// Place of the part.
    pub position: Position<'a>,
    /// Places of its paths in the batch, if packets have names.
    pub paths: Option<&'a [u32]>,
    /// Keep the name of each packet.
    pub keep_names: bool,
}

impl Packets {
    pub fn new() -> Packets {
        Packets { heads: Heads::new(), offers: Vec::new() }
    }

    /// Writes the records of a shard.
    pub fn put(&mut self, out: &mut Vec<u8>, lists: &Lists<'_>) {
        let &Lists { mut tcp, mut flows, mut datagrams, frames } = lists;
        self.clear();
        loop {
            let of_tcp = tcp.first().map_or(u64::MAX, |noted| noted.header.packet);
            let of_flow = flows.first().map_or(u64::MAX, |flow| flow.packet);
            let of_datagram = datagrams.first().map_or(u64::MAX, |one| u64::from(one.packet) + 1);
            if let Some((noted, rest)) = tcp.split_first()
                && of_tcp <= of_flow.min(of_datagram)
            {
                tcp = rest;
                let flow = flows.first().filter(|flow| is_flow_of(flow, &noted.header));
                self.put_tcp(out, noted, flow);
                if let Some(frames) = frames.filter(|_| noted.is_innermost) {
                    put_frame(out, frames, noted.header.packet);
                }
                flows = flows.get(usize::from(flow.is_some())..).unwrap_or_default();
            } else if let Some((flow, rest)) = flows.split_first()
                && of_flow <= of_datagram
            {
                flows = rest;
                let datagram = datagrams.first().filter(|one| is_datagram_of(one, flow));
                self.put_flow(out, flow, datagram);
                if let Some(frames) = frames.filter(|_| datagram.is_some()) {
                    put_frame(out, frames, flow.packet);
                }
                datagrams = datagrams.get(usize::from(datagram.is_some())..).unwrap_or_default();
            } else if let Some((datagram, rest)) = datagrams.split_first() {
                datagrams = rest;
                let (pair, is_sctp) = datagram.key;
                let (packet, from_low) = (u64::from(datagram.packet) + 1, datagram.from_low);
                self.heads.put(out, &Head { packet, pair, from_low, time: None }, DATAGRAM);
                out.push(is_sctp.into());
                self.put_datagram(out, datagram);
                if let Some(frames) = frames {
                    put(out, frame(frames, packet).map_or(0, |frame| frame.wire_bytes).into());
                    put_frame(out, frames, packet);
                }
            } else {
                break;
            }
        }
        out.push(END);
    }

    /// Reads the records of a shard and applies them.
    pub fn apply(
        &mut self,
        input: &mut Input<'_>,
        shards: &mut Shards<'_>,
        shared: Shared<'_>,
    ) -> Result<(), Damaged> {
        let position = shared.position;
        self.clear();
        let Packets { heads, offers } = self;
        loop {
            if input.0.first() == Some(&END) {
                return input.byte().map(drop);
            }
            let (head, kind, slot) = heads.take(input)?;
            match kind {
                TCP | TCP_AND_FLOW => {
                    let noted = take_tcp(input, head, &mut slot.sent, offers)?;
                    if kind == TCP_AND_FLOW {
                        let header = &noted.header;
                        let (wire_bytes, flags) = (header.wire_bytes, header.flags);
                        let flow = take_flow(input, head, wire_bytes, IP_TCP, flags)?;
                        shards.flows.iter_mut().for_each(|s| Flows::apply(s, &flow, position));
                    }
                    let frame = match shared.paths.filter(|_| noted.is_innermost) {
                        Some(_) => take_frame(input, noted.header.wire_bytes)?,
                        None => None,
                    };
                    if let Some(shard) = &mut shards.tcp {
                        let before = shard.named.len();
                        Tcp::apply(shard, &noted, position);
                        shared.count(&mut shards.counted, &mut shard.named, before, frame);
                    }
                }
                FLOW | FLOW_AND_DATAGRAM => {
                    let (protocol, wire_bytes) = (input.byte()?, input.short()?);
                    let flags = u16::try_from(input.number()?).map_err(|_| Damaged)?;
                    let flow = take_flow(input, head, wire_bytes, protocol, flags)?;
                    shards.flows.iter_mut().for_each(|s| Flows::apply(s, &flow, position));
                    if kind == FLOW_AND_DATAGRAM {
                        let datagram = take_datagram(input, head, protocol == IP_SCTP, offers)?;
                        let frame = match shared.paths {
                            Some(_) => take_frame(input, wire_bytes)?,
                            None => None,
                        };
                        shards.apply_datagram(&datagram, shared, frame);
                    }
                }
                DATAGRAM => {
                    let is_sctp = input.byte()? != 0;
                    let datagram = take_datagram(input, head, is_sctp, offers)?;
                    let frame = match shared.paths {
                        Some(_) => {
                            let wire_bytes = input.short()?;
                            take_frame(input, wire_bytes)?
                        }
                        None => None,
                    };
                    shards.apply_datagram(&datagram, shared, frame);
                }
                _ => return Err(Damaged),
            }
        }
    }

    fn clear(&mut self) {
        self.heads.clear();
        self.offers.clear();
    }

    #[inline]
    fn put_tcp(&mut self, out: &mut Vec<u8>, noted: &Noted, flow: Option<&flows::Record>) {
        let Noted { header, offers, is_innermost, more } = noted;
        let Header { packet, pair, from_low, time, .. } = *header;
        let kind = if flow.is_some() { TCP_AND_FLOW } else { TCP };
        let slot = self.heads.put(out, &Head { packet, pair, from_low, time }, kind);
        let bit = |is: bool, bit: u8| if is { bit } else { 0 };
        out.push(
            bit(header.quoted, QUOTED)
                | bit(header.payload_bytes.is_some(), PAYLOAD)
                | bit(header.options != Default::default(), OPTIONS)
                | bit(header.sign != Default::default(), SIGN)
                | bit(offers.is_some(), OFFERS)
                | bit(*is_innermost, INNERMOST)
                | bit(more.is_some(), MORE)
                | bit(header.layer != 0, INNER_LAYER),
        );
        let (own, other) = ends(&mut slot.sent, from_low);
        put_signed(out, step(own.next, header.sequence));
        put_signed(out, step(other.next, header.acknowledgment));
        put_signed(out, i64::from(header.window) - i64::from(own.window));
        advance(own, header);
        put(out, header.flags.into());
        out.push(header.header_bytes);
        let payload = header.payload_bytes.unwrap_or(0);
        put(out, header.wire_bytes.wrapping_sub(payload).into());
        if header.payload_bytes.is_some() {
            put(out, payload.into());
        }
        if header.layer != 0 {
            out.push(header.layer);
        }
        if header.options != Default::default() {
            put_saved(out, &header.options);
        }
        if header.sign != Default::default() {
            put_saved(out, &header.sign);
        }
        if let Some(offers) = offers {
            put_offers(out, &mut self.offers, offers);
        }
        if let Some(more) = more {
            put_saved(out, more);
        }
        if let Some(flow) = flow {
            put(out, flow.wire_bytes.wrapping_sub(flow.ip_bytes).into());
        }
    }

    #[inline]
    fn put_flow(
        &mut self,
        out: &mut Vec<u8>,
        flow: &flows::Record,
        datagram: Option<&datagrams::Record>,
    ) {
        let flows::Record { packet, time, from_low, .. } = *flow;
        let kind = if datagram.is_some() { FLOW_AND_DATAGRAM } else { FLOW };
        self.heads.put(out, &Head { packet, pair: flow.key.pair, from_low, time }, kind);
        out.push(flow.key.protocol);
        put(out, flow.wire_bytes.into());
        put(out, flow.tcp_flags.into());
        put(out, flow.wire_bytes.wrapping_sub(flow.ip_bytes).into());
        if let Some(datagram) = datagram {
            self.put_datagram(out, datagram);
        }
    }

    #[inline]
    fn put_datagram(&mut self, out: &mut Vec<u8>, datagram: &datagrams::Record) {
        put_offers(out, &mut self.offers, &datagram.offers);
        put_saved(out, &datagram.rpc);
    }
}

impl Shards<'_> {
    #[inline]
    fn apply_datagram(
        &mut self,
        datagram: &datagrams::Record,
        shared: Shared<'_>,
        frame: Option<(u32, Counts)>,
    ) {
        if let Some(shard) = &mut self.datagrams {
            let before = shard.named.len();
            Datagrams::apply(shard, datagram, shared.position);
            shared.count(&mut self.counted, &mut shard.named, before, frame);
        }
    }
}

impl Shared<'_> {
    /// Counts a packet if its record gave it a name: there were `before` names.
    #[inline]
    fn count(
        self,
        counted: &mut Counted,
        named: &mut Vec<Named>,
        before: usize,
        frame: Option<(u32, Counts)>,
    ) {
        let Some(last) = named.get(before) else { return };
        let place =
            frame.and_then(|(path, counts)| Some((*self.paths?.get(path as usize)?, counts)));
        if let Some((path, counts)) = place {
            counted.add(path, last.application, counts);
        }
        if !self.keep_names {
            named.truncate(before);
        }
    }
}

#[inline]
fn take_tcp(
    input: &mut Input<'_>,
    head: Head,
    sent: &mut [Sent; 2],
    offers: &mut Vec<Offers>,
) -> Result<Noted, Damaged> {
    let Head { packet, pair, from_low, time } = head;
    let bits = input.byte()?;
    let is = |bit: u8| bits & bit != 0;
    let (own, other) = ends(sent, from_low);
    let sequence = stepped(own.next, input.signed()?);
    let acknowledgment = stepped(other.next, input.signed()?);
    let window = i64::from(own.window).checked_add(input.signed()?).ok_or(Damaged)?;
    let window = u16::try_from(window).map_err(|_| Damaged)?;
    let flags = u16::try_from(input.number()?).map_err(|_| Damaged)?;
    let header_bytes = input.byte()?;
    let around = input.short()?;
    let payload_bytes = if is(PAYLOAD) { Some(input.short()?) } else { None };
    let header = Header {
        packet,
        layer: if is(INNER_LAYER) { input.byte()? } else { 0 },
        quoted: is(QUOTED),
        from_low,
        pair,
        time,
        wire_bytes: payload_bytes.unwrap_or(0).wrapping_add(around),
        sequence,
        acknowledgment,
        window,
        flags,
        header_bytes,
        payload_bytes,
        options: if is(OPTIONS) { input.saved()? } else { Default::default() },
        sign: if is(SIGN) { input.saved()? } else { Default::default() },
    };
    advance(own, &header);
    let offers = if is(OFFERS) { Some(take_offers(input, offers)?) } else { None };
    let more = if is(MORE) { Some(input.saved()?) } else { None };
    Ok(Noted { header, offers, is_innermost: is(INNERMOST), more })
}

#[inline]
fn take_flow(
    input: &mut Input<'_>,
    head: Head,
    wire_bytes: u32,
    protocol: u8,
    tcp_flags: u16,
) -> Result<flows::Record, Damaged> {
    let Head { packet, pair, from_low, time } = head;
    let ip_bytes = wire_bytes.wrapping_sub(input.short()?);
    let key = flows::Key { pair, protocol };
    Ok(flows::Record { packet, time, key, from_low, wire_bytes, ip_bytes, tcp_flags })
}

#[inline]
fn take_datagram(
    input: &mut Input<'_>,
    head: Head,
    is_sctp: bool,
    offers: &mut Vec<Offers>,
) -> Result<datagrams::Record, Damaged> {
    let Head { packet, pair, from_low, .. } = head;
    let offers = take_offers(input, offers)?;
    // Heads count packets from 1.
    let packet = packet.saturating_sub(1) as u32;
    Ok(datagrams::Record { packet, from_low, key: (pair, is_sctp), offers, rpc: input.saved()? })
}

/// True if a header says all of a flow but the length of its IP packet.
#[inline]
fn is_flow_of(flow: &flows::Record, header: &Header) -> bool {
    flow.packet == header.packet
        && flow.key == flows::Key { pair: header.pair, protocol: IP_TCP }
        && (flow.from_low, flow.time) == (header.from_low, header.time)
        && (flow.wire_bytes, flow.tcp_flags) == (header.wire_bytes, header.flags)
}

#[inline]
fn is_datagram_of(datagram: &datagrams::Record, flow: &flows::Record) -> bool {
    u64::from(datagram.packet) + 1 == flow.packet
        && datagram.key == (flow.key.pair, flow.key.protocol == IP_SCTP)
        && datagram.from_low == flow.from_low
}

/// The sender's end and the receiver's.
#[inline]
fn ends(sent: &mut [Sent; 2], from_low: bool) -> (&mut Sent, &Sent) {
    let [low, high] = sent;
    if from_low { (low, high) } else { (high, low) }
}

#[inline]
fn advance(own: &mut Sent, header: &Header) {
    let payload = header.payload_bytes.unwrap_or(0);
    *own = Sent { next: header.sequence.wrapping_add(payload), window: header.window };
}

/// The step from one number to another, the shorter way around.
#[inline]
fn step(from: u32, to: u32) -> i64 {
    i64::from(to.wrapping_sub(from) as i32)
}

#[inline]
fn stepped(from: u32, step: i64) -> u32 {
    from.wrapping_add(step as u32)
}

/// Writes offers, or the place of the same ones before them. 0 stands before those that are new.
fn put_offers(out: &mut Vec<u8>, known: &mut Vec<Offers>, offers: &Offers) {
    if let Some(place) = known.iter().position(|one| one == offers) {
        out.push(place as u8 + 1);
        return;
    }
    out.push(0);
    put_saved(out, offers);
    if known.len() < MOST_OFFERS {
        known.push(*offers);
    }
}

fn take_offers(input: &mut Input<'_>, known: &mut Vec<Offers>) -> Result<Offers, Damaged> {
    if let Some(place) = input.byte()?.checked_sub(1) {
        return known.get(usize::from(place)).copied().ok_or(Damaged);
    }
    let offers = input.saved()?;
    if known.len() < MOST_OFFERS {
        known.push(offers);
    }
    Ok(offers)
}
