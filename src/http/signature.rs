//! Signatures of what one server pushes to another: how each platform makes them, and how they are checked.
//!
//! Owns: the schemes, comparing in constant time (by the MAC itself), and how old a dated signature may be.
//! Refuses: what a body means, and remembering what came before: a signature without a date can be sent again for ever, so
//! whoever takes such requests in must know them again.

use hmac::{Hmac, Mac as _};
use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderMap;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use sha2::Sha256;

/// The header that carries a signature of this program. [`crate::actions::webhook`] describes it.
pub const SIGNATURE: &str = "plimsoll-signature";

/// How far the date of a signature may be from our clock, both ways. Stripe's own libraries take five minutes
/// (<https://docs.stripe.com/webhooks/signature>).
pub const TOLERANCE: SignedDuration = SignedDuration::from_secs(300);

/// Signatures in one header that are looked at. While a secret is changed there are two; each one more is work for
/// whoever has no secret at all.
const SIGNATURES_MAX: usize = 8;

/// The longest header that is looked at: eight signatures of 64 digits fit twice.
const HEADER_MAX: usize = 1200;

/// How a platform signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// As this program signs what it sends: `Plimsoll-Signature: t=T,v1=S`.
    Plimsoll,
    /// `Stripe-Signature: t=T,v1=S`: <https://docs.stripe.com/webhooks/signature>.
    Stripe,
    /// `X-Shopify-Hmac-Sha256`: <https://shopify.dev/docs/apps/build/webhooks/verify-deliveries>. The newer events leave
    /// out the `X-`.
    Shopify,
    /// `X-WC-Webhook-Signature`: <https://woocommerce.com/document/webhooks/>.
    Woocommerce,
    /// `X-Hub-Signature-256: sha256=S`: <https://developers.facebook.com/docs/graph-api/webhooks/getting-started>.
    Meta,
}

/// Why a signature does not count. Whoever sent it is never told which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// There is no header with one, or more than one header.
    #[error("there is no signature")]
    Missing,
    /// The header is not written as the platform writes it.
    #[error("the signature is not written as the platform writes it")]
    Malformed,
    /// It is of another body or made with another secret.
    #[error("the signature is not of this body and this secret")]
    Wrong,
    /// It is right, and was made too long ago, or too far ahead.
    #[error("the signature was made more than five minutes from now")]
    Old,
}

impl Scheme {
    /// Whether the signature says when it was made.
    #[must_use]
    pub fn is_dated(self) -> bool {
        match self {
            Self::Plimsoll | Self::Stripe => true,
            Self::Shopify | Self::Woocommerce | Self::Meta => false,
        }
    }

    /// The headers that may carry it.
    fn headers(self) -> &'static [&'static str] {
        match self {
            Self::Plimsoll => &[SIGNATURE],
            Self::Stripe => &["stripe-signature"],
            Self::Shopify => &["x-shopify-hmac-sha256", "shopify-hmac-sha256"],
            Self::Woocommerce => &["x-wc-webhook-signature"],
            Self::Meta => &["x-hub-signature-256"],
        }
    }

    /// Whether `body`, byte for byte as it came, is signed with `secret`; when, where the signature says that.
    ///
    /// # Errors
    ///
    /// It is not. The comparison takes the same time wherever the difference is.
    pub fn check(
        self,
        secret: &SecretString,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Unsigned> {
        let mut found = self.headers().iter().flat_map(|name| headers.get_all(*name));
        let (Some(value), None) = (found.next(), found.next()) else { return Err(Unsigned::Missing) };
        let text = value.to_str().ok().filter(|text| text.len() <= HEADER_MAX).ok_or(Unsigned::Malformed)?;
        match self {
            Self::Plimsoll | Self::Stripe => check_dated(secret, text, body, now).map(Some),
            Self::Shopify | Self::Woocommerce => {
                let digest = data_encoding::BASE64.decode(text.trim().as_bytes()).map_err(|_| Unsigned::Malformed)?;
                check_one(&mac(secret)?.chain_update(body), &digest).map(|()| None)
            }
            Self::Meta => {
                let hex = text.trim().strip_prefix("sha256=").ok_or(Unsigned::Malformed)?;
                check_one(&mac(secret)?.chain_update(body), &digits(hex)?).map(|()| None)
            }
        }
    }
}

