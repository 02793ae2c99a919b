//! Receipts of any past instant are the same bytes as they were then, over random histories; and nothing fires on what is
//! absent, over random rules.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::domain::sample::{Absence, Form, Missing, Sample, SeriesKey};
use crate::rules::eval::tests::{Days, alma, context, day, rule};
use crate::rules::guards::Switches;
use crate::rules::history::{History, PostFacts};
use crate::rules::maturity::Spread;

/// Histories that are replayed.
const HISTORIES: u64 = 10_000;

/// One of every kind: windows of days, hours, posts and deals, one window and several, with and without evidence,
/// maturity, hysteresis and every way with what is absent.
const RULES: [(&str, &str); 11] = [
    ("views < 0.5 * prev(views)", "window = \"1d\""),
    ("views < 0.25 * own(views) && own(views) >= 10", "window = \"1d\"\nfor = \"2 windows\"\nrecover = \"views > 20\""),
    ("spend > money('50.00 EUR') && orders < 3", "window = \"deal\"\non_absent = \"tell\"\nfor = \"24h\""),
    ("cpa > target.cpa", "window = \"deal\"\nevidence = \"strict\"\nmature = true"),
    ("cpa > target.cpa && spend > money('20.00 EUR')", "window = \"deal\"\nevidence = \"balanced\""),
    ("roas < target.roas", "window = \"deal\"\nevidence = \"fast\""),
    ("ctr < target.ctr", "window = \"deal\"\nevidence = \"balanced\""),
    ("views > prev(views) || likes / views > 0.1", "window = \"last 2 posts\"\non_absent = \"last_good(7d)\""),
    ("followers < 0.9 * prev(followers)", "window = \"6h\"\non_absent = \"last_good(48h)\""),
    ("cpa > target.cpa", "window = \"3d\"\ncooldown = \"6h\"\nmax_per_day = 1\nmature = true"),
    ("views@youtube < 100 && !(likes > 5)", "window = \"24h\""),
];

/// A judgement as it was made.
struct Record {
    rule: usize,
    version: u32,
    context: Context,
    before: Memory,
    at: Timestamp,
    known: Timestamp,
    bytes: String,
}

/// What goes on in a history.
pub(super) struct World {
    pub(super) dice: ChaCha8Rng,
    pub(super) history: History,
    samples: Vec<Sample>,
    missing: Vec<(Timestamp, Missing)>,
    posts: Vec<(PostFacts, Timestamp)>,
    pub(super) context: Context,
    pub(super) now: Timestamp,
}

pub(super) fn subject() -> Subject {
    "partnership/spring/alma".parse().expect("a subject")
}

