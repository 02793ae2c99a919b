//! The words of a deal as people write them: platforms, formats, states, goals, addresses of posts and accounts.

use super::fold::{self, fold};
use crate::domain::deal::DeliverableState;
use crate::domain::document::{Goal, Running};
use crate::domain::ids::{Platform, PostRef};

/// What a deliverable is, and where it goes where the word says that too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// `reel`, `story`, …
    pub name: String,
    /// A short is `YouTube`'s.
    pub platform: Option<Platform>,
}

/// Words for platforms.
const PLATFORMS: [(Platform, &str); 8] = [
    (Platform::Instagram, "instagram ig insta"),
    (Platform::Youtube, "youtube yt"),
    (Platform::Tiktok, "tiktok tt"),
    (Platform::Twitch, "twitch"),
    (Platform::X, "x twitter"),
    (Platform::Facebook, "facebook fb"),
    (Platform::Web, "web blog blogg website"),
    (Platform::Shop, "shop"),
];

/// The platform a folded word means.
#[must_use]
pub fn platform_of_word(word: &str) -> Option<Platform> {
    PLATFORMS.iter().find(|row| row.1.split(' ').any(|one| one == word)).map(|row| row.0)
}

/// The platform a cell means.
pub fn platform_of(text: &str) -> Result<Platform, String> {
    if let Ok(platform) = text.parse() {
        return Ok(platform);
    }
    let all = fold::words(text);
    let joined = all.concat();
    platform_of_word(&joined)
        .or_else(|| all.iter().find_map(|word| platform_of_word(word)))
        .ok_or_else(|| "not a platform I know: write instagram, youtube, tiktok, twitch, x or facebook".to_owned())
}

/// Words for formats, with the platform that only one has.
const FORMATS: [(&str, Option<Platform>, &str); 10] = [
    ("reel", Some(Platform::Instagram), "reel reels"),
    ("story", Some(Platform::Instagram), "story stories storys storie berattelse storyset"),
    ("carousel", Some(Platform::Instagram), "carousel carousels karusell karussell"),
    ("short", Some(Platform::Youtube), "short shorts"),
    ("video", None, "video videos videon film filmer"),
    ("post", None, "post posts inlagg beitrag feed feedpost"),
    ("stream", Some(Platform::Twitch), "stream streams livestream livestreams"),
    ("integration", Some(Platform::Youtube), "integration integrations"),
    ("article", Some(Platform::Web), "article blogpost blogginlagg"),
    ("tweet", Some(Platform::X), "tweet tweets"),
];

/// The format a folded word means.
#[must_use]
pub fn format_of_word(word: &str) -> Option<Format> {
    FORMATS
        .iter()
        .find(|row| row.2.split(' ').any(|one| one == word))
        .map(|row| Format { name: row.0.to_owned(), platform: row.1 })
}

/// The format a cell means. What is none of the known words, or more than one thing, is kept as it is written.
#[must_use]
pub fn format_of(text: &str) -> Format {
    let all = fold::words(text);
    let known: Vec<Format> = all.iter().filter_map(|word| format_of_word(word)).collect();
    let platform = all.iter().find_map(|word| platform_of_word(word));
    let rest = all.iter().filter(|word| format_of_word(word).is_none() && platform_of_word(word).is_none()).count();
    match known.as_slice() {
        [one] if rest == 0 => Format { name: one.name.clone(), platform: platform.or(one.platform) },
        [] if rest == 0 && platform == Some(Platform::Tiktok) => Format { name: "video".to_owned(), platform },
        _ => {
            Format { name: fold::tidy(text), platform: platform.or_else(|| known.first().and_then(|one| one.platform)) }
        }
    }
}

/// The formats in what a deliverable is called: `Reel 2`, `IG story #1`.
fn formats_in(words: &[String]) -> impl Iterator<Item = Format> {
    words.iter().filter_map(|word| format_of_word(word.trim_end_matches(|letter: char| letter.is_ascii_digit())))
}

/// The one format in what a deliverable is called.
#[must_use]
pub fn format_in_name(text: &str) -> Option<Format> {
    let all = fold::words(text);
    let format = formats_in(&all).next().filter(|_| !is_package(text))?;
    let platform = all.iter().find_map(|word| platform_of_word(word)).or(format.platform);
    Some(Format { platform, ..format })
}

/// Whether a cell names several things at once: `2 stories + 1 reel`.
#[must_use]
pub fn is_package(text: &str) -> bool {
    1 < formats_in(&fold::words(text)).count()
}

