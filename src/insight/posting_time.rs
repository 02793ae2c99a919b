//! When a creator's own posts do best: blocks of hours × groups of weekdays, in the creator's zone.
//!
//! Owns: the table, its shrinkage, and the decision whether it says anything. Refuses: comparing creators, and advice from
//! a few lucky posts.
//!
//! Each cell's mean is shrunk towards the creator's overall mean: `(n·mean + K·overall) / (n + K)` with [`PSEUDO_POSTS`]
//! = 5 posts. That is the empirical-Bayes estimate for a normal model whose variance within a cell is five times the
//! variance between cells, a cautious ratio for view counts; a cell needs five posts before it counts for more than the
//! creator's average does.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use libm::{exp, log};
use serde::{Deserialize, Serialize};

use super::rates::pulled_in;
use crate::domain::metric::Metric;
use crate::domain::num;

/// How many posts at the overall mean each cell is mixed with.
pub const PSEUDO_POSTS: f64 = 5.0;
/// With fewer posts in all nothing is said.
pub const POSTS_MIN: usize = 8;
/// With fewer posts in the best cell nothing is said.
pub const CELL_MIN: usize = 3;
/// The shrunk gain over the overall mean from which a tip is worth giving.
pub const GAIN_MIN: f64 = 0.15;
/// Hours in a block. Three keeps a dozen posts from being spread over more cells than there are posts.
pub const BLOCK_HOURS: u8 = 3;

/// One own post.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnPost {
    /// When it went out.
    pub published_at: Timestamp,
    /// What it brought, comparable between posts (views after the same number of hours); never negative.
    pub value: f64,
}

/// A group of weekdays. People post, and rest, by these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    /// Sunday to Thursday: evenings before a working day.
    SunThu,
    /// Friday and Saturday.
    FriSat,
}

impl Days {
    fn of(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Friday | Weekday::Saturday => Self::FriSat,
            Weekday::Sunday | Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday => {
                Self::SunThu
            }
        }
    }
}

/// A cell of the table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Which days.
    pub days: Days,
    /// The first hour, local.
    pub from_hour: u8,
    /// The first hour after the block; 24 at the end of the day.
    pub until_hour: u8,
    /// Posts in it.
    pub n: u32,
    /// Their mean.
    pub mean: f64,
    /// Their mean, shrunk towards the overall one.
    pub shrunk: f64,
}

impl Cell {
    /// Whether a post went out in it.
    #[must_use]
    pub fn holds(&self, post: &OwnPost, zone: &TimeZone) -> bool {
        place(post, zone) == (self.days, self.from_hour)
    }
}

/// The tip.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PostingTip {
    /// What the values are.
    pub metric: Metric,
    /// The best cell.
    pub best: Cell,
    /// The cell of the latest post, where it is another one with at least [`CELL_MIN`] posts.
    pub latest: Option<Cell>,
    /// The mean of all posts.
    pub overall: f64,
    /// Posts in all.
    pub posts: u32,
    /// The shrunk gain of the best cell over the overall mean: 0.2 is a fifth more.
    pub gain: f64,
}

/// The table, in the order of days and hours. Values that are negative or not finite are left out.
#[must_use]
pub fn table(posts: &[OwnPost], zone: &TimeZone) -> Vec<Cell> {
    let Some(overall) = mean(posts.iter().filter(|post| usable(post)).map(|post| post.value)) else {
        return Vec::new();
    };
    let mut cells: std::collections::BTreeMap<(Days, u8), Vec<f64>> = std::collections::BTreeMap::new();
    for post in posts.iter().filter(|post| usable(post)) {
        cells.entry(place(post, zone)).or_default().push(post.value);
    }
    cells
        .into_iter()
        .filter_map(|((days, from_hour), values)| {
            let n = num::f64_of_len(values.len());
            let mean = mean(values.iter().copied())?;
            Some(Cell {
                days,
                from_hour,
                until_hour: from_hour + BLOCK_HOURS,
                n: u32::try_from(values.len()).unwrap_or(u32::MAX),
                mean,
                shrunk: (n * mean + PSEUDO_POSTS * overall) / (n + PSEUDO_POSTS),
            })
        })
        .collect()
}

