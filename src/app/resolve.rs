//! From what somebody typed to what they meant.

use crate::app::catalog::Catalog;
use crate::domain::deal::{DeliverableState, title_of};
use crate::domain::document::{Deliverable, PartnershipRef};
use crate::domain::ids::{BoostId, CampaignId, CreatorId, DeliverableId, Subject};
use crate::rules::error::nearest;

/// What somebody meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// A subject.
    Subject(Subject),
    /// A boost.
    Boost(BoostId),
    /// A discount code.
    Code(PartnershipRef, String),
    /// A tracking link.
    Link(PartnershipRef, String),
    /// A promised piece.
    Deliverable(PartnershipRef, DeliverableId),
}

/// Finds a subject, a boost, a code, a link or a piece by how people write it: `creator/alma`, `alma`, `Alma Lind`,
/// `spring`, `spring/alma`, a boost's id, `ALMA10`, `alma-spring`, `spring/alma/reel-2`, `alma reel-2`. An exact id goes
/// before a name; case does not matter in names.
#[must_use]
pub fn resolve(catalog: &Catalog, typed: &str) -> Option<Meant> {
    let typed = typed.trim();
    if let Ok(subject) = typed.parse::<Subject>() {
        return exists(catalog, &subject).then_some(Meant::Subject(subject));
    }
    if let [campaign, creator, piece] = typed.split('/').collect::<Vec<_>>().as_slice() {
        let partnership =
            PartnershipRef { campaign: CampaignId::new(campaign).ok()?, creator: CreatorId::new(creator).ok()? };
        let piece = DeliverableId::new(piece).ok()?;
        catalog.piece(&partnership, &piece)?;
        return Some(Meant::Deliverable(partnership, piece));
    }
    if let Some((campaign, creator)) = typed.split_once('/').filter(|_| !typed.contains(' ')) {
        let (campaign, creator) = (CampaignId::new(campaign).ok()?, CreatorId::new(creator).ok()?);
        let subject = Subject::Partnership(campaign, creator);
        return exists(catalog, &subject).then_some(Meant::Subject(subject));
    }
    if let Some(boost) = BoostId::new(typed).ok().filter(|id| catalog.boosts.contains_key(id)) {
        return Some(Meant::Boost(boost));
    }
    let codes = catalog.partnerships.iter().flat_map(|(key, one)| one.codes.iter().map(move |code| (key, code)));
    if let Some((key, code)) = codes.into_iter().find(|(_, code)| code.eq_ignore_ascii_case(typed)) {
        return Some(Meant::Code(key.clone(), code.clone()));
    }
    let same = |name: &str| name.eq_ignore_ascii_case(typed) || name.to_lowercase() == typed.to_lowercase();
    let creator =
        catalog.creators.values().find(|one| one.id.as_str() == typed || one.name.as_deref().is_some_and(same));
    if let Some(creator) = creator {
        return Some(Meant::Subject(Subject::Creator(creator.id.clone())));
    }
    let campaign =
        catalog.campaigns.values().find(|one| one.id.as_str() == typed || one.name.as_deref().is_some_and(same));
    if let Some(campaign) = campaign {
        return Some(Meant::Subject(Subject::Campaign(campaign.id.clone())));
    }
    let brand = catalog.brands.values().find(|one| one.id.as_str() == typed || same(&one.name));
    if let Some(brand) = brand {
        return Some(Meant::Subject(Subject::Brand(brand.id.clone())));
    }
    let links = catalog.partnerships.iter().filter_map(|(key, one)| Some((key, one.link.as_deref()?)));
    if let Some((key, link)) = links.into_iter().find(|(_, link)| link.eq_ignore_ascii_case(typed)) {
        return Some(Meant::Link(key.clone(), link.to_owned()));
    }
    let (whose, piece) = typed.rsplit_once(' ')?;
    let Some(Meant::Subject(subject)) = resolve(catalog, whose) else { return None };
    let found = pieces(catalog, &subject, piece);
    let [one] = found.as_slice() else { return None };
    Some(Meant::Deliverable(one.partnership.clone(), one.id.clone()))
}

/// The pieces of a subject that have this id; case does not matter.
#[must_use]
pub fn pieces<'a>(catalog: &'a Catalog, subject: &Subject, id: &str) -> Vec<&'a Deliverable> {
    catalog.pieces_of(subject).into_iter().filter(|one| one.id.as_str().eq_ignore_ascii_case(id)).collect()
}

/// Pieces that a text may become, for completions: value and name, at most `most`.
#[must_use]
pub fn piece_completions(catalog: &Catalog, typed: &str, most: usize) -> Vec<(String, String)> {
    let wanted = typed.to_lowercase();
    let pair = |one: &Deliverable| {
        let creator = catalog.creator_name(&one.partnership.creator);
        (format!("{}/{}", one.partnership, one.id), format!("{creator}: {}", title_of(&one.id)))
    };
    let fits = |(id, name): &(String, String)| id.contains(&wanted) || name.to_lowercase().contains(&wanted);
    let open =
        catalog.deliverables.values().filter(|one| !one.state.is_out() && one.state != DeliverableState::Cancelled);
    open.map(pair).filter(fits).take(most).collect()
}

fn exists(catalog: &Catalog, subject: &Subject) -> bool {
    match subject {
        Subject::Brand(id) => catalog.brands.contains_key(id),
        Subject::Campaign(id) => catalog.campaigns.contains_key(id),
        Subject::Creator(id) => catalog.creators.contains_key(id),
        Subject::Partnership(campaign, creator) => {
            catalog.partnerships.keys().any(|key| key.campaign == *campaign && key.creator == *creator)
        }
        Subject::Post(platform, post) => catalog.posts.contains_key(&(*platform, post.clone())),
    }
}

/// What was probably meant, where nothing was found; of everything there is, for whoever may see everything.
#[must_use]
pub fn nearest_subject(catalog: &Catalog, typed: &str) -> Option<String> {
    nearest_seen(catalog, typed, |_| true)
}

/// The same, of what its asker may see: a name that is suggested is a name that is told.
#[must_use]
pub fn nearest_seen(catalog: &Catalog, typed: &str, sees: impl Fn(&Subject) -> bool) -> Option<String> {
    let creators = catalog.creators.keys().filter(|id| sees(&Subject::Creator((*id).clone()))).map(CreatorId::as_str);
    let campaigns =
        catalog.campaigns.keys().filter(|id| sees(&Subject::Campaign((*id).clone()))).map(CampaignId::as_str);
    nearest(typed, creators.chain(campaigns)).map(str::to_owned)
}

/// Subjects a text may become, for completions: what is shown and what is typed, at most `most`.
#[must_use]
pub fn completions(catalog: &Catalog, typed: &str, most: usize) -> Vec<(String, String)> {
    let wanted = typed.to_lowercase();
    let fits = |id: &str, name: &str| id.to_lowercase().contains(&wanted) || name.to_lowercase().contains(&wanted);
    let creators = catalog.creators.keys().map(|id| (id.to_string(), catalog.creator_name(id)));
    let campaigns = catalog.campaigns.keys().map(|id| (id.to_string(), catalog.campaign_name(id)));
    let fitting = creators.chain(campaigns).filter(|(id, name)| fits(id, name));
    fitting.map(|(id, name)| (name, id)).take(most).collect()
}
