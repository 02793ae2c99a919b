//! How whoever used a creator's code came to the shop: by way of the creator, by hand, from a page that lists codes, or from
//! elsewhere.
//!
//! Owns: what a site is taken for. Refuses: whoever bought, and which page of a site it was.
//!
//! A site lists codes where the settings name it, where its name says so, or where it sent buyers with the codes of
//! several creators: a friend passes on one code, a list has many. That a site does is known from the poll on in which the
//! last of them was seen, as far as a source remembers since its start. Buyers sent by a network on which creators post are
//! the creator's own, because no shop tells which post it was.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use url::Url;

use super::Visit;
use crate::domain::ids::Subject;
use crate::domain::metric::Metric;
use crate::domain::sample::Absence;

/// Sites that are remembered for who was sent by them. More in the days that a source looks back are noise.
const SITES_MAX: usize = 2_000;

/// See `config/default.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct CodeSites {
    pub lists: Vec<String>,
    pub words: Vec<String>,
    pub creators_max: u32,
    pub networks: Vec<String>,
    pub passing: Vec<String>,
}

/// What is known of the visit that ended in an order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::sources) enum Came {
    /// Nobody asked.
    #[default]
    Unasked,
    /// The shop does not tell, and why.
    Unknown(Absence),
    /// It was this one.
    By(Visit),
}

/// How somebody came who used a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Own,
    Typed,
    Listed,
    Elsewhere,
}

/// What is said of them, in the order of [`Way`].
pub(super) const OF_WAYS: [Metric; 4] =
    [Metric::RedeemedByLink, Metric::RedeemedTyped, Metric::RedeemedListed, Metric::RedeemedElsewhere];

impl Way {
    /// What it is counted as.
    pub fn metric(self) -> Metric {
        match self {
            Self::Own => Metric::RedeemedByLink,
            Self::Typed => Metric::RedeemedTyped,
            Self::Listed => Metric::RedeemedListed,
            Self::Elsewhere => Metric::RedeemedElsewhere,
        }
    }
}

/// What sites are taken for, and whose codes each has sent.
#[derive(Debug, Default)]
pub(in crate::sources) struct Ways {
    sites: CodeSites,
    sent: BTreeMap<String, BTreeSet<String>>,
}

impl Ways {
    /// Nobody has been sent yet.
    pub fn new(sites: CodeSites) -> Self {
        Self { sites, sent: BTreeMap::new() }
    }

    /// Notes which site sent somebody with a code of this owner.
    pub(super) fn note(&mut self, visit: &Visit, owner: &Subject) {
        let Some(site) = site(visit).filter(|site| self.sites.is_foreign(site)) else { return };
        if self.sent.len() < SITES_MAX || self.sent.contains_key(&site) {
            self.sent.entry(site).or_default().insert(whose(owner).to_owned());
        }
    }

    /// How a visit with a code of this owner came.
    pub(super) fn of(&self, visit: &Visit, owner: &Subject) -> Way {
        if is_own(visit, owner) {
            return Way::Own;
        }
        let site = site(visit);
        let source = visit.source.as_deref().map(str::to_lowercase);
        if [&site, &source].into_iter().flatten().any(|name| self.sites.lists(name)) {
            return Way::Listed;
        }
        match site {
            Some(site) if is_under(&self.sites.networks, &site) => Way::Own,
            Some(site) if is_under(&self.sites.passing, &site) => Way::Typed,
            Some(site) if self.is_list(&site) => Way::Listed,
            Some(_) => Way::Elsewhere,
            // A link from an app or a letter sends no page, and says so in its parameters.
            None if source.is_some() => Way::Elsewhere,
            None => Way::Typed,
        }
    }

    /// Whether it has sent buyers with the codes of too many creators to be anybody's own place.
    fn is_list(&self, site: &str) -> bool {
        let creators = self.sent.get(site).and_then(|creators| u32::try_from(creators.len()).ok()).unwrap_or(0);
        0 < self.sites.creators_max && self.sites.creators_max < creators
    }
}

impl CodeSites {
    /// Whether the settings take it for a list of codes.
    fn lists(&self, name: &str) -> bool {
        is_under(&self.lists, name) || self.words.iter().any(|word| name.contains(word.as_str()))
    }

    /// Whether nothing is said of it.
    fn is_foreign(&self, site: &str) -> bool {
        !self.lists(site) && !is_under(&self.networks, site) && !is_under(&self.passing, site)
    }
}

/// The creator of a deal.
fn whose(owner: &Subject) -> &str {
    match owner {
        Subject::Partnership(_, creator) => creator.as_str(),
        _ => "",
    }
}

