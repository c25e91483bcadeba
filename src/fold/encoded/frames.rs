//! Frames: path and lengths of a packet that may have a name, beside the record that may name it.
//!
//! So the shard that finds a name counts it, by path and application.

use super::super::application::named::{Frame, Frames};
use super::wire::{Damaged, Input, put};
use crate::dissect::application::Application;
use crate::dissect::protocol::Path;
use crate::tally::totals::Counts;
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// The frame was captured whole.
const WHOLE: u64 = 1;

/// Writes the frame of a packet, which counts from 1; its length on the wire is written elsewhere.
#[inline]
pub fn put_frame(out: &mut Vec<u8>, frames: &Frames, packet: u64) {
    let Some(Frame { path, captured_bytes, wire_bytes, .. }) = frame(frames, packet) else {
        return out.push(0);
    };
    let whole = captured_bytes == wire_bytes;
    put(out, (u64::from(*path) + 1) << 1 | u64::from(whole));
    if !whole {
        put(out, (*captured_bytes).into());
    }
}

/// The frame of a packet, which counts from 1.
#[inline]
pub fn frame(frames: &Frames, packet: u64) -> Option<&Frame> {
    let packet = packet.checked_sub(1)?;
    let is_its = |frame: &&Frame| u64::from(frame.packet) == packet;
    // Without a filter every packet has one.
    frames.frames.get(packet as usize).filter(is_its).or_else(|| {
        let place = frames.frames.partition_point(|frame| u64::from(frame.packet) < packet);
        frames.frames.get(place).filter(is_its)
    })
}

/// Reads a frame: the place of its path, and its lengths. None if the packet has none.
#[inline]
pub fn take_frame(
    input: &mut Input<'_>,
    wire_bytes: u32,
) -> Result<Option<(u32, Counts)>, Damaged> {
    let number = input.number()?;
    let Some(path) = (number >> 1).checked_sub(1) else { return Ok(None) };
    let whole = number & WHOLE != 0;
    let captured_bytes = if whole { wire_bytes } else { input.short()? };
    let counts =
        Counts { packets: 1, captured_bytes: captured_bytes.into(), wire_bytes: wire_bytes.into() };
    Ok(Some((u32::try_from(path).map_err(|_| Damaged)?, counts)))
}

/// Packets with a name of one shard of a batch, by path and name.
#[derive(Default)]
pub struct Counted(HashMap<(u32, Application), Counts, RandomState>);

impl Counted {
    /// Counts a packet. The path is its place in the batch.
    #[inline]
    pub fn add(&mut self, path: u32, name: Application, counts: Counts) {
        self.0.entry((path, name)).or_default().merge(counts);
    }

    /// Paths with a name. `paths` are those of the batch.
    pub fn named<'a>(&'a self, paths: &'a [Path]) -> impl Iterator<Item = (Path, Counts)> {
        self.0.iter().filter_map(|((path, name), counts)| {
            let mut path = *paths.get(*path as usize)?;
            path.push(name.protocol()).then_some((path, *counts))
        })
    }
}

/// The different paths of the parts of a batch.
#[derive(Default)]
pub struct Paths {
    places: HashMap<Path, u32, RandomState>,
    pub all: Vec<Path>,
}

impl Paths {
    /// Places of the paths of a part.
    pub fn places(&mut self, paths: &[Path]) -> Vec<u32> {
        let all = &mut self.all;
        let place = |path: &Path| {
            *self.places.entry(*path).or_insert_with(|| {
                all.push(*path);
                all.len() as u32 - 1
            })
        };
        paths.iter().map(place).collect()
    }
}
