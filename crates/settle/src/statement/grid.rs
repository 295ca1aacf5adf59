//! Tables for a terminal, aligned by what characters are wide: a Chinese character takes two columns.

use unicode_width::UnicodeWidthStr;

/// Which side of its column a cell stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// A table under construction.
pub(crate) struct Grid {
    sides: Vec<Side>,
    rows: Vec<Option<Vec<String>>>,
}

impl Grid {
    /// A table with heads; `<` in front of a head sets its column left, without it the column stands right.
    pub(crate) fn new<const N: usize>(heads: [&str; N]) -> Self {
        let sides = heads.iter().map(|head| if head.starts_with('<') { Side::Left } else { Side::Right }).collect();
        let heads = heads.iter().map(|head| head.trim_start_matches('<').to_owned()).collect();
        Self { sides, rows: vec![Some(heads), None] }
    }

    /// Adds a row; cells that are missing stay empty.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(Some(cells.into_iter().collect()));
    }

    /// Adds a rule.
    pub(crate) fn rule(&mut self) {
        self.rows.push(None);
    }

    /// The table as lines, each indented by two blanks, none with blanks at its end.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut widths = vec![0; self.sides.len()];
        for row in self.rows.iter().flatten() {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.width().max(*width);
            }
        }
        let whole = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
        self.rows.iter().map(|row| row.as_ref().map_or_else(|| format!("  {}", "─".repeat(whole)), |row| self.line(row, &widths))).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let mut line = String::from(" ");
        for ((width, side), cell) in widths.iter().zip(&self.sides).zip(row) {
            let blank = " ".repeat(width - cell.width());
            line.push(' ');
            match side {
                Side::Left => line.extend([cell.as_str(), &blank]),
                Side::Right => line.extend([blank.as_str(), cell]),
            }
            line.push(' ');
        }
        line.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns() {
        let mut grid = Grid::new(["<项目", "金额"]);
        grid.row(["abc".into(), "1.00".into()]);
        grid.row(["新入网".into(), "-12.00".into()]);
        assert_eq!(grid.lines(), ["  项目      金额", "  ──────────────", "  abc       1.00", "  新入网  -12.00"]);
    }
}
