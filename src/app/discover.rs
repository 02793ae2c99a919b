//! What a shop has that no document speaks of yet: its discount codes and the links its orders came by, each with the
//! creators it probably belongs to.
//!
//! Refuses: assigning anything. A likeness of names is a hint for a person, who writes it into a document.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::catalog::Catalog;
use crate::domain::document::{Partnership, PartnershipRef, Running};
use crate::domain::ids::{BrandId, CreatorId, Subject};
use crate::rules::error::nearest;
use crate::sources::SourceError;
use crate::sources::orders::{Code, Shop, Visit, same_code};

/// Creators that are named for one code or link; more than that is no hint.
const GUESSES_MAX: usize = 3;

/// How much a name is like a code, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// The same letters.
    Same,
    /// One is in the other.
    Part,
    /// A letter or so differs.
    Near,
}

impl Likeness {
    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Part => "part",
            Self::Near => "near",
        }
    }
}

/// Somebody it may belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// Who.
    pub creator: CreatorId,
    /// How alike.
    pub likeness: Likeness,
    /// The name, id or handle that is alike.
    pub name: String,
}

/// A discount code.
#[derive(Debug, Clone)]
pub struct FoundCode {
    /// The code as the shop writes it.
    pub code: String,
    /// Its discount.
    pub discount: Code,
    /// The partnerships whose documents list it.
    pub owners: Vec<PartnershipRef>,
    /// Whom it may belong to, where nobody's document lists it.
    pub guesses: Vec<Guess>,
    /// What to write into which document, where one guess stands out and has a running partnership.
    pub line: Option<(PartnershipRef, String)>,
}

/// A link that orders came by.
#[derive(Debug, Clone)]
pub struct FoundLink {
    /// `utm_source`, `utm_medium`, `utm_campaign`, `utm_content`.
    pub utm: [Option<String>; 4],
    /// Orders that came by it.
    pub orders: usize,
    /// Codes used with it.
    pub codes: BTreeSet<String>,
    /// Whom it may belong to.
    pub guesses: Vec<Guess>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Codes, those of nobody first.
    pub codes: Vec<FoundCode>,
    /// Links, the most orders first.
    pub links: Vec<FoundLink>,
    /// There are more codes than were read.
    pub cut: bool,
    /// Why links could not be read, where they could not.
    pub no_links: Option<String>,
}

/// Asks the shop and compares with the catalog. `brand`: whose shop it is, where that is known.
pub async fn discover(
    shop: &dyn Shop,
    catalog: &Catalog,
    brand: Option<&BrandId>,
    since: Timestamp,
) -> Result<Found, SourceError> {
    let listed = shop.codes().await?;
    let names = names(catalog);
    let mut codes: Vec<FoundCode> = listed
        .codes
        .iter()
        .flat_map(|discount| discount.codes.iter().map(move |code| (discount, code)))
        .map(|(discount, code)| found_code(catalog, brand, &names, discount, code))
        .collect();
    codes.sort_by(|one, other| (!one.owners.is_empty(), &one.code).cmp(&(!other.owners.is_empty(), &other.code)));
    let (links, no_links) = match shop.visits(since).await {
        Ok(Some(visits)) => (links(&visits, &names), None),
        Ok(None) => (Vec::new(), Some("this shop does not say which link an order came by".to_owned())),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    Ok(Found { codes, links, cut: listed.cut, no_links })
}

fn found_code(
    catalog: &Catalog,
    brand: Option<&BrandId>,
    names: &[(CreatorId, String)],
    discount: &Code,
    code: &str,
) -> FoundCode {
    let lists = |one: &Partnership| one.codes.iter().any(|own| same_code(own, code));
    let owners: Vec<PartnershipRef> =
        catalog.partnerships.iter().filter(|(_, one)| lists(one)).map(|(key, _)| key.clone()).collect();
    let guesses = if owners.is_empty() { guesses(names, &[code, &discount.title]) } else { Vec::new() };
    let line = standing_out(&guesses).and_then(|guess| line(catalog, brand, &guess.creator, code));
    FoundCode { code: code.to_owned(), discount: discount.clone(), owners, guesses, line }
}

/// The one guess that is better than all others.
fn standing_out(guesses: &[Guess]) -> Option<&Guess> {
    match guesses {
        [only] => Some(only),
        [first, second, ..] if first.likeness < second.likeness => Some(first),
        _ => None,
    }
}

/// The line `codes = […]` of the only running partnership of a creator, with the code added.
fn line(
    catalog: &Catalog,
    brand: Option<&BrandId>,
    creator: &CreatorId,
    code: &str,
) -> Option<(PartnershipRef, String)> {
    let ours = |one: &Partnership| {
        let subject = Subject::Partnership(one.campaign.clone(), one.creator.clone());
        brand.is_none() || catalog.about(&subject).brand.as_ref() == brand
    };
    let mut running = catalog
        .partnerships
        .iter()
        .filter(|(_, one)| one.creator == *creator && one.state == Running::Active && ours(one));
    let (key, partnership) = running.next()?;
    if running.next().is_some() {
        return None;
    }
    let codes: Vec<toml::Value> =
        partnership.codes.iter().map(String::as_str).chain([code]).map(toml::Value::from).collect();
    Some((key.clone(), format!("codes = {}", toml::Value::Array(codes))))
}

/// Everything a creator is called, with the letters that count.
fn names(catalog: &Catalog) -> Vec<(CreatorId, String)> {
    let active = catalog.creators.values().filter(|one| one.state == Running::Active);
    let mut names = Vec::new();
    for one in active {
        let mut add = |name: &str| names.push((one.id.clone(), name.to_owned()));
        add(one.id.as_str());
        if let Some(name) = &one.name {
            add(name);
            if let Some((first, _)) = name.split_once(' ') {
                add(first);
            }
        }
        for handle in one.accounts.values() {
            add(handle);
        }
    }
    names
}

/// The letters of a name or code: lower case, without marks, spaces and the number at the end (`ALMA10` is `alma`).
fn letters(text: &str) -> String {
    let folded: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).map(plain).collect();
    folded.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()
}

