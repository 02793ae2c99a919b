//! The client's room, a confirmation that is one person's, and names that would be more than names: through the emulators,
//! which have limits and markup rules of their own.

use plimsoll::domain::person::Role;
use plimsoll::sim::discord::Pings;
use plimsoll::sim::telegram::{NewUser, Standing};

use super::story::{Story, discord_text, telegram_text};

const CLIENTS: &str = r#"
[[room]]
id = "nordbo-client"
brand = "nordbo"
audience = "client"
locale = "en"
zone = "Europe/Stockholm"
"#;

fn has_money(text: &str) -> bool {
    text.contains('€') || text.contains("EUR")
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one story, from an alert to its being taken back")]
async fn a_client_reads_what_was_shown_to_them_and_confirms_only_their_own_questions() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    story.apply(CLIENTS).await;
    let telegram = story.world.telegram.clone();
    let carl = telegram.add_user(NewUser::named("Carl", "en"));
    let cora = telegram.add_user(NewUser::named("Cora", "en"));
    let room = telegram.add_supergroup("Nordbo client", cast.maja, false).expect("a group");
    telegram.add_bot(room, cast.maja).expect("added");
    for user in [carl, cora] {
        telegram.set_standing(room, user, Standing::Member).expect("a member");
    }
    story.starts(carl, Role::ClientOwner, "Carl", None).await;
    story.starts(cora, Role::ClientOwner, "Cora", None).await;
    let code = story.world.room_code("nordbo-client").await.expect("a code");
    story.says(room, cast.maja, &format!("/bind {code}")).await;
    let theirs = |from: usize| -> Vec<plimsoll::sim::telegram::Shown> {
        telegram.messages(room).into_iter().skip(from).filter(|shown| shown.from_bot).collect()
    };
    let begun = telegram.messages(room).len();

    story.fires("alma").await;
    assert!(theirs(begun).is_empty(), "nobody has shown it to them");
    let refused = story.journal("refused").await.len();
    let alert = story.on_telegram().remove(0);
    let number =
        alert.text.split('#').nth(1).and_then(|rest| rest.split_whitespace().next()).expect("an id").to_owned();
    let told = story.says(room, carl, &format!("/why {number}")).await;
    assert_eq!(told, "There is nothing about this in this room.");
    assert_eq!(story.journal("refused").await.len(), refused + 1, "a refusal is journaled");

    story.presses(cast.maja, &alert, "Show the client").await;
    story.wait(5).await;
    let begun = telegram.messages(room).len() - 1;
    let shown = theirs(begun).remove(0);
    let text = telegram_text(&shown);
    assert!(text.contains("Alma") && !has_money(&text), "{text}");
    assert!(shown.photo.is_none(), "the chart is of costs");
    assert!(!text.contains("Show the client") && !text.contains("Snooze"), "{text}");
    let team = telegram_text(&story.on_telegram().remove(0));
    assert!(team.contains("The client reads this too: Maja") && team.contains("[Hide from client]"), "{team}");

    // Their own words and buttons: no amount anywhere, in their room and alone with the bot.
    let direct = telegram.private_chat(carl);
    for chat in [room, direct] {
        for line in [
            "/status",
            "/why alma",
            "/benchmark alma",
            "/rules",
            "/backtest cpa-stop",
            "/rule cpa-stop",
            "/pause alma",
            "/pause alma-winter",
        ] {
            let said = story.says(chat, carl, line).await;
            assert!(!said.is_empty() && !has_money(&said), "{line}: {said}");
        }
    }
    let asks =
        || theirs(begun).into_iter().rfind(|one| one.buttons.concat().iter().any(|label| label.starts_with("Yes")));
    let all = || theirs(begun).iter().map(telegram_text).collect::<Vec<_>>().join("\n==\n");
    let question = asks().unwrap_or_else(|| panic!("no question before anything stops: {}", all()));
    assert!(question.text.contains("within 2 minutes"), "{}", question.text);
    let (_, answer) = story.presses(cora, &question, "Yes").await;
    assert!(answer.starts_with("Only whoever asked can confirm this"), "{answer}");
    assert_eq!(story.boost("boost-alma"), "active");
    story.wait(130).await;
    let (_, answer) = story.presses(carl, &question, "Yes").await;
    assert!(answer.contains("too old"), "{answer}");
    assert_eq!(story.boost("boost-alma"), "active", "a question that has expired does nothing");
    story.says(room, carl, "/pause alma-winter").await;
    let question = asks().expect("the question anew");
    story.presses(carl, &question, "Yes").await;
    story.wait(10).await;
    assert_eq!(story.boost("boost-alma"), "paused");

    let (_, answer) = story.presses(cast.maja, &story.on_telegram().remove(0), "Hide").await;
    assert!(answer.contains("no longer shown"), "{answer}");
    story.wait(5).await;
    let taken = telegram.messages(room).into_iter().find(|one| one.message_id == shown.message_id).expect("there");
    assert!(taken.text.contains("has taken this alert back") && taken.buttons.is_empty(), "{}", taken.text);
    story.assert_polite();
    story.world.stop().await;
}

