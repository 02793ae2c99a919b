//! One person's desk, and who did what: through the emulators, on virtual time.

use plimsoll::app::audit::{Question, Sight, find};
use plimsoll::domain::ids::{BrandId, PersonId};
use plimsoll::domain::person::{Reach, Role};
use plimsoll::sim::discord::Given as Typed;
use plimsoll::sim::telegram::NewUser;

use super::story::{Story, telegram_text};

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_decides_and_everybody_sees_it() {
    let mut story = Story::begin(7, &["alma", "bo"]).await;
    let cast = story.world.cast;
    let own = story.world.telegram.private_chat(cast.maja);
    insta::assert_snapshot!(story.says(own, cast.maja, "/desk").await, @"Inget väntar på dig");
    story.report(&[("alma", 12_000, 1), ("bo", 9_000, 1)]).await;
    story.wait(5).await;
    story.says(own, cast.maja, "/desk").await;
    let desk = story.world.telegram.messages(own).into_iter().rfind(|one| one.from_bot).expect("the desk");
    insta::assert_snapshot!(telegram_text(&desk), @"
    2 beslut, 6 120 € att spara, det första senast mån 00:00

    1. senast mån 00:00: Stoppa boost bo-winter −3 480 € · Bo · #KRVQ
    2. senast mån 00:00: Stoppa boost alma-winter −2 640 € · Alma · #0000

    Inget stoppas förrän du trycker. Varje rum hos varumärket ser vad du beslutar.
    [1. Stoppa boost bo-winter −3 480 €] [1. Låt den rulla] [1. Varför]
    [2. Stoppa boost alma-winter −2 640 €] [2. Låt den rulla] [2. Varför]
    ");
    let (_, answer) = story.presses(cast.maja, &desk, "1. Stop").await;
    insta::assert_snapshot!(answer, @"Ja noterat för #KRVQ. Larmet visar när plattformen har bekräftat.");
    story.wait(20).await;
    assert!(story.on_discord().iter().any(|one| one.content.contains("boost stopped")), "every room sees it");
    // A desk is nobody else's: forwarded into the group its buttons are only a picture; said there it is refused.
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/desk").await, @"Say this in a direct message to me; the answer is only for you.");
    // Who may not decide any more is refused by the same buttons.
    let brand = BrandId::new("nordbo").expect("an id");
    let maja = PersonId::new("maja").expect("an id");
    let held = story.world.clock.hold("revoke");
    let reach = Reach::Brand(brand);
    let done = plimsoll::app::people::revoke(story.world.core(), &maja, Role::Agency, &reach, "terminal:story").await;
    assert_eq!(done.expect("kept"), Ok(()));
    drop(held);
    let (_, answer) = story.presses(cast.maja, &desk, "2. Stop").await;
    insta::assert_snapshot!(answer, @"Din roll tillåter inte det här. Fråga byrån eller uppdragsgivaren.");
    story.assert_polite();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_says_who_did_what_and_clients_see_what_was_decided() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    let paying = story.world.telegram.add_user(NewUser::named("Vera", "en"));
    story.starts(paying, Role::ClientOwner, "Vera", None).await;
    story.fires("alma").await;
    let shown = story.on_telegram().remove(0);
    story.presses(cast.maja, &shown, "I've got it").await;
    story.says(cast.team_chat, cast.maja, "/note alma she costs us 4,000 a month #roadblock").await;
    let message = story.on_discord().remove(0);
    story.clicks(cast.jonas, &message, "Stop boost").await;
    story.wait(20).await;
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/audit alma").await, @"
    Who did what about alma, the newest first

    00:00 Plimsoll did it, and the platform says so: Stop boost alma-winter · Alma · Winter Warmers · #0000
    00:00 Jonas agreed: Stop boost alma-winter · Alma · Winter Warmers · #0000
    00:00 Maja noted · Alma · “she costs us 4,000 a month”
    00:00 Maja took the alert · Alma · Winter Warmers · #0000
    00:00 terminal:story changed the documents · Alma · Winter Warmers
    00:00 terminal:demo changed the documents · Alma · Spring Launch
    00:00 terminal:demo changed the documents · Alma

    As a file, in the terminal: plimsoll audit --csv
    ");
    insta::assert_snapshot!(story.slash(cast.jonas, cast.team_channel, "audit", &[("about", Typed::Text("jonas".into()))]).await, @r"
    Who did what about jonas, the newest first
    00:00 **Jonas** agreed: Stop boost alma-winter · Alma · Winter Warmers · \#0000

    As a file, in the terminal: `plimsoll audit --csv`
    ");
    let hers = story.world.telegram.private_chat(paying);
    let client = story.says(hers, paying, "/audit").await;
    insta::assert_snapshot!(client, @"
    Who did what, the newest first

    00:00 Plimsoll did it, and the platform says so: Stop boost alma-winter · Alma · Winter Warmers
    00:00 Jonas agreed: Stop boost alma-winter · Alma · Winter Warmers

    What was decided and done for you; people's own words stay with the team.
    ");
    // Nobody has shown them the alert: what came of it is told, and not that there was one.
    assert!(!client.contains("4,000") && !client.contains("roadblock"), "people's own words stay with the team");
    // A creator is nobody who audits.
    story.starts(cast.alma, Role::Creator, "Alma", Some("alma")).await;
    let direct = story.world.telegram.private_chat(cast.alma);
    insta::assert_snapshot!(story.says(direct, cast.alma, "/audit").await, @"Your role does not allow this. Ask the agency or the client owner.");
    let all = find(story.world.core(), &Sight::all(), &Question::default()).await.expect("read");
    let numbers: Vec<u64> = all.iter().map(|one| one.number).collect();
    assert!(numbers.is_sorted_by(|newer, older| newer > older), "the newest first, each once");
    assert!(all.iter().any(|one| one.line.deed == "grant_given" || one.line.deed == "code_used"));
    assert!(all.iter().all(|one| one.entry.deed != "delivery_attempted"), "what the program notes is no deed");
}
