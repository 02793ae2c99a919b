//! Pictures and files: what the server accepts as a photo.
//!
//! Owns: the size of a PNG or JPEG from its own header, and the limits of
//! <https://core.telegram.org/bots/api#sendphoto>: 10 MB, width plus height at most 10,000, ratio at most 20.
//! Refuses: decoding pixels; what the header says is believed once the file is whole from head to tail.

use axum::body::Bytes;

use super::params::{Params, Upload};
use super::refusal::Refusal;
use super::world::World;

/// Bytes of a photo.
const PHOTO_MAX: usize = 10 << 20;
/// Bytes of any other upload.
const FILE_MAX: usize = 50 << 20;
/// Bytes of a download.
pub(super) const DOWNLOAD_MAX: usize = 20 << 20;

const PNG_HEAD: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const PNG_TAIL: &[u8] = b"IEND\xaeB`\x82";

/// Width and height of a whole PNG or JPEG.
pub(super) fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.starts_with(PNG_HEAD) && bytes.ends_with(PNG_TAIL) {
        let header = bytes.get(12..29)?;
        let sum = u32::from_be_bytes(bytes.get(29..33)?.try_into().ok()?);
        if crc32fast::hash(header) != sum {
            return None;
        }
        let width = u32::from_be_bytes(bytes.get(16..20)?.try_into().ok()?);
        let height = u32::from_be_bytes(bytes.get(20..24)?.try_into().ok()?);
        return (width > 0 && height > 0).then_some((width, height));
    }
    if bytes.starts_with(b"\xff\xd8") && bytes.ends_with(b"\xff\xd9") {
        return jpeg_dimensions(bytes);
    }
    None
}

/// Walks the segments up to the frame header.
fn jpeg_dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let two = |at: usize| -> Option<u32> {
        let pair: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
        Some(u32::from(u16::from_be_bytes(pair)))
    };
    let mut at = 2;
    while bytes.get(at) == Some(&0xff) {
        let marker = *bytes.get(at + 1)?;
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((two(at + 7)?, two(at + 5)?)).filter(|(width, height)| *width > 0 && *height > 0);
        }
        at += 2 + usize::try_from(two(at + 2)?).ok()?;
    }
    None
}

fn check_photo(bytes: &[u8]) -> Result<(u32, u32), Refusal> {
    if PHOTO_MAX < bytes.len() {
        return Err(Refusal::bad(&format!(
            "file of size {} bytes is too big for a photo; the maximum size is {PHOTO_MAX} bytes",
            bytes.len()
        )));
    }
    let (width, height) = dimensions(bytes).ok_or_else(|| Refusal::bad("IMAGE_PROCESS_FAILED"))?;
    let (long, short) = (std::cmp::max(width, height), std::cmp::min(width, height));
    if width.saturating_add(height) > 10_000 || long > short.saturating_mul(20) {
        return Err(Refusal::bad("PHOTO_INVALID_DIMENSIONS"));
    }
    Ok((width, height))
}

impl World {
    /// The photo that a parameter means, stored: an upload, or the id of a photo that the server has.
    pub(super) fn photo_of(&mut self, address: &str, upload: Option<&Upload>) -> Result<String, Refusal> {
        let Some(upload) = upload else {
            return self.known_file(address, "photo");
        };
        let size = check_photo(&upload.bytes)?;
        let mime = mime_of(&upload.bytes);
        Ok(self.store_file(Some(size), &upload.name, mime, upload.bytes.clone()))
    }

    /// The document that a parameter means, stored.
    pub(super) fn document_of(&mut self, params: &Params) -> Result<String, Refusal> {
        let Some(upload) = params.upload("document") else {
            return self.known_file(params.text("document"), "document");
        };
        if upload.bytes.is_empty() {
            return Err(Refusal::bad("file must be non-empty"));
        }
        if FILE_MAX < upload.bytes.len() {
            return Err(Refusal::exactly(413, "Request Entity Too Large"));
        }
        let mime = upload.mime.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
        Ok(self.store_file(None, &upload.name, &mime, upload.bytes.clone()))
    }

