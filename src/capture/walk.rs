//! The loop over records, written once for all capture formats.
//!
//! A [`Format`] reads one step from bytes and state; [`walk`] repeats it up to a limit or a fault.
//! A check of each step makes the walk strict (`--salvage`): a header whose damage the format cannot
//! see must not lead it through the bytes of frames.

use super::cut::Candidate;
use super::note::Note;
use super::{Interface, InterfaceEntry, Position, Record, prefetch_records};
use crate::error::{Fault, FaultKind};

/// A capture format: everything but the loop over its records.
pub trait Format {
    /// State from record to record.
    type State;

    /// Two lengths frame each record, so that none is read whose header is damaged.
    const FRAMED: bool = false;

    /// Stable name of the format.
    fn name(&self) -> &'static str;

    /// Position of the first record.
    fn start(&self) -> Position;

    /// Position whose state a reader in the middle assumes: that of the first packet.
    fn assumed(&self) -> Position {
        self.start()
    }

    /// The interface that the file header describes. None in formats that describe each apart.
    fn only_interface(&self) -> Option<Interface> {
        None
    }

    /// Alignment of records in bytes.
    fn alignment(&self) -> u64 {
        1
    }

    /// State of a walk that begins at `from`.
    fn begin(&self, from: &Position) -> Self::State;

    /// The next step at the start of `rest`, which is at `offset` and not empty.
    ///
    /// # Errors
    /// The fault of the bytes there.
    fn next<'a>(
        &self,
        state: &mut Self::State,
        rest: &'a [u8],
        offset: u64,
    ) -> Result<Step<'a>, FaultKind>;

    /// Reads records that are like the one before, which may be faster than [`Format::next`], and
    /// numbers them from `number` on. Gives their count and length; zero if the next one
    /// is another.
    #[inline]
    fn run<'a>(
        &self,
        _state: &Self::State,
        _rest: &'a [u8],
        _offset: u64,
        _until: u64,
        _number: u64,
        _each: &mut impl FnMut(&Record<'a>),
    ) -> (u64, usize) {
        (0, 0)
    }

    /// Has walks keep notes, in formats that have any.
    fn keep_notes(&mut self) {}

    /// The notes of a walk so far; none remain.
    fn take_notes(&self, _state: &mut Self::State) -> Vec<Note> {
        Vec::new()
    }

    /// Position and interface entries at the end of a walk.
    fn end(&self, state: Self::State, offset: u64) -> (Position, Vec<InterfaceEntry>);

    /// The record that may begin at `offset`, where `rest` begins. Stricter than [`Format::next`],
    /// which accepts what Wireshark accepts: it decides only where to look first.
    fn plausible(&self, rest: &[u8], from: &Position, offset: u64) -> Option<Candidate>;

    /// The record at `offset` that is plausible by its header, even if it is cut off.
    fn claims(&self, rest: &[u8], from: &Position, offset: u64) -> Option<Candidate> {
        self.plausible(rest, from, offset)
    }

    /// True if a length stands at the start of `rest` that ends a block which began so many bytes before,
    /// and whose first bytes are those at the damage.
    fn ends_block(&self, _rest: &[u8], _bytes: u64, _at_damage: &[u8]) -> bool {
        false
    }

    /// Ends that the record at `offset` may have by the length that its packet states.
    fn ends_by_packet(&self, _rest: &[u8], _offset: u64) -> Option<[u64; 2]> {
        None
    }

    /// The positions after the damaged block that begins with these bytes, if it describes an interface:
    /// one for each of the meanings that it may have. The offset is the block's.
    fn described(&self, _block: &[u8], _at: &Position) -> Vec<Position> {
        Vec::new()
    }

    /// The state after the damaged block that begins with these bytes, if it is known to begin a section: nothing
    /// that was described before it holds after it.
    fn after_damaged(&self, _block: &[u8], _at: &Position) -> Option<Position> {
        None
    }

    /// End of the record at `offset` by a second length in its header. None if there is none.
    fn other_end(&self, _rest: &[u8], _offset: u64) -> Option<u64> {
        None
    }
}

/// One step of a walk.
pub enum Step<'a> {
    /// A record and its whole length in the file.
    Record(Record<'a>, usize),
    /// Bytes that are no record.
    Skip(usize),
}

/// End of a walk over records.
#[derive(Clone, Debug)]
pub struct Walk {
    /// After the last record that was read.
    pub end: Position,
    /// Number of records.
    pub packets: u64,
    /// Reason for ending before the limit. None if the limit was reached.
    pub fault: Option<Fault>,
    /// Interface descriptions and statistics on the way.
    pub interface_blocks: Vec<InterfaceEntry>,
    /// Notes on sections and interfaces on the way, if they are kept.
    pub notes: Vec<Note>,
}

/// Reads the records of `rest`, which begins at `from`, that begin before `until`, and numbers them
/// from `first` on. `check` may refuse a step by a fault.
#[inline]
pub fn walk<'a, F: Format>(
    format: &F,
    mut rest: &'a [u8],
    from: Position,
    first: u64,
    until: u64,
    check: impl Fn(&[u8], u64) -> Option<FaultKind>,
    mut each: impl FnMut(&Record<'a>),
) -> Walk {
    let mut state = format.begin(&from);
    let (mut offset, mut number, mut fault) = (from.offset, first, None);
    while offset < until && !rest.is_empty() {
        let (read, length) = format.run(&state, rest, offset, until, number, &mut each);
        if read > 0 {
            number += read;
            offset += length as u64;
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        let checked = |step| check(rest, offset).map_or(Ok(step), Err);
        let mut step = match format.next(&mut state, rest, offset).and_then(checked) {
            Ok(step) => step,
            Err(kind) => {
                fault = Some(Fault { kind, offset });
                break;
            }
        };
        let (Step::Record(_, length) | Step::Skip(length)) = step;
        let next = rest.get(length..).unwrap_or_default();
        if let Step::Record(record, _) = &mut step {
            prefetch_records(next, length);
            record.number = number;
            each(record);
            number += 1;
        }
        offset += length as u64;
        rest = next;
    }
    let notes = format.take_notes(&mut state);
    let (end, interface_blocks) = format.end(state, offset);
    Walk { end, packets: number - first, fault, interface_blocks, notes }
}
