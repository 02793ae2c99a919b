//! Every promise that was given to the outside, held against what the store keeps.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use plimsoll::app::groups;
use plimsoll::app::links::CutLink;
use plimsoll::app::records::InboxRecord;
use plimsoll::domain::action::{Proposal, ProposalStage};
use plimsoll::domain::person::Chat;
use plimsoll::outbox::delivery::{Delivery, State};
use plimsoll::outbox::incident::{Happened, Incident, Stage};
use plimsoll::outbox::notice::{About, Notice};
use plimsoll::sim::discord::Outcome;
use plimsoll::sim::telegram::Shown;
use plimsoll::store::Store;
use plimsoll::store::records::{read_journal, scan_all};

use super::acts;
use super::town::{ROOMS, Town, alerts, discord_text, incident_of, telegram_text};

/// The sentence of a message that may be a repeat.
const MARK: &str = "you may have seen this already";

/// Buttons that decide about what is proposed.
const DECIDES: [&str; 4] = ["Stop boost", "End code", "Cut link", "Keep it"];

/// What the store keeps.
#[derive(Clone)]
pub struct Kept {
    pub incidents: BTreeMap<String, Incident>,
    pub deliveries: Vec<Delivery>,
    /// Members of each group.
    groups: BTreeMap<String, Vec<String>>,
    pub proposals: BTreeMap<u64, Proposal>,
    pub inbox: Vec<InboxRecord>,
    /// Incidents that the journal says have fired.
    fired: Vec<String>,
    /// Proposals in the order in which they were begun.
    pub begun: Vec<u64>,
    /// Links that are cut.
    pub cut: BTreeSet<String>,
}

impl Kept {
    pub async fn read(store: &dyn Store) -> Self {
        async fn all<T: plimsoll::store::records::Record>(store: &dyn Store) -> Vec<T> {
            scan_all::<T>(store).await.expect("readable").into_iter().map(|kept| kept.value).collect()
        }
        let incidents: Vec<Incident> = all(store).await;
        let notices: Vec<Notice> = all(store).await;
        let proposals: Vec<Proposal> = all(store).await;
        let journal = read_journal(store, 1, 1_000_000).await.expect("readable");
        let cut: Vec<CutLink> = all(store).await;
        let mut begun = Vec::new();
        let moved = journal.iter().filter(|(_, line)| line.deed == "proposal_moved");
        for (_, line) in moved.filter(|(_, line)| line.detail["stage"]["stage"] == "doing") {
            let number = line.detail["proposal"].as_u64().expect("a number");
            if !begun.contains(&number) {
                begun.push(number);
            }
        }
        Self {
            begun,
            cut: cut.into_iter().map(|one| one.slug.to_string()).collect(),
            incidents: incidents.into_iter().map(|one| (one.id.as_str().to_owned(), one)).collect(),
            deliveries: all(store).await,
            groups: notices
                .iter()
                .filter_map(|notice| match &notice.about {
                    About::Group(id) => {
                        let members = groups::members(notice).iter().map(|id| id.as_str().to_owned()).collect();
                        Some((id.as_str().to_owned(), members))
                    }
                    About::Incident(_)
                    | About::Level(..)
                    | About::Ask(_)
                    | About::Deed(_)
                    | About::Offer(_)
                    | About::OfferOver(_)
                    | About::Word(_)
                    | About::Promotion(..)
                    | About::Sample
                    | About::Escalation(..)
                    | About::Digest(..)
                    | About::Regret(..)
                    | About::FollowUp(_)
                    | About::Trouble(_)
                    | About::Reply(_) => None,
                })
                .collect(),
            proposals: proposals.into_iter().map(|one| (one.number, one)).collect(),
            inbox: all(store).await,
            fired: journal
                .into_iter()
                .filter(|(_, line)| line.deed == "incident_fired")
                .filter_map(|(_, line)| line.detail["incident"].as_str().map(str::to_owned))
                .collect(),
        }
    }

    /// Whether everything that was begun has come to its end.
    pub fn is_settled(&self) -> bool {
        let told = |one: &Delivery| matches!(one.state, State::Sent | State::Grouped { .. }) && is_current(one);
        // What was taken back before it could be read back is asked about for another while.
        let overtaken = |one: &Proposal| {
            matches!(one.stage, ProposalStage::Done { .. })
                && self.proposals.range(one.number + 1..).any(|(_, later)| later.object == one.object)
        };
        let waits = |one: &Proposal| {
            one.stage.is_over() || matches!(one.stage, ProposalStage::Proposed { .. }) || overtaken(one)
        };
        self.deliveries.iter().all(told)
            && self.proposals.values().all(waits)
            && self.inbox.iter().all(|one| one.inbound.is_none())
    }
}

