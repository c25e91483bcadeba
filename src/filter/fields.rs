//! Fields of Wireshark's display filters: the words of a filter that test the same, or the option
//! that chooses the same packets or rows.

/// Fields, and the words before a value that test the same.
const WORDS: &[(&str, &str)] = &[
    ("ip.addr", "host"),
    ("ip.host", "host"),
    ("ip.src", "src host"),
    ("ip.src_host", "src host"),
    ("ip.dst", "dst host"),
    ("ip.dst_host", "dst host"),
    ("ipv6.addr", "host"),
    ("ipv6.host", "host"),
    ("ipv6.src", "src host"),
    ("ipv6.dst", "dst host"),
    ("eth.addr", "ether host"),
    ("eth.src", "ether src"),
    ("eth.dst", "ether dst"),
    ("eth.type", "ether proto"),
    ("ip.proto", "proto"),
    ("tcp.port", "tcp port"),
    ("tcp.srcport", "tcp src port"),
    ("tcp.dstport", "tcp dst port"),
    ("udp.port", "udp port"),
    ("udp.srcport", "udp src port"),
    ("udp.dstport", "udp dst port"),
    ("sctp.port", "sctp port"),
    ("sctp.srcport", "sctp src port"),
    ("sctp.dstport", "sctp dst port"),
    ("vlan.id", "vlan"),
    ("mpls.label", "mpls"),
];

/// Fields, or what they begin with up to a dot, and options that ask for the same. Longer ones stand
/// before their own beginnings.
const OPTIONS: &[(&str, &str)] = &[
    ("frame.number", "--packets 5..5"),
    ("frame.time_relative", "--from 1700000000 --to 1700000060"),
    ("frame.time", "--from 2023-11-14T22:13:20Z --to 2023-11-14T22:14:20Z"),
    ("frame.time_epoch", "--from 1700000000 --to 1700000060"),
    ("frame.len", "--filter \"greater 100\""),
    ("frame.cap_len", "-t packets --rows \"captured_bytes > 100\""),
    ("frame.protocols", "-t packets --rows \"protocols ~ tcp\""),
    ("frame.interface_id", "-t packets --rows \"interface == 0\""),
    ("tcp.stream", "-t segments --rows \"stream == 3\""),
    ("tcp.analysis.ack_rtt", "-t segments --rows \"ack_rtt_s > 100ms\""),
    ("tcp.analysis.bytes_in_flight", "-t segments --rows \"bytes_in_flight > 65535\""),
    ("tcp.analysis.initial_rtt", "-t streams --rows \"initial_rtt_s > 100ms\""),
    ("tcp.analysis.retransmission", "-t segments --rows \"flags ~ retransmission\""),
    ("tcp.analysis.fast_retransmission", "-t segments --rows \"flags ~ fast_retransmission\""),
    (
        "tcp.analysis.spurious_retransmission",
        "-t segments --rows \"flags ~ spurious_retransmission\"",
    ),
    ("tcp.analysis.out_of_order", "-t segments --rows \"flags ~ out_of_order\""),
    ("tcp.analysis.lost_segment", "-t segments --rows \"flags ~ lost_segment\""),
    ("tcp.analysis.duplicate_ack", "-t segments --rows \"flags ~ duplicate_ack\""),
    ("tcp.analysis.zero_window", "-t segments --rows \"flags ~ zero_window\""),
    ("tcp.analysis.window_full", "-t segments --rows \"flags ~ window_full\""),
    ("tcp.analysis.keep_alive", "-t segments --rows \"flags ~ keep_alive\""),
    ("tcp.analysis", "-t segments --rows \"flags != ''\""),
    ("tcp.completeness", "-t streams --rows \"completeness ~ FIN\""),
    ("tcp.flags.syn", "-t packets --rows \"tcp_flags ~ S\""),
    ("tcp.flags.fin", "-t packets --rows \"tcp_flags ~ F\""),
    ("tcp.flags.reset", "-t packets --rows \"tcp_flags ~ R\""),
    ("tcp.flags.push", "-t packets --rows \"tcp_flags ~ P\""),
    ("tcp.flags.ack", "-t packets --rows \"tcp_flags ~ A\""),
    ("tcp.flags.urg", "-t packets --rows \"tcp_flags ~ U\""),
    ("tcp.flags.ece", "-t packets --rows \"tcp_flags ~ E\""),
    ("tcp.flags.cwr", "-t packets --rows \"tcp_flags ~ C\""),
    ("tcp.flags", "-t packets --rows \"tcp_flags == SA\""),
    ("tcp.len", "-t packets --rows \"payload_bytes > 0\""),
    ("udp.length", "-t packets --rows \"payload_bytes > 0\""),
    ("tcp.seq", "-t packets --rows \"tcp_seq == 1\""),
    ("tcp.ack", "-t packets --rows \"tcp_ack == 1\""),
    ("tcp.window_size_value", "-t packets --rows \"tcp_window == 0\""),
    ("tcp.window_size", "-t segments --rows \"window == 0\""),
    ("_ws.malformed", "--filter problem"),
    ("_ws.expert", "-t problems"),
    ("dns.qry.name", "-t dns --rows \"name ~ example\""),
    ("dns", "-t dns"),
    ("mdns", "-t dns --rows \"protocol == mdns\""),
    ("llmnr", "-t dns --rows \"protocol == llmnr\""),
    ("http.host", "-t http --rows \"host ~ example\""),
    ("http.request.method", "-t http --rows \"method == GET\""),
    ("http.response.code", "-t http --rows \"status >= 400\""),
    ("http", "-t http"),
    ("tls.handshake.extensions_server_name", "-t tls --rows \"server_name ~ example\""),
    ("tls.handshake.ja3", "-t tls --rows \"ja3 ~ 0\""),
    ("tls", "-t tls"),
    ("ssl", "-t tls"),
    ("dtls", "-t tls --rows \"transport == dtls\""),
    ("quic", "-t tls --rows \"transport == quic\""),
    ("icmp", "-t echo"),
    ("icmpv6", "-t echo"),
];

/// The words that test the same as a field. None if there are none.
pub fn words(field: &str) -> Option<&'static str> {
    WORDS.iter().find(|(known, _)| *known == field).map(|(_, words)| *words)
}

/// The option that asks for the same as a field. None if there is none.
pub fn option(field: &str) -> Option<&'static str> {
    let is_it = |known: &str| {
        field.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    OPTIONS.iter().find(|(known, _)| is_it(known)).map(|(_, option)| *option)
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use crate::filter::Filter;
    use crate::plan::Plan;
    use clap::Parser;

    #[test]
    fn options_are_the_programs_own() {
        for (field, option) in OPTIONS {
            let quoted = option.split('"').enumerate();
            let mut words = vec!["pcapstat".to_string(), "a.pcap".into()];
            for (number, part) in quoted {
                match number % 2 {
                    0 => words.extend(part.split_whitespace().map(String::from)),
                    _ => words.push(part.into()),
                }
            }
            let cli = Cli::try_parse_from(words).expect(field);
            assert!(Plan::new(cli).is_ok(), "{field}: {option}");
            let dotted = if field.contains('.') { "" } else { ".x" };
            let error = Filter::new(&format!("{field}{dotted} == 1")).expect_err(field);
            assert!(error.message.contains("here it is"), "{}", error.message);
        }
        assert_eq!(option("tcp.analysis.flags"), option("tcp.analysis"));
        assert_eq!((option("tcp.lens"), option("ip.ttl")), (None, None));
    }
}
