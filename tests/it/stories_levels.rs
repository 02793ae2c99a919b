//! A level that may be lost, on the emulated chats: the creator first, the team after, a person where it is needed.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::watch::take_in;
use plimsoll::domain::document::{Document, Documents};
use plimsoll::domain::ids::{CreatorId, Platform, PostRef, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::person::Role;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::rules::file::parse_rules;
use plimsoll::sim::telegram::Shown;
use plimsoll::sources::{Fetched, FoundPost};
use plimsoll::store::keys;
use plimsoll::store::records::load;

use super::story::{Story, discord_text, restart, telegram_text};

const CLUB: &str = r#"
[[creator]]
id = "lind"
name = "Alma Lind"
zone = "Europe/Stockholm"
[[program]]
id = "nordbo-club"
brand = "nordbo"
levels = [ { name = "Gold", commission = "15 %" }, { name = "Silver", commission = "12 %" } ]
[[member]]
program = "nordbo-club"
creator = "lind"
level = "Gold"
since = 2026-01-01
acknowledged = 2026-01-03
"#;

const RULE: &str = r#"
[[rule]]
id = "gold-clicks"
kind = "downgrade"
scope = "creator"
program = "nordbo-club"
level = "Gold"
when = "clicks / views < 0.009 && views >= 5000"
window = "last 6 posts"
recover = "clicks / views >= 0.009"
grace = "12d"
stay = "30d"
mode = "propose"
"#;

/// A story with Alma Lind in the club on Gold.
async fn begin() -> Story {
    let story = Story::begin(7, &[]).await;
    let file = Path::new("club.toml").to_path_buf();
    let documents = Documents::from_toml(CLUB).expect("documents").into_list().map(|one| (file.clone(), one));
    let rules = parse_rules(RULE, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule));
    let given = Given { documents: documents.collect(), rules: rules.collect() };
    apply(story.world.core(), given, "terminal:story", false).await.expect("applied");
    story
}

pub async fn with_alma() -> Story {
    let mut story = begin().await;
    let alma = story.world.cast.alma;
    story.starts(alma, Role::Creator, "Alma Lind", Some("lind")).await;
    story.begin_here();
    story
}

/// What her posts have by now: twelve older ones that did well, and six latest with so many clicks each.
pub async fn posts(story: &mut Story, latest: i64) {
    let now = story.world.clock.now();
    let source = SourceId::new("instagram").expect("an id");
    let held = story.world.clock.hold("posts");
    // Whose a post is, is known once the poll that found it is kept: numbers count from the next one on.
    for _ in 0..2 {
        take_in(story.world.core(), &source, 18, of_posts(latest, now), now).await.expect("taken in");
    }
    drop(held);
}

fn of_posts(latest: i64, now: Timestamp) -> Fetched {
    let creator = CreatorId::new("lind").expect("an id");
    let start: Timestamp = "2026-02-28T23:00:00Z".parse().expect("an instant");
    let mut fetched = Fetched::default();
    for n in 0..18_i64 {
        let post = PostRef::new(&format!("p{n:02}")).expect("an id");
        let published_at = start - SignedDuration::from_hours(24 * (40 - 2 * n));
        let subject = Subject::Post(Platform::Instagram, post.clone());
        let clicks = if n < 12 { 112 } else { latest };
        for (metric, value) in [(Metric::Views, 10_000), (Metric::Clicks, clicks)] {
            let series = SeriesKey { subject: subject.clone(), metric, platform: Platform::Instagram };
            let form = Form::Total { at: now };
            let known_at = now;
            fetched.samples.push(Sample {
                series,
                value,
                currency: None,
                form,
                known_at,
                provisional: false,
                self_reported: false,
            });
        }
        let creator = creator.clone();
        fetched.posts.push(FoundPost {
            platform: Platform::Instagram,
            post,
            creator,
            published_at,
            title: None,
            description: None,
            duration: None,
            format: None,
        });
    }
    fetched.samples.sort_by(|one, other| one.series.cmp(&other.series));
    fetched
}

