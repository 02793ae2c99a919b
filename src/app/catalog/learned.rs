//! What is learned from a brand's history, where it is used: the luck between posts, priors, how spend matures.

use jiff::{SignedDuration, Timestamp};

use super::{About, Catalog};
use crate::domain::document::PartnershipRef;
use crate::domain::ids::{BrandId, Platform, Subject};
use crate::domain::written::parse_length;
use crate::rules::learn::{Learned, Lesson, Name, Thing, Value};
use crate::rules::maturity::{Maturity, Spread};

impl Catalog {
    /// Fills in what had been learned about a subject's brand at an instant, over what the settings say.
    pub(super) fn fill_learned(&self, subject: &Subject, about: &mut About, at: Timestamp) {
        let brand = about.brand.clone();
        let own = match subject {
            Subject::Partnership(campaign, creator) => {
                Some(PartnershipRef { campaign: campaign.clone(), creator: creator.clone() })
            }
            Subject::Brand(_) | Subject::Campaign(_) | Subject::Creator(_) | Subject::Post(..) => None,
        };
        let pieces: Vec<(Platform, &str)> =
            own.iter().flat_map(|own| self.pieces_in(own)).map(|one| (one.platform, one.format.as_str())).collect();
        if let Some(brand) = &brand {
            let luck = self.learned.luck(brand, &pieces, at);
            if let Some((learned, Value::Shape { k })) = luck.map(|one| (one, one.value)) {
                about.k = k;
                about.learned.push(Lesson::from(learned));
            }
            for one in self.learned.of_brand(brand, at).filter(|one| one.name.thing == Thing::Prior) {
                if let (Some(metric), Some(prior)) = (one.name.metric, one.value.prior()) {
                    about.priors.insert(metric, prior);
                    about.learned.push(Lesson::from(one));
                }
            }
        }
        if let Subject::Partnership(..) = subject {
            self.fill_maturity(brand.as_ref(), &pieces, about, at);
        }
    }

    /// Fees of several formats wait for the slowest of them.
    fn fill_maturity(&self, brand: Option<&BrandId>, pieces: &[(Platform, &str)], about: &mut About, at: Timestamp) {
        let settings = &self.maturity;
        let own = about.campaign.as_ref().and_then(|id| self.campaigns.get(id)?.attribution.as_deref());
        let window = own.and_then(parse_length).unwrap_or(settings.attribution.0);
        let lag = brand.and_then(|brand| self.learned.newest(&Name::lag(brand), at));
        let order_lag = lag.and_then(|one| one.value.half()).unwrap_or(settings.order_lag.0);
        let fades = |(platform, format): &(Platform, &str)| -> (SignedDuration, Option<&Learned>) {
            let learned = brand.and_then(|brand| self.learned.decay(brand, *platform, format, at));
            (learned.and_then(|one| one.value.half()).unwrap_or_else(|| settings.fades(*platform)), learned)
        };
        let (views, decay) =
            pieces.iter().map(fades).max_by_key(|(half, _)| *half).unwrap_or((settings.post_half_life.0, None));
        let boost = Spread::halving(order_lag, window);
        about.maturity = Maturity { boost, fee: boost.following(views) };
        about.learned.extend(decay.into_iter().chain(lag).map(Lesson::from));
    }
}
