//! Writing the records of a shard.

use super::super::super::application::Offers;
use super::super::super::application::datagrams;
use super::super::super::application::named::Frames;
use super::super::super::flows;
use super::super::super::tcp::Noted;
use super::super::super::tcp::record::Record as Header;
use super::super::frames::{frame, put_frame};
use super::super::heads::Head;
use super::super::wire::{put, put_saved, put_signed};
use super::*;

/// Records of a shard of a part, each list in packet order.
pub struct Lists<'a> {
    pub tcp: &'a [Noted],
    pub flows: &'a [flows::Record],
    pub datagrams: &'a [datagrams::Record],
    /// The frames of the part, if packets have names.
    pub frames: Option<&'a Frames>,
}

impl Packets {
    /// Writes the records of a shard.
    pub fn put(&mut self, out: &mut Vec<u8>, lists: &Lists<'_>) {
        let &Lists { mut tcp, mut flows, mut datagrams, frames } = lists;
        self.heads.begin_part();
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
