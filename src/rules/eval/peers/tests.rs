//! Others over a small town of creators: quantiles, places, too few of them, small pasts, figures.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::domain::ids::{GroupId, Platform, PostRef, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::{Absence, Reading};
use crate::domain::verdict::Verdict::{self, DoesNotHold, Holds, Unknown};
use crate::rules::benchmark::group::{MadeBy, PEERS_MIN};
use crate::rules::benchmark::pack::{Packs, parse_pack};
use crate::rules::benchmark::size::{Audience, Audiences};
use crate::rules::check::{CheckedRule, check};
use crate::rules::eval::tests::day;
use crate::rules::file::parse_rules;
use crate::rules::judge::{Context, judge};
use crate::rules::lifecycle::Memory;
use crate::rules::readings::{Readings, Seen};
use crate::rules::receipt::{self, Receipt};
use crate::rules::window::Frame;

/// Values by subject and day; a span has the sum of the days that begin in it.
#[derive(Default)]
struct Town {
    days: BTreeMap<(Subject, Metric), BTreeMap<i64, Option<f64>>>,
    reads: Cell<u32>,
}

impl Town {
    fn with(mut self, who: &str, metric: Metric, values: &[Option<f64>]) -> Self {
        self.days.insert((creator(who), metric), (0..).zip(values.iter().copied()).collect());
        self
    }

    /// Everybody has had so many views on every day of a fortnight, and the first what is said on the last.
    fn views(rows: &[(&str, f64)]) -> Self {
        rows.iter().fold(Self::default(), |town, (who, views)| town.with(who, Metric::Views, &[Some(*views); 14]))
    }
}

impl Readings for Town {
    fn over(&self, subject: &Subject, want: Want, span: Span) -> Seen {
        self.reads.set(self.reads.get() + 1);
        let none = Seen { reading: Reading::Absent(Absence::NotYet), n: 0, newest: None };
        let Some(days) = self.days.get(&(subject.clone(), want.metric)) else { return none };
        let inside = days.iter().filter(|(at, _)| span.from <= day(**at) && day(**at) < span.until);
        let values: Option<Vec<f64>> = inside.map(|(_, value)| *value).collect();
        match values {
            Some(values) if !values.is_empty() => Seen {
                reading: Reading::Value(values.iter().sum()),
                n: u32::try_from(values.len()).unwrap_or(0),
                newest: Some(span.until),
            },
            _ => none,
        }
    }

    fn over_posts(&self, posts: &[(Platform, PostRef)], _want: Want, _until: Timestamp) -> Seen {
        let sum = posts.iter().filter_map(|post| post.1.as_str().parse::<f64>().ok()).sum();
        Seen { reading: Reading::Value(sum), n: u32::try_from(posts.len()).unwrap_or(0), newest: None }
    }

    fn newest_posts(&self, subject: &Subject, _until: Timestamp, n: usize) -> Vec<(Platform, PostRef)> {
        // Whoever has views on the first day has one post of that many.
        let views = self.days.get(&(subject.clone(), Metric::Views)).and_then(|days| *days.get(&0)?);
        let post = views.and_then(|views| PostRef::new(&views.to_string()).ok());
        post.into_iter().take(n).map(|post| (Platform::Instagram, post)).collect()
    }

    fn begins(&self, subject: &Subject, want: Want) -> Option<Timestamp> {
        self.days.get(&(subject.clone(), want.metric)).map(|_| day(0))
    }

    fn newest(&self, subject: &Subject, want: Want, until: Timestamp) -> Option<Timestamp> {
        self.days.get(&(subject.clone(), want.metric)).map(|_| until)
    }
}

fn creator(who: &str) -> Subject {
    format!("creator/{who}").parse().expect("a subject")
}

fn of(who: &str) -> Context {
    let mut context = Context::default();
    context.facts.creator = Some(CreatorId::new(who).expect("an id"));
    context
}

fn members(who: &[&str]) -> Vec<Member> {
    let member =
        |who: &&str| Member { subject: creator(who), creator: CreatorId::new(who).expect("an id"), context: of(who) };
    who.iter().map(member).collect()
}

