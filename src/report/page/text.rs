//! A page as plain text, for a terminal.

use std::fmt::Write as _;

use super::{Page, Part, Table, misleads};

/// Characters on a line of running text.
const LINE: usize = 100;

/// Text without what would move the cursor or turn the writing.
fn clean(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !misleads(*c)).collect()
}

/// Text on lines, each after the first under `indent`.
fn wrapped(text: &str, indent: &str) -> String {
    let (mut out, mut line) = (String::new(), 0);
    for word in clean(text).split(' ') {
        let wide = word.chars().count();
        if 0 < line && LINE < line + 1 + wide {
            let _ = write!(out, "\n{indent}");
            line = indent.len();
        } else if 0 < line {
            out.push(' ');
            line += 1;
        }
        out.push_str(word);
        line += wide;
    }
    out
}

/// Writes a page.
pub(super) fn write(page: &Page) -> String {
    let mut parts = vec![format!("{}\n{}", clean(&page.title), wrapped(&page.subtitle, ""))];
    let wide = page.tiles.iter().map(|tile| clean(&tile.name).chars().count()).max().unwrap_or(0);
    let tiles: Vec<String> = page
        .tiles
        .iter()
        .map(|tile| {
            let (name, value, note) = (clean(&tile.name), clean(&tile.value), clean(&tile.note));
            let note = if note.is_empty() { note } else { format!("  ({note})") };
            format!("{name:<wide$}  {value}{note}")
        })
        .collect();
    if !tiles.is_empty() {
        parts.push(tiles.join("\n"));
    }
    for section in &page.sections {
        parts.push(clean(&section.heading).to_uppercase());
        parts.extend(section.parts.iter().map(part));
    }
    parts.push(wrapped(&page.footer, ""));
    parts.join("\n\n")
}

fn part(part: &Part) -> String {
    let list = |points: &mut dyn Iterator<Item = String>| {
        points.map(|point| format!("- {}", wrapped(&point, "  "))).collect::<Vec<_>>().join("\n")
    };
    match part {
        Part::Text(text) => wrapped(text, ""),
        Part::Heading(text) if text.ends_with(['?', '.', '!']) => clean(text),
        Part::Heading(text) => format!("{}:", clean(text)),
        Part::List(points) => list(&mut points.iter().cloned()),
        Part::Quotes(quotes) => list(&mut quotes.iter().map(|(said, who)| match who.as_str() {
            "" => format!("“{said}”"),
            who => format!("“{said}” ({who})"),
        })),
        Part::Table(one) => table(one),
        Part::Bars(one) => list(&mut one.bars.iter().map(|bar| format!("{}: {}", bar.name, bar.said))),
    }
}

fn table(table: &Table) -> String {
    let head = table.head.iter().map(|name| clean(name)).collect();
    let body = table.rows.iter().map(|row| row.iter().map(|cell| clean(&cell.text)).collect());
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(body).collect();
    crate::report::columns(&rows, table.figures_from)
}
