//! Reports: everything that is known of one input after the walk, or of all with `--merge`.
//!
//! Every table is derived from a report.

mod facts;
mod faults;

pub use facts::{FileFacts, Status};
pub use faults::Damage;

use crate::capture::note::Note;
use crate::capture::{InterfaceBlock, InterfaceEntry, LinkType};
use crate::engine::memory::{Exceeded, Reservation};
use crate::engine::pass::Shift;
use crate::engine::{Described, Walked};
use crate::error::Fault;
use crate::fold::tcp::Tcp;
use crate::fold::{Folded, Folds};
use crate::tally::conversations::{Conversations, IpPairs};
use crate::tally::{Needs, Tallies, Tally};
use faults::{MergedErrors, message, one_of_each};
use std::sync::OnceLock;

/// One input, or with `--merge` all of them: the source of every table.
///
/// It is plain data that outlives the walk: the engine's facts in [`Walked`], the counts of packets
/// in [`Tallies`], and the file's own properties.
#[derive(Debug)]
pub struct Report {
    /// The path as given.
    pub file: String,
    /// End of reading it.
    pub status: Status,
    /// Names of the formats in order, each once.
    pub formats: Vec<String>,
    /// Names of the compressions, each once.
    pub compressions: Vec<String>,
    /// Length of the file in bytes. None if it could not be opened.
    pub file_bytes: Option<u64>,
    /// Length of the decompressed capture in bytes.
    pub capture_bytes: u64,
    /// Faults of the file, the first of each kind.
    pub faults: Vec<Damage>,
    /// Message for people. None if nothing is wrong.
    pub error: Option<String>,
    /// Merged inputs that have an error.
    merged_errors: MergedErrors,
    /// Facts of the walk.
    pub walked: Walked,
    /// Counts of the packets.
    pub tallies: Tallies,
    /// Counts that depend on the order of packets. None if nothing was read.
    pub folds: Option<Folds>,
    /// Memory of the tallies and facts. None if nothing was walked.
    reservation: Option<Reservation>,
    pairs: OnceLock<IpPairs>,
}

impl Report {
    /// Report of an input that could not be read at all.
    pub fn unreadable(file: String, message: String, needs: Needs, interval: u64) -> Report {
        Report {
            status: Status::Unreadable,
            error: Some(message),
            ..Report::empty(file, Tallies::new(needs, interval))
        }
    }

    /// Report of an input that this process is too short of memory or descriptors to read.
    pub fn unknown(file: String, message: String, needs: Needs, interval: u64) -> Report {
        Report {
            status: Status::Unknown,
            error: Some(message),
            ..Report::empty(file, Tallies::new(needs, interval))
        }
    }

    /// Report of no input.
    pub fn empty(file: String, tallies: Tallies) -> Report {
        Report {
            file,
            status: Status::Ok,
            formats: Vec::new(),
            compressions: Vec::new(),
            file_bytes: None,
            capture_bytes: 0,
            faults: Vec::new(),
            error: None,
            merged_errors: MergedErrors::default(),
            walked: Walked::default(),
            tallies,
            folds: None,
            reservation: None,
            pairs: OnceLock::new(),
        }
    }

    /// Report of a capture that was walked.
    pub fn new(
        file: String,
        facts: FileFacts,
        mut walked: Walked,
        tallies: Tallies,
        mut reservation: Reservation,
    ) -> Report {
        reservation.resize(tallies.memory().plus(walked.memory()));
        if let Some(interface) = facts.only_interface {
            if tallies.comments.is_some() && interface.snaplen > 0 {
                walked.described.note(vec![Note::of_snaplen(0, interface.snaplen)]);
            }
            let (block, keep) =
                (InterfaceBlock::Description(interface), tallies.interfaces.is_some());
            // It comes before those of appended captures.
            let mut described = Described::default();
            described.take(vec![InterfaceEntry { section: 0, interface: 0, block }], keep);
            described.append(std::mem::take(&mut walked.described), 0);
            walked.described = described;
        }
        let mut formats = vec![facts.format];
        append_new(&mut formats, walked.formats.clone());
        let last = walked.fault.map(|fault| Damage { fault, packets: walked.packets });
        let skipped = walked.gaps.kinds().map(|(fault, packets)| Damage { fault, packets });
        // Damage without a record after it is a gap up to the end of the file.
        let last = last.filter(|last| walked.gaps.last().is_none_or(|gap| gap.fault != last.fault));
        Report {
            status: match walked.fault {
                _ if !walked.gaps.is_empty() => Status::Damaged,
                None => Status::Ok,
                Some(fault) if fault.kind.is_cut() => Status::CutShort,
                Some(_) => Status::Damaged,
            },
            formats,
            compressions: facts.compression.into_iter().collect(),
            file_bytes: Some(facts.file_bytes),
            capture_bytes: facts.capture_bytes,
            faults: one_of_each(skipped.chain(last)),
            error: message(&walked.gaps, last, walked.packets),
            walked,
            reservation: Some(reservation),
            ..Report::empty(file, tallies)
        }
    }

