//! Heads of HTTP/1 messages (RFC 9110, RFC 9112): the request line and the field `Host`, or the
//! status. Several messages of one segment are read; what comes after a body in chunks, or after a
//! response that does not tell its length, is not.

use super::Message;
use memchr::memchr;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// Methods that begin a request: those of the IANA registry and of UPnP.
const METHODS: &[&str] = &[
    "GET",
    "POST",
    "HEAD",
    "PUT",
    "DELETE",
    "OPTIONS",
    "CONNECT",
    "TRACE",
    "PATCH",
    "NOTIFY",
    "M-SEARCH",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "REPORT",
    "SEARCH",
    "BCOPY",
    "BDELETE",
    "BMOVE",
    "BPROPFIND",
    "BPROPPATCH",
    "POLL",
    "MERGE",
    "CHECKOUT",
    "CHECKIN",
    "VERSION-CONTROL",
    "MKACTIVITY",
    "MKWORKSPACE",
    "UNCHECKOUT",
    "UPDATE",
    "LABEL",
    "BASELINE-CONTROL",
    "ACL",
    "RPC_IN_DATA",
    "RPC_OUT_DATA",
];

/// The longest text that is kept of a method or host.
const LONGEST: usize = 255;

/// One of the methods that are known.
pub type Method = &'static str;

/// A request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Its method.
    #[serde(deserialize_with = "method")]
    pub method: Method,
    /// Its field `Host`. None if it has none, or none in this segment.
    pub host: Option<Box<str>>,
}

/// Reads one of the methods that are known, or none.
///
/// # Errors
/// If it is another one.
pub fn any_method<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Method>, D::Error> {
    Option::<String>::deserialize(deserializer)?.map(known).transpose()
}

/// Reads one of [`METHODS`].
fn method<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Method, D::Error> {
    known(String::deserialize(deserializer)?)
}

fn known<E: Error>(name: String) -> Result<Method, E> {
    let known = METHODS.iter().find(|known| **known == name);
    known.copied().ok_or_else(|| E::custom(format!("no method is named {name:?}")))
}

/// The head of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Head {
    /// A request.
    Request(Request),
    /// The status of a response.
    Response(u16),
}

/// Most messages that are read of one segment.
const MOST: usize = 64;

/// The heads of the messages of a segment, of which each begins where the body before it ends. None
/// if it does not begin with one.
pub fn of(payload: &[u8]) -> Option<Message> {
    let mut heads = Vec::new();
    let mut rest = payload;
    while let Some((head, after)) = head(rest).filter(|_| heads.len() < MOST) {
        heads.push(head);
        rest = after;
    }
    (!heads.is_empty()).then_some(Message::Http(heads))
}

/// The head of a message and the bytes after its body; none if it continues to the end of the
/// segment, or is not told to end before.
fn head(payload: &[u8]) -> Option<(Head, &[u8])> {
    if payload.starts_with(b"HTTP/1.") {
        let digits = payload.get(9..12)?;
        let status = std::str::from_utf8(digits).ok()?.parse().ok()?;
        let after = Fields::of(payload).after(match status {
            100..=199 | 204 | 304 => Some(0),
            _ => None,
        });
        return (payload.get(8) == Some(&b' ')).then_some((Head::Response(status), after));
    }
    let word = payload.iter().take(20).position(|byte| *byte == b' ')?;
    let word = payload.get(..word)?;
    let method = METHODS.iter().find(|method| method.as_bytes() == word)?;
    let (first, ended) = line(payload);
    let version = first.len().checked_sub(8).and_then(|at| first.get(at..));
    // A long target continues in the next segment.
    if ended.is_some() && !version.is_some_and(|version| version.starts_with(b"HTTP/")) {
        return None;
    }
    let fields = Fields::of(payload);
    // Wireshark's text ends with a NUL.
    let host = fields.host.and_then(|host| host.split(|byte| *byte == 0).next());
    let host = host.map(|host| host.get(..LONGEST).unwrap_or(host));
    let host = host.map(|host| String::from_utf8_lossy(host).into());
    let after = fields.after(fields.length.is_none().then_some(0));
    Some((Head::Request(Request { method, host }), after))
}

