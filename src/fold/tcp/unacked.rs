//! Segments of one direction that were not acknowledged yet.
//!
//! A shard keeps the [`Lists`] of all its streams. Most sides have no such segment at a time or one,
//! so a [`List`] is a place among those of one segment or of several.

use super::super::chunks::Chunks;
use super::several::{Left, Segment, Several};
use std::collections::VecDeque;

/// The segments of one direction, in the order of their packets. Its [`Lists`] know them.
#[derive(Debug, Default)]
pub struct List(u32);

/// A list, which is a number of four bytes while it is kept.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// There is none.
    Empty,
    /// Place of the only one.
    One(u32),
    /// Place of the list of several.
    Several(u32),
}

/// The segments of all streams of a shard.
#[derive(Debug, Default)]
pub struct Lists {
    one: Chunks<Segment>,
    several: Vec<Several>,
    /// Places that are not used.
    free_one: Vec<u32>,
    free_several: Vec<u32>,
    /// Memory of the lists of several, in bytes.
    several_bytes: usize,
}

/// Most lists of several that keep their memory while they are not used.
const MOST_SPARE: usize = 16;
/// Longest list that does, in segments.
const LONGEST_SPARE: usize = 64;

/// The bit that tells lists of several.
const SEVERAL: u32 = 1 << 31;

impl List {
    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.0 == 0
    }

    fn place(&self) -> Place {
        match self.0 {
            0 => Place::Empty,
            several if several & SEVERAL != 0 => Place::Several(several & !SEVERAL),
            one => Place::One(one - 1),
        }
    }

    fn set(&mut self, place: Place) {
        self.0 = match place {
            Place::Empty => 0,
            Place::One(at) => at + 1,
            Place::Several(at) => at | SEVERAL,
        };
    }
}

impl Lists {
    /// Number of segments of a list.
    pub fn len(&self, list: &List) -> usize {
        match list.place() {
            Place::Empty => 0,
            Place::One(_) => 1,
            Place::Several(at) => self.several(at).map_or(0, |list| list.segments.len()),
        }
    }

    /// The first segment of a list.
    pub fn first(&self, list: &List) -> Option<&Segment> {
        match list.place() {
            Place::Empty => None,
            Place::One(at) => self.one.get(at as usize),
            Place::Several(at) => self.several(at)?.segments.front(),
        }
    }

    fn several(&self, at: u32) -> Option<&Several> {
        self.several.get(at as usize)
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        let free = self.free_one.capacity() + self.free_several.capacity();
        self.one.bytes()
            + self.several.capacity() * size_of::<Several>()
            + free * size_of::<u32>()
            + self.several_bytes
    }

    /// Tells that the base of a list has changed.
    pub fn rebase(&mut self, list: &List) {
        if let Place::Several(at) = list.place()
            && let Some(several) = self.several.get_mut(at as usize)
        {
            several.extent = None;
        }
    }

    /// Adds a segment to a list; `base` is what relative numbers begin at.
    pub fn push(&mut self, list: &mut List, segment: Segment, base: u32) {
        match list.place() {
            Place::Empty => list.set(self.place_one(segment)),
            Place::One(at) => {
                let first = self.one.get(at as usize).copied();
                self.free_one.push(at);
                let place = self.free_several.pop().unwrap_or_else(|| {
                    self.several.push(Several::default());
                    (self.several.len() - 1) as u32
                });
                list.set(Place::Several(place));
                if let Some(several) = self.several.get_mut(place as usize) {
                    several.extent = None;
                    self.several_bytes += several.extend(first.into_iter().chain([segment]));
                }
            }
            Place::Several(at) => {
                if let Some(several) = self.several.get_mut(at as usize) {
                    if let Some((least, greatest)) = several.extent {
                        let (from, to) = segment.relative(base);
                        several.extent = Some((least.min(from), greatest.max(to)));
                    }
                    self.several_bytes += several.extend([segment].into_iter());
                }
            }
        }
    }

    fn place_one(&mut self, segment: Segment) -> Place {
        let free = self.free_one.pop();
        match free.and_then(|at| self.one.get_mut(at as usize)) {
            Some(slot) => *slot = segment,
            None => self.one.push(segment),
        }
        Place::One(free.unwrap_or(self.one.len().saturating_sub(1) as u32))
    }

    /// Removes what `ack` acknowledges from a list. Returns the oldest segment that ends there.
    pub fn acknowledge(&mut self, list: &mut List, ack: u32) -> Option<Segment> {
        match list.place() {
            Place::Empty => None,
            Place::One(at) => {
                let segment = self.one.get_mut(at as usize)?;
                if !matches!(segment.acknowledge(ack), Left::Nothing) {
                    return None;
                }
                let acknowledged = Some(*segment).filter(|segment| segment.next == ack);
                self.free_one.push(at);
                list.set(Place::Empty);
                acknowledged
            }
            Place::Several(at) => {
                let several = self.several.get_mut(at as usize)?;
                let acknowledged = several.acknowledge(ack);
                if several.segments.len() <= 1 {
                    let last = several.segments.pop_front();
                    let is_spare = self.free_several.len() < MOST_SPARE
                        && several.segments.capacity() <= LONGEST_SPARE;
                    if !is_spare {
                        let held = several.bytes();
                        self.several_bytes = self.several_bytes.saturating_sub(held);
                        several.segments = VecDeque::new();
                    }
                    self.free_several.push(at);
                    list.set(last.map_or(Place::Empty, |last| self.place_one(last)));
                }
                acknowledged
            }
        }
    }

    /// Removes all segments of a list.
    pub fn clear(&mut self, list: &mut List) {
        let place = list.place();
        list.set(Place::Empty);
        match place {
            Place::Empty => {}
            Place::One(at) => self.free_one.push(at),
            Place::Several(at) => {
                if let Some(several) = self.several.get_mut(at as usize) {
                    let held = several.bytes();
                    self.several_bytes = self.several_bytes.saturating_sub(held);
                    *several = Several::default();
                }
                self.free_several.push(at);
            }
        }
    }

    /// Bytes of a list from the least sequence to the greatest next one.
    pub fn in_flight(&mut self, list: &List, base: u32) -> u32 {
        match list.place() {
            Place::Empty => 0,
            Place::One(at) => {
                let bytes = |one: &Segment| one.next.wrapping_sub(one.sequence);
                self.one.get(at as usize).map_or(0, bytes)
            }
            Place::Several(at) => {
                self.several.get_mut(at as usize).map_or(0, |list| list.in_flight(base))
            }
        }
    }
}

#[cfg(test)]
mod tests;
