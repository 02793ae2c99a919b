//! What a rule has told, or would have told, and whether that was right by what came later.

use jiff::{SignedDuration, Timestamp};

use super::selected;
use crate::app::config::parse_length;
use crate::app::core::{Core, Ruled, State, context};
use crate::app::records::{RuleRecord, ShadowFire};
use crate::domain::ids::Subject;
use crate::domain::verdict::Verdict;
use crate::outbox::incident::Incident;
use crate::rules::backtest::{self, HORIZON, Hold, Judge, Outcome, Replay, Stage, Worth};
use crate::rules::eval::Scratch;
use crate::rules::judge::Context;
use crate::rules::readings::{Readings, Span, Want};
use crate::rules::receipt::Receipt;
use crate::rules::rule::{Kind, Length, Mode};
use crate::rules::window::Window;
use crate::store::records::{scan_all, scan_range};
use crate::store::{StoreError, keys};
use crate::words::promotion::Tally;

/// Counts what the version of a rule in force has told since it was made, or would have told while it watches.
pub(super) async fn of(core: &Core, record: &RuleRecord, now: Timestamp) -> Result<Tally, StoreError> {
    let rule = &record.rule.id;
    let fires: Vec<(Subject, serde_json::Value)> = if record.rule.mode == Mode::Shadow {
        let (from, until) = keys::of_rule(rule);
        let kept = scan_range::<ShadowFire>(&*core.store, &from, &until).await?.into_iter().map(|kept| kept.value);
        kept.filter(|one| one.version == record.version).map(|one| (one.subject, one.receipt)).collect()
    } else {
        let kept = scan_all::<Incident>(&*core.store).await?.into_iter().map(|kept| kept.value);
        let mine = kept.filter(|one| one.rule == *rule && one.rule_version == record.version);
        mine.map(|one| (one.subject, one.receipt)).collect()
    };
    let state = core.state.lock().await;
    let mut tally = Tally { days: days(record.at, now), ..Tally::default() };
    let Some(ruled) = state.rules.get(rule) else { return Ok(tally) };
    for (subject, receipt) in fires {
        tally.fires += 1;
        match outcome(core, &state, ruled, &subject, receipt) {
            Outcome::Right => tally.right += 1,
            Outcome::Wrong => tally.wrong += 1,
            Outcome::Open => tally.open += 1,
        }
    }
    tally.subject_days = subject_days(&state, ruled, record.at, now);
    Ok(tally)
}

/// Whole days between two instants.
fn days(from: Timestamp, until: Timestamp) -> u32 {
    u32::try_from(until.duration_since(from).as_hours().div_euclid(24)).unwrap_or(0)
}

/// Days of which the rule had numbers, over all subjects that it speaks about.
fn subject_days(state: &State, ruled: &Ruled, since: Timestamp, now: Timestamp) -> u32 {
    let Some(want) = ruled.rule.inputs().first().map(|input| input.want) else { return 0 };
    let want = Want { metric: want.metric.parts().first().copied().unwrap_or(want.metric), ..want };
    let view = state.history.view();
    let seen = selected(state, ruled).into_iter().filter_map(|subject| {
        let begins = std::cmp::max(since, view.begins(&subject, want)?);
        let ends = std::cmp::min(now, view.newest(&subject, want, now)?);
        (begins < ends).then(|| days(begins, ends))
    });
    seen.fold(0, u32::saturating_add)
}

/// Whether a fire was right: judged as a replay judges it, by its receipt's window and what is known now.
fn outcome(core: &Core, state: &State, ruled: &Ruled, subject: &Subject, receipt: serde_json::Value) -> Outcome {
    let receipt: Option<Receipt> = serde_json::from_value(receipt).ok();
    let Some(window) = receipt.and_then(|receipt| receipt.windows.last().copied()) else { return Outcome::Open };
    let about = state.catalog.about(subject);
    let campaign = about.campaign.as_ref().and_then(|id| state.catalog.campaigns.get(id)?.attribution.as_deref());
    let attribution = campaign.and_then(parse_length).unwrap_or(core.config.maturity.attribution.0);
    let context = context(&about, SignedDuration::ZERO, ruled.version);
    let later = |readings: &dyn Readings, subject: &Subject, look: backtest::Look, end: Timestamp| {
        in_the_end(ruled, subject, &context, readings, (look.window, end), attribution)
    };
    let mut polls = state.history.instants(|key| key.subject == *subject);
    polls.push(window.until);
    polls.sort_unstable();
    polls.dedup();
    let frame = |_: &Subject| context.frame.clone();
    let subjects = [subject.clone()];
    let only = Stage {
        subjects: &subjects,
        frame: &frame,
        polls: &polls,
        after: window.until.checked_sub(SignedDuration::from_nanos(1)).ok(),
        until: Some(window.until),
    };
    let replay = Replay {
        rule: ruled.rule.rule().id.clone(),
        window: ruled.rule.window(),
        hold: Hold::Windows(ruled.rule.windows()),
        cooldown: None,
        judge: judge(ruled, &later),
        when: &|_, _, _| Verdict::Holds,
        worth: &|_, _, _| Worth::default(),
    };
    let report = backtest::backtest(&[replay], &only, &state.history.view(), &mut |_, _| {});
    let fires = report.rules.first().map(|rule| rule.fires.as_slice()).unwrap_or_default();
    fires.first().map_or(Outcome::Open, |fire| fire.outcome)
}

type By<'a> = &'a dyn Fn(&dyn Readings, &Subject, backtest::Look, Timestamp) -> Outcome;

/// Who says whether a fire was right: a fall by the windows after it, a stop-loss by its final numbers, others nobody.
fn judge<'a>(ruled: &Ruled, later: By<'a>) -> Judge<'a> {
    let written = ruled.rule.rule();
    match (ruled.rule.own_of(), written.kind) {
        (Some(want), kind) if kind != Kind::Opportunity => {
            let want = written.judge.as_ref().map_or(want, |by| Want { metric: by.metric, ..want });
            Judge::Fall { want, own: written.own.get(), windows: HORIZON }
        }
        (None, Kind::StopLoss) => Judge::By(later),
        (_, _) => Judge::Nobody,
    }
}

/// A stop-loss was right if the line is crossed still when the attribution window, or the rule's own horizon, is over: over the
/// window that fired, as it is known by then; over a deal with what came until then.
fn in_the_end(
    ruled: &Ruled,
    subject: &Subject,
    context: &Context,
    readings: &dyn Readings,
    (window, end): (Span, Timestamp),
    attribution: SignedDuration,
) -> Outcome {
    let horizon = ruled.rule.rule().judge.as_ref().map_or(attribution, |by| Length::get(by.horizon));
    let Ok(closes) = window.until.checked_add(horizon) else { return Outcome::Open };
    if end < closes {
        return Outcome::Open;
    }
    let span = match ruled.rule.window() {
        Window::Deal => Span { from: window.from, until: closes },
        Window::Days(_) | Window::Hours(_) | Window::LastPosts(_) => window,
    };
    match ruled.rule.verdict_over(subject, context, readings, (span, span), &mut Scratch::default()) {
        Verdict::Holds => Outcome::Right,
        Verdict::DoesNotHold => Outcome::Wrong,
        Verdict::Unknown => Outcome::Open,
    }
}