/// Words for states.
const STATES: [(DeliverableState, &str); 10] = [
    (
        DeliverableState::Agreed,
        "agreed|avtalat|avtalad|confirmed|bekraftad|bekraftat|signed|signerad|contracted|booked|bokad|bokat|ok|yes|ja|\
         planned|planerad|pending|upcoming|kommande|scheduled|schemalagd|not started|ej paborjad|vereinbart|geplant",
    ),
    (
        DeliverableState::Briefed,
        "briefed|briefad|brief sent|brief skickad|in production|in progress|pagar|pagaende|product sent|produkt skickad|\
         in arbeit",
    ),
    (
        DeliverableState::Draft,
        "draft|draft 1|draft 2|draft 3|utkast|draft received|draft sent|in review|review|granskning|pending approval|\
         awaiting approval|vantar pa godkannande|entwurf",
    ),
    (DeliverableState::Approved, "approved|godkand|godkant|genehmigt|ready|ready to post|freigegeben"),
    (
        DeliverableState::Live,
        "live|posted|published|publicerad|publicerat|online|ute|klar|klart|done|completed|complete|delivered|levererad|\
         levererat|uploaded|fardig|veroffentlicht|fertig",
    ),
    (DeliverableState::Proof, "proof|proof received|screenshot received|bevis"),
    (DeliverableState::Invoiced, "invoiced|fakturerad|fakturerat|invoice received|invoice sent|faktura|berechnet"),
    (DeliverableState::Paid, "paid|betald|betalt|utbetald|bezahlt"),
    (DeliverableState::Held, "held|hold|on hold|paused|pausad|pausat|vilande|pausiert"),
    (
        DeliverableState::Cancelled,
        "cancelled|canceled|installd|installt|avbruten|avbokad|struken|dropped|storniert|abgesagt",
    ),
];

/// Words for what comes before a deal.
const NOT_YET: &str = "contacted|kontaktad|negotiating|negotiation|forhandling|forhandlar|outreach|prospect|lead|no reply|\
                       inget svar|declined|tackat nej|nej|no|rejected|not interested|shortlist|offer sent|idea";

/// The state a cell means.
pub fn state_of(text: &str) -> Result<DeliverableState, String> {
    let said = fold::words(text).join(" ");
    if let Some(row) = STATES.iter().find(|row| row.1.split('|').any(|one| one == said)) {
        return Ok(row.0);
    }
    if NOT_YET.split('|').any(|one| one == said) {
        return Err("not a deal yet: import it once it is agreed".to_owned());
    }
    Err("not a state I know: write agreed, briefed, draft, approved, live, proof, invoiced, paid, held or cancelled"
        .to_owned())
}

/// Whether something runs or is over.
pub fn running_of(text: &str) -> Result<Running, String> {
    match fold::words(text).join(" ").as_str() {
        "active" | "aktiv" | "aktivt" | "running" | "live" | "yes" | "ja" => Ok(Running::Active),
        "ended" | "over" | "avslutad" | "avslutat" | "done" | "klar" | "inactive" | "inaktiv" | "beendet" => {
            Ok(Running::Ended)
        }
        _ => Err("neither active nor ended".to_owned()),
    }
}

/// What a campaign is for.
pub fn goal_of(text: &str) -> Result<Goal, String> {
    let said = fold::words(text);
    let has = |list: &[&str]| said.iter().any(|word| list.contains(&word.as_str()));
    if has(&["audience", "audiences", "malgrupper", "malgrupp"]) {
        Ok(Goal::NewAudiences)
    } else if has(&["strength", "varumarke", "branding"]) {
        Ok(Goal::BrandStrength)
    } else if has(&["awareness", "kannedom", "reach", "rackvidd", "bekanntheit"]) {
        Ok(Goal::Awareness)
    } else if has(&["leads", "lead"]) {
        Ok(Goal::Leads)
    } else if has(&["sales", "sale", "forsaljning", "conversions", "conversion", "revenue", "verkauf"]) {
        Ok(Goal::Sales)
    } else if has(&["reputation", "rykte"]) {
        Ok(Goal::Reputation)
    } else {
        Err("not a goal I know: write awareness, new_audiences, brand_strength, leads, sales or reputation".to_owned())
    }
}

/// An address in parts: host without `www.`, path segments, and the query.
struct Address<'a> {
    host: String,
    path: Vec<&'a str>,
    query: &'a str,
}

