//! The strict walk of `--salvage`: it stops at a record whose header may be damaged, and looks for
//! the next record after the damage.

use super::salvage::{self, Before, Found, Verdict, View};
use super::walk::{self, Format, Walk};
use super::{AnyFormat, Appended, Capture, Position, Record, pseudo_header};
use crate::error::FaultKind;
use std::cell::Cell;

/// A strict walk and its end.
pub struct StrictWalk {
    /// The walk.
    pub walk: Walk,
    /// Seconds of the first record that has a time.
    pub first_time: Option<i64>,
    /// It ended at a record that cannot be judged without the time before its start.
    pub unsure: bool,
}

impl Capture {
    /// As [`Capture::walk_numbered`], but stops at a record whose header may be damaged: a damaged
    /// length that still looks legal must not make payload bytes look like records.
    pub fn walk_strict<'a>(
        &'a self,
        from: Position,
        first: u64,
        until: u64,
        mut each: impl FnMut(&Record<'a>),
    ) -> StrictWalk {
        let (rest, complete) = (self.source.rest(from.offset), self.source.is_complete());
        let (before, first_time) = (Cell::new(from.before), Cell::new(None));
        let (unsure, of) = (Cell::new(false), from.appended.clone());
        let has_stated_framing =
            of.as_ref().map_or(self.has_stated_framing, |appended| appended.has_stated_framing);
        let each = |record: &Record<'a>| {
            if let Some(time) = record.time {
                before.set(Before::Time(time));
                first_time.set(first_time.get().or(Some(time.seconds)));
            }
            let record = of.as_ref().map_or(*record, |appended| appended.number(record));
            each(&if has_stated_framing { pseudo_header::without_stated(record) } else { record });
        };
        let (section, appended) = (from.section.clone(), from.appended.clone());
        let own = of.as_ref().map_or(&self.format, |appended| &appended.format);
        let header = of.as_ref().map_or(0, |appended| appended.offset());
        let walk = with_format!(own, format => {
            let check = |rest: &[u8], offset| {
                let (section, appended) = (section.clone(), None);
                let position = Position { offset, section, before: before.get(), appended };
                let is_readable = |view: &View<'_, _>| self.tail.is_readable(view, header);
                match salvage::judge(format, rest, &position, complete, is_readable) {
                    Verdict::Fine => None,
                    Verdict::Refused => Some(FaultKind::RecordUnlikely),
                    Verdict::NeedsMore => {
                        Some(FaultKind::RecordHeaderCut { have: rest.len() as u64, need: u64::MAX })
                    }
                    Verdict::Unsure => {
                        unsure.set(true);
                        Some(FaultKind::RecordUnlikely)
                    }
                }
            };
            walk::walk(format, rest, from, first, until, check, each)
        });
        let mut end = Position { before: before.get(), appended, ..walk.end };
        // The next bytes of a stream may complete what is cut.
        if walk.fault.is_some_and(|fault| complete || !fault.kind.is_record_cut()) {
            let block = self.source.rest(end.offset);
            end = with_format!(own, format => format.after_damaged(block, &end)).unwrap_or(end);
        }
        let first_time = first_time.get();
        StrictWalk { walk: Walk { end, ..walk }, first_time, unsure: unsure.get() }
    }

    /// Looks for a record after `damage`, from `from` on.
    pub fn resume(&self, damage: &Position, from: u64) -> Found {
        let at_damage = match damage.offset >= self.source.start() {
            true => self.source.rest(damage.offset),
            false => &[],
        };
        let (bytes, complete) = ((self.source.rest(from), from), self.source.is_complete());
        let found = with_format!(self.format_at(damage), format => {
            // Pages of a map that hold no record need not stay in memory.
            let passed = |from, until| self.source.release(from, until);
            salvage::resume(format, at_damage, bytes, damage, complete, passed)
        });
        match found {
            Found::At(mut next) if self.keeps_notes && next.appended != damage.appended => {
                next.appended = next.appended.map(Appended::keeping_notes);
                Found::At(next)
            }
            found => found,
        }
    }
}
