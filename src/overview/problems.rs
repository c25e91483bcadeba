//! Problems: packets that could not be dissected as their headers promise, and damage of the file.

use super::rows::View;
use super::{fact, separated};
use crate::report::Report;
use crate::terminal::line::{Line, Style};
use crate::terminal::units::count;

pub(super) fn lines(report: &Report, columns: usize, _: usize) -> Vec<Line> {
    let Some(table) = View::of(report, "problems") else { return Vec::new() };
    if report.file_bytes.is_none() && report.tallies.totals.counts.packets == 0 {
        return Vec::new();
    }
    let mut found: Vec<(u64, Line)> = Vec::new();
    for row in table.first(usize::MAX) {
        let (packets, name) = (row.number("packets"), row.text("problem"));
        let (first, of_file) = (row.number("first_packet"), row.text("layer") == "file");
        let text = if of_file {
            Line::of(Style::Bad, &name).with(Style::Faint, &format!(" at packet {}", count(first)))
        } else {
            let place = if packets == 1 { "packet" } else { "first in packet" };
            Line::of(Style::Notable, &format!("{} {name}", count(packets)))
                .with(Style::Faint, &format!(" ({place} {})", count(first)))
        };
        found.push((if of_file { u64::MAX } else { packets }, text));
    }
    if found.is_empty() {
        return vec![fact("Problems", Line::of(Style::Good, "none"))];
    }
    found.sort_by_key(|(packets, _)| std::cmp::Reverse(*packets));
    let room = super::heading::text_columns(columns);
    let mut shown = Vec::new();
    let all = found.len();
    for (_, text) in found {
        let mut longer = shown.clone();
        longer.push(text);
        let left = all - longer.len();
        let more = if left > 0 { format!(" · {left} more: -t problems") } else { String::new() };
        if separated(longer.clone(), usize::MAX).width() + more.len() > room && !shown.is_empty() {
            break;
        }
        shown = longer;
    }
    let left = all - shown.len();
    if left > 0 {
        shown.push(Line::of(Style::Faint, &format!("{left} more: -t problems")));
    }
    vec![fact("Problems", separated(shown, room))]
}
