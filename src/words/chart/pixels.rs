//! From a drawing to the bytes of a PNG: as few as its few colours need, because every room is sent them.
//!
//! A drawing has a handful of colours and the shades between them at the edges of letters. Up to 256 are a palette of one byte
//! each; where there are more, shades that nobody tells apart become one.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use resvg::{tiny_skia, usvg};

use super::{ChartError, FONTS};

/// Colours of a palette.
const COLORS_MAX: usize = 256;

/// Draws SVG and writes it as PNG. The same drawing gives the same bytes.
pub(super) fn png(svg: &str) -> Result<Vec<u8>, ChartError> {
    let options =
        usvg::Options { font_family: "Inter".to_owned(), fontdb: Arc::clone(&FONTS), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| failed(&error))?;
    let size = tree.size().to_int_size();
    let mut pixels =
        tiny_skia::Pixmap::new(size.width(), size.height()).ok_or_else(|| failed(&"no room for the pixels"))?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixels.as_mut());
    encoded(&pixels).map_err(|error| failed(&error))
}

fn failed(error: &dyn std::fmt::Display) -> ChartError {
    ChartError::Drawing { what: error.to_string() }
}

/// A colour without its opacity: everything is drawn on paper, so nothing shines through.
type Color = [u8; 3];

/// Bytes of a pixel as it is drawn.
const DRAWN: usize = 4;

/// What was drawn, line by line.
#[derive(Debug, Default)]
struct Drawing {
    /// Its colours, in the order in which they were met.
    colors: Vec<Color>,
    /// How many pixels in a row have which of them.
    runs: Vec<(usize, usize)>,
    /// Which runs a line is, and how many lines in a row are like this.
    lines: Vec<(Range<usize>, usize)>,
}

/// Places of [`Numbers::lately`].
const LATELY: usize = 512;

/// The number of each colour. Those met lately are found without a search: most pixels have one of a handful.
struct Numbers {
    all: BTreeMap<Color, usize>,
    lately: [Option<(Color, usize)>; LATELY],
}

impl Numbers {
    fn of(&mut self, color: Color) -> usize {
        let [red, green, blue] = color.map(usize::from);
        let next = self.all.len();
        // Odd factors that keep greys and the shades of one colour apart.
        let Some(place) = self.lately.get_mut((7 * red + 31 * green + 131 * blue) % LATELY) else { return next };
        match place {
            Some((one, number)) if *one == color => *number,
            _ => {
                let number = *self.all.entry(color).or_insert(next);
                *place = Some((color, number));
                number
            }
        }
    }
}

fn encoded(pixels: &tiny_skia::Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let (palette, indices) = indexed(&lines(pixels));
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    encoder.set_compression(png::Compression::Default);
    // Neighbours in a palette have nothing in common that a filter could use.
    encoder.set_filter(png::FilterType::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&indices)?;
    writer.finish()?;
    Ok(bytes)
}

/// The lines of a picture. Most are as the one above them, and most pixels as the one before.
fn lines(pixels: &tiny_skia::Pixmap) -> Drawing {
    let width = std::cmp::max(usize::try_from(pixels.width()).unwrap_or_default(), 1);
    let mut above: &[u8] = &[];
    let mut drawing = Drawing::default();
    let mut numbers = Numbers { all: BTreeMap::new(), lately: [None; LATELY] };
    for (drawn, line) in pixels.data().chunks_exact(DRAWN * width).zip(pixels.pixels().chunks_exact(width)) {
        match drawing.lines.last_mut() {
            Some((_, times)) if drawn == above => *times += 1,
            _ => {
                let from = drawing.runs.len();
                let runs = line.chunk_by(|one, next| one == next);
                drawing.runs.extend(runs.filter_map(|run| {
                    run.first().map(|one| (numbers.of([one.red(), one.green(), one.blue()]), run.len()))
                }));
                drawing.lines.push((from..drawing.runs.len(), 1));
            }
        }
        above = drawn;
    }
    drawing.colors = vec![Color::default(); numbers.all.len()];
    for (color, number) in numbers.all {
        if let Some(place) = drawing.colors.get_mut(number) {
            *place = color;
        }
    }
    drawing
}

