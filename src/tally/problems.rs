//! Packets per problem, and where each problem was met first: the `problems` table.

use super::Tally;
use crate::dissect::packet::Packet;
use crate::dissect::problem::Problem;
use std::collections::BTreeMap;

/// The packets of one problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrences {
    /// How many packets.
    pub packets: u64,
    /// The first of them, from 0.
    pub first_packet: u64,
    /// The byte at which its record begins.
    pub first_offset: u64,
}

/// Packets per problem.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// How many packets were observed, with a problem or without.
    seen: u64,
    /// By problem, in the order of the layers.
    pub problems: BTreeMap<Problem, Occurrences>,
}

impl Problems {
    /// Counts byte offsets from `bytes` earlier on.
    pub fn shift_offsets(&mut self, bytes: u64) {
        for occurrences in self.problems.values_mut() {
            occurrences.first_offset += bytes;
        }
    }
}

impl Tally for Problems {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        if let Some(problem) = packet.problem {
            let first = Occurrences {
                packets: 0,
                first_packet: self.seen,
                first_offset: packet.record.offset,
            };
            self.problems.entry(problem).or_insert(first).packets += 1;
        }
        self.seen += 1;
    }

    fn merge(&mut self, later: Problems) {
        for (problem, occurrences) in later.problems {
            let first_packet = self.seen + occurrences.first_packet;
            let first = Occurrences { packets: 0, first_packet, ..occurrences };
            self.problems.entry(problem).or_insert(first).packets += occurrences.packets;
        }
        self.seen += later.seen;
    }
}
