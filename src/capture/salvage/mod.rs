//! Resynchronising after damage: where the next record is that can be told from what was damaged.
//!
//! Stricter than [`super::cut`], whose guesses are verified: here nothing verifies, and no packet
//! may be invented. Evidence is weighed in both directions: the time before the damage and those
//! after it, both lengths of a record, a length in the damaged header that tells a place, the first
//! bytes of frames, and where a chain of records leads. In doubt bytes are skipped.
//!
//! `view` follows records, `scan` finds chains of them, `search` and `weigh` choose where to resume, and
//! `judge` decides on a record whose header may be damaged without looking so.
//!
//! No decision looks farther than `AHEAD`, and none is taken in a stream before that much of it
//! is there: results depend neither on ranges nor on where a stream's stretches end.

mod chain;
mod described;
mod frame;
mod header;
mod judge;
mod mended;
mod scan;
mod search;
mod tail;
mod view;
mod weigh;
mod work;

use super::Position;
use super::cut::NEIGHBOURS_APART;
use super::time::Timestamp;
use super::walk::Format;
pub(super) use chain::Chain;
pub(super) use frame::lengths as packet_lengths;
pub use judge::Verdict;
pub(super) use judge::judge;
use serde::{Deserialize, Serialize};
pub use tail::Tail;
pub(super) use view::View;

/// No damaged record reaches further: the longest common record and its header, in bytes.
const LONGEST: u64 = 262_144 + 24;

/// Most records of a chain that are looked at.
pub(super) const MOST: usize = 4096;

/// Seconds by which a chain without a successor may be later than the record before the damage to
/// be believed by one record.
const SOON: i64 = 3600;

/// How far a decision looks, in bytes.
const AHEAD: u64 = 4 * LONGEST;

/// How much must stay in memory of a stretch in which nothing was found, in bytes.
pub const KEPT_BYTES: u64 = 2 * AHEAD;

/// The time before a position, by which the records after it are judged: that of the record before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Before {
    /// The position was guessed, or the walk to it was not strict.
    #[default]
    Unknown,
    /// No record with a time is before it.
    Nothing,
    /// The time.
    Time(Timestamp),
}

impl Before {
    /// True if a record of these seconds may be the next one.
    pub fn is_near(self, seconds: Option<i64>) -> bool {
        match (self.time(), seconds) {
            (Some(before), Some(seconds)) => near(before.seconds, seconds),
            _ => true,
        }
    }

    fn time(self) -> Option<Timestamp> {
        match self {
            Before::Time(time) => Some(time),
            Before::Unknown | Before::Nothing => None,
        }
    }
}

/// The next record after damage.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A record begins there, or the first record of another capture.
    At(Position),
    /// Nothing so far; more of the stream must be read.
    NeedsMore,
    /// No record follows.
    Nothing,
}

/// Looks for a record after the damage at `damage`, from `from` on, where `bytes` begin.
/// `at_damage` are the bytes there, if they are still in memory. `passed` is told of stretches that
/// hold no record.
pub(super) fn resume<F: Format>(
    format: &F,
    at_damage: &[u8],
    (bytes, from): (&[u8], u64),
    damage: &Position,
    complete: bool,
    passed: impl Fn(u64, u64),
) -> Found {
    let view = View { format, bytes, base: from, known: damage, complete };
    search::resume(&view, at_damage, passed)
}

/// True if times so far apart are those of neighbours.
fn near(one: i64, two: i64) -> bool {
    one.abs_diff(two) <= NEIGHBOURS_APART
}
