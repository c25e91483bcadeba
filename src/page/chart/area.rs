//! Rates over time: a stepped area with round ticks; peaks and gaps are marked.

use super::axis;
use super::percent;
use crate::page::text;
use std::fmt::Write;

/// Height of the drawing and of the room above and below it, in pixels.
const HEIGHT: f64 = 150.0;
const ABOVE: f64 = 26.0;
const BELOW: f64 = 22.0;

/// Units of the drawing's width.
const UNITS: usize = 1200;

/// Number of peaks that are marked.
const PEAKS: usize = 3;

/// Values over time.
pub struct Area<'a> {
    /// Class that gives the colour.
    pub class: &'a str,
    /// Description of the chart, for readers who do not see it.
    pub label: &'a str,
    /// One value per step.
    pub values: &'a [f64],
    /// Start of the first step, in nanoseconds since 1970.
    pub start: i128,
    /// Length of all steps, in nanoseconds.
    pub span: i128,
    /// Gaps: start and end after the start, in nanoseconds.
    pub gaps: &'a [(i128, i128)],
    /// Text of a value.
    pub text: fn(f64) -> String,
}

/// The drawing.
pub fn area(area: &Area<'_>) -> String {
    let greatest = area.values.iter().copied().fold(0.0, f64::max);
    let (height, base) = (ABOVE + HEIGHT + BELOW, ABOVE + HEIGHT);
    let y = |value: f64| base - if greatest > 0.0 { value / greatest * HEIGHT } else { 0.0 };
    let mut out = format!(
        r#"<svg class="area {}" width="100%" height="{height}" role="img" aria-label="{}"{}>"#,
        area.class,
        area.label,
        hover(area)
    );
    for (from, to) in area.gaps {
        let (from, to) = (share(*from, area.span), share(*to, area.span));
        let (x, width) = (percent(from), percent(to - from));
        out += &format!(
            r#"<rect class="gap" x="{x}%" y="{ABOVE}" width="{width}%" height="{HEIGHT}"/>"#
        );
    }
    out += &format!(
        r#"<svg y="0" width="100%" height="{height}" viewBox="0 0 {UNITS} {height}" preserveAspectRatio="none"><path class="fill" d="{}"/></svg>"#,
        path(area.values, y, base)
    );
    for tick in axis::values(greatest) {
        let at = y(tick);
        let class = if tick == 0.0 { "axis" } else { "rule" };
        out += &format!(r#"<line class="{class}" x1="0" x2="100%" y1="{at:.1}" y2="{at:.1}"/>"#);
        if tick > 0.0 {
            let text = text::round(&(area.text)(tick));
            out += &format!(r#"<text class="halo" x="2" y="{:.1}">{text}</text>"#, at - 4.0);
        }
    }
    for (number, (after, text)) in axis::times(area.start, area.span).into_iter().enumerate() {
        let at = share(after, area.span);
        let x = percent(at);
        let anchor = anchor(at);
        // Left out on a phone.
        let odd = if number % 2 == 1 { r#" class="odd""# } else { "" };
        out +=
            &format!(r#"<line class="axis" x1="{x}%" x2="{x}%" y1="{base}" y2="{}"/>"#, base + 4.0);
        out += &format!(r#"<text{odd}{anchor} x="{x}%" y="{}">{text}</text>"#, base + 17.0);
    }
    for (number, (place, value)) in peaks(area.values).into_iter().enumerate() {
        let at = (place as f64 + 0.5) * 100.0 / area.values.len().max(1) as f64;
        let (x, at_y) = (percent(at), y(value));
        out += &format!(r#"<circle class="peak" cx="{x}%" cy="{at_y:.1}" r="3.5"/>"#);
        if number == 0 {
            let (anchor, text) = (anchor(at), (area.text)(value));
            out += &format!(
                r#"<text class="mark"{anchor} x="{x}%" y="{:.1}">peak {text}</text>"#,
                at_y - 9.0
            );
        }
    }
    out + "</svg>"
}

/// Place in percent of a time after the start.
fn share(after: i128, span: i128) -> f64 {
    if span > 0 { after as f64 * 100.0 / span as f64 } else { 0.0 }
}

/// Text near an edge does not cross it.
fn anchor(percent: f64) -> &'static str {
    match percent {
        _ if percent < 8.0 => "",
        _ if percent > 90.0 => r#" text-anchor="end""#,
        _ => r#" text-anchor="middle""#,
    }
}

/// The outline of the steps, in whole units where that is exact enough.
fn path(values: &[f64], y: impl Fn(f64) -> f64, base: f64) -> String {
    let mut out = format!("M0 {base}");
    let mut before = base;
    for (number, value) in values.iter().enumerate() {
        let x = number * UNITS / values.len().max(1);
        let at = (y(*value) * 10.0).round() / 10.0;
        if at != before {
            // Writing to text cannot fail.
            let _ = write!(out, "H{x}V{at}");
            before = at;
        }
    }
    out + &format!("H{UNITS}V{base}Z")
}

/// The greatest values, none next to another: place and value, the greatest first.
fn peaks(values: &[f64]) -> Vec<(usize, f64)> {
    let apart = (values.len() / 12).max(1);
    let mut order: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    order.sort_by(|(_, one), (_, two)| two.total_cmp(one));
    let mut found: Vec<(usize, f64)> = Vec::new();
    for (place, value) in order.into_iter().filter(|(_, value)| *value > 0.0) {
        if found.len() < PEAKS && found.iter().all(|(known, _)| known.abs_diff(place) > apart) {
            found.push((place, value));
        }
    }
    found
}

/// Values for the script that shows them under the pointer: left out of small charts.
fn hover(area: &Area<'_>) -> String {
    if area.values.len() < 100 {
        return String::new();
    }
    let values: Vec<String> = area.values.iter().map(|value| format!("{value:.0}")).collect();
    let (unit, span) = (if area.class == "bits" { "bit/s" } else { "packets/s" }, area.span);
    format!(r#" data-unit="{unit}" data-span="{span}" data-values="{}""#, values.join(" "))
}
