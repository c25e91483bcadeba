//! Many machines: inputs cut into any shards, mapped in any order and merged in any grouping give
//! the tables of one run, and partials that do not fit are refused by name.

use crate::builder::{Order, Pcap, Pcapng};
use crate::cli::{Said, pcapstat};
use crate::frames::{tcp, udp};
use crate::laws::{pcap_file, pcapng_file, snoop_file};
use crate::reading::{SERIAL, captures_of_testdata, first_difference, open, read_anew};
use crate::salvage::with_notes;
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
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use twox_hash::XxHash3_128;

fn all_tables() -> Vec<String> {
    vec!["--tables=all".into()]
}

/// The shards of a capture of this length, which is called `capture`.
fn shards_of(path: &Path, shard_bytes: u64, options: Vec<String>) -> Vec<Spec> {
    let run = options::plan(&options).expect("a plan");
    let run = pcapstat::plan::Plan { paths: vec![path.into()], ..run };
    let mut specs = plan::plan(&run, options, shard_bytes).expect("shards");
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

/// Files of a run on many machines.
struct Night {
    folder: TempDir,
}

impl Night {
    fn new() -> Night {
        Night { folder: TempDir::new().expect("a directory") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program.
    fn run(&self, arguments: &[&str]) -> std::process::Output {
        pcapstat().args(arguments).current_dir(self.folder.path()).output().expect("it runs")
    }

    fn said(&self, arguments: &[&str]) -> Said {
        self.run(arguments).into()
    }

    fn plan(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.said(&[&["shard", "plan"], arguments].concat());
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        output.stdout.lines().map(String::from).collect()
    }

    fn map(&self, line: &str) -> String {
        let spec: Spec = serde_json::from_str(line).expect("a line of a plan");
        let name = format!("{}.part", spec.shard);
        fs::write(self.path("spec"), line).expect("written");
        let output = self.run(&["shard", "map", "@spec", "-j", "2"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::write(self.path(&name), output.stdout).expect("written");
        name
    }

    /// Plans, maps and merges, mapping again until it is done; returns the partial's name and the
    /// number of rounds that mapped again.
    fn partial(&self, arguments: &[&str]) -> (&'static str, usize) {
        let lines = self.plan(arguments);
        let mut names: Vec<String> = lines.iter().map(|line| self.map(line)).collect();
        names.reverse();
        let mut rounds = 0;
        loop {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let output = self.run(&[&["shard", "merge"], names.as_slice()].concat());
            if output.status.success() {
                fs::write(self.path("night.partial"), output.stdout).expect("written");
                return ("night.partial", rounds);
            }
            let said = String::from_utf8(output.stdout).expect("lines");
            assert_eq!(
                output.status.code(),
                Some(5),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            assert!(!said.is_empty(), "nothing is to be mapped again");
            said.lines().for_each(|line| drop(self.map(line)));
            rounds += 1;
        }
    }

    /// Files of the same names hold the same bytes in both directories.
    fn assert_same(&self, one: &str, two: &str) {
        let names = |folder: &str| {
            let entries = fs::read_dir(self.path(folder)).expect("tables");
            let mut names: Vec<_> =
                entries.map(|entry| entry.expect("an entry").file_name()).collect();
            names.sort();
            names
        };
        assert_eq!(names(one), names(two));
        for name in names(one) {
            let read = |folder| fs::read(self.path(folder).join(&name)).expect("a table");
            let (one, two) = (read(one), read(two));
            assert!(one == two, "{name:?}: {}", first_difference(&one, &two));
        }
    }
}

/// TCP and UDP of a few hosts.
fn capture(packets: u32) -> Vec<u8> {
    let mut file = Pcap::ethernet();
    for number in 0..packets {
        let frame = if number % 3 == 0 {
            udp(53, 5000 + number as u16 % 9, b"?")
        } else {
            tcp(80, 4000, b"data")
        };
        file.frame(number, &frame);
    }
    file.bytes
}

/// A directory of captures of every format, damaged and compressed ones among them.
fn assert_directory(directory: &Path, shard_bytes: &str, more: &[&str]) {
    let night = Night::new();
    let directory = directory.to_str().expect("UTF-8");
    let deciding = [&["-t", "all", directory], more].concat();
    let (partial, _) =
        night.partial(&[&["--shard-bytes", shard_bytes], deciding.as_slice()].concat());
    for (number, how) in
        [&[][..], &["--merge"], &["--total"], &["--top", "3", "-f", "tsv"]].iter().enumerate()
    {
        let (one, two) = (format!("one{number}"), format!("many{number}"));
        let own = night.said(&[&["-q", "-j", "1", "-o", &one], deciding.as_slice(), how].concat());
        let many = night.said(&[&["shard", "finish", "-q", "-o", &two, partial], *how].concat());
        assert_eq!((many.code, &many.stderr), (own.code, &own.stderr), "{how:?}");
        night.assert_same(&one, &two);
    }
}

#[test]
fn the_projects_captures_are_one_run_in_shards() {
    let testdata = captures_of_testdata().remove(0);
    let testdata = testdata.parent().expect("a directory");
    assert_directory(testdata, "20k", &[]);
    assert_directory(testdata, "9k", &["--salvage", "--filter", "ip or arp"]);
}

/// A file of several captures is mapped as one machine reads it: sections, formats, notes and all.
#[test]
fn appended_captures_are_one_run_in_shards() {
    let folder = TempDir::new().expect("a directory");
    let (pcap, blocks) = (capture(300), with_notes("second"));
    let cut = &pcap[..pcap.len() - 9];
    let lost = [&pcap[..], &[0xEE; 9]].concat();
    for (name, first, second) in [
        ("alike.pcap", &pcap, &pcap),
        ("blocks.pcap", &pcap, &blocks),
        ("cut.pcap", &cut.to_vec(), &blocks),
        ("lost.pcap", &lost, &blocks),
        ("turned.pcapng", &blocks, &pcap),
    ] {
        fs::write(folder.path().join(name), [&first[..], second, first].concat()).expect("written");
    }
    assert_directory(folder.path(), "10k", &["--salvage"]);
    assert_directory(folder.path(), "10k", &["--salvage", "--filter", "udp"]);
}

#[test]
#[ignore = "needs ../shared/captures"]
fn the_real_captures_are_one_run_in_shards() {
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures");
    assert_directory(&captures, "1M", &[]);
}

#[test]
#[ignore = "makes a capture of 40 MB"]
fn a_large_capture_in_forty_shards_is_one_run() {
    let night = Night::new();
    fs::write(night.path("large.pcap"), capture(500_000)).expect("written");
    let bytes =
        fs::metadata(night.path("large.pcap")).expect("a file").len().div_ceil(40).to_string();
    let plan = ["-t", "all", "large.pcap", "--shard-bytes", &bytes];
    assert_eq!(night.plan(&plan).len(), 40);
    let (partial, _) = night.partial(&plan);
    assert_eq!(night.said(&["shard", "finish", partial, "-o", "many"]).code, Some(0));
    assert_eq!(night.said(&["-j", "1", "-t", "all", "large.pcap", "-o", "one"]).code, Some(0));
    night.assert_same("one", "many");
}

#[test]
fn short_files_are_grouped_and_long_ones_cut() {
    let night = Night::new();
    for (name, packets) in [("a.pcap", 5), ("b.pcap", 5), ("c.pcap", 400), ("d.pcap", 5)] {
        fs::write(night.path(name), capture(packets)).expect("written");
    }
    let lines = night.plan(&["--shard-bytes", "10k", "."]);
    let specs: Vec<Spec> = lines.iter().map(|line| Spec::parse(line).expect("a shard")).collect();
    let inputs: Vec<usize> = specs.iter().map(|spec| spec.inputs.len()).collect();
    assert_eq!((inputs.first(), inputs.last()), (Some(&2), Some(&1)));
    assert!(specs.len() > 3 && specs.iter().all(|spec| spec.of == specs.len() as u64));
    let mut end = 0;
    for slice in specs.iter().flat_map(|spec| &spec.inputs).filter(|slice| slice.input == 2) {
        assert_eq!((slice.start, slice.header.is_some()), (end, true));
        end = slice.end;
    }
    assert_eq!(end, fs::metadata(night.path("c.pcap")).expect("a file").len());
}

/// A capture inside a capture's packets looks like records: the guess is wrong.
#[test]
fn a_wrong_guess_is_mapped_again_from_the_exact_place() {
    let night = Night::new();
    let mut file = Pcap::ethernet();
    for number in 0..40 {
        file.frame(number, &capture(100));
    }
    fs::write(night.path("nested.pcap"), &file.bytes).expect("written");
    let plan = ["-t", "summary,conversations", "nested.pcap", "--shard-bytes", "50k"];
    let (partial, rounds) = night.partial(&plan);
    assert!(rounds > 0, "no guess was wrong");
    assert_eq!(night.said(&["shard", "finish", partial, "-o", "many"]).code, Some(0));
    assert_eq!(
        night.said(&["-t", "summary,conversations", "nested.pcap", "-o", "one"]).code,
        Some(0)
    );
    night.assert_same("one", "many");
    let first: Vec<String> = night.plan(&plan).iter().map(|line| night.map(line)).collect();
    let names: Vec<&str> = first.iter().map(String::as_str).collect();
    for step in [&["merge"][..], &["finish", "-o", "unfinished"]] {
        let said = night.said(&[&["shard"], step, names.as_slice()].concat());
        assert_eq!(said.code, Some(5), "{step:?}");
        said.assert_message(&["to be mapped again"]);
        let again = said.stdout.lines().next().expect("a line");
        let spec = Spec::parse(again).expect("a shard");
        assert!(spec.inputs[0].from.is_some());
    }
}

/// Interfaces that are described late make all guesses after them wrong: they are mapped again
/// together, not one after the other.
#[test]
fn shards_after_a_new_interface_are_mapped_again_together() {
    let night = Night::new();
    let mut file = Pcapng::new(Order::Little);
    file.interface(1, 0, None);
    for number in 0..200 {
        file.frame(number, &tcp(80, 4000, b"before"));
    }
    file.interface(1, 96, None);
    for number in 0..2000 {
        file.frame(number, &tcp(80, 4000, b"after"));
    }
    fs::write(night.path("late.pcapng"), &file.bytes).expect("written");
    let lines = night.plan(&["late.pcapng", "--shard-bytes", "20k"]);
    assert!(lines.len() > 8);
    let (_, rounds) = night.partial(&["late.pcapng", "--shard-bytes", "20k"]);
    assert_eq!(rounds, 1);
}

/// What was left out of the whole is not missed in its tables.
#[test]
fn partials_without_applications_make_the_tables_without_them() {
    let night = Night::new();
    fs::write(night.path("a.pcap"), capture(400)).expect("written");
    let options = ["-t", "protocols,conversations", "--depth", "transport", "a.pcap"];
    let (partial, _) = night.partial(&options);
    assert_eq!(night.said(&["shard", "finish", partial, "-o", "many"]).code, Some(0));
    assert_eq!(night.said(&[&["-o", "one"], options.as_slice()].concat()).code, Some(0));
    night.assert_same("one", "many");
}

/// Four partials of one capture, by name.
fn four() -> (Night, Vec<String>) {
    let night = Night::new();
    let bytes = capture(400);
    fs::write(night.path("a.pcap"), &bytes).expect("written");
    let length = bytes.len().div_ceil(4).to_string();
    let lines = night.plan(&["-t", "summary,conversations", "a.pcap", "--shard-bytes", &length]);
    let names = lines.iter().map(|line| night.map(line)).collect();
    (night, names)
}

#[test]
fn partials_that_do_not_fit_are_refused_by_name() {
    let (night, _) = four();
    let refused = |step: &str, names: &[&str], code: i32, words: &[&str]| {
        let said = night.said(&[&["shard", step], names].concat());
        assert_eq!(said.code, Some(code), "{}", said.stderr);
        assert_eq!(said.stdout, "");
        said.assert_message(words);
    };
    refused("merge", &["0.part", "2.part"], 2, &["shard 1 is missing between 0.part and 2.part"]);
    refused("merge", &["3.part", "0.part"], 2, &["shards 1 to 2 are missing"]);
    refused("merge", &["0.part", "0.part"], 2, &["shard 0 is in 0.part and in 0.part"]);
    refused(
        "finish",
        &["-o", "out", "0.part", "1.part", "2.part"],
        2,
        &["shards are missing: 3 to 3 of 4"],
    );
    refused("finish", &["-o", "out", "3.part"], 2, &["shards are missing: 0 to 2 of 4"]);
    refused("merge", &["0.part", "a.pcap"], 3, &["a.pcap: not a partial"]);
    let takes = "shard map takes a file with one line that shard plan printed";
    fs::write(night.path("two"), "{}\n{}\n").expect("written");
    fs::write(night.path("none"), "\n").expect("written");
    refused("map", &["@0.part"], 2, &["@0.part: the file is a partial, a result", takes]);
    refused("map", &["@two"], 2, &["@two: the file has 2 lines", takes]);
    refused("map", &["@none"], 2, &["@none: the file is empty", takes]);
    refused("map", &["@a.pcap"], 2, &["@a.pcap: the file is no text", takes]);
    refused(
        "map",
        &["two"],
        2,
        &["no line that shard plan printed; a file that holds one is @two"],
    );
    refused("finish", &["a.pcap"], 3, &["a.pcap: not a partial"]);
    refused("merge", &["0.part", "none.part"], 3, &["none.part: cannot open"]);

    let changed = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = fs::read(night.path("1.part")).expect("a partial");
        change(&mut bytes);
        fs::write(night.path(name), bytes).expect("written");
    };
    changed("flipped", &|bytes| {
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
    });
    refused("merge", &["0.part", "flipped"], 3, &["flipped: damaged", "checksum"]);
    changed("short", &|bytes| bytes.truncate(bytes.len() - 40));
    refused("merge", &["0.part", "short"], 3, &["short: damaged or cut short"]);
    changed("form", &|bytes| bytes[8] = 9);
    refused("merge", &["0.part", "form"], 3, &["form: a partial of version 9"]);
    changed("version", &|bytes| {
        bytes.truncate(bytes.len() - 16);
        let own = env!("CARGO_PKG_VERSION").as_bytes();
        let at = bytes.windows(own.len()).position(|window| window == own).expect("the version");
        bytes[at] = b'9';
        let checksum = XxHash3_128::oneshot(bytes).to_le_bytes();
        bytes.extend_from_slice(&checksum);
    });
    refused("merge", &["0.part", "version"], 3, &["version: a partial of pcapstat 9."]);
}

#[test]
fn partials_of_other_options_or_plans_are_refused() {
    let (night, names) = four();
    fs::rename(night.path(&names[1]), night.path("own.part")).expect("renamed");
    let refused = |words: &[&str]| {
        let said = night.said(&["shard", "merge", "0.part", "1.part"]);
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""));
        said.assert_one_message(words);
    };
    let length = capture(400).len().div_ceil(4).to_string();
    let plan = ["a.pcap", "--shard-bytes", &length, "--filter", "udp"];
    night.map(&night.plan(&plan)[1]);
    refused(&["0.part and 1.part were mapped with other options", "--filter=udp"]);
    let plan = ["-t", "summary,conversations", "a.pcap", "--shard-bytes", "10k"];
    night.map(&night.plan(&plan)[1]);
    refused(&["0.part and 1.part are of two plans"]);
}

#[test]
fn a_partial_is_an_input_like_any_capture() {
    let (night, names) = four();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let same = |options: &[&str]| {
        let many = night.said(&[names.as_slice(), options].concat());
        let one = night.said(&[&["a.pcap"], options].concat());
        assert_eq!((many.code, &many.stdout), (one.code, &one.stdout), "{options:?}");
    };
    same(&[]);
    same(&["-t", "conversations", "--sort", "packets:asc", "--top", "2"]);
    same(&["-t", "endpoints,ports", "-f", "json"]);
    same(&["--expect", "packets == 400"]);
    same(&["--expect", "packets == 401"]);
    same(&["--merge", "--file-as", "name"]);
    // Beside a capture, in the place of the first partial.
    let both = night.said(&["3.part", "a.pcap", "0.part", "1.part", "2.part"]);
    let rows: Vec<&str> = both.stdout.lines().skip(1).collect();
    assert!(rows.len() == 2 && rows[0] == rows[1], "{}", both.stdout);

    let refused = |options: &[&str], words: &[&str]| {
        let said = night.said(&[names.as_slice(), options].concat());
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{options:?}");
        said.assert_message(words);
    };
    refused(&["-t", "protocols"], &["mapped for summary, conversations", "protocols"]);
    refused(&["-t", "packets"], &["no counts for packets"]);
    refused(&["--filter", "udp"], &["--filter=udp", "was mapped without it"]);
    refused(&["--packets", "1..2"], &["--packets"]);
    refused(&["--expect", "tcp_streams == 1"], &["--expect"]);
}

#[test]
fn bytes_of_a_shard_may_come_from_standard_input() {
    let (night, names) = four();
    let bytes = fs::read(night.path("a.pcap")).expect("a capture");
    let length = bytes.len().div_ceil(4);
    let lines = night.plan(&[
        "-t",
        "summary,conversations",
        "a.pcap",
        "--shard-bytes",
        &length.to_string(),
    ]);
    fs::remove_file(night.path("a.pcap")).expect("removed");
    let map = |line: &str, input: &[u8]| {
        pcapstat().args(["shard", "map", line, "-"]).write_stdin(input).output().expect("it runs")
    };
    for (number, line) in lines.iter().enumerate() {
        let start = number * length;
        let with_more = &bytes[start..bytes.len().min(start + length + 2000)];
        let from_file = fs::read(night.path(&names[number])).expect("a partial");
        assert!(map(line, with_more).stdout == from_file, "shard {number}");
    }
    let short: Said = map(&lines[1], &bytes[length..2 * length - 1]).into();
    assert_eq!(short.code, Some(3));
    short.assert_one_message(&["a.pcap: the bytes of the shard end at", "give more"]);
}

#[test]
fn a_shard_of_a_changed_file_is_not_mapped() {
    let (night, _) = four();
    let line = night.plan(&["a.pcap"]).remove(0);
    fs::write(night.path("a.pcap"), capture(401)).expect("written");
    let said = night.said(&["shard", "map", &line]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(3), ""));
    said.assert_one_message(&["a.pcap: changed since the shards were planned"]);
    let other = line.replace("--tables=summary", "--tables=lengths");
    let said = night.said(&["shard", "map", &other]);
    assert_eq!(said.code, Some(2));
    said.assert_message(&["planned by another version", "options were changed"]);
}

/// Rows that each shard writes, one after the other, are those of one run: numbers go on, and names
/// that earlier shards decide are known.
fn assert_rows(inputs: &[&str], night: &Night, shard_bytes: &str, more: &[&str]) {
    let deciding = [&["-t", "summary,packets"], more, inputs].concat();
    let parts = parts_of(night, &[&["--shard-bytes", shard_bytes], deciding.as_slice()].concat());
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let numbered = night.said(&[&["shard", "number"], parts.as_slice()].concat());
    assert_eq!((numbered.code, numbered.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = numbered.stdout.lines().collect();
    assert_eq!(lines.len(), parts.len());
    for format in ["csv", "ndjson"] {
        let options = ["-q", "-f", format, "-t", "packets"];
        let one = night.run(&[&options, more, inputs].concat());
        let mut all = Vec::new();
        for line in &lines {
            fs::write(night.path("spec"), line).expect("written");
            let rows = night.run(&["shard", "rows", "@spec", "-f", format, "--range-bytes", "3k"]);
            assert!(rows.status.success(), "{}", String::from_utf8_lossy(&rows.stderr));
            all.extend(rows.stdout);
        }
        assert!(one.stdout == all, "{format}: {}", first_difference(&one.stdout, &all));
    }
}

#[test]
fn rows_of_numbered_shards_are_those_of_one_run() {
    let testdata = captures_of_testdata().remove(0);
    let testdata = testdata.parent().expect("a directory").to_str().expect("UTF-8");
    assert_rows(&[testdata], &Night::new(), "20k", &[]);
    let night = Night::new();
    fs::write(night.path("a.pcap"), capture(900)).expect("written");
    let mut nested = Pcap::ethernet();
    for number in 0..20 {
        nested.frame(number, &capture(100));
    }
    fs::write(night.path("nested.pcap"), &nested.bytes).expect("written");
    assert_rows(&["a.pcap", "nested.pcap"], &night, "9k", &["--filter", "udp or greater 200"]);
    let night = Night::new();
    fs::write(night.path("a.pcap"), capture(900)).expect("written");
    assert_rows(&["a.pcap"], &night, "9k", &["--depth", "transport"]);
}

/// Deals the partials of a plan, and folds each bucket from the shards that have some. Gives the
/// arguments of `finish`.
fn dealt(night: &Night, parts: &[String]) -> Vec<String> {
    let mut counts = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let directory = format!("dealt{number}");
        let output = night.run(&["shard", "deal", "--buckets", &directory, part]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        counts.push(format!("{number}.counts"));
        fs::write(night.path(&counts[number]), output.stdout).expect("written");
    }
    let counted: Vec<&str> = counts.iter().map(String::as_str).collect();
    let order = night.run(&[&["shard", "order"], counted.as_slice()].concat());
    assert!(order.status.success(), "{}", String::from_utf8_lossy(&order.stderr));
    fs::write(night.path("order"), order.stdout).expect("written");
    let mut finish = counts.clone();
    for bucket in 0..64 {
        // In any order: that of the records is known.
        let files =
            (0..parts.len()).rev().map(|number| format!("dealt{number}/{bucket:02}.bucket"));
        let files: Vec<String> = files.filter(|file| night.path(file).exists()).collect();
        if files.is_empty() {
            continue;
        }
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let folded = night.run(&[&["shard", "fold", "order"], files.as_slice()].concat());
        assert!(folded.status.success(), "{}", String::from_utf8_lossy(&folded.stderr));
        finish.push(format!("{bucket:02}.folded"));
        fs::write(night.path(&finish[finish.len() - 1]), folded.stdout).expect("written");
    }
    finish
}

/// Partials of a plan, by name, in the order of the shards.
fn parts_of(night: &Night, arguments: &[&str]) -> Vec<String> {
    night.partial(arguments);
    let entries = fs::read_dir(night.folder.path()).expect("a directory");
    let names = entries.filter_map(|entry| entry.expect("an entry").file_name().into_string().ok());
    let mut parts: Vec<String> = names.filter(|name| name.ends_with(".part")).collect();
    parts.sort_by_key(|name| name.trim_end_matches(".part").parse::<u64>().expect("a number"));
    parts
}

#[test]
fn buckets_that_are_folded_alone_give_the_tables_of_one_run() {
    let testdata = captures_of_testdata().remove(0);
    let testdata = testdata.parent().expect("a directory").to_str().expect("UTF-8");
    let night = Night::new();
    let parts = parts_of(&night, &["-t", "all", "--shard-bytes", "30k", testdata]);
    let finish = dealt(&night, &parts);
    let finish: Vec<&str> = finish.iter().map(String::as_str).collect();
    let many = [&["shard", "finish", "-q", "-o", "many"], finish.as_slice()].concat();
    let one = night.said(&["-q", "-j", "1", "-t", "all", "-o", "one", testdata]);
    assert_eq!(night.said(&many).code, one.code);
    night.assert_same("one", "many");

    let refused = |arguments: &[&str], code: i32, word: &str| {
        let said = night.said(&[&["shard"], arguments].concat());
        assert_eq!((said.code, said.stdout.as_str()), (Some(code), ""), "{}", said.stderr);
        said.assert_message(&[word]);
    };
    let without = [&["finish", "-o", "none"], &finish[..finish.len() - 1]].concat();
    refused(&without, 2, "its records were dealt; bucket");
    let merged = [&["finish", "-o", "none", "--merge"], finish.as_slice()].concat();
    refused(&merged, 2, "folded input by input");
    let bucket = "dealt0/".to_string() + &first_file(&night, "dealt0");
    refused(&["fold", "order", "0.counts"], 3, "not records of a bucket");
    refused(&["fold", finish[0], finish[finish.len() - 1]], 3, "not records of a bucket");
    refused(&["merge", &bucket], 3, "not a partial");
    refused(&["deal", "--buckets", "again", "none.part"], 3, "none.part");
}

/// Name of the first file of a directory.
fn first_file(night: &Night, directory: &str) -> String {
    let mut entries = fs::read_dir(night.path(directory)).expect("a directory");
    let entry = entries.next().expect("a file").expect("an entry");
    entry.file_name().into_string().expect("UTF-8")
}

#[test]
fn rows_that_cannot_be_put_together_are_wrong_usage() {
    let (night, names) = four();
    let refused = |arguments: &[&str], word: &str| {
        let said = night.said(&[&["shard"], arguments].concat());
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        said.assert_message(&[word]);
    };
    let line = night.plan(&["a.pcap"]).remove(0);
    refused(&["rows", &line], "planned without the table packets");
    let line = night.plan(&["-t", "packets", "a.pcap"]).remove(0);
    refused(&["rows", &line, "-f", "json"], "--format json");
    refused(&["number", &names[0], &names[2]], "shard 1 is missing");
    refused(&["number", &names[0], &names[1]], "shards are missing");
    let part = night.map(&line);
    refused(&["finish", &part], "packets is written by shard rows");
    let (merged, _) = night.partial(&["a.pcap", "--shard-bytes", "9k"]);
    refused(&["number", merged], "merged cannot be numbered");
}

/// A header of many names is a small part of each line.
#[test]
fn a_long_header_is_compressed_in_each_line() {
    let night = Night::new();
    let mut file = Pcapng::new(Order::Little);
    for _ in 0..300 {
        file.interface(1, 96, None);
    }
    let header = file.bytes.len();
    for number in 0..400 {
        file.frame(number, &tcp(80, 4000, b"data"));
    }
    fs::write(night.path("many.pcapng"), &file.bytes).expect("written");
    let lines = night.plan(&["many.pcapng", "--shard-bytes", "8k"]);
    assert!(lines.len() > 4 && lines.iter().all(|line| line.len() < header / 4), "{}", lines[1]);
    let (partial, _) = night.partial(&["many.pcapng", "--shard-bytes", "8k"]);
    let many = night.said(&["-f", "csv", partial]);
    assert_eq!(many.stdout, night.said(&["-f", "csv", "many.pcapng"]).stdout);
}

#[test]
fn what_cannot_be_sharded_is_wrong_usage() {
    let (night, _) = four();
    for (options, word) in [
        (&["-t", "segments"][..], "a row for each packet"),
        (&["-t", "ranges"], "measures one run"),
        (&["--packets", "1..2"], "--packets"),
        (&["--merge"], "--merge"),
        (&["--shard-bytes", "x"], "--shard-bytes x: not a size"),
        (&["--shard-bytes", "16"], "--shard-bytes 16: a shard has at least 4k"),
    ] {
        let said = night.said(&[&["shard", "plan", "a.pcap"], options].concat());
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{options:?}");
        assert!(said.stderr.contains(word), "{}", said.stderr);
    }
    let piped = night.said(&["shard", "plan", "-"]);
    assert_eq!(piped.code, Some(2));
    piped.assert_message(&["-: no regular file"]);
}

#[test]
fn a_file_called_shard_is_an_input_by_its_path() {
    let night = Night::new();
    fs::write(night.path("shard"), capture(3)).expect("written");
    assert_eq!(night.said(&["./shard", "--expect", "packets == 3"]).code, Some(0));
    assert_eq!(night.said(&["shard"]).code, Some(2));
    let help = night.said(&["shard", "--help"]);
    assert!(help.code == Some(0) && help.stdout.contains("plan") && help.stdout.contains("finish"));
}
