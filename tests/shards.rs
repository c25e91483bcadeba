//! Many machines: inputs cut into any shards, mapped in any order and merged in any grouping give
//! the tables of one run, and hostile partials are read or refused.

use crate::laws::{pcap_file, pcapng_file, snoop_file};
use crate::reading::{SERIAL, first_difference, open, read_anew};
use pcapstat::engine::memory::Budget;
use pcapstat::output::csv;
use pcapstat::shard::map::{self, Bytes};
use pcapstat::shard::merge::merge;
use pcapstat::shard::partial::{Content, Partial};
use pcapstat::shard::spec::Spec;
use pcapstat::shard::{Refusal, file, options, plan};
use pcapstat::table::TABLES;
use proptest::prelude::*;
use proptest::sample::Index;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use tempfile::TempDir;
use twox_hash::XxHash3_128;

fn all_tables() -> Vec<String> {
    vec!["--tables=all".into()]
}

/// The shards of a capture of this length, which is called `capture`.
fn shards_of(path: &Path, shard_bytes: u64, options: Vec<String>) -> Vec<Spec> {
    let run = options::plan(&options).expect("a plan");
    let run = pcapstat::plan::Plan { paths: vec![path.into()], ..run };
    let mut specs = plan::plan(&run, options, shard_bytes).expect("shards").shards;
    specs
        .iter_mut()
        .flat_map(|spec| &mut spec.inputs)
        .for_each(|slice| slice.name = "capture".into());
    specs
}

fn mapped(spec: Spec, from_stream: bool) -> Partial {
    let run =
        map::plan(&spec, vec!["--jobs=2".into(), "--range-bytes=700".into()]).expect("a plan");
    let bytes = match (from_stream, spec.inputs.as_slice()) {
        (true, [slice]) => {
            let all = fs::read(&slice.path).expect("a file");
            Bytes::Stream(Box::new(Cursor::new(all[slice.start as usize..].to_vec())))
        }
        _ => Bytes::Files,
    };
    map::map(spec, &run, bytes).expect("a partial")
}

/// As written by one machine and read by another.
fn sent(partial: &Partial) -> Partial {
    let mut bytes = Vec::new();
    file::write(partial, &mut bytes).expect("bytes");
    file::parse(&bytes).expect("a partial")
}

/// Merges neighbours chosen by `choices`, and maps again what began at a wrong guess.
fn merged(mut partials: Vec<Partial>, choices: &[Index], from_stream: bool) -> Partial {
    let mut choices = choices.iter().cycle();
    let mut rounds = 0;
    while partials.len() > 1 {
        rounds += 1;
        assert!(rounds < 1000, "merging does not end");
        let at = choices.next().expect("choices").index(partials.len() - 1);
        let pair = [sent(&partials[at + 1]), sent(&partials[at])];
        let named = pair.into_iter().map(|partial| ("a partial".to_string(), partial)).collect();
        match merge(named) {
            Ok(one) => drop(partials.splice(at..at + 2, [one])),
            Err(Refusal::MapAgain(again)) => {
                let again = again.into_iter().map(|spec| mapped(spec, from_stream));
                partials.splice(at + 1..at + 2, again);
            }
            Err(other) => panic!("{other}"),
        }
    }
    partials.pop().expect("a partial")
}

/// The tables of a whole partial of one capture equal those of a serial run.
fn assert_is_one_run(whole: Partial, bytes: &[u8], options: &[String]) {
    whole.assert_whole("the partial").expect("all shards");
    let run = options::plan(options).expect("a plan");
    let serial = read_anew("capture", || open(bytes).expect("a capture"), SERIAL, run.salvage);
    let wanted = run.wanted;
    let [piece] = <[_; 1]>::try_from(whole.pieces).expect("one input");
    let Content::Read(part) = piece.content else { panic!("not read") };
    let (mut report, records) = part.report(piece.name, &Budget::unlimited());
    report.folds = wanted.folds(false, &Budget::unlimited());
    records.apply(report.folds.as_mut().expect("folds"), 0).expect("records");
    for table in TABLES.iter().filter(|table| !table.is_export() && !table.needs.ranges) {
        let (one, two) = (serial.table(table.name), csv::table(table, &report));
        assert!(one == two, "{}: {}", table.name, first_difference(one, &two));
    }
}

fn assert_any_cut(
    bytes: &[u8],
    part: Index,
    choices: &[Index],
    (from_stream, salvage): (bool, bool),
) {
    if open(bytes).is_err() {
        return;
    }
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), bytes).expect("written");
    let shard_bytes = (bytes.len() / 12 + 1 + part.index(bytes.len())) as u64;
    let salvage = Some("--salvage".to_string()).filter(|_| salvage);
    let options: Vec<String> = all_tables().into_iter().chain(salvage).collect();
    let specs = shards_of(file.path(), shard_bytes, options.clone());
    let partials = specs.into_iter().rev().map(|spec| mapped(spec, from_stream)).rev().collect();
    assert_is_one_run(merged(partials, choices, from_stream), bytes, &options);
}

fn choices() -> impl Strategy<Value = Vec<Index>> {
    prop::collection::vec(any::<Index>(), 8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_pcap_file_is_one_run_in_any_shards(
        bytes in pcap_file(), part in any::<Index>(), choices in choices(), how in any::<(bool, bool)>(),
    ) {
        assert_any_cut(&bytes, part, &choices, how);
    }

    #[test]
    fn a_pcapng_file_is_one_run_in_any_shards(
        bytes in pcapng_file(), part in any::<Index>(), choices in choices(), how in any::<(bool, bool)>(),
    ) {
        assert_any_cut(&bytes, part, &choices, how);
    }

    #[test]
    fn a_snoop_file_is_one_run_in_any_shards(
        bytes in snoop_file(), part in any::<Index>(), choices in choices(), how in any::<(bool, bool)>(),
    ) {
        assert_any_cut(&bytes, part, &choices, how);
    }

    /// A partial whose bytes were changed and whose checksum was made to hold is read or refused.
    #[test]
    fn a_hostile_partial_does_not_panic(
        bytes in pcapng_file(),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<Index>()),
    ) {
        let folder = TempDir::new().expect("a directory");
        let path = folder.path().join("capture");
        fs::write(&path, &bytes).expect("written");
        let mut saved = Vec::new();
        let spec = shards_of(&path, 1 << 30, all_tables()).remove(0);
        file::write(&mapped(spec, false), &mut saved).expect("bytes");
        saved.truncate(saved.len() - 16);
        let length = cut.map_or(saved.len(), |cut| cut.index(saved.len()) + 1);
        saved.truncate(length);
        for (at, value) in changes {
            let at = at.index(saved.len());
            saved[at] = value;
        }
        let checksum = XxHash3_128::oneshot(&saved).to_le_bytes();
        saved.extend_from_slice(&checksum);
        let Ok(partial) = file::parse(&saved) else { return Ok(()) };
        let wanted = options::plan(&all_tables()).expect("a plan").wanted;
        for piece in partial.pieces {
            let Content::Read(part) = piece.content else { continue };
            let (mut report, records) = part.report(piece.name, &Budget::unlimited());
            report.folds = wanted.folds(false, &Budget::unlimited());
            // Records that are none are refused when they are applied.
            let _ = records.apply(report.folds.as_mut().expect("folds"), 0);
            for table in TABLES.iter().filter(|table| !table.is_export()) {
                csv::table(table, &report);
            }
        }
    }
}
