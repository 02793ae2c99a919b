//! Whether the rights of a deal cover its boosts for as long as they run: the right of use, the partnership-ad permission,
//! the Spark code. Pure.

use jiff::Timestamp;

use super::catalog::Catalog;
use super::preflight::{Looked, Outcome};
use crate::domain::document::{Boost, PartnershipRef, Right, RightKind};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::num;
use crate::domain::standing::{Deal, NO_END};

/// What is to be said of each boost of a deal that runs. Nothing where nothing is boosted.
#[must_use]
pub fn clearance(catalog: &Catalog, key: &PartnershipRef, now: Timestamp) -> Vec<Looked> {
    let about = catalog.about(&key.subject());
    let Some(deal) = catalog.standing(&key.campaign, &key.creator, &about.zone) else { return Vec::new() };
    // What begins later is looked at as it will be then.
    let from = about.deal.map_or(now, |(from, _)| std::cmp::max(from, now));
    let until = about.deal.map(|(_, until)| until);
    deal.boosts.iter().map(|boost| looked(&deal, boost, from, until)).collect()
}

fn looked(deal: &Deal, boost: &Boost, from: Timestamp, until: Option<Timestamp>) -> Looked {
    let say = |outcome, text: String| Looked { check: "rights", code: None, outcome, text };
    let id = &boost.id;
    if deal.partnership.rights.is_empty() {
        let text =
            format!("no right is written down for the boost `{id}`; add what was agreed to the partnership's `rights`");
        return say(Outcome::Note, text);
    }
    // The deal with this boost alone: the first of its rights to end.
    let alone = Deal { boosts: vec![boost.clone()], ..deal.clone() };
    let fact = alone.fact(Metric::RightsLeft, from);
    let left = fact.as_ref().and_then(|fact| fact.reading.value()).and_then(num::round_i64);
    let named = fact.as_ref().and_then(|fact| fact.named.first());
    let (Some(left), Some(named)) = (left.filter(|left| *left < NO_END), named) else {
        let text = format!("none of the rights that are written down is one of the boost `{id}`; add the one it needs");
        return say(Outcome::Note, text);
    };
    let (what, day) = (named.right.map_or("right", title), named.day.map(|day| day.0.to_string()).unwrap_or_default());
    if left <= 0 {
        let text =
            format!("the {what} of the boost `{id}` is not in force (its last day: {day}); have it given, then boost");
        return say(Outcome::Wrong, text);
    }
    if until.zip(named.at).is_some_and(|(until, at)| at < until) {
        let text = format!("the {what} of the boost `{id}` ends on {day}, before its campaign does; have it extended");
        return say(Outcome::Wrong, text);
    }
    if let Some(needs) = unwritten(&deal.partnership.rights, boost) {
        let text = format!(
            "no {needs} is written down for the boost `{id}`; it needs one where the ad runs in the creator's name"
        );
        return say(Outcome::Note, text);
    }
    say(Outcome::Fine, format!("the {what} of the boost `{id}` lasts until {day}"))
}

fn title(kind: RightKind) -> &'static str {
    match kind {
        RightKind::Usage => "right of use",
        RightKind::PartnershipAd => "partnership-ad permission",
        RightKind::SparkCode => "Spark code",
    }
}

/// What a platform asks for to run an ad in somebody's name, and is not written down.
fn unwritten(rights: &[Right], boost: &Boost) -> Option<&'static str> {
    let kind = match boost.source.as_str().parse::<Platform>() {
        Ok(Platform::MetaAds) => RightKind::PartnershipAd,
        Ok(Platform::TiktokAds) => RightKind::SparkCode,
        Ok(_) | Err(_) => return None,
    };
    let is_there = |right: &Right| {
        right.kind == kind
            && boost.piece.as_ref().is_none_or(|piece| right.posts.is_empty() || right.posts.contains(piece))
    };
    (!rights.iter().any(is_there)).then(|| title(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::Documents;

    #[track_caller]
    fn check(rights: &str, want: (Outcome, &str)) {
        let text = format!(
            "[[brand]]\nid = \"nordbo\"\nname = \"Nordbo\"\nzone = \"UTC\"\ncurrency = \"EUR\"\n\
             [[campaign]]\nid = \"spring\"\nbrand = \"nordbo\"\nstarts = 2026-03-01\nends = 2026-03-31\n\
             [[creator]]\nid = \"alma\"\n\
             [[partnership]]\ncampaign = \"spring\"\ncreator = \"alma\"\nrights = [{rights}]\n\
             [[boost]]\nid = \"alma-1\"\npartnership = \"spring/alma\"\nsource = \"tiktok_ads\"\nref = \"1\"\n\
             budget = \"10.00 EUR\"\n"
        );
        let mut catalog = Catalog::default();
        Documents::from_toml(&text).expect("documents").into_list().for_each(|one| catalog.take(one));
        let key = catalog.partnerships.keys().next().expect("a deal").clone();
        let looked = clearance(&catalog, &key, "2026-02-20T00:00:00Z".parse().expect("an instant"));
        let [one] = looked.as_slice() else { panic!("one boost: {looked:?}") };
        assert_eq!((one.outcome, one.text.as_str()), want, "{rights}");
    }

    #[test]
    fn a_right_covers_a_boost_from_the_first_day_of_its_deal_to_the_last() {
        let spark = |more: &str| format!("{{ kind = \"spark_code\", {more} }}");
        check(
            &spark("until = 2026-03-31"),
            (Outcome::Fine, "the Spark code of the boost `alma-1` lasts until 2026-03-31"),
        );
        check(
            &spark("until = 2026-03-30"),
            (
                Outcome::Wrong,
                "the Spark code of the boost `alma-1` ends on 2026-03-30, before its campaign does; have it extended",
            ),
        );
        check(
            &spark("until = 2026-02-25"),
            (
                Outcome::Wrong,
                "the Spark code of the boost `alma-1` is not in force (its last day: 2026-02-25); have it given, then boost",
            ),
        );
        check(
            &spark("from = 2026-03-02, until = 2026-04-30"),
            (
                Outcome::Wrong,
                "the Spark code of the boost `alma-1` is not in force (its last day: 2026-03-01); have it given, then boost",
            ),
        );
    }

    #[test]
    fn what_is_not_written_down_is_asked_about() {
        check(
            "",
            (
                Outcome::Note,
                "no right is written down for the boost `alma-1`; add what was agreed to the partnership's `rights`",
            ),
        );
        check(
            "{ kind = \"usage\", until = 2026-12-31 }",
            (
                Outcome::Note,
                "no Spark code is written down for the boost `alma-1`; it needs one where the ad runs in the creator's name",
            ),
        );
        check(
            "{ kind = \"partnership_ad\", until = 2026-12-31 }",
            (
                Outcome::Note,
                "none of the rights that are written down is one of the boost `alma-1`; add the one it needs",
            ),
        );
    }
}
