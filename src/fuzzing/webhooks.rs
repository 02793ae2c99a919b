//! What anybody may send to the web server: hooks of platforms, their trial requests, and tracking links.
//!
//! The first byte is the scheme, the second what is done: `s` the rest is a body that is signed here as agreed, `v` a query of
//! a trial request, `g` the slug of a link; anything else is a line that stands in the header of the signature, and a body.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use hmac::{Hmac, Mac as _};
use reqwest::header::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use sha2::Sha256;

use super::{Became, now, split, wait};
use crate::domain::link::Slug;
use crate::http::signature::{Scheme, sign};
use crate::time::Clock;
use crate::web::request::Server;
use crate::web::{Click, Clicks, Hook, HookKept, Hooks, Landing, Signer};

const SECRET: &str = "whsec-canary";
const WORD: &str = "word-canary";
const SLUG: &str = "alma-spring";
const SHOP: &str = "https://shop.example/spring";

const SCHEMES: [(Scheme, &str); 5] = [
    (Scheme::Plimsoll, "plimsoll-signature"),
    (Scheme::Stripe, "stripe-signature"),
    (Scheme::Shopify, "x-shopify-hmac-sha256"),
    (Scheme::Woocommerce, "x-wc-webhook-signature"),
    (Scheme::Meta, "x-hub-signature-256"),
];

/// One source, one link, and everything that was kept.
struct Behind {
    scheme: Scheme,
    hooks: Mutex<Vec<Hook>>,
}

impl Behind {
    fn taken(&self) -> Vec<Hook> {
        std::mem::take(&mut self.hooks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Hooks for Behind {
    fn signer(&self, source: &str) -> Option<Signer> {
        let signer = || Signer { scheme: self.scheme, secret: secret(), verify_token: WORD.to_owned().into() };
        (source == "shop").then(signer)
    }

    async fn keep(&self, hook: Hook) -> HookKept {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner).push(hook);
        HookKept::New
    }
}

#[async_trait]
impl Clicks for Behind {
    fn landing(&self, slug: &Slug) -> Option<Landing> {
        let page = SHOP.parse().ok()?;
        (slug.as_str() == SLUG).then_some(Landing { page })
    }

    async fn keep(&self, _click: Click) -> bool {
        true
    }
}

fn secret() -> SecretString {
    SECRET.to_owned().into()
}

pub(super) fn run(bytes: &[u8]) -> Became {
    let (scheme, rest) = split(bytes);
    let (what, rest) = split(rest);
    let (scheme, header) = SCHEMES.get(usize::from(scheme) % SCHEMES.len()).copied().expect("a scheme");
    let behind = Arc::new(Behind { scheme, hooks: Mutex::default() });
    let (clock, _driver) = Clock::simulated(now());
    let server = Server::new(Arc::clone(&behind) as _, Arc::clone(&behind) as _, clock);
    match what {
        b's' => wait(signed(&server, &behind, (scheme, header), rest)),
        b'v' => wait(tried(&server, scheme, rest)),
        b'g' => wait(clicked(&server, rest)),
        _ => wait(forged(&server, &behind, (scheme, header), rest)),
    }
}

/// What a platform with the secret would write into its header.
fn signature(scheme: Scheme, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key of any length").chain_update(body);
    let digest = mac.finalize().into_bytes();
    match scheme {
        Scheme::Plimsoll | Scheme::Stripe => sign(&secret(), body, now()).expect("a key of any length"),
        Scheme::Shopify | Scheme::Woocommerce => data_encoding::BASE64.encode(&digest),
        Scheme::Meta => format!("sha256={}", data_encoding::HEXLOWER.encode(&digest)),
    }
}

fn headers(header: &'static str, value: &[u8]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(header, HeaderValue::from_bytes(value).ok()?);
    Some(headers)
}

async fn signed(server: &Server, behind: &Behind, (scheme, header): (Scheme, &'static str), body: &[u8]) -> Became {
    let headers = headers(header, signature(scheme, body).as_bytes()).expect("a signature is a header");
    assert_eq!(server.hook("shop", headers.clone(), body.to_vec()).await, 200, "what is signed as agreed is taken");
    let kept = behind.taken();
    let [hook] = kept.as_slice() else { return Became::Refused };
    for word in [&hook.event, &hook.topic] {
        assert!(word.len() <= 100 && word.bytes().all(|byte| byte.is_ascii_graphic()), "{word:?} is in a key");
    }
    assert!(!hook.event.is_empty(), "an event has an id");
    assert_eq!(hook.body, body, "byte for byte");
    assert_eq!(server.hook("shop", headers.clone(), body.to_vec()).await, 200);
    assert_eq!(behind.taken(), kept, "the same bytes are the same event");
    let mut other = body.to_vec();
    match other.last_mut() {
        Some(last) => *last ^= 1,
        None => other.push(b' '),
    }
    assert_eq!(server.hook("shop", headers.clone(), other).await, 401, "a signature is for its own bytes");
    assert_eq!(server.hook("elsewhere", headers, body.to_vec()).await, 404);
    assert_eq!(behind.taken(), []);
    Became::Taken
}

/// Nobody who does not have the secret is heard, whatever they write.
async fn forged(server: &Server, behind: &Behind, (scheme, header): (Scheme, &'static str), rest: &[u8]) -> Became {
    let mut parts = rest.splitn(2, |byte| *byte == b'\n');
    let (line, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some(headers) = headers(header, line) else { return Became::Refused };
    let status = server.hook("shop", headers, body.to_vec()).await;
    assert!(matches!(status, 200 | 401), "status {status}");
    let kept = behind.taken();
    let right = signature(scheme, body);
    let right = right.rsplit_once('=').map_or(right.as_str(), |(begin, end)| if end.is_empty() { begin } else { end });
    let said = String::from_utf8_lossy(line).to_lowercase().contains(&right.to_lowercase());
    // With a date of its own a signature covers another text; whoever made one has the secret.
    assert!(kept.is_empty() || said, "taken without its signature");
    Became::of(!kept.is_empty())
}

async fn tried(server: &Server, scheme: Scheme, query: &[u8]) -> Became {
    let Ok(query) = std::str::from_utf8(query) else { return Became::Refused };
    let Some((status, said)) = server.verify("shop", query).await else { return Became::Refused };
    if status != 200 {
        return Became::Refused;
    }
    assert!(scheme == Scheme::Meta, "only Meta asks");
    assert!(said.len() <= 100 && said.iter().all(u8::is_ascii_alphanumeric), "nothing is echoed but a word");
    Became::Taken
}

async fn clicked(server: &Server, slug: &[u8]) -> Became {
    let Ok(slug) = std::str::from_utf8(slug) else { return Became::Refused };
    let (status, to) = server.go(slug, HeaderMap::new()).await;
    if let Some(to) = to {
        assert_eq!((status, to.as_str()), (302, SHOP), "a link leads where it was made to");
        return Became::Taken;
    }
    assert_eq!(status, 404);
    Became::Refused
}
