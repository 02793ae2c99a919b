//! Why a number moved, as a picture: where it was, what each step adds or takes, where it is.
//!
//! Owns: the drawing, a row for each step so that its name can be read on a phone, and its text for those who do not see it.
//! Refuses: working anything out; the bars are given in whole units and must add up.

use plotters::prelude::{PathElement, RGBColor, Rectangle};
use plotters::style::Color as _;
use plotters::style::text_anchor::{HPos, VPos};

use super::{
    ALT_MAX, Area, ChartError, Drawn, INK, LIMIT, PAPER, QUIET, SIZE, SMALL, Sketch, VALUE, draw_title, drawn,
    plain_title, short, width_of, wrap, write,
};
use crate::domain::num;
use crate::words::message::Picture;
use crate::words::wording::{Reader, say};

/// What makes it worse, and what makes it better.
const WORSE: RGBColor = LIMIT;
const BETTER: RGBColor = VALUE;

/// Height of a row in pixels: a name, and under it the two values.
const ROW: f64 = 92.0;
/// Names stand between here and the bars.
const NAMES: (f64, f64) = (48.0, 500.0);
/// Letters of a name, and of the values under it: what fits between them.
const NAME_MAX: usize = 25;
/// Where bars end at most.
const RIGHT: f64 = 1_240.0;
/// A step that explains next to nothing is still seen.
const BAR_MIN: f64 = 4.0;

/// The two ends: what it was held against, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Whose it is: `11 similar creators`, `now`.
    pub name: String,
    /// The number as it is read.
    pub said: String,
    /// In units of the number.
    pub units: i64,
}

/// What one step explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The step: `Orders per click`.
    pub name: String,
    /// Its two values: `1.9 %, not 5.2 %`.
    pub sides: String,
    /// What it explains as it is read: `+€92.67`.
    pub said: String,
    /// In units of the number.
    pub units: i64,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waterfall {
    /// The whole story on one line.
    pub title: String,
    /// Where it was.
    pub from: End,
    /// What each step explains, in the order in which they are drawn.
    pub bars: Vec<Bar>,
    /// Where it is.
    pub until: End,
    /// More of it is worse: a cost.
    pub more_is_worse: bool,
}

impl Waterfall {
    fn is_worse(&self, bar: &Bar) -> bool {
        (0 < bar.units) == self.more_is_worse
    }

    /// Between which levels each row is drawn, from top to bottom.
    fn spans(&self) -> Vec<(f64, f64)> {
        let mut at = self.from.units;
        let mut spans = vec![(0.0, num::f64_of(at))];
        for bar in &self.bars {
            let next = at.saturating_add(bar.units);
            spans.push((num::f64_of(at), num::f64_of(next)));
            at = next;
        }
        spans.push((0.0, num::f64_of(self.until.units)));
        spans
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let bars = self.bars.iter().map(|bar| bar.said.as_str());
        [self.from.said.as_str(), self.until.said.as_str()].into_iter().chain(bars)
    }
}

/// Draws it. The same picture and reader give the same bytes.
///
/// # Errors
///
/// [`ChartError`]: there is no step to draw, or the drawing failed.
pub fn render(waterfall: &Waterfall, reader: &Reader) -> Result<Picture, ChartError> {
    sketch(waterfall, reader)?.drawn()
}

/// The same before it is made of pixels.
///
/// # Errors
///
/// [`ChartError`]: there is no step to draw, or the drawing failed.
pub fn sketch(waterfall: &Waterfall, reader: &Reader) -> Result<Sketch, ChartError> {
    Ok(Sketch { svg: svg(waterfall, reader)?, alt: alt(waterfall, reader) })
}

/// The drawing before it is made of pixels.
///
/// # Errors
///
/// As [`render`].
pub fn svg(waterfall: &Waterfall, reader: &Reader) -> Result<String, ChartError> {
    if waterfall.bars.is_empty() {
        return Err(ChartError::TooFew { found: 0 });
    }
    let lines = num::f64_of_len(wrap(&plain_title(&waterfall.title)).len());
    let top = 36.0 + 54.0 * lines + 20.0;
    let rows = num::f64_of_len(waterfall.bars.len() + 2);
    let height = top + 56.0 + rows * ROW + 24.0;
    let size = (SIZE.0, u32::try_from(num::pixel(height)).unwrap_or(SIZE.1));
    drawn(size, |area| draw(area, waterfall, top, reader))
}

/// What the picture shows, in words.
#[must_use]
pub fn alt(waterfall: &Waterfall, reader: &Reader) -> String {
    let steps: Vec<String> =
        waterfall.bars.iter().map(|bar| format!("{} ({}) {}", bar.name, bar.sides, bar.said)).collect();
    let text = say!(
        reader.words(),
        "waterfall-alt",
        title = plain_title(&waterfall.title),
        from = format!("{}: {}", waterfall.from.name, waterfall.from.said),
        steps = steps.join(", "),
        until = format!("{}: {}", waterfall.until.name, waterfall.until.said),
    );
    short(&text, ALT_MAX)
}

/// From units to pixels across.
struct Across {
    low: f64,
    high: f64,
    left: f64,
    right: f64,
}