fn group(who: &[&str]) -> Group {
    let made_by = MadeBy::Named { id: GroupId::new("mums").expect("an id") };
    Group { name: "mums".to_owned(), made_by, members: members(who), least: PEERS_MIN, small: 5 }
}

fn among(who: &str, group: Group) -> Context {
    Context { group: Some(Arc::new(group)), ..of(who) }
}

fn rule(keys: &str) -> CheckedRule {
    let text = format!("[[rule]]\nid = \"r\"\nkind = \"stop_loss\"\nscope = \"creator\"\n{keys}\n");
    parse_rules(&text, None).check().expect("checks").remove(0)
}

fn judged(keys: &str, who: &str, context: &Context, town: &Town) -> Receipt {
    judge(&rule(keys), &creator(who), context, town, &Memory::default(), day(14)).receipt
}

const FIVE: [(&str, f64); 6] =
    [("alma", 100.0), ("bo", 200.0), ("cleo", 400.0), ("dan", 800.0), ("eva", 1600.0), ("finn", 3200.0)];
const NAMES: [&str; 6] = ["alma", "bo", "cleo", "dan", "eva", "finn"];

/// What `peers(views, q)` is for somebody, over a day.
#[track_caller]
fn check_peers(who: &str, share: f64, others: &[&str], want: Result<f64, Gap>) {
    let receipt = judged(
        &format!("when = \"views < peers(views, {share})\"\nwindow = \"1d\""),
        who,
        &among(who, group(others)),
        &Town::views(&FIVE),
    );
    let used = &receipt.comparisons[0].right.readings[0];
    assert_eq!(used.value.ok_or(used.gap.unwrap_or(Gap::NotYet)), want, "{who} {share} {others:?}");
}

#[test]
fn a_quantile_is_over_others_and_never_over_oneself() {
    check_peers("alma", 0.5, &NAMES, Ok(800.0));
    check_peers("finn", 0.5, &NAMES, Ok(400.0));
    check_peers("alma", 0.25, &NAMES, Ok(400.0));
    check_peers("alma", 0.0, &NAMES, Ok(200.0));
    check_peers("alma", 1.0, &NAMES, Ok(3200.0));
    // Between two of them: type 7, as numpy has it.
    check_peers("alma", 0.4, &NAMES, Ok(640.0));
}

#[test]
fn fewer_than_three_others_with_a_number_are_no_group() {
    check_peers("alma", 0.5, &["alma", "bo", "cleo", "dan"], Ok(400.0));
    check_peers("alma", 0.5, &["alma", "bo", "cleo"], Err(Gap::TooFewPeers));
    check_peers("alma", 0.5, &["alma", "bo", "cleo", "nobody", "noone"], Err(Gap::TooFewPeers));
    check_peers("alma", 0.5, &["alma"], Err(Gap::TooFewPeers));
}

#[test]
fn what_compares_with_too_few_never_fires() {
    let town = Town::views(&FIVE);
    for when in ["views < peers(views)", "views > peers(views, 0)", "rank(views) < 0.5", "!(rank(views) >= 0.5)"] {
        let keys = format!("when = \"{when}\"\nwindow = \"1d\"");
        let verdict = |context: &Context| judged(&keys, "alma", context, &town).verdict;
        assert_eq!(verdict(&among("alma", group(&["alma", "bo", "cleo"]))), Unknown, "{when}");
        assert_eq!(verdict(&of("alma")), Unknown, "{when}, and nobody comparable");
    }
}

#[test]
fn those_without_a_number_are_left_out_and_counted() {
    let town = Town::views(&FIVE).with("dan", Metric::Views, &[None; 14]);
    let receipt =
        judged("when = \"views < peers(views)\"\nwindow = \"1d\"", "alma", &among("alma", group(&NAMES)), &town);
    let used = &receipt.comparisons[0].right.readings[0];
    assert_eq!(used.value, Some(1000.0), "the middle of 200, 400, 1600, 3200");
    let Some(receipt::Basis::Peers { others, .. }) = &used.basis else { panic!("{used:?}") };
    assert_eq!((others.group.as_str(), others.n, others.creators, others.absent), ("mums", 4, 4, 1));
}

