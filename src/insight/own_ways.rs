//! Which format, and which pause between posts, does best for a creator: from their own posts alone.
//!
//! Owns: the groups, their shrunk means, and the decision whether they say anything. Refuses: advice that would fit anybody,
//! and a format that was tried twice.
//!
//! Groups are shrunk as the hours are ([`super::posting_time`]): each is mixed with five posts at the creator's mean. Beyond
//! that the better group must be better than all others by more than luck: Student's t on the logarithms, pulled in where a
//! post went viral, times the groups that could have been the best.

use std::collections::BTreeMap;

use libm::{log, sqrt};
use serde::{Deserialize, Serialize};

use super::posting_time::{CELL_MIN, GAIN_MIN, OwnPost, POSTS_MIN, PSEUDO_POSTS};
use super::rates::{pulled_in, t_below};
use crate::domain::num;

/// In at most so many creators without a better group one is named.
pub const ERROR_MAX: f64 = 0.05;

/// How far values are pulled in, in robust standard deviations.
const WIDE: f64 = 2.5;

/// How long a creator had not posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// Less than a day.
    SameDay,
    /// One day to less than three.
    Days,
    /// Three days to less than a week.
    HalfWeek,
    /// A week or more.
    Week,
}

impl Pause {
    fn of(hours: i64) -> Self {
        match hours {
            ..24 => Self::SameDay,
            24..72 => Self::Days,
            72..168 => Self::HalfWeek,
            _ => Self::Week,
        }
    }
}

/// A group of a creator's posts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Group<K> {
    /// What they share.
    pub by: K,
    /// Posts in it.
    pub n: u32,
    /// Their mean.
    pub mean: f64,
    /// Their mean, shrunk towards the overall one.
    pub shrunk: f64,
}

/// A group that does better than the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Better<K> {
    /// Which.
    pub best: Group<K>,
    /// The mean of all posts.
    pub overall: f64,
    /// Posts in all.
    pub posts: u32,
    /// The shrunk gain over the overall mean: 0.2 is a fifth more.
    pub gain: f64,
    /// The chance that it is luck, after all groups that were looked at.
    pub chance: f64,
}

/// The format that does best, when the posts carry it. Values must be comparable between posts.
#[must_use]
pub fn format(posts: &[(&str, f64)]) -> Option<Better<String>> {
    let posts: Vec<(String, f64)> = posts.iter().map(|(format, value)| ((*format).to_owned(), *value)).collect();
    better(&posts)
}

/// The pause before a post after which it does best. The first post had none that is known, and is left out.
#[must_use]
pub fn pause(posts: &[OwnPost]) -> Option<Better<Pause>> {
    better(&paused(posts).into_iter().map(|(pause, post)| (pause, post.value)).collect::<Vec<_>>())
}

/// Each post with the pause before it, in the order of time, without the first.
#[must_use]
pub fn paused(posts: &[OwnPost]) -> Vec<(Pause, OwnPost)> {
    let mut sorted = posts.to_vec();
    sorted.sort_by_key(|post| post.published_at);
    let pairs = sorted.iter().zip(sorted.iter().skip(1));
    let hours = |before: &OwnPost, post: &OwnPost| post.published_at.duration_since(before.published_at).as_hours();
    pairs.map(|(before, post)| (Pause::of(hours(before, post)), *post)).collect()
}