fn is_current(delivery: &Delivery) -> bool {
    matches!(delivery.state, State::Grouped { .. }) || delivery.wanted_revision <= delivery.told_revision
}

/// What holds at any moment, however the program ended: whatever the outside has seen is kept. Answers what does not.
pub fn broken(town: &Town, kept: &Kept) -> Vec<String> {
    let mut broken = Vec::new();
    told_is_kept(town, kept, &mut broken);
    repeats(town, &mut broken);
    confirmed_is_kept(town, kept, &mut broken);
    orders(town, kept, &mut broken);
    acts::broken(town, kept, &mut broken);
    let unique: BTreeSet<&String> = kept.fired.iter().collect();
    if unique.len() != kept.fired.len() || kept.fired.len() != kept.incidents.len() {
        broken.push(format!("{} incidents, {} fires in the journal", kept.incidents.len(), kept.fired.len()));
    }
    broken
}

/// Every alert that anybody has seen is of an incident that is kept, and of the same subject.
fn told_is_kept(town: &Town, kept: &Kept, broken: &mut Vec<String>) {
    let telegram = telegram_alerts(town).into_iter().map(|one| telegram_text(&one));
    let discord = alerts(&town.discord, town.team_channel);
    let discord = discord.iter().map(|one| {
        let first = one.edits.first().map(|edit| {
            let mut first = one.clone();
            (first.content, first.embeds) = (edit.content.clone(), edit.embeds.clone());
            first
        });
        discord_text(first.as_ref().unwrap_or(one))
    });
    for text in telegram.chain(discord) {
        let Some(id) = incident_of(&text) else {
            // An answer whose own place was gone by then.
            continue;
        };
        let known = kept.incidents.get(&id).map(|incident| {
            incident
                .creator
                .as_ref()
                .is_some_and(|creator| text.contains(&format!("Name of {creator}")) || text.contains(creator.as_str()))
        });
        match known {
            Some(true) => {}
            Some(false) => broken.push(format!("#{id} was told of somebody else: {text}")),
            None if kept.groups.contains_key(&id) => {}
            None => broken.push(format!("#{id} was told and is not kept: {text}")),
        }
    }
}

/// What the bot told in the team's chat on Telegram: answers to people, which have no footer with an id, left out.
pub fn telegram_alerts(town: &Town) -> Vec<Shown> {
    let all = town.telegram.messages(town.team_chat).into_iter();
    all.filter(|one| one.from_bot && incident_of(&telegram_text(one)).is_some()).collect()
}

/// On Discord nothing is told twice. On Telegram only what was the last thing told in a life may come again, marked.
fn repeats(town: &Town, broken: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for one in alerts(&town.discord, town.team_channel) {
        if let Some(id) = incident_of(&discord_text(&one)).filter(|id| !seen.insert(id.clone())) {
            broken.push(format!("#{id} was told twice on Discord"));
        }
    }
    let told = telegram_alerts(town);
    let life_of = |at: Timestamp| town.lives.partition_point(|began| *began <= at);
    let mut last_of_life: BTreeMap<usize, i64> = BTreeMap::new();
    let mut by_id: BTreeMap<String, Vec<&Shown>> = BTreeMap::new();
    for one in &told {
        last_of_life.insert(life_of(one.sent_at), one.message_id);
        by_id.entry(incident_of(&telegram_text(one)).unwrap_or_default()).or_default().push(one);
    }
    for (id, copies) in by_id {
        for (earlier, later) in copies.iter().zip(copies.iter().skip(1)) {
            let (life, next) = (life_of(earlier.sent_at), life_of(later.sent_at));
            if last_of_life.get(&life) != Some(&earlier.message_id) || life == next {
                broken.push(format!("#{id} was told twice on Telegram although the answer had come"));
            }
            if !telegram_text(later).contains(MARK) {
                broken.push(format!("#{id} was repeated on Telegram and not marked: {}", telegram_text(later)));
            }
        }
    }
}

/// How many messages on Telegram say that they may be repeats.
pub fn marked(town: &Town) -> usize {
    telegram_alerts(town).iter().filter(|one| telegram_text(one).contains(MARK)).count()
}

/// What was confirmed to a platform is kept.
fn confirmed_is_kept(town: &Town, kept: &Kept, broken: &mut Vec<String>) {
    let has = |chat, id: &str| kept.inbox.iter().any(|one| one.chat == chat && one.id == id);
    for update in town.telegram.confirmed_updates() {
        if !has(Chat::Telegram, &update.to_string()) {
            broken.push(format!("update {update} was confirmed to Telegram and is not kept"));
        }
    }
    for interaction in town.pressed.iter().filter_map(|one| one.interaction) {
        let acknowledged = !matches!(town.discord.outcome(interaction), Ok(Outcome::Waiting | Outcome::Failed));
        if acknowledged && !has(Chat::Discord, &interaction.to_string()) {
            broken.push(format!("interaction {interaction} was acknowledged to Discord and is not kept"));
        }
    }
}