#[test]
fn three_posts_of_one_creator_are_one_other() {
    let mut group = group(&NAMES);
    let bo = CreatorId::new("bo").expect("an id");
    for member in group.members.iter_mut().skip(1) {
        member.creator = bo.clone();
    }
    let town = Town::views(&FIVE);
    let keys = "when = \"views < peers(views)\"\nwindow = \"1d\"";
    assert_eq!(judged(keys, "alma", &among("alma", group.clone()), &town).verdict, Unknown);
    // And nothing of one's own is among the others.
    let receipt = judged(keys, "bo", &among("bo", group), &town);
    let used = &receipt.comparisons[0].right.readings[0];
    assert_eq!((used.n, used.gap), (1, Some(Gap::TooFewPeers)));
}

#[test]
fn a_place_is_the_share_of_others_that_have_less_and_ties_count_half() {
    let town = Town::views(&[("alma", 400.0), ("bo", 200.0), ("cleo", 400.0), ("dan", 400.0), ("eva", 800.0)]);
    let names = ["alma", "bo", "cleo", "dan", "eva"];
    let receipt =
        judged("when = \"rank(views) < 0.25\"\nwindow = \"1d\"", "alma", &among("alma", group(&names)), &town);
    let side = &receipt.comparisons[0].left;
    assert_eq!((side.value, receipt.verdict), (Some(0.5), DoesNotHold));
    let Some(receipt::Basis::Rank { below, value, others }) = &side.readings[0].basis else { panic!("{side:?}") };
    assert_eq!((*below, *value, others.n), (1, 400.0, 4));
    let place = |who: &str| {
        let keys = "when = \"rank(views) < 0.25\"\nwindow = \"1d\"";
        judged(keys, who, &among(who, group(&names)), &town).comparisons[0].left.value
    };
    assert_eq!((place("bo"), place("eva")), (Some(0.0), Some(1.0)));
    assert_eq!(receipt.comparisons[0].unit, "number");
}

#[test]
fn money_of_another_currency_is_nobodys_peer() {
    let spend = |town: Town, who| town.with(who, Metric::Spend, &[Some(1000.0); 14]);
    let town = NAMES.iter().fold(Town::default(), |town, who| spend(town, *who));
    let mut group = group(&NAMES);
    let (euro, krona) = ("EUR".parse().expect("a currency"), "SEK".parse().expect("a currency"));
    for (n, member) in group.members.iter_mut().enumerate() {
        member.context.currency = Some(if n < 4 { euro } else { krona });
    }
    let context = Context { currency: Some(euro), ..among("alma", group) };
    let receipt = judged("when = \"spend > peers(spend)\"\nwindow = \"1d\"", "alma", &context, &town);
    assert_eq!(receipt.comparisons[0].right.readings[0].n, 3);
}

#[test]
fn each_other_is_read_over_its_own_deal_and_its_own_posts() {
    let town = Town::views(&FIVE);
    let mut group = group(&NAMES);
    let deal = |from| Frame { deal: Some(Span { from: day(from), until: day(100) }), ..Frame::utc() };
    for (from, member) in (8..).zip(group.members.iter_mut()) {
        member.context.frame = deal(from);
    }
    // Days since each deal began: alma 6, bo 5, cleo 4, dan 3, eva 2, finn 1.
    let context = Context { frame: deal(8), ..among("alma", group.clone()) };
    let receipt = judged("when = \"views < peers(views, 0)\"\nwindow = \"deal\"", "alma", &context, &town);
    assert_eq!(receipt.comparisons[0].right.value, Some(1000.0), "bo: five days of 200");
    assert_eq!(receipt.comparisons[0].left.value, Some(600.0));
    let context = among("alma", group);
    let receipt = judged("when = \"views < peers(views)\"\nwindow = \"last 1 posts\"", "alma", &context, &town);
    assert_eq!((receipt.comparisons[0].right.value, receipt.verdict), (Some(800.0), Holds));
}

