//! Packs: what they must say, and which figure fits whom.

use super::*;
use crate::rules::benchmark::size::Audience;

const HEAD: &str = "[pack]\nid = \"p\"\nyear = 2025\nsource = \"S 2025\"\nlink = \"https://s.example\"\nof = \"creators\"\nstatistic = \"median\"\n";
const RATE: &str = "metric = \"er_followers\"\ndenominator = \"followers\"\nplatform = \"instagram\"\nvalue = 0.02\n";

fn errors(text: &str) -> String {
    let errors = parse_pack(text, "p.toml").expect_err("is refused");
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn figure(lines: &str) -> String {
    format!("{HEAD}[[figure]]\n{lines}")
}

#[test]
fn a_figure_without_year_or_source_is_refused() {
    insta::assert_snapshot!(errors(&format!("{}[[figure]]\n{RATE}", HEAD.replace("year = 2025\n", ""))), @"p.toml:1:1: the pack says no `year`; a pack says `id`, `year`, `source`, `link`, `of` and `statistic`");
    insta::assert_snapshot!(errors(&format!("{}[[figure]]\n{RATE}", HEAD.replace("source = \"S 2025\"\n", ""))), @"p.toml:1:1: the pack says no `source`; a pack says `id`, `year`, `source`, `link`, `of` and `statistic`");
    insta::assert_snapshot!(errors(&format!("{}[[figure]]\n{RATE}", HEAD.replace("2025", "25").replace("https", "see"))), @"
    p.toml:1:1: 25 is not a year that figures are of; write the year that was counted, 2010 or later
    p.toml:1:1: `see://s.example` is not a link; write where the figure stands, as `https://…`
    ");
}

#[test]
fn a_rate_answers_only_for_its_own_denominator() {
    let of = |metric: &str, whole: &str| {
        errors(&figure(&format!(
            "metric = \"{metric}\"\ndenominator = \"{whole}\"\nplatform = \"instagram\"\nvalue = 0.02\n"
        )))
    };
    insta::assert_snapshot!([of("er_views", "followers"), of("er_views", "impressions"), of("ctr", "reach")].join("\n"), @"
    p.toml:10:15: `er_views` is per views, and the figure is per followers; the figure is `er_followers`, or leave it out
    p.toml:10:15: `er_views` is per views, and the figure is per impressions; there is no metric of that denominator; leave the figure out
    p.toml:10:15: `ctr` is per views, and the figure is per reach; there is no metric of that denominator; leave the figure out
    ");
    insta::assert_snapshot!(errors(&figure("metric = \"er_views\"\nplatform = \"instagram\"\nvalue = 0.02\n")), @r#"p.toml:9:10: `er_views` is a rate, and the figure does not say per what; write `denominator = "views"` if the study says so"#);
    insta::assert_snapshot!(errors(&figure("metric = \"cpm\"\ndenominator = \"impressions\"\nplatform = \"instagram\"\nvalue = \"9.00 EUR\"\n")), @"p.toml:10:15: `cpm` is per views, and the figure is per impressions; there is no metric of that denominator; leave the figure out");
}

#[test]
fn what_else_does_not_fit_says_where() {
    let said = [
        errors(&figure("metric = \"er_folowers\"\nplatform = \"instagram\"\nvalue = 0.02\n")),
        errors(&figure(&RATE.replace("instagram", "instagrm"))),
        errors(&figure(&format!("{RATE}size = \"nano\"\n"))),
        errors(&figure(&RATE.replace("0.02", "\"2 %\""))),
        errors(&figure(&format!("{RATE}[[figure]]\n{RATE}"))),
        errors(&figure(&format!("{RATE}quantiles = {{ \"0.25\" = 0.03, \"0.75\" = 0.01 }}\n"))),
        errors(&figure(&format!("{RATE}colour = 3\n"))),
        errors(HEAD),
    ];
    insta::assert_snapshot!(said.join("\n"), @"
    p.toml:9:10: `er_folowers` is not a metric; did you mean `er_followers`?
    p.toml:11:12: `instagrm` is not a platform: expected one of youtube, instagram, tiktok, twitch, x, facebook, meta_ads, tiktok_ads, google_ads, shop, web, redirector, deal, survey; did you mean `instagram`?
    p.toml:13:8: the figure is for a size, and the pack does not say where sizes begin; add `edges = { nano = 1000, micro = 10000, … }` to `[pack]`
    p.toml:12:9: the value of `er_followers` has the wrong form; write a number without quotes
    p.toml:13:1: `er_followers` on instagram stands twice for the same size; keep one; figures of two studies are two packs
    p.toml:12:9: its quantiles do not rise; a higher quantile is a higher value
    p.toml:13:1: unknown field `colour`, expected one of `metric`, `denominator`, `platform`, `size`, `per`, `value`, `quantiles`; a pack says `id`, `year`, `source`, `link`, `of` and `statistic`
    p.toml:1:1: the pack has no [[figure]]; add one, or leave the file out
    ");
}

fn audiences(platform: Platform, followers: u64) -> Audiences {
    let observed = "2026-03-01T00:00:00Z".parse().expect("an instant");
    let each = [(platform, Audience { platform, followers, observed, size: None })].into();
    Audiences { main: Some(platform), each }
}

#[test]
fn the_figure_of_the_own_size_goes_before_that_of_all_and_newer_before_older() {
    let mut packs = Packs::default();
    let edges = "edges = { nano = 1000, micro = 10000, mid = 100000, macro = 500000, mega = 1000000 }\n";
    let head =
        |id: &str, year: &str| HEAD.replace("\"p\"", &format!("\"{id}\"")).replace("= 2025", &format!("= {year}"));
    let take = |packs: &mut Packs, text: String| packs.add(parse_pack(&text, "p.toml").expect("a pack"));
    take(&mut packs, format!("{}[[figure]]\n{}", head("all-2026", "2026"), RATE.replace("0.02", "0.01")));
    take(&mut packs, format!("{}[[figure]]\n{RATE}", head("all-2024", "2024")));
    let micro = RATE.replace("0.02", "0.03");
    take(&mut packs, format!("{}{edges}[[figure]]\n{micro}size = \"micro\"\n", head("sizes", "2023")));
    let best = |packs: &Packs, platform, followers| {
        packs.figure(Metric::ErFollowers, None, &audiences(platform, followers), None).map(|one| one.pack.id.clone())
    };
    assert_eq!(best(&packs, Platform::Instagram, 20_000).as_deref(), Some("sizes"));
    assert_eq!(best(&packs, Platform::Instagram, 2_000).as_deref(), Some("all-2026"));
    assert_eq!(best(&packs, Platform::Tiktok, 20_000), None);
    // Nothing answers for another denominator.
    assert_eq!(packs.figure(Metric::ErViews, None, &audiences(Platform::Instagram, 20_000), None), None);
    // Somebody's own pack of the same id goes over ours.
    take(&mut packs, format!("{}[[figure]]\n{}", head("all-2026", "2021"), RATE.replace("0.02", "0.01")));
    assert_eq!(best(&packs, Platform::Instagram, 2_000).as_deref(), Some("all-2024"));
}

#[test]
fn money_only_stands_beside_its_own_currency() {
    let text = figure("metric = \"cpm\"\ndenominator = \"views\"\nplatform = \"instagram\"\nvalue = \"9.00 EUR\"\n");
    let mut packs = Packs::default();
    packs.add(parse_pack(&text, "p.toml").expect("a pack"));
    let of = |currency: &str| {
        let currency: Currency = currency.parse().expect("a currency");
        packs.figure(Metric::Cpm, None, &audiences(Platform::Instagram, 1), Some(currency)).map(|one| one.value)
    };
    assert_eq!((of("EUR"), of("SEK")), (Some(900.0), None));
}