/// Letters as codes write them, which are typed on any keyboard.
fn plain(letter: char) -> char {
    match letter {
        'å' | 'ä' | 'á' | 'à' | 'â' => 'a',
        'ö' | 'ø' | 'ó' | 'ô' => 'o',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'ü' | 'ú' => 'u',
        'í' | 'ï' => 'i',
        'ñ' => 'n',
        other => other,
    }
}

fn likeness(one: &str, other: &str) -> Option<Likeness> {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if one == other && 1 < one.len() {
        Some(Likeness::Same)
    } else if short.len() < 3 {
        // Two letters are in everything.
        None
    } else if long.contains(short) {
        Some(Likeness::Part)
    } else if nearest(one, [other]).is_some() {
        Some(Likeness::Near)
    } else {
        None
    }
}

/// The creators whose names are like one of the texts, the likest first.
fn guesses(names: &[(CreatorId, String)], texts: &[&str]) -> Vec<Guess> {
    let mut best: BTreeMap<&CreatorId, Guess> = BTreeMap::new();
    for (creator, name) in names {
        let alike = texts.iter().filter_map(|text| likeness(&letters(text), &letters(name))).min();
        let Some(likeness) = alike else { continue };
        let guess = Guess { creator: creator.clone(), likeness, name: name.clone() };
        match best.get(creator) {
            Some(kept) if kept.likeness <= likeness => {}
            Some(_) | None => drop(best.insert(creator, guess)),
        }
    }
    let mut guesses: Vec<Guess> = best.into_values().collect();
    guesses.sort_by(|one, other| (one.likeness, &one.creator).cmp(&(other.likeness, &other.creator)));
    guesses.truncate(GUESSES_MAX);
    guesses
}

fn links(visits: &[Visit], names: &[(CreatorId, String)]) -> Vec<FoundLink> {
    let mut links: BTreeMap<[Option<String>; 4], FoundLink> = BTreeMap::new();
    for visit in visits {
        let utm = [&visit.source, &visit.medium, &visit.campaign, &visit.content].map(Clone::clone);
        if utm.iter().all(Option::is_none) {
            continue;
        }
        let link = links.entry(utm.clone()).or_insert_with(|| {
            let texts: Vec<&str> = utm.iter().flatten().map(String::as_str).collect();
            let guesses = guesses(names, &texts);
            FoundLink { utm: utm.clone(), orders: 0, codes: BTreeSet::new(), guesses }
        });
        link.orders += 1;
        link.codes.extend(visit.codes.iter().cloned());
    }
    let mut links: Vec<FoundLink> = links.into_values().collect();
    links.sort_by_key(|link| std::cmp::Reverse(link.orders));
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> Vec<(CreatorId, String)> {
        let creator = |id: &str| CreatorId::new(id).expect("an id");
        [("alma", "alma"), ("alma", "Alma Lind"), ("bo", "bo"), ("bo", "Bo Öberg"), ("bo", "boberg"), ("elin", "elin")]
            .map(|(id, name)| (creator(id), name.to_owned()))
            .to_vec()
    }

    #[track_caller]
    fn check(text: &str, want: &[(&str, Likeness)]) {
        let got = guesses(&people(), &[text]);
        let got: Vec<(&str, Likeness)> = got.iter().map(|guess| (guess.creator.as_str(), guess.likeness)).collect();
        assert_eq!(got, want, "{text}");
    }

    #[test]
    fn a_code_is_compared_by_its_letters() {
        check("ALMA10", &[("alma", Likeness::Same)]);
        check("alma_lind-25", &[("alma", Likeness::Same)]);
        check("BOBERG", &[("bo", Likeness::Same)]);
        check("NORDBOELIN20", &[("elin", Likeness::Part)]);
        check("ELLIN", &[("elin", Likeness::Near)]);
        check("SUMMER", &[]);
        check("BO15", &[("bo", Likeness::Same)]);
        check("BOOTS", &[]);
        check("10", &[]);
        check("", &[]);
    }

    #[test]
    fn of_two_alike_nobody_stands_out() {
        let guess =
            |id: &str, likeness| Guess { creator: CreatorId::new(id).expect("an id"), likeness, name: String::new() };
        let two = [guess("alma", Likeness::Part), guess("elin", Likeness::Part)];
        assert_eq!(standing_out(&two), None);
        let one = [guess("alma", Likeness::Same), guess("elin", Likeness::Part)];
        assert_eq!(standing_out(&one).map(|guess| guess.creator.as_str()), Some("alma"));
        assert_eq!(standing_out(&[]), None);
    }
}
