//! Text files as programs and countries write them: which characters, and what separates columns.

/// What may separate columns.
pub const SEPARATORS: [(u8, &str); 4] = [(b',', "comma"), (b';', "semicolon"), (b'\t', "tab"), (b'|', "bar")];

/// Bytes that are looked at to tell separator and characters.
pub const PEEK: usize = 64 << 10;

/// The separator: of those that stand equally often in most of the first lines the one that stands most often.
#[must_use]
pub fn separator_of(text: &str) -> u8 {
    let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at < PEEK).last().unwrap_or(0);
    let begin = if text.len() < PEEK { text } else { text.get(..end).unwrap_or(text) };
    let best = SEPARATORS.iter().max_by_key(|(separator, _)| {
        let counts: Vec<usize> = counts(begin, *separator).into_iter().filter(|count| 0 < *count).collect();
        let Some(most) =
            counts.iter().copied().max_by_key(|count| counts.iter().filter(|other| *other == count).count())
        else {
            return (0, 0);
        };
        (counts.iter().filter(|count| **count == most).count().saturating_mul(most), most)
    });
    best.map_or(b',', |row| row.0)
}

/// How often a sign stands in each line, outside quotes.
fn counts(text: &str, separator: u8) -> Vec<usize> {
    let (mut counts, mut count, mut quoted) = (Vec::new(), 0_usize, false);
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                counts.push(count);
                count = 0;
            }
            _ if byte == separator && !quoted => count = count.saturating_add(1),
            _ => {}
        }
    }
    counts.push(count);
    counts
}

/// The text, and what its characters were: UTF-8, UTF-16 with or without its mark, else Windows-1252.
#[must_use]
pub fn decode(bytes: &[u8]) -> (String, &'static str) {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return (String::from_utf8_lossy(rest).into_owned(), "UTF-8");
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return (utf16(rest, u16::from_le_bytes), "UTF-16");
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return (utf16(rest, u16::from_be_bytes), "UTF-16");
    }
    // Without a mark: every second byte of Latin text in UTF-16 is 0.
    let begin = bytes.get(..std::cmp::min(bytes.len(), PEEK)).unwrap_or_default();
    let zeros = |odd: usize| begin.iter().enumerate().filter(|(at, byte)| at % 2 == odd && **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if begin.len() < odd.saturating_mul(3) && even == 0 {
        return (utf16(bytes, u16::from_le_bytes), "UTF-16");
    }
    if begin.len() < even.saturating_mul(3) && odd == 0 {
        return (utf16(bytes, u16::from_be_bytes), "UTF-16");
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), "UTF-8"),
        Err(_) => (bytes.iter().map(|byte| windows_1252(*byte)).collect(), "Windows-1252"),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(unit);
    char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Windows-1252, as browsers read it (<https://encoding.spec.whatwg.org/index-windows-1252.txt>).
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    let high = usize::from(byte).checked_sub(0x80).and_then(|at| HIGH.get(at));
    high.copied().unwrap_or(char::from(byte))
}
