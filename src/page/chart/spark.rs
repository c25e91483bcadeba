//! A line of a table's height: packets over time.

use std::fmt::Write;

/// Number of steps.
pub const STEPS: usize = 50;

/// Height in pixels.
const HEIGHT: u64 = 18;

/// The drawing.
pub fn spark(values: &[u64]) -> String {
    let greatest = values.iter().copied().max().unwrap_or(0);
    let (mut path, mut before) = (format!("M0 {HEIGHT}"), HEIGHT);
    for (place, value) in values.iter().enumerate() {
        let scaled = u128::from(*value) * u128::from(HEIGHT) / u128::from(greatest.max(1));
        let mut rise = u64::try_from(scaled).unwrap_or(HEIGHT);
        // A bucket with packets is never empty.
        rise = rise.max(u64::from(*value > 0));
        let at = HEIGHT - rise.min(HEIGHT);
        if at != before {
            // Writing to text cannot fail.
            let _ = write!(path, "H{place}V{at}");
            before = at;
        }
    }
    let width = values.len().max(1);
    format!(
        r#"<svg class="spark" width="100" height="{HEIGHT}" viewBox="0 0 {width} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true"><path class="fill" d="{path}H{width}V{HEIGHT}Z"/></svg>"#
    )
}
