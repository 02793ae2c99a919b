//! The published evidence table: how often each way of judging stops whom, and what it spends until then.
//!
//! `cargo run --release --example evidence_table` prints it as text, `-- --json` as the document
//! `{"looks_per_unit","rows":[{"rule","ratio","horizon","stopped","mean_spend","posts","lag","population"}]}`. Seeded: the
//! same numbers every time. `--trials N` sets how many creators each row is counted over (default 20,000; a tenth of it where
//! posts differ); `--only estimated` works out the rows of one part alone (`plain`, `ignored`, `known`, `estimated`, `lag`,
//! `population`), with the numbers they have in the whole.
//!
//! `ratio` is the true cost per order in units of the limit: 0.5 is a winner, 1 meets the limit exactly, 4 is a loser.
//! `stopped` is the share ever stopped within `horizon` units of spend, four looks a unit; `mean_spend` what was spent until
//! then, or the horizon where it was not stopped. `common` is the rule everybody writes (cost per order above the limit once
//! three times the limit is spent); `wald` is Wald's one-sided sequential test with the boundary ln 20, told the true ratio
//! (2 for creators who meet the limit).
#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a program of its own that prints a table; indices come from fixed arrays"
)]

use plimsoll::rules::evidence::counts::{Post, chance_below, ln_e};
use plimsoll::rules::evidence::{Demand, Luck, Prior, Weighed, luck};
use plimsoll::rules::rule::Method;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Exp, Gamma, LogNormal, Poisson};
use serde_json::{Value, json};

/// Looks per unit of spend.
const LOOKS: f64 = 4.0;
/// Creators by the ratio of their true cost per order to the limit.
const RATIOS: [f64; 6] = [0.5, 0.7, 1.0, 1.5, 2.0, 4.0];
/// Units of spend after which it is counted who was stopped.
const HORIZONS: [f64; 3] = [10.0, 40.0, 200.0];
/// Posts and the orders that each would bring at the limit.
const POSTS: [(usize, f64); 4] = [(2, 5.0), (4, 10.0), (10, 5.0), (20, 5.0)];
/// The standard deviation of the logarithm of a post's luck.
const SD: f64 = 0.8;
/// Earlier posts that the shape is estimated from.
const PAST: usize = 30;
/// Days from the spend until half of its orders are there.
const MEDIAN_LAG: f64 = 3.0;
/// The guard of the common rule, in units of spend.
const GUARD: f64 = 3.0;

const RULES: [&str; 5] = ["common", "strict", "balanced", "fast", "wald"];

/// The five ways of judging on what is known so far.
struct Judge {
    luck: Luck,
    prior: Prior,
    /// What Wald's test takes the true rate for.
    alternative: f64,
}

impl Judge {
    fn holds(&self, rule: &str, posts: &[Post], spent: f64, orders: f64) -> bool {
        // Where the plain comparison does not hold nothing is weighed.
        if spent <= orders {
            return false;
        }
        let anytime =
            |level| Weighed::Anytime { ln_e: ln_e(posts, self.luck) }.holds(Demand { method: Method::Anytime, level });
        match rule {
            "common" => GUARD <= spent,
            "strict" => anytime(0.95),
            "balanced" => anytime(0.80),
            "fast" => 0.90 <= chance_below(posts, self.luck, self.prior),
            _ => 20.0_f64.ln() <= orders * self.alternative.ln() + (1.0 - self.alternative) * spent,
        }
    }
}

/// When each rule stopped a creator, in units of spend.
type Stopped = [f64; RULES.len()];

/// Notes which rules hold now; whether all of those asked for have.
fn note(
    judge: &Judge,
    wanted: [bool; 5],
    stopped: &mut Stopped,
    posts: &[Post],
    (spent, orders): (f64, f64),
    at: f64,
) -> bool {
    let mut all = true;
    for (place, rule) in RULES.iter().enumerate() {
        if wanted[place] && stopped[place].is_infinite() {
            if judge.holds(rule, posts, spent, orders) {
                stopped[place] = at;
            } else {
                all = false;
            }
        }
    }
    all
}

fn orders(mean: f64, dice: &mut ChaCha8Rng) -> f64 {
    if mean <= 0.0 { 0.0 } else { Poisson::new(mean).expect("a mean above zero").sample(dice) }
}

fn row(rule: &str, ratio: f64, horizon: f64, trials: &[Stopped], place: usize) -> Value {
    let ended = trials.iter().filter(|one| one[place] <= horizon).count();
    let spend: f64 = trials.iter().map(|one| f64::min(one[place], horizon)).sum();
    json!({
        "rule": rule, "ratio": ratio, "horizon": horizon,
        "stopped": ended as f64 / trials.len() as f64, "mean_spend": spend / trials.len() as f64,
        "posts": null, "lag": null, "population": null,
    })
}

fn with(mut row: Value, key: &str, value: &Value) -> Value {
    row[key] = value.clone();
    row
}

