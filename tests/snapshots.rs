//! Snapshots: every table of one capture in every format for text, as `tests/snapshots/TABLE.EXT`.
//!
//! To accept what the program writes now, run `PCAPSTAT_BLESS=1 cargo test snapshots` and read the
//! difference that git shows.

use crate::cli::pcapstat;
use crate::reading::first_difference;
use pcapstat::output::format::FORMATS;
use pcapstat::table::TABLES;
use std::fs;
use std::path::Path;

/// Most columns of most tables have values.
const CAPTURE: &str = "testdata/malformed.pcap";

/// Measures the run.
const UNSTABLE: &str = "ranges";

#[test]
fn every_format_writes_every_table_as_before() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let snapshots = root.join("tests/snapshots");
    let blessing = std::env::var_os("PCAPSTAT_BLESS").is_some_and(|value| value == "1");
    let tables = TABLES.iter().filter(|table| table.name != UNSTABLE);
    let names: Vec<_> = tables.map(|table| table.name).collect();
    // The golden tables are CSV.
    for format in FORMATS.iter().filter(|format| format.name != "csv" && !format.binary) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut command = pcapstat();
        command.args(["-q", "-f", format.name, "-t", &names.join(","), "-o"]);
        command.arg(directory.path()).arg(CAPTURE).current_dir(root);
        let status = command.output().expect("it runs").status;
        assert!(matches!(status.code(), Some(0 | 4)), "{}: {status}", format.name);
        for name in &names {
            let file = format!("{name}.{}", format.extension);
            let written = fs::read(directory.path().join(&file)).expect("a table");
            if blessing {
                fs::create_dir_all(&snapshots).expect("a directory");
                fs::write(snapshots.join(&file), &written).expect("a snapshot to write");
            }
            let expected = fs::read(snapshots.join(&file)).expect("a snapshot");
            let difference = || first_difference(&expected, &written);
            assert!(expected == written, "{file}: {}; see tests/snapshots.rs", difference());
        }
    }
}

/// One JSON object holds all tables; other formats put a heading before each.
#[test]
fn several_tables_share_standard_output() {
    let shown = |format: &str| {
        let mut command = pcapstat();
        command.args(["-q", "-f", format, "-t", "gaps,lengths", CAPTURE]);
        let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("it runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
    };
    let (_, json) = shown("json");
    assert!(json.starts_with("{\"gaps\":[],\n\"lengths\":[\n{\"file\":"), "{json}");
    assert!(json.ends_with("}\n]}\n"), "{json}");
    let (_, markdown) = shown("markdown");
    assert!(markdown.starts_with("## gaps\n\n|file|"), "{markdown}");
    assert!(markdown.contains("\n\n## lengths\n\n|file|"), "{markdown}");
    for format in ["csv", "tsv", "ndjson"] {
        assert_eq!(shown(format), (Some(2), String::new()), "{format}");
    }
}
