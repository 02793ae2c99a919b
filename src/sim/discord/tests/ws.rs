//! The least of a WebSocket client: a handshake and single frames. Written here so that the gateway is not judged by
//! the library that serves it.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came from the gateway.
#[derive(Debug, PartialEq)]
pub enum Frame {
    Json(Value),
    Binary(Vec<u8>),
    Close(u16),
    /// The connection ended without a word.
    Gone,
}

pub struct Client(TcpStream);

impl Client {
    pub async fn connect(url: &str) -> Self {
        Self::connect_with(url, "v=10&encoding=json").await
    }

    pub async fn connect_with(url: &str, query: &str) -> Self {
        let host = url.strip_prefix("ws://").expect("a WebSocket address");
        let mut stream = TcpStream::connect(host).await.expect("connects");
        let ask = format!(
            "GET /?{query} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(ask.as_bytes()).await.expect("asks");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("a handshake"));
        }
        let head = String::from_utf8(head).expect("text");
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
        Self(stream)
    }

    pub async fn send_text(&mut self, text: &str) {
        self.frame(0x81, text.as_bytes()).await;
    }

    pub async fn send(&mut self, value: Value) {
        self.send_text(&value.to_string()).await;
    }

    pub async fn close(&mut self, code: u16) {
        self.frame(0x88, &code.to_be_bytes()).await;
    }

    /// One masked frame; the mask is zero, which leaves the bytes as they are.
    async fn frame(&mut self, first: u8, payload: &[u8]) {
        let mut bytes = vec![first];
        match u8::try_from(payload.len()) {
            Ok(short) if short < 126 => bytes.push(0x80 | short),
            _ => {
                bytes.push(0xfe);
                bytes.extend(u16::try_from(payload.len()).expect("short enough").to_be_bytes());
            }
        }
        bytes.extend([0; 4]);
        bytes.extend(payload);
        self.0.write_all(&bytes).await.expect("sends");
    }

    pub async fn next(&mut self) -> Frame {
        #[expect(clippy::disallowed_methods, reason = "a silent gateway must fail the test in real time")]
        let frame = tokio::time::timeout(std::time::Duration::from_secs(10), self.read()).await;
        frame.expect("the gateway says something")
    }

    async fn read(&mut self) -> Frame {
        let Ok(first) = self.0.read_u8().await else {
            return Frame::Gone;
        };
        let Ok(second) = self.0.read_u8().await else {
            return Frame::Gone;
        };
        let length = match second & 0x7f {
            126 => u64::from(self.0.read_u16().await.expect("a length")),
            127 => self.0.read_u64().await.expect("a length"),
            short => u64::from(short),
        };
        let mut payload = vec![0; usize::try_from(length).expect("fits")];
        self.0.read_exact(&mut payload).await.expect("a payload");
        match first & 0x0f {
            8 => Frame::Close(u16::from_be_bytes([payload[0], payload[1]])),
            2 => Frame::Binary(payload),
            _ => Frame::Json(serde_json::from_slice(&payload).expect("json")),
        }
    }

    pub async fn json(&mut self) -> Value {
        match self.next().await {
            Frame::Json(value) => value,
            other => panic!("expected a payload, got {other:?}"),
        }
    }
}
