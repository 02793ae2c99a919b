//! Who clicked: a person, a program, or a browser that looks ahead; and how many came, without keeping who.
//!
//! A visitor is a keyed hash (HMAC-SHA-256) of address and user agent. The key is made of a secret of this run and the
//! day, so that nobody can be followed from one day to the next, or be found again after a restart; addresses are never
//! kept.

use std::net::IpAddr;

use axum::http::{HeaderMap, Method, header};
use hmac::{Hmac, Mac as _};
use isbot::Bots;
use jiff::Timestamp;
use sha2::Sha256;

/// Who asked for a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller {
    /// Somebody.
    Person,
    /// A program: a search engine, a chat that makes a preview, a script.
    Program,
    /// A browser that looks ahead; the person may come or not.
    Prefetch,
}

/// Chats that fetch a link to show what is behind it, where the list of programs does not have them.
const PREVIEWS: [&str; 14] = [
    "whatsapp",
    "telegrambot",
    "discordbot",
    "slackbot",
    "twitterbot",
    "facebookexternalhit",
    "facebot",
    "linkedinbot",
    "skypeuripreview",
    "viber",
    "pinterest",
    "redditbot",
    "curl/",
    "python-requests",
];

/// Tells callers apart.
pub(super) struct Visitors {
    salt: [u8; 32],
    programs: Bots,
}

impl Visitors {
    pub(super) fn new(salt: [u8; 32]) -> Self {
        Self { salt, programs: Bots::default() }
    }

    /// Who asks, as far as the request tells. Who says nothing about itself is a program: every browser does.
    pub(super) fn caller(&self, method: &Method, headers: &HeaderMap) -> Caller {
        let says = |name: &str| {
            let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
            values.map(str::to_ascii_lowercase).collect::<Vec<_>>().join(",")
        };
        let agent = says(header::USER_AGENT.as_str());
        if agent.is_empty() || self.programs.is_bot(&agent) || PREVIEWS.iter().any(|name| agent.contains(name)) {
            return Caller::Program;
        }
        let ahead = ["purpose", "sec-purpose", "x-purpose", "x-moz"].into_iter().any(|name| {
            let said = says(name);
            said.contains("prefetch") || said.contains("prerender") || said.contains("preview")
        });
        if ahead || method == Method::HEAD { Caller::Prefetch } else { Caller::Person }
    }

    /// A number for a visitor of this day.
    pub(super) fn number(&self, at: Timestamp, address: IpAddr, headers: &HeaderMap) -> u64 {
        let day = at.as_second().div_euclid(86_400);
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.salt) else { return 0 };
        mac.update(&day.to_be_bytes());
        match address {
            IpAddr::V4(address) => mac.update(&address.octets()),
            IpAddr::V6(address) => mac.update(&address.octets()),
        }
        mac.update(headers.get(header::USER_AGENT).map_or(&[][..], |agent| agent.as_bytes()));
        let hash = mac.finalize().into_bytes();
        hash.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                         Version/18.5 Mobile/15E148 Safari/604.1";
    const IN_APP: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
                          Gecko) Mobile/22F76 Instagram 385.0.0.33.75 (iPhone15,2; iOS 18_5; sv_SE; sv)";

    fn headers(agent: &str, more: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in more.iter().copied().chain([("user-agent", agent)]) {
            if !value.is_empty() {
                headers.append(name, value.parse().expect("a header"));
            }
        }
        headers
    }

    #[test]
    fn programs_and_browsers_that_look_ahead_are_told_from_people() {
        let visitors = Visitors::new([7; 32]);
        for (method, agent, more, want) in [
            (Method::GET, PHONE, &[][..], Caller::Person),
            (Method::GET, IN_APP, &[], Caller::Person),
            (Method::GET, PHONE, &[("sec-purpose", "prefetch;prerender")], Caller::Prefetch),
            (Method::GET, PHONE, &[("x-moz", "prefetch")], Caller::Prefetch),
            (Method::GET, PHONE, &[("purpose", "prefetch")], Caller::Prefetch),
            (Method::HEAD, PHONE, &[], Caller::Prefetch),
            (
                Method::GET,
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                &[],
                Caller::Program,
            ),
            (Method::GET, "TelegramBot (like TwitterBot)", &[], Caller::Program),
            (Method::GET, "WhatsApp/2.23.20.0 A", &[], Caller::Program),
            (
                Method::GET,
                "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
                &[],
                Caller::Program,
            ),
            (Method::GET, "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", &[], Caller::Program),
            (Method::GET, "curl/8.5.0", &[], Caller::Program),
            (Method::GET, "", &[], Caller::Program),
        ] {
            assert_eq!(visitors.caller(&method, &headers(agent, more)), want, "{method} {agent} {more:?}");
        }
    }

    #[test]
    fn a_visitor_is_the_same_for_a_day_and_nobody_after_it() {
        let visitors = Visitors::new([7; 32]);
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let (phone, laptop) = (headers(PHONE, &[]), headers("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", &[]));
        let (home, away): (IpAddr, IpAddr) = ("192.0.2.7".parse().expect("ip"), "2001:db8::7".parse().expect("ip"));
        let morning = visitors.number(at("2026-03-05T06:00:00Z"), home, &phone);
        assert_eq!(morning, visitors.number(at("2026-03-05T23:59:59Z"), home, &phone));
        assert_ne!(morning, visitors.number(at("2026-03-06T00:00:00Z"), home, &phone));
        assert_ne!(morning, visitors.number(at("2026-03-05T06:00:00Z"), home, &laptop));
        assert_ne!(morning, visitors.number(at("2026-03-05T06:00:00Z"), away, &phone));
        assert_ne!(morning, Visitors::new([8; 32]).number(at("2026-03-05T06:00:00Z"), home, &phone));
    }
}
