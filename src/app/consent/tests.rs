//! Several people have to agree: each once, by what they may at the moment it counts.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::app::act::{self, Hands};
use crate::app::apply::{Given, apply};
use crate::app::config::Config;
use crate::app::listen::permitted;
use crate::app::people::Speaker;
use crate::domain::document::Documents;
use crate::domain::person::{Address, Chat, Grant, Identity, Person, Role};
use crate::store::memory::MemoryStore;
use crate::store::records::scan_all;
use crate::time::Clock;
use crate::words::phrase::plain;
use crate::words::wording::Reader;

const WORLD: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "Europe/Stockholm"
currency = "EUR"
quorum = { above = "1000.00 EUR", people = 2, roles = ["agency", "client_owner"] }
[[campaign]]
id = "spring"
brand = "nordbo"
starts = 2026-03-01
ends = 2026-06-30
[[creator]]
id = "alma"
name = "Alma Lind"
[[partnership]]
campaign = "spring"
creator = "alma"
[[boost]]
id = "large"
partnership = "spring/alma"
source = "meta_ads"
ref = "1"
budget = "5000.00 EUR"
[[boost]]
id = "small"
partnership = "spring/alma"
source = "meta_ads"
ref = "2"
budget = "900.00 EUR"
"#;

const PEOPLE: [(&str, Role); 4] =
    [("maja", Role::Agency), ("carl", Role::ClientOwner), ("olle", Role::Agency), ("mia", Role::Manager)];

fn grant(person: &str, role: Role) -> Grant {
    Grant {
        person: person.parse().expect("an id"),
        role,
        reach: Reach::Brand("nordbo".parse().expect("an id")),
        by: "terminal:test".to_owned(),
        at: Timestamp::UNIX_EPOCH,
    }
}

fn who(id: &str) -> Person {
    let identity = Identity { chat: Chat::Telegram, user: id.to_owned() };
    let (id, name) = (id.parse().expect("an id"), id.to_owned());
    Person { id, name, identities: vec![identity], creator: None, locale: None }
}

async fn world() -> Arc<Core> {
    let (clock, _driver) = Clock::simulated("2026-03-20T12:00:00Z".parse().expect("an instant"));
    let config = Config::load(None, &[]).expect("the defaults");
    let core = Core::open(clock, Arc::new(MemoryStore::new()), config, 1).await.expect("opens");
    let file = Path::new("world.toml").to_path_buf();
    let documents = Documents::from_toml(WORLD).expect("documents").into_list();
    let documents = documents.map(|one| (file.clone(), one)).collect();
    apply(&core, Given { documents, rules: Vec::new() }, "terminal:test", false).await.expect("applied");
    let mut state = core.state.lock().await;
    state.catalog.grants = PEOPLE.iter().map(|(id, role)| grant(id, *role)).collect();
    for (id, _) in PEOPLE {
        state.catalog.people.insert(id.parse().expect("an id"), who(id));
    }
    drop(state);
    core
}

/// Somebody says something and is sure of it.
async fn says(core: &Core, id: &str, text: &str) -> String {
    let person = who(id);
    let identity = person.identities[0].clone();
    let address = Address { chat: Chat::Telegram, place: id.to_owned(), topic: None, guild: None };
    let speaker = Speaker { identity, name: id.to_owned(), locale: None, address, direct: true };
    let reader = Reader::new("en", "UTC");
    let asked =
        Asked { person: Some(person), speaker, audience: Audience::Internal, reader, confirmed: true, file: None };
    let command = parse(text).expect("a command");
    plain(&permitted(core, None, &asked, None, command).await.expect("an answer").message)
}

async fn newest(core: &Core) -> Proposal {
    scan_all::<Proposal>(&*core.store).await.expect("proposals").pop().expect("one").value
}

fn agreed(proposal: &Proposal) -> Vec<&str> {
    proposal.agreed.iter().map(|one| one.person.as_str()).collect()
}

#[tokio::test]
async fn a_small_amount_needs_one_person() {
    let core = world().await;
    says(&core, "mia", "pause small").await;
    assert!(matches!(newest(&core).await.stage, ProposalStage::Approved { .. }));
}

#[tokio::test]
async fn a_large_amount_needs_two_different_people_of_the_roles_that_count() {
    let core = world().await;
    insta::assert_snapshot!(says(&core, "mia", "pause large").await, @"Above €1,000 that needs 2 people, and your role here is not among those that count. Nothing has changed.");
    assert!(scan_all::<Proposal>(&*core.store).await.expect("proposals").is_empty(), "a yes that does not count");
    insta::assert_snapshot!(says(&core, "maja", "pause large").await, @"1 of 2 have agreed: maja. It is done when one more person agrees; a second yes of yours does not count.");
    let again = says(&core, "maja", "pause large").await;
    let waiting = newest(&core).await;
    assert!(matches!(waiting.stage, ProposalStage::Proposed { .. }), "{again}");
    assert_eq!(agreed(&waiting), ["maja"], "the same person twice counts once");
    insta::assert_snapshot!(says(&core, "carl", "pause large").await, @"Stopping large. You are told when the platform has confirmed it.");
    let done = newest(&core).await;
    assert!(matches!(&done.stage, ProposalStage::Approved { by, .. } if by == "maja + carl"), "{:?}", done.stage);
    assert_eq!(done.number, waiting.number, "one wish, one proposal");
}

#[tokio::test]
async fn a_yes_revoked_before_the_doing_does_not_count() {
    let core = world().await;
    says(&core, "maja", "pause large").await;
    says(&core, "carl", "pause large").await;
    core.state.lock().await.catalog.grants.retain(|grant| grant.person.as_str() != "maja");
    act::round(&core, &Hands::default()).await.expect("acts");
    let waiting = newest(&core).await;
    assert!(matches!(waiting.stage, ProposalStage::Proposed { .. }), "{:?}", waiting.stage);
    assert_eq!(agreed(&waiting), ["carl"]);
    says(&core, "olle", "pause large").await;
    assert_eq!(agreed(&newest(&core).await), ["carl", "olle"]);
    act::round(&core, &Hands::default()).await.expect("acts");
    let after = newest(&core).await;
    assert!(
        !matches!(after.stage, ProposalStage::Proposed { .. } | ProposalStage::Approved { .. }),
        "{:?}",
        after.stage
    );
}