/// `t=T,v1=S`: one time, and at least one signature of which one must be right. Others (`v0`) are passed over.
fn check_dated(secret: &SecretString, text: &str, body: &[u8], now: Timestamp) -> Result<Timestamp, Unsigned> {
    let mut times = Vec::new();
    let mut signatures = Vec::new();
    for part in text.split(',') {
        let (name, value) = part.trim().split_once('=').ok_or(Unsigned::Malformed)?;
        match name {
            "t" => times.push(value),
            "v1" => signatures.push(digits(value)?),
            _ => {}
        }
    }
    let [time] = times.as_slice() else { return Err(Unsigned::Malformed) };
    if signatures.is_empty() || SIGNATURES_MAX < signatures.len() {
        return Err(Unsigned::Malformed);
    }
    let plain = !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit());
    let made = time.parse().ok().filter(|_| plain).and_then(|secs| Timestamp::from_second(secs).ok());
    let made = made.ok_or(Unsigned::Malformed)?;
    let mac = mac(secret)?.chain_update(time.as_bytes()).chain_update(b".").chain_update(body);
    // All of them are compared, so that how long it takes says nothing of which was right.
    let right = signatures.iter().filter(|digest| check_one(&mac, digest).is_ok()).count();
    if right == 0 {
        return Err(Unsigned::Wrong);
    }
    if TOLERANCE < now.duration_since(made).abs() { Err(Unsigned::Old) } else { Ok(made) }
}

fn digits(hex: &str) -> Result<Vec<u8>, Unsigned> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).map_err(|_| Unsigned::Malformed)
}

fn mac(secret: &SecretString) -> Result<Hmac<Sha256>, Unsigned> {
    let bytes = secret.expose_secret().as_bytes();
    if bytes.is_empty() {
        // Whoever has no secret would sign with none.
        return Err(Unsigned::Wrong);
    }
    Hmac::new_from_slice(bytes).map_err(|_| Unsigned::Wrong)
}

fn check_one(mac: &Hmac<Sha256>, digest: &[u8]) -> Result<(), Unsigned> {
    mac.clone().verify_slice(digest).map_err(|_| Unsigned::Wrong)
}

/// Whether two secrets are the same, in a time that does not say where they differ.
#[must_use]
pub fn same(secret: &SecretString, given: &str) -> bool {
    let (Ok(ours), Ok(theirs)) = (mac(secret), mac(secret)) else { return false };
    let digest = theirs.chain_update(given.as_bytes()).finalize().into_bytes();
    check_one(&ours.chain_update(secret.expose_secret().as_bytes()), &digest).is_ok()
}