fn post(n: u32) -> crate::domain::ids::PostRef {
    format!("p{n}").parse().expect("an id")
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let hours = SignedDuration::from_hours;
        let boost = Spread::halving(hours(dice.random_range(0..96)), hours(14 * 24));
        let zone =
            if seed.is_multiple_of(8) { TimeZone::get("Europe/Stockholm").expect("a zone") } else { TimeZone::UTC };
        let luck = if dice.random_bool(0.15) { Luck::Varied { k: 1.1 } } else { Luck::Alike };
        let context = Context {
            frame: Frame { zone, deal: Some(Span { from: day(2), until: day(40) }), ..context().frame },
            luck,
            maturity: Maturity { fee: boost.following(hours(48)), boost },
            targets: targets(&mut dice),
            ..context()
        };
        Self {
            dice,
            history: History::new(Switches::default()),
            samples: Vec::new(),
            missing: Vec::new(),
            posts: Vec::new(),
            context,
            now: day(3),
        }
    }

    /// Time goes on, and a source says something: of now, of earlier days for the first time or once more, or that it has
    /// nothing to say.
    pub(super) fn poll(&mut self) {
        let step = [1, 5, 12, 24, 24, 24, 30, 60][self.dice.random_range(0..8)];
        self.now += SignedDuration::from_hours(step) + SignedDuration::from_secs(self.dice.random_range(0..3));
        let (mut samples, mut missing) = (Vec::new(), Vec::new());
        for _ in 0..self.dice.random_range(0..7) {
            if self.dice.random_bool(0.15) {
                missing.push(self.silence());
            } else {
                samples.push(self.statement());
            }
        }
        // Days that were reported together, as ad platforms do.
        if self.dice.random_bool(0.6) {
            for back in 1..=self.dice.random_range(1..6) {
                for metric in [Metric::Spend, Metric::Orders, Metric::Clicks, Metric::Views, Metric::Revenue] {
                    samples.extend(self.of_day(metric, back));
                }
            }
        }
        self.history.append_poll(&samples, &missing, self.now);
        self.samples.extend(samples);
        let known = self.now;
        self.missing.extend(missing.into_iter().map(|word| (known, word)));
    }

    fn series(&mut self, metric: Metric) -> SeriesKey {
        let platform = match self.dice.random_range(0..6) {
            0 => Platform::Youtube,
            1 if metric == Metric::Spend => Platform::Deal,
            _ => Platform::TiktokAds,
        };
        let subject = match self.dice.random_range(0..5) {
            0 if metric != Metric::Spend => Subject::Post(platform, post(self.dice.random_range(0..4))),
            _ => subject(),
        };
        SeriesKey { subject, metric, platform }
    }

    fn sample(&self, series: SeriesKey, value: i64, form: Form) -> Sample {
        let currency = matches!(series.metric, Metric::Spend | Metric::Revenue).then(|| "EUR".parse().expect("EUR"));
        Sample { series, value, currency, form, known_at: self.now, provisional: false, self_reported: false }
    }

    fn statement(&mut self) -> Sample {
        let metrics = [Metric::Views, Metric::Likes, Metric::Followers, Metric::Clicks];
        let metric = metrics[self.dice.random_range(0..metrics.len())];
        let series = self.series(metric);
        let late = SignedDuration::from_hours([0, 0, 0, 3, 26, 90][self.dice.random_range(0..6)]);
        let at = self.now - late;
        let value = self.dice.random_range(0..300);
        let form = if metric == Metric::Followers { Form::Gauge { at } } else { Form::Total { at } };
        self.sample(series, value, form)
    }

    fn of_day(&mut self, metric: Metric, back: i64) -> Option<Sample> {
        if self.dice.random_bool(0.1) {
            return None;
        }
        let midnight = day((self.now.as_second() - day(0).as_second()).div_euclid(86_400) - back);
        let (from, until) = (midnight, midnight + SignedDuration::from_hours(24));
        let value = match metric {
            Metric::Spend => self.dice.random_range(0..20_000),
            Metric::Revenue => self.dice.random_range(0..30_000),
            Metric::Orders => self.dice.random_range(0..4),
            _ => self.dice.random_range(0..300),
        };
        let series = SeriesKey { subject: subject(), metric, platform: Platform::TiktokAds };
        Some(self.sample(series, value, Form::Amount { from, until }))
    }

    fn silence(&mut self) -> Missing {
        let metrics = [Metric::Views, Metric::Spend, Metric::Orders, Metric::Followers];
        let metric = metrics[self.dice.random_range(0..metrics.len())];
        let series = self.series(metric);
        let why = [Absence::Unauthorized, Absence::Hidden, Absence::Unreachable][self.dice.random_range(0..3)];
        Missing { series, why, at: self.now }
    }

    /// A day's share of the fee is written into the deal's own book.
    pub(super) fn book(&mut self) {
        let midnight = day((self.now.as_second() - day(0).as_second()).div_euclid(86_400) - 1);
        let series = SeriesKey { subject: subject(), metric: Metric::Spend, platform: Platform::Deal };
        let form = Form::Amount { from: midnight, until: midnight + SignedDuration::from_hours(24) };
        let value = self.dice.random_range(0..9_000);
        let booked = self.sample(series, value, form);
        self.history.append_poll(std::slice::from_ref(&booked), &[], self.now);
        self.samples.push(booked);
    }

    /// A post is found, or what was thought of it is corrected.
    fn find_post(&mut self) {
        let facts = PostFacts {
            platform: if self.dice.random_bool(0.3) { Platform::Youtube } else { Platform::TiktokAds },
            post: post(self.dice.random_range(0..4)),
            creator: "alma".parse().expect("an id"),
            campaign: Some("spring".parse().expect("an id")),
            published_at: self.now - SignedDuration::from_hours(self.dice.random_range(0..200)),
        };
        self.history.add_post_known(&facts, self.now);
        self.posts.push((facts, self.now));
    }

    /// The target is changed, or the price; either counts from the next midnight on.
    fn change_terms(&mut self) {
        let deal = self.context.frame.deal.expect("a deal");
        let midnight = day((self.now.as_second() - day(0).as_second()).div_euclid(86_400) + 1);
        let test = self.context.regimes.last().map_or(1, |one| one.test) + u32::from(self.dice.random_bool(0.3));
        if self.context.regimes.is_empty() {
            let targets = self.context.targets.clone();
            self.context.regimes.push(Regime { from: deal.from, targets, test: 1 });
        }
        self.context.targets = targets(&mut self.dice);
        let targets = self.context.targets.clone();
        self.context.regimes.push(Regime { from: midnight, targets, test });
        if self.dice.random_bool(0.5) {
            self.context.posts.push(self.now);
        }
    }

    /// Everything that was ever known, told to a new history as a start of the program tells it.
    fn told_again(&mut self) -> History {
        // Polls in any order; what one of them said stays in its own.
        let mut polls: Vec<&[Sample]> = self.samples.chunk_by(|one, next| one.known_at == next.known_at).collect();
        polls.shuffle(&mut self.dice);
        let samples = polls.concat();
        let mut history = History::new(Switches::default());
        for (facts, known) in &self.posts {
            history.add_post_known(facts, *known);
        }
        history.append_known(&samples, &self.missing);
        history
    }
}

