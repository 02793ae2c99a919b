//! Who is comparable with whom.

use std::fmt::Write as _;

use super::*;
use crate::domain::document::Documents;
use crate::domain::ids::PostRef;
use crate::domain::metric::Metric;
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::rules::guards::Switches;
use crate::rules::history::History;

const WORLD: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "Europe/Stockholm"
currency = "SEK"
[[campaign]]
id = "spring"
brand = "nordbo"
starts = 2026-03-01
ends = 2026-04-15
[[campaign]]
id = "summer"
brand = "nordbo"
starts = 2026-06-01
ends = 2026-07-15
"#;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn followers(creator: &str, platform: Platform, value: i64, now: Timestamp) -> Sample {
    Sample {
        series: SeriesKey {
            subject: Subject::Creator(CreatorId::new(creator).expect("an id")),
            metric: Metric::Followers,
            platform,
        },
        value,
        currency: None,
        form: Form::Gauge { at: now },
        known_at: now,
        provisional: false,
        self_reported: false,
    }
}

/// Creators with accounts on Instagram and `YouTube`, and so many followers on each, measured at noon.
fn catalog(creators: &[(&str, i64, i64)], more: &str) -> Catalog {
    let mut text = WORLD.to_owned();
    for (id, ..) in creators {
        write!(text, "[[creator]]\nid = \"{id}\"\naccounts = {{ instagram = \"i-{id}\", youtube = \"y-{id}\" }}\n")
            .expect("written");
    }
    let mut catalog = Catalog::default();
    let documents = Documents::from_toml(&(text + more)).expect("documents");
    documents.into_list().for_each(|document| catalog.take(document));
    let now = at("2026-03-10T12:00:00Z");
    let mut history = History::new(Switches::off());
    let told = creators.iter().flat_map(|(id, instagram, youtube)| {
        [followers(id, Platform::Instagram, *instagram, now), followers(id, Platform::Youtube, *youtube, now)]
    });
    drop(history.append_all(told.filter(|sample| 0 <= sample.value).collect()));
    catalog.measure(&history.view(), now);
    catalog
}

fn group_of(catalog: &Catalog, subject: &str, named: Option<&str>) -> Option<(String, Vec<String>)> {
    let named = named.map(|id| GroupId::new(id).expect("an id"));
    let group = Groups::default().of(catalog, &subject.parse().expect("a subject"), named.as_ref())?;
    Some((group.name.clone(), group.members.iter().map(|member| member.subject.to_string()).collect()))
}

#[track_caller]
fn check(catalog: &Catalog, subject: &str, named: Option<&str>, want: Option<(&str, &[&str])>) {
    let want = want.map(|(name, members)| (name.to_owned(), members.iter().map(|one| (*one).to_owned()).collect()));
    assert_eq!(group_of(catalog, subject, named), want, "{subject}");
}

/// A partnership with pieces: id, platform, format and fee of each.
fn deal(campaign: &str, creator: &str, pieces: &[(&str, &str, &str, u32)]) -> String {
    let mut text = format!("[[partnership]]\ncampaign = \"{campaign}\"\ncreator = \"{creator}\"\n");
    for (id, platform, format, fee) in pieces {
        write!(
            text,
            "[[deliverable]]\npartnership = \"{campaign}/{creator}\"\nid = \"{id}\"\nplatform = \"{platform}\"\n\
             format = \"{format}\"\nfee = \"{fee}.00 SEK\"\ndue = 2026-03-20\npost = \"{creator}-{id}\"\n"
        )
        .expect("written");
    }
    text
}

#[test]
fn creators_are_alike_by_size_on_the_platform_where_most_follow_them() {
    let known = catalog(
        &[("alma", 20_000, 500), ("bo", 90_000, 2_000), ("cleo", 5_000, 60_000), ("dan", 9_000, 10), ("eva", -1, -1)],
        "",
    );
    check(&known, "creator/alma", None, Some(("instagram/micro", &["creator/alma", "creator/bo"])));
    check(&known, "creator/cleo", None, Some(("youtube/micro", &["creator/cleo"])));
    check(&known, "creator/dan", None, Some(("instagram/nano", &["creator/dan"])));
    // Whose followers are not known is compared with nobody.
    check(&known, "creator/eva", None, None);
    check(&known, "campaign/spring", None, None);
}

