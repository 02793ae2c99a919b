//! The parameters of a request, however they came: query string, JSON, form, multipart.
//!
//! Owns: reading bodies, and the server's rule that every parameter is a text (a JSON body's numbers and objects are
//! kept as the JSON they were written in), with its lenient numbers and booleans.
//! Refuses: knowing any method.

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart};
use axum::http::{Request, header};
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// How the parameters were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Only in the address, or not at all.
    Query,
    /// A JSON document.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/form-data`.
    Multipart,
}

/// One file of a multipart body.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    pub field: String,
    pub name: String,
    pub mime: Option<String>,
    pub bytes: Bytes,
}

/// Everything a request brought along.
#[derive(Debug, Clone)]
pub(super) struct Params {
    texts: Vec<(String, String)>,
    /// As it goes into the log: a JSON body keeps its types, everything else is text.
    pub shown: Map<String, Value>,
    pub files: Vec<Upload>,
    pub encoding: Encoding,
}

impl Params {
    /// Reads address and body.
    pub async fn read(query: &str, content_type: &str, body: Bytes) -> Result<Self, Refusal> {
        let mut params = Self { texts: Vec::new(), shown: Map::new(), files: Vec::new(), encoding: Encoding::Query };
        for (name, value) in pairs(query.as_bytes()) {
            params.add_text(name, value);
        }
        if content_type.starts_with("application/json") {
            params.encoding = Encoding::Json;
            params.read_json(&body)?;
        } else if content_type.starts_with("application/x-www-form-urlencoded") {
            params.encoding = Encoding::Form;
            for (name, value) in pairs(&body) {
                params.add_text(name, value);
            }
        } else if content_type.starts_with("multipart/form-data") {
            params.encoding = Encoding::Multipart;
            params.read_multipart(content_type, body).await?;
        }
        Ok(params)
    }

    fn add_text(&mut self, name: String, value: String) {
        self.shown.insert(name.clone(), Value::String(value.clone()));
        self.texts.push((name, value));
    }

    fn read_json(&mut self, body: &[u8]) -> Result<(), Refusal> {
        if body.is_empty() {
            return Ok(());
        }
        let wrong = |_| Refusal::bad("can't parse request body as JSON object");
        let object: Map<String, Value> = serde_json::from_slice(body).map_err(wrong)?;
        for (name, value) in object {
            let text = match &value {
                Value::String(text) => text.clone(),
                Value::Null => continue,
                other => other.to_string(),
            };
            self.texts.push((name.clone(), text));
            self.shown.insert(name, value);
        }
        Ok(())
    }

