//! When somebody's posts do best, as a picture: a row a day, a column a block of hours, the number of posts in each.
//!
//! Owns: the drawing and its text for those who do not see it. Refuses: a colour where there are too few posts, and a colour
//! alone: what can be said is written in the cell.

use plotters::prelude::{PathElement, RGBColor, Rectangle};
use plotters::style::Color as _;
use plotters::style::text_anchor::{HPos, VPos};

use super::{
    ALT_MAX, Area, ChartError, Drawn, GRID, INK, QUIET, SIZE, SMALL, draw_title, drawn, plain_title, png, short, wrap,
    write,
};
use crate::domain::num;
use crate::words::message::Picture;
use crate::words::wording::{Reader, say};

/// Where cells are: left and right edge.
const CELLS: (f64, f64) = (150.0, 1_246.0);
/// Height of a row in pixels: what is said, and under it how many posts.
const ROW: f64 = 84.0;
/// Letters in a cell, in pixels: the most that fits beside its edges.
const IN_CELL: f64 = 30.0;
/// Characters of a line under the picture: 1,200 px at about 0.53 of the letter's size each.
const NOTE_LINE: usize = 70;
/// From this gain or loss on a cell is as blue or as red as it gets.
const FULL: f64 = 0.5;

/// The strongest colours; ink is read on both.
const MORE: RGBColor = RGBColor(96, 156, 232);
const LESS: RGBColor = RGBColor(238, 148, 104);
/// Paper of a cell of which nothing can be said.
const GREY: RGBColor = RGBColor(228, 231, 236);

/// Posts of some hours on a day of the week.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    /// The row, from 0.
    pub day: usize,
    /// The column, from 0.
    pub hours: usize,
    /// How many posts, as it is read.
    pub posts: String,
    /// How much more than usual they bring, 0.2 for a fifth; `None`: there are too few to say.
    pub gain: Option<f64>,
    /// The gain as it is read; `None` where there are too few to write it down.
    pub said: Option<String>,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// The whole story on one line.
    pub title: String,
    /// Names of the rows.
    pub days: Vec<String>,
    /// Names of the columns.
    pub hours: Vec<String>,
    /// Where there are posts.
    pub tiles: Vec<Tile>,
    /// What is framed: row and column of each cell.
    pub framed: Vec<(usize, usize)>,
    /// Lines under it: what the numbers are.
    pub notes: Vec<String>,
}

/// Draws it. The same picture and reader give the same bytes.
///
/// # Errors
///
/// [`ChartError`]: there is no post to draw, or the drawing failed.
pub fn render(map: &HeatMap, reader: &Reader) -> Result<Picture, ChartError> {
    Ok(Picture { png: png(&svg(map)?)?, alt: alt(map, reader) })
}

/// The drawing before it is made of pixels.
///
/// # Errors
///
/// As [`render`].
pub fn svg(map: &HeatMap) -> Result<String, ChartError> {
    if map.tiles.is_empty() {
        return Err(ChartError::TooFew { found: 0 });
    }
    let lines = num::f64_of_len(wrap(&plain_title(&map.title)).len());
    let top = 36.0 + 54.0 * lines + 14.0;
    let notes: Vec<String> = map.notes.iter().flat_map(|note| broken(note)).collect();
    let bottom = top + 52.0 + ROW * num::f64_of_len(map.days.len()) + 20.0;
    let height = bottom + 44.0 * num::f64_of_len(notes.len()) + 20.0;
    let size = (SIZE.0, u32::try_from(num::pixel(height)).unwrap_or(SIZE.1));
    drawn(size, |area| {
        draw(area, map, top)?;
        for (row, note) in notes.iter().enumerate() {
            let y = bottom + 44.0 * num::f64_of_len(row);
            write(area, note, (48.0, y), SMALL, QUIET, (HPos::Left, VPos::Top), false)?;
        }
        Ok(())
    })
}

