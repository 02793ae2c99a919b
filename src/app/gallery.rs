//! Pictures that were drawn a moment ago: several rooms are told the same, and what did not arrive is sent again.
//!
//! Owns: that one drawing is made of pixels once while it is news. Refuses: growing; the oldest goes.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::words::chart::{ChartError, Sketch};
use crate::words::message::Picture;

/// Pictures that are kept: about 3 MB with their drawings.
const KEPT: usize = 16;

/// The newest pictures, each with the drawing it was made from.
#[derive(Debug, Default)]
pub struct Gallery(Mutex<VecDeque<(Sketch, Picture)>>);

impl Gallery {
    /// The picture of a drawing: the same bytes, whether it was made just now or a moment ago.
    pub fn picture(&self, sketch: Sketch) -> Result<Picture, ChartError> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hung = kept().iter().find(|(one, _)| *one == sketch).map(|(_, picture)| picture.clone());
        if let Some(picture) = hung {
            return Ok(picture);
        }
        // Nobody waits for another one's drawing; two at once draw the same.
        let picture = sketch.drawn()?;
        let mut newest = kept();
        if KEPT <= newest.len() {
            newest.pop_front();
        }
        newest.push_back((sketch, picture.clone()));
        Ok(picture)
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::domain::metric::Metric;
    use crate::words::chart::{Chart, sketch};
    use crate::words::wording::Reader;

    fn views(last: f64) -> Sketch {
        let points = (0..).zip([120.0, 90.0, last]);
        let chart = Chart {
            metric: Metric::Views,
            currency: None,
            points: points
                .map(|(day, value)| (Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * day), Some(value)))
                .collect(),
            band: None,
            limit: Vec::new(),
            fired_at: None,
        };
        sketch(&chart, "Views fell", &Reader::new("en", "UTC")).expect("a drawing")
    }

    #[test]
    fn the_same_drawing_is_drawn_once_and_the_oldest_goes() {
        let gallery = Gallery::default();
        let hung = || gallery.0.lock().expect("whole").len();
        let first = gallery.picture(views(1.0)).expect("a picture");
        assert_eq!(gallery.picture(views(1.0)).expect("a picture"), first);
        assert_eq!((hung(), views(1.0).drawn().expect("a picture") == first), (1, true));
        let mut last = 1.0;
        for _ in 0..KEPT {
            last += 1.0;
            assert_ne!(gallery.picture(views(last)).expect("a picture"), first);
        }
        let gone = gallery.0.lock().expect("whole").iter().all(|(_, picture)| *picture != first);
        assert_eq!((hung(), gone), (KEPT, true));
    }
}
