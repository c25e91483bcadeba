//! Amounts over time: a stepped area with round ticks; peaks and gaps are marked.

use super::axis::{self, Times};
use super::marks::{self, Gap};
use super::percent;
use crate::page::text;
use std::fmt::Write;

/// Height of the drawing and of the room above and below it, in pixels.
const HEIGHT: f64 = 150.0;
const ABOVE: f64 = 22.0;
const BELOW: f64 = 22.0;

/// Width of the texts beside the drawing, in pixels.
const BESIDE: f64 = 72.0;

/// Units of the drawing's width.
const UNITS: usize = 1200;

/// Amounts over time.
pub struct Area<'a> {
    /// Class that gives the colour.
    pub class: &'a str,
    /// Description of the chart, for readers who do not see it.
    pub label: &'a str,
    /// One value per step.
    pub values: &'a [f64],
    /// Time along it.
    pub times: &'a Times,
    /// Its gaps.
    pub gaps: &'a [Gap],
    /// Least distance of two ticks.
    pub least: f64,
    /// Unit of a value under the pointer.
    pub unit: &'a str,
    /// Text of a value.
    pub text: fn(f64) -> String,
}

/// The drawing, with the texts of its values beside it.
pub fn area(area: &Area<'_>) -> String {
    let greatest = area.values.iter().copied().fold(0.0, f64::max);
    let ticks = axis::values(greatest, area.least);
    let top = ticks.last().copied().unwrap_or(0.0);
    let (height, base) = (ABOVE + HEIGHT + BELOW, ABOVE + HEIGHT);
    let y = |value: f64| base - if top > 0.0 { value / top * HEIGHT } else { 0.0 };
    let mut beside = String::new();
    let mut rules = String::new();
    for tick in ticks {
        let at = y(tick);
        let class = if tick == 0.0 { "axis" } else { "rule" };
        rules += &format!(r#"<line class="{class}" x1="0" x2="100%" y1="{at:.1}" y2="{at:.1}"/>"#);
        let text = if tick == 0.0 { "0".into() } else { text::round(&(area.text)(tick)) };
        beside += &format!(r#"<text x="{}" y="{:.1}">{text}</text>"#, BESIDE - 8.0, at + 4.0);
    }
    let mut out = format!(
        r#"<div class="plot"><svg class="beside" width="{BESIDE}" height="{height}" aria-hidden="true">{beside}</svg><svg class="area {}" width="100%" height="{height}" role="img" aria-label="{}"{}>"#,
        area.class,
        area.label,
        hover(area)
    );
    let (gaps, lengths) = marks::gaps(area.gaps, area.times.span, area.values.len(), ABOVE, HEIGHT);
    out += &gaps;
    out += &format!(
        r#"<svg y="0" width="100%" height="{height}" viewBox="0 0 {UNITS} {height}" preserveAspectRatio="none"><path class="fill" d="{}"/></svg>{rules}"#,
        path(area.values, y, base)
    );
    for (number, (after, text)) in area.times.ticks.iter().enumerate() {
        let at = marks::share(*after, area.times.span);
        let x = percent(at);
        let anchor = marks::anchor(at, 6.0);
        // Left out on a phone.
        let odd = if number % 2 == 1 { r#" class="odd""# } else { "" };
        out +=
            &format!(r#"<line class="axis" x1="{x}%" x2="{x}%" y1="{base}" y2="{}"/>"#, base + 4.0);
        out += &format!(r#"<text{odd}{anchor} x="{x}%" y="{}">{text}</text>"#, base + 17.0);
    }
    out += &lengths;
    out += &marks::peaks(area.values, y, area.text);
    out + &format!("</svg></div><p class=\"times\">{}</p>", area.times.title)
}

/// The outline of the steps, in whole units where that is exact enough.
fn path(values: &[f64], y: impl Fn(f64) -> f64, base: f64) -> String {
    let mut out = format!("M0 {base}");
    let mut before = base;
    for (number, value) in values.iter().enumerate() {
        let x = number * UNITS / values.len().max(1);
        let mut at = (y(*value) * 10.0).round() / 10.0;
        // A step with a packet is never empty.
        if *value > 0.0 {
            at = at.min(base - 1.0);
        }
        if at != before {
            // Writing to text cannot fail.
            let _ = write!(out, "H{x}V{at}");
            before = at;
        }
    }
    out + &format!("H{UNITS}V{base}Z")
}

/// Values for the script that shows them under the pointer: left out of small charts.
fn hover(area: &Area<'_>) -> String {
    if area.values.len() < 100 {
        return String::new();
    }
    let values: Vec<String> = area.values.iter().map(|value| format!("{value:.0}")).collect();
    let Area { unit, times, .. } = area;
    let start = match times.by_clock {
        true => format!(r#" data-start="{}""#, times.start / 1_000_000),
        false => String::new(),
    };
    format!(
        r#" data-unit="{unit}" data-span="{}"{start} data-values="{}""#,
        times.span,
        values.join(" ")
    )
}
