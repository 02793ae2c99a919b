//! What a column probably says, from its header: the synonyms people use, in English, Swedish and German.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::field::{Field, Group, Slot};
use super::fold;
use super::numbers::Mark;
use super::words::{format_of_word, platform_of_word};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;

/// How sure a guess is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Certainty {
    /// Used only where nothing better is there: `Total cost` as the fee.
    Weak,
    /// What stands below the header says it.
    Values,
    /// The header has the words, and others.
    Likely,
    /// The header is one of the names.
    Certain,
    /// The mapping file says it.
    Said,
}

impl Certainty {
    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Values => "values",
            Self::Likely => "likely",
            Self::Certain => "certain",
            Self::Said => "said",
        }
    }
}

/// What a header says.
#[derive(Debug, Clone, PartialEq)]
pub enum Guess {
    /// A field.
    Field(Slot, Certainty),
    /// A group without a field (`Reel 1`): what stands below decides which.
    GroupOnly(Group),
    /// A link of some kind: what stands below decides which.
    Link,
    /// A column that is known and not used, and why.
    Unused(&'static str),
    /// Nothing that is known.
    Nothing,
}

/// Headers by field. The first of each line is what an export writes.
const SYNONYMS: &[(Field, &str)] = &[
    (
        Field::Brand,
        "brand|client|customer|advertiser|varumarke|kund|klient|foretag|bolag|marke|kunde|company|brand name",
    ),
    (Field::Campaign, "campaign|kampanj|kampagne|project|projekt|aktivering|campaign name|kampanjnamn|activation"),
    (
        Field::Creator,
        "creator|influencer|talent|profil|kreator|kreatorer|name|namn|influencer name|creator name|talent name|full name|\
         influencers|creators|instagrammer|tiktoker|youtuber|influerare|influenser|profilnamn|artist|blogger|\
         influencer namn|kreatorens namn|content creator",
    ),
    (
        Field::Handle,
        "handle|handles|username|user name|anvandarnamn|konto|account|social handle|influencer handle|creator handle|\
         profile|profile link|profile url|profillank|profil url|alias",
    ),
    (Field::Platform, "platform|plattform|channel|kanal|network|social network|natverk|medium|kanaler|social platform"),
    (
        Field::Format,
        "format|content type|type|typ|content|innehall|content format|type of content|innehallstyp|posttyp|post type|\
         placement|leveranstyp|inhalt|art|media type",
    ),
    (Field::Deliverable, "deliverable|leverans|leverabel|asset|deliverable name|piece|content piece|leveransnamn"),
    (
        Field::Fee,
        "fee|arvode|ersattning|price|pris|cost|kostnad|amount|belopp|rate|payment|gage|honorar|preis|influencer fee|\
         creator fee|talent fee|agreed fee|avtalat arvode|compensation|pay|post fee|kosten|vergutung|cost per post|\
         pris per inlagg|flat fee|fixed fee|fast arvode",
    ),
    (
        Field::Billed,
        "billed|billed to client|client price|client fee|client cost|billed amount|fakturerat|fakturerat kund|kundpris|\
         fakturerat belopp|in rechnung gestellt",
    ),
    (Field::Currency, "currency|valuta|wahrung|curr|ccy"),
    (
        Field::Due,
        "due|due date|deadline|publish date|publishing date|publication date|post date|posting date|go live|go live date|\
         live date planned|date|datum|publiceringsdatum|publicering|leveransdatum|planned date|planerat datum|\
         scheduled date|inlaggsdatum|postdatum|veroffentlichung|termin|publish|planned|posting day|forfallodatum",
    ),
    (
        Field::DraftDue,
        "draft due|draft deadline|draft date|first draft|draft by|utkast senast|utkast klart|utkast|entwurf bis",
    ),
    (Field::ProofDue, "proof due|proof deadline|proof of posting|bevis senast|nachweis bis"),
    (
        Field::ReportDue,
        "report due|report deadline|insights due|stats due|statistics due|rapport senast|siffror senast|\
         statistik senast|bericht bis",
    ),
    (
        Field::CancelBy,
        "cancel by|cancel before|last cancellation|cancellation deadline|avboka senast|avbokas senast|sista avbokning|\
         avbokning senast|cancellation date|stornierbar bis",
    ),
    (Field::KillFee, "kill fee|cancellation fee|avbokningsavgift|killfee|avbestallningsavgift|stornogebuhr"),
    (
        Field::State,
        "state|status|progress|lage|stage|content status|deliverable status|deliverable state|post status|skede",
    ),
    (
        Field::Post,
        "post|post url|post link|posturl|link to post|url to post|live link|live url|permalink|inlaggslank|\
         lank till inlagg|content link|content url|video url|video link|reel link|reel url|published link|postlank|\
         link to content|post id",
    ),
    (
        Field::LiveAt,
        "live at|live date|published at|posted at|posted on|published on|date posted|date published|publicerat datum|\
         publicerad den|went live|actual date",
    ),
    (
        Field::Codes,
        "codes|code|discount code|discount codes|promo code|promo codes|rabattkod|rabattkoder|kod|koder|coupon|\
         coupon code|voucher|voucher code|promokod|gutscheincode|rabattcode|kampanjkod",
    ),
    (
        Field::Link,
        "tracking link|utm link|tracked link|affiliate link|sparningslank|utm|tracking url|trackinglank|short link|\
         swipe up link|bio link|landing page|utm url|link slug",
    ),
    (
        Field::Commission,
        "commission|provision|rev share|revenue share|affiliate commission|kommission|commission rate|affiliate|\
         provisionssats|commission percent",
    ),
    (
        Field::PerThousandViews,
        "pay per thousand views|cpm fee|fee per 1000 views|fee per thousand views|cpm pay|ersattning per 1000 visningar|\
         pay per 1000 views|rate per 1000 views",
    ),
    (
        Field::UsageUntil,
        "usage until|usage rights until|usage rights end|usage rights expiry|usage end|usage rights|rights until|\
         rights end|nyttjanderatt till|nyttjande till|rattigheter till|nutzungsrechte bis",
    ),
    (Field::DealStarts, "deal starts|deal start|contract start|contract starts|avtalsstart|avtal fran|vertragsbeginn"),
    (Field::DealState, "deal state|deal status|partnership state|partnership status|contract status|avtalsstatus"),
    (Field::ManagedBy, "managed by|talent manager|manager|management|agent|agency contact|managerad av"),
    (Field::CreatorZone, "creator zone|time zone|timezone|tidszon|creator time zone|zeitzone"),
    (Field::CreatorLocale, "creator locale|language|sprak|creator language|sprache"),
    (Field::CreatorState, "creator state|creator status|influencer status"),
    (Field::Goal, "goal|campaign goal|objective|mal|kampanjmal|ziel|syfte"),
    (
        Field::CampaignStarts,
        "campaign starts|campaign start|start date|start|starts|startdatum|kampanjstart|campaign start date|from|fran|\
         flight start|beginn",
    ),
    (
        Field::CampaignEnds,
        "campaign ends|campaign end|end date|end|ends|slutdatum|kampanjslut|campaign end date|slut|to|till|flight end|\
         enddatum|ende",
    ),
    (Field::Attribution, "attribution|attribution window|attributionsfonster|cookie window"),
    (Field::CampaignState, "campaign state|campaign status|kampanjstatus"),
    (Field::BrandZone, "brand zone|brand time zone|client time zone"),
    (Field::BrandCurrency, "brand currency|client currency|book currency|bokforingsvaluta"),
    (Field::BrandLocale, "brand locale|brand language|client language"),
    (Field::MarginPerOrder, "margin per order|contribution per order|marginal per order|tb per order|deckungsbeitrag"),
    (Field::BrandState, "brand state|brand status|client status"),
    (Field::BrandId, "brand id|client id|kund id"),
    (Field::CampaignId, "campaign id|kampanj id"),
    (Field::CreatorId, "creator id|influencer id|talent id"),
    (Field::DeliverableId, "deliverable id"),
    (
        Field::CostAccount,
        "account code|ledger account|gl account|gl code|cost account|kontokod|bokforingskonto|kostnadskonto|sachkonto",
    ),
    (Field::Po, "po|po number|po no|purchase order|purchase order number|inkopsorder|bestallningsnummer|bestellnummer"),
    (
        Field::Invoice,
        "invoice number|invoice no|invoice nr|invoice id|fakturanummer|fakturanr|rechnungsnummer|rechnungsnr",
    ),
    (Field::InvoicedOn, "invoice date|invoiced on|invoiced at|fakturadatum|rechnungsdatum"),
    // A column that is called VAT alone often holds amounts.
    (Field::Vat, "vat rate|vat percent|vat share|momssats|mwst satz"),
    (
        Field::PaidOn,
        "paid on|paid at|date paid|paid date|payment date|betald den|betaldatum|betalningsdatum|bezahlt am|zahlungsdatum",
    ),
    (Field::RefundedOn, "refunded on|refund date|date refunded|aterbetald den|erstattet am"),
];

/// Totals: a fee only where no other column is one.
const TOTALS: &str = "total fee|total cost|total|totalt|total amount|total price|totalkostnad|summa|budget|total budget|\
                      gesamt|sum|totalt arvode|total arvode|total kostnad";

/// Columns that people keep and that are not used, with why.
const UNUSED: [(&str, &str); 4] = [
    (
        "follower followers followercount subscriber subscribers foljare prenumeranter size tier storlek abonnenten",
        "followers are read from the platform itself",
    ),
    (
        "email mail epost phone telefon mobile mobil address adress contact kontakt kontaktperson shipping postnummer \
         stad city country land",
        "contacts are not kept",
    ),
    (
        "views view reach impressions likes comments shares saves clicks engagement er visningar rackvidd gilla \
         kommentarer klick orders sales revenue forsaljning intakt avg average snitt emv result results resultat",
        "results are read from the sources",
    ),
    (
        "notes note comment kommentar kommentarer anteckning anteckningar ovrigt bemerkung nr no index rad row id",
        "notes are not kept",
    ),
];

/// Words that change nothing in a header.
const NOISE: &str =
    "ex exkl excl excluding inkl incl including vat moms mwst net netto brutto gross i in the av of för for per";

/// A header taken apart.
struct Header {
    words: Vec<String>,
    mark: Option<Mark>,
}

fn taken_apart(text: &str) -> Header {
    let mut mark = None;
    let mut words = Vec::new();
    // Signs are no words, so they are looked for before the words are.
    for part in text.split(|letter: char| {
        letter.is_whitespace() || matches!(letter, '(' | ')' | '[' | ']' | '/' | '|' | ',' | ':' | ';')
    }) {
        let currency_like = part.chars().count() == 1 || part == part.to_uppercase() || fold::fold(part) == "kr";
        match Mark::of(part) {
            Some(found) if currency_like && mark.is_none() && !part.is_empty() => mark = Some(found),
            _ => words.extend(fold::words(part)),
        }
    }
    Header { words, mark }
}

/// The currency a header names: `Fee (SEK)`.
#[must_use]
pub fn currency_of(header: &str) -> Option<Mark> {
    taken_apart(header).mark
}

fn is_one_of(list: &str, said: &str) -> bool {
    list.split('|').any(|one| one == said)
}

/// Every name with its field, to be found at once: forty rows of a sheet are looked at for a header.
static NAMES: LazyLock<BTreeMap<&'static str, Field>> =
    LazyLock::new(|| SYNONYMS.iter().flat_map(|row| row.1.split('|').map(|name| (name, row.0))).collect());

/// Names that may stand among other words, the longest first. Short words stand in too many headers.
static INSIDE: LazyLock<Vec<(Vec<&'static str>, Field)>> = LazyLock::new(|| {
    let mut names: Vec<(&str, Field)> =
        NAMES.iter().filter(|row| 4 <= row.0.len()).map(|row| (*row.0, *row.1)).collect();
    names.sort_by_key(|(name, _)| std::cmp::Reverse((name.split(' ').count(), name.len())));
    names.into_iter().map(|(name, field)| (name.split(' ').collect(), field)).collect()
});

