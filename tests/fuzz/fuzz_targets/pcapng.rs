//! Any bytes as a pcapng file, as the target pcap. In one go, packets that are alike are read in
//! runs; byte by byte they never are.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(init: pcapstat_fuzz::work_alone(), |input: &[u8]| -> Corpus {
    let Some(capture) = pcapstat_fuzz::open(pcapstat_fuzz::as_pcapng(input)) else { return Corpus::Reject };
    pcapstat_fuzz::assert_walks_agree(&capture);
    pcapstat_fuzz::count_everything(&capture);
    Corpus::Keep
});