/// Poisson orders, one stream.
fn plain(ratio: f64, trials: usize, dice: &mut ChaCha8Rng) -> Vec<Value> {
    let alternative = if ratio <= 1.0 { 0.5 } else { 1.0 / ratio };
    let judge = Judge { luck: Luck::Alike, prior: Prior::UNLEARNED, alternative };
    let told: Vec<Stopped> = (0..trials)
        .map(|_| {
            let (mut stopped, mut post) = ([f64::INFINITY; 5], Post { expected: 0.0, seen: 0.0 });
            while post.expected < HORIZONS[2] {
                post.expected += 1.0 / LOOKS;
                post.seen += orders(1.0 / ratio / LOOKS, dice);
                if note(&judge, [true; 5], &mut stopped, &[post], (post.expected, post.seen), post.expected) {
                    break;
                }
            }
            stopped
        })
        .collect();
    let mut rows = Vec::new();
    for horizon in HORIZONS {
        rows.extend(RULES.iter().enumerate().map(|(place, rule)| row(rule, ratio, horizon, &told, place)));
    }
    rows
}

/// Orders whose luck comes in posts.
fn clustered((count, per_post): (usize, f64), ratio: f64, k: &str, trials: usize, dice: &mut ChaCha8Rng) -> Vec<Value> {
    let luck_of = LogNormal::new(-SD * SD / 2.0, SD).expect("a spread above zero");
    let matched = 1.0 / ((SD * SD).exp() - 1.0);
    let wanted = [false, true, true, true, false];
    let told: Vec<Stopped> = (0..trials)
        .map(|_| {
            let luck = match k {
                "known" => Luck::Varied { k: matched },
                "ignored" => Luck::Alike,
                _ => {
                    let past = (0..PAST).map(|_| {
                        let mean = per_post * luck_of.sample(dice);
                        Post { expected: per_post, seen: orders(mean, dice) }
                    });
                    Luck::Varied { k: luck::shape(&[past.collect()]) }
                }
            };
            let judge = Judge { luck, prior: Prior::UNLEARNED, alternative: 0.5 };
            let (mut stopped, mut posts, mut sum) = ([f64::INFINITY; 5], Vec::new(), (0.0, 0.0));
            for _ in 0..count {
                let own = luck_of.sample(dice);
                let mut post = Post { expected: 0.0, seen: 0.0 };
                posts.push(post);
                while post.expected < per_post {
                    let more = orders(own / ratio / LOOKS, dice);
                    post = Post { expected: post.expected + 1.0 / LOOKS, seen: post.seen + more };
                    sum = (sum.0 + 1.0 / LOOKS, sum.1 + more);
                    let last = posts.len() - 1;
                    posts[last] = post;
                    if note(&judge, wanted, &mut stopped, &posts, sum, sum.0) {
                        return stopped;
                    }
                }
            }
            stopped
        })
        .collect();
    let about = json!({ "count": count, "per_post": per_post, "sd": SD, "k": k });
    let horizon = count as f64 * per_post;
    let rows = RULES.iter().enumerate().filter(|(place, _)| wanted[*place]);
    rows.map(|(place, rule)| with(row(rule, ratio, horizon, &told, place), "posts", &about)).collect()
}

/// Orders that come later than the spend, one unit a day; with maturity only spend that has had time to sell counts.
fn lagging(ratio: f64, maturity: bool, trials: usize, dice: &mut ChaCha8Rng) -> Vec<Value> {
    let rate = std::f64::consts::LN_2 / MEDIAN_LAG;
    let wait = Exp::new(rate).expect("a rate above zero");
    let judge = Judge { luck: Luck::Alike, prior: Prior::UNLEARNED, alternative: 0.5 };
    let wanted = [false, true, true, true, false];
    let told: Vec<Stopped> = (0..trials)
        .map(|_| {
            let (mut stopped, mut due, mut known, mut matured) = ([f64::INFINITY; 5], Vec::new(), 0.0, 0.0);
            let mut waiting = 0.0;
            let mut day = 0.0;
            while day < HORIZONS[2] {
                // The spend of a quarter falls at its start; an exponential lag forgets how long it has waited.
                let lost = (waiting + 1.0 / LOOKS) * (-rate / LOOKS).exp();
                matured += waiting + 1.0 / LOOKS - lost;
                waiting = lost;
                for _ in 0..whole(orders(1.0 / ratio / LOOKS, dice)) {
                    due.push(day + wait.sample(dice));
                }
                day += 1.0 / LOOKS;
                due.retain(|at| {
                    known += f64::from(u8::from(*at <= day));
                    day < *at
                });
                let spent = if maturity { matured } else { day };
                let post = Post { expected: spent, seen: known };
                if note(&judge, wanted, &mut stopped, &[post], (spent, known), day) {
                    break;
                }
            }
            stopped
        })
        .collect();
    let about = json!({ "median_days": MEDIAN_LAG, "maturity": maturity });
    let rows = RULES.iter().enumerate().filter(|(place, _)| wanted[*place]);
    rows.map(|(place, rule)| with(row(rule, ratio, HORIZONS[2], &told, place), "lag", &about)).collect()
}

