//! Messages and names, beside tshark 4.0.17.

use super::*;

#[test]
fn the_first_question_is_read() {
    let mut message = vec![0x12, 0x34, 0x81, 0x83, 0, 1, 0, 2, 0, 0, 0, 0];
    message.extend(b"\x01a\x07example\0\0\x1c\0\x01");
    let dns = Dns::of(&message).expect("a message");
    assert_eq!((dns.id, dns.is_response, dns.code, dns.answers), (0x1234, true, 3, 2));
    assert_eq!((&*dns.name, dns.kind), ("a.example", 28));
    for length in 0..message.len() {
        assert_eq!(Dns::of(&message[..length]), None, "{length}");
    }
}

#[test]
fn other_payloads_are_not_taken_for_a_message() {
    let mut message = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    message.extend(b"\x01a\x07example\0\0\x1c\0\x01");
    assert!(Dns::guess(&message).is_some());
    for (at, value) in [(2, 0x28), (5, 2), (7, 1), (9, 1), (11, 11), (25, 9)] {
        let mut other = message.clone();
        other[at] = value;
        assert_eq!(Dns::guess(&other), None, "byte {at}");
    }
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    let mut message = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    message.extend(b"\x04a\xE4\x01b\0\0\x01\0\x01");
    assert_eq!(Dns::of(&message).map(|dns| dns.name), Some("a\u{FFFD}\\001b".into()));
}

/// A query for the name and the bytes after it.
fn asking(name: &[u8]) -> Option<(Box<str>, u16)> {
    let message = [&[0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0], name].concat();
    Dns::of(&message).map(|dns| (dns.name, dns.kind))
}

#[test]
fn labels_of_other_kinds_end_a_name_unless_it_begins_with_them() {
    let unknown = |kind| Some(("<Unknown extended label>".into(), kind));
    assert_eq!(asking(b"\x01a\x42\0\x10\0\x01"), unknown(16));
    // The type stands after the label that the pointer leads to.
    assert_eq!(asking(b"\x02zz\xC0\x0D\0\x21\0\xFF"), unknown(0x7AC0));
    assert_eq!(asking(b"\x42\0\x10\0\x01"), None);
    assert_eq!(asking(b"\x84\0\x10\0\x01"), None);
}

#[test]
fn a_pointer_to_the_end_of_a_text_is_the_root() {
    assert_eq!(asking(b"\xC0\x05\0\x10\0\x01"), Some(("<Root>".into(), 16)));
    assert_eq!(asking(b"\x01\0\0\0\x10\0\x01"), Some(("\\000".into(), 16)));
}

/// The texts are those of tshark 4.0.17.
#[test]
fn labels_are_written_as_in_wireshark() {
    for (bytes, text) in [
        (&b"\xC0\x80\x80"[..], "\\u0000\u{FFFD}"),
        (b"\xF8\x80\x80\x80\x80\x80\x80", "\\u0000\u{FFFD}\u{FFFD}"),
        (b"\xED\xA0\x80A", "\u{FFFD}A"),
        (b"\xF4\x90\x80\x80", "\u{FFFD}"),
        (b"\xF5\x80\x80\x80\x80", "\u{FFFD}\u{FFFD}"),
        (b"\xFF\xBF", "\u{FFFD}\u{FFFD}"),
        (b"\xC1\xBF", "\\u007F"),
        (b"\xE0\xA0", "\u{FFFD}"),
        (b"\xF0\x8F\xBF\xBF", "\\uFFFF"),
        (b"\xC2\xA0", "\u{A0}"),
        (b"\x07\t\n\x0B\x0C\r\x08 \\\x7F", "\\a\\t\\n\\v\\f\\r\\b \\\\177"),
    ] {
        let mut written = String::new();
        label(bytes, &mut written);
        assert_eq!(written, text, "{bytes:02x?}");
    }
}

#[test]
fn pointers_in_a_circle_end() {
    let mut message = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    message.extend([1, b'x', 0xC0, 12, 0, 1, 0, 1]);
    let loops = Dns::of(&message).map(|dns| dns.name);
    assert_eq!(loops, Some("<Name contains a pointer that loops>".into()));
    let mut root = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    root.extend([0, 0, 2, 0, 1]);
    assert_eq!(Dns::of(&root).map(|dns| dns.name), Some("<Root>".into()));
}