/// Posts of a weekday in a block of hours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// Monday is 1, Sunday 7.
    pub weekday: i8,
    /// The first hour, local.
    pub from_hour: u8,
    /// Posts in it.
    pub n: u32,
    /// Their mean, shrunk towards that of the same hours on like days, which is itself shrunk towards the overall one: one
    /// post on a Tuesday evening says less than ten on evenings before a working day.
    pub shrunk: f64,
}

/// A creator's week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Week {
    /// Where there are posts, in the order of days and hours.
    pub slots: Vec<Slot>,
    /// The mean of all posts.
    pub overall: f64,
    /// Posts in all.
    pub posts: u32,
}

impl Week {
    /// Whether there are enough posts to compare hours by.
    #[must_use]
    pub fn says_something(&self) -> bool {
        num::len_of(i64::from(self.posts)).is_some_and(|posts| POSTS_MIN <= posts)
    }
}

/// How far a value may be from the middle one on the scale of logarithms, in robust standard deviations.
const WIDE: f64 = 2.5;

/// The same posts by weekday, for a picture. A post that went viral counts as a very good one: else all others would look
/// bad beside it. `None` without a post that anybody saw.
#[must_use]
pub fn week(posts: &[OwnPost], zone: &TimeZone) -> Option<Week> {
    let used: Vec<OwnPost> = posts.iter().copied().filter(usable).collect();
    let logs: Vec<f64> = used.iter().map(|post| log(1.0 + post.value)).collect();
    let pulled = pulled_in(&logs, WIDE);
    // Where most posts have the same value there is no spread to measure by.
    let spread = pulled.iter().zip(pulled.iter().skip(1)).any(|(one, other)| 0.0 < (one - other).abs());
    let values = pulled.iter().zip(&used).map(|(log, post)| if spread { exp(*log) - 1.0 } else { post.value });
    let used: Vec<OwnPost> = used.iter().zip(values).map(|(post, value)| OwnPost { value, ..*post }).collect();
    let overall = mean(used.iter().map(|post| post.value)).filter(|overall| 0.0 < *overall)?;
    let cells = table(&used, zone);
    let mut by_day: std::collections::BTreeMap<(i8, u8), (Days, Vec<f64>)> = std::collections::BTreeMap::new();
    for post in &used {
        let (days, from_hour) = place(post, zone);
        let weekday = post.published_at.to_zoned(zone.clone()).weekday().to_monday_one_offset();
        by_day.entry((weekday, from_hour)).or_insert_with(|| (days, Vec::new())).1.push(post.value);
    }
    let slot = |((weekday, from_hour), (days, values)): ((i8, u8), (Days, Vec<f64>))| {
        let alike = cells.iter().find(|cell| (cell.days, cell.from_hour) == (days, from_hour));
        let toward = alike.map_or(overall, |cell| cell.shrunk);
        let n = num::f64_of_len(values.len());
        Slot {
            weekday,
            from_hour,
            n: u32::try_from(values.len()).unwrap_or(u32::MAX),
            shrunk: (values.iter().sum::<f64>() + PSEUDO_POSTS * toward) / (n + PSEUDO_POSTS),
        }
    };
    let slots = by_day.into_iter().map(slot).collect();
    Some(Week { slots, overall, posts: u32::try_from(used.len()).unwrap_or(u32::MAX) })
}

