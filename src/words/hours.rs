//! When a creator's own posts do best: the picture.
//!
//! Owns: what stands in each cell and under the picture. Refuses: a figure of a cell with few posts, and any of a creator with
//! few.

use super::chart::heat_map::{HeatMap, Tile};
use super::number;
use super::phrase;
use super::wording::{Reader, say};
use crate::domain::metric::Metric;
use crate::insight::posting_time::{BLOCK_HOURS, CELL_MIN, Cell, Days, POSTS_MIN, Slot, Week};

/// A creator's week, and what it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    /// The creator.
    pub name: String,
    /// The zone in which hours are told: an IANA name.
    pub zone: String,
    /// What the values are.
    pub metric: Metric,
    /// The posts.
    pub week: Week,
    /// The cell that a tip names.
    pub best: Option<Cell>,
}

impl Hours {
    /// As it is drawn.
    #[must_use]
    pub fn map(&self, reader: &Reader) -> HeatMap {
        let words = reader.words();
        let name = phrase::first_name(&self.name);
        let says = self.week.says_something();
        let title =
            if says { say!(words, "hours-title", name = name) } else { say!(words, "hours-title-few", name = name) };
        let usual = number::value(reader, self.metric, self.week.overall, None);
        let zone = self.zone.as_str();
        let mut notes = vec![say!(words, "hours-note", posts = self.week.posts, usual = usual, zone = zone)];
        notes.push(if says { say!(words, "hours-cells") } else { say!(words, "hours-few", least = POSTS_MIN) });
        notes.extend(self.best.as_ref().map(|best| say!(words, "hours-best", hours = phrase::hours(reader, best))));
        HeatMap {
            title,
            days: (1..=7).map(|day| number::weekday_name(reader, day)).collect(),
            hours: (0..24).step_by(usize::from(BLOCK_HOURS)).map(|from| block_name(from, BLOCK_HOURS.into())).collect(),
            tiles: self.week.slots.iter().map(|slot| self.tile(slot, says, reader)).collect(),
            framed: self.best.iter().flat_map(framed).collect(),
            notes,
        }
    }

    fn tile(&self, slot: &Slot, says: bool, reader: &Reader) -> Tile {
        let gain = (slot.shrunk / self.week.overall - 1.0).clamp(-9.99, 9.99);
        let enough = usize::try_from(slot.n).is_ok_and(|n| CELL_MIN <= n);
        let sign = if gain < 0.0 { "\u{2212}" } else { "+" };
        Tile {
            day: usize::try_from(slot.weekday - 1).unwrap_or(0),
            hours: usize::from(slot.from_hour / BLOCK_HOURS),
            posts: say!(reader.words(), "hours-posts", count = slot.n),
            gain: (says && enough).then_some(gain),
            said: (says && enough)
                .then(|| format!("{sign}{}", number::percent(reader.locale, (gain.abs() * 100.0).round() / 100.0))),
        }
    }
}

/// `18–21`.
fn block_name(from: usize, long: usize) -> String {
    format!("{from:02}–{:02}", from + long)
}

/// Rows and column of a cell.
fn framed(best: &Cell) -> Vec<(usize, usize)> {
    let days: &[usize] = match best.days {
        Days::SunThu => &[0, 1, 2, 3, 6],
        Days::FriSat => &[4, 5],
    };
    days.iter().map(|day| (*day, usize::from(best.from_hour / BLOCK_HOURS))).collect()
}
