//! HTTP/1 as Wireshark shows it: its first line decides, and whether the stream had a request.

use super::Shows;

/// Methods that begin a request, in the order of their bytes.
const METHODS: &[&str] = &[
    "ACL",
    "BASELINE-CONTROL",
    "BCOPY",
    "BDELETE",
    "BIND",
    "BMOVE",
    "BPROPFIND",
    "BPROPPATCH",
    "CCM_POST",
    "CHECKIN",
    "CHECKOUT",
    "CONNECT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LABEL",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKREDIRECTREF",
    "MKWORKSPACE",
    "MOVE",
    "NOTIFY",
    "OPTIONS",
    "ORDERPATCH",
    "PATCH",
    "POLL",
    "POST",
    "PROPFIND",
    "PROPPATCH",
    "PUT",
    "REBIND",
    "REPORT",
    "RPC_CONNECT",
    "RPC_IN_DATA",
    "RPC_OUT_DATA",
    "SEARCH",
    "SSTP_DUPLEX_POST",
    "SUBSCRIBE",
    "TRACE",
    "UNBIND",
    "UNCHECKOUT",
    "UNLINK",
    "UNLOCK",
    "UNSUBSCRIBE",
    "UPDATE",
    "UPDATEREDIRECTREF",
    "VERSION-CONTROL",
];

/// The first line without its end, and true if the end is there.
pub fn first_line(payload: &[u8]) -> (&[u8], bool) {
    match memchr::memchr2(b'\r', b'\n', payload) {
        Some(end) => (payload.get(..end).unwrap_or_default(), true),
        None => (payload, false),
    }
}

fn is_request(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"M-").unwrap_or(line);
    let Some(end) = line.iter().take(20).position(|byte| *byte == b' ') else { return false };
    let word = line.get(..end).unwrap_or_default();
    METHODS.binary_search_by(|method| method.as_bytes().cmp(word)).is_ok()
}

/// Part of a payload that Wireshark shows as HTTP, and true if it is a request.
pub fn read(payload: &[u8]) -> (Shows, bool) {
    let text = match payload {
        [b'\r', b'\n', rest @ ..] if payload.len() > 3 => rest,
        _ => payload,
    };
    match text.first() {
        Some(first) if first.is_ascii_graphic() || first.is_ascii_whitespace() => {}
        _ => return (Shows::AfterRequest, false),
    }
    let (line, _) = first_line(text);
    // HTTP/2 without an upgrade (RFC 9113 section 3.3) is shown below HTTP.
    if is_request(line) || line == b"PRI * HTTP/2.0" {
        return (Shows::Always, true);
    }
    let known = line.starts_with(b"HTTP/") || line.starts_with(b"ICY");
    if known || line.is_empty() && payload.len() > 3 || line.contains(&b':') {
        return (Shows::Always, false);
    }
    (Shows::AfterRequest, false)
}

/// True if a payload on any port is taken for HTTP.
pub fn is_certain(payload: &[u8]) -> bool {
    let begins = |text: Option<&[u8]>| {
        text.and_then(|text| text.first_chunk::<7>())
            .is_some_and(|text| text.eq_ignore_ascii_case(b"HTTP/1."))
    };
    if begins(Some(payload)) {
        let (line, ended) = first_line(payload);
        return ended && line.len() != 8;
    }
    if !payload.first().is_some_and(u8::is_ascii_graphic) {
        return false;
    }
    let (line, ended) = first_line(payload);
    // A CR that is the last byte ends no line.
    let ended = ended && (payload.len() > line.len() + 1 || payload.ends_with(b"\n"));
    ended && line.len() > 8 && begins(line.len().checked_sub(8).and_then(|at| line.get(at..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_sorted() {
        assert!(METHODS.is_sorted());
    }

    #[test]
    fn first_lines_decide_whether_anything_is_shown() {
        assert_eq!(read(b"GET / HTTP/1.1\r\n"), (Shows::Always, true));
        assert_eq!(read(b"M-SEARCH * HTTP/1.1\r\n"), (Shows::Always, true));
        for shown in [&b"HTTP/1.1 200 OK\r\n"[..], b"\r\n\r\nbody", b"Host: a", b"ICY 200"] {
            assert_eq!(read(shown), (Shows::Always, false), "{shown:?}");
        }
        for silent in [&b"\x00\x01"[..], b"plain text", b"GETS x HTTP/1.1"] {
            assert_eq!(read(silent), (Shows::AfterRequest, false), "{silent:?}");
        }
    }

    #[test]
    fn a_version_at_either_end_of_the_first_line_is_certain() {
        for http in [&b"GET / HTTP/1.1\r\n"[..], b"HTTP/1.0 200 OK\n", b"x http/1.1\rx"] {
            assert!(is_certain(http), "{http:?}");
        }
        for other in [
            &b"GET / HTTP/1.1\r"[..],
            b"GET / HTTP/1.1",
            b"HTTP/1.1\r\n",
            b"GET / HTTP/2.0\r\n",
            b"",
            b"\x16",
        ] {
            assert!(!is_certain(other), "{other:?}");
        }
    }
}
