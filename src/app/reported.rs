//! `numbers`: what a creator tells of a post by hand, with a screenshot.
//!
//! Owns: that it is kept as samples marked self-reported, that the platform's own word goes before it, and that nothing is
//! done by itself because of it. Of the picture only the platform's reference is kept, in the journal: the file stays in
//! the chat, where the person who sent it can delete it. Refuses: reading the picture.

use jiff::Timestamp;
use serde_json::json;

use super::apply::put_document;
use super::commands::Asked;
use super::core::{Core, State};
use super::word;
use super::{asking, pieces, watch};
use crate::domain::deal::title_of;
use crate::domain::document::{Deliverable, Document};
use crate::domain::ids::Subject;
use crate::domain::metric::Metric;
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::rules::lower::Source;
use crate::rules::readings::{Readings as _, Want};
use crate::rules::receipt::Receipt;
use crate::rules::rule::{Mode, Rule};
use crate::rules::window::Window;
use crate::store::{StoreError, Transaction};
use crate::words::buttons::Composed;
use crate::words::command::Needs;
use crate::words::reported::{ReportTold, read};

/// How often a transaction is made anew because somebody was quicker.
const TRIES_MAX: u32 = 10;

/// Answers `numbers`.
pub async fn numbers(core: &Core, asked: &Asked, piece: &str, values: &str) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let plain = |told: &ReportTold| Ok(Composed::plain(told.say(&asked.reader)));
    let read = match read(values) {
        Ok(read) => read,
        Err(unread) => return plain(&ReportTold::Unread { unread }),
    };
    let state = core.state.lock().await;
    let found = pieces::told_of(&state, asked, Needs::Tell, piece);
    let [one] = found.as_slice() else { return plain(&ReportTold::NoPiece { given: piece.to_owned() }) };
    let one = one.clone();
    let what = title_of(&one.id);
    let Some(post) = one.post.clone().filter(|_| one.state.is_out()) else {
        return plain(&ReportTold::NotOut { what });
    };
    let subject = Subject::Post(one.platform, post);
    let series = |metric| SeriesKey { subject: subject.clone(), metric, platform: one.platform };
    let (known, kept): (Vec<_>, Vec<_>) =
        read.into_iter().partition(|(metric, _)| state.history.is_stated(&series(*metric)));
    drop(state);
    let platform = one.platform;
    if kept.is_empty() {
        return plain(&ReportTold::Known { what, platform });
    }
    let Some(file) = &asked.file else {
        return plain(&ReportTold::NoPicture { line: format!("numbers {piece} {values}") });
    };
    let mut samples: Vec<Sample> = kept
        .iter()
        .map(|(metric, value)| Sample {
            series: series(*metric),
            value: *value,
            currency: None,
            form: Form::Total { at: now },
            known_at: now,
            provisional: false,
            self_reported: true,
        })
        .collect();
    samples.sort_by(|one, other| one.series.cmp(&other.series));
    note(core, asked, &one, &kept, file, now).await?;
    watch::take_booked(core, &samples, now).await?;
    asking::numbers_came(core, &one, &asked.actor()).await?;
    super::cycle::ring_deliverers(core);
    let known = known.into_iter().map(|one| one.0).collect();
    plain(&ReportTold::Kept { what, platform, kept, known })
}

/// Journals a report before its numbers count, with where its picture is; the piece's numbers are in.
async fn note(
    core: &Core,
    asked: &Asked,
    piece: &Deliverable,
    kept: &[(Metric, i64)],
    file: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    let mut tries = 1;
    let after = Deliverable { reported_at: Some(piece.reported_at.unwrap_or(now)), ..piece.clone() };
    loop {
        let mut transaction = Transaction::new();
        put_document(core, &mut transaction, Document::Deliverable(after.clone()), &asked.actor()).await?;
        let values: serde_json::Map<_, _> =
            kept.iter().map(|(metric, value)| (metric.as_str().to_owned(), json!(value))).collect();
        let id = format!("{}/{}", piece.partnership, piece.id);
        let detail = json!({ "deliverable": id, "values": values, "file": file, "chat": asked.speaker.identity.chat });
        let subject = piece.partnership.subject();
        transaction.append_journal(&core.line_by(&asked.actor(), "numbers_reported", &subject, detail))?;
        let args = [("who", asked.name()), ("piece", title_of(&piece.id)), ("deal", piece.partnership.to_string())];
        let name = format!("numbers/{id}/{now}");
        word::tell_team(core, &mut transaction, &subject, &name, ("word-numbers", &args)).await?;
        match core.store.commit(transaction).await {
            Err(StoreError::Conflict { .. }) if tries < TRIES_MAX => tries += 1,
            done => {
                done?;
                core.take_document(Document::Deliverable(after)).await;
                core.bells.deals.ring();
                return Ok(());
            }
        }
    }
}

/// The metrics in what decides a verdict that rest on what the creator typed in.
#[must_use]
pub(super) fn by_hand(state: &State, receipt: &Receipt) -> Vec<Metric> {
    let view = state.history.view();
    let posts = match receipt.window {
        Window::LastPosts(n) => {
            let many = usize::try_from(n).unwrap_or(usize::MAX);
            view.newest_posts(&receipt.subject, receipt.at, many)
        }
        Window::Days(_) | Window::Hours(_) | Window::Deal => Vec::new(),
    };
    let typed_in = |want: Want| {
        view.is_typed_in(&receipt.subject, want)
            || posts.iter().any(|(platform, post)| view.is_typed_in(&Subject::Post(*platform, post.clone()), want))
    };
    let deciding = receipt.deciding.iter().filter_map(|at| receipt.comparisons.get(usize::try_from(*at).ok()?));
    let mut found: Vec<Metric> = Vec::new();
    for used in deciding.flat_map(|one| one.left.readings.iter().chain(&one.right.readings)) {
        let own = matches!(used.source, Source::Now | Source::Prev | Source::Own | Source::Rank);
        let want = Want { metric: used.metric, platform: used.platform };
        if own && used.value.is_some() && !found.contains(&used.metric) && typed_in(want) {
            found.push(used.metric);
        }
    }
    found
}

/// How far a rule may go on what it rests on now: what a creator typed in is never ground enough to act by itself.
#[must_use]
pub(super) fn mode(state: &State, rule: &Rule, receipt: &Receipt) -> Mode {
    match rule.mode {
        Mode::Auto if !by_hand(state, receipt).is_empty() => Mode::Propose,
        mode => mode,
    }
}
