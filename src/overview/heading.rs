//! The capture in four facts: its name and state, its form, its size, its time and rate.

use super::rows::{Row, View};
use super::{LABEL, fact, separated};
use crate::report::{Report, Status};
use crate::table::summary::LONGEST_PACKET;
use crate::table::visible::end_of;
use crate::terminal::line::{Line, Style};
use crate::terminal::units::{bit_rate, bytes, count, counted, duration, packet_rate};

pub(super) fn lines(report: &Report, columns: usize, _: usize) -> Vec<Line> {
    let Some(summary) = View::of(report, "summary").and_then(|table| table.row(0)) else {
        return Vec::new();
    };
    let name = name(report, columns);
    if report.status >= Status::Unreadable {
        let error = report.error.clone().unwrap_or_default();
        return vec![name, Line::of(Style::Bad, &error)];
    }
    let facts = [
        ("Format", form(report, &summary)),
        ("Size", size(report, &summary)),
        ("Time", time(&summary)),
        ("Rate", rate(&summary)),
    ];
    let facts =
        facts.into_iter().map(|(label, parts)| (label, separated(parts, text_columns(columns))));
    let facts = facts.filter(|(_, text)| !text.is_empty());
    std::iter::once(name).chain(facts.map(|(label, text)| fact(label, text))).collect()
}

/// The name, and at the right end the state.
fn name(report: &Report, columns: usize) -> Line {
    let (style, state) = state(report.status);
    let room = columns.saturating_sub(state.len() + 2);
    let name = Line::of(Style::Strong, &end_of(&report.file, room)).padded(room + 2);
    name.with(style, state)
}

/// Name of a status for people, and its style.
pub(super) fn state(status: Status) -> (Style, &'static str) {
    match status {
        Status::Ok => (Style::Good, "ok"),
        Status::CutShort => (Style::Notable, "cut short"),
        Status::Damaged => (Style::Bad, "damaged"),
        Status::Unreadable => (Style::Bad, "unreadable"),
        Status::Unknown => (Style::Bad, "not counted"),
    }
}

/// Formats, link types and interfaces, and the program that wrote it.
fn form(report: &Report, summary: &Row) -> Vec<Line> {
    let plain = |text: String| Line::of(Style::Plain, &text);
    let interfaces = summary.number("interfaces");
    let notes = View::of(report, "metadata");
    let note = |scope: &str, key: &str| {
        let rows = notes.as_ref().map(|table| table.first(MOST_NOTES));
        let mut rows = rows.into_iter().flatten();
        rows.find(|row| row.text("scope") == scope && row.text("key") == key)
            .map(|row| row.text("value"))
            .unwrap_or_default()
    };
    let several = if interfaces > 1 { counted(interfaces, "interface") } else { String::new() };
    vec![
        plain(summary.text("format")),
        plain(summary.text("compression")),
        plain(summary.text("link_types")),
        plain(if several.is_empty() { note("interface", "name") } else { several }),
        plain(note("section", "application")),
        plain(note("section", "os")),
    ]
}

/// Notes among which the ones of the first section are looked for.
const MOST_NOTES: usize = 64;

fn size(report: &Report, summary: &Row) -> Vec<Line> {
    let packets = summary.number("packets");
    let all = report.walked.packets;
    let (wire, captured) = (summary.number("wire_bytes"), summary.number("captured_bytes"));
    let truncated = summary.number("truncated_packets");
    let mut parts = vec![
        match packets == all {
            true => Line::of(Style::Strong, &counted(packets, "packet")),
            // Options select some.
            false => Line::of(Style::Strong, &count(packets))
                .with(Style::Notable, &format!(" of {}", counted(all, "packet"))),
        },
        Line::of(Style::Strong, &bytes(wire)),
    ];
    if truncated > 0 {
        let text = format!("{} captured, {} truncated", bytes(captured), count(truncated));
        parts.push(Line::of(Style::Notable, &text));
    }
    // Rounded half up, as in a report.
    if let Some(mean) = wire.saturating_add(packets / 2).checked_div(packets) {
        let (least, most) = (summary.number("min_wire_bytes"), summary.number("max_wire_bytes"));
        let text = match least == most {
            true => format!("{} B each", count(least)),
            false => format!("{} – {} B each, mean {}", count(least), count(most), count(mean)),
        };
        parts.push(Line::of(Style::Plain, &text));
    }
    let file = summary.number("file_bytes");
    if file > 0 {
        parts.push(Line::of(Style::Faint, &format!("file {}", bytes(file))));
    }
    parts
}

fn time(summary: &Row) -> Vec<Line> {
    let (first, last) = (summary.text("earliest_time"), summary.text("latest_time"));
    let Some(nanoseconds) = summary.nanoseconds("duration_s").filter(|_| !first.is_empty()) else {
        return Vec::new();
    };
    let decimals = decimals(nanoseconds);
    let mut parts = vec![span(&first, &last, decimals)];
    if nanoseconds > 0 {
        parts.push(Line::of(Style::Strong, &duration(nanoseconds)));
    }
    if summary.text("strict_time_order") == "false" {
        parts.push(Line::of(Style::Notable, "out of order"));
    }
    parts
}

/// Decimals of a second that tell the ends of so much time apart.
pub(super) fn decimals(nanoseconds: u128) -> usize {
    match nanoseconds {
        0..10_000_000 => 6,
        10_000_000..10_000_000_000 => 3,
        _ => 0,
    }
}

/// Two times as one text: the date once if both are of one day.
fn span(first: &str, last: &str, decimals: usize) -> Line {
    let (first, last) = (shown(first, decimals), shown(last, decimals));
    let mut text = Line::of(Style::Plain, &first);
    if last != first {
        let same_day = first.get(..DATE) == last.get(..DATE);
        let end = if same_day { last.get(DATE + 1..).unwrap_or_default() } else { &last };
        text.push(Style::Faint, " – ");
        text.push(Style::Plain, end);
    }
    text.with(Style::Faint, " UTC")
}

/// Length of a date in RFC 3339.
const DATE: usize = 10;

/// Date and time of RFC 3339 text, with so many decimals.
pub(super) fn shown(time: &str, decimals: usize) -> String {
    const SECONDS: usize = 19;
    let end = if decimals == 0 { SECONDS } else { SECONDS + 1 + decimals };
    time.get(..end).unwrap_or(time).replace('T', " ")
}

fn rate(summary: &Row) -> Vec<Line> {
    let nanoseconds = summary.nanoseconds("duration_s").unwrap_or(0);
    let packets = packet_rate(summary.number("packets"), nanoseconds);
    let bits = bit_rate(summary.number("wire_bytes"), nanoseconds);
    let is_overlong = summary.number("max_wire_bytes") > LONGEST_PACKET;
    let overlong = "not to be trusted: no link carries a packet of the greatest length";
    let overlong = is_overlong.then(|| Line::of(Style::Notable, overlong));
    let rates = packets.into_iter().chain(bits).map(|text| Line::of(Style::Plain, &text));
    rates.chain(overlong).collect()
}

/// Columns that facts have for their text.
pub(super) fn text_columns(columns: usize) -> usize {
    columns.saturating_sub(LABEL)
}
