//! A deal with everything that its facts are worked out from: its pieces, the boosts that spend, what its posts say.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::Catalog;
use crate::app::records::PostRecord;
use crate::domain::action::{Deed, Proposal, ProposalStage};
use crate::domain::document::{PartnershipRef, Running};
use crate::domain::ids::{CampaignId, CreatorId};
use crate::domain::standing::{Deal, Post, usual_marks};

/// Letters of a post's text that are looked through: as long as the longest that a platform takes (`YouTube`, 5,000).
const TEXT_MAX: usize = 5_000;

impl Catalog {
    /// The deal of a creator in a campaign; `None` where there is none.
    #[must_use]
    pub fn standing(&self, campaign: &CampaignId, creator: &CreatorId, zone: &TimeZone) -> Option<Deal> {
        let key = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
        let partnership = self.partnerships.get(&key)?;
        let runs = |state: Running| state == Running::Active;
        let pieces: Vec<_> = self.pieces_in(&key).cloned().collect();
        let boosts = self
            .boosts
            .values()
            .filter(|one| one.partnership == key && runs(one.state) && !self.stopped.contains(&one.id));
        let boosts = boosts.cloned().collect();
        let mut posts: Vec<Post> =
            pieces.iter().filter_map(|piece| Some(self.post(piece.platform, piece.post.as_ref()?))).collect();
        if partnership.exclusivity.is_some() {
            let own = self.posts.iter().filter(|(_, maker)| *maker == creator);
            for (platform, post) in own.map(|(key, _)| key) {
                if !posts.iter().any(|known| known.platform == *platform && known.post == *post) {
                    posts.push(self.post(*platform, post));
                }
            }
        }
        let marks = match partnership.disclosure.as_slice() {
            [] => usual_marks(self.creators.get(creator).map_or("en", |one| one.locale.as_str())),
            given => given.to_vec(),
        };
        Some(Deal {
            runs: runs(partnership.state) && self.campaigns.get(campaign).is_none_or(|one| runs(one.state)),
            zone: zone.clone(),
            partnership: partnership.clone(),
            pieces,
            boosts,
            posts,
            marks,
        })
    }

    fn post(&self, platform: crate::domain::ids::Platform, post: &crate::domain::ids::PostRef) -> Post {
        let key = (platform, post.clone());
        let (at, text) = (self.published.get(&key).copied(), self.texts.get(&key).cloned());
        Post { platform, post: key.1, at, text }
    }

    /// Takes a post in: whose it is, since when it is out and, of creators with a deal, what it says.
    pub fn know_post(&mut self, record: PostRecord) {
        let key = (record.platform, record.post);
        let title = record.title.unwrap_or_default();
        if let Some(text) = record.text.filter(|_| self.dealt.contains(&record.creator)) {
            let said: String = format!("{title}\n{text}").chars().take(TEXT_MAX).collect();
            self.texts.insert(key.clone(), Arc::from(said));
        }
        self.published.insert(key.clone(), record.published_at);
        self.posts.insert(key, record.creator);
    }

    /// Takes in what a platform has confirmed about a boost. Whether anything changed.
    pub fn know_done(&mut self, proposal: &Proposal) -> bool {
        match (&proposal.stage, &proposal.deed) {
            (ProposalStage::Verified { .. }, Deed::StopBoost { boost }) => self.stopped.insert(boost.clone()),
            (ProposalStage::Verified { .. }, Deed::ResumeBoost { boost }) => self.stopped.remove(boost),
            (_, _) => false,
        }
    }
}
