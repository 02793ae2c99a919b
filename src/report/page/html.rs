//! A page as HTML: one file, no script, no outside request, in light and dark as the reader's system is, from 320 px up.

use std::fmt::Write as _;

use super::{Bar, Bars, Look, Page, Part, Table, misleads};

/// The style of every page. It is part of each file.
const STYLE: &str = include_str!("page.css");

/// The width of a figure's own units; the figure itself is as wide as its place.
const WIDE: f64 = 640.0;
/// The height of a bar with its name above it.
const STEP: f64 = 46.0;
/// Room for the name of the line.
const FOOT: f64 = 26.0;
/// The highest value that is drawn in full, as a multiple of the line: beyond it a bar only says that it goes on.
const FAR: f64 = 6.0;

/// Text that is text, also between quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if misleads(c) && c != '\n' => {}
            c => out.push(c),
        }
    }
    out
}

/// Writes a page.
pub(super) fn write(page: &Page) -> String {
    let mut out = String::new();
    let title = escaped(&page.title);
    // A string takes whatever is written to it.
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta \
         http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src \
         data:\">\n<link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header>\n<h1>{title}</h1>\n<p class=\"sub\">{}</p>\n</header>\n",
        page.language,
        escaped(&page.subtitle)
    );
    if !page.tiles.is_empty() {
        out.push_str("<dl class=\"tiles\">\n");
        for tile in &page.tiles {
            let (name, value, note) = (escaped(&tile.name), escaped(&tile.value), escaped(&tile.note));
            let _ = writeln!(out, "<div><dt>{name}</dt><dd>{value}</dd><dd class=\"note\">{note}</dd></div>");
        }
        out.push_str("</dl>\n");
    }
    for section in &page.sections {
        let _ = writeln!(out, "<section>\n<h2>{}</h2>", escaped(&section.heading));
        section.parts.iter().for_each(|one| part(&mut out, one));
        out.push_str("</section>\n");
    }
    let _ = writeln!(out, "<footer>{}</footer>\n</main>\n</body>\n</html>", escaped(&page.footer));
    out
}

fn part(out: &mut String, part: &Part) {
    let _ = match part {
        Part::Text(text) => writeln!(out, "<p>{}</p>", escaped(text)),
        Part::Heading(text) => writeln!(out, "<h3>{}</h3>", escaped(text)),
        Part::List(points) => {
            let points: Vec<String> = points.iter().map(|point| format!("<li>{}</li>\n", escaped(point))).collect();
            writeln!(out, "<ul>\n{}</ul>", points.concat())
        }
        Part::Quotes(quotes) => quotes.iter().try_for_each(|(said, who)| {
            let (said, who) = (escaped(said), escaped(who));
            let by = if who.is_empty() { String::new() } else { format!("<footer>{who}</footer>") };
            writeln!(out, "<blockquote><p>{said}</p>{by}</blockquote>")
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

/// A table. On a phone each row becomes a card, and every cell says whose it is.
fn table(out: &mut String, table: &Table) {
    let class = |at: usize| if table.figures_from <= at { " class=\"n\"" } else { "" };
    let head: Vec<String> = table
        .head
        .iter()
        .enumerate()
        .map(|(at, name)| format!("<th scope=\"col\"{}>{}</th>", class(at), escaped(name)))
        .collect();
    let _ = writeln!(out, "<table>\n<thead><tr>{}</tr></thead>\n<tbody>", head.concat());
    for row in &table.rows {
        out.push_str("<tr>");
        for (at, (cell, name)) in row.iter().zip(&table.head).enumerate() {
            let text = escaped(&cell.text);
            let text = if cell.is_absent { format!("<span class=\"absent\">{text}</span>") } else { text };
            let label = escaped(name);
            let _ = if at == 0 {
                write!(out, "<th scope=\"row\">{text}</th>")
            } else {
                write!(out, "<td{} data-label=\"{label}\">{text}</td>", class(at))
            };
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}

/// Bars as a drawing in the page. Its colours are the page's, so it follows the theme.
fn bars(out: &mut String, bars: &Bars) {
    let finite = |value: f64| if value.is_finite() { f64::max(value, 0.0) } else { 0.0 };
    let line = bars.line.as_ref().map_or(0.0, |(at, _)| finite(*at));
    let ends = bars.bars.iter().flat_map(|bar| [finite(bar.value), bar.range.map_or(0.0, |range| finite(range.1))]);
    let most = f64::max(ends.fold(line, f64::max), f64::MIN_POSITIVE);
    let most = if 0.0 < line { f64::min(most, line * FAR) } else { most };
    let x = |value: f64| f64::min(finite(value) / most, 1.0) * WIDE;
    let body = f64::from(u32::try_from(bars.bars.len()).unwrap_or(u32::MAX)) * STEP;
    let _ = writeln!(
        out,
        "<figure>\n<svg viewBox=\"0 0 {WIDE} {:.0}\" role=\"img\" aria-label=\"{}\" preserveAspectRatio=\"xMinYMin meet\">",
        body + FOOT,
        escaped(&bars.alt)
    );
    for (at, bar) in bars.bars.iter().enumerate() {
        let top = f64::from(u32::try_from(at).unwrap_or(u32::MAX)) * STEP;
        one_bar(out, bar, top, &x);
    }
    if let Some((_, name)) = &bars.line {
        let place = x(line);
        let (anchor, shift) = if WIDE / 2.0 < place { ("end", -6.0) } else { ("start", 6.0) };
        let _ = writeln!(
            out,
            "<line class=\"line\" x1=\"{place:.1}\" x2=\"{place:.1}\" y1=\"0\" y2=\"{:.0}\"/>\n<text class=\"small\" x=\"{:.1}\" \
             y=\"{:.0}\" text-anchor=\"{anchor}\">{}</text>",
            body + FOOT,
            place + shift,
            body + FOOT - 6.0,
            escaped(name)
        );
    }
    out.push_str("</svg>\n</figure>\n");
}

fn one_bar(out: &mut String, bar: &Bar, top: f64, x: &impl Fn(f64) -> f64) {
    let class = match bar.look {
        Look::Good => "good",
        Look::Plain => "plain",
        Look::Bad => "bad",
    };
    let (name, said) = (escaped(&bar.name), escaped(&bar.said));
    let _ = writeln!(
        out,
        "<text x=\"0\" y=\"{:.0}\">{name}</text><text class=\"said\" x=\"{WIDE}\" y=\"{:.0}\" \
         text-anchor=\"end\">{said}</text>\n<rect class=\"back\" x=\"0\" y=\"{:.0}\" width=\"{WIDE}\" height=\"12\" rx=\"3\"/>\n\
         <rect class=\"{class}\" x=\"0\" y=\"{:.0}\" width=\"{:.1}\" height=\"12\" rx=\"3\"/>",
        top + 18.0,
        top + 18.0,
        top + 25.0,
        top + 25.0,
        x(bar.value),
    );
    if let Some((low, high)) = bar.range {
        let middle = top + 31.0;
        let _ = writeln!(
            out,
            "<path class=\"range\" d=\"M{:.1} {middle:.0}H{:.1}M{:.1} {:.0}v8M{:.1} {:.0}v8\"/>",
            x(low),
            x(high),
            x(low),
            middle - 4.0,
            x(high),
            middle - 4.0
        );
    }
}
