//! The grammar: expressions that mean the same, expressions that are refused, and the place and
//! suggestion of each error.

use super::program::Expression;
use super::{Filter, lexer, parser};
use proptest::prelude::*;

fn parsed(text: &str) -> Option<Expression> {
    let tokens = lexer::tokens(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    parser::parse(&tokens, text.len()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn the_same_in_other_words() {
    for (one, two) in [
        ("tcp port 80 or 443", "tcp port 80 or tcp port 443"),
        ("tcp port (80 or 443)", "(tcp port 80 or tcp port 443)"),
        (
            "host 10.0.0.1 and (10.0.0.2 or 10.0.0.3)",
            "host 10.0.0.1 and (host 10.0.0.2 or host 10.0.0.3)",
        ),
        ("not host 10.0.0.1 and 10.0.0.2", "not host 10.0.0.1 and host 10.0.0.2"),
        ("10.0.0.1", "host 10.0.0.1"),
        ("src 10.0.0.1", "src host 10.0.0.1"),
        ("src 10.0.0.0/8", "src net 10.0.0.0/8"),
        ("src or dst port 1", "port 1"),
        ("dst and src net 10", "src and dst net 10"),
        ("any tcp dst port 1 or 2", "any tcp dst port 1 or any tcp dst port 2"),
        ("!(tcp&&udp)||\\icmp", "not (tcp and udp) or icmp"),
        ("not not tcp", "tcp"),
        ("net 10 mask 255.0.0.0", "net 10.0.0.0/8"),
        ("port domain", "port 53"),
        ("portrange 6008-6000", "portrange 6000-6008"),
        ("portrange ftp-data-ssh", "portrange 20-22"),
        ("ip proto \\tcp", "ip proto 6"),
        ("proto tcp", "tcp"),
        ("ether proto ip", "ip"),
        ("icmp", "ip proto 1"),
        ("icmp6", "icmpv6"),
        ("vlan 0x64 and tcp", "vlan 100 and tcp"),
        ("ether src 00:11:22:33:44:55", "ether src host 0011.2233.4455"),
    ] {
        assert_eq!(parsed(one), parsed(two), "{one} / {two}");
    }
}

#[test]
fn and_and_or_have_equal_precedence_from_left_to_right() {
    assert_ne!(parsed("tcp or udp and ip"), parsed("tcp or (udp and ip)"));
    assert_ne!(parsed("not tcp and udp"), parsed("not (tcp and udp)"));
}

#[test]
fn an_error_points_at_its_place() {
    for (text, at, message) in [
        ("tpc port 80", 0, "unknown word tpc (did you mean tcp?)"),
        ("tcp and hots 10.0.0.1", 8, "unknown word hots (did you mean host?)"),
        ("tcp or gratis", 7, "unknown word gratis"),
        ("vxln", 0, "unknown word vxln (did you mean vxlan?)"),
        ("port 80 or htps", 11, "htps is no port (did you mean https?)"),
        ("port htps", 5, "htps is no port (did you mean https?)"),
        ("port 65536", 5, "65536 is no port"),
        ("host 10.0.0", 5, "10.0.0 is not an IPv4 or IPv6 address; names are not looked up"),
        ("host 10.0.0.0/8", 5, "10.0.0.0/8 is no single address; write net 10.0.0.0/8"),
        ("net 10.0.0.1/8", 4, "10.0.0.1 has bits outside its mask; the network is 10.0.0.0"),
        ("ip host ::1", 8, "::1 is an IPv6 address; write ip6"),
        ("tcp host 10.0.0.1", 9, "tcp cannot stand before host"),
        ("any ether host 0:0:0:0:0:0", 15, "any cannot stand before ether"),
        ("src proto 6", 10, "src and dst cannot stand before proto"),
        ("ether", 5, "expected host, src, dst or proto after ether"),
        ("ether proto 5", 12, "5 is no EtherType: a name, or a number from 0x600 to 0xffff"),
        ("tcp 80", 4, "expected host, net, port or proto between tcp and this"),
        ("port", 4, "expected a value"),
        ("tcp and", 7, "expected a word or a value"),
        ("tcp udp", 4, "expected and, or, or the end"),
        ("(tcp", 0, "no ) after this ("),
        ("tcp)", 3, "no ( before this )"),
        ("less", 4, "expected a length in bytes"),
        ("vlan 4096", 5, "a VLAN id is at most 4095"),
        ("broadcast", 0, "broadcast of tcpdump is not supported"),
    ] {
        let error = Filter::new(text).expect_err(text);
        assert_eq!((error.at, error.message.as_str()), (at, message), "{text}");
    }
}

#[test]
fn an_error_shows_its_place() {
    let error = Filter::new("host é and tpc").unwrap_err().to_string();
    assert!(error.ends_with("\n  host é and tpc\n       ^"), "{error}");
    let error = Filter::new("host 1.2.3.4 and tpc").unwrap_err().to_string();
    assert!(error.ends_with("\n                   ^^^"), "{error}");
}

#[test]
fn long_and_deep_expressions_are_refused_or_compiled() {
    assert!(Filter::new(&format!("{}tcp{}", "(".repeat(100), ")".repeat(100))).is_ok());
    assert!(Filter::new(&format!("{}tcp{}", "(".repeat(101), ")".repeat(101))).is_err());
    assert!(Filter::new(&format!("{}tcp", "not ".repeat(9_000))).is_ok());
    assert!(Filter::new(&format!("port 1{}", " or 2".repeat(4_000))).is_ok());
    assert!(Filter::new(&"tcp or ".repeat(10_000)).is_err());
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused_at_a_place(text in "\\PC{0,60}") {
        if let Err(error) = Filter::new(&text) {
            prop_assert!(error.at <= text.len());
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn any_words_are_parsed_or_refused_at_a_place(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "and", "or", "not", "any", "src", "dst", "host", "net", "port", "portrange", "proto",
                "ether", "arp", "ip", "ip6", "tcp", "vlan", "mpls", "less", "problem", "mask", "(",
                ")", "!", "&&", "||", "\\ip", "80", "10.0.0.1", "10/8", "::1", "0:1:2:3:4:5", "gre",
            ]),
            0..12,
        )
    ) {
        let text = words.join(" ");
        if let Err(error) = Filter::new(&text) {
            prop_assert!(error.at <= text.len(), "{}", error);
        }
    }
}
