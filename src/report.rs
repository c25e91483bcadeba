//! What is known of one input when all its runs are merged: what every table is made from.

use crate::capture::{Capture, Interface, InterfaceBlock, InterfaceEntry, LinkType};
use crate::engine::{Gap, RangeStats, Run};
use crate::error::{Error, Fault};
use crate::source::Compression;
use crate::tally::conversations::{Conversations, IpPairs};
use crate::tally::{Held, Needs, Tallies, Tally};
use std::collections::HashSet;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

/// How reading an input ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Read to its end.
    Ok,
    /// The file ends inside a record.
    CutShort,
    /// Its bytes contradict each other at some place; what came before was kept.
    Damaged,
    /// Nothing could be read.
    Unreadable,
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Status::Ok => "ok",
            Status::CutShort => "cut_short",
            Status::Damaged => "damaged",
            Status::Unreadable => "unreadable",
        })
    }
}

/// One input, or with `--merge` all of them.
#[derive(Debug)]
pub struct Report {
    /// The path as given.
    pub file: String,
    /// How reading it ended.
    pub status: Status,
    /// The formats' names in order, each once.
    pub formats: Vec<&'static str>,
    /// How the inputs are compressed, each way once.
    pub compressions: Vec<&'static str>,
    /// What is said of interfaces, in the order of the file.
    pub interface_blocks: Vec<InterfaceEntry>,
    /// How many sections there are; 1 in formats without them.
    pub sections: u32,
    /// The length of the file; none when it could not be opened.
    pub file_bytes: Option<u64>,
    /// How many bytes of capture that is: more than the file has where it is compressed.
    pub capture_bytes: u64,
    /// What was passed over, in order.
    pub gaps: Vec<Gap>,
    /// What is wrong with the file, and where.
    pub faults: Vec<Damage>,
    /// The message for people, when anything is wrong.
    pub error: Option<String>,
    /// What was counted.
    pub tallies: Tallies,
    /// What the memory's bound was told of that.
    pub held: Held,
    /// How many ranges it was cut into.
    pub range_count: u64,
    /// Their facts in index order, where they were kept.
    pub ranges: Vec<RangeStats>,
    /// How many segments were walked again.
    pub rewalked: u64,
    /// How long joining its runs took.
    pub merging: Duration,
    pairs: OnceLock<IpPairs>,
}

/// A fault, and the packet in front of which it stands, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// What and at which byte.
    pub fault: Fault,
    /// How many packets were read before it.
    pub packets: u64,
}

impl fmt::Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (fault, packet) = (self.fault, self.packets + 1);
        write!(
            out,
            "{} at byte {} (packet {packet}); kept {} packets",
            fault.kind, fault.offset, self.packets
        )
    }
}

impl Report {
    /// The report of an input of which nothing could be read.
    pub fn unreadable(file: String, error: &Error, needs: Needs, interval: u64) -> Report {
        Report {
            status: Status::Unreadable,
            error: Some(error.to_string()),
            ..Report::empty(file, Tallies::new(needs, interval))
        }
    }

    /// The report of no input at all.
    pub fn empty(file: String, tallies: Tallies) -> Report {
        Report {
            file,
            status: Status::Ok,
            formats: Vec::new(),
            compressions: Vec::new(),
            interface_blocks: Vec::new(),
            sections: 0,
            file_bytes: None,
            capture_bytes: 0,
            gaps: Vec::new(),
            faults: Vec::new(),
            error: None,
            tallies,
            held: Held::default(),
            range_count: 0,
            ranges: Vec::new(),
            rewalked: 0,
            merging: Duration::ZERO,
            pairs: OnceLock::new(),
        }
    }

    /// The report of a capture that was walked.
    pub fn new(file: String, capture: &Capture, run: Run<Tallies>) -> Report {
        let only = capture.only_interface().map(|interface| InterfaceEntry {
            section: 0,
            interface: 0,
            block: InterfaceBlock::Description(interface),
        });
        let interface_blocks = only.into_iter().chain(run.interface_blocks).collect();
        let last = run.fault.map(|fault| Damage { fault, packets: run.packets });
        let passed_over =
            run.gaps.iter().map(|gap| Damage { fault: gap.fault, packets: gap.packets });
        // What could not be passed over is a gap to the end of the file.
        let last = last.filter(|last| run.gaps.last().is_none_or(|gap| gap.fault != last.fault));
        Report {
            file,
            status: match run.fault {
                _ if !run.gaps.is_empty() => Status::Damaged,
                None => Status::Ok,
                Some(fault) if fault.kind.is_cut() => Status::CutShort,
                Some(_) => Status::Damaged,
            },
            formats: vec![capture.format()],
            compressions: capture
                .source()
                .compression()
                .map(Compression::name)
                .into_iter()
                .collect(),
            interface_blocks,
            sections: run
                .end
                .section
                .as_ref()
                .map_or(0, |section| section.number)
                .saturating_add(1),
            file_bytes: Some(capture.source().length()),
            capture_bytes: capture.source().end(),
            faults: one_of_each(passed_over.chain(last)),
            error: message(&run.gaps, last, run.packets),
            gaps: run.gaps,
            tallies: run.tally,
            held: run.held,
            range_count: run.range_count,
            ranges: run.ranges,
            rewalked: run.rewalked,
            merging: run.merging,
            pairs: OnceLock::new(),
        }
    }

