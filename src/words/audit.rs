//! Who did what, when and why, as the journal has it.

use jiff::Timestamp;

use super::buttons::{ButtonPurpose, Composed};
use super::incident::deed_label;
use super::message::{Line, Look, Message, Run};
use super::number;
use super::phrase::{block, line, short_name};
use super::wording::{Reader, say};
use crate::domain::action::Deed;

/// Lines on a page.
pub const PAGE: usize = 8;

/// A line of the journal for people.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditLine {
    /// When.
    pub at: Timestamp,
    /// Who: a name, `terminal:anna`, or `None` for the program itself.
    pub who: Option<String>,
    /// What was done, as the journal calls it; of an action with the stage it came to: `action_verified`.
    pub deed: String,
    /// The action, where it was one.
    pub action: Option<Deed>,
    /// To whom or what.
    pub what: String,
    /// Of which alert.
    pub incident: Option<String>,
    /// Why, in a person's words, or the reason that was given.
    pub why: Option<String>,
}

/// A page of the audit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AuditView {
    /// What it was asked about, as typed.
    pub about: Option<String>,
    /// What is on the page, the newest first.
    pub lines: Vec<AuditLine>,
    /// Which page, from 0.
    pub page: u32,
    /// There is more behind it.
    pub more: bool,
    /// The reader is a client: people's words and other rooms are left out, and that is said.
    pub client: bool,
    /// This is the last page, and the lines until then were removed because nobody wanted them kept.
    pub gone_until: Option<Timestamp>,
}

/// The page.
#[must_use]
pub fn compose(view: &AuditView, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let about = view.about.as_deref().map(short_name);
    let headline = match (&about, view.lines.is_empty()) {
        (Some(about), true) => say!(words, "audit-none-about", about = about.as_str()),
        (None, true) => say!(words, "audit-none"),
        (Some(about), false) => say!(words, "audit-about", about = about.as_str()),
        (None, false) => say!(words, "audit-headline"),
    };
    let mut message = Message { headline, silent: true, ..Message::default() };
    let lines: Vec<Line> = view.lines.iter().map(|one| audit_line(one, reader, now)).collect();
    message.blocks.extend(block(0, lines));
    if let Some(until) = view.gone_until {
        message
            .blocks
            .extend(block(1, vec![line(say!(words, "audit-gone", until = number::time(reader, until, now)))]));
    }
    if view.client {
        message.blocks.extend(block(1, vec![line(say!(words, "audit-client"))]));
    } else if !view.lines.is_empty() {
        let code = Run::Code("plimsoll audit --csv".to_owned());
        message.blocks.extend(block(1, vec![vec![Run::Plain(format!("{} ", say!(words, "audit-file"))), code]]));
    }
    let mut composed = Composed::plain(message);
    // Pages are counted from 1 where they are typed.
    let turn = |page: u32| {
        let about = view.about.as_ref().map(|about| format!(" \"{}\"", about.replace('"', ""))).unwrap_or_default();
        ButtonPurpose::Ask { command: format!("audit{about} {page}") }
    };
    let mut row = Vec::new();
    if 0 < view.page {
        row.push((turn(view.page), say!(words, "audit-newer"), Look::Plain));
    }
    if view.more {
        row.push((turn(view.page.saturating_add(2)), say!(words, "audit-older"), Look::Plain));
    }
    composed.row(row);
    composed
}

fn audit_line(one: &AuditLine, reader: &Reader, now: Timestamp) -> Line {
    let words = reader.words();
    let at = number::time(reader, one.at, now);
    let who = one.who.clone().unwrap_or_else(|| "Plimsoll".to_owned());
    let other = one.deed.replace('_', " ");
    let mut text = say!(words, "audit-deed", deed = one.deed.as_str(), other = other);
    if let Some(action) = &one.action {
        text = format!("{text}: {}", deed_label(action, None, None, true, reader));
    }
    let mut parts = vec![one.what.clone()];
    parts.extend(one.incident.as_ref().map(|id| format!("#{id}")));
    let why = one.why.as_ref().map(|why| say!(words, "audit-why", why = why.as_str()));
    let what = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let rest = format!(" {text} · {what}{}", why.map(|why| format!(" · {why}")).unwrap_or_default());
    vec![Run::Plain(format!("{at} ")), Run::Bold(who), Run::Plain(rest)]
}
