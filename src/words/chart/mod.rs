//! Pictures: of an alert (the value, the line it crossed, the usual band, when it was told), of why a number moved
//! ([`waterfall`]), and of the hours at which somebody's posts do best ([`heat_map`]).
//!
//! Owns: the drawing (plotters to SVG, resvg to PNG) and its text for those who do not see it. The font is embedded, so
//! every machine draws the same bytes. Refuses: a picture of fewer than two values; the text then goes alone.
//!
//! Drawn 1,280 wide, what phones show about 360 points wide: letters of 34 px there are as large as a caption's. On paper of
//! their own, because nobody knows whether a chat is dark where a picture is looked at; blue and red are told apart by those
//! who see no red, and nothing is told by colour alone.

pub mod heat_map;
mod marks;
mod pixels;
mod scale;
pub mod waterfall;

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use plotters::prelude::{
    Circle, DrawingArea, DrawingBackend, IntoDrawingArea, PathElement, Polygon, RGBColor, Rectangle, SVGBackend,
    ShapeStyle, TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontStyle, IntoFont as _};
use resvg::usvg::fontdb::Database;
use unicode_segmentation::UnicodeSegmentation as _;

use pixels::png;
use scale::{Scale, dashes, is_freer_right, nice_step, ticks, wrap};

use super::message::Picture;
use super::number;
use super::wording::{Reader, say};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::num;
use crate::rules::backtest::Outcome;

/// Width and height in pixels.
const SIZE: (u32, u32) = (1280, 720);
/// Where values are drawn: left, top, right, bottom.
const PLOT: (f64, f64, f64, f64) = (170.0, 190.0, 1235.0, 630.0);
/// Points drawn, at most: one for every other pixel of the plot; more are thinned evenly.
const POINTS_MAX: usize = 500;
/// Letters of the axes, in pixels.
const SMALL: f64 = 32.0;
/// Letters of the title.
const LARGE: f64 = 42.0;
/// Letters of the title's lines: 1,168 px at about 0.54 of the letter's size each.
const TITLE_LINE: usize = 53;
/// The longest text for those who do not see the picture (Discord's limit).
const ALT_MAX: usize = 1_024;

/// The sign of an amount, among signs that the font does not have.
const MINUS: char = '\u{2212}';

const PAPER: RGBColor = RGBColor(255, 255, 255);
const INK: RGBColor = RGBColor(28, 32, 38);
const QUIET: RGBColor = RGBColor(92, 100, 112);
const GRID: RGBColor = RGBColor(226, 230, 236);
const VALUE: RGBColor = RGBColor(24, 90, 188);
const BAND: RGBColor = RGBColor(219, 231, 247);
const LIMIT: RGBColor = RGBColor(192, 44, 32);

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(include_bytes!("../../../config/fonts/Inter-Regular.otf").to_vec());
    fonts.load_font_data(include_bytes!("../../../config/fonts/Inter-Bold.otf").to_vec());
    Arc::new(fonts)
});

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What the values are; money in minor units.
    pub metric: Metric,
    /// The currency, where it is money.
    pub currency: Option<Currency>,
    /// Values in order of time; `None` is a gap, never a zero.
    pub points: Vec<(Timestamp, Option<f64>)>,
    /// Where the middle half of what it is compared with lies.
    pub band: Option<Band>,
    /// The line. It may move with time; one value is drawn straight across.
    pub limit: Vec<(Timestamp, f64)>,
    /// When it was told.
    pub fired_at: Option<Timestamp>,
}

/// The middle half of the own earlier windows, or of comparable others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// The lower quartile.
    pub low: f64,
    /// The upper quartile.
    pub high: f64,
    /// How many other creators it is of; `None`: of the own past.
    pub others: Option<u32>,
}

/// Why there is no picture. The text goes without it.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// A line needs two values.
    #[error("cannot draw {found} values, at least 2 are needed")]
    TooFew {
        /// How many there are.
        found: usize,
    },
    /// The drawing failed.
    #[error("could not draw the chart: {what}")]
    Drawing {
        /// What was said.
        what: String,
    },
}

