//! Opening a page as somebody would who taps a link: redirects are followed one by one, and each is kept to be looked at.
//!
//! Owns: how many redirects, how much of a page, and which addresses at all.
//! Refuses: anything but `http` and `https`, and, unless it is allowed, addresses that are not public: a document must not
//! make this program look into the network that it stands in. Names are checked by what they resolve to, at the moment of
//! connecting, so that a name cannot change its mind in between. Meaning is the caller's.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, LOCATION, USER_AGENT};
use url::{Host, Url};

use super::{HttpError, Limits, host_of, made, sort_error};

/// Redirects that are followed. Browsers give up after 20; a link with more than 10 loses people before that.
const HOPS_MAX: usize = 10;

/// Bytes of a page that are read. What is looked for stands in its first half.
const BODY_MAX: usize = 1 << 20;

/// As what it introduces itself: a program, so that nobody counts it as a visitor.
const AGENT: &str = "Mozilla/5.0 (compatible; Plimsoll-preflight/1.0; bot)";

/// Why a page was not opened.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// A redirect to something that is no web page.
    #[error("it leads to something that is not a web page: `{scheme}:`")]
    NotWeb {
        /// The scheme.
        scheme: String,
    },
    /// An address that is not public.
    #[error("`{host}` is not a public address")]
    Private {
        /// The host.
        host: String,
    },
    /// A redirect that says nowhere.
    #[error("`{host}` sends people on without saying where")]
    Nowhere {
        /// The host.
        host: String,
    },
    /// Redirects without an end.
    #[error("it sends people on more than {HOPS_MAX} times")]
    Endless,
    /// No answer.
    #[error(transparent)]
    Http(#[from] HttpError),
}

/// A page that was opened.
#[derive(Debug)]
pub struct Visited {
    /// Every address on the way, the first among them.
    pub way: Vec<Url>,
    /// Where it ended.
    pub url: Url,
    /// The status there.
    pub status: u16,
    /// The beginning of the page.
    pub body: String,
}

/// Opens pages.
pub struct Visitor {
    client: reqwest::Client,
    private: bool,
}

impl fmt::Debug for Visitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Visitor(private: {})", self.private)
    }
}

impl Visitor {
    /// One that opens public addresses, and with `private` any.
    pub fn new(private: bool) -> Result<Self, HttpError> {
        let limits = Limits { total: Duration::from_secs(15), ..Limits::default() };
        let client =
            made(limits, |builder| if private { builder } else { builder.dns_resolver(Arc::new(PublicOnly)) })?;
        Ok(Self { client, private })
    }

    /// Opens a page and goes where it leads.
    pub async fn visit(&self, page: &Url) -> Result<Visited, VisitError> {
        let (mut way, mut url) = (Vec::new(), page.clone());
        while way.len() <= HOPS_MAX {
            self.check(&url)?;
            way.push(url.clone());
            let host = host_of(&url);
            let request = self.client.get(url.clone()).header(USER_AGENT, AGENT).header(ACCEPT, "text/html");
            #[expect(clippy::disallowed_methods, reason = "this room is the one that sends")]
            let mut answer = request.send().await.map_err(|cause| sort_error(&host, cause))?;
            let status = answer.status().as_u16();
            if matches!(status, 301 | 302 | 303 | 307 | 308) {
                let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
                url = location.and_then(|to| url.join(to).ok()).ok_or(VisitError::Nowhere { host })?;
                continue;
            }
            let mut body = Vec::new();
            while body.len() < BODY_MAX {
                let chunk = answer.chunk().await.map_err(|cause| sort_error(&host, cause))?;
                let Some(chunk) = chunk else { break };
                body.extend_from_slice(&chunk);
            }
            body.truncate(BODY_MAX);
            return Ok(Visited { way, url, status, body: String::from_utf8_lossy(&body).into_owned() });
        }
        Err(VisitError::Endless)
    }

    /// Names are looked up later, by the resolver; an address that is written as one never comes to it.
    fn check(&self, url: &Url) -> Result<(), VisitError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(VisitError::NotWeb { scheme: url.scheme().to_owned() });
        }
        let public = self.private
            || match url.host() {
                Some(Host::Ipv4(ip)) => is_public(IpAddr::V4(ip)),
                Some(Host::Ipv6(ip)) => is_public(IpAddr::V6(ip)),
                Some(Host::Domain(name)) => name != "localhost" && !name.ends_with(".localhost"),
                None => false,
            };
        if public { Ok(()) } else { Err(VisitError::Private { host: host_of(url) }) }
    }
}

/// Resolves names to public addresses only.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(Box::from("the name has no public address"));
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address is one of the public network: <https://www.iana.org/assignments/iana-ipv4-special-registry>.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let special = match ip.octets() {
        // This network; shared by carriers; protocol assignments; measuring; reserved.
        [0 | 240..=255, ..] | [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18..=19, ..] => true,
        _ => false,
    };
    !(special
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation())
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    let [.., a, b, c, d] = ip.octets();
    if let Some(inner) = ip.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    // Addresses of the old network behind a translator.
    if (first, second) == (0x64, 0xff9b) {
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    let local = matches!(first, 0xfc00..=0xfdff | 0xfe80..=0xfebf);
    let written = (first, second) == (0x2001, 0xdb8);
    !(local || written || ip.is_loopback() || ip.is_unspecified() || ip.is_multicast())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_network_is_public() {
        for (given, want) in [
            ("93.184.216.34", true),
            ("2606:2800:220:1:248:1893:25c8:1946", true),
            ("127.0.0.1", false),
            ("10.1.2.3", false),
            ("172.16.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("0.0.0.0", false),
            ("255.255.255.255", false),
            ("224.0.0.1", false),
            ("::1", false),
            ("::", false),
            ("fd00::1", false),
            ("fe80::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:93.184.216.34", true),
            ("64:ff9b::a00:1", false),
        ] {
            assert_eq!(is_public(given.parse().expect("an address")), want, "{given}");
        }
    }

    #[tokio::test]
    async fn what_is_not_public_is_not_opened() {
        let visitor = Visitor::new(false).expect("a visitor");
        for given in
            ["http://127.0.0.1:9/", "http://[::1]:9/", "http://localhost:9/", "http://2130706433/", "http://0x7f.1/"]
        {
            let error = visitor.visit(&given.parse().expect("an address")).await.expect_err(given);
            assert!(matches!(error, VisitError::Private { .. }), "{given}: {error}");
        }
        let error = visitor.visit(&"ftp://shop.example/".parse().expect("an address")).await.expect_err("no page");
        assert_eq!(error.to_string(), "it leads to something that is not a web page: `ftp:`");
    }
}
