//! A capture of any format, cut into ranges of as many bytes as the first byte says and read by
//! three workers, gives the tables of one worker and one range, with `--salvage` and
//! without. The merge must detect every wrong guess of a record.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use pcapstat_fuzz::{Reading, THREE_WORKERS, as_capture, open};

fuzz_target!(init: pcapstat_fuzz::work_alone(), |input: &[u8]| -> Corpus {
    let Some((&range_bytes, rest)) = input.split_first() else { return Corpus::Reject };
    let bytes = as_capture(rest);
    let (make, salvage) = (|| open(bytes.clone()), range_bytes & 1 == 1);
    let Some(serial) = Reading::of(make, u64::MAX, salvage) else { return Corpus::Reject };
    let cut = THREE_WORKERS.install(|| Reading::of(make, u64::from(range_bytes).max(1), salvage));
    serial.assert_same(&cut.expect("it was one"), &format!("in ranges of {range_bytes} bytes"));
    Corpus::Keep
});
