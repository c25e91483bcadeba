//! Cells between separators: `csv`, `tsv`, `markdown`. Only free text needs care.

use super::csv;
use super::format::{Encoder, Format, Several};
use crate::table::Table;
use crate::table::row::RowBuffer;
use crate::table::row::delimited::Style;
use crate::table::visible::write_visible;
use std::io::{self, Write};

/// RFC 4180 with line feeds.
pub static CSV: Format = Format {
    name: "csv",
    about: "comma-separated values (RFC 4180)",
    extension: "csv",
    binary: false,
    several: None,
    rows: |table, file| RowBuffer::delimited(table, &csv::STYLE, file),
    encoder: |table| Box::new(Lines { header: csv::header(table) }),
};

/// As CSV, with tabs.
pub static TSV: Format = Format {
    name: "tsv",
    about: "tab-separated values, quoted as in CSV",
    extension: "tsv",
    binary: false,
    several: None,
    rows: |table, file| RowBuffer::delimited(table, &TSV_STYLE, file),
    encoder: |table| Box::new(Lines { header: csv::header_with(table, b'\t') }),
};

static TSV_STYLE: Style = Style {
    open: "",
    separator: b'\t',
    end: "\n",
    text: |text, out| csv::write_text(text, b'\t', out),
};

/// Tables of GitHub Flavored Markdown.
pub static MARKDOWN: Format = Format {
    name: "markdown",
    about: "Markdown table",
    extension: "md",
    binary: false,
    several: Some(Several {
        before: |table, first, alone| match (first, alone) {
            (_, true) => String::new(),
            (true, _) => format!("## {}\n\n", table.name),
            (false, _) => format!("\n## {}\n\n", table.name),
        },
        after: "",
    }),
    rows: |table, file| RowBuffer::delimited(table, &MARKDOWN_STYLE, file),
    encoder: |table| Box::new(Lines { header: markdown_header(table) }),
};

static MARKDOWN_STYLE: Style =
    Style { open: "|", separator: b'|', end: "|\n", text: write_markdown };

/// Names of the columns, and a rule that aligns numbers on the right.
fn markdown_header(table: &Table) -> Vec<u8> {
    let names = table.columns.iter().map(|column| column.name).collect::<Vec<_>>().join("|");
    let rule = |number: bool| if number { "---:" } else { "---" };
    let rules: Vec<_> = table.columns.iter().map(|column| rule(column.kind.is_number())).collect();
    format!("|{names}|\n|{}|\n", rules.join("|")).into_bytes()
}

/// Escapes what Markdown or HTML would take for markup; a cell is one line.
fn write_markdown(text: &str, out: &mut Vec<u8>) {
    let mut shown = Vec::new();
    write_visible(text, &mut shown);
    for byte in shown {
        match byte {
            b'|' | b'\\' | b'`' | b'*' | b'_' | b'[' | b']' | b'~' => {
                out.extend_from_slice(&[b'\\', byte]);
            }
            b'<' => out.extend_from_slice(b"&lt;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            byte => out.push(byte),
        }
    }
}

/// A header, then rows as they are.
struct Lines {
    header: Vec<u8>,
}

impl Encoder for Lines {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.header)
    }

    fn rows(&mut self, rows: &mut RowBuffer, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(rows.bytes())
    }

    fn finish(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_markdown_cell_is_one_line_without_markup() {
        let mut out = Vec::new();
        write_markdown("a|b\nc_d <i> \u{202E}&", &mut out);
        let expected = r"a\|b\\nc\_d &lt;i> \\u{202e}&amp;";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
