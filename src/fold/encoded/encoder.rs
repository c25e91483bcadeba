//! Encoding the parts of a walk, each shard by one worker.

use super::super::{Parts, SHARDS};
use super::few::{self, of};
use super::packets::{Lists, Packets};
use super::wire::put_saved;
use super::{Encoded, Records};
use rayon::prelude::*;

/// Encodes the parts of a walk.
///
/// Records of a shard refer to those of its earlier parts, so one worker writes a shard, part after
/// part.
#[derive(Default)]
pub struct Encoder {
    shards: Vec<Shard>,
    /// A part was encoded.
    has_begun: bool,
}

/// One shard.
#[derive(Default)]
struct Shard {
    packets: Packets,
    /// Records of the parts at hand. Their room serves the next parts as well.
    bytes: Vec<u8>,
    /// Length of each part's.
    lengths: Vec<usize>,
}

impl Encoder {
    /// Encodes the next parts, on all workers. Each comes with the number of packets before it.
    pub fn encode(&mut self, parts: &[(Parts, u64)]) -> Records {
        self.shards.resize_with(SHARDS, Shard::default);
        let write = |(number, shard): (usize, &mut Shard)| {
            let Shard { packets, bytes, lengths } = shard;
            bytes.clear();
            lengths.clear();
            lengths.extend(parts.iter().map(|(part, _)| {
                let start = bytes.len();
                put_part(bytes, packets, part, number);
                bytes.len() - start
            }));
        };
        self.shards.par_iter_mut().enumerate().with_max_len(1).for_each(write);
        let mut rest: Vec<&[u8]> = self.shards.iter().map(|shard| &*shard.bytes).collect();
        let mut encoded = Vec::with_capacity(parts.len());
        for (number, (part, before)) in parts.iter().enumerate() {
            let (mut bytes, mut lengths) = (Vec::new(), Vec::new());
            let frames = part.settings.packet_names.then_some(&part.frames);
            put_saved(&mut bytes, &part.media);
            put_saved(&mut bytes, &frames.map(|frames| &frames.paths));
            let shared = bytes.len() as u32;
            let length = |shard: usize| {
                let lengths = &self.shards.get(shard)?.lengths;
                lengths.get(number).copied().filter(|length| *length > 0)
            };
            let all: usize = (0..SHARDS).filter_map(length).sum();
            bytes.reserve_exact(all);
            for (shard, rest) in rest.iter_mut().enumerate() {
                let Some((own, after)) = length(shard).and_then(|at| rest.split_at_checked(at))
                else {
                    continue;
                };
                bytes.extend_from_slice(own);
                *rest = after;
                lengths.push((shard as u8, own.len() as u32));
            }
            let begins = !std::mem::replace(&mut self.has_begun, true);
            let (before, shards) = (*before, lengths);
            let bytes = bytes.into();
            encoded.push(Encoded { before, origin: None, begins, shared, shards, bytes });
        }
        Records { parts: encoded, folded: Vec::new() }
    }
}

/// Writes the records of a shard in a part; nothing if there are none.
fn put_part(bytes: &mut Vec<u8>, packets: &mut Packets, part: &Parts, shard: usize) {
    let frames = part.settings.packet_names.then_some(&part.frames);
    let (tcp, flows) = (of(&part.tcp, shard), of(&part.flows, shard));
    let datagrams = of(&part.datagrams, shard);
    let none = tcp.is_empty() && flows.is_empty() && datagrams.is_empty();
    if none && few::is_empty(part, shard) {
        return;
    }
    packets.put(bytes, &Lists { tcp, flows, datagrams, frames });
    few::put(bytes, part, shard);
}
