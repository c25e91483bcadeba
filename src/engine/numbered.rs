//! Numbered pieces: rows need absolute packet numbers, so a cheap walk counts the packets of a few
//! ranges before these are dissected.
//!
//! The last range of each batch need not be counted, so a capture of one range is walked once.
//! Parts of one batch are taken while the next one is walked; memory is bounded by the batch.

use super::Whole;
use super::batches::{self, Waiting, take_all};
use super::options::Options;
use super::pass::{Pass, Shift};
use super::speculation::verified_runs;
use super::walker::{Pages, Walker};
use crate::capture::cut::Ranges;
use crate::capture::{Capture, Position};
use rayon::prelude::*;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::AtomicBool;

/// Position of a range's first record, and the number of packets before it.
type Start = (Position, u64);

/// Walks the bytes in memory from the end of `whole` on, batch by batch.
pub fn window<P: Pass>(
    capture: &Capture,
    options: &Options<'_>,
    ranges: Ranges,
    whole: &mut Whole,
    pass: &mut P,
) -> Result<(), P::Error> {
    let counting: Walker<'_, '_, ()> =
        Walker { capture, options, ranges, settings: (), pages: Pages::Populate, reports: false };
    let settings = pass.settings();
    let mut ready: Vec<Waiting<P>> = Vec::new();
    let mut assumed = whole.assumed(capture);
    let mut first = 0;
    while let Some(segments) = batches::next(options, ranges, whole, &mut first) {
        let before = std::mem::take(&mut ready);
        let take = || take_all(pass, before);
        let walk = || {
            let mut rewalked = 0;
            let mut starts = vec![(whole.end.clone(), whole.walked.packets)];
            let counted = segments.split_last().map_or(&segments[..], |(_, counted)| counted);
            let mut faulty = false;
            verified_runs(&counting, counted, whole.end.clone(), assumed.clone(), |run| {
                rewalked += run.walked.rewalked;
                faulty |= run.walked.fault.is_some();
                let packets = starts.last().map_or(0, |(_, packets)| packets + run.walked.packets);
                starts.push((run.end, packets));
                ControlFlow::Continue(())
            });
            if faulty {
                starts.pop();
            }
            let observing: Walker<'_, '_, P::Part> = Walker {
                capture,
                options,
                ranges,
                settings: settings.clone(),
                pages: if segments.len() > 1 { Pages::Release } else { Pages::Pass },
                reports: true,
            };
            let never = AtomicBool::new(false);
            let observe = |(segment, start): (&Range<u64>, Start)| {
                let run = observing.segment(segment.clone(), start.0.clone(), start.1, &never);
                (start, run)
            };
            let runs: Vec<_> =
                segments.par_iter().zip(starts).with_max_len(1).map(observe).collect();
            (rewalked, runs, observing)
        };
        let (taken, (rewalked, runs, observing)) = rayon::join(take, walk);
        taken?;
        // The file was truncated while mapped: these parts may have read zeros.
        if capture.source().shrunk().is_some() {
            return Ok(());
        }
        whole.walked.rewalked += rewalked;
        for (segment, (start, mut run)) in segments.iter().zip(runs) {
            if whole.walked.fault.is_some() {
                break;
            }
            // A packet that panicked is counted by the first walk and skipped by the second.
            if start != (whole.end.clone(), whole.walked.packets) {
                let never = AtomicBool::new(false);
                let (start, packets) = (whole.end.clone(), whole.walked.packets);
                run = observing.segment(segment.clone(), start, packets, &never);
            }
            let shift = Shift::of_packets(whole.walked.packets);
            whole.note_doubt(run.first_time, run.unsure);
            whole.append(run.end, run.walked, shift);
            ready.push((run.part, shift, run.reservation));
        }
        assumed = whole.end.clone();
    }
    take_all(pass, ready)
}
