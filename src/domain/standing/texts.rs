//! Whether a text says something: links, codes, words that mean advertising, names.
//!
//! Owns: what counts as said. Refuses: calling a post undisclosed for good: a platform's own label is not in the text, so
//! a person looks before anything follows.

use crate::domain::ids::Platform;

/// Whether links in a post's text can be followed.
pub(super) fn has_links(platform: Platform) -> bool {
    matches!(
        platform,
        Platform::Youtube | Platform::Twitch | Platform::X | Platform::Facebook | Platform::Web | Platform::Shop
    )
}

/// Whether a character is part of a word, so that `ALMA10` is not said by `ALMA100`.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// Lower case, with single spaces.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether a text has a word, or several in a row, whatever their case. An empty word is not said.
#[must_use]
pub fn says(text: &str, word: &str) -> bool {
    let (text, word) = (plain(text), plain(word));
    if word.is_empty() {
        return false;
    }
    let begins_inside = word.chars().next().is_some_and(is_part);
    let ends_inside = word.chars().next_back().is_some_and(is_part);
    text.match_indices(&word).any(|(at, found)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|after| after.chars().next());
        let goes_on = (begins_inside && before.is_some_and(is_part)) || (ends_inside && after.is_some_and(is_part));
        !goes_on
    })
}

/// Words that say "advertising" everywhere English is read: the labels that the British ASA and CAP recommend to
/// influencers, the American FTC's, and what the platforms write.
const ENGLISH: [&str; 8] =
    ["#ad", "ad", "advert", "advertisement", "#advert", "#sponsored", "paid partnership", "sponsored"];

/// Words that regulators of other countries accept or ask for, by the language of the post.
///
/// Swedish: Konsumentverket asks for "reklam" or "annons"; German: courts ask for "Werbung" or "Anzeige"; French: the law of
/// 9 June 2023 names "publicité" and "collaboration commerciale"; Norwegian and Danish: "reklame", "annonse", "annonce";
/// Finnish: "mainos", "kaupallinen yhteistyö"; Dutch, Italian and Spanish: the words of their codes.
const BY_LANGUAGE: [(&str, &[&str]); 11] = [
    ("sv", &["reklam", "annons", "#reklam", "#annons", "betalt samarbete", "reklaminlägg", "annonssamarbete"]),
    ("de", &["werbung", "anzeige", "#werbung", "#anzeige", "bezahlte partnerschaft"]),
    ("fr", &["publicité", "#publicité", "collaboration commerciale", "#sponsorisé", "partenariat rémunéré"]),
    ("nb", &["reklame", "annonse", "#reklame", "#annonse", "betalt partnerskap"]),
    ("no", &["reklame", "annonse", "#reklame", "#annonse", "betalt partnerskap"]),
    ("da", &["reklame", "annonce", "#reklame", "#annonce", "betalt partnerskab"]),
    ("fi", &["mainos", "#mainos", "kaupallinen yhteistyö", "maksettu yhteistyö"]),
    ("nl", &["advertentie", "#advertentie", "reclame", "betaalde samenwerking", "#spon"]),
    ("it", &["pubblicità", "#pubblicità", "#adv", "adv", "partnership pubblicizzata"]),
    ("es", &["publicidad", "#publicidad", "#publi", "colaboración pagada"]),
    ("pl", &["reklama", "#reklama", "materiał reklamowy", "współpraca reklamowa", "płatna współpraca"]),
];

/// The words that are usual where a creator speaks to people: of their language, and in English.
#[must_use]
pub fn usual_marks(locale: &str) -> Vec<String> {
    let language = locale.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let own = BY_LANGUAGE.iter().find(|row| row.0 == language).map_or(&[][..], |row| row.1);
    own.iter().chain(&ENGLISH).map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, word: &str, want: bool) {
        assert_eq!(says(text, word), want, "`{word}` in `{text}`");
    }

    #[test]
    fn a_word_is_said_whatever_its_case_and_never_inside_another() {
        check("Use alma10 at the checkout", "ALMA10", true);
        check("Use ALMA100 at the checkout", "ALMA10", false);
        check("My links: https://go.example/go/alma-spring?x=1", "alma-spring", true);
        check("https://go.example/go/alma-spring-2", "alma-spring", false);
        check("#ad for Nordbo", "#ad", true);
        check("#adventure time", "#ad", false);
        check("I had a lovely day", "ad", false);
        check("Paid\n  partnership with Nordbo", "paid partnership", true);
        check("REKLAM för Nordbo", "reklam", true);
        check("I love @acme and Åkeröl", "Acme", true);
        check("Acmeology", "Acme", false);
        check("anything", "  ", false);
    }

    #[test]
    fn the_usual_words_are_those_of_the_language_and_english() {
        assert!(usual_marks("sv-SE").contains(&"reklam".to_owned()));
        assert!(usual_marks("sv-SE").contains(&"#ad".to_owned()));
        assert!(!usual_marks("en").contains(&"reklam".to_owned()));
        assert!(usual_marks("xx").contains(&"#ad".to_owned()));
    }
}
