//! The text fields of a form with files, as far as a storm reads them.

/// Name and text of every part that is text.
pub(super) fn fields(body: &[u8]) -> Vec<(String, String)> {
    let end = body.windows(2).position(|two| two == b"\r\n").unwrap_or(0);
    let Some(boundary) = body.get(..end).filter(|line| line.starts_with(b"--")) else { return Vec::new() };
    let mut parts = Vec::new();
    let mut rest = body;
    while let Some(at) = find(rest, boundary) {
        let after = rest.get(at + boundary.len()..).unwrap_or_default();
        let until = find(after, boundary).unwrap_or(after.len());
        parts.extend(after.get(..until).and_then(part));
        rest = after;
    }
    parts
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

fn part(bytes: &[u8]) -> Option<(String, String)> {
    let gap = find(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(bytes.get(..gap)?).ok()?;
    if head.contains("filename=") {
        return None;
    }
    let name = head.split_once("name=\"")?.1.split_once('"')?.0;
    let text = std::str::from_utf8(bytes.get(gap + 4..)?).ok()?;
    Some((name.to_owned(), text.trim_end_matches("\r\n").to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_and_files_are_not() {
        let body = b"--x1\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\nHello\r\nyou\r\n--x1\r\nContent-Disposition: \
            form-data; name=\"photo\"; filename=\"a.png\"\r\n\r\n\x89PNG\r\n--x1--\r\n";
        assert_eq!(fields(body), [("caption".to_owned(), "Hello\r\nyou".to_owned())]);
    }
}
