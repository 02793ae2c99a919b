//! Finding a secret in whatever leaves or is kept, in any of the forms that a program might write it in.

/// What every secret of the test has in it, and nothing else in the world has.
pub const MARK: &str = "CANARY";

/// The forms of the mark: plain, as hexadecimal, percent-encoded letter by letter, as UTF-16, and as base64 at each of the
/// three places where it can stand.
pub fn forms() -> Vec<(String, Vec<u8>)> {
    let bytes = MARK.as_bytes();
    let mut forms = vec![("plain".to_owned(), bytes.to_vec())];
    let hex = data_encoding::HEXLOWER.encode(bytes);
    forms.push(("hex".to_owned(), hex.to_uppercase().into_bytes()));
    forms.push(("percent".to_owned(), bytes.iter().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect()));
    forms.push(("utf-16".to_owned(), MARK.encode_utf16().flat_map(u16::to_le_bytes).collect()));
    for (name, base64) in [("base64", data_encoding::BASE64), ("base64url", data_encoding::BASE64URL)] {
        for before in 0..3 {
            let padded = [vec![0; before], bytes.to_vec()].concat();
            let text = base64.encode(&padded);
            // What depends on the neighbours is left out: the first characters, and the last.
            let (from, whole) = ([0, 2, 3][before], padded.len() * 8 / 6);
            forms.push((format!("{name} at {before}"), text.as_bytes()[from..whole].to_vec()));
        }
    }
    forms
}

/// The first form that stands in the bytes, with what is around it; letters of plain text and hexadecimal in either case.
pub fn found(bytes: &[u8]) -> Option<String> {
    let upper = bytes.to_ascii_uppercase();
    forms().into_iter().find_map(|(name, form)| {
        let cased = name.starts_with("base64") || name == "utf-16";
        let text = if cased { bytes } else { &upper };
        let at = text.windows(form.len()).position(|window| window == form)?;
        let around = &bytes[at.saturating_sub(160)..std::cmp::min(bytes.len(), at + 60)];
        Some(format!("{name}: …{}…", String::from_utf8_lossy(around)))
    })
}

#[test]
fn a_planted_secret_is_found_in_every_form() {
    let secret = "key-CANARY-1";
    let hex = data_encoding::HEXLOWER.encode(secret.as_bytes());
    let planted: Vec<Vec<u8>> = vec![
        secret.into(),
        secret.to_lowercase().into(),
        hex.clone().into(),
        hex.to_uppercase().into(),
        secret.bytes().flat_map(|byte| format!("%{byte:02x}").into_bytes()).collect(),
        secret.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    let in_base64 = (0..6).flat_map(|before| {
        let text = format!("{}{secret}", "x".repeat(before));
        [data_encoding::BASE64.encode(text.as_bytes()), data_encoding::BASE64URL_NOPAD.encode(text.as_bytes())]
    });
    for planted in planted.into_iter().chain(in_base64.map(String::into_bytes)) {
        let noise = [b"\x00\xff noise ".to_vec(), planted.clone(), b" noise".to_vec()].concat();
        assert!(found(&noise).is_some(), "{}", String::from_utf8_lossy(&planted));
    }
    for fine in ["", "a bird", "Q0FO", "canar", "eyJhbGciOiJIUzI1NiJ9"] {
        assert_eq!(found(fine.as_bytes()), None, "{fine}");
    }
}