/// The value of [`SIGNATURE`]: `t=T,v1=S`, `T` in whole seconds. `None` never happens: HMAC takes keys of any length.
#[must_use]
pub fn sign(secret: &SecretString, payload: &[u8], now: Timestamp) -> Option<String> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).ok()?;
    let time = now.as_second();
    let mac = mac.chain_update(time.to_string().as_bytes()).chain_update(b".").chain_update(payload);
    let digest = data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes());
    Some(format!("t={time},v1={digest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    const BODY: &[u8] = br#"{"id":"evt_1","type":"checkout.session.completed"}"#;
    /// Computed apart from this program: printf '%s' "$BODY" | openssl dgst -sha256 -hmac whsec-1
    const PLAIN: &str = "25d60b5d33e6fb454765bbe290fc7b8befea8558019af5e2836fafc7c63308bb";
    /// The same with `1780000000.` before the body.
    const DATED: &str = "129e08584d4055e8c9e1000cfdc134bc4088c853435356a3b8b78d0be2cedc4f";

    fn secret() -> SecretString {
        SecretString::from("whsec-1".to_owned())
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + secs).expect("in range")
    }

    fn base64(hex: &str) -> String {
        data_encoding::BASE64.encode(&data_encoding::HEXLOWER.decode(hex.as_bytes()).expect("hex"))
    }

    fn asked(scheme: Scheme, headers: &[(&str, &str)], body: &[u8], now: Timestamp) -> Result<(), Unsigned> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().expect("a name"), HeaderValue::from_str(value).expect("a value"));
        }
        let made = scheme.check(&secret(), &map, body, now)?;
        assert_eq!(made.is_some(), scheme.is_dated());
        Ok(())
    }

    #[track_caller]
    fn check(scheme: Scheme, name: &str, value: &str, want: Result<(), Unsigned>) {
        assert_eq!(asked(scheme, &[(name, value)], BODY, at(0)), want, "{name}: {value}");
    }

    #[test]
    fn each_platform_signs_in_its_own_way() {
        let bad = DATED.replace(['0', '1', '2', '3'], "4");
        for (scheme, name) in [(Scheme::Stripe, "Stripe-Signature"), (Scheme::Plimsoll, "Plimsoll-Signature")] {
            check(scheme, name, &format!("t=1780000000,v1={DATED}"), Ok(()));
            check(scheme, name, &format!("t=1780000000, v1={bad}, v1={DATED}, v0=zz"), Ok(()));
            check(scheme, name, &format!("v1={DATED},t=1780000000"), Ok(()));
            check(scheme, name, &format!("t=1780000000,v1={bad}"), Err(Unsigned::Wrong));
            check(scheme, name, &format!("t=1780000001,v1={DATED}"), Err(Unsigned::Wrong));
            check(scheme, name, &format!("t=1780000000,v1={PLAIN}"), Err(Unsigned::Wrong));
            for cut in ["t=1780000000", "t=1780000000,v1=", "t=1780000000,v1=abc", "", "v1"] {
                assert!(asked(scheme, &[(name, cut)], BODY, at(0)).is_err(), "{cut}");
            }
            check(scheme, name, &format!("t=1780000000,t=1780000000,v1={DATED}"), Err(Unsigned::Malformed));
            check(scheme, name, &format!("t=+1780000000,v1={DATED}"), Err(Unsigned::Malformed));
            check(scheme, name, &format!("t=99999999999999999999,v1={DATED}"), Err(Unsigned::Malformed));
            let many = format!("t=1780000000{}", format!(",v1={DATED}").repeat(9));
            check(scheme, name, &many, Err(Unsigned::Malformed));
        }
        let right = base64(PLAIN);
        for (scheme, name) in [
            (Scheme::Shopify, "X-Shopify-Hmac-Sha256"),
            (Scheme::Shopify, "Shopify-Hmac-Sha256"),
            (Scheme::Woocommerce, "X-WC-Webhook-Signature"),
        ] {
            check(scheme, name, &right, Ok(()));
            check(scheme, name, &base64(DATED), Err(Unsigned::Wrong));
            check(scheme, name, PLAIN, Err(Unsigned::Wrong));
            check(scheme, name, right.trim_end_matches('='), Err(Unsigned::Malformed));
            check(scheme, name, "", Err(Unsigned::Wrong));
        }
        check(Scheme::Meta, "X-Hub-Signature-256", &format!("sha256={PLAIN}"), Ok(()));
        check(Scheme::Meta, "X-Hub-Signature-256", PLAIN, Err(Unsigned::Malformed));
        check(Scheme::Meta, "X-Hub-Signature-256", &format!("sha256={DATED}"), Err(Unsigned::Wrong));
        check(Scheme::Meta, "X-Hub-Signature", &format!("sha256={PLAIN}"), Err(Unsigned::Missing));
        check(Scheme::Shopify, "X-WC-Webhook-Signature", &right, Err(Unsigned::Missing));
    }

    #[test]
    fn two_signatures_are_none() {
        let right = base64(PLAIN);
        let two = [("x-shopify-hmac-sha256", right.as_str()), ("shopify-hmac-sha256", right.as_str())];
        assert_eq!(asked(Scheme::Shopify, &two, BODY, at(0)), Err(Unsigned::Missing));
    }

    #[test]
    fn a_dated_signature_counts_for_five_minutes_both_ways() {
        let header = format!("t=1780000000,v1={DATED}");
        for (now, want) in [
            (0, Ok(())),
            (300, Ok(())),
            (301, Err(Unsigned::Old)),
            (-300, Ok(())),
            (-301, Err(Unsigned::Old)),
            (86_400 * 365, Err(Unsigned::Old)),
        ] {
            assert_eq!(asked(Scheme::Stripe, &[("stripe-signature", &header)], BODY, at(now)), want, "{now}");
        }
    }

    #[test]
    fn what_this_program_signs_it_takes() {
        let header = sign(&secret(), BODY, at(0)).expect("signs");
        assert_eq!(asked(Scheme::Plimsoll, &[(SIGNATURE, &header)], BODY, at(10)), Ok(()));
    }

    #[test]
    fn without_a_secret_nothing_is_signed() {
        let none = SecretString::from(String::new());
        let header = sign(&none, BODY, at(0)).expect("signs");
        let mut map = HeaderMap::new();
        map.insert(SIGNATURE, HeaderValue::from_str(&header).expect("a value"));
        assert_eq!(Scheme::Plimsoll.check(&none, &map, BODY, at(0)), Err(Unsigned::Wrong));
        assert!(!same(&none, ""));
    }

    #[test]
    fn two_secrets_are_the_same_or_not() {
        assert!(same(&secret(), "whsec-1"));
        for other in ["", "whsec-", "whsec-2", "whsec-11", "WHSEC-1"] {
            assert!(!same(&secret(), other), "{other}");
        }
    }

    proptest! {
        #[test]
        fn one_flipped_bit_anywhere_is_another_body(at_bit in 0..BODY.len() * 8) {
            let mut body = BODY.to_vec();
            body[at_bit / 8] ^= 1 << (at_bit % 8);
            let dated = format!("t=1780000000,v1={DATED}");
            let (plain, hub) = (base64(PLAIN), format!("sha256={PLAIN}"));
            for (scheme, name, value) in [
                (Scheme::Stripe, "stripe-signature", &dated),
                (Scheme::Plimsoll, SIGNATURE, &dated),
                (Scheme::Shopify, "x-shopify-hmac-sha256", &plain),
                (Scheme::Woocommerce, "x-wc-webhook-signature", &plain),
                (Scheme::Meta, "x-hub-signature-256", &hub),
            ] {
                prop_assert_eq!(asked(scheme, &[(name, value)], BODY, at(0)), Ok(()));
                prop_assert_eq!(asked(scheme, &[(name, value)], &body, at(0)), Err(Unsigned::Wrong));
            }
        }

        #[test]
        fn one_flipped_bit_in_the_signature_is_no_signature(at_bit in 0_usize..256) {
            let mut digest = data_encoding::HEXLOWER.decode(PLAIN.as_bytes()).expect("hex");
            digest[at_bit / 8] ^= 1 << (at_bit % 8);
            let value = data_encoding::BASE64.encode(&digest);
            let got = asked(Scheme::Shopify, &[("x-shopify-hmac-sha256", &value)], BODY, at(0));
            prop_assert_eq!(got, Err(Unsigned::Wrong));
        }

        #[test]
        fn a_cut_signature_is_no_signature(end in 0_usize..64) {
            let cut = |whole: &str| whole.chars().take(end).collect::<String>();
            let value = format!("sha256={}", cut(PLAIN));
            prop_assert!(asked(Scheme::Meta, &[("x-hub-signature-256", &value)], BODY, at(0)).is_err());
            let value = format!("t=1780000000,v1={}", cut(DATED));
            prop_assert!(asked(Scheme::Stripe, &[("stripe-signature", &value)], BODY, at(0)).is_err());
        }

        #[test]
        fn no_header_makes_it_panic(text in "[ -~]{0,1300}") {
            for scheme in [Scheme::Plimsoll, Scheme::Stripe, Scheme::Shopify, Scheme::Woocommerce, Scheme::Meta] {
                prop_assert!(asked(scheme, &[(scheme.headers()[0], text.trim())], BODY, at(0)).is_err());
            }
        }
    }
}
