//! Which names somebody may be shown while they type, and where nothing they typed was found.
//!
//! Owns: that a completion or a "did you mean" shows no name that its reader could not ask about there: a creator only
//! themselves, whoever answers for creators only those, a client their own brand and no rule, a room only its brand, its
//! campaign or its creator. Refuses: deciding what may be done; that is checked when it is asked.

use super::catalog::Catalog;
use super::commands::Asked;
use super::resolve::completions_among;
use super::terms::managed;
use crate::domain::document::PartnershipRef;
use crate::domain::ids::{BrandId, CampaignId, CreatorId};
use crate::domain::person::{Address, Audience, Person, Reach, Role, Room};
use crate::outbox::incident::Incident;
use crate::rules::error::nearest;
use crate::words::command::{ArgKind, Name, Needs};

/// Somebody, in a place.
pub struct Shown<'a> {
    catalog: &'a Catalog,
    person: &'a Person,
    /// Where their roles of the team reach.
    reaches: Vec<(Role, &'a Reach)>,
    /// Themselves, and those they answer for.
    own: Vec<&'a CreatorId>,
    /// The room, where it is one; else their direct message.
    room: Option<&'a Room>,
    audience: Audience,
}

impl<'a> Shown<'a> {
    /// What somebody may be shown at a place. `None`: nothing at all, as to an outsider or where no room is bound.
    #[must_use]
    pub fn at(catalog: &'a Catalog, person: &'a Person, address: &Address, direct: bool) -> Option<Self> {
        let room = catalog.room_at(address.chat, &address.place, address.topic).filter(|_| !direct);
        if room.is_none() && !direct {
            return None;
        }
        let of_team = |role: Role| !matches!(role, Role::Creator | Role::TalentManager);
        let mut own: Vec<&CreatorId> = managed(catalog, person).collect();
        own.extend(&person.creator);
        let grants: Vec<_> = catalog.grants_of(&person.id).collect();
        if grants.is_empty() {
            return None;
        }
        let reaches = grants.into_iter().filter(|one| of_team(one.role)).map(|one| (one.role, &one.reach)).collect();
        let audience = room.map_or_else(|| catalog.audience_of(Some(person)), |room| room.audience);
        Some(Self { catalog, person, reaches, own, room, audience })
    }

    /// The same for whoever asks something.
    #[must_use]
    pub fn asked(catalog: &'a Catalog, asked: &'a Asked) -> Option<Self> {
        Self::at(catalog, asked.person.as_ref()?, &asked.speaker.address, asked.speaker.direct)
    }

