//! Outputs and the files that are there already: an input is never overwritten, a file that is replaced
//! keeps its mode, links are followed.

#[cfg(unix)]
use super::failed::in_shell;
use super::{OUTPUT_FAILED, files};
use crate::cli::{directory, run};
use std::fs;

/// The input is also `out/summary.csv`, by a link.
#[test]
fn an_input_is_never_overwritten() {
    let directory = directory();
    let (capture, out) = (directory.path().join("a.pcap"), directory.path().join("out"));
    let before = fs::read(&capture).expect("a capture");
    fs::create_dir(&out).expect("a directory");
    fs::hard_link(&capture, out.join("summary.csv")).expect("a link");
    let said = run(directory.path(), &["-o", "out", "a.pcap"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(OUTPUT_FAILED), ""));
    said.assert_one_message(&["summary.csv", "is an input"]);
    assert_eq!(fs::read(&capture).expect("a capture"), before);
    assert_eq!(fs::read_dir(&out).expect("a directory").count(), 1);
}

/// Whatever option names the file, and by whatever path.
#[test]
fn no_option_writes_over_an_input() {
    let directory = directory();
    let capture = directory.path().join("a.pcap");
    let before = fs::read(&capture).expect("a capture");
    fs::create_dir(directory.path().join("base")).expect("a directory");
    assert_eq!(run(directory.path(), &["-o", "base", "a.pcap"]).code, Some(0));
    for name in ["differences.csv", "a.html"] {
        fs::hard_link(&capture, directory.path().join(name)).expect("a link");
    }
    for options in [
        &["--junit", "a.pcap"][..],
        &["--junit", "./base/../a.pcap"],
        &["--report", "a.html"],
        &["--baseline", "base", "-o", "."],
    ] {
        let said = run(directory.path(), &[options, &["-q", "a.pcap"]].concat());
        assert_eq!((said.code, said.stdout.as_str()), (Some(OUTPUT_FAILED), ""), "{options:?}");
        assert!(said.stderr.contains("is an input"), "{options:?}: {}", said.stderr);
        assert_eq!(fs::read(&capture).expect("a capture"), before, "{options:?}");
    }
}

#[test]
fn outputs_do_not_replace_each_other() {
    let directory = directory();
    fs::create_dir(directory.path().join("out")).expect("a directory");
    for options in [
        &["--report", "same", "--junit", "same"][..],
        &["-o", "out", "--junit", "out/summary.csv"],
        &["--report", "out/page.html", "--junit", "./out/../out/page.html"],
    ] {
        let said = run(directory.path(), &[options, &["a.pcap"]].concat());
        assert_eq!(said.code, Some(2), "{options:?}: {}", said.stderr);
        assert!(said.stderr.contains("have this name"), "{options:?}: {}", said.stderr);
    }
    fs::write(directory.path().join("list"), "a.pcap\n").expect("a list");
    assert_eq!(run(directory.path(), &["-o", "base", "a.pcap"]).code, Some(0));
    let earlier = ["--baseline", "base", "--junit", "base/summary.csv", "a.pcap"];
    assert_eq!(run(directory.path(), &earlier).code, Some(2));
    let said = run(directory.path(), &["--files-from", "list", "--report", "list"]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert_eq!(fs::read(directory.path().join("list")).expect("a list"), b"a.pcap\n");
}

/// Files of the run before in the walked directory are replaced, not read; captures stay inputs.
#[test]
fn outputs_may_stand_among_the_captures() {
    let directory = directory();
    let options = [".", "-o", ".", "--report", "page.html", "--junit", "checks.xml"];
    let (first, second) = (run(directory.path(), &options), run(directory.path(), &options));
    assert_eq!((first.code, second.code), (Some(0), Some(0)), "{}", second.stderr);
    let without_time = |said: &str| said.rsplit_once(';').map(|(line, _)| line.to_string());
    assert_eq!(without_time(&second.stderr), without_time(&first.stderr));
    fs::rename(directory.path().join("a.pcap"), directory.path().join("page.html")).expect("named");
    let said = run(directory.path(), &options);
    assert_eq!(said.code, Some(OUTPUT_FAILED));
    said.assert_one_message(&["page.html", "is an input"]);
}

/// As a shell's redirection does: a link leads to its file, a pipe stays a pipe.
#[cfg(unix)]
#[test]
fn links_are_followed_and_pipes_are_written() {
    let directory = directory();
    fs::create_dir(directory.path().join("real")).expect("a directory");
    fs::write(directory.path().join("real/page.html"), "from before").expect("a file");
    std::os::unix::fs::symlink("real/page.html", directory.path().join("page.html"))
        .expect("a link");
    assert_eq!(run(directory.path(), &["--report", "page.html", "a.pcap"]).code, Some(0));
    assert!(directory.path().join("page.html").is_symlink());
    let page = fs::read_to_string(directory.path().join("real/page.html")).expect("a page");
    assert!(
        page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"),
        "{page:.40}"
    );
    let (code, said) = in_shell(
        r#"mkfifo pipe && { timeout 20 cat pipe >xml & "$0" -q --junit pipe a.pcap >/dev/null; wait; } && grep -q testsuite xml"#,
    );
    assert_eq!((code, said.as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn a_replaced_table_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let directory = directory();
    let table = directory.path().join("out/summary.csv");
    fs::create_dir(directory.path().join("out")).expect("a directory");
    fs::write(&table, "from before").expect("a file");
    fs::set_permissions(&table, fs::Permissions::from_mode(0o640)).expect("its mode");
    assert_eq!(run(directory.path(), &["-o", "out", "a.pcap"]).code, Some(0));
    assert!(fs::read(&table).expect("a table").starts_with(b"file,status,"));
    let mode = fs::metadata(&table).expect("a table").permissions().mode();
    assert_eq!(mode & 0o7777, 0o640);
}

#[test]
fn tables_of_an_earlier_run_are_named() {
    let directory = directory();
    let ports = ["-t", "ports,summary", "-o", "out", "a.pcap"];
    assert_eq!(run(directory.path(), &ports).stderr, "");
    let said = run(directory.path(), &["-f", "json", "-o", "out", "a.pcap"]);
    assert_eq!(said.code, Some(0));
    said.assert_one_message(&["earlier run", "summary.csv, ports.csv"]);
    assert_eq!(files(&directory.path().join("out")).len(), 3);
}
