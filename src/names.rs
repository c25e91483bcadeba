//! Names of input files: their order, and whether they claim to be a capture.

use std::path::Path;

/// Extensions of capture files. Rotated files have digits after them.
const CAPTURE_EXTENSIONS: [&str; 6] = ["pcap", "pcapng", "cap", "dmp", "snoop", "ntar"];

/// Extensions of compressed files.
const COMPRESSED_EXTENSIONS: [&str; 5] = [".gz", ".zst", ".lz4", ".xz", ".bz2"];

/// One step of a sort key: a byte, or a run of digits as a number in the place of a `0`.
type Step = (u8, u128);

/// Sort key of a path: byte order, except that digits at the end of a name, before or after its
/// extension, compare as numbers. So `cap.pcap2` comes before `cap.pcap10`. Names that differ only
/// in leading zeros are ordered by their bytes.
pub fn sort_key(path: &Path) -> (Vec<Step>, Vec<u8>) {
    let bytes = path.as_os_str().as_encoded_bytes();
    let name_at = bytes.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    let end = bytes.len() - compression(bytes).len();
    let dot = bytes.get(name_at..end).and_then(|name| name.iter().rposition(|byte| *byte == b'.'));
    let stem_end = dot.map_or(end, |dot| name_at + dot);
    let mut key = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for run in [digits(bytes, name_at, stem_end), digits(bytes, stem_end, end)] {
        let text = bytes.get(run.clone()).and_then(|digits| std::str::from_utf8(digits).ok());
        // More digits than a number holds are compared as bytes.
        let Some(number) = text.and_then(|digits| digits.parse::<u128>().ok()) else { continue };
        key.extend(bytes.get(at..run.start).unwrap_or_default().iter().map(|byte| (*byte, 0)));
        key.push((b'0', number.saturating_add(1)));
        at = run.end;
    }
    key.extend(bytes.get(at..).unwrap_or_default().iter().map(|byte| (*byte, 0)));
    (key, bytes.to_vec())
}

/// The digits that end `from..to`.
fn digits(bytes: &[u8], from: usize, to: usize) -> std::ops::Range<usize> {
    let part = bytes.get(from..to).unwrap_or_default();
    let count = part.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    to - count..to
}

/// The extension of a compressed file that the name ends with, or nothing.
fn compression(name: &[u8]) -> &[u8] {
    let known = |extension: &&&str| name.ends_with(extension.as_bytes());
    let extension = COMPRESSED_EXTENSIONS.iter().find(known);
    extension.and_then(|extension| name.get(name.len() - extension.len()..)).unwrap_or_default()
}

/// True if the name says that the file is a capture.
pub fn claims_capture(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes().to_ascii_lowercase();
    let name = name.get(..name.len() - compression(&name).len()).unwrap_or_default();
    let name = name.get(..digits(name, 0, name.len()).start).unwrap_or_default();
    CAPTURE_EXTENSIONS.iter().any(|extension| {
        name.strip_suffix(extension.as_bytes()).is_some_and(|stem| stem.ends_with(b"."))
    })
}

/// True if the name is hidden by convention.
pub fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_files_are_in_the_order_of_their_numbers() {
        let mut names = [
            "a/cap.pcap10",
            "a/cap.pcap2",
            "a/cap.pcap",
            "a/cap10.pcap",
            "a/cap9.pcap",
            "a/cap_00002_20230101.pcap",
            "a/cap_00010_20230101.pcap",
            "a/x10.pcap.gz",
            "a/x9.pcap.gz",
            "a/007.cap",
            "a/7.cap",
            "a/8.cap",
            "a/1b.cap",
            "B/z.cap",
        ];
        names.sort_by_key(|name| sort_key(Path::new(name)));
        let expected = [
            "B/z.cap",
            "a/007.cap",
            "a/7.cap",
            "a/8.cap",
            "a/1b.cap",
            "a/cap.pcap",
            "a/cap.pcap2",
            "a/cap.pcap10",
            "a/cap9.pcap",
            "a/cap10.pcap",
            "a/cap_00002_20230101.pcap",
            "a/cap_00010_20230101.pcap",
            "a/x9.pcap.gz",
            "a/x10.pcap.gz",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn names_claim_a_capture_by_extension() {
        for name in ["a.pcap", "A.PCAPNG", "a.cap3", "a.dmp.gz", "a.pcap00012.zst", "x.snoop"] {
            assert!(claims_capture(Path::new(name)), "{name}");
        }
        for name in ["pcap", "a.pcap.txt", "a.gz", "a.pcapx", "cap.tar.gz", "notes.txt"] {
            assert!(!claims_capture(Path::new(name)), "{name}");
        }
    }
}
