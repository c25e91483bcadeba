//! Packets by length on the wire.

use crate::page::capture::Detail;
use crate::page::lines::{Line, Lines};
use crate::page::{rendered, text};
use crate::report::Report;
use askama::Template;

#[derive(Template)]
#[template(path = "lengths.html")]
struct Lengths {
    bars: Vec<Bar>,
}

struct Bar {
    range: String,
    width: String,
    packets: String,
    share: String,
    bytes: String,
}

pub fn make(report: &Report, detail: Detail) -> Option<String> {
    let lines = Lines::first("lengths", report, usize::MAX);
    let total: u64 = lines.rows.iter().map(|line| line.number("packets")).sum();
    let most = lines.rows.iter().map(|line| line.number("packets")).max().unwrap_or(0);
    if total == 0 || detail.rows == 0 {
        return None;
    }
    let range = |line: &Line| match (line.text("from_bytes"), line.text("to_bytes")) {
        (from, to) if to.is_empty() => format!("{from} and above"),
        (from, to) => format!("{from}–{to}"),
    };
    // Lengths that no packet has are left out at both ends.
    let some = |line: &Line| line.number("packets") > 0;
    let first = lines.rows.iter().position(some)?;
    let last = lines.rows.iter().rposition(some)?;
    let shown = lines.rows.get(first..=last).unwrap_or_default();
    let bar = |line: &Line| Bar {
        range: range(line),
        width: format!("{:.1}", text::percent(line.number("packets"), most)),
        packets: text::count(line.number("packets")),
        share: text::share(line.number("packets"), total),
        bytes: text::bytes(line.number("wire_bytes")),
    };
    Some(rendered(&Lengths { bars: shown.iter().map(bar).collect() }))
}