/// The tip, when the data carry it: at least [`POSTS_MIN`] posts, [`CELL_MIN`] in the best cell, and a shrunk gain of at
/// least [`GAIN_MIN`]. `None` also when the latest post was in that cell already: nothing would change.
#[must_use]
pub fn posting_time(posts: &[OwnPost], zone: &TimeZone, metric: Metric) -> Option<PostingTip> {
    let used: Vec<OwnPost> = posts.iter().copied().filter(usable).collect();
    if used.len() < POSTS_MIN {
        return None;
    }
    let overall = mean(used.iter().map(|post| post.value)).filter(|mean| 0.0 < *mean)?;
    let cells = table(&used, zone);
    let enough = |cell: &&Cell| num::len_of(i64::from(cell.n)).is_some_and(|n| CELL_MIN <= n);
    let best = *cells
        .iter()
        .filter(enough)
        .max_by(|a, b| a.shrunk.total_cmp(&b.shrunk).then(b.from_hour.cmp(&a.from_hour)))?;
    let gain = best.shrunk / overall - 1.0;
    if gain < GAIN_MIN {
        return None;
    }
    let newest = used.iter().max_by_key(|post| post.published_at)?;
    let (days, hour) = place(newest, zone);
    if (days, hour) == (best.days, best.from_hour) {
        return None;
    }
    let latest = cells.iter().filter(enough).find(|cell| (cell.days, cell.from_hour) == (days, hour));
    Some(PostingTip {
        metric,
        best,
        latest: latest.copied(),
        overall,
        posts: u32::try_from(used.len()).unwrap_or(u32::MAX),
        gain,
    })
}

fn usable(post: &OwnPost) -> bool {
    post.value.is_finite() && 0.0 <= post.value
}