    async fn read_multipart(&mut self, content_type: &str, body: Bytes) -> Result<(), Refusal> {
        let wrong = || Refusal::bad("can't parse multipart form data");
        let mut request = Request::builder()
            .header(header::CONTENT_TYPE, content_type)
            .body(Body::from(body))
            .map_err(|_| wrong())?;
        // The body was read under the server's own limit already.
        DefaultBodyLimit::disable().apply(&mut request);
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| wrong())?;
        while let Some(part) = parts.next_field().await.map_err(|_| wrong())? {
            let field = part.name().unwrap_or_default().to_owned();
            let name = part.file_name().map(ToOwned::to_owned);
            let mime = part.content_type().map(ToOwned::to_owned);
            let bytes = part.bytes().await.map_err(|_| wrong())?;
            match name {
                Some(name) => self.files.push(Upload { field, name, mime, bytes }),
                None => self.add_text(field, String::from_utf8_lossy(&bytes).into_owned()),
            }
        }
        for file in &self.files {
            if !self.shown.contains_key(&file.field) && !self.is_attached(&file.field) {
                let shown = Value::String(format!("attach://{}", file.field));
                self.shown.insert(file.field.clone(), shown);
            }
        }
        Ok(())
    }

    /// Whether some parameter names this file with `attach://`; otherwise the file is the parameter itself.
    fn is_attached(&self, field: &str) -> bool {
        let name = format!("attach://{field}");
        self.texts.iter().any(|(_, value)| value.contains(&name))
    }

    /// The text of a parameter; empty when it is absent, which the server does not tell apart.
    pub fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value.as_str())
    }

    /// Whether the parameter was given at all.
    pub fn has(&self, name: &str) -> bool {
        self.texts.iter().any(|(given, _)| given == name)
    }

    /// A number; what is no number is 0.
    pub fn int(&self, name: &str) -> i64 {
        self.text(name).trim().parse().unwrap_or(0)
    }

    /// A boolean in the server's spelling.
    pub fn flag(&self, name: &str) -> bool {
        is_true(self.text(name))
    }

    /// A nested document; `None` when it is absent or empty.
    pub fn json(&self, name: &str, refusal: &str) -> Result<Option<Value>, Refusal> {
        let text = self.text(name);
        if text.is_empty() {
            return Ok(None);
        }
        serde_json::from_str(text).map(Some).map_err(|_| Refusal::bad(refusal))
    }

    /// The file a parameter means: uploaded under its own name, or by `attach://`.
    pub fn upload(&self, name: &str) -> Option<&Upload> {
        self.attached(self.text(name)).or_else(|| self.files.iter().find(|file| file.field == name))
    }

    /// The file behind `attach://name`.
    pub fn attached(&self, address: &str) -> Option<&Upload> {
        let field = address.strip_prefix("attach://")?;
        self.files.iter().find(|file| file.field == field)
    }
}

/// `true`, `yes` and `1` are true, everything else is false.
fn is_true(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "1")
}

/// A boolean inside a nested document.
pub(super) fn flag_of(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => is_true(text),
        _ => false,
    }
}

/// `a=b&c=d`, decoded.
fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(encoded);
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name, true), decoded(value, true))
        })
        .collect()
}

/// Percent-decoding; in forms a plus is a space.
pub(super) fn decoded(text: &str, plus_is_space: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digits = (ahead.next().and_then(hex), ahead.next().and_then(hex));
        match (byte, digits) {
            (b'%', (Some(high), Some(low))) => {
                bytes.push(high * 16 + low);
                rest = ahead;
            }
            (b'+', _) if plus_is_space => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_encoding_gives_the_same_parameters() {
        let multipart = "--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n7\r\n--x\r\n\
             Content-Disposition: form-data; name=\"text\"\r\n\r\na b+ä\r\n--x\r\n\
             Content-Disposition: form-data; name=\"silent\"\r\n\r\ntrue\r\n--x--\r\n";
        let encoded = "chat_id=7&text=a+b%2B%C3%A4&silent=true";
        for (query, kind, body) in [
            ("", "application/json", r#"{"chat_id":7,"text":"a b+ä","silent":true}"#),
            ("", "application/x-www-form-urlencoded", encoded),
            ("", "multipart/form-data; boundary=x", multipart),
            (encoded, "", ""),
        ] {
            let params = Params::read(query, kind, Bytes::from(body)).await.expect(kind);
            assert_eq!(
                (params.int("chat_id"), params.text("text"), params.flag("silent"), params.flag("other")),
                (7, "a b+ä", true, false),
                "{kind}"
            );
        }
    }

    #[tokio::test]
    async fn a_file_is_found_by_its_field_or_by_attach() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"media\"\r\n\r\n{\"media\":\"attach://f1\"}\r\n--x\r\n\
             Content-Disposition: form-data; name=\"f1\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n--x--\r\n";
        let params = Params::read("", "multipart/form-data; boundary=x", Bytes::from(body)).await.expect("reads");
        assert!(params.attached("attach://f1").is_some());
        assert!(params.upload("f1").is_some());
        assert!(!params.shown.contains_key("f1"), "it belongs to `media`");
    }

    #[tokio::test]
    async fn a_broken_json_body_is_refused() {
        let refusal = Params::read("", "application/json", Bytes::from("{")).await.expect_err("broken");
        assert_eq!(refusal.code, 400);
    }
}