/// Lines that fit, broken between words.
fn broken(note: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in note.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= NOTE_LINE => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// What the picture shows, in words: each cell of which something can be said.
#[must_use]
pub fn alt(map: &HeatMap, reader: &Reader) -> String {
    let name = |names: &[String], at: usize| names.get(at).cloned().unwrap_or_default();
    let told = map.tiles.iter().filter_map(|tile| {
        let said = tile.said.as_ref()?;
        Some(format!("{} {} {said} ({})", name(&map.days, tile.day), name(&map.hours, tile.hours), tile.posts))
    });
    let cells: Vec<String> = told.collect();
    let title = plain_title(&map.title);
    let text = if cells.is_empty() {
        format!("{title}.")
    } else {
        say!(reader.words(), "heat-map-alt", title = title, cells = cells.join(", "))
    };
    short(&format!("{text} {}", map.notes.join(" ")), ALT_MAX)
}

fn width(map: &HeatMap) -> f64 {
    (CELLS.1 - CELLS.0) / f64::max(num::f64_of_len(map.hours.len()), 1.0)
}

fn corners(map: &HeatMap, top: f64, (day, hours): (usize, usize), inset: f64) -> [(i32, i32); 2] {
    let (x, y) = (CELLS.0 + width(map) * num::f64_of_len(hours), top + ROW * num::f64_of_len(day));
    let far = (x + width(map) - inset, y + ROW - inset);
    [(num::pixel(x + inset), num::pixel(y + inset)), (num::pixel(far.0), num::pixel(far.1))]
}

fn draw<'a>(area: &Area<'a>, map: &HeatMap, top: f64) -> Drawn<'a> {
    draw_title(area, &map.title)?;
    for (column, name) in map.hours.iter().enumerate() {
        let x = CELLS.0 + width(map) * (num::f64_of_len(column) + 0.5);
        write(area, name, (x, top + 24.0), IN_CELL, QUIET, (HPos::Center, VPos::Center), false)?;
    }
    let top = top + 52.0;
    for (day, name) in map.days.iter().enumerate() {
        let y = top + ROW * (num::f64_of_len(day) + 0.5);
        write(area, name, (CELLS.0 - 18.0, y), SMALL, INK, (HPos::Right, VPos::Center), false)?;
        for hours in 0..map.hours.len() {
            area.draw(&Rectangle::new(corners(map, top, (day, hours), 2.0), GRID.stroke_width(2)))?;
        }
    }
    for tile in &map.tiles {
        let place = corners(map, top, (tile.day, tile.hours), 2.0);
        area.draw(&Rectangle::new(place, color(tile.gain).filled()))?;
        let [(left, upper), (right, lower)] = place;
        let middle =
            (f64::midpoint(f64::from(left), f64::from(right)), f64::midpoint(f64::from(upper), f64::from(lower)));
        let centered = (HPos::Center, VPos::Center);
        match &tile.said {
            Some(said) => {
                write(area, said, (middle.0, middle.1 - 13.0), IN_CELL, INK, centered, true)?;
                write(area, &tile.posts, (middle.0, middle.1 + 21.0), IN_CELL, INK, centered, false)?;
            }
            None => write(area, &tile.posts, middle, IN_CELL, INK, centered, false)?,
        }
    }
    for place in &map.framed {
        let [(left, upper), (right, lower)] = corners(map, top, *place, 4.0);
        // Four lines: a rectangle is never drawn thicker than a pixel.
        let around = vec![(left, upper), (right, upper), (right, lower), (left, lower), (left, upper), (right, upper)];
        area.draw(&PathElement::new(around, INK.stroke_width(5)))?;
    }
    Ok(())
}

/// White at the usual, blue above and red below it.
fn color(gain: Option<f64>) -> RGBColor {
    let Some(gain) = gain else { return GREY };
    let full = if gain < 0.0 { LESS } else { MORE };
    let share = f64::min(gain.abs() / FULL, 1.0);
    let mix = |channel: u8| {
        let mixed = 255.0 - (255.0 - f64::from(channel)) * share;
        u8::try_from(num::pixel(mixed)).unwrap_or(channel)
    };
    RGBColor(mix(full.0), mix(full.1), mix(full.2))
}
