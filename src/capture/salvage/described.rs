//! Damaged descriptions of interfaces: without them no packet of theirs could be read.
//!
//! Such a block is believed by its intact fields if blocks that can be read follow soon, at times near the
//! one before it. If it has no resolution, the one is taken that gives such times, or a sensible year if
//! no time is before it.

use super::super::Position;
use super::super::time::Timestamp;
use super::super::walk::Format;
use super::view::View;

/// Longest description that is looked for, in bytes.
const LONGEST_DESCRIPTION: u64 = 1024;

/// Seconds of the years in which captures were made: 1990 to 2099.
const YEARS: std::ops::Range<i64> = 631_152_000..4_102_444_800;

/// The next block after a damaged description at the damage, in a section with that interface.
pub(super) fn described<F: Format>(view: &View<'_, F>, at_damage: &[u8]) -> Option<Position> {
    let damage = view.known.offset;
    // Only the first time: nothing that comes later changes the decision.
    if view.base != damage.saturating_add(1) {
        return None;
    }
    let descriptions = view.format.described(at_damage.get(..16)?, view.known);
    let with_packets = descriptions.first()?;
    let until = damage.saturating_add(LONGEST_DESCRIPTION).min(view.end());
    let next = (view.base..until).find(|at| {
        let is_block = view.format.plausible(view.rest(*at, u64::MAX), view.known, *at).is_some();
        is_block && View { known: with_packets, ..*view }.follow(*at, u64::MAX, 2).is_firm(2)
    })?;
    let block = at_damage.get(..usize::try_from(next - damage).ok()?)?;
    let options = block.len().saturating_sub(4);
    let mut descriptions = view.format.described(block.get(..options)?, view.known);
    let (is_certain, before) = (descriptions.len() == 1, view.known.before.time());
    descriptions.retain(|known| {
        let chain = View { known, ..*view }.follow(next, u64::MAX, 16);
        let is_in_years = |first: Timestamp| YEARS.contains(&first.seconds);
        match before {
            Some(_) => chain.is_near(before),
            None => is_certain || chain.first.is_none_or(is_in_years),
        }
    });
    descriptions.into_iter().next().map(|known| Position { offset: next, ..known })
}