fn exact(said: &str) -> Option<Field> {
    NAMES.get(said).copied()
}

/// What a header says.
#[must_use]
pub fn guess(header: &str) -> Guess {
    let Header { words, .. } = taken_apart(header);
    let all = fold::words(header).join(" ");
    let said = words.join(" ");
    if matches!(said.as_str(), "link" | "url" | "lank" | "lankar" | "links") {
        return Guess::Link;
    }
    if let Some(field) = exact(&all).or_else(|| exact(&said)).or_else(|| account(&words)) {
        return Guess::Field(Slot::of(field), Certainty::Certain);
    }
    if let Some(target) = target(&words) {
        return target;
    }
    let quiet: Vec<String> =
        words.iter().filter(|word| !NOISE.split(' ').any(|noise| noise == *word)).cloned().collect();
    let said = quiet.join(" ");
    if let Some(field) = exact(&said) {
        return Guess::Field(Slot::of(field), Certainty::Certain);
    }
    if is_one_of(TOTALS, &said) {
        return Guess::Field(Slot::of(Field::Fee), Certainty::Weak);
    }
    if let Some(guess) = grouped(&quiet) {
        return guess;
    }
    let unused = UNUSED.iter().find(|row| quiet.iter().any(|word| row.0.split_whitespace().any(|one| one == word)));
    if let Some(row) = unused {
        return Guess::Unused(row.1);
    }
    containing(&quiet).map_or(Guess::Nothing, |field| Guess::Field(Slot::of(field), Certainty::Likely))
}

