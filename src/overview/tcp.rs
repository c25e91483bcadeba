//! Health of TCP: the troubles of all streams that are not zero.

use super::heading::text_columns;
use super::rows::View;
use super::{fact, separated};
use crate::report::Report;
use crate::terminal::line::{Line, Style};
use crate::terminal::units::{count, counted, share};

/// Columns of `health`, their names and what makes them plural, worst first.
const TROUBLES: [(&str, &str, &str); 8] = [
    ("tcp_retransmissions", "retransmission", "s"),
    ("tcp_lost_segments", "lost segment", "s"),
    ("tcp_out_of_order", "out of order", ""),
    ("tcp_duplicate_acks", "duplicate ACK", "s"),
    ("tcp_zero_windows", "zero window", "s"),
    ("tcp_window_fulls", "full window", "s"),
    ("tcp_resets", "reset", "s"),
    ("tcp_unanswered_syns", "unanswered SYN", "s"),
];

/// Share of retransmissions from which they are bad: one in so many.
const BAD: u64 = 50;

pub(super) fn lines(report: &Report, columns: usize, _: usize) -> Vec<Line> {
    let Some(health) = View::of(report, "health").and_then(|table| table.row(0)) else {
        return Vec::new();
    };
    let (streams, packets) = (health.number("tcp_streams"), health.number("tcp_packets"));
    if streams == 0 {
        return Vec::new();
    }
    let mut parts = vec![Line::of(Style::Plain, &counted(streams, "stream"))];
    for (number, (column, name, plural)) in TROUBLES.iter().enumerate() {
        let trouble = health.number(column);
        if trouble == 0 {
            continue;
        }
        let plural = if trouble == 1 { "" } else { plural };
        let first = number == 0;
        let bad = first && trouble.saturating_mul(BAD) >= packets;
        let style = if bad { Style::Bad } else { Style::Notable };
        let text = if first {
            format!("{} {name}{plural} ({})", count(trouble), share(trouble, packets))
        } else {
            format!("{} {name}{plural}", count(trouble))
        };
        parts.push(Line::of(style, &text));
    }
    if parts.len() == 1 {
        parts.push(Line::of(Style::Good, "no trouble"));
    }
    vec![fact("TCP", separated(parts, text_columns(columns)))]
}