/// Every order that the ad platform got is of a proposal that is kept, and means the same as it.
fn orders(town: &Town, kept: &Kept, broken: &mut Vec<String>) {
    let mut done: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for order in town.ads.board().orders() {
        let number = order.id.strip_prefix("proposal-").and_then(|number| number.parse::<u64>().ok());
        let proposal = number.and_then(|number| kept.proposals.get(&number));
        let same = proposal.is_some_and(|one| one.object == order.object && one.deed.desired() == order.desired);
        let begun = proposal.is_some_and(|one| match &one.stage {
            ProposalStage::Doing { .. }
            | ProposalStage::Done { .. }
            | ProposalStage::Verified { .. }
            | ProposalStage::Failed { .. } => true,
            ProposalStage::Proposed { .. }
            | ProposalStage::Approved { .. }
            | ProposalStage::Rejected { .. }
            | ProposalStage::Expired { .. }
            | ProposalStage::Refused { .. } => false,
        });
        if !same || !begun {
            broken.push(format!("{order:?} was sent, kept is {proposal:?}"));
        }
        let ids = done.entry(order.object.clone()).or_default();
        if ids.last() != Some(&order.id) {
            if ids.contains(&order.id) {
                broken.push(format!("{order:?} was sent again after another order for the same object"));
            }
            ids.push(order.id);
        }
    }
    let mut undone = BTreeSet::new();
    for proposal in kept.proposals.values().filter_map(|one| one.undoes) {
        if !undone.insert(proposal) {
            broken.push(format!("proposal {proposal} was taken back twice"));
        }
    }
}

/// What holds in the end, when everything has settled: all is told everywhere, and what people asked for is done.
pub fn unfinished(town: &Town, kept: &Kept) -> Vec<String> {
    let mut left = Vec::new();
    for delivery in kept.deliveries.iter().filter(|one| !matches!(one.state, State::Sent | State::Grouped { .. })) {
        left.push(format!("{}@{} is {:?}", delivery.about, delivery.room, delivery.state));
    }
    let discord: Vec<String> = alerts(&town.discord, town.team_channel).iter().map(discord_text).collect();
    let telegram: Vec<String> = telegram_alerts(town).iter().map(telegram_text).collect();
    for (room, texts) in ROOMS.iter().zip([&discord, &telegram]) {
        let told: BTreeSet<String> = texts.iter().filter_map(|text| incident_of(text)).collect();
        for id in kept.incidents.keys() {
            let with = kept.groups.iter().any(|(group, members)| told.contains(group) && members.contains(id));
            if !told.contains(id) && !with {
                left.push(format!("#{id} was not told in {room}"));
            }
        }
    }
    let history: Vec<_> = town.ads.board().objects().iter().flat_map(|one| town.ads.board().history(one)).collect();
    let behind_the_webhook = town.ads.board().objects();
    for proposal in kept.proposals.values().filter(|one| behind_the_webhook.contains(&one.object)) {
        let by = format!("proposal-{}", proposal.number);
        let done = history.iter().filter(|change| change.by == by).count();
        // One that failed had been done, if it was taken back before it could be read back.
        let allowed = match proposal.stage {
            ProposalStage::Verified { .. } | ProposalStage::Done { .. } => 1..=1,
            ProposalStage::Failed { .. } => 0..=1,
            _ => 0..=0,
        };
        if !allowed.contains(&done) {
            left.push(format!("{by} is {:?} and was done {done} times", proposal.stage));
        }
    }
    for one in &town.pressed {
        let answered = match one.interaction {
            Some(id) => !matches!(town.discord.outcome(id), Ok(Outcome::Waiting | Outcome::Failed)),
            None => true,
        };
        let Some(incident) = kept.incidents.get(&one.incident).filter(|_| answered) else { continue };
        let happened = |wanted: fn(&Happened) -> bool| incident.events.iter().any(|event| wanted(&event.what));
        let over = incident.stage == Stage::Resolved;
        let fulfilled = match one.label.as_str() {
            "I've got it" => over || happened(|what| matches!(what, Happened::Acknowledged)),
            label if DECIDES.iter().any(|start| label.starts_with(start)) => !kept.proposals.values().any(|proposal| {
                proposal.incident.as_deref() == Some(&one.incident)
                    && matches!(proposal.stage, ProposalStage::Proposed { .. })
            }),
            _ => true,
        };
        if !fulfilled {
            left.push(format!("{one:?} was confirmed and came to nothing"));
        }
    }
    acts::unfinished(town, kept, &mut left);
    left
}
