//! A capture that follows another one in the same file, with a file header of its own: its own format,
//! byte order and link type. It is read as a new section, and only after damage (`--salvage`): to any
//! other reader a file header between two records is no record.

use super::note::Note;
use super::salvage::{Before, Chain, View};
use super::time::Timestamp;
use super::walk::Format;
use super::{AnyFormat, InterfaceBlock, InterfaceEntry, Position, Record, is_capture};
use std::sync::Arc;

/// The file header of an appended capture.
#[derive(Clone, Debug)]
pub struct Appended {
    /// Offset of the file header.
    offset: u64,
    pub(super) format: AnyFormat,
    pub(super) has_stated_framing: bool,
    /// Number of sections before it.
    sections: u32,
    keeps_notes: bool,
}

impl PartialEq for Appended {
    fn eq(&self, other: &Appended) -> bool {
        self.offset == other.offset
    }
}

impl Appended {
    /// Reads the file header at `offset`, where `bytes` begin, after the records at `before`.
    pub(super) fn open(bytes: &[u8], offset: u64, before: &Position) -> Option<Appended> {
        let version = || matches!(bytes.get(4..6), Some([2, 0] | [0, 2]));
        let is_pcapng = super::pcapng::has_magic(bytes);
        let is_snoop = super::snoop::has_magic(bytes);
        if !is_capture(bytes) || !(is_pcapng || is_snoop || version()) {
            return None;
        }
        let (format, has_stated_framing) = AnyFormat::open_any(bytes).ok()?;
        let sections = match (&before.section, &before.appended) {
            (Some(section), _) => section.number.wrapping_add(1),
            (None, Some(appended)) => appended.sections.saturating_add(1),
            (None, None) => 1,
        };
        Some(Appended { offset, format, has_stated_framing, sections, keeps_notes: false })
    }

    /// Position of the first record.
    pub(super) fn start(self) -> Position {
        let start = with_format!(&self.format, format => format.start());
        let section = start.section.map(|section| {
            let mut section = Arc::unwrap_or_clone(section);
            section.number = self.sections.wrapping_sub(1);
            Arc::new(section)
        });
        Position {
            offset: self.offset.saturating_add(start.offset),
            section,
            before: Before::Nothing,
            appended: Some(Arc::new(self)),
        }
    }

    /// Follows its records, whose first is at `start`, in `bytes`, which begin at `base`. `before` is
    /// the time before the file header.
    pub(super) fn follow(
        &self,
        (bytes, base): (&[u8], u64),
        complete: bool,
        start: &Position,
        far: u64,
        before: Option<Timestamp>,
    ) -> Chain {
        with_format!(&self.format, format => {
            let view = View { format, bytes, base, known: start, complete };
            view.follow_after(start.offset, far, super::salvage::MOST, before)
        })
    }

    /// True if the walk from `start` on has a record at `target`.
    pub(super) fn leads_to(
        &self,
        (bytes, base): (&[u8], u64),
        complete: bool,
        start: &Position,
        target: u64,
    ) -> bool {
        with_format!(&self.format, format => {
            let view = View { format, bytes, base, known: start, complete };
            view.leads_to(start.offset, target)
        })
    }

    /// Offset of its file header.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Name of its format.
    pub fn name(&self) -> &'static str {
        with_format!(&self.format, format => format.name())
    }

    /// Number of the last section if it has none of its own.
    pub fn sections(&self) -> u32 {
        self.sections
    }

    /// The interface that its file header describes.
    pub fn interface(&self) -> Option<InterfaceEntry> {
        let interface = with_format!(&self.format, format => format.only_interface())?;
        let block = InterfaceBlock::Description(interface);
        Some(InterfaceEntry { section: self.sections, interface: 0, block })
    }

    /// The same capture, whose walks give what it says of its sections and interfaces.
    pub(super) fn keeping_notes(self: Arc<Self>) -> Arc<Appended> {
        let mut appended = Arc::unwrap_or_clone(self);
        appended.keeps_notes = true;
        with_format!(&mut appended.format, format => format.keep_notes());
        Arc::new(appended)
    }

    /// The snapshot length in its file header, if notes are kept.
    pub fn note(&self) -> Option<Note> {
        let interface = with_format!(&self.format, format => format.only_interface())?;
        let is_said = self.keeps_notes && interface.snaplen > 0;
        is_said.then(|| Note::of_snaplen(self.sections, interface.snaplen))
    }

    /// Gives a record of a format without sections the number of its own.
    pub(super) fn number<'a>(&self, record: &Record<'a>) -> Record<'a> {
        match self.format {
            AnyFormat::Pcapng(_) => *record,
            _ => Record { section: self.sections, ..*record },
        }
    }
}
