//! Parses tables as a user's program would: rows of CSV with named columns, and typed rows of
//! `packets`.

use std::collections::HashMap;

/// A parsed table.
pub struct Csv {
    columns: HashMap<String, usize>,
    rows: Vec<csv::StringRecord>,
}

/// A row with its column names.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Csv,
    cells: &'a csv::StringRecord,
}

impl Csv {
    pub fn parse(bytes: &[u8]) -> Csv {
        let mut reader = csv::Reader::from_reader(bytes);
        let header = reader.headers().expect("a header line").clone();
        let columns =
            header.iter().enumerate().map(|(number, name)| (name.to_string(), number)).collect();
        // The reader rejects rows with more or fewer cells than the header.
        Csv { columns, rows: reader.records().map(|row| row.expect("a row of CSV")).collect() }
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { table: self, cells })
    }
}

impl<'a> Row<'a> {
    pub fn text(self, column: &str) -> &'a str {
        let number = self.table.columns.get(column).unwrap_or_else(|| panic!("no column {column}"));
        self.cells.get(*number).expect("as many cells as columns")
    }

    pub fn number(self, column: &str) -> u64 {
        self.optional(column).unwrap_or_else(|| panic!("{column} is empty"))
    }

    pub fn optional(self, column: &str) -> Option<u64> {
        let text = self.text(column);
        (!text.is_empty())
            .then(|| text.parse().unwrap_or_else(|error| panic!("{column} is {text:?}: {error}")))
    }

    pub fn numbers<const N: usize>(self, columns: [&str; N]) -> [u64; N] {
        columns.map(|column| self.number(column))
    }

    /// Nanoseconds since 1970.
    pub fn time(self, column: &str) -> Option<i128> {
        let text = self.text(column);
        (!text.is_empty())
            .then(|| nanoseconds(text).unwrap_or_else(|| panic!("{column} is {text:?}, no time")))
    }
}

/// Parses RFC 3339 with nine decimals, or decimal seconds, as nanoseconds since 1970.
pub fn nanoseconds(text: &str) -> Option<i128> {
    let Some(text) = text.strip_suffix('Z') else { return billionths(text) };
    let (date, clock) = text.split_once('T')?;
    let fields = |text: &str, separator| {
        text.split(separator).map(|field| field.parse().ok()).collect::<Option<Vec<i128>>>()
    };
    let &[year, month, day] = &fields(date, '-')?[..] else { return None };
    let (clock, fraction) = clock.split_once('.').filter(|(_, fraction)| fraction.len() == 9)?;
    let &[hour, minute, second] = &fields(clock, ':')?[..] else { return None };
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(seconds * 1_000_000_000 + fraction.parse::<i128>().ok()?)
}

/// A decimal with nine digits, in units of the last one.
pub fn billionths(text: &str) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').filter(|(_, fraction)| fraction.len() == 9)?;
    format!("{whole}{fraction}").parse().ok()
}

/// Days from 1970-01-01 in the Gregorian calendar, counting whole years up to the month's.
fn days(year: i128, month: i128, day: i128) -> i128 {
    let leaps = |year: i128| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let lengths = [31, 28 + leaps(year) - leaps(year - 1), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let of_months: i128 = lengths[..month as usize - 1].iter().sum();
    (year - 1970) * 365 + leaps(year - 1) - leaps(1969) + of_months + day - 1
}

/// A row of `packets`.
pub struct PacketRow {
    pub packet: u64,
    pub time: Option<i128>,
    pub interface: u64,
    pub captured_bytes: u64,
    pub wire_bytes: u64,
    pub protocols: String,
    pub macs: (String, String),
    pub ips: (String, String),
    pub ports: Option<(u16, u16)>,
    pub payload_bytes: Option<u64>,
    pub problem: String,
}

impl PacketRow {
    pub fn of(row: Row<'_>) -> PacketRow {
        let port = |column| row.optional(column).map(|port| u16::try_from(port).expect("a port"));
        let pair = |one, two| (row.text(one).to_string(), row.text(two).to_string());
        PacketRow {
            packet: row.number("packet"),
            time: row.time("time"),
            interface: row.number("interface"),
            captured_bytes: row.number("captured_bytes"),
            wire_bytes: row.number("wire_bytes"),
            protocols: row.text("protocols").to_string(),
            macs: pair("src_mac", "dst_mac"),
            ips: pair("src_ip", "dst_ip"),
            ports: port("src_port").zip(port("dst_port")),
            payload_bytes: row.optional("payload_bytes"),
            problem: row.text("problem").to_string(),
        }
    }

    pub fn layers(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.protocols.split(':').filter(|layer| !layer.is_empty())
    }

    /// The transport that the ports belong to.
    pub fn transport(&self) -> Option<&str> {
        self.ports?;
        self.layers().rfind(|layer| matches!(*layer, "tcp" | "udp" | "sctp"))
    }

    /// True if the row holds every address layer of the packet: there is no tunnel.
    pub fn tells_all_addresses(&self) -> bool {
        let count = |names: &[&str]| self.layers().filter(|layer| names.contains(layer)).count();
        let ethernet_first = count(&["eth"]) == 0 || self.layers().next() == Some("eth");
        count(&["eth"]) <= 1 && count(&["ip", "ipv6"]) <= 1 && ethernet_first
    }
}
