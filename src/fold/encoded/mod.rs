//! Records of folds as bytes, to be applied elsewhere.
//!
//! The records of a part are written shard by shard, and stay bytes until they are applied: memory is
//! that of the bytes, and each shard reads its own.

mod apply;
pub mod bytes;
pub mod dealt;
mod encoder;
mod few;
mod frames;
mod heads;
mod packets;
mod wire;

pub use encoder::Encoder;
pub use wire::Damaged;

use super::application::announce::Media;
use super::{Folds, SHARDS};
use crate::dissect::application::Application;
use crate::dissect::protocol::Path;
use crate::saved::count;
use apply::{How, State};
use bytes::Bytes;
use dealt::Origin;
use serde::{Deserialize, Serialize};
use wire::Input;

/// Records of consecutive parts, in packet order.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Records {
    parts: Vec<Encoded>,
    /// State of each bucket, if its records were folded elsewhere.
    #[serde(skip)]
    folded: Vec<(u8, Bytes)>,
}

/// Records of one part.
#[derive(Debug, Serialize, Deserialize)]
struct Encoded {
    /// Number of packets before it.
    #[serde(deserialize_with = "count")]
    before: u64,
    /// True if its shards know of no part before it.
    begins: bool,
    /// Identity of the part, if its records were dealt.
    origin: Option<Origin>,
    /// Length of the bytes that all shards share: announcements, and paths if packets have names.
    shared: u32,
    /// Shards that have records, in order, each with their length.
    shards: Vec<(u8, u32)>,
    /// The bytes that all shards share, then the records of each shard.
    bytes: Bytes,
}

/// Parts that a worker applies at the same time, at most: what they share is held decoded.
const AT_ONCE: usize = 16;

impl Records {
    /// Appends those of later parts, which have `packets` more packets before them.
    pub fn append(&mut self, later: Records, packets: u64) {
        let shifted =
            |part: Encoded| Encoded { before: part.before.saturating_add(packets), ..part };
        self.parts.extend(later.parts.into_iter().map(shifted));
    }

    /// Parts that are applied at the same time.
    fn batches(&self) -> impl Iterator<Item = &[Encoded]> {
        self.parts.chunks(AT_ONCE * rayon::current_num_threads())
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| (part.bytes.len() + size_of::<Encoded>()) as u64).sum()
    }

    /// Applies them to folds that have seen `packets` packets before.
    ///
    /// # Errors
    /// If a part is none, or its file became shorter.
    pub fn apply(&self, folds: &mut Folds, packets: u64) -> Result<(), Damaged> {
        if !self.folded.is_empty() {
            return folds.install(&self.folded);
        }
        let mut state = State::default();
        for parts in self.batches() {
            folds.apply_parts(&mut state, parts, packets, How::All)?;
        }
        self.are_whole()
    }

    /// As [`Records::apply`], and calls back with the names of the packets of each part, if they are
    /// kept, and the number of packets before it.
    ///
    /// # Errors
    /// If a part is none.
    pub fn apply_named(
        &self,
        folds: &mut Folds,
        packets: u64,
        mut named: impl FnMut(u64, &[Option<Application>]),
    ) -> Result<(), Damaged> {
        let mut state = State::default();
        for parts in self.batches() {
            let names = folds.apply_parts(&mut state, parts, packets, How::Named)?;
            let parts = parts.iter().map(|part| part.before.saturating_add(packets));
            parts.zip(&names).for_each(|(before, names)| named(before, names));
        }
        self.are_whole()
    }

    /// An error if the file of a part became shorter while it was applied.
    fn are_whole(&self) -> Result<(), Damaged> {
        let whole = self.parts.iter().all(|part| part.bytes.are_whole());
        if whole { Ok(()) } else { Err(Damaged) }
    }
}

/// Announcements with their packets, and the paths of a part if its packets have names.
type InCommon = (Vec<(u32, Media)>, Option<Vec<Path>>);

impl Encoded {
    /// Announcements and paths, which all shards share.
    fn shared(&self) -> Result<InCommon, Damaged> {
        let mut input = Input(self.bytes.get(..self.shared as usize).ok_or(Damaged)?);
        Ok((input.saved()?, input.saved()?))
    }

    /// The records of each shard; of some, none.
    fn of_shards(&self) -> Result<[&[u8]; SHARDS], Damaged> {
        let mut all: [&[u8]; SHARDS] = [&[]; SHARDS];
        let mut rest = self.bytes.get(self.shared as usize..).ok_or(Damaged)?;
        for (shard, length) in &self.shards {
            let (records, after) = rest.split_at_checked(*length as usize).ok_or(Damaged)?;
            *all.get_mut(usize::from(*shard)).ok_or(Damaged)? = records;
            rest = after;
        }
        Ok(all)
    }
}
