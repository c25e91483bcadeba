//! View of `summary` for several captures: a line each, with the end of its path and human units.

use super::{Kind, Row};
use crate::table::visible::end_of;
use crate::terminal::grid::Side;
use crate::terminal::line::{Line, Style};
use crate::terminal::units::bit_rate;

pub(super) const KIND: Kind = Kind {
    table: "summary",
    columns: &[
        ("file", Side::Left, 0),
        ("status", Side::Left, 0),
        ("packets", Side::Right, 0),
        ("bytes", Side::Right, 0),
        ("duration", Side::Right, 8),
        ("bit rate", Side::Right, 6),
        ("truncated", Side::Right, 4),
        ("with problems", Side::Right, 7),
        ("first packet", Side::Left, 5),
        ("format", Side::Left, 1),
        ("link types", Side::Left, 2),
    ],
    yields: 0,
    of_files: true,
    row: capture,
};

fn capture(row: &Row<'_>) -> Vec<Line> {
    let plain = |text: &str| Line::of(Style::Plain, text);
    let faint = |text: &str| Line::of(Style::Faint, text);
    // A capture that could not be read has no numbers.
    let is_read = !row.text("packets").is_empty();
    let read = |line: Line| if is_read { line } else { Line::new() };
    let not_zero = |column: &str| {
        if row.number(column) > 0 { row.count(column) } else { Line::new() }
    };
    let style = if row.text("status") == "ok" { Style::Faint } else { Style::Bad };
    let rate = bit_rate(row.number("wire_bytes"), row.nanoseconds("duration_s"));
    // Fractions of a second help nobody to find a capture.
    let begins = row.text("earliest_time").split('.').next().unwrap_or_default().replace('T', " ");
    vec![
        Line::of(Style::Strong, &end_of(row.text("file"), row.screen.columns / 2)),
        Line::of(style, row.text("status")),
        read(row.count("packets")),
        read(row.bytes("wire_bytes", Style::Strong)),
        row.duration("duration_s"),
        plain(&rate.unwrap_or_default()),
        not_zero("truncated_packets"),
        not_zero("problem_packets"),
        faint(&begins),
        faint(row.text("format")),
        faint(row.text("link_types")),
    ]
}

#[cfg(test)]
mod tests {
    use crate::output::views::view;
    use crate::table;
    use crate::terminal::Screen;

    #[test]
    fn captures_stand_below_each_other_with_their_packets() {
        let table = table::named("summary").expect("it is there");
        let row = |cells: &[(&str, &str)]| -> Vec<String> {
            let cell =
                |name| cells.iter().find(|(known, _)| *known == name).map_or("", |one| one.1);
            table.columns.iter().map(|column| cell(column.name).to_string()).collect()
        };
        let path = "a/very/long/path/that/would/take/the/whole/line/of/a/terminal/first.pcap";
        let read = [("file", path), ("status", "ok"), ("packets", "1234"), ("wire_bytes", "2000")];
        let cut = [("file", "b.pcap"), ("status", "truncated"), ("packets", "0")];
        let rows = vec![row(&read), row(&cut), row(&[("file", "c"), ("status", "unreadable")])];
        let mut view = view(table).expect("it has one");
        assert!(view.is_for_more(&rows[..1]) && !view.is_for_more(&rows));
        let mut out = Vec::new();
        let screen = Screen { columns: 80, rows: 24, color: false };
        view.write(rows, screen, &mut out).expect("memory");
        let text = String::from_utf8(out).expect("text");
        let lines: Vec<Vec<&str>> =
            text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[0][..3], ["file", "status", "packets"]);
        assert!(lines[1][0].starts_with('…') && lines[1][0].ends_with("/terminal/first.pcap"));
        assert_eq!(lines[1][1..], ["ok", "1,234", "2.00", "kB"]);
        assert_eq!(lines[2], ["b.pcap", "truncated", "0", "0", "B"]);
        assert_eq!(lines[3], ["c", "unreadable"]);
    }
}