/// The first line without white space at its end, and what comes after it. None if it does not end.
fn line(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let end = memchr(b'\n', text);
    let line = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    (line.trim_ascii_end(), end.and_then(|end| text.get(end + 1..)))
}

/// Fields of a head that are needed, the first of each name.
#[derive(Default)]
struct Fields<'a> {
    host: Option<&'a [u8]>,
    length: Option<&'a [u8]>,
    encoding: Option<&'a [u8]>,
    /// Bytes after the head. None if it does not end.
    body: Option<&'a [u8]>,
}

impl<'a> Fields<'a> {
    fn of(payload: &'a [u8]) -> Fields<'a> {
        let mut fields = Fields::default();
        let (_, mut rest) = line(payload);
        while let Some(text) = rest {
            let (line, after) = line(text);
            if line.is_empty() {
                fields.body = after;
                break;
            }
            fields.note(line);
            rest = after;
        }
        fields
    }

    fn note(&mut self, line: &'a [u8]) {
        let (name, known) = match line.first() {
            Some(b'h' | b'H') => (&b"host:"[..], &mut self.host),
            Some(b'c' | b'C') => (&b"content-length:"[..], &mut self.length),
            Some(b't' | b'T') => (&b"transfer-encoding:"[..], &mut self.encoding),
            _ => return,
        };
        if let Some((start, value)) = line.split_at_checked(name.len())
            && start.eq_ignore_ascii_case(name)
        {
            known.get_or_insert(value.trim_ascii());
        }
    }

    /// Bytes after the body, whose length is `length` or as the fields tell.
    fn after(&self, length: Option<usize>) -> &'a [u8] {
        let told = || std::str::from_utf8(self.length?).ok()?.parse().ok();
        let after = || self.body?.get(length.or_else(told)?..);
        if self.encoding.is_some() { &[] } else { after().unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_and_other_text_is_not() {
        let first = |payload: &[u8]| head(payload).map(|(head, _)| head);
        let request = first(b"GET /x HTTP/1.1\r\nAccept: */*\r\nhost: a.example\r\n\r\nHost: no");
        let host = Some("a.example".into());
        assert_eq!(request, Some(Head::Request(Request { method: "GET", host })));
        let without = first(b"POST / HTTP/1.0\r\n\r\nHost: body");
        let host = None;
        assert_eq!(without, Some(Head::Request(Request { method: "POST", host })));
        assert_eq!(first(b"HTTP/1.1 404 Not Found\r\n\r\n"), Some(Head::Response(404)));
        for other in [&b"GET"[..], b"GET / HTTQ/1.0\r\n\r\n", b"GETS / HTTP/1.1\r\n", b"HTTP/1.1 x"]
        {
            assert_eq!(of(other), None, "{other:?}");
        }
    }

    #[test]
    fn messages_of_a_segment_follow_each_other() {
        let heads = |payload: &[u8]| match of(payload) {
            Some(Message::Http(heads)) => heads.len(),
            _ => 0,
        };
        let (get, post) =
            ("GET / HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n");
        assert_eq!(heads(format!("{get}{get}{get}").as_bytes()), 3);
        assert_eq!(heads(format!("{post}abc{get}").as_bytes()), 2);
        assert_eq!(heads(format!("{post}abcGE").as_bytes()), 1);
        assert_eq!(heads(format!("{post}{get}").as_bytes()), 1, "a request in a body");
        let ok = "HTTP/1.1 200 OK\r\n";
        assert_eq!(heads(format!("{ok}Content-Length: 2\r\n\r\nab{ok}").as_bytes()), 2);
        assert_eq!(heads(format!("{ok}\r\n{ok}\r\n").as_bytes()), 1, "a body up to the end");
        let partly = format!("HTTP/1.1 100 Continue\r\n\r\n{ok}\r\n");
        assert_eq!(heads(partly.as_bytes()), 2);
        let long = format!("{post}{}", "Content-Length: 18446744073709551615\r\n\r\n");
        assert_eq!(heads(long.replace("3\r\n\r\n", "3\r\n").as_bytes()), 1);
        assert_eq!(heads(get.repeat(100).as_bytes()), MOST);
    }
}