fn address_of(text: &str) -> Option<Address<'_>> {
    let after = text.split_once("://").map_or(text, |parts| parts.1);
    let (place, query) = after.split_once('?').unwrap_or((after, ""));
    let place = place.split('#').next().unwrap_or(place);
    let mut parts = place.split('/');
    let host = parts.next()?.to_lowercase();
    let host = host.trim_start_matches("www.").trim_start_matches("m.").to_owned();
    let is_address = text.contains("://") || (host.contains('.') && platform_of_host(&host).is_some());
    is_address.then(|| Address { host, path: parts.filter(|part| !part.is_empty()).collect(), query })
}

fn platform_of_host(host: &str) -> Option<Platform> {
    const HOSTS: [(&str, Platform); 10] = [
        ("instagram.com", Platform::Instagram),
        ("tiktok.com", Platform::Tiktok),
        ("youtube.com", Platform::Youtube),
        ("youtu.be", Platform::Youtube),
        ("twitch.tv", Platform::Twitch),
        ("x.com", Platform::X),
        ("twitter.com", Platform::X),
        ("facebook.com", Platform::Facebook),
        ("fb.watch", Platform::Facebook),
        ("fb.com", Platform::Facebook),
    ];
    HOSTS.iter().find(|row| host == row.0 || host.ends_with(&format!(".{}", row.0))).map(|row| row.1)
}

/// The id of a post in its address.
fn post_in(address: &Address<'_>) -> Option<String> {
    let after = |names: &[&str]| {
        let at = address.path.iter().position(|part| names.contains(part))?;
        address.path.get(at.saturating_add(1)).map(|id| (*id).to_owned())
    };
    match (platform_of_host(&address.host)?, address.host.as_str()) {
        (Platform::Youtube, "youtu.be") => address.path.first().map(|id| (*id).to_owned()),
        (Platform::Youtube, _) => address
            .query
            .split('&')
            .find_map(|pair| pair.strip_prefix("v="))
            .map(str::to_owned)
            .or_else(|| after(&["shorts", "live", "embed"])),
        (Platform::Instagram, _) => after(&["reel", "reels", "p", "tv"]).or_else(|| {
            let story = address.path.first() == Some(&"stories");
            address.path.get(2).filter(|_| story).map(|id| (*id).to_owned())
        }),
        (Platform::Tiktok, "tiktok.com") => after(&["video", "photo"]),
        (Platform::Twitch, _) => after(&["videos", "clip"]),
        (Platform::X, _) => after(&["status"]),
        (Platform::Facebook, _) => after(&["posts", "videos", "reel"]),
        _ => None,
    }
}

/// The post a cell means, by its address or its id, and the platform where the address says it.
pub fn post_of(text: &str) -> Result<(Option<Platform>, PostRef), String> {
    let Some(address) = address_of(text) else {
        return PostRef::new(text)
            .map(|post| (None, post))
            .map_err(|_| "neither the address of a post nor an id: copy the address of the post itself".to_owned());
    };
    let unknown = || "not the address of a post I know: copy the full address of the post itself".to_owned();
    let id = post_in(&address).ok_or_else(unknown)?;
    PostRef::new(&id).map(|post| (platform_of_host(&address.host), post)).map_err(|_| unknown())
}

/// Whether a cell is the address of a post.
#[must_use]
pub fn is_post_address(text: &str) -> bool {
    address_of(text).is_some_and(|address| post_in(&address).is_some())
}

/// Whether a cell is an address of any kind.
#[must_use]
pub fn is_address(text: &str) -> bool {
    address_of(text).is_some()
}

/// The account a cell means, by its address or its handle, and the platform where the address says it.
pub fn account_of(text: &str) -> Result<(Option<Platform>, String), String> {
    let wrong = || "not a handle or the address of a profile".to_owned();
    if let Some(address) = address_of(text) {
        let platform = platform_of_host(&address.host).ok_or_else(wrong)?;
        let mut parts = address.path.iter().filter(|part| !matches!(**part, "channel" | "c" | "user"));
        let name = parts.next().ok_or_else(wrong)?;
        if post_in(&address).is_some() {
            return Err("the address of a post, not of a profile".to_owned());
        }
        let keeps_at = platform == Platform::Youtube;
        let name = if keeps_at { name } else { name.trim_start_matches('@') };
        return Ok((Some(platform), name.to_owned()));
    }
    let name = text.trim();
    if name.is_empty() || name.contains(char::is_whitespace) || name.contains('/') {
        return Err(wrong());
    }
    Ok((None, name.to_owned()))
}

