//! The settings of comparing, published figures as they come with the program and from its owner's folder, and the command
//! that says where somebody stands.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use super::catalog::{Benchmarks, Groups, judging};
use super::commands::{Asked, own_creator, unknown, visible_brands};
use super::config::ConfigError;
use super::core::{Core, Ruled, State};
use super::resolve::{Meant, resolve};
use super::views;
use crate::domain::document::Running;
use crate::domain::ids::{Scope, Subject};
use crate::domain::metric::Metric;
use crate::rules::benchmark::group::SHOWN_MIN;
use crate::rules::benchmark::pack::{Packs, parse_pack};
use crate::rules::benchmark::size::Edges;
use crate::rules::file::parse_rules;
use crate::rules::judge::judge;
use crate::rules::lifecycle::Memory;
use crate::rules::lower::Source;
use crate::rules::receipt::{Basis, Receipt, Used};
use crate::store::StoreError;
use crate::words::benchmark::{Standing, StandingsView, of_whom, standings};
use crate::words::message::Message;
use crate::words::others::Cited;
use crate::words::phrase;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct BenchmarksConfig {
    pub folder: PathBuf,
    pub peers_min: u32,
    pub own_small: u32,
    pub sizes: Edges,
    /// The packs that came with the program and those of the folder, read once.
    #[serde(skip)]
    pub packs: Arc<Packs>,
}

impl From<BenchmarksConfig> for Benchmarks {
    fn from(config: BenchmarksConfig) -> Self {
        Self { edges: config.sizes, packs: config.packs, least: config.peers_min, small: config.own_small }
    }
}

impl BenchmarksConfig {
    /// Reads the packs; a folder is beside the configuration.
    pub(super) fn read(&mut self, beside: &Path) -> Result<(), ConfigError> {
        if !self.sizes.rise() {
            return Err(ConfigError::Invalid(
                "`benchmarks.sizes` do not rise; each size begins above the one before it".to_owned(),
            ));
        }
        if self.peers_min == 0 {
            return Err(ConfigError::Invalid(
                "`benchmarks.peers_min` is 0; compare with one other at least".to_owned(),
            ));
        }
        let folder = (!self.folder.as_os_str().is_empty()).then(|| beside.join(&self.folder));
        let packs = packs(folder.as_deref());
        self.packs = Arc::new(packs.map_err(|fault| ConfigError::Invalid(format!("benchmarks: {fault}")))?);
        Ok(())
    }
}

/// The packs that come with the program.
const BUILT_IN: [(&str, &str); 2] = [
    ("config/benchmarks/brand_pages_2022.toml", include_str!("../../config/benchmarks/brand_pages_2022.toml")),
    ("config/benchmarks/creators_2025.toml", include_str!("../../config/benchmarks/creators_2025.toml")),
];

/// Reads every pack: ours, then those of a folder, in the order of their names.
///
/// # Errors
///
/// The first thing that is wrong, with its file and line.
pub fn packs(folder: Option<&Path>) -> Result<Packs, String> {
    let mut packs = Packs::default();
    for (name, text) in BUILT_IN {
        take(&mut packs, text, name)?;
    }
    if let Some(folder) = folder {
        for file in super::apply::files_of(&[folder.to_path_buf()])? {
            let name = file.display().to_string();
            let text = std::fs::read_to_string(&file).map_err(|error| format!("{name}: cannot be read: {error}"))?;
            take(&mut packs, &text, &name)?;
        }
    }
    Ok(packs)
}

fn take(packs: &mut Packs, text: &str, name: &str) -> Result<(), String> {
    let figures = parse_pack(text, name)
        .map_err(|errors| errors.first().map_or_else(|| format!("{name}: cannot be read"), ToString::to_string))?;
    packs.add(figures);
    Ok(())
}

/// Deals of a creator that are told beside them.
const DEALS_MAX: usize = 3;

/// What is told of a creator and of a post, over whole days.
const OF_CREATORS: [Metric; 5] = [Metric::ErViews, Metric::Views, Metric::ErFollowers, Metric::Ctr, Metric::Orders];

/// What is told of a deal, since it began.
const OF_DEALS: [Metric; 7] =
    [Metric::ErViews, Metric::Ctr, Metric::Cvr, Metric::Orders, Metric::Cpa, Metric::Roas, Metric::Cpm];

