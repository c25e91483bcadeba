//! Bars and graphs of block characters (Unicode, Block Elements).

/// A bar of a width for a share of a whole, in eighths of a column; the least share shows.
pub fn bar(part: u64, whole: u64, columns: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let whole = u128::from(whole).max(1);
    let most = columns as u128 * 8;
    let eighths = (u128::from(part) * most + whole / 2) / whole;
    let eighths = eighths.clamp(u128::from(part > 0), most) as usize;
    let rest = PARTS.get(eighths % 8).copied().unwrap_or_default();
    "█".repeat(eighths / 8) + rest
}

/// Values as columns of a graph, so many lines high, the highest line first. Greater than zero is
/// at least the lowest step.
pub fn columns(values: &[u128], lines: usize) -> Vec<String> {
    const STEPS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let greatest = values.iter().copied().max().unwrap_or(0).max(1);
    let most = lines as u128 * 8;
    let step = |value: u128| {
        let rounded = value.saturating_mul(most).saturating_add(greatest / 2) / greatest;
        rounded.max(u128::from(value > 0)).min(most)
    };
    let line = |line: usize| {
        let below = (lines - 1 - line) as u128 * 8;
        let filled = |value: &u128| step(*value).saturating_sub(below).min(8) as usize;
        values.iter().filter_map(|value| STEPS.get(filled(value))).collect()
    };
    (0..lines).map(line).collect()
}

/// Bytes of buckets (start, end, bytes) in columns of equal length from one time to another. A bucket
/// that lies in several counts in each by its share of time.
pub fn resampled(
    buckets: impl Iterator<Item = (i128, i128, u64)>,
    (from, to): (i128, i128),
    columns: usize,
) -> Vec<u128> {
    /// Parts of a byte.
    const SCALE: u128 = 1 << 20;
    let mut values = vec![0; columns];
    let length = (to - from).max(1);
    let edge = |column: usize| from + length * column as i128 / columns.max(1) as i128;
    for (start, end, bytes) in buckets {
        let (start, end) = (start.max(from), end.min(to).max(start.max(from) + 1));
        let column = |time: i128| ((time - from) * columns as i128 / length).max(0) as usize;
        for column in column(start)..=column(end - 1) {
            let shared = end.min(edge(column + 1)) - start.max(edge(column));
            let column = column.min(columns.saturating_sub(1));
            if let Some(value) = values.get_mut(column) {
                let shared = shared.max(0).unsigned_abs();
                *value += u128::from(bytes) * SCALE * shared / (end - start).unsigned_abs();
            }
        }
    }
    values.into_iter().map(|value| value / SCALE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_and_columns_fill_in_eighths() {
        assert_eq!(bar(1, 2, 3), "█▌");
        assert_eq!(
            (bar(2, 2, 2), bar(0, 2, 2), bar(1, 1000, 2)),
            ("██".into(), "".into(), "▏".into())
        );
        assert_eq!(columns(&[0, 1, 50, 100], 1), [" ▁▄█"]);
        assert_eq!(columns(&[0, 1, 50, 100], 2), ["   █", " ▁██"]);
    }

    #[test]
    fn steady_traffic_is_level_and_nothing_is_lost() {
        let steady = (0..600).map(|second| (second * 100, second * 100 + 100, 700));
        let values = resampled(steady, (0, 60_000), 70);
        assert!(values.iter().all(|value| value.abs_diff(6000) <= 7), "{values:?}");
        let ends = [(0, 16, 5), (4080, 4096, 7)].into_iter();
        let values = resampled(ends, (3, 4090), 60);
        assert_eq!((values[0], values[59], values.iter().sum::<u128>()), (5, 7, 12));
    }
}