#[test]
fn a_condition_that_must_hold_for_windows_compares_each_with_its_own() {
    // Yesterday everybody had what they always have; the day before nobody but alma had anything to speak of.
    let day_before = [Some(1.0); 13].into_iter().chain([Some(900.0)]).collect::<Vec<_>>();
    let town = NAMES.iter().fold(Town::default(), |town, who| town.with(who, Metric::Views, &day_before));
    let town = town.with("alma", Metric::Views, &[Some(100.0); 14]);
    let context = among("alma", group(&NAMES));
    let keys = "when = \"views < peers(views)\"\nwindow = \"1d\"\nfor = \"2 windows\"";
    let receipt = judged(keys, "alma", &context, &town);
    assert_eq!(receipt.verdict, DoesNotHold);
    let limits: Vec<Option<f64>> = receipt.comparisons.iter().map(|one| one.right.value).collect();
    assert_eq!(limits, [Some(1.0), Some(900.0)]);
}

#[test]
fn a_group_is_read_once_for_all_of_it() {
    let names: Vec<String> = (0..300).map(|n| format!("c{n:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows: Vec<(&str, f64)> = (1_u32..).zip(&names).map(|(n, who)| (*who, f64::from(n))).collect();
    let town = Town::views(&rows);
    let shared = Arc::new(group(&names));
    let rule = rule("when = \"views < peers(views, 0.1)\"\nwindow = \"1d\"");
    let mut scratch = Scratch::default();
    let mut below = 0;
    for who in &names {
        let context = Context { group: Some(Arc::clone(&shared)), ..of(who) };
        let verdict = rule.verdict_only(&creator(who), &context, &town, day(14), &mut scratch);
        below += u32::from(verdict == Holds);
    }
    // The tenth of 299 others lies between the 30th and the 31st of them, and the 31st of all is still below its own.
    assert_eq!(below, 31);
    assert_eq!(town.reads.get(), 600, "each once for itself and once for all others");
}

#[test]
fn a_downgrade_rests_on_no_fewer_than_may_be_shown() {
    let of_five = among("alma", group(&["alma", "bo", "cleo", "dan", "eva"]));
    let keys = "program = \"p\"\nlevel = \"Gold\"\ngrace = \"12d\"\nwhen = \"views < peers(views)\"\nwindow = \"1d\"";
    let text = format!("[[rule]]\nid = \"r\"\nkind = \"downgrade\"\nscope = \"creator\"\n{keys}\n");
    let rule = parse_rules(&text, None).check().expect("checks").remove(0);
    let town = Town::views(&FIVE);
    let verdict =
        |context: &Context| rule.verdict_only(&creator("alma"), context, &town, day(14), &mut Scratch::default());
    assert_eq!(verdict(&of_five), Unknown, "four others");
    assert_eq!(verdict(&among("alma", group(&NAMES))), Holds, "five others");
}

/// Weeks of a creator who jumps about, and of others who do so too and are all alike.
fn jumpy(own: &[Option<f64>]) -> Town {
    let weeks = |values: [f64; 4]| values.iter().flat_map(|value| [Some(*value / 7.0); 7]).collect::<Vec<_>>();
    let others = [[10.0, 30.0, 10.0, 30.0], [30.0, 10.0, 30.0, 10.0], [10.0, 10.0, 30.0, 30.0]];
    let town = Town::default().with("alma", Metric::Views, own);
    ["bo", "cleo", "dan"]
        .iter()
        .zip(others)
        .fold(town, |town, (who, values)| town.with(who, Metric::Views, &[weeks(values), vec![Some(1.0); 7]].concat()))
}

fn own(context: &Context, town: &Town, keys: &str) -> receipt::Used {
    let rule = rule(&format!("when = \"views < own(views)\"\n{keys}"));
    let receipt = judge(&rule, &creator("alma"), context, town, &Memory::default(), day(35)).receipt;
    receipt.comparisons[0].right.readings[0].clone()
}

#[test]
fn a_small_sample_is_drawn_towards_the_group_and_says_so() {
    let town = jumpy(&[Some(100.0 / 7.0); 35]);
    let context = among("alma", group(&["alma", "bo", "cleo", "dan"]));
    let used = own(&context, &town, "window = \"7d\"\nown = \"28d\"");
    let Some(receipt::Basis::Shrunk { raw, toward, weight, others }) = &used.basis else { panic!("{used:?}") };
    assert_eq!((*raw, *toward, *weight, others.creators, used.n), (100.0, 20.0, 0.0, 3, 4));
    assert_eq!(used.value, Some(20.0), "others are all alike, so four weeks of one's own are luck");
}

#[test]
fn without_a_group_own_is_the_plain_median() {
    let town = jumpy(&[Some(100.0 / 7.0); 35]);
    let keys = "window = \"7d\"\nown = \"28d\"";
    for context in [
        of("alma"),
        among("alma", group(&["alma", "bo", "cleo"])),
        among("alma", Group { small: 0, ..group(&["alma", "bo", "cleo", "dan"]) }),
    ] {
        let used = own(&context, &town, keys);
        assert_eq!((used.value, used.basis), (Some(100.0), None));
    }
    // Enough of one's own is left alone.
    let context = among("alma", group(&["alma", "bo", "cleo", "dan"]));
    assert_eq!(own(&context, &town, "window = \"1d\"\nown = \"7d\"").basis, None);
}

fn with_packs(context: Context, platform: Platform, followers: u64) -> Context {
    let text = "[pack]\nid = \"p\"\nyear = 2025\nsource = \"S 2025\"\nlink = \"https://s.example\"\nof = \"creators\"\n\
                statistic = \"median\"\nsample = 700\n\
                edges = { nano = 1000, micro = 10000, mid = 100000, macro = 500000, mega = 1000000 }\n\
                [[figure]]\nmetric = \"views\"\nplatform = \"instagram\"\nsize = \"micro\"\nvalue = 300\n";
    let mut packs = Packs::default();
    packs.add(parse_pack(text, "p.toml").expect("a pack"));
    let audience = Audience { platform, followers, observed: day(1), size: None };
    let audiences = Audiences { main: Some(platform), each: BTreeMap::from([(platform, audience)]) };
    Context { packs: Arc::new(packs), audiences, ..context }
}

#[test]
fn a_published_figure_answers_for_its_platform_and_size_only() {
    let town = Town::views(&FIVE);
    let verdict = |platform, followers| -> (Verdict, Option<f64>) {
        let context = with_packs(of("alma"), platform, followers);
        let receipt = judged("when = \"views < industry(views)\"\nwindow = \"1d\"", "alma", &context, &town);
        (receipt.verdict, receipt.comparisons[0].right.value)
    };
    assert_eq!(verdict(Platform::Instagram, 20_000), (Holds, Some(300.0)));
    assert_eq!(verdict(Platform::Instagram, 2_000), (Unknown, None));
    assert_eq!(verdict(Platform::Tiktok, 20_000), (Unknown, None));
    let context = with_packs(of("alma"), Platform::Instagram, 20_000);
    let receipt = judged("when = \"views < industry(views)\"\nwindow = \"1d\"", "alma", &context, &town);
    let used = &receipt.comparisons[0].right.readings[0];
    let Some(receipt::Basis::Industry { pack, .. }) = &used.basis else { panic!("{used:?}") };
    assert_eq!((pack.id.as_str(), pack.year, pack.sample), ("p", 2025, Some(700)));
    assert_eq!(receipt.audience.map(|audience| audience.followers), Some(20_000));
}

#[test]
fn a_receipt_with_others_reads_back_and_old_ones_too() {
    let town = Town::views(&FIVE);
    let context = with_packs(among("alma", group(&NAMES)), Platform::Instagram, 20_000);
    let keys = "when = \"views < peers(views, 0.25) && rank(views) < 0.5 && views < industry(views)\"\nwindow = \"1d\"";
    let receipt = judged(keys, "alma", &context, &town);
    let text = receipt.canonical();
    assert_eq!(serde_json::from_str::<Receipt>(&text).expect("reads back"), receipt);
    for part in [
        "\"source\":{\"peers\":0.25}",
        "\"basis\":{\"from\":\"peers\",\"others\":{\"group\":\"mums\",\"made_by\":{\"by\":\"named\",\"id\":\"mums\"},\"n\":5",
        "\"quantile\":0.25",
        "\"source\":\"rank\"",
        "\"from\":\"industry\"",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let plain = judged("when = \"views < 5\"\nwindow = \"1d\"", "alma", &of("alma"), &town).canonical();
    assert!(!plain.contains("basis") && !plain.contains("audience"), "{plain}");
}

#[test]
fn a_rule_for_a_whole_campaign_has_no_peers() {
    let rule = |scope: &str, keys: &str| {
        let text = format!("[[rule]]\nid = \"r\"\nkind = \"stop_loss\"\nscope = \"{scope}\"\n{keys}\n");
        let read = parse_rules(&text, None).rules.remove(0).rule;
        check(&read).err().map(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    };
    insta::assert_snapshot!(rule("campaign", "when = \"views < peers(views)\"").expect("an error"), @r#"scope: `peers()` compares creators, and the rule is about a whole campaign; write `scope = "partnership"`, `"creator"` or `"post"`, or compare with `target`"#);
    insta::assert_snapshot!(rule("brand", "when = \"rank(views) < 0.5\"").expect("an error"), @r#"scope: `rank()` compares creators, and the rule is about a whole brand; write `scope = "partnership"`, `"creator"` or `"post"`, or compare with `target`"#);
    insta::assert_snapshot!(rule("creator", "when = \"views < 5\"\ngroup = \"mums\"").expect("an error"), @"group: the rule names a group and compares with nobody; use `peers()` or `rank()`, or leave `group` out");
    let text = "[[rule]]\nid = \"r\"\nkind = \"downgrade\"\nscope = \"creator\"\nprogram = \"p\"\nlevel = \"Gold\"\ngrace = \"12d\"\n\
                when = \"rank(views) < 0.25\"\nwindow = \"7d\"\n";
    let errors = check(&parse_rules(text, None).rules.remove(0).rule).expect_err("is refused");
    insta::assert_snapshot!(errors[0].to_string(), @"when: `rank()` is no criterion: somebody is always last, and a level is lost by a number that can be reached; compare the metric itself with `peers(…, 0.25)`, `target` or a number");
    assert_eq!(rule("creator", "when = \"views < peers(views)\"\ngroup = \"mums\""), None);
    assert_eq!(rule("post", "when = \"views < peers(views)\"\nwindow = \"1d\""), None);
}

#[test]
fn days_end_at_each_ones_own_midnight() {
    let mut group = group(&NAMES);
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(-5));
    for member in &mut group.members {
        member.context.frame = Frame { zone: zone.clone(), ..Frame::utc() };
    }
    // Everybody has one more view each day. The days of those five hours behind end at 05:00 UTC, so the last whole one
    // began on day 12 at 05:00 and holds what began on day 13; in UTC it is the same day, and a day later it is not.
    let rising: Vec<Option<f64>> = (0..14).map(|n| Some(f64::from(n))).collect();
    let town = NAMES.iter().fold(Town::default(), |town, who| town.with(who, Metric::Views, &rising));
    let context = among("alma", group);
    let receipt = judged("when = \"views < peers(views)\"\nwindow = \"1d\"", "alma", &context, &town);
    assert_eq!(receipt.comparisons[0].left.value, Some(13.0));
    assert_eq!(receipt.comparisons[0].right.value, Some(13.0));
    let none = Context { frame: Frame { zone, ..Frame::utc() }, ..context };
    let receipt = judged("when = \"views < peers(views)\"\nwindow = \"1d\"", "alma", &none, &town);
    assert_eq!(receipt.comparisons[0].left.value, receipt.comparisons[0].right.value);
}
