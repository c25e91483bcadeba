//! Lines of styled text: their width, cutting them, and writing them with or without colours.
//!
//! Text that may come from a capture is made visible, so that it cannot move the cursor.

use crate::table::visible::visible;
use std::fmt::Write;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Look of a text: colours of the terminal's own palette, which suit dark and light backgrounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As any other text.
    Plain,
    /// A name or a number that counts.
    Strong,
    /// Labels, units, what stands beside.
    Faint,
    /// Headings.
    Heading,
    /// Graphs.
    Graph,
    /// All is well.
    Good,
    /// Something to look at.
    Notable,
    /// Something is wrong.
    Bad,
}

impl Style {
    /// Parameters of the escape sequence (ECMA-48 SGR).
    fn parameters(self) -> &'static str {
        match self {
            Style::Plain => "",
            Style::Strong => "1",
            Style::Faint => "2",
            Style::Heading => "1;36",
            Style::Graph => "36",
            Style::Good => "32",
            Style::Notable => "33",
            Style::Bad => "1;31",
        }
    }
}

/// A line of text in pieces of one style each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pieces: Vec<(Style, String)>,
}

impl Line {
    /// An empty line.
    pub fn new() -> Line {
        Line::default()
    }

    /// A line of one style.
    pub fn of(style: Style, text: &str) -> Line {
        Line::new().with(style, text)
    }

    /// The line and a text after it.
    pub fn with(mut self, style: Style, text: &str) -> Line {
        self.push(style, text);
        self
    }

    /// The line and another after it.
    pub fn then(mut self, other: Line) -> Line {
        self.pieces.extend(other.pieces);
        self
    }

    /// Appends a text.
    pub fn push(&mut self, style: Style, text: &str) {
        if !text.is_empty() {
            self.pieces.push((style, visible(text)));
        }
    }

    /// True if it has no text.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Its width in columns.
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|(_, text)| text.width()).sum()
    }

    /// The line, or its start and an ellipsis if it is wider than this.
    pub fn cut(self, columns: usize) -> Line {
        if self.width() <= columns {
            return self;
        }
        let mut left = columns.saturating_sub(1);
        let mut cut = Line::new();
        for (style, text) in self.pieces {
            let kept: String = text
                .chars()
                .take_while(|c| {
                    let width = c.width().unwrap_or(0);
                    let fits = width <= left;
                    left = if fits { left - width } else { 0 };
                    fits
                })
                .collect();
            cut.push(style, &kept);
            if kept.len() < text.len() {
                break;
            }
        }
        if columns > 0 { cut.with(Style::Faint, "…") } else { cut }
    }

    /// The line in a width: cut, or with blanks after it.
    pub fn padded(self, columns: usize) -> Line {
        let cut = self.cut(columns);
        let blanks = columns.saturating_sub(cut.width());
        cut.with(Style::Plain, &" ".repeat(blanks))
    }

    /// The line in a width, at its right end.
    pub fn padded_left(self, columns: usize) -> Line {
        let cut = self.cut(columns);
        let blanks = columns.saturating_sub(cut.width());
        Line::of(Style::Plain, &" ".repeat(blanks)).then(cut)
    }

    /// Its text and a line feed, without blanks at the end.
    pub fn text(&self, color: bool) -> String {
        let mut text = String::new();
        let last = self.pieces.iter().rposition(|(_, piece)| !piece.trim_end().is_empty());
        for (number, (style, piece)) in self.pieces.iter().enumerate() {
            if last.is_none_or(|last| number > last) {
                break;
            }
            let piece = if last == Some(number) { piece.trim_end() } else { piece };
            match style.parameters() {
                parameters if color && !parameters.is_empty() => {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "\x1b[{parameters}m{piece}\x1b[0m");
                }
                _ => text.push_str(piece),
            }
        }
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_and_padded_by_what_a_terminal_shows() {
        let line = Line::of(Style::Strong, "大きさ").with(Style::Faint, " of it");
        assert_eq!(line.width(), 12);
        assert_eq!(line.clone().cut(12).text(false), "大きさ of it\n");
        assert_eq!(line.clone().cut(6).text(false), "大き…\n");
        assert_eq!(line.clone().cut(6).width(), 5);
        assert_eq!(line.clone().padded_left(14).text(false), "  大きさ of it\n");
        assert_eq!(line.padded(14).then(Line::of(Style::Plain, "|")).width(), 15);
    }

    #[test]
    fn colours_enclose_pieces_and_text_of_a_capture_has_none() {
        let line = Line::of(Style::Bad, "a\x1b[2J").with(Style::Plain, " b  ");
        assert_eq!(line.text(true), "\x1b[1;31ma\\u{1b}[2J\x1b[0m b\n");
        assert_eq!(line.text(false), "a\\u{1b}[2J b\n");
    }
}