/// Where somebody stands against their own past, comparable others and what is published.
pub async fn say(core: &Core, asked: &Asked, subject: Option<&str>, now: Timestamp) -> Result<Message, StoreError> {
    let state = core.state.lock().await;
    let meant = match subject {
        None => own_creator(asked).map(|creator| Meant::Subject(Subject::Creator(creator))),
        Some(typed) => resolve(&state.catalog, typed),
    };
    let of = match meant {
        Some(Meant::Subject(subject)) => about_of(&state, asked, &subject),
        Some(Meant::Deliverable(partnership, _) | Meant::Code(partnership, _) | Meant::Link(partnership, _)) => {
            vec![partnership.subject()]
        }
        Some(Meant::Boost(_)) => Vec::new(),
        None => {
            drop(state);
            return Ok(match subject {
                Some(typed) => unknown(core, asked, typed).await.say(&asked.reader, now),
                None => of_whom("everything", &asked.reader),
            });
        }
    };
    if of.is_empty() {
        return Ok(of_whom(subject.unwrap_or_default(), &asked.reader));
    }
    let mut groups = Groups::default();
    let mut data_at = None;
    let told: Vec<StandingsView> = of.iter().map(|one| of_one(&state, &mut groups, one, now, &mut data_at)).collect();
    Ok(standings(&told, data_at, &asked.reader, asked.audience, now))
}

/// The subjects that are told of: a creator with their running deals that the asker may see, a deal, a post.
fn about_of(state: &State, asked: &Asked, subject: &Subject) -> Vec<Subject> {
    match subject {
        Subject::Partnership(..) | Subject::Post(..) => vec![subject.clone()],
        Subject::Creator(creator) => {
            let is_self = own_creator(asked).as_ref() == Some(creator);
            let brands = if is_self { None } else { visible_brands(state, asked) };
            let deals = state.catalog.partnerships.iter().filter(|(key, one)| {
                let brand = state.catalog.campaigns.get(&key.campaign).map(|campaign| &campaign.brand);
                let may_see = brands.as_ref().is_none_or(|brands| brand.is_some_and(|brand| brands.contains(brand)));
                key.creator == *creator && one.state == Running::Active && may_see
            });
            let deals = deals.map(|(key, _)| key.subject()).take(DEALS_MAX);
            std::iter::once(subject.clone()).chain(deals).collect()
        }
        // A brand and a campaign are one of a kind.
        Subject::Brand(_) | Subject::Campaign(_) => Vec::new(),
    }
}

fn of_one(
    state: &State,
    groups: &mut Groups,
    subject: &Subject,
    now: Timestamp,
    data_at: &mut Option<Timestamp>,
) -> StandingsView {
    let metrics: &[Metric] = if subject.scope() == Scope::Partnership { &OF_DEALS } else { &OF_CREATORS };
    let standings = metrics.iter().filter_map(|metric| {
        let receipt = receipt(state, groups, subject, *metric, now)?;
        *data_at = std::cmp::max(*data_at, views::data_at(&receipt));
        standing(&receipt, *metric)
    });
    let standings = standings.collect();
    StandingsView { who: phrase::who(&views::names(state, subject), &subject.to_string()), standings }
}

/// How many comparable others have less of a number, and how many they are; where five or more are compared, so that nobody
/// can be told apart.
pub(super) fn rank(state: &State, subject: &Subject, metric: Metric, now: Timestamp) -> Option<(u32, u32)> {
    let receipt = receipt(state, &mut Groups::default(), subject, metric, now)?;
    let one = standing(&receipt, metric)?;
    let compared = one.compared.filter(|compared| SHOWN_MIN <= compared.creators)?;
    one.peers.map(|(_, below)| (below, compared.others))
}

/// What a rule that nobody wrote says of a subject: its receipt has the numbers beside what they are compared with.
pub(super) fn receipt_of(
    state: &State,
    groups: &mut Groups,
    (subject, rule): (&Subject, &str),
    at: Timestamp,
) -> Option<Receipt> {
    let rule = parse_rules(rule, None).check().ok()?.pop()?;
    let ruled = Ruled { rule, version: 1 };
    let (about, view) = (state.catalog.about_at(subject, at), state.history.view());
    let context = judging((&state.catalog, &view), groups, (subject, &about), &ruled, at);
    Some(judge(&ruled.rule, subject, &context, &view, &Memory::default(), at).receipt)
}

