//! Every kind of message, read aloud in both languages: what the tests have in common.

mod ahead;
mod alerts;
mod asking;
mod causes;
mod found;
mod kinds;
mod levels;
mod levels_creator;
mod levels_team;
mod matrix;
mod mediation;
mod moved;
mod others;
mod permission;
mod pictures;
mod rooms;
mod short;
mod terms;
mod with_numbers;

use jiff::{Timestamp, ToSpan as _};

use crate::words::buttons::{ButtonPurpose, Composed};
use crate::words::command::{Command, Name, parse};
use crate::words::incident::{compose, mark_repeat};
use crate::words::message::Message;
use crate::words::others::Beside;
use crate::words::permission::Reason;
use crate::words::phrase::{MAIN_UNITS, plain, utf16_units};
use crate::words::replies::{self, Reply};
use crate::words::report::GoalView;
use crate::words::trouble::{Owner, Trouble};
use crate::words::view::{
    AheadView, CampaignLine, Clears, GroupView, IncidentView, JudgedView, MeView, Member, Names, OptionView, OwnNumber,
    ProposalView, Relation, RightKind, Seen, StatusView, Window,
};
use crate::words::wording::Reader;
use crate::words::{answers, group};

use crate::domain::action::Deed;
use crate::domain::ids::{BoostId, CampaignId, CreatorId, Platform, RuleId, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::domain::person::{Audience, Role};
use crate::domain::sample::{Absence, Reading};
use crate::domain::verdict::Verdict;
use crate::insight::posting_time::{Cell, Days, PostingTip};
use crate::insight::tips::Tip;
use crate::outbox::incident::{Event, Happened, Incident, IncidentId, Stage};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// Tuesday 23 June 2026, 14:15 in Stockholm.
fn now() -> Timestamp {
    at("2026-06-23T12:15:00Z")
}

fn reader(tag: &str) -> Reader {
    Reader::new(tag, "Europe/Stockholm")
}

fn money(text: &str) -> Money {
    text.parse().expect("money")
}

fn euro() -> Currency {
    money("1.00 EUR").currency
}

fn id(text: &str) -> IncidentId {
    IncidentId::typed(text).expect("an id")
}

fn names() -> Names {
    Names { brand: Some("Nordbo".into()), campaign: Some("Spring Launch".into()), creator: Some("Alma Lind".into()) }
}

fn cpa() -> Seen {
    Seen {
        metric: Some(Metric::Cpa),
        platform: None,
        formula: None,
        left: Reading::Value(16_000.0),
        relation: Relation::Above,
        right: Reading::Value(4_500.0),
        right_kind: RightKind::Target,
        base: None,
        currency: Some(euro()),
        n: 42,
        newest: Some(at("2026-06-23T12:10:00Z")),
        window: Window::Deal,
        verdict: Verdict::Holds,
        weight: None,
        excused: false,
        fresh: None,
        beside: Beside::default(),
        claims: Vec::new(),
    }
}

fn spend() -> Seen {
    Seen {
        metric: Some(Metric::Spend),
        left: Reading::Value(64_000.0),
        right: Reading::Value(10_000.0),
        right_kind: RightKind::Literal,
        ..cpa()
    }
}

fn views() -> Seen {
    Seen {
        metric: Some(Metric::Views),
        left: Reading::Value(3_120.0),
        relation: Relation::Below,
        right: Reading::Value(5_350.0),
        right_kind: RightKind::Own { windows: 7 },
        base: Some(21_400.0),
        currency: None,
        n: 24,
        window: Window::Days(1),
        ..cpa()
    }
}

fn tips() -> Vec<Tip> {
    vec![
        Tip::LinkTarget { opens: "the home page".into(), should_open: "the product".into() },
        Tip::CodeMissing { code: "ALMA10".into(), post: "Reel 2".into() },
    ]
}

fn posting_time() -> Tip {
    let cell =
        |from_hour, n, mean| Cell { days: Days::SunThu, from_hour, until_hour: from_hour + 3, n, mean, shrunk: mean };
    Tip::PostingTime(PostingTip {
        metric: Metric::Views,
        best: cell(18, 14, 28_400.0),
        latest: Some(cell(9, 9, 15_100.0)),
        overall: 21_400.0,
        posts: 31,
        gain: 0.24,
    })
}

fn event(minute: i64, by: Option<&str>, what: Happened) -> Event {
    Event { at: at("2026-06-23T12:00:00Z") + minute.minutes(), by: by.map(str::to_owned), what }
}

fn stop_boost() -> Deed {
    Deed::StopBoost { boost: BoostId::new("alma-reel-1").expect("id") }
}

/// Fired at 14:00, told with all its blocks.
fn fired() -> IncidentView {
    let subject = Subject::Partnership(CampaignId::new("spring").expect("id"), CreatorId::new("alma").expect("id"));
    let mut incident = Incident {
        id: id("A7K2"),
        rule: RuleId::new("cpa-stop").expect("id"),
        rule_version: 3,
        kind: "stop_loss".into(),
        subject,
        brand: None,
        campaign: None,
        creator: None,
        stage: Stage::Firing,
        revision: 0,
        opened_at: at("2026-06-23T12:00:00Z"),
        resolved_at: None,
        acknowledged_by: None,
        snoozed_until: None,
        released: false,
        receipt: serde_json::Value::Null,
        avoidable: Some(money("86.00 EUR")),
        options: vec![stop_boost()],
        rungs: Vec::new(),
        escalation: None,
        events: Vec::new(),
    };
    incident.note(event(0, None, Happened::Fired));
    IncidentView {
        incident,
        names: names(),
        seen: vec![cpa(), spend()],
        current: None,
        owed: Some(money("814.00 EUR")),
        clears: Some(Clears::More {
            metric: Metric::Orders,
            amount: 3.0,
            by: Some(at("2026-06-26T16:00:00Z")),
            boost_stopped: true,
            currency: None,
        }),
        options: vec![OptionView {
            deed: stop_boost(),
            name: "Reel 1".into(),
            runs_on: "Meta Ads".into(),
            avoidable: Some(money("86.00 EUR")),
            billed: None,
            running: true,
            until: None,
            free: false,
        }],
        proposals: Vec::new(),
        tips: tips(),
        data_at: Some(at("2026-06-23T12:10:00Z")),
        automatic: false,
        client_rooms: false,
        by_hand: Vec::new(),
        chart: None,
        level: None,
        learned: Vec::new(),
        moved: None,
        against: None,
        found: None,
        spill: None,
        funnel: None,
        hours: None,
        ahead: AheadView::default(),
        deal: None,
        cause: None,
        closed_by: None,
        excused: Vec::new(),
    }
}

fn proposed() -> IncidentView {
    let mut view = fired();
    view.proposals = vec![ProposalView {
        id: 1,
        deed: stop_boost(),
        saves: Some(money("86.00 EUR")),
        expires: Some(at("2026-06-23T16:00:00Z")),
        undo_until: None,
        revives: None,
        due: None,
        ask: None,
    }];
    view.incident.note(event(0, None, Happened::Proposed { proposal: 1 }));
    view
}

fn acknowledged() -> IncidentView {
    let mut view = fired();
    view.incident.acknowledged_by = Some("Maja".into());
    view.incident.note(event(2, Some("Maja"), Happened::Acknowledged));
    view
}

fn verified() -> IncidentView {
    let mut view = proposed();
    view.incident.note(event(2, Some("Maja"), Happened::Approved { proposal: 1 }));
    view.incident.note(event(3, None, Happened::Done { proposal: 1 }));
    view.incident.note(event(3, None, Happened::Verified { proposal: 1, state: "paused".into() }));
    view.options[0].running = false;
    view.proposals[0].undo_until = Some(at("2026-06-24T12:03:00Z"));
    view
}

fn undone() -> IncidentView {
    let mut view = verified();
    view.incident.note(event(10, Some("Bo"), Happened::Undone { proposal: 1, state: "active".into() }));
    view.options[0].running = true;
    view
}

fn resolved() -> IncidentView {
    let mut view = verified();
    view.incident.stage = Stage::Resolved;
    view.incident.resolved_at = Some(at("2026-06-25T12:00:00Z"));
    view.current = Some(4_400.0);
    view
}

/// About views, which a creator may see about themselves.
fn slump() -> IncidentView {
    let mut view = fired();
    view.seen = vec![views()];
    view.incident.avoidable = None;
    view.incident.rule = RuleId::new("views-slump").expect("id");
    view.options.clear();
    view.owed = None;
    view.clears = Some(Clears::Reaches {
        metric: Metric::Views,
        value: 5_350.0,
        currency: None,
        relation: Relation::Below,
        window: Window::Days(1),
    });
    view.tips = vec![posting_time()];
    view
}

/// The message as a person sees it, buttons last.
fn shown(composed: &Composed) -> String {
    let mut text = plain(&composed.message);
    for row in &composed.message.buttons {
        text.push('\n');
        text.push_str(&row.iter().map(|button| format!("[{}]", button.label)).collect::<Vec<_>>().join(" "));
    }
    visible(&text)
}

fn visible(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

fn read(message: &Message) -> String {
    visible(&plain(message))
}

#[track_caller]
fn told(view: &IncidentView, tag: &str, audience: Audience, now: Timestamp) -> String {
    let composed = compose(view, &reader(tag), audience, now).expect("a message");
    assert!(utf16_units(&plain(&composed.message)) <= MAIN_UNITS);
    shown(&composed)
}

fn team(view: &IncidentView, tag: &str) -> String {
    told(view, tag, Audience::Internal, now())
}