/// `Instagram`, `IG handle`, `TikTok account`, `YouTube channel`, `Account: meta_ads`.
fn account(words: &[String]) -> Option<Field> {
    const BESIDE: &str = "handle account konto channel kanal profile profil url link lank username user name id";
    let beside = |word: &String| BESIDE.split(' ').any(|one| one == word);
    let names: Vec<&str> = words.iter().filter(|word| !beside(word)).map(String::as_str).collect();
    let platform = match names.as_slice() {
        [name] => platform_of_word(name).or_else(|| name.parse().ok()),
        _ => names.join("_").parse().ok(),
    }?;
    let creators_are_there = matches!(
        platform,
        Platform::Instagram | Platform::Youtube | Platform::Tiktok | Platform::Twitch | Platform::Facebook
    );
    // `X` alone is a mark in a column more often than a platform, and a shop's name is no account.
    let said = words.iter().any(|word| word == "account" || word == "handle");
    (creators_are_there || (said && names.len() < words.len())).then_some(Field::Account(platform))
}

/// `Target CPA`, `CPA goal`, `Mål: orders`, `Campaign target: cpa`.
fn target(words: &[String]) -> Option<Guess> {
    const TARGET: [&str; 7] = ["target", "targets", "goal", "mal", "malsattning", "ziel", "kpi"];
    if !words.iter().any(|word| TARGET.contains(&word.as_str())) {
        return None;
    }
    let campaign = words.iter().any(|word| matches!(word.as_str(), "campaign" | "kampanj"));
    let rest: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !TARGET.contains(word) && !matches!(*word, "campaign" | "kampanj" | "of" | "av" | "per"))
        .collect();
    let name = match rest.join("_").as_str() {
        "ordrar" | "order" | "kop" => "orders".to_owned(),
        "visningar" => "views".to_owned(),
        "klick" => "clicks".to_owned(),
        "forsaljning" | "sales" | "omsattning" => "revenue".to_owned(),
        other => other.to_owned(),
    };
    let metric: Metric = name.parse().ok()?;
    let field = if campaign { Field::CampaignTarget(metric) } else { Field::Target(metric) };
    Some(Guess::Field(Slot::of(field), Certainty::Certain))
}