/// A drawing before it is made of pixels, which costs the most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    svg: String,
    alt: String,
}

impl Sketch {
    /// The picture. The same drawing gives the same bytes.
    pub fn drawn(&self) -> Result<Picture, ChartError> {
        Ok(Picture { png: png(&self.svg)?, alt: self.alt.clone() })
    }
}

/// Draws the picture. The same chart, title and reader give the same bytes.
pub fn render(chart: &Chart, title: &str, reader: &Reader) -> Result<Picture, ChartError> {
    sketch(chart, title, reader)?.drawn()
}

/// The same before it is made of pixels.
pub fn sketch(chart: &Chart, title: &str, reader: &Reader) -> Result<Sketch, ChartError> {
    Ok(Sketch { svg: svg(chart, &[], title, reader)?, alt: alt(chart, title, reader) })
}

/// The picture of a replay: with each fire, and whether it was right.
pub fn render_marked(
    chart: &Chart,
    marks: &[(Timestamp, Outcome)],
    title: &str,
    reader: &Reader,
) -> Result<Picture, ChartError> {
    let png = png(&svg(chart, marks, title, reader)?)?;
    let mut alt = alt(chart, title, reader);
    let marked: Vec<String> = marks::in_words(marks, reader).into_iter().map(|(_, text)| text).collect();
    if !marked.is_empty() {
        alt = format!("{alt} {}.", marked.join(", ")).chars().take(ALT_MAX).collect();
    }
    Ok(Picture { png, alt })
}

/// What the picture shows, in words.
#[must_use]
pub fn alt(chart: &Chart, title: &str, reader: &Reader) -> String {
    let values: Vec<(Timestamp, f64)> = known(chart);
    let said = |value: Option<f64>| {
        value.map_or_else(String::new, |value| number::short(reader, chart.metric, value, chart.currency))
    };
    let lowest = values.iter().map(|point| point.1).min_by(f64::total_cmp);
    let highest = values.iter().map(|point| point.1).max_by(f64::total_cmp);
    let (Some(first), Some(last)) = (values.first(), values.last()) else {
        return plain_title(title);
    };
    let mut text = say!(
        reader.words(),
        "chart-alt",
        title = plain_title(title),
        metric = number::title(reader, chart.metric, None),
        from = number::day(reader, first.0, last.0),
        until = number::day(reader, last.0, last.0),
        lowest = said(lowest),
        highest = said(highest),
        last = said(Some(last.1)),
    );
    if let Some((_, limit)) = chart.limit.last() {
        text.push(' ');
        text.push_str(&say!(reader.words(), "chart-alt-limit", limit = said(Some(*limit))));
    }
    text.chars().take(ALT_MAX).collect()
}

fn known(chart: &Chart) -> Vec<(Timestamp, f64)> {
    chart
        .points
        .iter()
        .filter_map(|(at, value)| value.filter(|value| value.is_finite()).map(|value| (*at, value)))
        .collect()
}

/// A title without the marks that the font does not have.
fn plain_title(title: &str) -> String {
    title
        .chars()
        .filter(|c| *c == MINUS || !(c.is_control() || matches!(*c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..)))
        .collect::<String>()
        .trim()
        .to_owned()
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn<'a> = Result<(), plotters::drawing::DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

fn svg(chart: &Chart, marks: &[(Timestamp, Outcome)], title: &str, reader: &Reader) -> Result<String, ChartError> {
    let values = known(chart);
    let too_few = ChartError::TooFew { found: values.len() };
    let Some(scale) = Scale::of(chart, &values).filter(|_| 2 <= values.len()) else {
        return Err(too_few);
    };
    drawn(SIZE, |area| draw(area, chart, marks, title, &scale, reader))
}

/// What is drawn on paper of a size, as SVG.
fn drawn(size: (u32, u32), draw: impl for<'a> FnOnce(&Area<'a>) -> Drawn<'a>) -> Result<String, ChartError> {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        let all = area.fill(&PAPER).and_then(|()| draw(&area)).and_then(|()| area.present());
        all.map_err(|error| ChartError::Drawing { what: error.to_string() })?;
    }
    Ok(text)
}