/// Whether the link's parameters name the creator: as the program's own links do, or one made by hand.
fn is_own(visit: &Visit, owner: &Subject) -> bool {
    let named = [&visit.source, &visit.campaign, &visit.content];
    let creator = whose(owner);
    !creator.is_empty() && named.into_iter().flatten().any(|text| text.trim().eq_ignore_ascii_case(creator))
}

/// The site that sent a visit; none where it was the shop itself, or no page at all.
fn site(visit: &Visit) -> Option<String> {
    let host = |address: &String| {
        let host = Url::parse(address).ok()?.host_str()?.to_lowercase();
        Some(host.strip_prefix("www.").map(str::to_owned).unwrap_or(host))
    };
    let from = visit.referrer.as_ref().and_then(host)?;
    (visit.landing.as_ref().and_then(host).as_ref() != Some(&from)).then_some(from)
}

/// Whether a site is one of these, or below one.
fn is_under(names: &[String], site: &str) -> bool {
    names.iter().any(|name| site.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the program has where nobody says otherwise.
    #[derive(Deserialize)]
    struct Defaults {
        code_sites: CodeSites,
    }

    fn sites() -> CodeSites {
        let defaults = include_str!("../../../config/default.toml");
        toml::from_str::<Defaults>(defaults).expect("the defaults").code_sites
    }

    fn alma() -> Subject {
        "partnership/spring/alma".parse().expect("a subject")
    }

    fn from(page: &str) -> Visit {
        let landing = Some("https://www.nordbo.example/shirt?x=1".to_owned());
        Visit { referrer: (!page.is_empty()).then(|| page.to_owned()), landing, ..Visit::default() }
    }

    #[track_caller]
    fn check(visit: &Visit, want: Way) {
        assert_eq!(Ways::new(sites()).of(visit, &alma()), want, "{visit:?}");
    }

    #[test]
    fn a_page_that_sent_a_buyer_is_taken_for_what_it_is() {
        check(&from("https://www.retailmenot.com/view/nordbo.example"), Way::Listed);
        check(&from("https://nordbo.rabattkoder.example/"), Way::Listed);
        check(&from("https://www.reddit.com/r/hiking"), Way::Elsewhere);
        check(&from("https://l.instagram.com/"), Way::Own);
        check(&from("https://notinstagram.com/"), Way::Elsewhere);
        check(&from("https://www.google.com/"), Way::Typed);
        check(&from("https://nordbo.example/cart"), Way::Typed);
        check(&from("nowhere"), Way::Typed);
        check(&from(""), Way::Typed);
    }

    #[test]
    fn parameters_that_name_the_creator_go_before_the_page() {
        let by = |source: &str, page: &str| Visit { source: Some(source.to_owned()), ..from(page) };
        check(&by("Alma", "https://www.retailmenot.com/"), Way::Own);
        check(&Visit { content: Some("alma".to_owned()), ..by("instagram", "") }, Way::Own);
        check(&by("bo", "https://l.instagram.com/"), Way::Own);
        check(&by("retailmenot.com", ""), Way::Listed);
        check(&by("newsletter", ""), Way::Elsewhere);
    }

    #[test]
    fn a_site_with_the_codes_of_many_creators_lists_codes_and_one_with_a_single_code_does_not() {
        let mut ways = Ways::new(sites());
        let visit = from("https://swap.example/nordbo");
        for _ in 0..40 {
            ways.note(&visit, &alma());
        }
        assert_eq!(ways.of(&visit, &alma()), Way::Elsewhere);
        for (at, creator) in ["alma", "bo", "cleo"].into_iter().enumerate() {
            // Two campaigns of one creator are one creator.
            for campaign in ["spring", "autumn"] {
                ways.note(&visit, &format!("partnership/{campaign}/{creator}").parse().expect("a subject"));
            }
            assert_eq!(ways.of(&visit, &alma()), if at < 2 { Way::Elsewhere } else { Way::Listed }, "{creator}");
        }
        for network in ["https://www.tiktok.com/", "https://www.google.com/"] {
            for creator in ["alma", "bo", "cleo", "dan"] {
                ways.note(&from(network), &format!("partnership/spring/{creator}").parse().expect("a subject"));
            }
            assert_ne!(ways.of(&from(network), &alma()), Way::Listed, "everybody comes by it");
        }
    }

    #[test]
    fn the_settings_name_hosts_once_and_in_lower_case() {
        let sites = sites();
        let all: Vec<&String> = [&sites.lists, &sites.networks, &sites.passing].into_iter().flatten().collect();
        for (at, name) in all.iter().enumerate() {
            assert_eq!(**name, name.to_lowercase());
            assert!(name.contains('.') && !name.contains('/') && !name.starts_with("www."), "{name}");
            assert!(!all.iter().skip(at + 1).any(|other| other == name), "{name} twice");
        }
        assert!(sites.lists.iter().all(|name| !sites.words.iter().any(|word| name.contains(word.as_str()))));
    }
}
