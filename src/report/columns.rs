//! Columns of text under each other.

/// Rows as lines: the first `left` columns stand to the left, amounts behind them to the right.
#[must_use]
pub fn columns(rows: &[Vec<String>], left: usize) -> String {
    let wide = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..wide).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells =
            cells.map(|(at, (cell, wide))| if at < left { format!("{cell:<wide$}") } else { format!("{cell:>wide$}") });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
