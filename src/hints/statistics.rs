//! Words for statistics in other tools, and the tables that have them here.

use crate::suggest::nearest;
use crate::table::TABLES;

/// Words, the first of them as in `tshark -z`, and options for the same.
const WORDS: &[(&[&str], &str)] = &[
    (
        &["expert", "errors", "warnings", "anomalies", "malformed"],
        "-t problems (malformed packets), -t health (TCP, DNS, TLS, HTTP), -t streams",
    ),
    (&["io", "iostat", "io_stat", "rate", "rates", "timeline", "time"], "-t intervals"),
    (
        &["talkers", "top", "top_talkers", "toptalkers"],
        "-t conversations --top 10, -t endpoints --top 10",
    ),
    (
        &["hosts", "host", "ip_hosts", "ips", "addresses", "address", "nodes", "dests", "macs"],
        "-t endpoints",
    ),
    (
        &["conv", "conn", "connections", "pairs", "sessions"],
        "-t conversations, or -t streams with the analysis of TCP",
    ),
    (&["phs", "hierarchy", "ptype", "applications", "apps"], "-t protocols"),
    (&["plen", "sizes", "packet_lengths", "histogram"], "-t lengths"),
    (
        &["tcp", "retransmissions", "rtt", "latency", "analysis", "tcp_analysis"],
        "-t streams (each stream), -t segments (each packet), -t health (each capture)",
    ),
    (&["icmp", "icmpv6", "ping", "pings"], "-t echo"),
    (&["ssl", "quic", "dtls", "certificates", "sni", "ja3", "ja4"], "-t tls"),
    (&["netflow", "ipfix", "flow"], "-t flows"),
    (&["capinfos", "info", "infos", "stats", "stat", "overview", "count"], "-t summary"),
    (&["fields", "frames", "frame", "rows"], "-t packets"),
    (&["comments", "capture_comment", "notes", "properties"], "-t metadata"),
    (&["names", "queries", "mdns", "llmnr"], "-t dns"),
    (&["requests", "urls", "http_req", "http_srv", "http2"], "-t http"),
    (&["drops", "dropped"], "-t interfaces"),
    (
        &["ad", "ud", "a", "u", "d", "dd", "e", "r"],
        "nothing: times are RFC 3339 in UTC in every table",
    ),
];

/// Layers as in `tshark -z conv,LAYER`, and those of the column `layer`.
const LAYERS: &[(&str, &str)] = &[
    ("eth", "eth"),
    ("ip", "ipv4"),
    ("ipv6", "ipv6"),
    ("tcp", "tcp"),
    ("udp", "udp"),
    ("sctp", "sctp"),
];

/// The options for a word of another tool. None if it is of none.
pub fn tables(word: &str) -> Option<&'static str> {
    WORDS.iter().find(|(words, _)| words.contains(&word)).map(|(_, options)| *options)
}

/// The message on the name of a table that there is not.
pub fn unknown_table(name: &str) -> String {
    let names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
    let is_format =
        ["csv", "tsv", "json", "ndjson", "markdown", "parquet", "arrow"].contains(&name);
    let hint = match (tables(name), nearest(name, names.iter().copied())) {
        _ if is_format => format!(" (a format is -f {name})"),
        (Some(options), _) => format!(" (here it is {options})"),
        (None, Some(near)) => format!(" (did you mean {near}?)"),
        (None, None) => String::new(),
    };
    format!("no table is named {name:?}{hint}; there are {} and all", names.join(", "))
}

/// The hint for `tshark -z STATISTIC`.
pub fn hint(statistic: &str) -> String {
    let mut parts = statistic.split(',');
    let (name, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let layer = LAYERS.iter().find(|(theirs, _)| *theirs == kind);
    let options = match (name, kind, layer) {
        ("conv", _, Some((_, layer))) => {
            Some(format!("-t conversations --rows \"layer == {layer}\""))
        }
        ("endpoints" | "host" | "hosts", _, Some((_, layer))) => {
            Some(format!("-t endpoints --rows \"layer == {layer}\""))
        }
        ("io", "phs", _) => tables(kind).map(String::from),
        _ if TABLES.iter().any(|table| table.name == name) => Some(format!("-t {name}")),
        _ => tables(name).map(String::from),
    };
    match options {
        Some(options) => format!("statistics are tables: {options}"),
        None => "statistics are tables: -t conversations, -t protocols, -t intervals, ...".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_another_tool_is_a_table() {
        for word in WORDS.iter().flat_map(|(words, _)| *words) {
            assert!(!TABLES.iter().any(|table| table.name == *word), "{word}");
        }
    }

    #[test]
    fn statistics_of_tshark_have_their_table() {
        for (statistic, option) in [
            ("conv,tcp", "-t conversations --rows \"layer == tcp\""),
            ("conv,ip,ip.addr==1.2.3.4", "layer == ipv4"),
            ("conv", "-t conversations"),
            ("endpoints,udp", "-t endpoints --rows \"layer == udp\""),
            ("io,phs", "-t protocols"),
            ("io,stat,1", "-t intervals"),
            ("expert", "-t problems"),
            ("plen,tree", "-t lengths"),
            ("http,tree", "-t http"),
            ("dns,tree", "-t dns"),
            ("icmp,srt", "-t echo"),
            ("smb,srt", "-t conversations, -t protocols"),
        ] {
            assert!(hint(statistic).contains(option), "{statistic}: {}", hint(statistic));
        }
    }
}
