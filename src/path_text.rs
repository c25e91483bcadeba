//! Text of a path in tables and messages.

use std::path::Path;

/// Text of a path in the column `file` and in messages.
///
/// Bytes that are not UTF-8 are written as `\xNN`, and so is a backslash that would read as such an
/// escape: two different paths never have the same text.
pub fn of(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(at) = rest.find('\\') {
            let (before, after) = rest.split_at(at);
            let escape = after.as_bytes().get(1..4);
            let ambiguous = escape.is_some_and(|escape| {
                escape.starts_with(b"x") && escape.iter().skip(1).all(u8::is_ascii_hexdigit)
            });
            text.push_str(before);
            text.push_str(if ambiguous { "\\x5C" } else { "\\" });
            rest = after.get(1..).unwrap_or_default();
        }
        text.push_str(rest);
        chunk.invalid().iter().for_each(|byte| text += &format!("\\x{byte:02X}"));
    }
    text
}

/// The path that these bytes are on this system; on Windows they are UTF-8.
#[cfg(feature = "cli")]
pub fn from_bytes(bytes: &[u8]) -> std::ffi::OsString {
    #[cfg(unix)]
    return <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes).to_os_string();
    #[cfg(not(unix))]
    return String::from_utf8_lossy(bytes).into_owned().into();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn different_names_never_have_the_same_text() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let names: [&[u8]; 8] =
            [b"\xFF", b"\\xFF", b"\\\\xFF", b"\\x5CxFF", b"\\", b"\\\\", b"\\x5C", b"a\\xZZ"];
        let texts = names.map(|name| of(Path::new(OsStr::from_bytes(name))));
        let distinct: std::collections::HashSet<_> = texts.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{texts:?}");
        assert_eq!(texts[4], "\\");
    }
}
