//! Records dealt to buckets, so that each can be folded on a machine of its own.
//!
//! A bucket is a shard of the folds: the records of a pair of addresses are in one. Its records are
//! applied in the order of the parts, which their place among all packets decides; what they share
//! and their order remain in the partial. The result of a bucket is plain data, and the folds of all buckets are
//! those of one machine.

use super::super::{Fold, Folded, Folds, SHARDS};
use super::apply::How;
use super::bytes::Bytes;
use super::wire::{Damaged, put_saved};
use super::{Encoded, Input, Records};
use crate::dissect::protocol::Path;
use crate::tally::totals::Counts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Number of buckets.
pub const BUCKETS: usize = SHARDS;

/// Identity of a part: the shard of the plan that it was dealt from, and its place there.
pub type Origin = (u64, u32);

/// Records of a bucket, in one part.
#[derive(Debug, Serialize, Deserialize)]
pub struct Share {
    origin: Origin,
    records: Bytes,
}

/// The state of one shard of every fold that is on, as plain data, and packets with a name by path.
#[derive(Debug, Default, Serialize, Deserialize)]
struct State(Vec<Bytes>, Vec<(Path, Counts)>);

impl Records {
    /// Takes the records out of the parts: those of each bucket. What they share remains.
    pub fn deal(&mut self, shard: u64) -> Vec<(u8, Vec<Share>)> {
        let mut buckets: BTreeMap<u8, Vec<Share>> = BTreeMap::new();
        for (part, number) in self.parts.iter_mut().zip(0..) {
            let origin = (shard, number);
            part.origin = Some(origin);
            let mut rest = part.bytes.get(part.shared as usize..).unwrap_or_default();
            for (bucket, length) in &part.shards {
                let Some((records, after)) = rest.split_at_checked(*length as usize) else { break };
                let share = Share { origin, records: records.to_vec().into() };
                buckets.entry(*bucket).or_default().push(share);
                rest = after;
            }
            part.bytes.truncate(part.shared as usize);
        }
        buckets.into_iter().collect()
    }

    /// True if its records were dealt: they are elsewhere.
    pub fn is_dealt(&self) -> bool {
        self.parts.iter().any(|part| part.origin.is_some())
    }

    /// Buckets that have records.
    pub fn buckets(&self) -> [bool; BUCKETS] {
        let mut found = [false; BUCKETS];
        for (bucket, _) in self.parts.iter().flat_map(|part| &part.shards) {
            found.get_mut(usize::from(*bucket)).into_iter().for_each(|one| *one = true);
        }
        found
    }

    /// Applies the records of a bucket to folds that have seen none. Gives their state.
    ///
    /// # Errors
    /// If they cannot be decoded, those of a part are missing, or a file became shorter.
    pub fn fold(
        &self,
        folds: &mut Folds,
        bucket: u8,
        shares: &[Share],
    ) -> Result<Vec<u8>, Damaged> {
        let records: BTreeMap<Origin, &Bytes> =
            shares.iter().map(|share| (share.origin, &share.records)).collect();
        let mut parts = Vec::new();
        for part in &self.parts {
            let Some((_, length)) = part.shards.iter().find(|(one, _)| *one == bucket) else {
                parts.push(part.with(&[], Vec::new()));
                continue;
            };
            let own = part.origin.and_then(|origin| records.get(&origin)).ok_or(Damaged)?;
            if own.len() != *length as usize {
                return Err(Damaged);
            }
            parts.push(part.with(own, vec![(bucket, *length)]));
        }
        let mut state = super::apply::State::default();
        for parts in parts.chunks(super::AT_ONCE * rayon::current_num_threads()) {
            folds.apply_parts(&mut state, parts, 0, How::OneShard)?;
        }
        self.are_whole()?;
        let mut out = Vec::new();
        put_saved(&mut out, &folds.state(bucket));
        Ok(out)
    }

    /// Takes the states of all buckets in the place of their records.
    pub fn take_folded(&mut self, states: Vec<(u8, Vec<u8>)>) {
        self.folded = states.into_iter().map(|(bucket, state)| (bucket, state.into())).collect();
    }
}

impl Encoded {
    /// The bytes that all shards share, with these records.
    fn with(&self, records: &[u8], shards: Vec<(u8, u32)>) -> Encoded {
        let shared = self.bytes.get(..self.shared as usize).unwrap_or_default();
        let bytes = [shared, records].concat().into();
        let Encoded { before, begins, shared, .. } = *self;
        Encoded { before, origin: None, begins, shared, shards, bytes }
    }
}

impl Folds {
    /// The state of one shard of every fold that is on.
    fn state(&self, bucket: u8) -> State {
        let states = self.saved_shards(bucket.into()).into_iter().map(Bytes::from).collect();
        let paths = self.named_paths.iter().map(|(path, counts)| (*path, *counts)).collect();
        State(states, paths)
    }

    /// Takes the states of buckets; streams are numbered when all are there.
    pub(super) fn install(&mut self, states: &[(u8, Bytes)]) -> Result<(), Damaged> {
        for (bucket, bytes) in states {
            let State(states, paths) = Input(bytes).saved()?;
            let states: Vec<&[u8]> = states.iter().map(|state| &**state).collect();
            self.take_shards(usize::from(*bucket), &states)?;
            self.named_paths.count(paths.into_iter());
        }
        self.settle();
        Ok(())
    }
}

impl<F: Fold> Folded<F>
where
    F::Shard: Serialize + DeserializeOwned,
{
    /// A shard as plain data.
    pub(in super::super) fn saved(&self, place: usize) -> Vec<u8> {
        let mut out = Vec::new();
        self.shards.get(place).iter().for_each(|shard| put_saved(&mut out, shard));
        out
    }

    /// Takes a shard that was plain data; none if it is empty.
    pub(in super::super) fn take(&mut self, place: usize, saved: &[u8]) -> Result<(), Damaged> {
        if let Some(shard) = self.shards.get_mut(place).filter(|_| !saved.is_empty()) {
            *shard = Input(saved).saved()?;
        }
        Ok(())
    }
}
