//! The body of a saved partial result is read or refused; what is read makes every table.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use pcapstat::engine::memory::Budget;
use pcapstat::reading::Wanted;
use pcapstat::shard::file;
use pcapstat::shard::partial::Content;
use pcapstat_fuzz::{all_needs, tables};

fuzz_target!(init: pcapstat_fuzz::work_alone(), |input: &[u8]| -> Corpus {
    let Ok(pieces) = file::pieces(input) else { return Corpus::Reject };
    let budget = Budget::unlimited();
    for piece in pieces {
        let Content::Read(part) = piece.content else { continue };
        let (mut report, records) = part.report(piece.name, &budget);
        report.folds = Wanted::of(all_needs()).folds(false, &budget);
        // Records that are none are refused.
        let applied = report.folds.as_mut().map(|folds| records.apply(folds, 0));
        if applied.is_some_and(|applied| applied.is_ok()) {
            tables(&report);
        }
    }
    Corpus::Keep
});
