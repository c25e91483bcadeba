//! The terminal that people look at: its size and colours, lines of styled text, units, graphs.

pub mod graph;
pub mod grid;
pub mod line;
pub mod units;

use crate::cli::When;
use std::env;
use std::io::{self, IsTerminal};

/// Size and colours of a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Characters in a line.
    pub columns: usize,
    /// Lines.
    pub rows: usize,
    /// Colours are shown.
    pub color: bool,
}

impl Screen {
    /// The terminal of standard output; 80 columns and 24 rows if it does not tell.
    pub fn of_terminal(color: When) -> Screen {
        const LEAST: (usize, usize) = (40, 10);
        let size = terminal_size::terminal_size_of(io::stdout());
        let (columns, rows) = size.map_or((80, 24), |(width, height)| (width.0, height.0));
        let (columns, rows) = if columns == 0 || rows == 0 { (80, 24) } else { (columns, rows) };
        Screen {
            columns: usize::from(columns).max(LEAST.0),
            rows: usize::from(rows).max(LEAST.1),
            color: shows_color(color, io::stdout().is_terminal(), |name| {
                env::var_os(name).map(|value| value.to_string_lossy().into_owned())
            }),
        }
    }
}

/// True if output is coloured: as the option says, or else NO_COLOR, CLICOLOR_FORCE, and whether
/// it goes to a terminal that is not `dumb` (no-color.org, bixense.com/clicolors).
fn shows_color(color: When, to_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name| variable(name).is_some_and(|value| !value.is_empty());
    let forced = variable("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0");
    match color {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if forced => true,
        When::Auto => to_terminal && variable("TERM").is_none_or(|term| term != "dumb"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_beat_variables_and_variables_beat_the_terminal() {
        for (color, to_terminal, set, expected) in [
            (When::Auto, true, "", true),
            (When::Auto, false, "", false),
            (When::Auto, true, "NO_COLOR=1", false),
            (When::Auto, true, "NO_COLOR=", true),
            (When::Auto, true, "TERM=dumb", false),
            (When::Auto, false, "CLICOLOR_FORCE=1", true),
            (When::Auto, false, "CLICOLOR_FORCE=0", false),
            (When::Always, false, "NO_COLOR=1", true),
            (When::Never, true, "CLICOLOR_FORCE=1", false),
        ] {
            let variable = |name: &str| {
                let (known, value) = set.split_once('=')?;
                (known == name).then(|| value.to_string())
            };
            assert_eq!(shows_color(color, to_terminal, variable), expected, "{color:?} {set}");
        }
    }
}
