//! A report as a page: headings, sentences, tables and figures, written as HTML, Markdown or plain text.
//!
//! Owns: the page as data, and that what people typed is text in each of the three, whatever it contains. Refuses: wording
//! and numbers; whoever makes a page has said them already, in the reader's language.

mod html;
mod markdown;
mod text;

/// What is never written, in no form: it would move a cursor, or turn the direction of writing and show other words than are
/// there.
fn misleads(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The language of its sentences, as `en`.
    pub language: &'static str,
    /// What it is called.
    pub title: String,
    /// Under the title: what it is of, and when it was made.
    pub subtitle: String,
    /// The figures that matter most, at its head.
    pub tiles: Vec<Tile>,
    /// Its parts.
    pub sections: Vec<Section>,
    /// The last line.
    pub footer: String,
}

/// One of the figures at the head of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// What it is.
    pub name: String,
    /// How much.
    pub value: String,
    /// Against what, or why it is not there.
    pub note: String,
}

/// A part with its heading.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Section {
    /// The heading.
    pub heading: String,
    /// What stands under it.
    pub parts: Vec<Part>,
}

/// What can stand on a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// A paragraph.
    Text(String),
    /// A smaller heading.
    Heading(String),
    /// Points of equal weight.
    List(Vec<String>),
    /// What somebody wrote, and who: as they wrote it.
    Quotes(Vec<(String, String)>),
    /// Rows and columns.
    Table(Table),
    /// Bars beside each other.
    Bars(Bars),
}

/// Rows and columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// The names of the columns.
    pub head: Vec<String>,
    /// The rows; each as long as the head.
    pub rows: Vec<Vec<Cell>>,
    /// Columns from here on hold figures, and stand to the right.
    pub figures_from: usize,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// It says that something is not there.
    pub is_absent: bool,
}

impl Cell {
    /// A cell that says something.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_absent: false }
    }

    /// A cell that says why there is nothing.
    #[must_use]
    pub fn absent(why: impl Into<String>) -> Self {
        Self { text: why.into(), is_absent: true }
    }
}

/// Bars, each with its range, against one line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bars {
    /// The figure in words, for those who do not see it.
    pub alt: String,
    /// The bars from top to bottom.
    pub bars: Vec<Bar>,
    /// The line that they are held against, and what it is called.
    pub line: Option<(f64, String)>,
}

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Whose.
    pub name: String,
    /// How long; nothing is drawn below 0.
    pub value: f64,
    /// The ends of its range.
    pub range: Option<(f64, f64)>,
    /// The value in words.
    pub said: String,
    /// How it looks.
    pub look: Look,
}

/// How a bar looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// It is as it should be.
    Good,
    /// Nobody can say.
    Plain,
    /// It is not.
    Bad,
}

impl Page {
    /// As one file of HTML that asks for nothing else: style and figures are in it.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::write(self)
    }

    /// As Markdown (`CommonMark` with the tables of GitHub).
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::write(self)
    }

    /// As plain text for a terminal.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::write(self)
    }
}

/// Text as it stands in a page.
#[cfg(test)]
fn html_of(text: &str) -> String {
    html::escaped(text)
}

#[cfg(test)]
mod tests;