fn better<K: Ord + Clone>(posts: &[(K, f64)]) -> Option<Better<K>> {
    let used: Vec<&(K, f64)> = posts.iter().filter(|(_, value)| value.is_finite() && 0.0 <= *value).collect();
    if used.len() < POSTS_MIN {
        return None;
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / num::f64_of_len(values.len());
    let values: Vec<f64> = used.iter().map(|(_, value)| *value).collect();
    let overall = Some(mean(&values)).filter(|mean| 0.0 < *mean)?;
    let logs = pulled_in(&values.iter().map(|value| log(1.0 + value)).collect::<Vec<_>>(), WIDE);
    let mut groups: BTreeMap<&K, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for ((by, value), log) in used.iter().zip(&logs) {
        let group = groups.entry(by).or_default();
        group.0.push(*value);
        group.1.push(*log);
    }
    // One format is no choice.
    groups.retain(|_, (values, _)| CELL_MIN <= values.len());
    if groups.len() < 2 {
        return None;
    }
    let looked = num::f64_of_len(groups.len());
    let shrunk = |values: &[f64]| {
        let n = num::f64_of_len(values.len());
        (n * mean(values) + PSEUDO_POSTS * overall) / (n + PSEUDO_POSTS)
    };
    let (by, (values, own)) = groups.iter().max_by(|a, b| shrunk(&a.1.0).total_cmp(&shrunk(&b.1.0)))?;
    let others: Vec<f64> = groups.iter().filter(|(other, _)| *other != by).flat_map(|(_, one)| one.1.clone()).collect();
    let squares = |values: &[f64], middle: f64| values.iter().map(|one| (one - middle) * (one - middle)).sum::<f64>();
    let (own_mean, other_mean) = (mean(own), mean(&others));
    let (n, m) = (num::f64_of_len(own.len()), num::f64_of_len(others.len()));
    let df = n + m - 2.0;
    let var = (squares(own, own_mean) + squares(&others, other_mean)) / df;
    let sd = f64::max(sqrt(var * (1.0 / n + 1.0 / m)), f64::MIN_POSITIVE);
    let chance = f64::min(1.0, looked * t_below((other_mean - own_mean) / sd, df));
    let gain = shrunk(values) / overall - 1.0;
    let count = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
    let best = Group { by: (*by).clone(), n: count(values.len()), mean: mean(values), shrunk: shrunk(values) };
    let found = Better { best, overall, posts: count(used.len()), gain, chance };
    (GAIN_MIN <= gain && chance <= ERROR_MAX).then_some(found)
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, ToSpan as _};
    use rand::{Rng as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn a_format_that_does_twice_as_well_is_named_with_its_numbers() {
        let mut posts: Vec<(&str, f64)> = [10.0, 9.0, 11.0, 9.5, 10.5].iter().map(|value| ("reel", *value)).collect();
        posts.extend([5.0, 5.0, 6.0, 4.0, 5.0, 5.0].iter().map(|value| ("photo", *value)));
        let told = format(&posts).expect("a format");
        assert_eq!((told.best.by.as_str(), told.best.n, told.posts), ("reel", 5, 11));
        // Overall 80/11; shrunk (5·10 + 5·80/11) / 10.
        assert!((told.gain - ((50.0 + 5.0 * 80.0 / 11.0) / 10.0 / (80.0 / 11.0) - 1.0)).abs() < 1e-9);
        assert!(told.chance < 0.001);
    }

    #[test]
    fn few_posts_one_format_and_one_viral_post_say_nothing() {
        assert_eq!(format(&[]), None);
        assert_eq!(format(&[("reel", 10.0), ("photo", 5.0)]), None);
        assert_eq!(format(&[("reel", 10.0); 20]), None);
        let mut viral = vec![("photo", 5.0), ("photo", 6.0), ("photo", 5.5), ("photo", 4.5), ("photo", 5.2)];
        viral.extend([("reel", 5.0), ("reel", 400.0), ("reel", 5.4), ("reel", 4.8)]);
        assert_eq!(format(&viral), None);
    }

    #[test]
    fn a_pause_is_told_by_what_came_after_it() {
        let start: Timestamp = "2026-06-01T12:00:00Z".parse().expect("an instant");
        let mut posts = Vec::new();
        let mut at = start;
        for n in 0..12_i64 {
            // By turns after two days and after five; five do better.
            at += if n % 2 == 0 { 120.hours() } else { 48.hours() };
            let value = if n % 2 == 0 { 20.0 } else { 8.0 };
            posts.push(OwnPost { published_at: at, value: value + num::f64_of(n % 3) });
        }
        let told = pause(&posts).expect("a pause");
        assert_eq!((told.best.by, told.posts), (Pause::HalfWeek, 11));
    }

    #[test]
    fn creators_to_whom_it_makes_no_difference_are_seldom_told_one() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut told = 0;
        for _ in 0..400 {
            let posts: Vec<(&str, f64)> = (0..30)
                .map(|n| {
                    let luck: f64 = (0..6).map(|_| rng.random_range(-1.0..1.0)).sum();
                    (if n % 3 == 0 { "reel" } else { "photo" }, 1_000.0 * libm::exp(0.5 * luck))
                })
                .collect();
            told += u32::from(format(&posts).is_some());
        }
        assert!(told <= 20, "{told} of 400");
    }
}
