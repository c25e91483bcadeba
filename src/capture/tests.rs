//! Walks of the captures in `testdata`.

use super::*;

#[test]
fn records_are_numbered_from_the_start_of_their_walk() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut formats = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        let Ok(capture) = Capture::new(Source::from(bytes)) else { continue };
        let mut position = capture.start();
        for until in [capture.source().end() / 2, u64::MAX] {
            let mut numbers = Vec::new();
            let walk = capture.walk(position, until, |record| numbers.push(record.number));
            assert!(numbers.into_iter().eq(0..walk.packets));
            position = walk.end;
            formats.insert(capture.format());
        }
    }
    assert!(formats.len() >= 2, "{formats:?}");
}