/// At most so many characters, told apart as people see them; what is longer ends in `…`.
fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.graphemes(true).take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// About how wide a text is in bold letters of a size, in pixels: Inter's digits and most of its letters are narrower.
fn width_of(text: &str, size: f64) -> f64 {
    0.6 * size * num::f64_of_len(text.chars().count())
}

fn draw<'a>(
    area: &Area<'a>,
    chart: &Chart,
    marks: &[(Timestamp, Outcome)],
    title: &str,
    scale: &Scale,
    reader: &Reader,
) -> Drawn<'a> {
    draw_title(area, title)?;
    if let Some(Band { low, high, .. }) = chart.band {
        let corner = |x: f64, value: f64| (num::pixel(x), num::pixel(scale.y(value.clamp(scale.low, scale.high))));
        area.draw(&Rectangle::new([corner(PLOT.0, high), corner(PLOT.2, low)], BAND.filled()))?;
    }
    draw_values_axis(area, chart, scale, reader)?;
    draw_time_axis(area, scale, reader)?;
    draw_limit(area, chart, scale, reader)?;
    draw_values(area, chart, scale)?;
    draw_fired(area, chart, scale, reader)?;
    marks::draw(area, chart, marks, scale, reader)?;
    draw_band_label(area, chart, scale, reader)
}

/// The band's name, just under it, where the values leave room.
fn draw_band_label<'a>(area: &Area<'a>, chart: &Chart, scale: &Scale, reader: &Reader) -> Drawn<'a> {
    let Some(Band { low, others, .. }) = chart.band else {
        return Ok(());
    };
    let y = scale.y(low.clamp(scale.low, scale.high)) + 10.0;
    let label = match others {
        None => say!(reader.words(), "chart-band"),
        Some(others) => say!(reader.words(), "chart-band-others", count = others),
    };
    let (x, anchor) = side(is_freer_right(&known(chart), scale, y + SMALL / 2.0));
    write(area, &label, (x, y), SMALL, QUIET, (anchor, VPos::Top), false)
}

/// The edge a label stands at.
fn side(is_right: bool) -> (f64, HPos) {
    if is_right { (PLOT.2 - 14.0, HPos::Right) } else { (PLOT.0 + 14.0, HPos::Left) }
}

fn write<'a>(
    area: &Area<'a>,
    text: &str,
    at: (f64, f64),
    size: f64,
    color: RGBColor,
    anchor: (HPos, VPos),
    is_bold: bool,
) -> Drawn<'a> {
    // The SVG backend divides sizes by 1.24 to undo what bitmap backends do.
    let font = ("Inter", size * 1.24).into_font().style(if is_bold { FontStyle::Bold } else { FontStyle::Normal });
    let style = TextStyle::from(font).color(&color).pos(Pos::new(anchor.0, anchor.1));
    area.draw_text(text, &style, (num::pixel(at.0), num::pixel(at.1)))
}

fn draw_title<'a>(area: &Area<'a>, title: &str) -> Drawn<'a> {
    for (row, text) in wrap(&plain_title(title)).iter().enumerate() {
        let y = 36.0 + 54.0 * num::f64_of_len(row);
        write(area, text, (48.0, y), LARGE, INK, (HPos::Left, VPos::Top), true)?;
    }
    Ok(())
}

fn draw_values_axis<'a>(area: &Area<'a>, chart: &Chart, scale: &Scale, reader: &Reader) -> Drawn<'a> {
    let step = nice_step((scale.high - scale.low) / 4.0);
    let mut value = (scale.low / step).ceil() * step;
    // At most eight lines; the step makes it four to six.
    for _ in 0..8 {
        if scale.high < value {
            break;
        }
        let y = num::pixel(scale.y(value));
        area.draw(&PathElement::new(vec![(num::pixel(PLOT.0), y), (num::pixel(PLOT.2), y)], GRID.stroke_width(2)))?;
        let label = number::short(reader, chart.metric, value, chart.currency);
        write(area, &label, (PLOT.0 - 16.0, f64::from(y)), SMALL, QUIET, (HPos::Right, VPos::Center), false)?;
        value += step;
    }
    Ok(())
}

