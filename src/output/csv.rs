//! CSV by RFC 4180 with line feeds. Only free text is ever quoted; the csv crate does that, and
//! writes the header line.

use crate::report::Report;
use crate::table::Table;
use crate::table::row::{RowBuffer, Style};

/// Commas, line feeds and quotes.
pub static STYLE: Style = Style { separator: b',', end: b'\n', text: write_text };

/// The header line.
pub fn header(table: &Table) -> Vec<u8> {
    record(table.columns.iter().map(|column| column.name))
}

/// A whole table of one report, header line included; none of the rows of `packets`.
pub fn table(table: &Table, report: &Report) -> Vec<u8> {
    let rows = table.rows(report);
    let mut buffer = RowBuffer::new(&STYLE, &report.file);
    for number in 0..rows.count {
        buffer.begin_row();
        (rows.fill)(number, &mut buffer);
        buffer.end_row();
    }
    [header(table), buffer.into_bytes()].concat()
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':');
    if text.bytes().all(plain) {
        out.extend_from_slice(text.as_bytes());
    } else {
        let quoted = record([text]);
        out.extend_from_slice(quoted.strip_suffix(b"\n").unwrap_or(&quoted));
    }
}

/// A line of CSV. Writing to memory cannot fail.
fn record<'a>(cells: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_if_rfc_4180_requires_it() {
        let shown = |text: &str| {
            let mut out = Vec::new();
            write_text(text, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(shown("captures/a-b_c.pcap"), "captures/a-b_c.pcap");
        assert_eq!(shown("a b"), "a b");
        assert_eq!(shown("a,b"), "\"a,b\"");
        assert_eq!(shown("say \"a\""), "\"say \"\"a\"\"\"");
        assert_eq!(shown("two\nlines"), "\"two\nlines\"");
    }
}