/// A drawn number of orders as a count of turns.
fn whole(orders: f64) -> u32 {
    (0..=u32::MAX).find(|turn| orders <= f64::from(*turn)).unwrap_or(u32::MAX)
}

/// Creators drawn from the population that the prior describes; of those stopped, how many would have met the limit.
fn population(trials: usize, dice: &mut ChaCha8Rng) -> Value {
    let prior = Prior::UNLEARNED;
    let rates = Gamma::new(prior.a, 1.0 / prior.b).expect("parameters above zero");
    let judge = Judge { luck: Luck::Alike, prior, alternative: 0.5 };
    let wanted = [false, false, false, true, false];
    let mut met = 0_u32;
    let told: Vec<Stopped> = (0..trials)
        .map(|_| {
            let rate = rates.sample(dice);
            let (mut stopped, mut post) = ([f64::INFINITY; 5], Post { expected: 0.0, seen: 0.0 });
            while post.expected < HORIZONS[2] {
                post.expected += 1.0 / LOOKS;
                post.seen += orders(rate / LOOKS, dice);
                if note(&judge, wanted, &mut stopped, &[post], (post.expected, post.seen), post.expected) {
                    met += u32::from(1.0 <= rate);
                    break;
                }
            }
            stopped
        })
        .collect();
    let mut row = row("fast", 1.0, HORIZONS[2], &told, 3);
    let ended = told.iter().filter(|one| one[3].is_finite()).count();
    row["ratio"] = Value::Null;
    row["population"] = json!({ "a": prior.a, "b": prior.b, "would_have_met": f64::from(met) / ended as f64 });
    row
}

/// One part of the table by its name: it is given dice and answers rows.
type Part = (&'static str, Box<dyn Fn(&mut ChaCha8Rng) -> Vec<Value> + Send + Sync>);

/// Every part of the table, each with its own seed, so that it does not matter which is worked out first.
fn parts(trials: usize) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for ratio in RATIOS {
        parts.push(("plain", Box::new(move |dice| plain(ratio, trials, dice))));
    }
    for posts in POSTS {
        for (ratio, k) in [(1.0, "ignored"), (1.0, "known"), (4.0, "known"), (1.0, "estimated"), (4.0, "estimated")] {
            parts.push((k, Box::new(move |dice| clustered(posts, ratio, k, trials / 10, dice))));
        }
    }
    for ratio in [0.7, 1.0, 2.0, 4.0] {
        for maturity in [true, false] {
            parts.push(("lag", Box::new(move |dice| lagging(ratio, maturity, trials / 4, dice))));
        }
    }
    parts.push(("population", Box::new(move |dice| vec![population(trials, dice)])));
    parts
}

fn text(rows: &[Value]) -> String {
    let mut said = String::from("rule      ratio  horizon  stopped  mean spend  about\n");
    for row in rows {
        let about: Vec<String> = ["posts", "lag", "population"]
            .iter()
            .filter(|key| !row[**key].is_null())
            .map(|key| format!("{key} {}", row[*key]))
            .collect();
        let number = |key: &str| row[key].as_f64();
        let line = format!(
            "{:<9} {:>5}  {:>7}  {:>6.1}%  {:>10.1}  {}\n",
            row["rule"].as_str().unwrap_or_default(),
            number("ratio").map_or("-".to_owned(), |ratio| ratio.to_string()),
            number("horizon").unwrap_or_default(),
            100.0 * number("stopped").unwrap_or_default(),
            number("mean_spend").unwrap_or_default(),
            about.join(" "),
        );
        said.push_str(&line);
    }
    said
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let trials = arguments.iter().position(|one| one == "--trials").and_then(|at| arguments.get(at + 1));
    let trials: usize = trials.map_or(20_000, |given| given.parse().expect("--trials takes a number"));
    let only = arguments.iter().position(|one| one == "--only").and_then(|at| arguments.get(at + 1));
    let parts = parts(trials);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let done = std::sync::Mutex::new(vec![Vec::new(); parts.len()]);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some((name, part)) = parts.get(at) else { return };
                    if only.is_some_and(|only| only != name) {
                        continue;
                    }
                    let rows = part(&mut ChaCha8Rng::seed_from_u64(at as u64));
                    done.lock().expect("no part panics")[at] = rows;
                }
            });
        }
    });
    let rows: Vec<Value> = done.into_inner().expect("no part panics").concat();
    if arguments.iter().any(|one| one == "--json") {
        println!("{}", json!({ "looks_per_unit": LOOKS, "rows": rows }));
    } else {
        print!("{}", text(&rows));
    }
}

#[cfg(test)]
#[path = "evidence_table/tests.rs"]
mod tests;
