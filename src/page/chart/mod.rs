//! Charts: functions from data to SVG.
//!
//! Positions along the width are in percent and text is not scaled, so that a chart is as legible
//! on a phone as on a screen. Colours are classes of the page's style.

pub mod area;
pub mod axis;
mod calendar;
pub mod icicle;
pub mod marks;
pub mod spark;

/// A position in percent of the width.
fn percent(value: f64) -> String {
    let text = format!("{:.2}", value.clamp(0.0, 100.0) + 0.0);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
