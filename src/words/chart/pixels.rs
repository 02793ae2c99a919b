//! From a drawing to the bytes of a PNG: as few as its few colours need, because every room is sent them.
//!
//! A drawing has a handful of colours and the shades between them at the edges of letters. Up to 256 are a palette of one byte
//! each; where there are more, shades that nobody tells apart become one.

use std::collections::BTreeMap;
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

/// A colour, and how many pixels in a row have it.
type Run = ([u8; 3], usize);

fn encoded(pixels: &tiny_skia::Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    // Everything is drawn on paper, so nothing shines through; and most pixels are as the one before them.
    let runs = pixels.pixels().chunk_by(|one, next| one == next);
    let runs: Vec<Run> =
        runs.filter_map(|run| run.first().map(|one| ([one.red(), one.green(), one.blue()], run.len()))).collect();
    let (palette, indices) = indexed(&runs);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    encoder.set_compression(png::Compression::Best);
    // Neighbours in a palette have nothing in common that a filter could use.
    encoder.set_filter(png::FilterType::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&indices)?;
    writer.finish()?;
    Ok(bytes)
}

/// The palette, and which of it each pixel is.
fn indexed(runs: &[Run]) -> (Vec<u8>, Vec<u8>) {
    // Each step keeps one bit less of a channel; with four of each there are never more than fit.
    (0..8).find_map(|less| indexed_at(runs, less)).unwrap_or_default()
}

/// The same at a coarseness; `None` where that leaves too many.
fn indexed_at(runs: &[Run], less: u32) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut known: BTreeMap<[u8; 3], u8> = BTreeMap::new();
    let mut indices = Vec::new();
    for (color, length) in runs {
        let color = color.map(|channel| coarse(channel, less));
        let index = if let Some(index) = known.get(&color) {
            *index
        } else {
            let next = u8::try_from(known.len()).ok().filter(|_| known.len() < COLORS_MAX)?;
            known.insert(color, next);
            next
        };
        indices.resize(indices.len() + length, index);
    }
    let mut palette: Vec<([u8; 3], u8)> = known.into_iter().collect();
    palette.sort_by_key(|(_, index)| *index);
    Some((palette.into_iter().flat_map(|(color, _)| color).collect(), indices))
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
        let few = [([255, 255, 255], 2), ([28, 32, 38], 1), ([255, 255, 255], 1), ([24, 90, 188], 1)];
        let (palette, indices) = indexed(&few);
        assert_eq!(
            (palette.as_slice(), indices.as_slice()),
            ([255, 255, 255, 28, 32, 38, 24, 90, 188].as_slice(), [0, 0, 1, 0, 2].as_slice())
        );
        let many: Vec<[u8; 3]> = (0..=255_u8).flat_map(|one| [[one, 0, 255], [255, one, one]]).collect();
        let (palette, indices) = indexed(&many.iter().map(|color| (*color, 1)).collect::<Vec<_>>());
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