/// `Reel 1 fee`, `Arvode story 2`, `Post 1 | datum`, `Reel 1`.
fn grouped(words: &[String]) -> Option<Guess> {
    const GENERIC: [&str; 8] =
        ["deliverable", "content", "asset", "leverans", "innehall", "piece", "placement", "leverabel"];
    let mut group = Vec::new();
    let mut rest = Vec::new();
    let (mut named, mut numbered) = (false, false);
    for word in words {
        let bare = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let number = word.get(bare.len()..).unwrap_or_default();
        let is_format = format_of_word(bare);
        if bare.is_empty() && !numbered && !group.is_empty() {
            numbered = true;
            group.push(word.clone());
        } else if let Some(format) = is_format.filter(|_| !named) {
            named = true;
            group.push(format.name);
            if !number.is_empty() {
                numbered = true;
                group.push(number.to_owned());
            }
        } else if GENERIC.contains(&bare) && !named {
            named = true;
            group.push(bare.to_owned());
            if !number.is_empty() {
                numbered = true;
                group.push(number.to_owned());
            }
        } else if let Some(platform) = platform_of_word(word) {
            group.push(platform.to_string());
        } else {
            rest.push(word.clone());
        }
    }
    let generic = group.iter().any(|word| GENERIC.contains(&word.as_str()));
    if group.is_empty() || (generic && !numbered) {
        return None;
    }
    let group = Group { name: fold::slug(&group.join("-"), "group") };
    if rest.is_empty() {
        return Some(Guess::GroupOnly(group));
    }
    let said = rest.join(" ");
    let field = match said.as_str() {
        "link" | "url" | "lank" => Some(Field::Post),
        _ => exact(&said).filter(|field| field.is_of_deliverable()),
    }?;
    Some(Guess::Field(Slot { group: Some(group), field }, Certainty::Certain))
}

