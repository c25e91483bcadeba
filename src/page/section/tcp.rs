//! Health of TCP, and its worst streams.

use super::heading;
use crate::page::capture::Detail;
use crate::page::findings::Numbers;
use crate::page::grid::{Column, Show, grid};
use crate::page::lines::Lines;
use crate::page::{rendered, text};
use crate::report::Report;
use askama::Template;

/// Columns of `health` that are about TCP, as Wireshark names them, and what they are a part of.
const NUMBERS: &[(&str, &str, &str)] = &[
    ("tcp_streams", "Streams", ""),
    ("tcp_packets", "Segments", ""),
    ("tcp_retransmissions", "Retransmissions", "tcp_packets"),
    ("tcp_fast_retransmissions", "Fast retransmissions", "tcp_packets"),
    ("tcp_spurious_retransmissions", "Spurious retransmissions", "tcp_packets"),
    ("tcp_out_of_order", "Out-of-order", "tcp_packets"),
    ("tcp_lost_segments", "Previous segment not captured", "tcp_packets"),
    ("tcp_duplicate_acks", "Duplicate ACKs", "tcp_packets"),
    ("tcp_zero_windows", "Zero windows", "tcp_packets"),
    ("tcp_window_fulls", "Window full", "tcp_packets"),
    ("tcp_keep_alives", "Keep-alives", "tcp_packets"),
    ("tcp_reused_ports", "Port numbers reused", "tcp_packets"),
    ("tcp_resets", "Resets (RST)", "tcp_packets"),
    ("tcp_unanswered_syns", "Unanswered SYNs", "tcp_streams"),
];

const STREAMS: &[Column] = &[
    Column::new("Stream", "stream", Show::Text),
    Column::new("A", "address_a", Show::Port("port_a")),
    Column::new("B", "address_b", Show::Port("port_b")),
    Column::new("Server", "server_name", Show::Text),
    Column::new("Packets", "packets", Show::Count),
    Column::new("Retrans\u{ad}missions", "retransmissions", Show::Count),
    Column::new("Previous not captured", "lost_segments", Show::Count),
    Column::new("Out\u{2011}of\u{2011}\u{200b}order", "out_of_order", Show::Count),
    Column::new("Initial RTT", "initial_rtt_s", Show::Seconds),
    Column::new("Zero windows", "zero_windows", Show::Count).extra(),
    Column::new("Duplicate ACKs", "duplicate_acks", Show::Count).extra(),
    Column::new("Resets (RST)", "rst_packets", Show::Count).extra(),
    Column::new("Mean ACK RTT", "ack_rtt_mean_s", Show::Seconds).extra(),
    Column::new("Bytes", "wire_bytes", Show::Bytes).extra(),
    Column::new("Duration", "duration_s", Show::Seconds).extra(),
    Column::new("Completeness", "completeness", Show::Text).extra(),
];

/// Orders of the streams: a finding, the column of streams that it is the sum of, and its name.
const ORDERS: &[(&str, &str, &str)] = &[
    ("tcp_retransmissions", "retransmissions", "retransmissions"),
    ("tcp_lost_segments", "lost_segments", "“previous segment not captured”"),
    ("tcp_out_of_order", "out_of_order", "out-of-order segments"),
    ("tcp_zero_windows", "zero_windows", "zero windows"),
];

#[derive(Template)]
#[template(path = "tcp.html")]
struct Tcp {
    numbers: Vec<Number>,
    zero: String,
}

/// A column of `health`.
struct Number {
    title: &'static str,
    meaning: &'static str,
    value: String,
    share: String,
}

pub fn make(report: &Report, detail: Detail) -> Option<String> {
    let health = Lines::first("health", report, 1);
    let line = health.rows.first()?;
    if line.number("tcp_packets") == 0 {
        return None;
    }
    let meaning = |name: &str| {
        let known = health.columns.iter().find(|column| column.name == name);
        known.map_or("", |column| column.meaning)
    };
    let (some, zero): (Vec<_>, Vec<_>) =
        NUMBERS.iter().copied().partition(|(column, _, _)| line.number(column) > 0);
    let number = |(column, title, whole): (&str, &'static str, &str)| Number {
        title,
        meaning: meaning(column),
        value: text::count(line.number(column)),
        share: match line.number(whole) {
            0 => String::new(),
            whole => text::share(line.number(column), whole),
        },
    };
    let zero: Vec<String> = zero.iter().map(|(_, title, _)| lower(title)).collect();
    let numbers = some.into_iter().map(number).collect();
    let mut html = rendered(&Tcp { numbers, zero: zero.join(", ") });
    let counts = NUMBERS.iter().map(|(column, _, _)| (*column, line.number(column)));
    html += &worst_streams(report, detail, &Numbers::from_columns(counts));
    Some(html)
}

/// The streams that have most of what is worst in all of them.
fn worst_streams(report: &Report, detail: Detail, numbers: &Numbers) -> String {
    if detail.rows == 0 {
        return String::new();
    }
    let order = numbers
        .findings()
        .iter()
        .find_map(|finding| ORDERS.iter().find(|(number, _, _)| *number == finding.column));
    let (column, title) = match order {
        Some((_, column, name)) => (*column, format!("Streams, most {name} first")),
        None => ("packets", "Streams, most packets first".into()),
    };
    let worst = Lines::greatest("streams", column, report, detail.rows);
    if worst.rows.is_empty() {
        return String::new();
    }
    let barred = |one: &Column| match one.name == column {
        true => one.barred(),
        false => *one,
    };
    let columns: Vec<Column> = STREAMS.iter().map(barred).collect();
    heading(&title, worst.total) + &grid("streams", &columns, &worst)
}

/// A name inside a sentence; acronyms stay.
fn lower(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => title.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table;

    #[test]
    fn every_number_of_tcp_is_shown() {
        let health = table::named("health").expect("a table");
        let of_tcp = health.columns.iter().filter(|column| column.name.starts_with("tcp_"));
        for column in of_tcp {
            let known = NUMBERS.iter().any(|(name, _, _)| *name == column.name);
            assert!(known, "{}", column.name);
        }
        let streams = table::named("streams").expect("a table");
        for name in STREAMS.iter().map(|one| one.name).chain(ORDERS.iter().map(|one| one.1)) {
            assert!(streams.columns.iter().any(|column| column.name == name), "{name}");
        }
    }
}
