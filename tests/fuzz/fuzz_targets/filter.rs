//! Any text as a filter expression, and any frame: compiling never panics, an error marks a place in
//! the text, and `not` and doubled expressions agree with the expression itself.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use pcapstat::capture::{LinkType, Record};
use pcapstat::dissect::{self, packet::Packet};
use pcapstat::filter::Filter;

fuzz_target!(|input: &[u8]| -> Corpus {
    let mut parts = input.splitn(2, |byte| *byte == b'\n');
    let (Some(text), Some(frame)) = (parts.next(), parts.next()) else { return Corpus::Reject };
    let Ok(text) = std::str::from_utf8(text) else { return Corpus::Reject };
    let filter = match Filter::new(text) {
        Ok(filter) => filter,
        Err(error) => {
            assert!(error.at <= text.len(), "{error:?} is outside of {text:?}");
            let _ = error.to_string();
            return Corpus::Keep;
        }
    };
    let mut packet = Packet::empty();
    let record = Record {
        data: frame,
        wire_bytes: frame.len() as u32,
        link_type: LinkType(1),
        ..Record::default()
    };
    dissect::dissect(&record, &mut packet);
    let matches = filter.matches(&packet);
    if text.trim().is_empty() {
        assert!(matches, "an empty expression matches every packet");
        return Corpus::Keep;
    }
    let derived = |text: String| Filter::new(&text).map(|filter| filter.matches(&packet));
    assert_eq!(derived(format!("not ({text})")), Ok(!matches), "not ({text})");
    assert_eq!(derived(format!("({text}) and ({text})")), Ok(matches), "{text} twice");
    assert_eq!(derived(format!("({text}) or ({text})")), Ok(matches), "{text} twice");
    Corpus::Keep
});