impl Across {
    /// Bars are honest only from zero; what they say stands right of them, and must find room there.
    fn of(waterfall: &Waterfall) -> Self {
        let spans = waterfall.spans();
        let ends = || spans.iter().flat_map(|span| [span.0, span.1]);
        let (low, high) = (ends().fold(0.0, f64::min), ends().fold(0.0, f64::max));
        let widest = waterfall.texts().map(|text| width_of(text, SMALL)).fold(0.0, f64::max);
        let right = f64::max(RIGHT - widest - 14.0, NAMES.1 + 200.0);
        Self { low, high: if low < high { high } else { low + 1.0 }, left: NAMES.1 + 20.0, right }
    }

    fn x(&self, units: f64) -> f64 {
        self.left + (units - self.low) / (self.high - self.low) * (self.right - self.left)
    }
}

fn draw<'a>(area: &Area<'a>, waterfall: &Waterfall, top: f64, reader: &Reader) -> Drawn<'a> {
    draw_title(area, &waterfall.title)?;
    draw_legend(area, waterfall, top, reader)?;
    let across = Across::of(waterfall);
    let top = top + 56.0;
    let spans = waterfall.spans();
    let rows = num::f64_of_len(spans.len());
    vertical(area, across.x(0.0), (top, top + rows * ROW), QUIET)?;
    // Each bar begins where the one before ended; a thin line carries the eye there.
    for (row, (_, end)) in spans.iter().enumerate().take(spans.len().saturating_sub(1)) {
        let y = top + num::f64_of_len(row) * ROW;
        vertical(area, across.x(*end), (y + ROW - 14.0, y + ROW + 14.0), QUIET)?;
    }
    let ends = [(0, &waterfall.from), (spans.len().saturating_sub(1), &waterfall.until)];
    for (row, end) in ends {
        let y = top + num::f64_of_len(row) * ROW;
        name(area, &end.name, y + ROW / 2.0, INK, true)?;
        bar(area, &across, spans.get(row).copied().unwrap_or_default(), (y, INK), &end.said)?;
    }
    for (at, one) in waterfall.bars.iter().enumerate() {
        let y = top + num::f64_of_len(at + 1) * ROW;
        name(area, &one.name, y + 27.0, INK, false)?;
        name(area, &one.sides, y + 65.0, QUIET, false)?;
        let color = if waterfall.is_worse(one) { WORSE } else { BETTER };
        bar(area, &across, spans.get(at + 1).copied().unwrap_or_default(), (y, color), &one.said)?;
    }
    Ok(())
}

/// Only what is there is explained.
fn draw_legend<'a>(area: &Area<'a>, waterfall: &Waterfall, y: f64, reader: &Reader) -> Drawn<'a> {
    let said = [
        (true, WORSE, say!(reader.words(), "waterfall-worse")),
        (false, BETTER, say!(reader.words(), "waterfall-better")),
    ];
    let mut x = NAMES.0;
    for (worse, color, text) in said {
        if !waterfall.bars.iter().any(|bar| waterfall.is_worse(bar) == worse) {
            continue;
        }
        let corner = |right: f64, bottom: f64| (num::pixel(x + right), num::pixel(y + bottom));
        area.draw(&Rectangle::new([corner(0.0, 2.0), corner(26.0, 28.0)], color.filled()))?;
        write(area, &text, (x + 38.0, y + 15.0), SMALL, INK, (HPos::Left, VPos::Center), false)?;
        x += 38.0 + width_of(&text, SMALL) + 30.0;
    }
    Ok(())
}

fn name<'a>(area: &Area<'a>, text: &str, y: f64, color: RGBColor, is_bold: bool) -> Drawn<'a> {
    write(area, &short(text, NAME_MAX), (NAMES.0, y), SMALL, color, (HPos::Left, VPos::Center), is_bold)
}

/// A bar between two levels, and what it says right of it.
fn bar<'a>(
    area: &Area<'a>,
    across: &Across,
    (from, until): (f64, f64),
    (y, color): (f64, RGBColor),
    said: &str,
) -> Drawn<'a> {
    let (a, b) = (across.x(from), across.x(until));
    let (left, right) = (f64::min(a, b), f64::max(f64::max(a, b), f64::min(a, b) + BAR_MIN));
    let corners = [(num::pixel(left), num::pixel(y + 14.0)), (num::pixel(right), num::pixel(y + ROW - 14.0))];
    area.draw(&Rectangle::new(corners, color.filled()))?;
    // Where bars go below zero the line of zero runs behind what is said.
    let behind = [(right + 8.0, y + 22.0), (right + 14.0 + width_of(said, SMALL), y + ROW - 22.0)];
    let behind = behind.map(|(x, y)| (num::pixel(x), num::pixel(y)));
    area.draw(&Rectangle::new(behind, PAPER.filled()))?;
    write(area, said, (right + 14.0, y + ROW / 2.0), SMALL, color, (HPos::Left, VPos::Center), true)
}

fn vertical<'a>(area: &Area<'a>, x: f64, (top, bottom): (f64, f64), color: RGBColor) -> Drawn<'a> {
    let line = vec![(num::pixel(x), num::pixel(top)), (num::pixel(x), num::pixel(bottom))];
    area.draw(&PathElement::new(line, color.stroke_width(2)))
}