/// An account as its platform writes it: without `@`, except on `YouTube`, where it tells a handle from a channel id.
#[must_use]
pub fn account_on(platform: Platform, name: &str) -> String {
    if platform == Platform::Youtube { name.to_owned() } else { name.trim_start_matches('@').to_owned() }
}

/// What tells accounts apart: channel ids by every letter, handles without case and `@`.
#[must_use]
pub fn account_key(name: &str) -> String {
    let is_channel = name.len() == 24 && name.starts_with("UC");
    if is_channel { name.to_owned() } else { fold(name.trim_start_matches('@')) }
}

/// The single things of a cell that lists some: codes.
pub fn listed(text: &str) -> impl Iterator<Item = String> {
    text.split([',', ';', '\n', '|'])
        .flat_map(|part| part.split(" / "))
        .flat_map(|part| part.split(" & "))
        .map(fold::tidy)
        .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_in_the_words_people_use() {
        for (text, want) in [
            ("Posted", DeliverableState::Live),
            ("KLAR!", DeliverableState::Live),
            ("Godkänd", DeliverableState::Approved),
            ("on-hold", DeliverableState::Held),
            ("Betald", DeliverableState::Paid),
            ("draft 2", DeliverableState::Draft),
        ] {
            assert_eq!(state_of(text), Ok(want), "{text}");
        }
        assert_eq!(state_of("Contacted"), Err("not a deal yet: import it once it is agreed".to_owned()));
        assert!(state_of("maybe").is_err());
    }

    #[test]
    fn every_state_is_read_as_documents_write_it() {
        for (state, _) in STATES {
            let text = serde_json::to_value(state).expect("JSON");
            assert_eq!(state_of(text.as_str().expect("text")), Ok(state));
        }
    }

    #[test]
    fn posts_are_found_in_their_addresses() {
        for (text, platform, id) in [
            ("https://www.instagram.com/reel/C4xY_z-1/?igsh=abc", Some(Platform::Instagram), "C4xY_z-1"),
            ("instagram.com/almalind/p/C4x", Some(Platform::Instagram), "C4x"),
            ("https://www.tiktok.com/@alma/video/7340000000000000000", Some(Platform::Tiktok), "7340000000000000000"),
            ("https://youtu.be/dQw4w9WgXcQ?t=3", Some(Platform::Youtube), "dQw4w9WgXcQ"),
            ("https://www.youtube.com/watch?list=x&v=dQw4w9WgXcQ", Some(Platform::Youtube), "dQw4w9WgXcQ"),
            ("https://x.com/alma/status/123#m", Some(Platform::X), "123"),
            ("dQw4w9WgXcQ", None, "dQw4w9WgXcQ"),
        ] {
            assert_eq!(post_of(text).map(|(on, post)| (on, post.to_string())), Ok((platform, id.to_owned())), "{text}");
        }
        for text in ["https://www.instagram.com/almalind/", "https://vm.tiktok.com/ZM/", "coming soon"] {
            assert!(post_of(text).is_err(), "{text}");
        }
    }

    #[test]
    fn accounts_are_handles_or_addresses_of_profiles() {
        for (text, platform, name) in [
            ("@alma.lind", None, "@alma.lind"),
            ("https://www.instagram.com/almalind?x=1", Some(Platform::Instagram), "almalind"),
            ("tiktok.com/@alma", Some(Platform::Tiktok), "alma"),
            (
                "https://youtube.com/channel/UC_x5XG1OV2P6uZZ5FSM9Ttw",
                Some(Platform::Youtube),
                "UC_x5XG1OV2P6uZZ5FSM9Ttw",
            ),
            ("https://youtube.com/@alma", Some(Platform::Youtube), "@alma"),
        ] {
            assert_eq!(account_of(text), Ok((platform, name.to_owned())), "{text}");
        }
        for text in ["", "Alma Lind", "https://www.instagram.com/reel/C4x/", "https://example.com/alma"] {
            assert!(account_of(text).is_err(), "{text}");
        }
    }

    #[test]
    fn formats_are_plain_words_or_stay_as_written() {
        for (text, name, platform) in [
            ("Reels", "reel", Some(Platform::Instagram)),
            ("TikTok", "video", Some(Platform::Tiktok)),
            ("YT short", "short", Some(Platform::Youtube)),
            ("Inlägg", "post", None),
            ("FB reel", "reel", Some(Platform::Facebook)),
            ("2 stories + 1 reel", "2 stories + 1 reel", Some(Platform::Instagram)),
            ("podcast", "podcast", None),
        ] {
            assert_eq!(format_of(text), Format { name: name.to_owned(), platform }, "{text}");
        }
    }
}
