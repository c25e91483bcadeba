//! Bidirectional flows with timeouts (RFC 5103, RFC 7011).
//!
//! A packet belongs to the flow of its innermost IP layer: addresses, protocol number and ports.
//! ICMP has the type as source and its counterpart as destination, as Community ID has, so that
//! requests and replies are one flow; later fragments have no ports. A packet continues the live
//! flow of its key unless that flow is idle or active for too long by the packets' times. A packet
//! earlier than the last one ends no flow, nor does FIN or RST. A packet whose addresses were not
//! captured has no flow.

mod ends;

use super::pair::{Pair, addresses};
use super::samples::Span;
use super::{Fold, Folded, Position, Settings};
use crate::capture::time::Timestamp;
use crate::dissect::packet::{AddressLayer, Addresses, Packet};
use crate::engine::memory::Growth;
use ends::ports;
pub use ends::{has_ports, is_one_way};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

/// Flows.
#[derive(Debug)]
pub struct Flows;

static GROWTH: Growth = Growth { entries: "flows", advice: "lengthen --flow-idle" };

/// A packet of a flow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// Number of the packet, from 1.
    pub packet: u64,
    /// Time of the packet.
    pub time: Option<Timestamp>,
    /// The flow that it belongs to.
    pub key: Key,
    /// True if the sender is the pair's low endpoint.
    pub from_low: bool,
    /// Length of the frame on the wire in bytes.
    pub wire_bytes: u32,
    /// Length of the IP packet by its header.
    pub ip_bytes: u32,
    /// Flags of the TCP header; 0 without one.
    pub tcp_flags: u16,
}

/// Endpoints and protocol of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The endpoints.
    pub pair: Pair,
    /// The protocol number of the IP header; 255 if it was not captured.
    pub protocol: u8,
}

/// One direction of a flow.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Sent {
    /// Number of packets.
    pub packets: u64,
    /// Their bytes on the wire.
    pub wire_bytes: u64,
    /// Their bytes by the length in the IP header.
    pub ip_bytes: u64,
    /// All TCP flags that were set.
    pub tcp_flags: u16,
}

/// Reason for the end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// No packet for longer than the idle timeout.
    Idle,
    /// It lasted as long as the active timeout.
    Active,
    /// The capture ended.
    Capture,
}

/// A flow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flow {
    /// Endpoints and protocol.
    pub key: Key,
    /// True if the low endpoint sent the first packet.
    pub low_began: bool,
    /// Sent by the low and by the high endpoint.
    pub sent: [Sent; 2],
    /// Number of the first packet, from 1.
    pub first_packet: u64,
    /// Least and greatest time.
    pub times: Span,
    /// Reason for its end.
    pub end: End,
}

/// Flows of one shard.
#[derive(Debug, Serialize, Deserialize)]
pub struct Shard {
    idle: i128,
    active: i128,
    live: HashMap<Key, usize, RandomState>,
    flows: Vec<Flow>,
}

impl Fold for Flows {
    type Record = Record;
    type Shard = Shard;
    type Recent = ();
    const GROWTH: &'static Growth = &GROWTH;

    fn shard(settings: &Settings) -> Shard {
        let (idle, active) = (settings.flow_idle.into(), settings.flow_active.into());
        Shard { idle, active, live: HashMap::default(), flows: Vec::new() }
    }

    #[inline]
    fn records(
        packet: &Packet<'_>,
        _: &Settings,
        (): &mut (),
        mut deal: impl FnMut(usize, Record),
    ) {
        let Some(layer) = packet.innermost_ip() else { return };
        let Some((source, destination)) = addresses(layer.addresses) else { return };
        let (from, to) = ports(layer);
        let (pair, from_low) = Pair::of((source, from), (destination, to));
        let flags = layer.tcp_header().map_or(0, |header| {
            let [.., offset, flags, _, _] = *header;
            u16::from_be_bytes([offset & 1, flags])
        });
        let record = Record {
            packet: packet.record.number + 1,
            time: packet.record.time,
            key: Key { pair, protocol: layer.protocol.unwrap_or(u8::MAX) },
            from_low,
            wire_bytes: packet.record.wire_bytes,
            ip_bytes: ip_bytes(packet, layer).unwrap_or(0),
            tcp_flags: flags,
        };
        deal(pair.shard(), record);
    }

    fn apply(shard: &mut Shard, record: &Record, position: Position<'_>) {
        let next = shard.flows.len();
        let place = shard.live.entry(record.key).or_insert(next);
        if let Some(flow) = shard.flows.get_mut(*place)
            && let Some(end) = flow.ended(record.time, shard.idle, shard.active)
        {
            flow.end = end;
            *place = next;
        }
        if *place == next {
            shard.flows.push(Flow {
                key: record.key,
                low_began: record.from_low,
                sent: [Sent::default(); 2],
                first_packet: record.packet + position.before,
                times: Span::default(),
                end: End::Capture,
            });
        }
        if let Some(flow) = shard.flows.get_mut(*place) {
            flow.add(record);
        }
    }

    fn memory(shard: &Shard) -> (u64, u64) {
        let live = shard.live.capacity() * (size_of::<(Key, usize)>() + 1) * 8 / 7;
        let flows = shard.flows.capacity() * size_of::<Flow>();
        (shard.flows.len() as u64, (live + flows) as u64)
    }
}

impl Flow {
    /// End of the flow before a packet of this time. None if it continues.
    fn ended(&self, time: Option<Timestamp>, idle: i128, active: i128) -> Option<End> {
        let ((first, last), time) = self.times.0.zip(time)?;
        let since = |earlier: Timestamp| time.total_nanoseconds() - earlier.total_nanoseconds();
        if since(last) > idle {
            return Some(End::Idle);
        }
        (since(first) >= active).then_some(End::Active)
    }

    fn add(&mut self, record: &Record) {
        let sent = &mut self.sent[usize::from(!record.from_low)];
        sent.packets += 1;
        sent.wire_bytes += u64::from(record.wire_bytes);
        sent.ip_bytes += u64::from(record.ip_bytes);
        sent.tcp_flags |= record.tcp_flags;
        self.times.note(record.time);
    }
}

impl Folded<Flows> {
    /// The flows, by their first packet.
    pub fn flows(&self) -> Vec<&Flow> {
        let mut all: Vec<_> = self.shards.iter().flat_map(|shard| &shard.flows).collect();
        all.sort_unstable_by_key(|flow| flow.first_packet);
        all
    }
}

/// Length of the IP packet by its header; up to the end of the frame if the header leaves it open.
fn ip_bytes(packet: &Packet<'_>, layer: &AddressLayer<'_>) -> Option<u32> {
    let frame = packet.record.data;
    let at = |part: &[u8]| (part.as_ptr() as usize).checked_sub(frame.as_ptr() as usize);
    let (start, length_at, fixed) = match layer.addresses {
        Addresses::Ipv4(both) => (at(both)?.checked_sub(12)?, 2, 0),
        Addresses::Ipv4Routed(source, _) => (at(source)?.checked_sub(12)?, 2, 0),
        Addresses::Ipv6(both) => (at(both)?.checked_sub(8)?, 4, 40),
        _ => return None,
    };
    let length = frame.get(start.checked_add(length_at)?..)?.first_chunk().copied()?;
    match u16::from_be_bytes(length) {
        0 => packet.record.wire_bytes.checked_sub(start as u32),
        length => Some(u32::from(length) + fixed),
    }
}

#[cfg(test)]
mod tests;
