//! Packets per problem, and where each problem was met first: the `problems` table.

use super::Tally;
use crate::dissect::packet::Packet;
use crate::dissect::problem::Problem;
use crate::engine::pass::Shift;
use crate::saved::count;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The packets of one problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrences {
    /// Number of packets.
    #[serde(deserialize_with = "count")]
    pub packets: u64,
    /// The first of them, from 0.
    #[serde(deserialize_with = "count")]
    pub first_packet: u64,
    /// The byte at which its record begins.
    #[serde(deserialize_with = "count")]
    pub first_offset: u64,
}

/// Packets per problem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problems {
    /// By problem, in the order of the layers.
    pub problems: BTreeMap<Problem, Occurrences>,
}

impl Tally for Problems {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        if let Some(problem) = packet.problem {
            let (first_packet, first_offset) = (packet.record.number, packet.record.offset);
            let first = Occurrences { packets: 0, first_packet, first_offset };
            self.problems.entry(problem).or_insert(first).packets += 1;
        }
    }

    fn merge(&mut self, later: Problems, shift: Shift) {
        for (problem, later) in later.problems {
            let first = Occurrences {
                packets: 0,
                first_packet: later.first_packet + shift.packets,
                first_offset: later.first_offset + shift.bytes,
            };
            self.problems.entry(problem).or_insert(first).packets += later.packets;
        }
    }
}
