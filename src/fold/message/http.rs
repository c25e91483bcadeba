//! Heads of HTTP/1 messages (RFC 9110, RFC 9112): the request line and the field `Host`, or the
//! status.

use super::Message;
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

/// One of [`METHODS`].
type Method = &'static str;

/// A request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Its method.
    #[serde(deserialize_with = "method")]
    pub method: Method,
    /// Its field `Host`. None if it has none, or none in this segment.
    pub host: Option<Box<str>>,
}

/// Reads one of [`METHODS`].
fn method<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Method, D::Error> {
    let name = String::deserialize(deserializer)?;
    let known = METHODS.iter().find(|known| **known == name);
    known.copied().ok_or_else(|| D::Error::custom(format!("no method is named {name:?}")))
}

/// The head of a message.
pub fn of(payload: &[u8]) -> Option<Message> {
    if payload.starts_with(b"HTTP/1.") {
        let digits = payload.get(9..12)?;
        let status = std::str::from_utf8(digits).ok()?.parse().ok()?;
        return (payload.get(8) == Some(&b' ')).then_some(Message::Response(status));
    }
    let word = payload.iter().take(20).position(|byte| *byte == b' ')?;
    let word = payload.get(..word)?;
    let method = METHODS.iter().find(|method| method.as_bytes() == word)?;
    let mut lines = payload.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let first = lines.next()?;
    let version = first.len().checked_sub(8).and_then(|at| first.get(at..));
    // A long target continues in the next segment.
    let continues = !payload.contains(&b'\n');
    if !continues && !version.is_some_and(|version| version.starts_with(b"HTTP/")) {
        return None;
    }
    let host = lines.take_while(|line| !line.is_empty()).find_map(|line| {
        let (name, value) = line.split_at_checked(5)?;
        name.eq_ignore_ascii_case(b"host:").then_some(value.trim_ascii())
    });
    // Wireshark's text ends with a NUL.
    let host = host.and_then(|host| host.split(|byte| *byte == 0).next());
    let host = host.map(|host| host.get(..LONGEST).unwrap_or(host));
    let host = host.map(|host| String::from_utf8_lossy(host).into());
    Some(Message::Request(Request { method, host }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_and_other_text_is_not() {
        let request = of(b"GET /x HTTP/1.1\r\nAccept: */*\r\nhost: a.example\r\n\r\nHost: no");
        let host = Some("a.example".into());
        assert_eq!(request, Some(Message::Request(Request { method: "GET", host })));
        let without = of(b"POST / HTTP/1.0\r\n\r\nHost: body");
        let host = None;
        assert_eq!(without, Some(Message::Request(Request { method: "POST", host })));
        assert_eq!(of(b"HTTP/1.1 404 Not Found\r\n\r\n"), Some(Message::Response(404)));
        for other in [&b"GET"[..], b"GET / HTTQ/1.0\r\n\r\n", b"GETS / HTTP/1.1\r\n", b"HTTP/1.1 x"]
        {
            assert_eq!(of(other), None, "{other:?}");
        }
    }
}