fn draw_time_axis<'a>(area: &Area<'a>, scale: &Scale, reader: &Reader) -> Drawn<'a> {
    for (at, label) in ticks(scale, reader) {
        let x = scale.x(at);
        let (top, bottom) = (num::pixel(PLOT.3), num::pixel(PLOT.3 + 10.0));
        area.draw(&PathElement::new(vec![(num::pixel(x), top), (num::pixel(x), bottom)], QUIET.stroke_width(2)))?;
        write(area, &label, (x, PLOT.3 + 20.0), SMALL, QUIET, (HPos::Center, VPos::Top), false)?;
    }
    let y = num::pixel(PLOT.3);
    area.draw(&PathElement::new(vec![(num::pixel(PLOT.0), y), (num::pixel(PLOT.2), y)], QUIET.stroke_width(2)))
}

fn draw_limit<'a>(area: &Area<'a>, chart: &Chart, scale: &Scale, reader: &Reader) -> Drawn<'a> {
    let line: Vec<(f64, f64)> = match chart.limit.as_slice() {
        [] => return Ok(()),
        [(_, value)] => vec![(PLOT.0, scale.y(*value)), (PLOT.2, scale.y(*value))],
        many => many.iter().map(|(at, value)| (scale.x(*at).clamp(PLOT.0, PLOT.2), scale.y(*value))).collect(),
    };
    for dash in dashes(&line) {
        area.draw(&PathElement::new(dash, LIMIT.stroke_width(5)))?;
    }
    let (Some((_, value)), Some((_, first)), Some((_, last))) = (chart.limit.last(), line.first(), line.last()) else {
        return Ok(());
    };
    let shown = number::short(reader, chart.metric, *value, chart.currency);
    let label = say!(reader.words(), "chart-limit", value = shown);
    // Above the line, on the side where the values leave room.
    let is_right = is_freer_right(&known(chart), scale, last - SMALL);
    let (x, anchor) = side(is_right);
    let y = if is_right { last } else { first };
    write(area, &label, (x, y - 14.0), SMALL, LIMIT, (anchor, VPos::Bottom), true)
}