fn targets(dice: &mut ChaCha8Rng) -> BTreeMap<Metric, f64> {
    let mut targets = BTreeMap::from([
        (Metric::Cpa, f64::from(dice.random_range(1_000..9_000_u32))),
        (Metric::Ctr, 0.01 * f64::from(dice.random_range(1..90_u32))),
    ]);
    if dice.random_bool(0.9) {
        targets.insert(Metric::Roas, f64::from(dice.random_range(1..5_u32)));
    }
    targets
}

/// The rules in two versions, checked once.
pub(super) fn rules() -> Vec<[CheckedRule; 2]> {
    let both = |(when, more): &(&str, &str)| {
        let text = |when: &str| {
            let text = format!(
                "id = \"r\"\nkind = \"stop_loss\"\nscope = \"partnership\"\nwhen = \"{when}\"\nown = \"3d\"\n{more}\n"
            );
            let parsed: crate::rules::rule::Rule = toml::from_str(&text).expect("a rule");
            crate::rules::check::check(&parsed).map_err(|errors| errors[0].to_string()).expect("a good rule")
        };
        let edited = format!("{when} && orders >= 0");
        [text(when), text(if more.contains("evidence") || when.contains("||") { when } else { &edited })]
    };
    RULES.iter().map(both).collect()
}

