//! Reading the records of a shard, and applying them one by one.

use super::super::super::application::Offers;
use super::super::super::application::datagrams::{self, Datagrams};
use super::super::super::application::named::Named;
use super::super::super::flows::{self, Flows};
use super::super::super::tcp::record::Record as Header;
use super::super::super::tcp::{Noted, Tcp};
use super::super::super::{Fold, Position};
use super::super::frames::{Counted, take_frame};
use super::super::heads::{Head, Sent};
use super::super::wire::{Damaged, Input};
use super::*;
use crate::tally::totals::Counts;

/// Shards of the folds.
pub struct Shards<'a> {
    pub tcp: Option<&'a mut <Tcp as Fold>::Shard>,
    pub flows: Option<&'a mut <Flows as Fold>::Shard>,
    pub datagrams: Option<&'a mut <Datagrams as Fold>::Shard>,
    /// Packets that have a name, of one batch.
    pub counted: Counted,
}

/// Position and paths, which the records of a part share.
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
    /// Reads the records of a shard and applies them.
    pub fn apply(
        &mut self,
        input: &mut Input<'_>,
        shards: &mut Shards<'_>,
        shared: Shared<'_>,
    ) -> Result<(), Damaged> {
        let position = shared.position;
        self.heads.begin_part();
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
