//! From a drawing to the bytes of a PNG: as few as its few colours need, because every room is sent them.
//!
//! A drawing has a handful of colours and the shades between them at the edges of letters. Up to 256 are a palette of one byte
//! each; where there are more, shades that nobody tells apart become one.

use std::collections::BTreeSet;
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

/// A line of pixels: each colour with how many in a row have it, and how many lines in a row are like this.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    runs: Vec<(Color, usize)>,
    times: usize,
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
fn lines(pixels: &tiny_skia::Pixmap) -> Vec<Line> {
    let width = std::cmp::max(usize::try_from(pixels.width()).unwrap_or_default(), 1);
    let mut above: &[u8] = &[];
    let mut all: Vec<Line> = Vec::new();
    for (drawn, line) in pixels.data().chunks_exact(DRAWN * width).zip(pixels.pixels().chunks_exact(width)) {
        match all.last_mut() {
            Some(last) if drawn == above => last.times += 1,
            _ => {
                let runs = line.chunk_by(|one, next| one == next);
                let runs =
                    runs.filter_map(|run| run.first().map(|one| ([one.red(), one.green(), one.blue()], run.len())));
                all.push(Line { runs: runs.collect(), times: 1 });
            }
        }
        above = drawn;
    }
    all
}

/// The palette, and which of it each pixel is.
fn indexed(lines: &[Line]) -> (Vec<u8>, Vec<u8>) {
    let mut drawn: Vec<Color> = lines.iter().flat_map(|line| &line.runs).map(|run| run.0).collect();
    drawn.sort_unstable();
    drawn.dedup();
    // Each step keeps one bit less of a channel; with one of each there are never more than fit.
    let (palette, less) = (0..8)
        .map(|less| (drawn.iter().map(|color| coarser(*color, less)).collect::<BTreeSet<Color>>(), less))
        .find(|(palette, _)| palette.len() <= COLORS_MAX)
        .unwrap_or_default();
    let palette: Vec<Color> = palette.into_iter().collect();
    let mut indices = Vec::new();
    for line in lines {
        let from = indices.len();
        for (color, length) in &line.runs {
            let index = palette.binary_search(&coarser(*color, less)).unwrap_or_default();
            indices.resize(indices.len() + length, u8::try_from(index).unwrap_or_default());
        }
        let until = indices.len();
        for _ in 1..line.times {
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
        let line = |runs: &[(Color, usize)], times| Line { runs: runs.to_vec(), times };
        let (paper, ink, blue) = ([255, 255, 255], [28, 32, 38], [24, 90, 188]);
        let few = [line(&[(paper, 4)], 1), line(&[(paper, 1), (ink, 2), (blue, 1)], 2)];
        let (palette, indices) = indexed(&few);
        assert_eq!(
            (palette.as_slice(), indices.as_slice()),
            ([24, 90, 188, 28, 32, 38, 255, 255, 255].as_slice(), [2, 2, 2, 2, 2, 1, 1, 0, 2, 1, 1, 0].as_slice())
        );
        let many: Vec<Color> = (0..=255_u8).flat_map(|one| [[one, 0, 255], [255, one, one]]).collect();
        let (palette, indices) = indexed(&[line(&many.iter().map(|color| (*color, 1)).collect::<Vec<_>>(), 1)]);
        assert!(palette.len() <= 3 * COLORS_MAX && indices.len() == many.len());
        for (color, index) in many.iter().zip(&indices) {
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