/// The receipt of a rule that compares a number with all there is to compare it with.
fn receipt(state: &State, groups: &mut Groups, subject: &Subject, metric: Metric, now: Timestamp) -> Option<Receipt> {
    let (scope, window, own) = match subject.scope() {
        Scope::Partnership => ("partnership", "deal", String::new()),
        Scope::Post => ("post", "7d", String::new()),
        Scope::Creator => ("creator", "7d", format!(" && {metric} > own({metric})")),
        Scope::Brand | Scope::Campaign => return None,
    };
    let text = format!(
        "[[rule]]\nid = \"benchmark\"\nkind = \"opportunity\"\nscope = \"{scope}\"\nwindow = \"{window}\"\n\
         when = \"{metric} > peers({metric}) && rank({metric}) > 0.5 && {metric} > industry({metric}){own}\"\n"
    );
    receipt_of(state, groups, (subject, &text), now)
}

/// `None` where the number itself is not there.
fn standing(receipt: &Receipt, metric: Metric) -> Option<Standing> {
    let all = || receipt.comparisons.iter().flat_map(|one| one.left.readings.iter().chain(&one.right.readings));
    let of = |is: fn(Source) -> bool| all().find(|used| is(used.source));
    let value = of(|source| source == Source::Now)?.value?;
    let peers: Option<&Used> = of(|source| matches!(source, Source::Peers(_)));
    let middle = peers.and_then(|used| used.value);
    let below = of(|source| source == Source::Rank).and_then(|used| match used.basis {
        Some(Basis::Rank { below, .. }) => Some(below),
        _ => None,
    });
    let others = peers.and_then(|used| used.basis.as_ref()).and_then(Basis::others);
    let own = of(|source| source == Source::Own).and_then(|used| {
        // Their own past as it is: what a rule makes of a small sample is the rule's.
        let usual = match used.basis {
            Some(Basis::Shrunk { raw, .. }) => Some(raw),
            _ => used.value,
        };
        usual.map(|usual| (usual, used.n))
    });
    let industry = of(|source| source == Source::Industry).and_then(|used| match &used.basis {
        Some(Basis::Industry { pack, per }) => used.value.map(|value| Cited { value, pack: pack.clone(), per: *per }),
        _ => None,
    });
    Some(Standing {
        metric,
        currency: receipt.currency,
        window: views::over(receipt.window),
        value,
        own,
        peers: middle.zip(below),
        compared: others.map(views::compared),
        industry,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Platform;
    use crate::rules::benchmark::size::{Audience, Audiences};

    fn instagram(followers: u64) -> Audiences {
        let (platform, observed) = (Platform::Instagram, Timestamp::UNIX_EPOCH);
        let each = [(platform, Audience { platform, followers, observed, size: None })].into();
        Audiences { main: Some(platform), each }
    }

    fn figure(packs: &Packs, followers: u64) -> Option<(String, f64)> {
        let figure = packs.figure(Metric::ErFollowers, None, &instagram(followers), None)?;
        Some((figure.pack.id.clone(), figure.value))
    }

    #[test]
    fn every_pack_of_the_folder_comes_with_the_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/benchmarks");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the packs")
            .map(|entry| format!("config/benchmarks/{}", entry.expect("a file").file_name().to_string_lossy()))
            .collect();
        files.sort();
        assert_eq!(files, BUILT_IN.map(|(name, _)| name.to_owned()));
        let packs = packs(None).expect("they read");
        assert_eq!(figure(&packs, 20_000), Some(("creators-2025".to_owned(), 0.024)));
        // Too small for any size of theirs: what is known of pages of any size.
        assert_eq!(figure(&packs, 20), Some(("brand-pages-2022".to_owned(), 0.0047)));
        assert_eq!(packs.figure(Metric::ErViews, None, &instagram(20_000), None), None);
    }

    #[test]
    fn packs_of_ones_own_go_over_those_of_the_same_id() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = BUILT_IN[1].1.replace("0.024", "0.031");
        std::fs::write(folder.path().join("mine.toml"), text).expect("written");
        let read = packs(Some(folder.path())).expect("they read");
        assert_eq!(figure(&read, 20_000), Some(("creators-2025".to_owned(), 0.031)));
        std::fs::write(folder.path().join("worse.toml"), "[pack]\nid = 3\n").expect("written");
        let fault = packs(Some(folder.path())).expect_err("is refused");
        assert!(fault.contains("worse.toml:2:6"), "{fault}");
    }
}
