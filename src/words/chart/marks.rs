//! Fires of a replay on the picture: each where the value stood, told apart by shape as well as colour.

use jiff::Timestamp;
use plotters::prelude::{Circle, PathElement, RGBColor};
use plotters::style::Color as _;
use plotters::style::text_anchor::{HPos, VPos};

use super::{Area, Chart, Drawn, INK, LIMIT, PAPER, PLOT, QUIET, SMALL, known, write};
use crate::domain::num;
use crate::rules::backtest::Outcome;
use crate::words::chart::scale::Scale;
use crate::words::wording::{Reader, say};

/// Fires that are drawn; where there are more the newest are.
const MARKS_MAX: usize = 120;

const RIGHT: RGBColor = RGBColor(20, 120, 72);
const WRONG: RGBColor = LIMIT;

const EACH: [(Outcome, &str); 3] =
    [(Outcome::Right, "chart-mark-right"), (Outcome::Wrong, "chart-mark-wrong"), (Outcome::Open, "chart-mark-open")];

fn count(marks: &[(Timestamp, Outcome)], outcome: Outcome) -> usize {
    marks.iter().filter(|mark| mark.1 == outcome).count()
}

/// How many of each there are, in words.
pub(super) fn in_words(marks: &[(Timestamp, Outcome)], reader: &Reader) -> Vec<(Outcome, String)> {
    EACH.into_iter()
        .filter(|(outcome, _)| 0 < count(marks, *outcome))
        .map(|(outcome, key)| {
            let count = num::i64_of_len(count(marks, outcome));
            let text = match key {
                "chart-mark-right" => say!(reader.words(), "chart-mark-right", count = count),
                "chart-mark-wrong" => say!(reader.words(), "chart-mark-wrong", count = count),
                _ => say!(reader.words(), "chart-mark-open", count = count),
            };
            (outcome, text)
        })
        .collect()
}

pub(super) fn draw<'a>(
    area: &Area<'a>,
    chart: &Chart,
    marks: &[(Timestamp, Outcome)],
    scale: &Scale,
    reader: &Reader,
) -> Drawn<'a> {
    let values = known(chart);
    let newest = marks.get(marks.len().saturating_sub(MARKS_MAX)..).unwrap_or_default();
    for (at, outcome) in newest {
        let Some((_, value)) = values.iter().rfind(|point| point.0 <= *at) else { continue };
        let place = scale.at(*at, value.clamp(scale.low, scale.high));
        shape(area, place, *outcome)?;
    }
    let mut x = PLOT.0 + 14.0;
    for (outcome, text) in in_words(marks, reader) {
        let y = PLOT.1 - 24.0;
        shape(area, (num::pixel(x), num::pixel(y)), outcome)?;
        write(area, &text, (x + 22.0, y), SMALL, INK, (HPos::Left, VPos::Center), false)?;
        // A letter of 32 px is about 17 wide.
        x += 22.0 + 17.5 * num::f64_of_len(text.chars().count()) + 40.0;
    }
    Ok(())
}

/// A full circle, a cross, an empty circle.
fn shape<'a>(area: &Area<'a>, (x, y): (i32, i32), outcome: Outcome) -> Drawn<'a> {
    match outcome {
        Outcome::Right => {
            area.draw(&Circle::new((x, y), 14, PAPER.filled()))?;
            area.draw(&Circle::new((x, y), 11, RIGHT.filled()))
        }
        Outcome::Wrong => {
            for (left, right) in [((x - 11, y - 11), (x + 11, y + 11)), ((x - 11, y + 11), (x + 11, y - 11))] {
                area.draw(&PathElement::new(vec![left, right], PAPER.stroke_width(11)))?;
                area.draw(&PathElement::new(vec![left, right], WRONG.stroke_width(6)))?;
            }
            Ok(())
        }
        Outcome::Open => {
            area.draw(&Circle::new((x, y), 12, PAPER.filled()))?;
            area.draw(&Circle::new((x, y), 10, QUIET.stroke_width(4)))
        }
    }
}