/// Names, remarks and posts as somebody writes them who means harm, or only likes symbols.
const HOSTILE: [&str; 6] = [
    "<b>Alma</b> &lt; **x** _y_ ~~z~~ `c` ||s|| [a](https://evil.example)",
    "@everyone @here <@1> <@&2> <#3> <t:1772366400:R> </help:1> @maja @durov",
    "\\u202Etxt.exe\\u202C \\u2066x\\u2069 A\\u200Bl\\u00ADm\\u2062a \\uFEFF",
    "👩\\u200D👩\\u200D👧🇸🇪👍🏽 e\\u0301\\u0323 क्षि שלום نص",
    "# head - list > quote -# small 1. one",
    "<a href=\\\"tg://user?id=1\\\">you</a><tg-spoiler>x</tg-spoiler>&#60;",
];

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_and_remarks_are_shown_as_text_and_call_nobody() {
    for hostile in HOSTILE {
        let mut story = Story::begin(7, &["alma"]).await;
        let cast = story.world.cast;
        story.apply(&format!("[[creator]]\nid = \"alma\"\nname = \"{hostile}\"\n")).await;
        story.fires("alma").await;
        let alert = story.on_telegram().remove(0);
        let number =
            alert.text.rsplit('#').next().and_then(|rest| rest.split_whitespace().next()).expect("an id").to_owned();
        let plain = hostile.replace("\\\"", "\"");
        let long = plain.repeat(10_000 / plain.chars().count());
        let note: String = long.chars().take(3_500).collect();
        story.says(cast.team_chat, cast.maja, &format!("/note {number} {note}")).await;
        for line in ["/status", "/why alma", "/pause alma", "/pause alma-winter", "/benchmark alma"] {
            let said = story.says(cast.team_chat, cast.maja, line).await;
            assert!(!said.is_empty(), "{line} of {hostile}");
        }
        story.says(cast.team_chat, cast.maja, &format!("/status {note}")).await;
        for shown in story.on_telegram() {
            let kinds: Vec<&str> = shown.entities.iter().map(|entity| entity.kind.as_str()).collect();
            let ours = ["bold", "code", "bot_command", "url", "hashtag", "cashtag", "email", "phone_number"];
            assert!(kinds.iter().all(|kind| ours.contains(kind)), "{kinds:?} in {}", shown.text);
            assert!(
                !shown.text.contains(['\u{202e}', '\u{2066}', '\u{200b}', '\u{ad}', '\u{feff}']),
                "{:?}",
                shown.text
            );
        }
        let told = story.on_discord();
        assert!(!told.is_empty());
        for message in told {
            assert_eq!(message.pings, Pings::default(), "{}", discord_text(&message));
        }
        story.assert_polite();
        story.world.stop().await;
    }
}
