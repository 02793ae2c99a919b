//! Which deliverable a row is about: the ids of deliverables that no cell names.
//!
//! A row without an id is matched with a deliverable of the same partnership, platform and format: by its post, then by
//! due date and fee, then by due date, then in the order of the rows. What is already out is only matched by a row that
//! says so too: a new reel must not overwrite last month's.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, Piece};
use super::fold;
use super::who::{Nobody, Whose};
use super::words::{Format, format_in_name, format_of_word};
use crate::domain::document::{Deliverable, Documents};
use crate::domain::ids::{CampaignId, CreatorId, DeliverableId, ID_MAX, Platform};

/// Ids by row and piece, both as they stand in the drafts.
pub type Ids = BTreeMap<(usize, usize), DeliverableId>;

/// Numbers that are tried for an id: more than a sheet has rows.
const TRIES_MAX: u32 = 100_000;

type Deal = (CampaignId, CreatorId);

/// One piece of the sheet that waits for its id.
struct Waiting<'a> {
    at: (usize, usize),
    piece: &'a Piece,
    base: String,
    /// The base is the whole id: `reel-1`, not the first of `reel-1`, `reel-2`, …
    whole: bool,
    format: Option<Format>,
    platform: Option<Platform>,
}

/// What a piece is, from its format, its group or its name.
#[must_use]
pub fn format_of(piece: &Piece) -> Option<Format> {
    piece
        .format
        .clone()
        .or_else(|| piece.group.as_ref().map(super::field::Group::format))
        .or_else(|| piece.name.as_deref().and_then(format_in_name))
        .or_else(|| piece.name.as_ref().map(|name| super::words::format_of(name)))
        .or_else(|| {
            // A `TikTok` deliverable that says no more is a video.
            (piece.platform == Some(Platform::Tiktok) && piece.id.is_none())
                .then(|| Format { name: "video".to_owned(), platform: piece.platform })
        })
}

/// Where a piece goes: as it says, or as its group or format says.
#[must_use]
pub fn platform_of(piece: &Piece) -> Option<Platform> {
    let of_group = piece.group.as_ref().and_then(super::field::Group::platform);
    piece.platform.or(of_group).or_else(|| format_of(piece)?.platform)
}

/// Gives every piece its id.
#[must_use]
pub fn assign(drafts: &[Draft], whose: &[Result<Whose, Nobody>], known: &Documents) -> Ids {
    let mut ids = Ids::new();
    let mut waiting: BTreeMap<Deal, Vec<Waiting<'_>>> = BTreeMap::new();
    let mut taken: BTreeMap<Deal, BTreeSet<DeliverableId>> = BTreeMap::new();
    for (at, (draft, whose)) in drafts.iter().zip(whose).enumerate() {
        let Ok(whose) = whose else { continue };
        let deal = (whose.campaign.clone(), whose.creator.clone());
        for (number, piece) in draft.pieces.iter().enumerate() {
            match &piece.id {
                Some(id) => {
                    taken.entry(deal.clone()).or_default().insert(id.clone());
                    ids.insert((at, number), id.clone());
                }
                None => waiting.entry(deal.clone()).or_default().push(wait((at, number), piece)),
            }
        }
    }
    let mut kept: BTreeMap<Deal, Vec<&Deliverable>> = BTreeMap::new();
    for one in &known.deliverable {
        let deal = (one.partnership.campaign.clone(), one.partnership.creator.clone());
        kept.entry(deal).or_default().push(one);
    }
    for (deal, waiting) in waiting {
        let kept = kept.get(&deal).map(Vec::as_slice).unwrap_or_default();
        of_deal(waiting, kept, taken.remove(&deal).unwrap_or_default(), &mut ids);
    }
    ids
}

fn wait(at: (usize, usize), piece: &Piece) -> Waiting<'_> {
    let format = format_of(piece);
    let named = piece.group.as_ref().map(|group| group.name.clone()).or_else(|| {
        let name = piece.name.as_ref()?;
        let words = fold::words(name);
        let bare =
            words.iter().all(|word| format_of_word(word).is_some() || super::words::platform_of_word(word).is_some());
        (!bare).then(|| fold::slug(name, "piece"))
    });
    let whole = named.is_some();
    let base = named.unwrap_or_else(|| fold::slug(format.as_ref().map_or("piece", |format| &format.name), "piece"));
    Waiting { at, piece, base, whole, format, platform: platform_of(piece) }
}

/// How alike a row and a deliverable are: the first of the reasons that holds.
const REASONS: [fn(&Piece, &Deliverable) -> bool; 4] = [
    |piece, kept| piece.post.is_some() && piece.post == kept.post,
    |piece, kept| {
        piece.due == Some(kept.due)
            && piece.fee.is_some_and(|fee| fee.value == kept.fee.to_major())
            && may_be(piece, kept)
    },
    |piece, kept| piece.due == Some(kept.due) && may_be(piece, kept),
    |piece, kept| may_be(piece, kept) && (!kept.state.is_out() || says_out(piece)),
];

/// Two posts are two deliverables.
fn may_be(piece: &Piece, kept: &Deliverable) -> bool {
    piece.post.is_none() || kept.post.is_none() || piece.post == kept.post
}

fn says_out(piece: &Piece) -> bool {
    piece.post.is_some()
        || piece.live.is_some()
        || piece.state.is_some_and(crate::domain::deal::DeliverableState::is_out)
}

fn of_deal(mut waiting: Vec<Waiting<'_>>, kept: &[&Deliverable], mut taken: BTreeSet<DeliverableId>, ids: &mut Ids) {
    let mut kept: Vec<&Deliverable> = kept.to_vec();
    kept.sort_by_key(|one| (one.id.as_str().len(), one.id.clone()));
    // What a group or a name says in full is found by that.
    waiting.retain(|one| {
        let id = DeliverableId::new(&one.base).ok().filter(|id| one.whole && !taken.contains(id));
        let Some(id) = id else { return true };
        taken.insert(id.clone());
        ids.insert(one.at, id);
        false
    });
    for reason in REASONS {
        waiting.retain(|one| {
            let found = kept.iter().find(|kept| {
                let same = one.format.as_ref().is_some_and(|format| fold::key(&format.name) == fold::key(&kept.format))
                    && one.platform.is_none_or(|platform| platform == kept.platform);
                same && !one.whole && !taken.contains(&kept.id) && reason(one.piece, kept)
            });
            let Some(found) = found else { return true };
            taken.insert(found.id.clone());
            ids.insert(one.at, found.id.clone());
            false
        });
    }
    for one in waiting {
        // The second `story` of a deal is `story-1` each time; the number of a reel is one that no reel has.
        let free = |id: &DeliverableId| !taken.contains(id) && (one.whole || !kept.iter().any(|kept| kept.id == *id));
        let room = ID_MAX.saturating_sub(8);
        let base: String = one.base.chars().take(room).collect();
        let id = (1..=TRIES_MAX).filter_map(|n| DeliverableId::new(&format!("{base}-{n}")).ok()).find(free);
        if let Some(id) = id {
            taken.insert(id.clone());
            ids.insert(one.at, id);
        }
    }
}
