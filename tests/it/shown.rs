//! What Discord offers while somebody types: only names that they could ask about there.

use plimsoll::domain::person::Role;
use plimsoll::sim::discord::{ChannelKind, Given, Outcome, Snowflake};

use super::story::Story;

const OTHERS: &str = r#"
[[brand]]
id = "kaffa"
name = "Kaffa"
zone = "UTC"
currency = "EUR"

[[creator]]
id = "zoe"
name = "Zoe W"
zone = "UTC"

[[campaign]]
id = "roast"
name = "Roast"
brand = "kaffa"
goal = "sales"
starts = 2026-02-01
ends = 2026-06-30

[[partnership]]
campaign = "roast"
creator = "zoe"

[[deliverable]]
partnership = "roast/zoe"
id = "reel-1"
platform = "instagram"
format = "reel"
fee = "100.00 EUR"
due = 2026-05-01

[[deliverable]]
partnership = "winter/bo"
id = "reel-1"
platform = "instagram"
format = "reel"
fee = "100.00 EUR"
due = 2026-05-01

[[deliverable]]
partnership = "winter/alma"
id = "reel-1"
platform = "instagram"
format = "reel"
fee = "100.00 EUR"
due = 2026-05-01

[[room]]
id = "nordbo-client"
brand = "nordbo"
audience = "client"
locale = "en"
zone = "UTC"
"#;

/// Whoever works with the brand, and its campaigns.
const NORDBO: [&str; 10] = ["alma", "bo", "cleo", "dario", "elin", "faye", "gus", "hedda", "spring", "winter"];

/// What somebody is offered, as it would be sent.
async fn typed(story: &mut Story, (user, channel): (Snowflake, Snowflake), command: &str, option: &str) -> Vec<String> {
    let sim = story.world.discord.clone();
    // Discord hands over what was filled in before it.
    let mut given: Vec<(&str, Given)> = Vec::new();
    match (command, option) {
        ("why-not", "rule") => given.push(("subject", Given::Text("alma".to_owned()))),
        ("hold", "deliverable") => given.push(("what", Given::Text("alma".to_owned()))),
        _ => {}
    }
    given.push((option, Given::Text(String::new())));
    let asked = sim.autocomplete(user, channel, command, &given, option).expect("typed");
    story.wait(2).await;
    match sim.outcome(asked).expect("an outcome") {
        Outcome::Choices(all) => all.iter().filter_map(|one| one.value.as_str().map(str::to_owned)).collect(),
        other => panic!("{other:?}"),
    }
}

fn guild(story: &Story) -> Snowflake {
    let team = story.world.cast.team_channel;
    let found = story.world.discord.channels().into_iter().find(|one| one.id == team).map(|one| one.kind);
    let Some(ChannelKind::Text { guild }) = found else { panic!("the team's channel is in a guild") };
    guild
}

async fn joins(story: &mut Story, role: Role, name: &str, creator: Option<&str>) -> Snowflake {
    let sim = story.world.discord.clone();
    let user = sim.create_user(name, "en-GB");
    sim.add_member(guild(story), user, &[]).expect("a member");
    let code = story.world.role_code(role, name, creator).await.expect("a code");
    let direct = sim.dm(user);
    story.slash(user, direct, "link", &[("code", Given::Text(code))]).await;
    user
}

async fn bound(story: &mut Story, room: &str) -> Snowflake {
    let sim = story.world.discord.clone();
    let cast = story.world.cast;
    let channel = sim.create_channel(guild(story), room);
    let code = story.world.room_code(room).await.expect("a code");
    story.slash(cast.jonas, channel, "bind", &[("code", Given::Text(code))]).await;
    channel
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_offered_a_name_that_is_not_theirs_to_see() {
    let mut story = Story::begin(7, &["alma", "bo"]).await;
    let cast = story.world.cast;
    story.apply(OTHERS).await;
    let carl = joins(&mut story, Role::ClientOwner, "Carl", None).await;
    let alma = joins(&mut story, Role::Creator, "Alma", Some("alma")).await;
    let client = bound(&mut story, "nordbo-client").await;
    let sim = story.world.discord.clone();
    let (carls, almas) = (sim.dm(carl), sim.dm(alma));

    // The team of one brand sees that brand's, and its own rules.
    let team = typed(&mut story, (cast.jonas, cast.team_channel), "status", "subject").await;
    assert_eq!(team, NORDBO);
    let pieces = typed(&mut story, (cast.jonas, cast.team_channel), "hold", "deliverable").await;
    assert!(pieces.iter().any(|one| one == "winter/bo/reel-1"), "{pieces:?}");
    assert!(!pieces.iter().any(|one| one.starts_with("roast/")), "{pieces:?}");
    let rules = typed(&mut story, (cast.jonas, cast.team_channel), "why-not", "rule").await;
    assert!(rules.contains(&"cpa-stop".to_owned()), "{rules:?}");

    // A client: their brand's, no rule, and nobody of the agency.
    for place in [client, carls] {
        assert_eq!(typed(&mut story, (carl, place), "status", "subject").await, NORDBO);
        assert_eq!(typed(&mut story, (carl, place), "why-not", "rule").await, Vec::<String>::new());
        let people = typed(&mut story, (carl, place), "grant", "person").await;
        assert!(people.contains(&"carl".to_owned()) && !people.contains(&"maja".to_owned()), "{people:?}");
        let reaches = typed(&mut story, (carl, place), "grant", "reach").await;
        assert_eq!(reaches, ["brand/nordbo", "campaign/spring", "campaign/winter"]);
    }

    // A creator: herself, where she is alone.
    for place in [almas] {
        assert_eq!(typed(&mut story, (alma, place), "status", "subject").await, ["alma", "spring", "winter"]);
        let pieces = typed(&mut story, (alma, place), "hold", "deliverable").await;
        assert!(pieces.iter().any(|one| one == "winter/alma/reel-1"), "{pieces:?}");
        assert!(pieces.iter().all(|one| one.split('/').nth(1) == Some("alma")), "{pieces:?}");
        for (command, option) in [("why-not", "rule"), ("grant", "person"), ("grant", "reach")] {
            assert_eq!(typed(&mut story, (alma, place), command, option).await, Vec::<String>::new(), "{command}");
        }
    }
    assert_eq!(typed(&mut story, (alma, client), "status", "subject").await, Vec::<String>::new());

    // Outsiders, and a channel that is no room: nothing.
    let elsewhere = sim.create_channel(guild(&story), "elsewhere");
    assert_eq!(typed(&mut story, (cast.jonas, elsewhere), "status", "subject").await, Vec::<String>::new());
    let stranger = sim.create_user("Stranger", "en-GB");
    sim.add_member(guild(&story), stranger, &[]).expect("a member");
    assert_eq!(typed(&mut story, (stranger, cast.team_channel), "status", "subject").await, Vec::<String>::new());

    // What was probably meant is nobody else's name either.
    let said = story.slash(alma, almas, "status", &[("subject", Given::Text("zoes".to_owned()))]).await;
    assert!(!said.contains("zoe?") && !said.contains("“zoe”"), "{said}");
    let said = story.slash(alma, almas, "status", &[("subject", Given::Text("almas".to_owned()))]).await;
    assert!(said.contains("say “me”"), "{said}");
    story.world.stop().await;
}