#[test]
fn deals_are_alike_by_campaign_main_kind_and_size_on_that_platform() {
    let creators = [("alma", 20_000, 500), ("bo", 90_000, 2_000), ("cleo", 30_000, 60_000), ("dan", 40_000, 0)];
    let text = [
        deal("spring", "alma", &[("r1", "instagram", "reel", 800), ("s1", "instagram", "story", 100)]),
        // More stories, but more money in the reel.
        deal(
            "spring",
            "bo",
            &[("r1", "instagram", "reel", 500), ("s1", "instagram", "story", 100), ("s2", "instagram", "story", 100)],
        ),
        // Mostly known from YouTube, but paid on Instagram: the size is that on Instagram.
        deal("spring", "cleo", &[("r1", "instagram", "reel", 900), ("v1", "youtube", "video", 100)]),
        deal("spring", "dan", &[("s1", "instagram", "story", 900)]),
        deal("summer", "alma", &[("r1", "instagram", "reel", 800)]),
        deal("summer", "dan", &[]),
        deal("summer", "cleo", &[]),
    ];
    let known = catalog(&creators, &text.concat());
    let reels = ["partnership/spring/alma", "partnership/spring/bo", "partnership/spring/cleo"];
    check(&known, "partnership/spring/alma", None, Some(("spring/instagram/reel/micro", &reels)));
    check(&known, "partnership/spring/dan", None, Some(("spring/instagram/story/micro", &["partnership/spring/dan"])));
    check(&known, "partnership/summer/alma", None, Some(("summer/instagram/reel/micro", &["partnership/summer/alma"])));
    // Without pieces the creators' own platforms count.
    check(&known, "partnership/summer/dan", None, Some(("summer/instagram/micro", &["partnership/summer/dan"])));
    check(&known, "partnership/summer/cleo", None, Some(("summer/youtube/micro", &["partnership/summer/cleo"])));
    let about = known.about(&"partnership/spring/cleo".parse().expect("a subject"));
    assert_eq!(about.audiences.of_main().map(|audience| audience.followers), Some(30_000));
}

#[test]
fn posts_are_alike_by_campaign_platform_format_and_size() {
    let creators = [("alma", 20_000, 500), ("bo", 90_000, 2_000), ("cleo", 3_000, 60)];
    let text = [
        deal("spring", "alma", &[("r1", "instagram", "reel", 800), ("s1", "instagram", "story", 100)]),
        deal("spring", "bo", &[("r1", "instagram", "reel", 500)]),
        deal("spring", "cleo", &[("r1", "instagram", "reel", 500)]),
    ];
    let mut known = catalog(&creators, &text.concat());
    let reels = ["post/instagram/alma-r1", "post/instagram/bo-r1"];
    check(&known, "post/instagram/alma-r1", None, Some(("spring/instagram/reel/micro", &reels)));
    check(&known, "post/instagram/cleo-r1", None, Some(("spring/instagram/reel/nano", &["post/instagram/cleo-r1"])));
    // A post that no deal paid for belongs to no campaign.
    known
        .posts
        .insert((Platform::Instagram, PostRef::new("own").expect("an id")), CreatorId::new("bo").expect("an id"));
    check(&known, "post/instagram/own", None, None);
}