    /// A picture that a person sends; `None` when it is none.
    pub(super) fn store_picture(&mut self, bytes: Bytes) -> Option<String> {
        let size = check_photo(&bytes).ok()?;
        let mime = mime_of(&bytes);
        Some(self.store_file(Some(size), "photo", mime, bytes))
    }

    fn known_file(&self, address: &str, what: &str) -> Result<String, Refusal> {
        if address.is_empty() || address.starts_with("attach://") {
            return Err(Refusal::bad(&format!("there is no {what} in the request")));
        }
        if address.contains("://") {
            return Err(Refusal::bad("failed to get HTTP URL content"));
        }
        let Some(file) = self.files.get(address) else {
            return Err(Refusal::bad("wrong remote file identifier specified: Wrong padding in the string"));
        };
        let is_photo = file.width > 0;
        if is_photo != (what == "photo") {
            return Err(Refusal::bad(&format!(
                "can't use file of type {} as {}",
                if is_photo { "Photo" } else { "Document" },
                if is_photo { "Document" } else { "Photo" },
            )));
        }
        Ok(address.to_owned())
    }
}

fn mime_of(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" }
}

/// A whole PNG of one colour, for tests and for people of the emulated world who send pictures. `None` beyond
/// 65,535 in either direction.
#[must_use]
pub fn blank_png(width: u16, height: u16) -> Vec<u8> {
    let mut png = PNG_HEAD.get(..8).unwrap_or(&[]).to_vec();
    let mut header = u32::from(width).to_be_bytes().to_vec();
    header.extend(u32::from(height).to_be_bytes());
    // One bit a pixel, greyscale, no interlace.
    header.extend([1, 0, 0, 0, 0]);
    chunk(&mut png, *b"IHDR", &header);
    let row = usize::from(width).div_ceil(8) + 1;
    chunk(&mut png, *b"IDAT", &stored_zlib(&vec![0; row * usize::from(height)]));
    chunk(&mut png, *b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    png.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    let mut body = kind.to_vec();
    body.extend(data);
    png.extend(&body);
    png.extend(crc32fast::hash(&body).to_be_bytes());
}

/// A zlib stream without compression (RFC 1950, RFC 1951 §3.2.4).
fn stored_zlib(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        out.push(u8::from(blocks.peek().is_none()));
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend(((b << 16) | a).to_be_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_judged_by_its_header_and_limits() {
        let mut torn = blank_png(10, 10);
        torn.truncate(torn.len() - 1);
        let mut bent = blank_png(10, 10);
        bent[19] = 11;
        let jpeg = b"\xff\xd8\xff\xe0\x00\x04AB\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01\x00\x00\x00\xff\xd9".to_vec();
        let mut big = blank_png(10, 10);
        let tail = big.split_off(33);
        big.extend(vec![0; PHOTO_MAX]);
        big.extend(tail);
        for (bytes, want) in [
            (blank_png(1280, 720), Ok((1280, 720))),
            (jpeg, Ok((32, 16))),
            (blank_png(9_000, 1_001), Err("Bad Request: PHOTO_INVALID_DIMENSIONS")),
            (blank_png(201, 10), Err("Bad Request: PHOTO_INVALID_DIMENSIONS")),
            (blank_png(200, 10), Ok((200, 10))),
            (torn, Err("Bad Request: IMAGE_PROCESS_FAILED")),
            (bent, Err("Bad Request: IMAGE_PROCESS_FAILED")),
            (b"no picture".to_vec(), Err("Bad Request: IMAGE_PROCESS_FAILED")),
            (
                big,
                Err(
                    "Bad Request: file of size 10485858 bytes is too big for a photo; the maximum size is 10485760 bytes",
                ),
            ),
        ] {
            let got = check_photo(&bytes);
            assert_eq!(got.as_ref().map_err(|refusal| refusal.description.as_str()), want.as_ref().map_err(|e| *e));
        }
    }
}