/// Lives through one history and judges it again; how many receipts there were, and how many of them fired.
fn replay(rules: &[[CheckedRule; 2]], seed: u64) -> (usize, usize) {
    let mut world = World::new(seed);
    let chosen: Vec<usize> = (0..2).map(|_| world.dice.random_range(0..rules.len())).collect();
    let mut memory = vec![Memory::default(); chosen.len()];
    let mut version = 1_u32;
    let mut records = Vec::new();
    let mut scratch = Scratch::default();
    for _ in 0..world.dice.random_range(4..10) {
        world.poll();
        match world.dice.random_range(0..8) {
            0 => world.find_post(),
            1 => world.change_terms(),
            2 if version == 1 => version = 2,
            _ => {}
        }
        for (place, memory) in chosen.iter().zip(&mut memory) {
            let rule = &rules[*place][usize::try_from(version - 1).expect("small")];
            let context = Context { rule_version: version, ..world.context.clone() };
            let view = world.history.view();
            let look = world.dice.random_bool(0.15);
            let changed = judge_changes(rule, &subject(), &context, &view, memory, world.now, &mut scratch);
            let told = changed.is_some();
            let judged = match changed {
                Some(judged) => judged,
                None if look => judge(rule, &subject(), &context, &view, memory, world.now),
                None => continue,
            };
            let before = memory.clone();
            if told {
                memory.clone_from(&judged.memory);
            }
            let bytes = judged.receipt.canonical();
            let (at, known) = (world.now, world.now);
            records.push(Record { rule: *place, version, context, before, at, known, bytes });
        }
    }
    let again = seed.is_multiple_of(16).then(|| world.told_again());
    for record in &records {
        let rule = &rules[record.rule][usize::try_from(record.version - 1).expect("small")];
        for history in [Some(&world.history), again.as_ref()].into_iter().flatten() {
            let view = history.as_of(record.known);
            let judged = judge(rule, &subject(), &record.context, &view, &record.before, record.at);
            assert_eq!(
                judged.receipt.canonical(),
                record.bytes,
                "history {seed}, rule {} at {}",
                record.rule,
                record.at
            );
        }
    }
    let fired = records.iter().filter(|one| one.bytes.contains("\"phase\":\"firing\"")).count();
    (records.len(), fired)
}

#[test]
fn receipts_replay_byte_for_byte_across_ten_thousand_histories() {
    let rules = rules();
    let half = |from: u64| {
        let rules = &rules;
        move || {
            (from..HISTORIES)
                .step_by(2)
                .map(|seed| replay(rules, seed))
                .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        }
    };
    let (one, other) = std::thread::scope(|scope| {
        let other = scope.spawn(half(1));
        (half(0)(), other.join().expect("the other half"))
    });
    let (receipts, fired) = (one.0 + other.0, one.1 + other.1);
    // It must have been about something.
    assert!(20_000 < receipts && 2_000 < fired, "{receipts} receipts, {fired} of them firing");
}

/// A fleet whose counter stops for a day, catches up, and once says 0 for many: what the guards held back then they hold
/// back again.
#[test]
fn what_guards_said_then_they_say_again() {
    let rule = rule("views < 0.6 * prev(views) || views < 5", "on_absent = \"tell\"");
    for seed in 0..8 {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let creators: Vec<Subject> = (0..24).map(|n| format!("creator/c{n}").parse().expect("a subject")).collect();
        let mut history = History::new(Switches::default());
        let mut totals = vec![1_000_i64; creators.len()];
        let (mut records, mut all) = (Vec::new(), Vec::new());
        for poll in 0..(4 * 16_i64) {
            let now = day(0) + SignedDuration::from_hours(6 * poll) + SignedDuration::from_mins(5);
            let still = (40..44).contains(&poll);
            let wiped = poll == 52;
            let samples: Vec<Sample> = creators
                .iter()
                .zip(&mut totals)
                .map(|(creator, total)| {
                    *total += if still { 0 } else { dice.random_range(1..30) };
                    let value = if wiped { 0 } else { *total };
                    let series =
                        SeriesKey { subject: creator.clone(), metric: Metric::Views, platform: Platform::Youtube };
                    let form = Form::Total { at: now };
                    Sample {
                        series,
                        value,
                        currency: None,
                        form,
                        known_at: now,
                        provisional: false,
                        self_reported: false,
                    }
                })
                .collect();
            history.append_poll(&samples, &[], now);
            all.extend(samples);
            let judged = judge(&rule, &creators[0], &context(), &history.view(), &Memory::default(), now);
            records.push((now, judged.receipt.canonical()));
        }
        let absent = records.iter().filter(|(_, bytes)| bytes.contains("\"why\":\"stale\"")).count();
        assert!(0 < absent, "the standstill was seen");
        let mut again = History::new(Switches::default());
        again.append_known(&all, &[]);
        for (at, bytes) in records {
            for history in [&history, &again] {
                let view = history.as_of(at);
                let judged = judge(&rule, &creators[0], &context(), &view, &Memory::default(), at);
                assert_eq!(judged.receipt.canonical(), bytes, "{at}");
            }
        }
    }
}

