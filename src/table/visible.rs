//! Text for people: control characters, bidirectional controls and invisible characters as escapes.
//!
//! A terminal acts on control characters; bidirectional controls (Unicode TR 9) reorder what is
//! read; invisible ones make two different names look the same. Programs get the text as it is.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Appends a text with its invisible characters as `\n`, `\u{202e}`, ….
pub fn write_visible(text: &str, out: &mut Vec<u8>) {
    let mut plain = 0;
    for (at, c) in text.char_indices().filter(|&(_, c)| is_hidden(c)) {
        out.extend_from_slice(text.get(plain..at).unwrap_or_default().as_bytes());
        out.extend(c.escape_default().map(|c| c as u8));
        plain = at + c.len_utf8();
    }
    out.extend_from_slice(text.get(plain..).unwrap_or_default().as_bytes());
}

/// A text in one line for people, as [`write_visible`] writes it.
pub fn visible(text: &str) -> String {
    let mut out = Vec::new();
    write_visible(text, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// True for characters that cannot be seen or that change how others are shown: controls, format
/// characters (Unicode category Cf), line separators, and spaces other than U+0020 and U+00A0.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}'
            | '\u{890}'..='\u{891}' | '\u{8E2}' | '\u{115F}'..='\u{1160}' | '\u{1680}'
            | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{2000}'..='\u{200F}'
            | '\u{2028}'..='\u{202F}' | '\u{205F}'..='\u{206F}' | '\u{2800}' | '\u{3000}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{1343F}'
            | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// The end of a text after an ellipsis if it is wider than this: the name of a file says more than
/// its directories.
pub fn end_of(text: &str, columns: usize) -> String {
    let text = visible(text);
    if text.width() <= columns {
        return text;
    }
    let mut left = columns.saturating_sub(1);
    let mut begin = text.len();
    for (at, c) in text.char_indices().rev() {
        let width = c.width().unwrap_or(0);
        if width > left {
            break;
        }
        left -= width;
        begin = at;
    }
    format!("…{}", text.get(begin..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escapes_and_others_stay() {
        for (text, shown) in [
            ("a\u{1B}[2Jb", "a\\u{1b}[2Jb"),
            ("two\nlines\ttab", "two\\nlines\\ttab"),
            ("evil\u{202E}pcap.exe", "evil\\u{202e}pcap.exe"),
            ("\u{200B}zero\u{FEFF}", "\\u{200b}zero\\u{feff}"),
            ("tag\u{E0041}", "tag\\u{e0041}"),
            ("Größe 大きさ \\x", "Größe 大きさ \\x"),
            ("", ""),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn the_end_of_a_text_fits() {
        assert_eq!(end_of("captures/of/a.pcap", 8), "…/a.pcap");
        assert_eq!(end_of("a.pcap", 6), "a.pcap");
        assert_eq!(end_of("大きさ", 5), "…きさ");
    }
}