    /// Takes in the next input, as if its packets followed in the same capture (`--merge`).
    ///
    /// Packets go on counting; so do byte offsets.
    pub fn merge(&mut self, mut later: Report) {
        let packets = self.tallies.totals.counts.packets;
        let bytes = self.capture_bytes;
        self.status = match (self.status, later.status) {
            (before, later) if self.file_bytes.is_none() && later == Status::Unreadable => {
                before.max(later)
            }
            // A part is missing: neither all is well nor is nothing there.
            (before, Status::Unreadable) => before.max(Status::Damaged),
            (Status::Unreadable, later) => later.max(Status::Damaged),
            (before, later) => before.max(later),
        };
        for (known, new) in
            [(&mut self.formats, later.formats), (&mut self.compressions, later.compressions)]
        {
            for name in new {
                if !known.contains(&name) {
                    known.push(name);
                }
            }
        }
        // Every input has sections of its own.
        let sections = self.sections;
        let moved = |block: InterfaceEntry| InterfaceEntry {
            section: block.section.saturating_add(sections),
            ..block
        };
        self.interface_blocks.extend(later.interface_blocks.into_iter().map(moved));
        self.sections = self.sections.saturating_add(later.sections);
        self.faults.extend(later.faults.iter().map(|damage| Damage {
            fault: Fault { offset: damage.fault.offset + bytes, ..damage.fault },
            packets: damage.packets + packets,
        }));
        self.gaps.extend(later.gaps.iter().map(|gap| Gap {
            fault: Fault { offset: gap.fault.offset + bytes, ..gap.fault },
            packets: gap.packets + packets,
            ..*gap
        }));
        if let Some(error) = later.error {
            // Appended in place: there may be tens of thousands.
            let all = self.error.get_or_insert_default();
            let separator = if all.is_empty() { "" } else { "; " };
            all.extend([separator, &later.file, ": ", &error]);
        }
        let moved =
            later.ranges.iter().map(|range| RangeStats { offset: range.offset + bytes, ..*range });
        for mut range in moved {
            // What stands between the records of two files, headers and damage, goes to the later
            // one.
            if let Some(before) = self.ranges.last() {
                let end = before.offset + before.bytes;
                range.bytes += range.offset.saturating_sub(end);
                range.offset = end;
            }
            self.ranges.push(range);
        }
        if let Some(problems) = &mut later.tallies.problems {
            problems.shift_offsets(bytes);
        }
        if let Some(interfaces) = &mut later.tallies.interfaces {
            interfaces.shift_sections(sections);
        }
        self.tallies.merge(later.tallies);
        self.held = self.held.plus(later.held);
        // Made from what was counted before.
        self.pairs = OnceLock::new();
        self.merging += later.merging;
        let file_bytes = |later| self.file_bytes.unwrap_or(0) + later;
        self.file_bytes = later.file_bytes.map(file_bytes).or(self.file_bytes);
        self.capture_bytes += later.capture_bytes;
        self.range_count += later.range_count;
        self.rewalked += later.rewalked;
    }

    /// The finest conversations and those between pairs of addresses, where they were counted.
    ///
    /// The latter are made once and shared by the tables.
    pub fn conversations(&self) -> Option<(&Conversations, &IpPairs)> {
        let finest = self.tallies.conversations.as_ref()?;
        Some((finest, self.pairs.get_or_init(|| IpPairs::of(finest))))
    }

    /// The link types in order of first use; the described ones where no packet used any.
    pub fn link_types(&self) -> Vec<LinkType> {
        let used = &self.tallies.totals.link_types;
        if !used.is_empty() {
            return used.clone();
        }
        let mut known = HashSet::new();
        self.described()
            .map(|interface| interface.link_type)
            .filter(|link_type| known.insert(*link_type))
            .collect()
    }

    /// The interfaces that are described, in the order of the file.
    pub fn described(&self) -> impl Iterator<Item = &Interface> {
        self.interface_blocks.iter().filter_map(|block| match &block.block {
            InterfaceBlock::Description(interface) => Some(interface),
            InterfaceBlock::Statistics { .. } => None,
        })
    }
}

/// The first damage of each kind: with `--salvage` there may be thousands.
fn one_of_each(all: impl Iterator<Item = Damage>) -> Vec<Damage> {
    let mut known = HashSet::new();
    all.filter(|damage| known.insert(damage.fault.kind.name())).collect()
}

/// What is wrong, for people: what was passed over first, then what ended the capture.
fn message(gaps: &[Gap], last: Option<Damage>, packets: u64) -> Option<String> {
    let gaps = gaps.first().map(|first| {
        let bytes: u64 = gaps.iter().map(|gap| gap.bytes).sum();
        let (Fault { kind, offset }, packet) = (first.fault, first.packets + 1);
        let (count, plural) = (gaps.len(), if gaps.len() == 1 { "" } else { "s" });
        format!("{kind} at byte {offset} (packet {packet}); passed over {bytes} bytes in {count} gap{plural}; kept {packets} packets")
    });
    let parts: Vec<String> = gaps.into_iter().chain(last.map(|last| last.to_string())).collect();
    Some(parts.join("; ")).filter(|message| !message.is_empty())
}