fn draw_values<'a>(area: &Area<'a>, chart: &Chart, scale: &Scale) -> Drawn<'a> {
    let every = chart.points.len().div_ceil(POINTS_MAX);
    let last = chart.points.len().saturating_sub(1);
    let shown = chart.points.iter().enumerate().filter(|(at, _)| at % std::cmp::max(every, 1) == 0 || *at == last);
    let mut runs: Vec<Vec<(i32, i32)>> = vec![Vec::new()];
    for (_, (at, value)) in shown {
        match (value.filter(|value| value.is_finite()), runs.last_mut()) {
            (Some(value), Some(run)) => run.push(scale.at(*at, value)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    for run in runs.into_iter().filter(|run| !run.is_empty()) {
        if let [only] = run.as_slice() {
            area.draw(&Circle::new(*only, 6, VALUE.filled()))?;
        } else {
            area.draw(&PathElement::new(run, VALUE.stroke_width(6)))?;
        }
    }
    Ok(())
}

fn draw_fired<'a>(area: &Area<'a>, chart: &Chart, scale: &Scale, reader: &Reader) -> Drawn<'a> {
    let Some(fired) = chart.fired_at else {
        return Ok(());
    };
    let x = scale.x(fired).clamp(PLOT.0, PLOT.2);
    let (left, middle, right) = (num::pixel(x - 14.0), num::pixel(x), num::pixel(x + 14.0));
    let (top, bottom) = (num::pixel(PLOT.1), num::pixel(PLOT.3));
    area.draw(&PathElement::new(vec![(middle, top), (middle, bottom)], INK.stroke_width(2)))?;
    area.draw(&Polygon::new(vec![(left, top), (right, top), (middle, top + 22)], ShapeStyle::from(&INK).filled()))?;
    let before = known(chart).into_iter().rfind(|point| point.0 <= fired);
    if let Some((at, value)) = before {
        area.draw(&Circle::new(scale.at(at, value), 15, PAPER.filled()))?;
        area.draw(&Circle::new(scale.at(at, value), 11, LIMIT.filled()))?;
    }
    let label = say!(reader.words(), "chart-fired", time = number::clock_of(reader, fired));
    let is_right = f64::midpoint(PLOT.0, PLOT.2) < x;
    let (x, anchor) = if is_right { (x - 24.0, HPos::Right) } else { (x + 24.0, HPos::Left) };
    write(area, &label, (x, PLOT.1 + 10.0), SMALL, INK, (anchor, VPos::Center), true)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    fn day(n: i64) -> Timestamp {
        "2026-06-01T10:00:00Z".parse::<Timestamp>().expect("instant") + (n * 24).hours()
    }

    /// Views that slump after three weeks, with a day missing.
    fn slump() -> Chart {
        let values = [
            21.0, 23.0, 19.0, 22.0, 24.0, 20.0, 18.0, 21.0, 25.0, 22.0, 20.0, 23.0, 21.0, 19.0, 22.0, 20.0, 17.0, 9.0,
            4.0, 3.1,
        ];
        let points = (0..).zip(values).map(|(n, value)| (day(n), (n != 6).then_some(value * 1000.0)));
        Chart {
            metric: Metric::Views,
            currency: None,
            points: points.collect(),
            band: Some(Band { low: 18_000.0, high: 25_000.0, others: None }),
            limit: vec![(day(0), 5_350.0)],
            fired_at: Some(day(19)),
        }
    }

    const TITLE: &str = "🔴 Alma Lind · Spring Launch: 3,100 views, usually 21,400. €86 can still be saved";

    #[test]
    fn the_same_chart_gives_the_same_bytes_of_a_png() {
        let reader = Reader::new("en", "Europe/Stockholm");
        let first = render(&slump(), TITLE, &reader).expect("a picture");
        assert_eq!(first.png, render(&slump(), TITLE, &reader).expect("a picture").png);
        assert_eq!(first.png.get(1..4), Some(b"PNG".as_slice()));
        assert!(first.png.len() < 200_000, "{} bytes", first.png.len());
        let mut other = slump();
        other.limit = vec![(day(0), 6_000.0)];
        assert_ne!(first.png, render(&other, TITLE, &reader).expect("a picture").png);
    }

    #[test]
    fn the_words_say_what_the_picture_shows() {
        insta::assert_snapshot!(alt(&slump(), TITLE, &Reader::new("en", "Europe/Stockholm")), @"Alma Lind · Spring Launch: 3,100 views, usually 21,400. €86 can still be saved. The line shows views from 1 Jun to 20 Jun: lowest 3,100, highest 25,000, last 3,100. The limit is 5,350.");
        insta::assert_snapshot!(alt(&slump(), "🔴 Alma: 3 100 visningar", &Reader::new("sv", "Europe/Stockholm")), @"Alma: 3 100 visningar. Linjen visar visningar från 1 juni till 20 juni: lägst 3 100, högst 25 000, senast 3 100. Gränsen är 5 350.");
    }

    #[test]
    fn fewer_than_two_values_are_no_picture() {
        let reader = Reader::new("en", "UTC");
        let mut chart = slump();
        chart.points = vec![(day(0), Some(1.0)), (day(1), None), (day(2), Some(f64::NAN))];
        let error = render(&chart, TITLE, &reader).expect_err("no picture");
        assert_eq!(error.to_string(), "cannot draw 1 values, at least 2 are needed");
    }

    #[test]
    fn flat_huge_and_hostile_charts_are_drawn() {
        let reader = Reader::new("en", "Europe/Stockholm");
        for value in [0.0, -5.0, 1e15, 1e-7] {
            let mut chart = slump();
            chart.points = (0..3000).map(|n| (day(0) + n.minutes(), Some(value))).collect();
            chart.limit = vec![(day(0), value), (day(1), value)];
            chart.band = None;
            assert!(render(&chart, "<b>&\"' \u{7}", &reader).is_ok(), "{value}");
        }
    }
}
