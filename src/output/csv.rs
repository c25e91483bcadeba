//! Text of CSV (RFC 4180, line feeds) and whole tables as CSV. Only free text is ever quoted; the
//! csv crate does that, and writes the header line.

use crate::report::Report;
use crate::table::Table;
use crate::table::row::RowBuffer;
use crate::table::row::delimited::Style;

/// Commas, line feeds and quotes.
pub static STYLE: Style =
    Style { open: "", separator: b',', end: "\n", text: |text, out| write_text(text, b',', out) };

/// The header line.
pub fn header(table: &Table) -> Vec<u8> {
    header_with(table, b',')
}

/// The header line, for any separator.
pub fn header_with(table: &Table, separator: u8) -> Vec<u8> {
    record(table.columns.iter().map(|column| column.name), separator)
}

/// A table of one report with its header line. Tables with a row per packet have no rows here.
pub fn table(table: &'static Table, report: &Report) -> Vec<u8> {
    let rows = table.rows(report);
    let mut buffer = RowBuffer::delimited(table, &STYLE, &report.file);
    (0..rows.count).for_each(|number| rows.write(number, &mut buffer));
    [&header(table), buffer.bytes()].concat()
}

/// Appends a text, quoted if need be.
pub fn write_text(text: &str, separator: u8, out: &mut Vec<u8>) {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':');
    if text.bytes().all(plain) {
        out.extend_from_slice(text.as_bytes());
    } else {
        let quoted = record([text], separator);
        out.extend_from_slice(quoted.strip_suffix(b"\n").unwrap_or(&quoted));
    }
}

/// A line of CSV. Writing to memory cannot fail.
fn record<'a>(cells: impl IntoIterator<Item = &'a str>, separator: u8) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_if_it_must_be() {
        let shown = |text: &str, separator| {
            let mut out = Vec::new();
            write_text(text, separator, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(shown("captures/a-b_c.pcap", b','), "captures/a-b_c.pcap");
        assert_eq!(shown("a b", b','), "a b");
        assert_eq!(shown("a,b", b','), "\"a,b\"");
        assert_eq!(shown("say \"a\"", b','), "\"say \"\"a\"\"\"");
        assert_eq!(shown("two\nlines", b','), "\"two\nlines\"");
        assert_eq!(shown("a,b", b'\t'), "a,b");
        assert_eq!(shown("a\tb", b'\t'), "\"a\tb\"");
    }
}
