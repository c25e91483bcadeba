//! Hints for words of other languages.

use super::*;

#[test]
fn display_filters_have_their_words_here() {
    for (text, at, message) in [
        (
            "ip.addr == 1.2.3.4",
            0,
            "ip.addr == 1.2.3.4 is a display filter; here it is host 1.2.3.4",
        ),
        (
            "tcp and ip.src==10.0.0.0/8",
            8,
            "ip.src == 10.0.0.0/8 is a display filter; here it is src net 10.0.0.0/8",
        ),
        ("ip.addr eq ::1", 0, "ip.addr eq ::1 is a display filter; here it is host ::1"),
        (
            "tcp.port!=80 && udp",
            0,
            "tcp.port != 80 is a display filter; here it is not tcp port 80",
        ),
        ("frame.len >= 100", 0, "frame.len >= 100 is a display filter; here it is greater 100"),
        ("(vlan.id == 5)", 1, "vlan.id == 5 is a display filter; here it is vlan 5"),
        (
            "tcp.flags.syn == 1",
            0,
            "tcp.flags.syn is a field of display filters; here it is, for example, -t packets --rows \
             \"tcp_flags ~ S\"",
        ),
        ("ip.addr == nowhere", 0, "ip.addr is a field of display filters; here it is host VALUE"),
        (
            "not http.request",
            4,
            "http.request is a field of display filters; here it is, for example, -t http",
        ),
        (
            "frame.number eq 5",
            0,
            "frame.number is a field of display filters; here it is, for example, --packets 5..5",
        ),
        (
            "tcp and http.host matches \"x\"",
            8,
            "http.host is a field of display filters; here it is, for example, -t http --rows \
             \"host ~ example\"",
        ),
        ("ip.ttl < 5", 0, "ip.ttl is a field of display filters; the words here are tcpdump's"),
        ("ip.addr in {1.2.3.4}", 0, "ip.addr is a field of display filters; here it is host VALUE"),
        (
            "frame contains \"x\"",
            6,
            "contains is of display filters; bytes of packets are not searched here",
        ),
        (
            "ip contains foo",
            3,
            "contains is of display filters; bytes of packets are not searched here",
        ),
    ] {
        let error = Filter::new(text).expect_err(text);
        assert_eq!((error.at, error.message.as_str()), (at, message), "{text}");
    }
    for text in ["tcp[13] == 2", "www.example.com", "host 1.2.3.4 == 1", "10.0.0.1 == 2"] {
        let message = Filter::new(text).expect_err(text).message;
        assert!(!message.contains("display"), "{text}: {message}");
    }
}

#[test]
fn applications_have_a_port() {
    for (word, begins) in [
        ("http", "http is an application, which no header names; write port 80, or choose rows"),
        ("dns", "dns is an application, which no header names; write port 53, or"),
        ("tls", "tls is an application, which no header names; write port 443, or"),
        ("https", "https is a service; write port 443"),
        ("rtp", "rtp is an application, which no header names; choose rows"),
    ] {
        let error = Filter::new(&format!("ip and {word}")).expect_err(word);
        assert!(error.message.starts_with(begins), "{}", error.message);
        assert_eq!((error.at, error.length), (7, word.len()), "{word}");
    }
}
