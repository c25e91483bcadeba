//! Traffic over time: a graph of bits per second from the first packet to the last.

use super::fact;
use super::heading::{decimals, shown, text_columns};
use crate::report::Report;
use crate::table::cell::Cell;
use crate::terminal::graph;
use crate::terminal::line::{Line, Style};
use crate::terminal::units::{bit_rate, duration};

pub(super) fn lines(report: &Report, columns: usize, height: usize) -> Vec<Line> {
    let width = text_columns(columns);
    let extent = report.tallies.totals.time_extent();
    let (Some(timeline), Some((first, last))) = (&report.tallies.timeline, extent) else {
        return Vec::new();
    };
    let (from, to) = (first.total_nanoseconds(), last.total_nanoseconds() + 1);
    let nanoseconds = (to - from).unsigned_abs();
    if nanoseconds <= 1 || width == 0 || report.tallies.totals.counts.packets < 3 {
        return Vec::new();
    }
    let values = graph::resampled(timeline.buckets(), (from, to), width);
    let mut lines: Vec<Line> = graph::columns(&values, height)
        .into_iter()
        .enumerate()
        .map(|(at, text)| fact(if at == 0 { "Traffic" } else { "" }, Line::of(Style::Graph, &text)))
        .collect();
    let greatest = values.iter().copied().max().unwrap_or(0);
    let column = nanoseconds.div_ceil(width as u128);
    let peak = u64::try_from(greatest).ok().and_then(|bytes| bit_rate(bytes, column));
    let peak = peak.map(|peak| format!("peak {peak} in {}", duration(column))).unwrap_or_default();
    lines.push(fact("", axis(first_and_last(report), &peak, width)));
    lines
}

/// The ends of the graph as times of day, or dates if it is long.
fn first_and_last(report: &Report) -> [String; 2] {
    const DAY: u128 = 86_400_000_000_000;
    let extent = report.tallies.totals.time_extent();
    let Some((first, last)) = extent else { return Default::default() };
    let nanoseconds = (last.total_nanoseconds() - first.total_nanoseconds()).unsigned_abs();
    [first, last].map(|time| {
        let text = shown(&Cell::time(Some(time)).to_text(), decimals(nanoseconds));
        let (date, of_day) = text.split_once(' ').unwrap_or((&text, ""));
        if nanoseconds < DAY { of_day.to_string() } else { date.to_string() }
    })
}

/// The line below a graph: its ends, and the peak between them.
fn axis([first, last]: [String; 2], peak: &str, width: usize) -> Line {
    let space = width.saturating_sub(first.len() + last.len() + peak.len());
    if space < 4 {
        return Line::of(Style::Faint, peak);
    }
    let (left, right) = (" ".repeat(space / 2), " ".repeat(space - space / 2));
    Line::of(Style::Faint, &format!("{first}{left}{peak}{right}{last}"))
}
