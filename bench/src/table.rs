//! Tables of figures, in Markdown so that they can go into a page as they are.

/// A table with a head. The first column is text, the others are figures.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(head: [&str; N]) -> Self {
        Self { rows: vec![head.map(str::to_owned).to_vec()] }
    }

    /// Adds a row; missing cells are empty.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// The lines of the table, each column as wide as its widest cell.
    pub(crate) fn text(&self) -> String {
        let columns = self.rows[0].len();
        let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
        let width = |column| self.rows.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0).max(3);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut lines = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            lines.push(line(&widths, |column, width| match column {
                0 => format!("{:<width$}", cell(row, column)),
                _ => format!("{:>width$}", cell(row, column)),
            }));
            if number == 0 {
                lines.push(line(&widths, |column, width| match column {
                    0 => "-".repeat(width),
                    _ => format!("{}:", "-".repeat(width - 1)),
                }));
            }
        }
        lines.concat()
    }
}

fn line(widths: &[usize], cell: impl Fn(usize, usize) -> String) -> String {
    let cells: Vec<String> = widths.iter().enumerate().map(|(column, width)| cell(column, *width)).collect();
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(["server", "µs"]);
        table.row(["ours".to_owned(), "9".to_owned()]);
        table.row(["another one".to_owned(), "12345".to_owned()]);
        let text =
            "| server      |    µs |\n| ----------- | ----: |\n| ours        |     9 |\n| another one | 12345 |\n";
        assert_eq!(table.text(), text);
    }

    #[test]
    fn a_short_row_is_filled_up() {
        let mut table = Table::new(["a", "b"]);
        table.row(["x".to_owned()]);
        assert_eq!(table.text().lines().last(), Some("| x   |     |"));
    }
}
