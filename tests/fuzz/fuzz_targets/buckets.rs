//! Dealt and folded buckets of a capture, with some of their bytes changed, are read or refused; what
//! is read makes every table.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcapstat::engine::memory::Budget;
use pcapstat::fold::encoded::dealt::Share;
use pcapstat::plan::Plan;
use pcapstat::shard::file::{framed, write_framed};
use pcapstat::shard::kind::Kind;
use pcapstat::shard::map::{self, Bytes};
use pcapstat::shard::partial::Content;
use pcapstat::shard::spec::{Slice, Spec};
use pcapstat::shard::{buckets, options};
use pcapstat_fuzz::{FILE, tables};
use std::io::Cursor;
use std::sync::LazyLock;

static PLAN: LazyLock<Plan> =
    LazyLock::new(|| options::plan(&["--tables=all".into()]).expect("a plan"));

/// A change: which of the bodies, the place in it, the new value.
type Change<'a> = &'a [u8; 4];

/// Changes the bytes of a body.
fn change(body: &mut [u8], number: usize, changes: &[Change<'_>]) {
    for [which, high, low, value] in changes {
        let place = usize::from(u16::from_be_bytes([*high, *low]));
        if usize::from(*which) == number
            && let Some(place) = place.checked_rem(body.len())
        {
            body[place] = *value;
        }
    }
}

fuzz_target!(init: pcapstat_fuzz::work_alone(), |input: &[u8]| {
    let Some((&count, rest)) = input.split_first() else { return };
    let Some((changes, capture)) = rest.split_at_checked(usize::from(count % 8) * 4) else { return };
    let changes: Vec<Change<'_>> = changes.as_chunks().0.iter().collect();
    let bytes = capture.len() as u64;
    let slice = Slice { bytes, end: bytes, name: FILE.into(), ..Slice::default() };
    let spec = Spec { of: 1, inputs: vec![slice], ..Spec::default() };
    let stream = Bytes::Stream(Box::new(Cursor::new(capture.to_vec())));
    let Ok(partial) = map::map(spec, &PLAN, stream) else { return };
    let (budget, mut number) = (Budget::unlimited(), 0..);
    for piece in partial.pieces {
        let Content::Read(mut part) = piece.content else { continue };
        let mut states = Vec::new();
        for (bucket, shares) in part.records.deal(0) {
            let mut file = Vec::new();
            write_framed(Kind::Bucket, b"", &shares, &mut file).expect("bytes");
            let mut body = framed(Kind::Bucket, &file).expect("a bucket").1.to_vec();
            change(&mut body, number.next().expect("numbers"), &changes);
            let Ok(shares) = buckets::data::<Vec<Share>>(&body) else { return };
            let mut folds = PLAN.wanted.folds(false, &budget).expect("folds");
            let Ok(mut state) = part.records.fold(&mut folds, bucket, &shares) else { return };
            change(&mut state, number.next().expect("numbers"), &changes);
            states.push((bucket, state));
        }
        part.records.take_folded(states);
        let (mut report, records) = part.report(piece.name, &budget);
        report.folds = PLAN.wanted.folds(false, &budget);
        let applied = report.folds.as_mut().map(|folds| records.apply(folds, 0));
        if applied.is_some_and(|applied| applied.is_ok()) {
            tables(&report);
        }
    }
    // Folds are freed by tasks, which a lone worker does not come to otherwise.
    while rayon::yield_now() == Some(rayon::Yield::Executed) {}
});
