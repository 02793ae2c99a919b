//! Text as people mean it: without case, accents, odd spaces and invisible characters; and ids made from it.

/// Characters of an id that is made from a name. Leaves room for a suffix inside [`crate::domain::ids::ID_MAX`].
const SLUG_MAX: usize = 48;

/// White space, and what is there and cannot be seen.
#[must_use]
pub fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || is_invisible(letter)
}

fn is_invisible(letter: char) -> bool {
    let turns = matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let commands = letter.is_control() && !letter.is_whitespace();
    turns || commands || matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

/// Outer space gone, inner space one space, invisible characters gone.
#[must_use]
pub fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for word in text.split(char::is_whitespace) {
        let word: String = word.chars().filter(|letter| !is_invisible(*letter)).collect();
        if word.is_empty() {
            continue;
        }
        if !tidy.is_empty() {
            tidy.push(' ');
        }
        tidy.push_str(&word);
    }
    tidy
}

/// A lower-case letter without its accent, where that is more than one letter or another one.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'þ' => "th",
        // Accents that stand as characters of their own, as some systems write them.
        '\u{0300}'..='\u{036F}' => "",
        _ => return None,
    })
}

/// Lower case, without accents and invisible characters.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !is_invisible(*letter)).flat_map(char::to_lowercase) {
        match plain(letter) {
            Some(plain) => folded.push_str(plain),
            None => folded.push(letter),
        }
    }
    folded
}

/// Letters and digits only: `Älma  Lind`, `@alma.lind` and `ALMALIND` are one key.
#[must_use]
pub fn key(text: &str) -> String {
    fold(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// The words of a header: folded, everything that is no letter or digit is a gap.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// An id from a name: `Älma Lind` is `alma-lind`. Where no letter of it can stand in an id, a number made from the name
/// does, so that the same name gives the same id.
#[must_use]
pub fn slug(text: &str, kind: &str) -> String {
    let mut slug = String::new();
    for letter in fold(text).chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if SLUG_MAX <= slug.len() {
            break;
        }
    }
    let slug = slug.trim_matches('-');
    if slug.is_empty() { format!("{kind}-{:08x}", crc32fast::hash(tidy(text).as_bytes())) } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one_key() {
        for text in ["Älma Lind", "@alma.lind", "ALMA\u{a0}LIND ", "a\u{308}lma\u{200b}lind"] {
            assert_eq!(key(text), "almalind", "{text}");
        }
    }

    #[test]
    fn ids_are_made_from_names() {
        for (name, want) in [
            ("Älma Lind", "alma-lind"),
            ("  Åsa & Co. (SE) ", "asa-co-se"),
            ("Straße 7", "strasse-7"),
            ("김우빈", "creator-9c2fb3d5"),
        ] {
            assert_eq!(slug(name, "creator"), want);
        }
        assert!(crate::domain::ids::CreatorId::new(&slug(&"x y ".repeat(100), "creator")).is_ok());
    }

    #[test]
    fn odd_spaces_are_spaces() {
        assert_eq!(tidy("\u{feff} Alma \n\t Lind\u{a0} "), "Alma Lind");
        assert_eq!(words("Reel 1 | Fee_(SEK)"), ["reel", "1", "fee", "sek"]);
    }
}
