//! Dissection beside tshark's: every value of every field that chooses the next layer, and
//! encapsulations stacked at random. `dispatch.py` and `nesting.py` make the frames and compare;
//! they need python3 and tshark and take minutes, so they run with `PCAPSTAT_LONG=1` only.

use std::process::Command;

/// Runs a script that compares the program with tshark, with options.
pub fn beside_tshark(script: &str, options: &[&str]) {
    let installed = Command::new("tshark").arg("--version").output().is_ok();
    if std::env::var_os("PCAPSTAT_LONG").is_none_or(|value| value != "1") || !installed {
        return;
    }
    let script = format!("{}/tests/{script}", env!("CARGO_MANIFEST_DIR"));
    let program = env!("CARGO_BIN_EXE_pcapstat");
    let done =
        Command::new("python3").args(["-B", &script, program]).args(options).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
}

#[test]
#[ignore = "needs tshark and minutes: PCAPSTAT_LONG=1, --include-ignored"]
fn every_dispatch_value_gives_the_path_of_tshark() {
    beside_tshark("dispatch.py", &[]);
}

#[test]
#[ignore = "needs tshark and minutes: PCAPSTAT_LONG=1, --include-ignored"]
fn nested_encapsulations_give_the_path_of_tshark() {
    beside_tshark("nesting.py", &[]);
}