/// The field whose longest name has all its words in the header.
fn containing(words: &[String]) -> Option<Field> {
    let has = |part: &&str| words.iter().any(|word| word == part);
    INSIDE.iter().find(|(name, _)| name.iter().all(has)).map(|(_, field)| *field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, want: &str) {
        let got = match guess(header) {
            Guess::Field(slot, certainty) => format!("{slot} {}", certainty.as_str()),
            Guess::GroupOnly(group) => format!("{}/?", group.name),
            Guess::Link => "link?".to_owned(),
            Guess::Unused(why) => format!("- {why}"),
            Guess::Nothing => "nothing".to_owned(),
        };
        assert_eq!(got, want, "{header}");
    }

    #[test]
    fn headers_are_recognised_in_the_words_people_use() {
        for (header, want) in [
            ("Influencer", "creator certain"),
            ("Namn", "creator certain"),
            ("Varumärke", "brand certain"),
            ("KAMPANJ", "campaign certain"),
            ("Arvode (SEK)", "fee certain"),
            ("Arvode exkl. moms", "fee certain"),
            ("Fee €", "fee certain"),
            ("Post date", "due certain"),
            ("Publiceringsdatum", "due certain"),
            ("Instagram", "account.instagram certain"),
            ("IG handle", "account.instagram certain"),
            ("TikTok @", "account.tiktok certain"),
            ("YouTube channel URL", "account.youtube certain"),
            ("Target CPA", "target.cpa certain"),
            ("CPA goal", "target.cpa certain"),
            ("Campaign target: orders", "campaign_target.orders certain"),
            ("Mål ordrar", "target.orders certain"),
            ("Reel 1 fee", "reel-1/fee certain"),
            ("Reel 1 | date", "reel-1/due certain"),
            ("Arvode Story 2", "story-2/fee certain"),
            ("Reel1 fee", "reel-1/fee certain"),
            ("IG Story | Pris", "instagram-story/fee certain"),
            ("TikTok video 1 link", "tiktok-video-1/post certain"),
            ("Reel 1", "reel-1/?"),
            ("Deliverable 2 due date", "deliverable-2/due certain"),
            ("Link", "link?"),
            ("Followers", "- followers are read from the platform itself"),
            ("Avg. views", "- results are read from the sources"),
            ("E-mail", "- contacts are not kept"),
            ("Notes", "- notes are not kept"),
            ("Total cost", "fee weak"),
            ("Agreed influencer campaign fee", "fee likely"),
            ("Rabattkod", "codes certain"),
            ("Zodiac sign", "nothing"),
            ("", "nothing"),
        ] {
            check(header, want);
        }
    }

    #[test]
    fn no_name_means_two_fields() {
        let mut seen = std::collections::BTreeMap::new();
        for (field, names) in SYNONYMS {
            for name in names.split('|') {
                assert_eq!(name, fold::words(name).join(" "), "written as it is compared");
                assert_eq!(seen.insert(name, field), None, "{name}");
            }
        }
    }

    #[test]
    fn a_header_may_name_the_currency() {
        let eur = "EUR".parse().ok().map(Mark::Code);
        for (header, want) in
            [("Fee (EUR)", eur), ("Fee €", eur), ("Arvode kr", Some(Mark::Kronor)), ("Fee", None), ("All fees", None)]
        {
            assert_eq!(currency_of(header), want, "{header}");
        }
    }
}
