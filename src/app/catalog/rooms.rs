//! Rooms: where they are, who hears what in them, and who of the team may hear it in their own direct message.

use std::collections::BTreeMap;

use super::{About, Catalog};
use crate::domain::document::RoomDocument;
use crate::domain::habits::{Loudness, Relay, Topic};
use crate::domain::ids::{BrandId, CampaignId, PersonId, RoomId};
use crate::domain::person::{Audience, Chat, Grant, Reach, Role, Room};

impl Catalog {
    /// Takes a room in, over what was there under its id.
    pub fn put_room(&mut self, room: Room) {
        let own = room.person.is_some();
        // The same place can become a creator's.
        self.directs.remove(&room.id);
        self.rooms.remove(&room.id);
        let rooms = if own { &mut self.directs } else { &mut self.rooms };
        rooms.insert(room.id.clone(), room);
    }

    /// A room, or a person's direct message.
    #[must_use]
    pub fn room(&self, id: &RoomId) -> Option<&Room> {
        self.rooms.get(id).or_else(|| self.directs.get(id))
    }

    /// The same with who reads it now: what a person may be told in their direct message goes by their roles of the moment.
    #[must_use]
    pub fn heard_as(&self, id: &RoomId) -> Option<Room> {
        let mut room = self.room(id)?.clone();
        if let Some(person) = room.person.as_ref().and_then(|person| self.people.get(person)) {
            room.audience = self.audience_of(Some(person));
        }
        Some(room)
    }

    /// Every place that something can be told in.
    #[must_use]
    pub fn places(&self) -> BTreeMap<RoomId, Room> {
        self.rooms.iter().chain(&self.directs).map(|(id, room)| (id.clone(), room.clone())).collect()
    }

    /// The room at this place.
    #[must_use]
    pub fn room_at(&self, chat: Chat, place: &str, topic: Option<i32>) -> Option<&Room> {
        self.rooms.values().chain(self.directs.values()).find(|room| {
            room.address.as_ref().is_some_and(|at| at.chat == chat && at.place == place && at.topic == topic)
        })
    }

    /// The direct messages of somebody, one per platform they have linked; a creator's are among them.
    #[must_use]
    pub fn directs_of(&self, person: &PersonId) -> Vec<&Room> {
        let own = self.directs.values().filter(|room| room.person.as_ref() == Some(person));
        let creator = self.people.get(person).and_then(|one| one.creator.as_ref());
        own.chain(creator.map(|id| self.creator_rooms(id)).unwrap_or_default()).collect()
    }

    /// Rooms where the program tells its own troubles; where there is none, every internal room hears them.
    #[must_use]
    pub fn operator_rooms(&self) -> Vec<&Room> {
        let of = |audience: Audience| self.rooms.values().filter(move |room| room.audience == audience);
        let operators: Vec<&Room> = of(Audience::Operator).collect();
        if operators.is_empty() { of(Audience::Internal).collect() } else { operators }
    }

    /// The rooms that follow a subject: internal rooms of its brand, or of every brand that works with its creator, and
    /// rooms of no brand. Client rooms see an incident once it has been released to them; creators are told by notices of
    /// their own.
    #[must_use]
    pub fn followers(&self, about: &About) -> Vec<&Room> {
        self.rooms.values().filter(|room| self.follows(room, about)).collect()
    }

    /// Whether a room follows a subject; a person's direct message follows what they may hear of.
    #[must_use]
    pub fn follows(&self, room: &Room, about: &About) -> bool {
        if room.person.is_some() {
            return self.may_hear(room, about);
        }
        let of_brand = |brand: &BrandId| match (&about.brand, &about.creator) {
            (Some(of), _) => of == brand,
            (None, Some(creator)) => self.brands_of(creator).any(|of| of == brand),
            (None, None) => false,
        };
        room.audience == Audience::Internal
            && room.brand.as_ref().is_none_or(of_brand)
            && (room.campaign.is_none() || room.campaign == about.campaign)
    }

    /// The direct messages in which somebody of the team asked to be told of a topic, and may be told of this.
    #[must_use]
    pub fn subscribers(&self, about: &About, topic: Topic) -> Vec<&Room> {
        let wants = |room: &&Room| room.loudness(topic) != Loudness::Off && self.may_hear(room, about);
        self.directs.values().filter(wants).collect()
    }

