//! Names of the packets of a batch: what `packets` writes and `protocols` counts.

use super::super::Folds;
use crate::dissect::application::Application;
use crate::dissect::packet::Packet;
use crate::dissect::protocol::Path;
use crate::tally::totals::Counts;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use rayon::prelude::*;

/// The name of a packet, noted by the shard of its conversation.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// Place of the part in its batch.
    pub part: u32,
    /// Number of the packet in its part, from 0.
    pub packet: u32,
    /// The name.
    pub application: Application,
}

/// Names of the packets of one part, by their number in it.
pub type Names = Vec<Option<Application>>;

/// Joins what the shards noted, each in the order of its packets, to the names of each part.
pub fn by_part(shards: &[Vec<Named>], parts: usize) -> Vec<Names> {
    let names = |part: usize| {
        let mut names = Names::new();
        for noted in shards {
            let from = noted.partition_point(|named| (named.part as usize) < part);
            let to = noted.partition_point(|named| (named.part as usize) <= part);
            for named in noted.get(from..to).unwrap_or_default() {
                let at = named.packet as usize;
                if names.len() <= at {
                    names.resize(at + 1, None);
                }
                if let Some(name) = names.get_mut(at) {
                    *name = Some(named.application);
                }
            }
        }
        names
    };
    (0..parts).into_par_iter().with_max_len(1).map(names).collect()
}

/// Paths and lengths of the packets of one part that may have a name.
#[derive(Debug, Default)]
pub struct Frames {
    /// The paths, in order of their first packets.
    pub paths: Vec<Path>,
    /// The packets.
    pub frames: Vec<Frame>,
}

/// A packet that may have a name.
#[derive(Debug)]
pub struct Frame {
    /// Number of the packet in its part, from 0.
    pub packet: u32,
    /// Place of its path.
    pub path: u32,
    /// Length that was captured, in bytes.
    pub captured_bytes: u32,
    /// Length on the wire, in bytes.
    pub wire_bytes: u32,
}

impl Frames {
    /// Notes a packet.
    #[inline]
    pub fn note(&mut self, packet: &Packet<'_>) {
        let path = match self.paths.iter().position(|path| *path == packet.path) {
            Some(path) => path,
            None => {
                self.paths.push(packet.path);
                self.paths.len() - 1
            }
        };
        self.frames.push(Frame {
            packet: packet.record.number as u32,
            path: path as u32,
            captured_bytes: packet.record.data.len() as u32,
            wire_bytes: packet.record.wire_bytes,
        });
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> u64 {
        let paths = self.paths.capacity() * size_of::<Path>();
        (paths + self.frames.capacity() * size_of::<Frame>()) as u64
    }

    /// Counts the packets that have a name, by path and name.
    fn count(&self, names: &Names) -> Vec<(Path, Counts)> {
        let mut counts: HashMap<(u32, Application), Counts, RandomState> = HashMap::default();
        for frame in &self.frames {
            let Some(Some(name)) = names.get(frame.packet as usize) else { continue };
            let one = Counts {
                packets: 1,
                captured_bytes: frame.captured_bytes.into(),
                wire_bytes: frame.wire_bytes.into(),
            };
            counts.entry((frame.path, *name)).or_default().merge(one);
        }
        let named = |((path, name), counts): ((u32, Application), Counts)| {
            let mut path = *self.paths.get(path as usize)?;
            path.push(name.protocol()).then_some((path, counts))
        };
        counts.into_iter().filter_map(named).collect()
    }
}

/// Packets by path with a name; paths without are counted elsewhere.
#[derive(Debug, Default)]
pub struct NamedPaths(HashMap<Path, Counts, RandomState>);

impl NamedPaths {
    /// Adds the packets of the parts of a batch.
    pub fn add(&mut self, frames: &[Frames], names: &[Names]) {
        let count = |(frames, names): (&Frames, &Names)| frames.count(names);
        let counted: Vec<_> = frames.par_iter().zip(names).with_max_len(1).map(count).collect();
        self.count(counted.into_iter().flatten());
    }

    /// Adds packets that were counted.
    pub fn count(&mut self, counted: impl Iterator<Item = (Path, Counts)>) {
        for (path, counts) in counted {
            self.0.entry(path).or_default().merge(counts);
        }
    }

    /// The paths, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &Counts)> {
        self.0.iter()
    }
}

impl Folds {
    /// Names of the packets of a batch of `count` parts. They are counted by their path as well.
    pub(in super::super) fn names(&mut self, count: usize, frames: &[Frames]) -> Vec<Names> {
        if !self.settings.packet_names {
            return Vec::new();
        }
        let names = self.noted(count);
        self.named_paths.add(frames, &names);
        names
    }

    /// Takes the names of the packets of `count` parts.
    pub(in super::super) fn noted(&mut self, count: usize) -> Vec<Names> {
        let tcp = self.tcp.iter_mut().flat_map(|fold| &mut fold.shards);
        let datagrams = self.datagrams.iter_mut().flat_map(|fold| &mut fold.shards);
        let noted: Vec<_> = tcp
            .map(|shard| std::mem::take(&mut shard.named))
            .chain(datagrams.map(|shard| std::mem::take(&mut shard.named)))
            .collect();
        by_part(&noted, count)
    }

    /// Packets by path, of those that have an application.
    pub fn named_paths(&self) -> &NamedPaths {
        &self.named_paths
    }
}

#[cfg(test)]
mod tests {
    use super::super::names::{DNS, HTTP};
    use super::*;

    #[test]
    fn names_of_all_shards_are_joined_by_part() {
        let named = |part, packet, application| Named { part, packet, application };
        let shards = [vec![named(0, 2, DNS), named(1, 0, DNS)], vec![named(0, 0, HTTP)], vec![]];
        let parts = by_part(&shards, 3);
        assert_eq!(parts[0], [Some(HTTP), None, Some(DNS)]);
        assert_eq!(parts[1], [Some(DNS)]);
        assert_eq!(parts[2], []);
    }

    #[test]
    fn packets_with_a_name_are_counted_by_path() {
        let mut frames = Frames::default();
        let packet = Packet::empty();
        frames.note(&packet);
        frames.note(&packet);
        let mut paths = NamedPaths::default();
        paths.add(&[frames], &[vec![Some(DNS)]]);
        let counted: Vec<_> =
            paths.iter().map(|(path, one)| (path.to_string(), one.packets)).collect();
        assert_eq!(counted, [("dns".to_string(), 2)]);
    }
}
