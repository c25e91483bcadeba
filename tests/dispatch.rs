//! Dissection beside tshark's for every value of every field that chooses the next layer.
//! `dispatch.py` makes the frames and compares; it needs python3 and tshark and takes minutes, so
//! it runs with `PCAPSTAT_LONG=1` only.

use std::process::Command;

#[test]
#[ignore = "needs tshark and minutes: PCAPSTAT_LONG=1, --include-ignored"]
fn every_dispatch_value_gives_the_path_of_tshark() {
    let installed = Command::new("tshark").arg("--version").output().is_ok();
    if std::env::var_os("PCAPSTAT_LONG").is_none_or(|value| value != "1") || !installed {
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dispatch.py");
    let program = env!("CARGO_BIN_EXE_pcapstat");
    let done = Command::new("python3").args(["-B", script, program]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
}