/// Conditions over numbers of a day, as people write them.
fn conditions() -> impl Strategy<Value = String> {
    let number = prop::sample::select(vec![
        "views",
        "likes",
        "orders",
        "prev(views)",
        "prev(orders)",
        "likes / views",
        "views - likes",
        "0",
        "3",
        "40",
        "0.5",
    ]);
    let comparison = (number.clone(), prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]), number)
        .prop_map(|(left, op, right)| format!("{left} {op} {right}"));
    comparison.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["&&", "||"]), inner.clone())
                .prop_map(|(left, op, right)| format!("({left} {op} {right})")),
            inner.prop_map(|inner| format!("!({inner})")),
        ]
    })
}

type Column = Vec<Option<u8>>;

fn columns() -> impl Strategy<Value = [Column; 3]> {
    let column = || prop::collection::vec(prop::option::weighted(0.6, 0_u8..60), 6);
    [column(), column(), column()]
}

fn days(columns: &[Column; 3], filled: Option<u8>) -> Days {
    let metrics = [Metric::Views, Metric::Likes, Metric::Orders];
    columns.iter().zip(metrics).fold(Days::default(), |days, (column, metric)| {
        let values: Vec<Option<f64>> = column.iter().map(|value| value.or(filled).map(f64::from)).collect();
        days.with(metric, 0, &values)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// What fires with numbers missing fires whatever they turn out to be: nothing that is absent was taken for a number.
    #[test]
    fn nothing_fires_on_what_is_absent(
        when in conditions(), windows in 1_u32..3, columns in columns(), filled in 0_u8..60,
        absent in prop::sample::select(vec!["hold", "tell"]),
    ) {
        let text = format!(
            "id = \"r\"\nkind = \"stop_loss\"\nscope = \"creator\"\nwhen = \"{when}\"\nwindow = \"1d\"\n\
             for = \"{windows} windows\"\non_absent = \"{absent}\"\n"
        );
        let parsed: crate::rules::rule::Rule = toml::from_str(&text).expect("a rule");
        // Some say nothing about any number, or compare what cannot be compared; they never get here.
        let Ok(rule) = crate::rules::check::check(&parsed) else { return Ok(()) };
        let judged = |days: &Days| {
            let mut memory = Memory::default();
            let mut fired = Vec::new();
            for at in 2..=6 {
                let judged = judge(&rule, &alma(), &context(), days, &memory, day(at));
                // A relapse is the same incident, which never ended.
                if judged.phase_after == Phase::Firing && !memory.is_open() {
                    fired.push((at, judged.clone()));
                }
                memory = judged.memory;
            }
            fired
        };
        let with_holes = judged(&days(&columns, None));
        for (at, judgement) in &with_holes {
            prop_assert_eq!(judgement.verdict, Verdict::Holds);
            prop_assert!(judgement.receipt.decided_by().all(|one| one.left.gap.is_none() && one.right.gap.is_none()));
            let whole = rule.verdict_only(&alma(), &context(), &days(&columns, Some(filled)), day(*at), &mut Scratch::default());
            prop_assert_eq!(whole, Verdict::Holds, "{} fired on day {} and would not have with {}", when, at, filled);
        }
        let nothing = [vec![None; 6], vec![None; 6], vec![None; 6]];
        if rule.inputs().is_empty() {
            return Ok(());
        }
        let fired_on_nothing = judged(&days(&nothing, None));
        for (_, judgement) in fired_on_nothing {
            // A condition may hold whatever the numbers are: then none of them decided.
            prop_assert!(judgement.receipt.decided_by().all(|one| one.left.readings.is_empty() && one.right.readings.is_empty()));
        }
    }
}
