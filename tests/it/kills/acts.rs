//! What holds of every action at every platform, whatever the program died of: nothing is set that was not begun, nothing is
//! set again once something else was begun, and what the platform says is what is kept and what the chat says.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll::domain::action::{Proposal, ProposalStage};

use super::hands::NAMES;
use super::promises::{Kept, telegram_alerts};
use super::town::{Town, alerts, discord_text, incident_of};

/// Which proposals were begun of each object, in order; what they wanted.
fn begun(kept: &Kept) -> BTreeMap<&str, Vec<&Proposal>> {
    let mut begun: BTreeMap<&str, Vec<&Proposal>> = BTreeMap::new();
    for proposal in kept.begun.iter().filter_map(|number| kept.proposals.get(number)) {
        begun.entry(&proposal.object).or_default().push(proposal);
    }
    begun
}

/// What an object is now: as its platform says, or, of a link, as we do.
fn state(town: &Town, kept: &Kept, proposal: &Proposal) -> Option<String> {
    if proposal.source.as_str() == "links" {
        return Some(if kept.cut.contains(&proposal.object) { "cut" } else { "active" }.to_owned());
    }
    let webhook = || town.ads.board().state(&proposal.object);
    town.hands.state(&proposal.object).map(str::to_owned).or_else(webhook)
}

/// What holds at any moment.
pub fn broken(town: &Town, kept: &Kept, broken: &mut Vec<String>) {
    let begun = begun(kept);
    let mut sent: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    let mut keys = BTreeMap::new();
    for one in town.hands.sent() {
        if let Some(key) = one.key {
            let meant = keys.entry(key.clone()).or_insert_with(|| (one.object.clone(), one.desired));
            if *meant != (one.object.clone(), one.desired) {
                broken.push(format!("`{key}` meant {meant:?} and then {} of {}", one.desired, one.object));
            }
        }
        let all = sent.entry(one.object).or_default();
        // The same again is the same.
        if all.last() != Some(&one.desired) {
            all.push(one.desired);
        }
    }
    for (object, sent) in sent {
        let wanted: Vec<_> = begun.get(object.as_str()).into_iter().flatten().map(|one| one.deed.desired()).collect();
        let mut rest = wanted.iter();
        // Each was begun after the one before it; what was begun and never sent had been so already, or died first.
        if !sent.iter().all(|desired| rest.any(|one| one == desired)) {
            broken.push(format!("{object} was set to {sent:?}, and what was begun is {wanted:?}"));
        }
    }
    for (object, all) in &begun {
        let Some(last) = all.last() else { continue };
        let ProposalStage::Verified { state: said, .. } = &last.stage else { continue };
        let now = state(town, kept, last);
        if now.as_ref() != Some(said) || *said != last.deed.desired() {
            broken.push(format!("{object} was read back as {said}, and its platform says {now:?}: {last:?}"));
        }
    }
}

/// What holds in the end: the alert of an incident says what the platform said of what was last done about it.
pub fn unfinished(town: &Town, kept: &Kept, left: &mut Vec<String>) {
    let mut last: BTreeMap<&str, (&Proposal, &str)> = BTreeMap::new();
    for proposal in begun(kept).into_values().flatten() {
        if let (Some(incident), ProposalStage::Verified { state, .. }) = (&proposal.incident, &proposal.stage) {
            let known = last.entry(incident).or_insert((proposal, state));
            if known.0.number < proposal.number {
                *known = (proposal, state);
            }
        }
    }
    let telegram = telegram_alerts(town).into_iter().map(|one| (incident_of(&one.text), one.text));
    let discord = alerts(&town.discord, town.team_channel);
    let discord = discord.iter().map(discord_text).map(|text| (incident_of(&text), text));
    // Of an alert that came twice, the program knows of the later one, and keeps that up to date.
    let newest: [BTreeMap<_, _>; 2] = [telegram.collect(), discord.collect()];
    for (id, text) in newest.into_iter().flatten() {
        let told = id.and_then(|id| last.get(id.as_str()).copied());
        let Some((proposal, state)) = told else { continue };
        if !text.contains(&format!("says {state}")) {
            left.push(format!("{proposal:?} came to {state}, and the chat says: {text}"));
        }
    }
}

/// How often something was begun at each place, by the places' names.
pub fn count(kept: &Kept) -> BTreeMap<&'static str, usize> {
    let mut counts: BTreeMap<&'static str, usize> = NAMES.iter().map(|name| (*name, 0)).collect();
    for proposal in kept.begun.iter().filter_map(|number| kept.proposals.get(number)) {
        if let Some(count) = counts.get_mut(proposal.source.as_str()) {
            *count += 1;
        }
    }
    counts
}

/// A campaign that was read back, and could be meddled with.
pub fn a_campaign(town: &Town, kept: &Kept) -> Option<String> {
    let settled =
        |all: &Vec<&Proposal>| matches!(all.last().map(|one| &one.stage), Some(ProposalStage::Verified { .. }));
    let objects: BTreeSet<&str> = begun(kept).into_iter().filter(|row| settled(&row.1)).map(|row| row.0).collect();
    objects.into_iter().find(|object| town.hands.is_a_campaign(object)).map(str::to_owned)
}