/// What the bot has told Alma, answers and all.
pub fn to_alma(story: &Story) -> Vec<Shown> {
    let chat = story.world.telegram.private_chat(story.world.cast.alma);
    story.world.telegram.messages(chat).into_iter().filter(|shown| shown.from_bot).collect()
}

pub fn notice(story: &Story) -> Shown {
    to_alma(story).into_iter().find(|shown| shown.text.contains("What we look at")).expect("a notice")
}

pub async fn level(story: &Story) -> (String, u32, String) {
    let store = &*story.world.core().store;
    let key = keys::document("member", "nordbo-club/lind");
    let kept = load::<plimsoll::app::records::DocumentRecord>(store, &key).await.expect("reads").expect("kept").value;
    let Document::Member(member) = kept.document else { panic!("a member") };
    (member.level, kept.version, kept.by)
}

/// What the team was told about her; the world has other troubles.
pub fn about_her(story: &Story) -> Vec<Shown> {
    story.on_telegram().into_iter().filter(|shown| shown.text.contains("Alma Lind")).collect()
}

fn team(story: &Story) -> Vec<String> {
    about_her(story).iter().map(telegram_text).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one story, and what is told at each step of it")]
async fn alma_hears_first_objects_and_a_person_decides() {
    let mut story = with_alma().await;
    let cast = story.world.cast;
    posts(&mut story, 63).await;
    story.wait(5).await;
    let told = notice(&story);
    insta::assert_snapshot!(telegram_text(&told), @"
    🟡 Hi Alma, your level at Nordbo may go from Gold to Silver on 13 Mar. Nothing has changed yet

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 13 Mar. Deals already signed, and orders already made, keep 15 %.

    You keep Gold with 288 link clicks from your next 2 posts (about 14.4 per 1,000 at your usual 10,000 views). You did that in 0 of your last 18.

    Something wrong or unfair? Press the button before 13 Mar: a person at Nordbo reads it. Until they have answered, you stay Gold and no time runs.

    data 00:00 · #0000
    [Keep me posted] [Something is wrong]
    [Suggest another way]
    [My numbers] [Why]
    ");
    let first = about_her(&story).remove(0);
    assert!(told.sent_at <= first.sent_at, "the creator before the team: {} and {}", told.sent_at, first.sent_at);
    assert_eq!(story.on_discord().len(), 1);
    insta::assert_snapshot!(telegram_text(&first), @"
    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 00:00, in their direct message.
    Gold stays until 13 Mar 00:00. If what is asked is met before that, nothing changes.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 13 Mar. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v1 · plain threshold · data 00:00 · #0000
    [Suggest another way]
    [Why] [I've got it] [Snooze 6 h]
    ");

    let (_, answer) = story.presses(cast.alma, &told, "Keep me posted").await;
    insta::assert_snapshot!(answer, @"You will hear from us here before the end.");
    let (_, answer) = story.presses(cast.alma, &told, "Something is wrong").await;
    insta::assert_snapshot!(answer, @"Noted. You stay Gold until a person has answered, and no time runs.");
    story.wait(5).await;
    let id = about_her(&story)[0].text.split('#').nth(1).expect("an id").trim().to_owned();
    let direct = story.world.telegram.private_chat(cast.alma);
    let heard = story.says(direct, cast.alma, &format!("appeal {id} the link was down on Monday")).await;
    insta::assert_snapshot!(heard, @"Your words are with the team. You stay Gold until a person has answered.");
    story.wait(5).await;
    insta::assert_snapshot!(telegram_text(&notice(&story)), @"
    🟡 Hi Alma, you stay Gold at Nordbo until a person there has answered you

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    No time runs while you wait. Whatever they answer, you have 12 days left then.
    Your words: “the link was down on Monday”.

    Your posts, your deals and what you are paid stay as they are.

    data 00:00 · #0000
    [Suggest another way]
    [My numbers] [Why]
    ");
    let asked = team(&story);
    assert_eq!(asked.len(), 2, "the notice, and the question: {asked:?}");
    insta::assert_snapshot!(asked[1], @"
    🟡 Alma Lind objects to losing Gold. Nothing changes until one of you answers

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 00:00, in their direct message.
    The creator said 00:00 that something is wrong: “the link was down on Monday”
    Gold stays until one of you decides. If the notice stands, the creator has the rest of the time before Silver.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 13 Mar. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v1 · plain threshold · data 00:00 · #0000
    [Keep Gold] [Stand by it]
    [Suggest another way]
    [Why] [I've got it] [Snooze 6 h]
    ");

    // Long after grace would have been over nothing has happened, because nobody has answered.
    story.wait(13 * 86_400).await;
    posts(&mut story, 63).await;
    story.wait(60).await;
    assert_eq!(level(&story).await.0, "Gold");

    let question = about_her(&story).remove(1);
    let (_, refused) = story.presses(cast.outsider, &question, "Keep Gold").await;
    assert!(refused.contains("do not know you"), "{refused}");
    let (_, answer) = story.presses(cast.maja, &question, "Keep Gold").await;
    insta::assert_snapshot!(answer, @"Noted: Gold stays. The creator is told.");
    story.wait(5).await;
    let last = to_alma(&story).pop().expect("a message");
    insta::assert_snapshot!(telegram_text(&last), @"
    🟢 Hi Alma, you keep Gold at Nordbo. Nothing has changed

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    A person at Nordbo looked at it and decided so.

    data 00:00 · #0000
    [My numbers] [Why]
    ");
    assert_eq!(level(&story).await, ("Gold".to_owned(), 1, "terminal:story".to_owned()));
    let decided = story.journal("level_kept").await;
    assert_eq!(decided.len(), 1);
    assert_eq!(decided[0].0, "maja");
    let (_, again) = story.presses(cast.maja, &about_her(&story)[0].clone(), "Why").await;
    assert!(!again.contains("Stand by"), "{again}");
    for message in story.on_discord() {
        assert!(!discord_text(&message).contains("Stand by"), "nothing is left to decide");
    }
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn grace_runs_out_and_the_level_changes_until_it_is_given_back() {
    let mut story = with_alma().await;
    let cast = story.world.cast;
    posts(&mut story, 63).await;
    story.wait(5).await;
    let told_at = notice(&story).sent_at;
    for day in 1..=12 {
        story.wait(86_400).await;
        posts(&mut story, 63).await;
        if day < 12 {
            assert_eq!(level(&story).await.0, "Gold", "day {day}");
        }
    }
    story.wait(120).await;
    assert_eq!(level(&story).await, ("Silver".to_owned(), 2, "rule:gold-clicks".to_owned()));
    let changed = to_alma(&story).pop().expect("a message");
    assert!(SignedDuration::from_hours(12 * 24) <= changed.sent_at.duration_since(told_at));
    insta::assert_snapshot!(telegram_text(&changed), @"
    🟡 Hi Alma, your level at Nordbo is Silver now. Deals you have signed keep their terms

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Deals agreed after 13 Mar have 12 % commission instead of 15 %. Deals already signed, and orders already made, keep 15 %.

    The way back: meet what Gold asks for. It is looked at every day, and then a person at Nordbo is asked to give it back.

    data Thu 00:00 · #0000
    [My numbers] [Why]
    ");
    insta::assert_snapshot!(team(&story).pop().expect("a message"), @"
    🟡 Alma Lind went from Gold to Silver at Nordbo. Signed deals keep their terms

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Deals agreed after 13 Mar have 12 % commission instead of 15 %. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v1 · plain threshold · data Thu 00:00 · #0000
    [Why]
    ");

    // The same file again changes nothing; a file that says otherwise does.
    let file = Path::new("club.toml").to_path_buf();
    let again = |text: String| {
        let documents = Documents::from_toml(&text).expect("documents").into_list();
        Given { documents: documents.map(|one| (file.clone(), one)).collect(), rules: Vec::new() }
    };
    apply(story.world.core(), again(CLUB.to_owned()), "terminal:story", false).await.expect("applied");
    assert_eq!(level(&story).await.0, "Silver", "a file applied again undoes nothing");

    // She meets what is asked again: a person gives the level back.
    posts(&mut story, 120).await;
    story.wait(86_400).await;
    posts(&mut story, 120).await;
    story.wait(86_400).await;
    let question = about_her(&story).pop().expect("a question");
    insta::assert_snapshot!(telegram_text(&question), @"
    🔵 Alma Lind meets what Gold asks for again: 12.0, asked for 9.0 or more. Give it back?

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (378 link clicks, 60,000 views). Before that: 11.2. Now: 12.0.

    Silver stays until one of you decides.

    gold-clicks v1 · plain threshold · data Fri 00:02 · #0000
    [Back to Gold] [Not now]
    [Why]
    ");
    let (_, answer) = story.presses(cast.maja, &question, "Back to Gold").await;
    insta::assert_snapshot!(answer, @"Noted: Gold from now on. The creator is told.");
    story.wait(5).await;
    assert_eq!(level(&story).await, ("Gold".to_owned(), 3, "chat:maja".to_owned()));
    insta::assert_snapshot!(telegram_text(&to_alma(&story).pop().expect("a message")), @"
    🟢 Hi Alma, you are Gold at Nordbo again

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Deals agreed from now on have 15 % commission again.

    #0000
    [My numbers] [Why]
    ");
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_meets_the_criterion_again_keeps_the_level() {
    let mut story = with_alma().await;
    posts(&mut story, 63).await;
    story.wait(5).await;
    story.wait(86_400).await;
    posts(&mut story, 95).await;
    story.wait(5).await;
    insta::assert_snapshot!(telegram_text(&to_alma(&story).pop().expect("a message")), @"
    🟢 Hi Alma, you keep Gold at Nordbo. Nothing has changed

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (378 link clicks, 60,000 views). Before that: 11.2. Now: 9.5.

    You meet what is asked again. The notice is over.

    data 00:00 · #0000
    [My numbers] [Why]
    ");
    assert!(team(&story)[0].starts_with("🟢 Alma Lind keeps Gold"), "{}", team(&story)[0]);
    story.wait(13 * 86_400).await;
    assert_eq!(level(&story).await.0, "Gold");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_chat_a_person_tells_and_says_so() {
    let mut story = begin().await;
    story.begin_here();
    let cast = story.world.cast;
    posts(&mut story, 63).await;
    story.wait(5).await;
    let shown = about_her(&story).remove(0);
    insta::assert_snapshot!(telegram_text(&shown), @"
    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    There is no chat with the creator. Send them the text yourself; time runs once one of you says it is done.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 13 Mar. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v1 · plain threshold · data 00:00 · #0000
    [Text to send] [I have told them]
    [Why] [I've got it] [Snooze 6 h]
    ");
    story.wait(13 * 86_400).await;
    posts(&mut story, 63).await;
    story.wait(60).await;
    assert_eq!(level(&story).await.0, "Gold", "no time runs before she was told");
    let before = story.world.telegram.messages(cast.team_chat).len();
    story.presses(cast.maja, &shown, "Text to send").await;
    let said = story.world.telegram.messages(cast.team_chat).into_iter().skip(before);
    let text = said.filter(|shown| shown.text.starts_with("Copy this")).last().expect("the text");
    insta::assert_snapshot!(text.text, @"
    Copy this, send it, then say that you have told them

    🟡 Hi Alma, your level at Nordbo may go from Gold to Silver on 26 Mar. Nothing has changed yet

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 26 Mar. Deals already signed, and orders already made, keep 15 %.

    You keep Gold with 288 link clicks from your next 2 posts (about 14.4 per 1,000 at your usual 10,000 views). You did that in 0 of your last 18.

    Something wrong or unfair? Answer this message before 26 Mar: a person at Nordbo reads it. Until they have answered, you stay Gold and no time runs.

    data 00:00 · #0000
    ");
    let (_, answer) = story.presses(cast.maja, &shown, "I have told them").await;
    insta::assert_snapshot!(answer, @"Noted: the creator has been told, and time runs from now.");
    assert_eq!(story.journal("level_told").await[0].0, "maja");
    story.wait(12 * 86_400).await;
    assert_eq!(level(&story).await.0, "Gold", "old numbers decide nothing");
    posts(&mut story, 63).await;
    story.wait(7 * 3_600).await;
    assert_eq!(level(&story).await.0, "Silver");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_at_each_step_repeats_nothing_and_skips_nothing() {
    let mut story = with_alma().await;
    let cast = story.world.cast;
    // Committed, and the program ends before she was told.
    posts(&mut story, 63).await;
    assert!(to_alma(&story).iter().all(|shown| !shown.text.contains("What we look at")), "nothing is told yet");
    let mut story = story.again(restart).await;
    story.wait(30).await;
    let told = notice(&story);
    assert_eq!(about_her(&story).len(), 1);
    // Told, and the program ends before it knows of the clock.
    let mut story = story.again(restart).await;
    story.wait(30).await;
    story.presses(cast.alma, &told, "Something is wrong").await;
    // Objected, and the program ends before anybody has answered.
    let mut story = story.again(restart).await;
    story.wait(5 * 86_400).await;
    let question = about_her(&story).pop().expect("a question");
    story.presses(cast.maja, &question, "Stand by it").await;
    let mut story = story.again(restart).await;
    story.wait(30).await;
    let answered = to_alma(&story).pop().expect("an answer");
    assert!(answered.text.contains("stands by the notice"), "{}", answered.text);
    for _ in 0..12 {
        let mut again = story.again(restart).await;
        assert_eq!(level(&again).await.0, "Gold");
        again.wait(86_400).await;
        posts(&mut again, 63).await;
        story = again;
    }
    story.wait(60).await;
    assert_eq!(level(&story).await, ("Silver".to_owned(), 2, "rule:gold-clicks".to_owned()));
    let deeds = ["level_told", "level_appealed", "level_stood_by", "level_lowered", "level_changed"];
    for deed in deeds {
        assert_eq!(story.journal(deed).await.len(), 1, "{deed} once");
    }
    let count = |part: &str| to_alma(&story).iter().filter(|shown| shown.text.contains(part)).count();
    assert_eq!(
        (count("is Silver now"), count("stands by the notice")),
        (2, 1),
        "the notice as it ended, and its own message"
    );
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_to_a_chat_later_is_told_there_and_time_runs_from_then() {
    let mut story = begin().await;
    story.begin_here();
    posts(&mut story, 63).await;
    story.wait(5).await;
    assert_eq!(about_her(&story).len(), 1, "the team at once, because there is nobody to wait for");
    let alma = story.world.cast.alma;
    story.wait(2 * 86_400).await;
    story.starts(alma, Role::Creator, "Alma Lind", Some("lind")).await;
    story.wait(10).await;
    let told = notice(&story);
    assert!(told.text.contains("on 15 Mar"), "{}", told.text);
    assert_eq!(story.journal("level_told").await.len(), 1);
    let text = team(&story).remove(0);
    assert!(text.contains("The creator was told") && !text.contains("I have told them"), "{text}");
    let direct = story.world.telegram.private_chat(alma);
    let criteria = story.says(direct, alma, "criteria").await;
    insta::assert_snapshot!(criteria, @"
    Alma, what your levels ask for

    Nordbo: Gold since 1 Jan
    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    A notice is open: Silver at the earliest on 15 Mar.
    What we look at: link clicks on Web per 1,000 views, in 24 hours. Gold: 9.0 or more.

    You are told before anything changes, and a person answers if you object.
    ");
    story.world.stop().await;
}
