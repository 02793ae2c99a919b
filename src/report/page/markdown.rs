//! A page as Markdown: `CommonMark` with GitHub's tables. What people typed cannot become a heading, a link or HTML.

use std::fmt::Write as _;

use super::{Bars, Page, Part, Table, misleads};

/// Text on one line that is nothing but text.
///
/// Every mark that can begin something is escaped, as `CommonMark` allows for all ASCII punctuation; that a link is made of
/// a bare address is a reader's own habit and shows where it leads.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (at, c) in words.chars().enumerate() {
        let begins = at == 0 && matches!(c, '-' | '+' | '=');
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '&' => {
                out.push('\\');
                out.push(c);
            }
            c if begins => {
                out.push('\\');
                out.push(c);
            }
            c if misleads(c) => {}
            c => out.push(c),
        }
    }
    numbered(&out)
}

/// `1.` at the beginning would begin a list.
fn numbered(text: &str) -> String {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    match text.split_at_checked(digits) {
        Some((number, rest)) if 0 < digits && rest.starts_with(['.', ')']) => format!("{number}\\{rest}"),
        _ => text.to_owned(),
    }
}

/// Writes a page.
pub(super) fn write(page: &Page) -> String {
    let mut out = String::new();
    // A string takes whatever is written to it.
    let _ = writeln!(out, "# {}\n\n{}", escaped(&page.title), escaped(&page.subtitle));
    if !page.tiles.is_empty() {
        out.push('\n');
        for tile in &page.tiles {
            let (name, value, note) = (escaped(&tile.name), escaped(&tile.value), escaped(&tile.note));
            let note = if note.is_empty() { note } else { format!(" ({note})") };
            let _ = writeln!(out, "- **{name}:** {value}{note}");
        }
    }
    for section in &page.sections {
        let _ = writeln!(out, "\n## {}", escaped(&section.heading));
        section.parts.iter().for_each(|one| part(&mut out, one));
    }
    let _ = writeln!(out, "\n---\n\n{}", escaped(&page.footer));
    out
}

fn part(out: &mut String, part: &Part) {
    out.push('\n');
    let _ = match part {
        Part::Text(text) => writeln!(out, "{}", escaped(text)),
        Part::Heading(text) => writeln!(out, "### {}", escaped(text)),
        Part::List(points) => points.iter().try_for_each(|point| writeln!(out, "- {}", escaped(point))),
        Part::Quotes(quotes) => quotes.iter().try_for_each(|(said, who)| {
            let who = escaped(who);
            let by = if who.is_empty() { who } else { format!("  \n> — {who}") };
            writeln!(out, "> {}{by}\n", escaped(said))
        }),
        Part::Table(one) => {
            table(out, one);
            Ok(())
        }
        Part::Bars(one) => {
            bars(out, one);
            Ok(())
        }
    };
}

fn table(out: &mut String, table: &Table) {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    out.push_str(&row(table.head.iter().map(|name| escaped(name)).collect()));
    let rule = |at: usize| if table.figures_from <= at { "---:" } else { "---" };
    out.push_str(&row((0..table.head.len()).map(|at| rule(at).to_owned()).collect()));
    for cells in &table.rows {
        let said = cells.iter().map(|cell| {
            let text = escaped(&cell.text);
            if cell.is_absent { format!("*{text}*") } else { text }
        });
        out.push_str(&row(said.collect()));
    }
}

/// Bars are told: Markdown has no drawing of its own.
fn bars(out: &mut String, bars: &Bars) {
    let _ = writeln!(out, "{}\n", escaped(&bars.alt));
    for bar in &bars.bars {
        let _ = writeln!(out, "- {}: {}", escaped(&bar.name), escaped(&bar.said));
    }
}