#[test]
fn a_named_group_takes_the_place_of_all_that() {
    let creators = [("alma", 20_000, 500), ("bo", 2_000_000, 2_000), ("cleo", -1, -1), ("dan", 40_000, 0)];
    let text = [
        deal("spring", "alma", &[("r1", "instagram", "reel", 800)]),
        deal("spring", "bo", &[("s1", "instagram", "story", 100)]),
        deal("summer", "cleo", &[("v1", "youtube", "video", 100)]),
        deal("spring", "dan", &[("r1", "instagram", "reel", 800)]),
        "[[group]]\nid = \"mums\"\nname = \"Young mothers\"\nmembers = [\"alma\", \"bo\", \"cleo\"]\n".to_owned(),
        "[[group]]\nid = \"old\"\nmembers = [\"alma\"]\nstate = \"ended\"\n".to_owned(),
    ];
    let known = catalog(&creators, &text.concat());
    let all = ["creator/alma", "creator/bo", "creator/cleo"];
    check(&known, "creator/cleo", Some("mums"), Some(("Young mothers", &all)));
    let deals = ["partnership/spring/alma", "partnership/spring/bo", "partnership/summer/cleo"];
    check(&known, "partnership/spring/bo", Some("mums"), Some(("Young mothers", &deals)));
    check(&known, "creator/dan", Some("mums"), None);
    check(&known, "creator/alma", Some("old"), None);
    check(&known, "creator/alma", Some("nobody"), None);
}

#[test]
fn a_group_is_made_once_and_shared() {
    let known = catalog(&[("alma", 20_000, 500), ("bo", 90_000, 2_000)], "");
    let mut groups = Groups::default();
    let mut of = |who: &str| groups.of(&known, &who.parse().expect("a subject"), None).expect("a group");
    assert!(Arc::ptr_eq(&of("creator/alma"), &of("creator/bo")));
}

#[test]
fn a_group_that_is_not_there_stands_in_the_way_of_its_rule() {
    let rules = crate::rules::file::parse_rules(
        "[[rule]]\nid = \"r\"\nkind = \"stop_loss\"\nscope = \"creator\"\nwhen = \"views < peers(views)\"\ngroup = \"mum\"\n",
        None,
    );
    let rule = &rules.rules[0].rule;
    let none = catalog(&[("alma", 1, 1)], "");
    insta::assert_snapshot!(none.no_group(rule).expect("a fault"), @"there is no group `mum`; write a [[group]] with its members, or leave `group` out");
    let some = catalog(&[("alma", 1, 1)], "[[group]]\nid = \"mums\"\nmembers = [\"alma\"]\n");
    insta::assert_snapshot!(some.no_group(rule).expect("a fault"), @"there is no group `mum`; write one of mums, or apply it first");
    let stranger = Documents::from_toml("[[group]]\nid = \"mums\"\nmembers = [\"zoe\"]\n").expect("documents");
    let group = stranger.into_list().next().expect("a group");
    insta::assert_snapshot!(none.dangling(&group).expect("a fault"), @"there is no creator `zoe`; add it to the same file or apply it first");
    let twice = Documents::from_toml("[[group]]\nid = \"mums\"\nmembers = [\"alma\", \"alma\"]\n");
    insta::assert_snapshot!(twice.expect_err("twice").to_string(), @"line 1, column 1: group `mums` has the member `alma` twice");
}

#[test]
fn followers_are_forgotten_after_a_month_without_a_word_and_what_is_held_back_does_not_count() {
    let mut known = catalog(&[("alma", 20_000, 500)], "");
    let then = at("2026-03-10T12:00:00Z");
    let mut history = History::new(Switches::off());
    drop(history.append_all(vec![followers("alma", Platform::Instagram, 20_000, then)]));
    let size = |known: &Catalog| known.audiences.values().next().and_then(Audiences::of_main).and_then(|one| one.size);
    known.measure(&history.view(), at("2026-04-08T12:00:00Z"));
    assert_eq!(size(&known), Some(Size::Micro));
    known.measure_some(&history.view(), Vec::new(), at("2026-04-10T12:00:01Z"));
    assert_eq!(size(&known), None);
    // What was known earlier stays answerable.
    known.measure(&history.as_of(then), then);
    assert_eq!(size(&known), Some(Size::Micro));
}