    /// Whether a room may be told of something at all: a person's direct message as long as they have a role that sees it.
    #[must_use]
    pub fn may_hear(&self, room: &Room, about: &About) -> bool {
        let Some(person) = &room.person else { return true };
        self.hears(person, about.brand.as_ref(), about.campaign.as_ref())
    }

    /// Whether somebody has a role that sees everything of a brand or a campaign.
    #[must_use]
    pub fn hears(&self, person: &PersonId, brand: Option<&BrandId>, campaign: Option<&CampaignId>) -> bool {
        let team = |role: Role| matches!(role, Role::Analyst | Role::Manager | Role::Agency);
        self.grants_of(person).any(|grant| team(grant.role) && reaches(&grant.reach, brand, campaign))
    }

    /// Whether somebody decides about the money of a brand or a campaign.
    #[must_use]
    pub fn decides(&self, person: &PersonId, brand: Option<&BrandId>, campaign: Option<&CampaignId>) -> bool {
        let decider = |role: Role| matches!(role, Role::Manager | Role::ClientOwner | Role::Agency);
        self.grants_of(person).any(|grant| decider(grant.role) && reaches(&grant.reach, brand, campaign))
    }

    /// Somebody's grants.
    pub fn grants_of<'a>(&'a self, person: &'a PersonId) -> impl Iterator<Item = &'a Grant> {
        self.grants.iter().filter(move |grant| grant.person == *person)
    }

    /// Where else a topic is heard that somebody must hear: for every brand that a room follows another room does. `Err`: the
    /// first brand that nobody would hear of, or none where it is the program itself.
    pub fn heard_elsewhere(&self, room: &Room, topic: Topic) -> Result<(), Option<BrandId>> {
        let hears = |other: &Room| {
            let open = other.address.is_some() && other.closed.is_none();
            other.id != room.id && open && other.loudness(topic) != Loudness::Off
        };
        if topic == Topic::Trouble {
            let heard = self.operator_rooms().into_iter().any(hears) || !self.operator_rooms().contains(&room);
            return if heard { Ok(()) } else { Err(None) };
        }
        let brands: Vec<&BrandId> = match &room.brand {
            Some(brand) => vec![brand],
            None => self.brands.keys().collect(),
        };
        let follows = |other: &&Room, brand: &BrandId| {
            other.audience == Audience::Internal
                && other.brand.as_ref().is_none_or(|of| of == brand)
                && (other.campaign.is_none() || other.campaign == room.campaign)
        };
        let heard = |brand: &BrandId| self.rooms.values().filter(|one| follows(one, brand)).any(hears);
        match brands.into_iter().find(|brand| !heard(brand)) {
            Some(brand) => Err(Some(brand.clone())),
            None => Ok(()),
        }
    }

    /// Who is told next of what a rule says about something, in this order, each once.
    #[must_use]
    pub fn relays(&self, about: &About) -> Vec<Relay> {
        let mut all: Vec<Relay> = Vec::new();
        for room in self.followers(about) {
            for relay in &room.habits.escalate_to {
                if !all.contains(relay) {
                    all.push(relay.clone());
                }
            }
        }
        all
    }

    /// The first thing a room's document points at that is not there.
    pub(super) fn dangling_room(&self, one: &RoomDocument) -> Option<String> {
        let missing = |kind: &str, id: &str| {
            Some(format!("there is no {kind} `{id}`; add it to the same file or apply it first"))
        };
        if let Some(brand) = one.brand.as_ref().filter(|brand| !self.brands.contains_key(*brand)) {
            return missing("brand", brand.as_str());
        }
        if let Some(campaign) = one.campaign.as_ref().filter(|id| !self.campaigns.contains_key(*id)) {
            return missing("campaign", campaign.as_str());
        }
        // People join later than documents are applied; a room is a document like this one.
        one.escalate_to.iter().find_map(|relay| match relay {
            Relay::Room(id) if *id == one.id => Some(format!("`{relay}` in escalate_to is this room itself")),
            Relay::Room(id) if !self.rooms.contains_key(id) => missing("room", id.as_str()),
            Relay::Room(_) | Relay::Person(_) => None,
        })
    }
}

fn reaches(reach: &Reach, brand: Option<&BrandId>, campaign: Option<&CampaignId>) -> bool {
    match reach {
        Reach::All => true,
        Reach::Brand(id) => brand == Some(id),
        Reach::Campaign(id) => campaign == Some(id),
    }
}
