//! Any bytes as a pcap file: walked in two ways that must agree, dissected, counted, and made into
//! every table.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(init: pcapstat_fuzz::work_alone(), |input: &[u8]| -> Corpus {
    let Some(capture) = pcapstat_fuzz::open(pcapstat_fuzz::as_pcap(input)) else { return Corpus::Reject };
    pcapstat_fuzz::assert_walks_agree(&capture);
    pcapstat_fuzz::count_everything(&capture);
    Corpus::Keep
});
