//! File headers after damage: a capture that follows the damaged one, or that a damaged packet
//! carried.
//!
//! A capture follows where the last record ended, or where that record was cut off: then its header
//! is readable and claims bytes beyond the file header. In any other gap a file header is in doubt,
//! and so are the records that it leads to.

use super::super::appended::Appended;
use super::super::time::Timestamp;
use super::super::walk::Format;
use super::super::{Position, is_capture};
use super::chain::{Chain, Ends};
use super::view::View;
use super::{AHEAD, LONGEST, weigh};

/// A shorter gap cannot be a packet that carries a capture: it has no room for the header of a
/// record, or of a block.
pub(super) fn shortest_header<F: Format>() -> u64 {
    if F::FRAMED { 28 } else { 16 }
}

/// Bytes that may be a file header.
pub(super) enum Header {
    /// The first record of another capture.
    Begins(Position),
    /// In doubt: no record before this offset is believed.
    Carried(u64),
    /// Nothing that can be read.
    Nothing,
}

/// True for the first bytes of magic numbers. A table, as every byte of a gap is looked up.
const FIRST_OF_MAGIC: [bool; 256] = {
    let mut first = [false; 256];
    let mut bytes: &[u8] = &[0x0A, b's', 0xA1, 0xD4, 0x4D, 0x34, 0x1C, 0xAC, 0xAB];
    while let [byte, rest @ ..] = bytes {
        first[*byte as usize] = true;
        bytes = rest;
    }
    first
};

/// True if the first bytes may be those of a file header.
#[inline(always)]
pub(super) fn may_be_header(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| FIRST_OF_MAGIC[usize::from(*first)]) && is_capture(bytes)
}

/// Judges the file header at `at`, where `bytes` begin. `claimed` is where the record at the damage
/// claims to end; no record that it carried begins after `far`.
pub(super) fn header<F: Format>(
    view: &View<'_, F>,
    (bytes, at): (&[u8], u64),
    claimed: Option<u64>,
    far: u64,
) -> Header {
    let (damage, before) = (view.known.offset, view.known.before.time());
    let Some(found) = follow(view, (bytes, at), far, before) else { return Header::Nothing };
    let Following { appended, complete, start, chain } = found;
    let is_empty = complete && start.offset == at.saturating_add(bytes.len() as u64);
    let is_firm = is_empty || chain.is_firm(2);
    // Nothing carries a capture that begins where the last record ended.
    if at == damage {
        return if is_firm { Header::Begins(start) } else { Header::Nothing };
    }
    let cuts_off = at.saturating_sub(damage) < shortest_header::<F>()
        || claimed.is_some_and(|claimed| claimed > at)
        || at > far;
    let reach = |at: u64| (at, at.saturating_add(LONGEST));
    let carried = || {
        if chain.ends == Ends::Broken {
            return weigh::first_near(view, reach(chain.last), chain.last, before, false).is_some();
        }
        let is_part =
            |other| other <= chain.last && appended.leads_to((bytes, at), complete, &start, other);
        let other = || weigh::first_near(view, reach(at), at, before, false);
        chain.seam.is_some_and(|seam| seam <= far)
            || (before.is_some() && other().is_some_and(|other| !is_part(other)))
    };
    if cuts_off && is_firm && (is_empty || !carried()) {
        return Header::Begins(start);
    }
    if chain.links == 0 { Header::Nothing } else { Header::Carried(carried_until(&chain, &start)) }
}

/// End of the records that a damaged packet carried, whose chain this is. It may lead to records of
/// the damaged capture: these are not carried.
fn carried_until(chain: &Chain, start: &Position) -> u64 {
    let after_the_last = chain.last.saturating_add(1);
    match chain.ends {
        _ if chain.seam.is_some() => chain.seam.unwrap_or(after_the_last),
        Ends::Broken => after_the_last,
        Ends::File | Ends::Far => chain.turn(start.offset).unwrap_or(after_the_last),
    }
}

/// True if the file header at `at` is that of a capture whose records lead past `next_record`: the
/// record that claims to reach so far was cut off.
pub(super) fn cuts_off<F: Format>(view: &View<'_, F>, at: u64, next_record: u64) -> bool {
    let bytes = view.rest(at, at.saturating_add(AHEAD));
    let found = follow(view, (bytes, at), next_record, None);
    found.is_some_and(|Following { chain, .. }| {
        chain.is_firm(2) && (chain.ends != Ends::Broken || chain.last >= next_record)
    })
}

/// Offset from which on records are believed again after the file header at `at`, which is in doubt.
pub(super) fn after_carried<F: Format>(view: &View<'_, F>, at: u64, far: u64) -> u64 {
    let bytes = view.rest(at, at.saturating_add(AHEAD));
    match follow(view, (bytes, at), far, view.known.before.time()) {
        Some(Following { start, chain, .. }) if chain.links > 0 => {
            carried_until(&chain, &start).max(at + 1)
        }
        _ => at + 1,
    }
}

/// A capture that begins in a gap.
struct Following {
    appended: Appended,
    /// Its bytes reach the end of the file.
    complete: bool,
    start: Position,
    chain: Chain,
}

/// The capture whose file header is at `at`, where `bytes` begin, and its records, at most up to
/// `far`. `before` is the time before the damage. None if the header cannot be read.
fn follow<F: Format>(
    view: &View<'_, F>,
    (bytes, at): (&[u8], u64),
    far: u64,
    before: Option<Timestamp>,
) -> Option<Following> {
    let appended = Appended::open(bytes, at, view.known)?;
    let complete = view.complete && at.saturating_add(bytes.len() as u64) >= view.end();
    let start = appended.clone().start();
    let mut chain = appended.follow((bytes, at), complete, &start, far, before);
    // No block is a record, and none leads to the block after the one that carries it.
    if F::FRAMED || start.section.is_some() {
        chain.seam = None;
    }
    Some(Following { appended, complete, start, chain })
}
