//! How much luck varies between posts, from posts of deals that are over.
//!
//! The shape `k` of a brand's posts is [`luck::shape_around`] the settings, that of a platform around the brand's, that of
//! a format around its platform's: similar posts share what they know, and a cell with a handful of posts says nearly what
//! its platform says (partial pooling; A. Gelman and J. Hill 2007, Data Analysis Using Regression and Multilevel Models,
//! ch. 12). It is learned from orders against spend; clicks and reactions differ less from post to post, and for them it is
//! rather too careful. Until [`luck::POSTS_MIN`] posts of the brand are known nothing is learned and the settings stand.

use std::collections::BTreeMap;

use crate::domain::ids::Platform;
use crate::rules::evidence::counts;
use crate::rules::evidence::luck;

/// The standard deviation of `ln k` of a platform around its brand, and of a format around its platform: a factor of 1.35.
const AROUND_SIMILAR: f64 = 0.3;

/// Posts of a platform or format that must be known before it has a shape of its own.
pub const CELL_MIN: usize = 10;

/// A post of a deal that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct PastPost {
    /// Where it was, and what it was; `None` where the slice of the deal belongs to no promised piece.
    pub cell: Option<(Platform, String)>,
    /// What it brought against what it cost: only the proportions inside one partnership matter.
    pub post: counts::Post,
}

/// The shape of a cell, and how many posts it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Of which platform; `None` = the whole brand.
    pub platform: Option<Platform>,
    /// Of which format on it.
    pub format: Option<String>,
    /// The shape.
    pub k: f64,
    /// Posts.
    pub n: usize,
}

/// The shapes of one brand's posts, one list a partnership; `settings` is the cautious default.
#[must_use]
pub fn shapes(partnerships: &[Vec<PastPost>], settings: f64) -> Vec<Shape> {
    let all = chosen(partnerships, |_| true);
    let n = posts_in(&all);
    if n < luck::POSTS_MIN {
        return Vec::new();
    }
    let whole = luck::shape_around(&all, settings, luck::AROUND_DEFAULT);
    let mut shapes = vec![Shape { platform: None, format: None, k: whole, n }];
    let mut cells: BTreeMap<Platform, Vec<&str>> = BTreeMap::new();
    for (platform, format) in partnerships.iter().flatten().filter_map(|one| one.cell.as_ref()) {
        let formats = cells.entry(*platform).or_default();
        if !formats.contains(&format.as_str()) {
            formats.push(format);
        }
    }
    for (platform, mut formats) in cells {
        let here = chosen(partnerships, |cell| cell.is_some_and(|cell| cell.0 == platform));
        let n = posts_in(&here);
        if n < CELL_MIN {
            continue;
        }
        let k = luck::shape_around(&here, whole, AROUND_SIMILAR);
        shapes.push(Shape { platform: Some(platform), format: None, k, n });
        formats.sort_unstable();
        for format in formats {
            let of_format =
                chosen(partnerships, |cell| cell.is_some_and(|cell| cell.0 == platform && cell.1 == format));
            let n = posts_in(&of_format);
            if CELL_MIN <= n {
                let k = luck::shape_around(&of_format, k, AROUND_SIMILAR);
                shapes.push(Shape { platform: Some(platform), format: Some(format.to_owned()), k, n });
            }
        }
    }
    shapes
}

/// The posts of some cells, by partnership.
fn chosen(partnerships: &[Vec<PastPost>], is: impl Fn(Option<&(Platform, String)>) -> bool) -> Vec<Vec<counts::Post>> {
    let of = |posts: &Vec<PastPost>| posts.iter().filter(|one| is(one.cell.as_ref())).map(|one| one.post).collect();
    partnerships.iter().map(of).collect()
}

/// Posts that can tell: of partnerships with more than one, because one alone has nothing to differ from.
fn posts_in(partnerships: &[Vec<counts::Post>]) -> usize {
    let spent = |posts: &Vec<counts::Post>| posts.iter().filter(|post| 0.0 < post.expected).count();
    partnerships.iter().map(spent).filter(|count| 1 < *count).sum()
}

#[cfg(test)]
mod tests;
