//! The most important numbers of a capture, as a person would say them.

use super::findings::FEW_PACKETS;
use super::lines::{Line, Lines};
use super::text;
use crate::report::Report;
use crate::terminal::units::{bit_rate, packet_rate};

/// A number and its name.
pub type Tile = (&'static str, String);

/// The numbers that a capture has. A few packets have no rates, and one packet has one time.
pub fn tiles(report: &Report) -> Vec<Tile> {
    let summary = Lines::first("summary", report, 1);
    let Some(line) = summary.rows.first() else { return Vec::new() };
    let (packets, wire_bytes) = (line.number("packets"), line.number("wire_bytes"));
    let size = |name: &str| match line.text(name).is_empty() {
        true => String::new(),
        false => text::bytes(line.number(name)),
    };
    let nanoseconds = line.billionths("duration_s").map_or(0, i128::unsigned_abs);
    let rate = |rate: Option<String>| match packets {
        FEW_PACKETS.. => rate.unwrap_or_default(),
        _ => String::new(),
    };
    let moment = |name: &str| line.text(name).get(..19).unwrap_or_default().replace('T', " ");
    let (first, last) = (moment("earliest_time"), moment("latest_time"));
    let format = [line.text("format"), line.text("compression")].join(" ");
    let many = packets > 1;
    // Next to none: the times are not of one capture.
    let packets_per_second = packet_rate(packets, nanoseconds);
    let mut tiles = vec![
        ("Packets", if packets == 0 { "none".into() } else { text::count(packets) }),
        (
            if many { "On the wire" } else { "Length on the wire" },
            match packets {
                0 => String::new(),
                _ => size("wire_bytes"),
            },
        ),
    ];
    if many {
        tiles.extend([
            (
                "Duration",
                match nanoseconds {
                    0 if first.is_empty() => String::new(),
                    0 => "all at one time".into(),
                    _ => text::duration(i128::try_from(nanoseconds).unwrap_or(i128::MAX)),
                },
            ),
            ("Packet rate", rate(packets_per_second.clone())),
            ("Bit rate", rate(packets_per_second.and_then(|_| bit_rate(wire_bytes, nanoseconds)))),
            ("Packet lengths", lengths(line)),
            ("Mean length", mean(line)),
        ]);
    }
    if nanoseconds == 0 {
        tiles.push(("Time (UTC)", first));
    } else {
        tiles.extend([("First packet (UTC)", first), ("Last packet (UTC)", last)]);
    }
    tiles.extend([
        ("Format", text::name(format.trim())),
        ("Link types", text::name(&line.text("link_types"))),
        ("File", size("file_bytes")),
    ]);
    tiles.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// The least and the greatest length.
fn lengths(line: &Line) -> String {
    let length = |name: &str| text::count(line.number(name));
    match (length("min_wire_bytes"), length("max_wire_bytes")) {
        _ if line.text("min_wire_bytes").is_empty() => String::new(),
        (least, most) if least == most => format!("{least}\u{a0}B"),
        (least, most) => format!("{least} – {most}\u{a0}B"),
    }
}

/// The mean length, in whole bytes.
fn mean(line: &Line) -> String {
    let mean = line.billionths("mean_wire_bytes").map(|mean| (mean + 500_000_000) / 1_000_000_000);
    let mean = mean.and_then(|mean| u64::try_from(mean).ok());
    mean.map(|mean| format!("{}\u{a0}B", text::count(mean))).unwrap_or_default()
}
