//! Which addresses are the public network, and a look-up of names that answers no others.
//!
//! Owns: the difference between what an operator typed and what somebody else made this program open. A document, a feed
//! or a redirect must not make it look into the network that it stands in.
//! Refuses: checking a name before it is needed. A name is looked up once, at the moment of connecting; what that answers is
//! filtered and handed to whoever connects, so a name cannot change its mind between the check and the connection.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Whoever knows which addresses a name has.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// The addresses; the port in them means nothing.
    async fn look_up(&self, name: &str) -> io::Result<Vec<SocketAddr>>;
}

/// The system's own.
#[derive(Debug, Clone, Copy)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn look_up(&self, name: &str) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.collect())
    }
}

/// A name whose addresses are all of a network that is not public.
#[derive(Debug)]
pub struct NotPublic;

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name has no public address")
    }
}

impl Error for NotPublic {}

/// Whether an error came of a name without a public address.
#[must_use]
pub fn is_not_public(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        if cause.is::<NotPublic>() {
            return true;
        }
        next = cause.source();
    }
    false
}

/// Answers public addresses only.
pub struct PublicOnly(pub Arc<dyn Lookup>);

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = Arc::clone(&self.0);
        Box::pin(async move {
            let mut found = lookup.look_up(name.as_str()).await?;
            found.retain(|address| is_public(address.ip()));
            if found.is_empty() {
                return Err(Box::from(NotPublic));
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address that is written as one is public, and a name may be looked up: `url` has made decimal, octal and
/// hexadecimal forms of an address the address that they are.
#[must_use]
pub fn may_open(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => is_public(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => is_public(IpAddr::V6(ip)),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name != "localhost" && !name.ends_with(".localhost")
        }
        None => false,
    }
}

/// Whether an address is one of the public network: <https://www.iana.org/assignments/iana-ipv4-special-registry>,
/// <https://www.iana.org/assignments/iana-ipv6-special-registry>.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let special = match ip.octets() {
        // This network; shared by carriers; protocol assignments; relays that are no more; measuring; reserved.
        [0 | 240..=255, ..] | [100, 64..=127, ..] | [192, 0, 0, _] | [192, 88, 99, _] | [198, 18..=19, ..] => true,
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
    let [first, second, third, fourth, fifth, sixth, ..] = ip.segments();
    let [.., a, b, c, d] = ip.octets();
    // Addresses of the old network in the clothes of the new one, and behind a translator.
    let mapped = [first, second, third, fourth, fifth, sixth] == [0, 0, 0, 0, 0, 0xffff];
    if mapped || [first, second, third, fourth, fifth, sixth] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    // Only this eighth is given out; of it, tunnels carry an address of the old network that nobody would look at.
    let given_out = (0x2000..=0x3fff).contains(&first);
    let tunnel = first == 0x2002 || (first == 0x2001 && second < 0x200);
    let written = (first, second) == (0x2001, 0xdb8) || (first == 0x3fff && second < 0x1000);
    given_out && !tunnel && !written
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Mutex;

    use super::*;

    #[track_caller]
    fn check(given: &str, want: bool) {
        assert_eq!(is_public(given.parse().expect("an address")), want, "{given}");
    }

    #[test]
    fn only_the_public_network_is_public() {
        for public in ["93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:2800:220:1:248:1893:25c8:1946", "2a00::1"] {
            check(public, true);
        }
        for private in [
            "127.0.0.1",
            "127.255.255.254",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "0.0.0.0",
            "0.1.2.3",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "198.19.0.1",
            "255.255.255.255",
            "224.0.0.1",
            "239.255.255.250",
            "::1",
            "::",
            "::7f00:1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::",
            "64:ff9b:1::1",
            "3fff::1",
            "5f00::1",
        ] {
            check(private, false);
        }
        // What is inside decides.
        for (inner, want) in
            [("127.0.0.1", false), ("169.254.169.254", false), ("10.0.0.1", false), ("93.184.216.34", true)]
        {
            check(&format!("::ffff:{inner}"), want);
            check(&format!("64:ff9b::{inner}"), want);
        }
    }

    #[test]
    fn an_address_in_disguise_is_still_that_address() {
        for hostile in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://0/",
            "http://0.0.0.0/",
            "http://[::]/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[fd00:ec2::254]/latest/meta-data",
            "http://169.254.169.254/latest/meta-data",
            "http://2852039166/latest/meta-data",
            "http://0xa9.0xfe.0xa9.0xfe/",
            "http://127。0。0。1/",
            "http://127.0.0.1./",
            "http://１２７.0.0.1/",
            "http://localhost/",
            "http://LOCALHOST/",
            "http://localhost./",
            "http://db.localhost/",
            "http://user@127.0.0.1/",
            "http://shop.example@127.0.0.1/",
            "http://shop.example\\@127.1/",
        ] {
            let Ok(url) = hostile.parse::<Url>() else { continue };
            // A backslash ends the host, as browsers read it.
            let fine = may_open(&url) && url.host_str() != Some("shop.example");
            assert!(!fine, "{hostile} is read as {url}");
        }
        assert!(may_open(&"https://shop.example/".parse().expect("an address")));
    }

    /// A name whose addresses are others each time.
    struct Rebinding(Mutex<VecDeque<Vec<&'static str>>>);

    impl Rebinding {
        fn new(answers: &[&[&'static str]]) -> Arc<Self> {
            Arc::new(Self(Mutex::new(answers.iter().map(|one| one.to_vec()).collect())))
        }

        fn left(&self) -> usize {
            self.0.lock().expect("not poisoned").len()
        }
    }

    #[async_trait]
    impl Lookup for Rebinding {
        async fn look_up(&self, _name: &str) -> io::Result<Vec<SocketAddr>> {
            let answer = self.0.lock().expect("not poisoned").pop_front().expect("one look-up too many");
            Ok(answer.into_iter().map(|ip| SocketAddr::new(ip.parse().expect("an address"), 0)).collect())
        }
    }

    #[tokio::test]
    async fn a_name_that_changes_its_mind_is_checked_where_it_is_used() {
        let names = Rebinding::new(&[&["93.184.216.34"], &["127.0.0.1"], &["10.0.0.1", "93.184.216.34", "::1"]]);
        let guard = PublicOnly(Arc::clone(&names) as _);
        let ask = async || {
            let name = "shop.example".parse::<Name>().expect("a name");
            guard.resolve(name).await.map(|found| found.map(|one| one.ip().to_string()).collect::<Vec<_>>())
        };
        assert_eq!(ask().await.expect("public"), ["93.184.216.34"]);
        assert_eq!(names.left(), 2, "what was checked is what is handed on: one look-up, not two");
        let refused = ask().await.expect_err("it is of this machine now");
        assert!(is_not_public(&*refused), "{refused}");
        assert_eq!(ask().await.expect("one of three is public"), ["93.184.216.34"], "the others are not tried");
    }
}