    /// Appends the next input, as if its packets followed in the same capture (`--merge`).
    ///
    /// Packet numbers, byte offsets and section numbers continue.
    pub fn append(&mut self, later: Report) {
        let shift = self.shift();
        self.status = match (self.status, later.status) {
            (before, Status::Unreadable) if self.file_bytes.is_none() => {
                before.max(Status::Unreadable)
            }
            // A part is missing: the whole is neither well nor unreadable.
            (before, Status::Unreadable) => before.max(Status::Damaged),
            (Status::Unreadable, later) => later.max(Status::Damaged),
            (before, later) => before.max(later),
        };
        append_new(&mut self.formats, later.formats);
        append_new(&mut self.compressions, later.compressions);
        self.faults.extend(later.faults.iter().map(|damage| Damage {
            fault: Fault { offset: damage.fault.offset + shift.bytes, ..damage.fault },
            packets: damage.packets + shift.packets,
        }));
        if let Some(error) = later.error {
            self.merged_errors.add(later.status, || format!("{}: {error}", later.file));
            self.error = Some(self.merged_errors.to_string());
        }
        self.walked.append(later.walked, shift);
        self.tallies.merge(later.tallies, shift);
        self.reservation = self.reservation.take().or(later.reservation);
        if let Some(reservation) = &mut self.reservation {
            reservation.resize(self.tallies.memory().plus(self.walked.memory()));
        }
        // Derived from the tallies before.
        self.pairs = OnceLock::new();
        let file_bytes = |later| self.file_bytes.unwrap_or(0) + later;
        self.file_bytes = later.file_bytes.map(file_bytes).or(self.file_bytes);
        self.capture_bytes += later.capture_bytes;
    }

    /// Structure that exceeded its memory. None if it was not.
    pub fn exceeded(&self) -> Option<Exceeded> {
        self.reservation.as_ref().and_then(Reservation::exceeded)
    }

    /// Packets, bytes and sections so far: the shift of the next input.
    pub fn shift(&self) -> Shift {
        Shift {
            packets: self.walked.packets,
            bytes: self.capture_bytes,
            sections: self.walked.sections,
        }
    }

    /// The finest conversations and those between pairs of addresses. None if they were not
    /// counted.
    ///
    /// The latter are derived once and shared by the tables.
    pub fn conversations(&self) -> Option<(&Conversations, &IpPairs)> {
        let finest = self.tallies.conversations.as_ref()?;
        Some((finest, self.pairs.get_or_init(|| IpPairs::of(finest))))
    }

    /// The TCP streams. None if they were not followed.
    pub fn tcp(&self) -> Option<&Folded<Tcp>> {
        self.folds.as_ref()?.tcp.as_ref()
    }

    /// The link types in order of first use; if there are no packets, the described ones.
    pub fn link_types(&self) -> Vec<LinkType> {
        let used = &self.tallies.totals.link_types;
        let described = &self.walked.described.link_types;
        if used.is_empty() { described.to_vec() } else { used.to_vec() }
    }
}

/// Appends the names that are not known yet.
fn append_new(known: &mut Vec<String>, names: Vec<String>) {
    for name in names {
        if !known.contains(&name) {
            known.push(name);
        }
    }
}
