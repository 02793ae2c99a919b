//! The page that a partnership's link leads to, opened as somebody would who taps it, before money is spent on sending
//! people there.
//!
//! Refuses: the checkout. Whether a code works there, the shop says; whether the page has a field for it is looked at.

use url::Url;

use super::catalog::Catalog;
use super::preflight::{Looked, Outcome};
use crate::domain::document::{Partnership, PartnershipRef};
use crate::http::visit::{VisitError, Visited, Visitor};

/// The parameters that a link adds.
const UTM: [&str; 3] = ["utm_source", "utm_medium", "utm_campaign"];

/// What fields for a code are called in the forms of common shops.
const CODE_FIELDS: [&str; 8] = [
    "coupon_code",
    "coupon-code",
    "couponcode",
    "discount_code",
    "discount-code",
    "discountcode",
    "promo_code",
    "promo-code",
];

/// Looks at the page; nothing where there is none to look at.
pub async fn landing(
    visitor: &Visitor,
    catalog: &Catalog,
    key: &PartnershipRef,
    partnership: &Partnership,
) -> Vec<Looked> {
    let campaign = catalog.campaigns.get(&key.campaign);
    let page = partnership.landing.as_ref().or(campaign.and_then(|one| one.landing.as_ref()));
    let Some(page) = page else {
        let nowhere = "its link leads nowhere; give the partnership or its campaign a `landing`";
        let looked = partnership.link.as_ref().map(|_| say("landing", Outcome::Wrong, nowhere.to_owned()));
        return looked.into_iter().collect();
    };
    let plain = Url::parse(&page.to_string());
    let tagged = Url::parse(&page.with_utm(key.campaign.as_str(), key.creator.as_str()).to_string());
    let (Ok(plain), Ok(tagged)) = (plain, tagged) else { return Vec::new() };
    match visitor.visit(&tagged).await {
        Ok(visited) => look(&plain, &tagged, &visited, !partnership.codes.is_empty()),
        Err(VisitError::Private { host }) => {
            let text = format!(
                "`{host}` is not a public address; people outside cannot open it. If it is yours to look at from here, set \
                 preflight.private_addresses"
            );
            vec![say("landing", Outcome::Wrong, text)]
        }
        Err(error) => vec![say("landing", Outcome::Wrong, format!("its page could not be opened: {error}"))],
    }
}

fn say(check: &'static str, outcome: Outcome, text: String) -> Looked {
    Looked { check, code: None, outcome, text }
}

/// An address without what people do not look at.
fn shown(url: &Url) -> String {
    format!("{}{}", url.host_str().unwrap_or_default(), url.path())
}

fn look(plain: &Url, tagged: &Url, visited: &Visited, codes: bool) -> Vec<Looked> {
    if !(200..300).contains(&visited.status) {
        let text = format!("its page answers with status {}: {}", visited.status, shown(&visited.url));
        return vec![say("landing", Outcome::Wrong, text)];
    }
    let mut looked = vec![lands(plain, &visited.url), utm(tagged, visited)];
    if codes {
        let page = visited.body.to_ascii_lowercase();
        looked.push(if CODE_FIELDS.iter().any(|name| page.contains(name)) {
            say("code_field", Outcome::Fine, "its page has a field for a code".to_owned())
        } else {
            let text = "its page has no field for a code; see that the checkout has one";
            say("code_field", Outcome::Note, text.to_owned())
        });
    }
    looked
}

/// Whether it ends where it was meant to.
fn lands(plain: &Url, end: &Url) -> Looked {
    let host = |url: &Url| url.host_str().unwrap_or_default().trim_start_matches("www.").to_owned();
    let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let (meant, came) = (path(plain), path(end));
    if host(plain) != host(end) {
        let text = format!("its page leads to another site: {}", shown(end));
        return say("landing", Outcome::Wrong, text);
    }
    if meant == came {
        return say("landing", Outcome::Fine, "its page opens".to_owned());
    }
    // Shops put a language before the path.
    if !meant.is_empty() && came.ends_with(&meant) {
        return say("landing", Outcome::Note, format!("its page leads on to {}", shown(end)));
    }
    let text = format!("its page leads on to {}; perhaps the product is gone", shown(end));
    say("landing", Outcome::Wrong, text)
}

/// Whether the parameters come through.
fn utm(tagged: &Url, visited: &Visited) -> Looked {
    let of = |url: &Url| -> Vec<(String, String)> {
        let mut pairs: Vec<_> =
            url.query_pairs().into_owned().filter(|(name, _)| UTM.contains(&name.as_str())).collect();
        pairs.sort();
        pairs
    };
    let sent = of(tagged);
    match visited.way.iter().chain([&visited.url]).find(|url| of(url) != sent) {
        None => say("utm", Outcome::Fine, "UTM parameters come through".to_owned()),
        Some(lost) => {
            let text =
                format!("UTM parameters are lost on the way to {}; its visits cannot be told apart", shown(lost));
            say("utm", Outcome::Wrong, text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &str = "utm_source=alma&utm_medium=influencer&utm_campaign=spring";

    #[track_caller]
    fn check(way: &[&str], status: u16, body: &str, want: &[(&str, Outcome)]) {
        let plain: Url = "https://shop.example/boots".parse().expect("an address");
        let tagged: Url = format!("https://shop.example/boots?{SENT}").parse().expect("an address");
        let way: Vec<Url> = way.iter().map(|url| url.replace("UTM", SENT).parse().expect("an address")).collect();
        let url = way.last().expect("an end").clone();
        let visited = Visited { way, url, status, body: body.to_owned() };
        let looked = look(&plain, &tagged, &visited, true);
        let got: Vec<(&str, Outcome)> = looked.iter().map(|one| (one.check, one.outcome)).collect();
        assert_eq!(got, want, "{looked:?}");
    }

    #[test]
    fn a_page_lands_where_it_was_meant_to_with_its_parameters() {
        use Outcome::{Fine, Note, Wrong};
        let field = "<input name=\"coupon_code\">";
        let first = "https://shop.example/boots?UTM";
        check(&[first], 200, field, &[("landing", Fine), ("utm", Fine), ("code_field", Fine)]);
        check(&[first], 200, "", &[("landing", Fine), ("utm", Fine), ("code_field", Note)]);
        let www = [first, "https://www.shop.example/boots/?UTM"];
        check(&www, 200, field, &[("landing", Fine), ("utm", Fine), ("code_field", Fine)]);
        let tongue = [first, "https://shop.example/sv/boots?UTM&x=1"];
        check(&tongue, 200, field, &[("landing", Note), ("utm", Fine), ("code_field", Fine)]);
        let home = [first, "https://shop.example/"];
        check(&home, 200, field, &[("landing", Wrong), ("utm", Wrong), ("code_field", Fine)]);
        let away = [first, "https://elsewhere.example/boots?UTM"];
        check(&away, 200, field, &[("landing", Wrong), ("utm", Fine), ("code_field", Fine)]);
        let stripped = [first, "https://shop.example/boots"];
        check(&stripped, 200, field, &[("landing", Fine), ("utm", Wrong), ("code_field", Fine)]);
        check(&[first], 404, field, &[("landing", Wrong)]);
    }
}