/// The palette, and which of it each pixel is.
fn indexed(drawing: &Drawing) -> (Vec<u8>, Vec<u8>) {
    // Each step keeps one bit less of a channel; with one of each there are never more than fit.
    let (palette, less) = (0..8)
        .map(|less| (drawing.colors.iter().map(|color| coarser(*color, less)).collect::<BTreeSet<Color>>(), less))
        .find(|(palette, _)| palette.len() <= COLORS_MAX)
        .unwrap_or_default();
    let palette: Vec<Color> = palette.into_iter().collect();
    let place = |color: &Color| palette.binary_search(&coarser(*color, less)).unwrap_or_default();
    let shown: Vec<u8> = drawing.colors.iter().map(|color| u8::try_from(place(color)).unwrap_or_default()).collect();
    let mut indices = Vec::new();
    for (runs, times) in &drawing.lines {
        let from = indices.len();
        for (color, length) in drawing.runs.get(runs.clone()).unwrap_or_default() {
            indices.resize(indices.len() + length, shown.get(*color).copied().unwrap_or_default());
        }
        let until = indices.len();
        for _ in 1..*times {
            indices.extend_from_within(from..until);
        }
    }
    (palette.into_flattened(), indices)
}

fn coarser(color: Color, less: u32) -> Color {
    color.map(|channel| coarse(channel, less))
}

/// A channel with so many bits less; white stays white and black stays black.
fn coarse(channel: u8, less: u32) -> u8 {
    let steps = u16::from(u8::MAX.unbounded_shr(less));
    let step = u16::from(channel.unbounded_shr(less));
    u8::try_from((step * 255 + steps / 2) / std::cmp::max(steps, 1)).unwrap_or(channel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_colours_are_kept_as_they_are_and_many_become_fewer() {
        let drawn = |colors: &[Color]| {
            let mut pixels = tiny_skia::Pixmap::new(u32::try_from(colors.len()).expect("few"), 3).expect("pixels");
            for (pixel, [red, green, blue]) in pixels.pixels_mut().iter_mut().zip(colors.iter().cycle()) {
                *pixel = tiny_skia::PremultipliedColorU8::from_rgba(*red, *green, *blue, 255).expect("opaque");
            }
            pixels
        };
        let (paper, ink, blue) = ([255, 255, 255], [28, 32, 38], [24, 90, 188]);
        let few = lines(&drawn(&[paper, ink, ink, blue]));
        assert_eq!((few.lines.as_slice(), few.runs.len()), ([(0..3, 3)].as_slice(), 3));
        let (palette, indices) = indexed(&few);
        assert_eq!(
            (palette.as_slice(), indices.as_slice()),
            ([24, 90, 188, 28, 32, 38, 255, 255, 255].as_slice(), [2, 1, 1, 0].repeat(3).as_slice())
        );
        let many: Vec<Color> = (0..=255_u8).flat_map(|one| [[one, 0, 255], [255, one, one]]).collect();
        let (palette, indices) = indexed(&lines(&drawn(&many)));
        let indices = &indices[..many.len()];
        assert!(palette.len() <= 3 * COLORS_MAX && indices.len() == many.len());
        for (color, index) in many.iter().zip(indices) {
            let shown = &palette[3 * usize::from(*index)..][..3];
            assert!(color.iter().zip(shown).all(|(a, b)| a.abs_diff(*b) <= 4), "{color:?} as {shown:?}");
        }
    }

    #[test]
    fn white_and_black_stay_at_every_coarseness() {
        for less in 0..7 {
            assert_eq!((coarse(255, less), coarse(0, less)), (255, 0), "{less}");
        }
    }
}
