//! Cells in columns: widths by their contents, one of them giving way where the screen is narrow.

use super::line::{Line, Style};

/// Side of a column that cells stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Rows of cells.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    sides: Vec<Side>,
    /// The column that is cut if all are too wide.
    yields: usize,
    rows: Vec<Vec<Line>>,
    /// Widths that columns have at least.
    least: Vec<usize>,
}

impl Grid {
    /// No rows yet; the column of this number is cut if all are too wide.
    pub fn new(sides: &[Side], yields: usize) -> Grid {
        Grid { sides: sides.to_vec(), yields, ..Grid::default() }
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<Line>) {
        self.rows.push(row);
    }

    /// Makes columns at least so wide.
    pub fn widen(&mut self, widths: &[usize]) {
        self.least = widths.to_vec();
    }

    /// The widths of the columns, before one of them is cut.
    pub fn widths(&self) -> Vec<usize> {
        let cells = |column: usize| self.rows.iter().filter_map(move |row| row.get(column));
        let least = |column| self.least.get(column).copied().unwrap_or(0);
        let width = |column| cells(column).map(Line::width).max().unwrap_or(0).max(least(column));
        (0..self.sides.len()).map(width).collect()
    }

    /// The rows in lines of a width. Columns without text are left out; the one that yields takes
    /// all that is left if `fills`.
    pub fn lines(self, columns: usize, fills: bool) -> Vec<Line> {
        const GAP: usize = 2;
        let mut widths = self.widths();
        let shown = widths.iter().filter(|width| **width > 0).count();
        let all = widths.iter().sum::<usize>() + GAP * shown.saturating_sub(1);
        if let Some(width) = widths.get_mut(self.yields) {
            match columns.checked_sub(all) {
                Some(left) if fills => *width += left,
                Some(_) => {}
                None => *width = width.saturating_sub(all - columns),
            }
        }
        let line = |row: Vec<Line>| {
            let mut line = Line::new();
            for ((cell, &width), side) in row.into_iter().zip(&widths).zip(&self.sides) {
                if width == 0 {
                    continue;
                }
                if !line.is_empty() {
                    line.push(Style::Plain, &" ".repeat(GAP));
                }
                line = line.then(match side {
                    Side::Left => cell.padded(width),
                    Side::Right => cell.padded_left(width),
                });
            }
            line
        };
        self.rows.into_iter().map(line).collect()
    }
}