fn place(post: &OwnPost, zone: &TimeZone) -> (Days, u8) {
    let local = post.published_at.to_zoned(zone.clone());
    let hour = u8::try_from(local.hour()).unwrap_or(0);
    (Days::of(local.weekday()), hour - hour % BLOCK_HOURS)
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_usize), |(sum, n), value| (sum + value, n + 1));
    (0 < n).then(|| sum / num::f64_of_len(n))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use proptest::prelude::*;

    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Europe/Stockholm").expect("a zone")
    }

    /// Posts at `hour` UTC on consecutive Mondays of the summer (local hour + 2).
    fn at(hour: i64, values: &[f64]) -> Vec<OwnPost> {
        let monday: Timestamp = "2026-06-01T00:00:00Z".parse().expect("instant");
        values
            .iter()
            .enumerate()
            .map(|(week, value)| OwnPost {
                published_at: monday + (hour + 168 * num::i64_of_len(week)).hours(),
                value: *value,
            })
            .collect()
    }

    fn tip(posts: &[OwnPost]) -> Option<PostingTip> {
        posting_time(posts, &zone(), Metric::Views)
    }

    #[test]
    fn better_hours_are_found_and_carry_their_numbers() {
        // 17:00 UTC is 19:00 in Stockholm: the block 18–21.
        let posts = [at(17, &[10.0, 9.0, 11.0, 9.5, 10.5]), at(10, &[5.0, 5.0, 6.0, 4.0, 5.0, 5.0])].concat();
        let tip = tip(&posts).expect("a tip");
        assert_eq!((tip.best.days, tip.best.from_hour, tip.best.until_hour, tip.best.n), (Days::SunThu, 18, 21, 5));
        assert_eq!(tip.latest.map(|cell| (cell.from_hour, cell.n)), Some((12, 6)));
        assert!((tip.best.mean - 10.0).abs() < 1e-9);
        // Overall 80/11; shrunk (5·10 + 5·80/11) / 10.
        assert!((tip.gain - ((50.0 + 5.0 * 80.0 / 11.0) / 10.0 / (80.0 / 11.0) - 1.0)).abs() < 1e-9);
    }

    #[test]
    fn few_posts_say_nothing() {
        assert_eq!(tip(&[]), None);
        let seven = [at(17, &[10.0, 10.0, 10.0]), at(10, &[1.0; 4])].concat();
        assert_eq!(tip(&seven), None);
        let two_lucky = [at(17, &[90.0, 90.0]), at(10, &[5.0; 9])].concat();
        assert_eq!(tip(&two_lucky), None);
    }

    #[test]
    fn a_small_gain_is_no_tip_and_neither_is_what_is_done_already() {
        assert_eq!(tip(&[at(17, &[5.5; 5]), at(10, &[5.0; 6])].concat()), None);
        assert_eq!(tip(&[at(17, &[10.0; 7]), at(10, &[5.0; 6])].concat()), None);
    }

    #[test]
    fn the_zone_and_its_summer_time_decide_the_hour() {
        let post = |at: &str| OwnPost { published_at: at.parse().expect("instant"), value: 1.0 };
        let cells = table(&[post("2026-01-05T17:30:00Z"), post("2026-07-06T16:30:00Z")], &zone());
        assert_eq!(cells.len(), 1);
        assert_eq!((cells[0].from_hour, cells[0].n), (18, 2));
        // Friday evening in UTC is Saturday in Auckland, and the same group; Thursday is not.
        let auckland = TimeZone::get("Pacific/Auckland").expect("a zone");
        assert_eq!(table(&[post("2026-07-02T22:00:00Z")], &auckland)[0].days, Days::FriSat);
    }

    #[test]
    fn a_week_has_each_day_and_leans_on_like_days() {
        // Ten Monday evenings at 10, one Tuesday evening at 4, six Monday noons at 5.
        let tuesday = OwnPost { published_at: "2026-06-02T17:00:00Z".parse().expect("instant"), value: 4.0 };
        let posts = [at(17, &[10.0; 10]), at(10, &[5.0; 6]), vec![tuesday]].concat();
        let week = week(&posts, &zone()).expect("a week");
        let told: Vec<(i8, u8, u32)> = week.slots.iter().map(|slot| (slot.weekday, slot.from_hour, slot.n)).collect();
        assert_eq!((told, week.posts), (vec![(1, 12, 6), (1, 18, 10), (2, 18, 1)], 17));
        assert!(week.says_something());
        // Overall 134/17; evenings (104 + 5·134/17) / 16; Tuesday (4 + 5·evenings) / 6, above the usual all the same.
        let overall = 134.0 / 17.0;
        let evenings = (104.0 + 5.0 * overall) / 16.0;
        assert!((week.slots[2].shrunk - (4.0 + 5.0 * evenings) / 6.0).abs() < 1e-9);
        assert!(overall < evenings && week.slots[2].shrunk < evenings);
    }

    #[test]
    fn one_viral_post_does_not_make_all_others_look_bad() {
        let usual: Vec<f64> = (0..12).map(|n| 1_000.0 + 60.0 * num::f64_of(n)).collect();
        let viral = OwnPost { published_at: "2026-06-06T08:00:00Z".parse().expect("instant"), value: 4_000_000.0 };
        let told = week(&[at(17, &usual), vec![viral]].concat(), &zone()).expect("a week");
        assert!(told.overall < 2_000.0, "{told:?}");
        let monday = told.slots.iter().find(|slot| slot.weekday == 1).expect("Monday");
        assert!(0.8 * told.overall < monday.shrunk, "{told:?}");
    }

    #[test]
    fn a_week_of_few_posts_says_nothing_and_one_of_none_is_none() {
        assert_eq!(week(&[], &zone()), None);
        assert_eq!(week(&at(10, &[f64::NAN, -1.0]), &zone()), None);
        assert!(!week(&at(10, &[5.0; 7]), &zone()).expect("a week").says_something());
        assert!(week(&at(10, &[5.0; 8]), &zone()).expect("a week").says_something());
        assert_eq!(week(&at(10, &[0.0; 8]), &zone()), None);
    }

    proptest! {
        #[test]
        fn shrinking_stays_between_the_cell_and_the_whole(values in proptest::collection::vec((0_i64..3_000, 0.0..1e6_f64), 1..60)) {
            let start: Timestamp = "2026-01-01T00:00:00Z".parse().expect("instant");
            let posts: Vec<OwnPost> = values.iter().map(|(hour, value)| OwnPost { published_at: start + hour.hours(), value: *value }).collect();
            let overall = mean(posts.iter().map(|post| post.value)).expect("some");
            let cells = table(&posts, &zone());
            prop_assert_eq!(cells.iter().map(|cell| cell.n as usize).sum::<usize>(), posts.len());
            for cell in &cells {
                let (low, high) = if cell.mean < overall { (cell.mean, overall) } else { (overall, cell.mean) };
                prop_assert!(low - 1e-6 <= cell.shrunk && cell.shrunk <= high + 1e-6);
            }
            if let Some(tip) = tip(&posts) {
                prop_assert!(3 <= tip.best.n && 8 <= tip.posts && 0.15 <= tip.gain);
            }
        }
    }
}