    fn brand_of(&self, campaign: &CampaignId) -> Option<&'a BrandId> {
        self.catalog.campaigns.get(campaign).map(|one| &one.brand)
    }

    /// Whether the place is about something of a brand, and of a campaign of it.
    fn is_here(&self, brand: Option<&BrandId>, campaign: Option<&CampaignId>) -> bool {
        let Some(room) = self.room else { return true };
        let same_brand = room.brand.is_none() || room.brand.as_ref() == brand;
        let same_campaign = room.campaign.is_none() || campaign.is_none() || room.campaign.as_ref() == campaign;
        match room.audience {
            Audience::Internal | Audience::Client => same_brand && same_campaign,
            Audience::Creator => true,
            Audience::Operator => false,
        }
    }

    fn reaches(&self, brand: Option<&BrandId>, campaign: Option<&CampaignId>) -> bool {
        self.reaches.iter().any(|(_, reach)| match reach {
            Reach::All => true,
            Reach::Brand(id) => Some(id) == brand,
            Reach::Campaign(id) => Some(id) == campaign,
        })
    }

    /// Somebody's own creators here: in a creator's room only that one.
    fn is_own(&self, creator: &CreatorId) -> bool {
        let here = match self.room {
            None => true,
            Some(room) => room.audience == Audience::Creator && room.creator.as_ref() == Some(creator),
        };
        here && self.own.contains(&creator)
    }

    /// Others' names are not said in a creator's room or direct message.
    fn among_team(&self) -> bool {
        self.audience != Audience::Creator
    }

    /// Whether somebody may be shown a deal.
    #[must_use]
    pub fn deal(&self, at: &PartnershipRef) -> bool {
        let brand = self.brand_of(&at.campaign);
        let team =
            self.among_team() && self.reaches(brand, Some(&at.campaign)) && self.is_here(brand, Some(&at.campaign));
        team || self.is_own(&at.creator)
    }

    /// Whether somebody may be shown an alert: a client only what was released to them.
    #[must_use]
    pub fn incident(&self, incident: &Incident) -> bool {
        let (brand, campaign) = (incident.brand.as_ref(), incident.campaign.as_ref());
        let team = self.among_team() && self.reaches(brand, campaign) && self.is_here(brand, campaign);
        let released = self.audience != Audience::Client || incident.released;
        (team && released) || incident.creator.as_ref().is_some_and(|creator| self.is_own(creator))
    }

    fn campaign(&self, id: &CampaignId) -> bool {
        let brand = self.brand_of(id);
        let team = self.among_team() && self.reaches(brand, Some(id)) && self.is_here(brand, Some(id));
        let mut deals = self.catalog.partnerships.keys().filter(|at| at.campaign == *id);
        team || deals.any(|at| self.is_own(&at.creator))
    }

    fn creator(&self, id: &CreatorId) -> bool {
        let everywhere = self.among_team()
            && self.reaches.iter().any(|(_, reach)| **reach == Reach::All)
            && self.room.is_none_or(|room| room.brand.is_none() && room.campaign.is_none() && self.is_here(None, None));
        let mut deals = self.catalog.partnerships.keys().filter(|at| at.creator == *id);
        self.is_own(id) || everywhere || deals.any(|at| self.deal(at))
    }

    fn brand(&self, id: &BrandId) -> bool {
        self.among_team() && self.reaches(Some(id), None) && self.is_here(Some(id), None)
    }

    /// Rules are the team's own work.
    fn rules(&self) -> bool {
        matches!(self.audience, Audience::Internal | Audience::Operator) && !self.reaches.is_empty()
    }

    /// Somebody whose role they could give or take: inside what they have to give.
    fn person(&self, other: &'a Person) -> bool {
        let grantor = |role: Role| Needs::Grant.roles().contains(&role);
        let mut given = self.catalog.grants_of(&other.id).filter(|one| {
            // Who of the agency works for a client is not the client's to settle.
            self.audience != Audience::Client || matches!(one.role, Role::ClientOwner | Role::Creator)
        });
        let mine: Vec<&Reach> =
            self.reaches.iter().filter(|(role, _)| grantor(*role)).map(|(_, reach)| *reach).collect();
        let brand_of = |reach: &'a Reach| match reach {
            Reach::All => None,
            Reach::Brand(id) => Some(id),
            Reach::Campaign(id) => self.brand_of(id),
        };
        let inside = |theirs: &'a Reach| {
            let held = mine
                .iter()
                .any(|mine| **mine == Reach::All || (brand_of(mine) == brand_of(theirs) && *theirs != Reach::All));
            held && (self.room.is_none_or(|room| room.brand.is_none()) || self.is_here(brand_of(theirs), None))
        };
        self.among_team() && (other.id == self.person.id || given.any(|one| inside(&one.reach)))
    }

    /// What a text may become: what is shown and what is typed, at most `most`. `rules`: every rule there is.
    #[must_use]
    pub fn completions(
        &self,
        kind: ArgKind,
        typed: &str,
        rules: impl Iterator<Item = String>,
        most: usize,
    ) -> Vec<(String, String)> {
        let wanted = typed.to_lowercase();
        let fits = |id: &str, name: &str| id.to_lowercase().contains(&wanted) || name.to_lowercase().contains(&wanted);
        let catalog = self.catalog;
        let of_creators = || {
            let seen = catalog.creators.keys().filter(|id| self.creator(id));
            seen.map(|id| (catalog.creator_name(id), id.to_string()))
        };
        let of_campaigns = || {
            let seen = catalog.campaigns.keys().filter(|id| self.campaign(id));
            seen.map(|id| (catalog.campaign_name(id), id.to_string()))
        };
        let take = |all: Vec<(String, String)>| -> Vec<(String, String)> {
            all.into_iter().filter(|(name, id)| fits(id, name)).take(most).collect()
        };
        match kind {
            ArgKind::Subject | ArgKind::IncidentOrSubject => take(of_creators().chain(of_campaigns()).collect()),
            ArgKind::Creator => {
                let own = catalog.creators.keys().filter(|id| self.is_own(id));
                take(own.map(|id| (catalog.creator_name(id), id.to_string())).collect())
            }
            ArgKind::Deliverable => completions_among(catalog, |at| self.deal(at), typed, most),
            ArgKind::Rule if self.rules() => take(rules.map(|id| (id.clone(), id)).collect()),
            ArgKind::Person => {
                let seen = catalog.people.values().filter(|one| self.person(one));
                take(seen.map(|one| (one.name.clone(), one.id.to_string())).collect())
            }
            ArgKind::Reach => {
                let brands = catalog.brands.values().filter(|one| self.brand(&one.id));
                let brands = brands.map(|one| (one.name.clone(), format!("brand/{}", one.id)));
                let campaigns = catalog.campaigns.keys().filter(|id| self.among_team() && self.campaign(id));
                let campaigns = campaigns.map(|id| (catalog.campaign_name(id), format!("campaign/{id}")));
                take(brands.chain(campaigns).collect())
            }
            ArgKind::Command => take(Name::ALL.iter().map(|one| (one.as_str().into(), one.as_str().into())).collect()),
            _ => Vec::new(),
        }
    }

    /// The creator or campaign that was probably meant, among those they may be shown.
    #[must_use]
    pub fn nearest_subject(&self, typed: &str) -> Option<String> {
        let creators = self.catalog.creators.keys().filter(|id| self.creator(id)).map(CreatorId::as_str);
        let campaigns = self.catalog.campaigns.keys().filter(|id| self.campaign(id)).map(CampaignId::as_str);
        nearest(typed, creators.chain(campaigns)).map(str::to_owned)
    }

    /// The rule that was probably meant.
    #[must_use]
    pub fn nearest_rule<'b>(&self, typed: &str, rules: impl Iterator<Item = &'b str>) -> Option<String> {
        nearest(typed, rules.filter(|_| self.rules())).map(str::to_owned)
    }
}
