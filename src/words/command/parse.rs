//! From typed text, or from Discord's options, to a [`Command`], or to what helps the person to say it right.
//!
//! Never panics, whatever is typed. An error is data: which command, which argument, what was given; the sentence is made
//! in the reader's language.

use std::time::Duration;

use super::{ArgKind, ArgSpec, Change, Command, Held, Moment, Name, QuietWish, Spec, TABLE, What, change, moment};
use crate::domain::habits::{Loudness, Topic};
use crate::domain::ids::{BrandId, CampaignId, PersonId, RuleId};
use crate::domain::person::{Reach, Role};
use crate::domain::post_url;
use crate::insight::decomposition::Yardstick;
use crate::outbox::incident::IncidentId;
use crate::rules::error::nearest;
use crate::rules::rule::Mode;

/// The longest text that is read; Telegram and Discord allow more, no command needs it.
const TEXT_MAX: usize = 2_000;

/// The longest snooze, 30 days: what is put off for longer is a setting, not a snooze.
pub const SNOOZE_MAX: Duration = Duration::from_hours(30 * 24);

/// Why something typed is not a command, and what would help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Teach {
    /// Nothing was said.
    Empty,
    /// More than anybody types.
    TooLong,
    /// No command has this name; the nearest has.
    Unknown {
        /// What was typed.
        word: String,
        /// The command it probably was.
        nearest: Option<Name>,
    },
    /// An argument is missing.
    Missing {
        /// Which command.
        command: Name,
        /// Which argument.
        arg: &'static str,
        /// What it is.
        kind: ArgKind,
    },
    /// A word too many.
    Extra {
        /// Which command.
        command: Name,
        /// The first word that was not expected.
        word: String,
    },
    /// An argument is not what it must be.
    Bad {
        /// Which command.
        command: Name,
        /// What was given.
        given: String,
        /// What it must be.
        kind: ArgKind,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// A quote was opened and not closed.
    OpenQuote,
}

/// The bot that `/cmd@bot` speaks to, without `@`. In a group with several bots, what is addressed to another one is not
/// for us.
#[must_use]
pub fn addressed_to(text: &str) -> Option<&str> {
    let first = text.trim_start().strip_prefix('/')?.split_whitespace().next()?;
    first.split_once('@').map(|(_, bot)| bot)
}

/// Reads a typed command: with or without `/`, with or without `@bot`, `why-not` or `why_not`, arguments in quotes where
/// they have spaces.
pub fn parse(text: &str) -> Result<Command, Teach> {
    if TEXT_MAX < text.len() {
        return Err(Teach::TooLong);
    }
    let mut words = split(text)?.into_iter();
    let first = words.next().ok_or(Teach::Empty)?;
    let bare = first.strip_prefix('/').unwrap_or(&first);
    let bare = bare.split_once('@').map_or(bare, |(name, _)| name);
    if bare.is_empty() {
        return Err(Teach::Empty);
    }
    let spec = Name::typed(bare)
        .and_then(Name::spec)
        .ok_or_else(|| Teach::Unknown { word: bare.to_owned(), nearest: nearest_name(bare) })?;
    let rest: Vec<String> = words.collect();
    // `/start CODE` is how Telegram's deep links hand over a one-time code, to the bot alone or in a group; what the code
    // gives decides what it does.
    if bare.eq_ignore_ascii_case("start") && !rest.is_empty() {
        return Name::Bind.spec().map_or(Err(Teach::Empty), |bind| place(bind, rest));
    }
    place(spec, rest)
}

/// Reads a command whose arguments come by name, as Discord's slash commands do. Names that the command does not have are
/// ignored: a client may still show yesterday's definition.
pub fn from_options(name: Name, options: &[(String, String)]) -> Result<Command, Teach> {
    let args: Vec<Option<String>> = name
        .spec()
        .map_or(&[] as &[ArgSpec], |spec| spec.args)
        .iter()
        .map(|arg| {
            let found = options.iter().find(|(given, _)| given == arg.name);
            found.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
        })
        .collect();
    build(name, &Args { name, given: args })
}

/// Lines words up with arguments; a text argument takes all that is left.
fn place(spec: &Spec, words: Vec<String>) -> Result<Command, Teach> {
    let mut words = words.into_iter().filter(|word| !word.is_empty());
    let mut given = Vec::new();
    for arg in spec.args {
        given.push(match arg.kind {
            ArgKind::Text | ArgKind::Change | ArgKind::Terms | ArgKind::Creator => {
                let rest: Vec<String> = words.by_ref().collect();
                (!rest.is_empty()).then(|| rest.join(" "))
            }
            // `rule cpa-stop mode propose`, as people say it.
            ArgKind::Mode => words.next().and_then(|word| if is_mode_word(&word) { words.next() } else { Some(word) }),
            // `why alma against plan`.
            ArgKind::Yardstick => {
                words.next().and_then(|word| if is_against_word(&word) { words.next() } else { Some(word) })
            }
            // It comes with the message, not in its words.
            ArgKind::File => None,
            _ => words.next(),
        });
    }
    match words.next() {
        Some(word) => Err(Teach::Extra { command: spec.name, word }),
        None => build(spec.name, &Args { name: spec.name, given }),
    }
}

/// The word before a mode.
fn is_mode_word(word: &str) -> bool {
    ["mode", "läge"].contains(&word.to_lowercase().as_str())
}

/// The word before what a number is held against.
fn is_against_word(word: &str) -> bool {
    ["against", "mot"].contains(&word.to_lowercase().as_str())
}

struct Args {
    name: Name,
    given: Vec<Option<String>>,
}

impl Args {
    fn optional(&self, at: usize) -> Option<&str> {
        self.given.get(at).and_then(Option::as_deref)
    }

    fn spec(&self, at: usize) -> (&'static str, ArgKind) {
        self.name.spec().and_then(|spec| spec.args.get(at)).map_or(("text", ArgKind::Text), |arg| (arg.name, arg.kind))
    }

    fn text(&self, at: usize) -> Result<String, Teach> {
        let (arg, kind) = self.spec(at);
        self.optional(at).map(str::to_owned).ok_or(Teach::Missing { command: self.name, arg, kind })
    }

    fn bad(&self, at: usize, nearest: Option<String>) -> Teach {
        Teach::Bad {
            command: self.name,
            given: self.optional(at).unwrap_or_default().to_owned(),
            kind: self.spec(at).1,
            nearest,
        }
    }

    /// `12`, `#12`, `offer 12` as its footer says it.
    fn number(&self, at: usize) -> Result<Option<u64>, Teach> {
        let read = |text: &str| text.trim_start_matches('#').parse().map_err(|_| self.bad(at, None));
        self.optional(at).map(read).transpose()
    }

    fn what(&self, at: usize) -> Result<What, Teach> {
        let typed = self.text(at)?;
        Ok(What { incident: IncidentId::typed(&typed), typed })
    }

    fn moment(&self, at: usize) -> Result<Option<Moment>, Teach> {
        match self.optional(at) {
            None => Ok(None),
            Some(text) => moment::read(text).map(Some).ok_or_else(|| self.bad(at, None)),
        }
    }

    fn change(&self, at: usize) -> Result<Change, Teach> {
        change::read(&self.text(at)?).ok_or_else(|| self.bad(at, None))
    }

    fn incident(&self, at: usize) -> Result<IncidentId, Teach> {
        IncidentId::typed(&self.text(at)?).ok_or_else(|| self.bad(at, None))
    }

    fn person(&self, at: usize) -> Result<PersonId, Teach> {
        let text = self.text(at)?;
        PersonId::new(text.trim_start_matches('@')).map_err(|_| self.bad(at, None))
    }

    fn role(&self, at: usize) -> Result<Role, Teach> {
        let text = self.text(at)?;
        text.parse().map_err(|_| {
            let nearest = nearest(&text, Role::all().map(Role::as_str));
            self.bad(at, nearest.map(str::to_owned))
        })
    }

    fn held(&self, at: usize, word: &str) -> Result<Held, Teach> {
        match word.to_lowercase().as_str() {
            "file" | "export" | "fil" => Ok(Held::File),
            "leave" | "quit" | "lämna" => Ok(Held::Leave),
            other => Err(self.bad(at, nearest(other, ["file", "leave"]).map(str::to_owned))),
        }
    }

    fn mode(&self, at: usize, word: &str) -> Result<Mode, Teach> {
        let modes = [Mode::Shadow, Mode::Propose, Mode::Auto];
        Mode::named(&word.to_lowercase()).ok_or_else(|| {
            let near = nearest(&word.to_lowercase(), modes.into_iter().map(Mode::as_str));
            self.bad(at, near.map(str::to_owned))
        })
    }

    fn basis(&self, at: usize) -> Result<Option<Yardstick>, Teach> {
        let Some(given) = self.optional(at) else { return Ok(None) };
        let near = || nearest(&given.to_lowercase(), Yardstick::ALL.into_iter().map(Yardstick::as_str));
        Yardstick::named(given).map(Some).ok_or_else(|| self.bad(at, near().map(str::to_owned)))
    }

    /// A page; the first where none is named.
    fn page(&self, at: usize) -> Result<u32, Teach> {
        match self.optional(at) {
            None => Ok(1),
            Some(given) => read_page(given).ok_or_else(|| self.bad(at, None)),
        }
    }

    fn topic(&self, at: usize) -> Result<Option<Topic>, Teach> {
        let Some(given) = self.optional(at) else { return Ok(None) };
        let near = || nearest(&given.to_lowercase().replace('-', "_"), Topic::ALL.into_iter().map(Topic::as_str));
        Topic::named(given).map(Some).ok_or_else(|| self.bad(at, near().map(str::to_owned)))
    }

    /// How a topic is told; a topic without it is a question that nobody can answer.
    fn loudness(&self) -> Result<Option<Loudness>, Teach> {
        let (arg, kind) = self.spec(1);
        match (self.optional(0), self.optional(1)) {
            (None, None) => Ok(None),
            (_, None) => Err(Teach::Missing { command: self.name, arg, kind }),
            (_, Some(given)) => {
                let near = || nearest(&given.to_lowercase(), Loudness::ALL.into_iter().map(Loudness::as_str));
                Loudness::named(given).map(Some).ok_or_else(|| self.bad(1, near().map(str::to_owned)))
            }
        }
    }

    fn reach(&self, at: usize) -> Result<Reach, Teach> {
        let text = self.text(at)?;
        let read = match text.split_once('/') {
            None if text.eq_ignore_ascii_case("all") => Some(Reach::All),
            Some(("brand", id)) => BrandId::new(id).ok().map(Reach::Brand),
            Some(("campaign", id)) => CampaignId::new(id).ok().map(Reach::Campaign),
            _ => None,
        };
        read.ok_or_else(|| {
            let nearest = BrandId::new(&text).ok().map(|id| format!("brand/{id}"));
            self.bad(at, nearest)
        })
    }
}

/// `data`, `data file`, `data alma`, `data file alma`: a word that is neither a wish nor nearly one is a name.
fn data(args: &Args) -> Result<Command, Teach> {
    let who = args.optional(1).map(str::to_owned);
    let Some(word) = args.optional(0) else { return Ok(Command::Data { what: None, who }) };
    match args.held(0, word) {
        Ok(what) => Ok(Command::Data { what: Some(what), who }),
        Err(Teach::Bad { nearest: None, .. }) if who.is_none() => {
            Ok(Command::Data { what: None, who: Some(word.to_owned()) })
        }
        Err(teach) => Err(teach),
    }
}

/// `report spring`, `report regret`, `report regret spring`.
fn report(args: &Args) -> Result<Command, Teach> {
    let (first, of) = (args.text(0)?, args.optional(1).map(str::to_owned));
    if ["regret", "ånger"].contains(&first.to_lowercase().as_str()) {
        return Ok(Command::Regret { campaign: of });
    }
    match of {
        None => Ok(Command::Report { campaign: first }),
        Some(word) => Err(Teach::Extra { command: Name::Report, word }),
    }
}

/// What is said about deals, and by creators about themselves.
fn of_deals(name: Name, args: &Args) -> Result<Command, Teach> {
    Ok(match name {
        Name::Offer => Command::Offer { what: args.text(0)?, terms: args.optional(1).map(str::to_owned) },
        Name::Accept => Command::Accept { offer: args.number(0)? },
        Name::Decline => Command::Decline { offer: args.number(0)? },
        Name::Numbers => Command::Numbers { piece: args.text(0)?, values: args.text(1)? },
        Name::Data => data(args)?,
        // Only these are asked for here.
        _ => Command::Deal { subject: args.optional(0).map(str::to_owned), page: args.page(1)? },
    })
}

#[expect(clippy::too_many_lines, reason = "one arm a command")]
fn build(name: Name, args: &Args) -> Result<Command, Teach> {
    Ok(match name {
        Name::Status => Command::Status { subject: args.optional(0).map(str::to_owned) },
        Name::Me => Command::Me { who: args.optional(0).map(str::to_owned) },
        Name::Tips => Command::Tips { who: args.optional(0).map(str::to_owned) },
        Name::Deal | Name::Offer | Name::Accept | Name::Decline | Name::Numbers | Name::Data => of_deals(name, args)?,
        Name::Benchmark => Command::Benchmark { subject: args.optional(0).map(str::to_owned) },
        Name::Why => Command::Why { what: args.what(0)?, against: args.basis(1)? },
        Name::WhyNot => Command::WhyNot {
            subject: args.text(0)?,
            rule: RuleId::new(&args.text(1)?).map_err(|_| args.bad(1, None))?,
        },
        Name::Backtest => Command::Backtest {
            rule: RuleId::new(&args.text(0)?).map_err(|_| args.bad(0, None))?,
            days: match args.optional(1) {
                None => None,
                Some(given) => Some(days(given).ok_or_else(|| args.bad(1, None))?),
            },
        },
        Name::Report => report(args)?,
        Name::Postmortem | Name::Portfolio | Name::Ask | Name::Answer | Name::Step | Name::Done => {
            of_campaigns(name, args)?
        }
        Name::Pause => Command::Pause { what: args.text(0)? },
        Name::Resume => Command::Resume { what: args.text(0)? },
        Name::Hold => Command::Hold { what: args.text(0)?, deliverable: args.optional(1).map(str::to_owned) },
        Name::Release => Command::Release { what: args.text(0)?, deliverable: args.optional(1).map(str::to_owned) },
        Name::Adjust => Command::Adjust { what: args.text(0)?, to: args.change(1)? },
        Name::Live => {
            let url = args.text(0)?;
            if post_url::read(&url).is_none() {
                return Err(args.bad(0, None));
            }
            Command::Live { url, deliverable: args.optional(1).map(str::to_owned) }
        }
        Name::Note => Command::Note { subject: args.what(0)?, text: args.text(1)? },
        Name::Rules => Command::Rules,
        Name::Rule => Command::Rule {
            id: RuleId::new(&args.text(0)?).map_err(|_| args.bad(0, None))?,
            mode: match args.optional(1) {
                None => None,
                Some(word) => Some(args.mode(1, word)?),
            },
        },
        Name::Coverage => coverage(args)?,
        Name::Excuse => Command::Excuse {
            what: args.what(0)?,
            from: args.moment(1)?,
            to: args.moment(2)?,
            reason: args.optional(3).map(str::to_owned),
        },
        Name::Unexcuse => Command::Unexcuse { what: args.what(0)? },
        Name::Approve => Command::Approve { id: args.incident(0)? },
        Name::Criteria => Command::Criteria { who: args.optional(0).map(str::to_owned) },
        Name::Appeal => Command::Appeal { id: args.incident(0)?, text: args.text(1)? },
        Name::Reject => Command::Reject { id: args.incident(0)?, reason: args.text(1)? },
        Name::Undo => Command::Undo { id: args.incident(0)? },
        Name::Ack => Command::Ack { id: args.incident(0)? },
        Name::Snooze => Command::Snooze {
            id: args.incident(0)?,
            duration: seconds(&args.text(1)?).ok_or_else(|| args.bad(1, None))?,
        },
        Name::Show => Command::Show { id: args.incident(0)? },
        Name::Hide => Command::Hide { id: args.incident(0)? },
        Name::Link => Command::Link { code: args.optional(0).map(str::to_owned) },
        Name::Grant => Command::Grant { person: args.person(0)?, role: args.role(1)?, reach: args.reach(2)? },
        Name::Revoke => Command::Revoke { person: args.person(0)?, role: args.role(1)?, reach: args.reach(2)? },
        Name::Bind => Command::Bind { code: args.text(0)? },
        Name::Desk | Name::Rooms | Name::Quiet | Name::Subscribe | Name::Audit => of_places(name, args)?,
        Name::Help => Command::Help {
            command: match args.optional(0) {
                None => None,
                Some(word) => {
                    let word = word.trim_start_matches('/');
                    let known = Name::typed(word);
                    Some(known.ok_or_else(|| args.bad(0, nearest_name(word).map(|name| name.as_str().to_owned())))?)
                }
            },
        },
    })
}

/// What a campaign was, and what comes after it.
fn of_campaigns(name: Name, args: &Args) -> Result<Command, Teach> {
    if name == Name::Done {
        let (arg, kind) = args.spec(0);
        let step = args.number(0)?.ok_or(Teach::Missing { command: name, arg, kind })?;
        return Ok(Command::Done { step });
    }
    let campaign = args.text(0)?;
    Ok(match name {
        Name::Postmortem => Command::Postmortem { campaign },
        Name::Portfolio => Command::Portfolio { campaign },
        Name::Ask => Command::Ask { campaign },
        Name::Answer => Command::Answer { campaign, text: args.optional(1).map(str::to_owned) },
        // Only these are asked for here.
        _ => Command::Step { campaign, text: args.text(1)? },
    })
}

/// Commands about places and people: where things are told, what waits for whom, who did what.
fn of_places(name: Name, args: &Args) -> Result<Command, Teach> {
    Ok(match name {
        Name::Desk => Command::Desk { page: args.page(0)? },
        Name::Rooms => Command::Rooms { page: args.page(0)? },
        Name::Quiet => Command::Quiet {
            wish: match args.optional(0) {
                None => QuietWish::Show,
                Some(word) if Loudness::named(word) == Some(Loudness::Off) => QuietWish::Off,
                Some(hours) => QuietWish::Hours(hours.parse().map_err(|_| args.bad(0, None))?),
            },
        },
        Name::Subscribe => Command::Subscribe { topic: args.topic(0)?, loudness: args.loudness()? },
        // What is left is the audit; `audit 2` is the second page of everything.
        _ => match (args.optional(0), args.optional(1)) {
            (Some(page), None) if read_page(page).is_some() => Command::Audit { about: None, page: args.page(0)? },
            (about, _) => Command::Audit { about: about.map(str::to_owned), page: args.page(1)? },
        },
    })
}

/// Pages that anybody turns to.
const PAGES_MAX: u32 = 100_000;

/// A page's number, from 1.
fn read_page(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|page| digits && (1..=PAGES_MAX).contains(page))
}

/// `45m`, `6h`, `2d`, `1w`, more than nothing and at most [`SNOOZE_MAX`].
#[must_use]
pub fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim().to_lowercase();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = text.strip_prefix(&digits)?.trim();
    let each: u64 = match unit {
        "m" | "min" | "minutes" | "minuter" => 60,
        "h" | "hour" | "hours" | "tim" | "timmar" => 3_600,
        "d" | "day" | "days" | "dag" | "dagar" => 86_400,
        "w" | "week" | "weeks" | "v" | "veckor" => 604_800,
        _ => return None,
    };
    let long = Duration::from_secs(digits.parse::<u64>().ok()?.checked_mul(each)?);
    (!long.is_zero() && long <= SNOOZE_MAX).then_some(long)
}

/// The most days that a replay looks back: as long as numbers are kept in memory.
const DAYS_MAX: u32 = 366;

/// `coverage nordbo 2`; without a subject the page comes alone.
fn coverage(args: &Args) -> Result<Command, Teach> {
    Ok(match (args.optional(0), args.optional(1)) {
        (Some(given), None) if page(given).is_some() => Command::Coverage { subject: None, page: page(given) },
        (subject, None) => Command::Coverage { subject: subject.map(str::to_owned), page: None },
        (subject, Some(given)) => {
            let page = Some(page(given).ok_or_else(|| args.bad(1, None))?);
            Command::Coverage { subject: subject.map(str::to_owned), page }
        }
    })
}

/// The most pages that anybody turns.
const PAGE_MAX: u32 = 9_999;

/// `2`, from 1.
fn page(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|page| (1..=PAGE_MAX).contains(page))
}

/// `90`, `90d` or `90 days`: one day at least.
fn days(text: &str) -> Option<u32> {
    let text = text.trim().to_lowercase();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = text.strip_prefix(&digits)?.trim();
    let days = digits.parse().ok().filter(|days| (1..=DAYS_MAX).contains(days));
    days.filter(|_| matches!(unit, "" | "d" | "day" | "days" | "dag" | "dagar"))
}

/// Words, where quotes (straight or curly, phones write curly ones) hold words together.
fn split(text: &str) -> Result<Vec<String>, Teach> {
    let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    for c in text.chars() {
        match c {
            '"' | '\u{201c}' | '\u{201d}' => {
                quoted = !quoted;
                any = true;
            }
            c if c.is_whitespace() && !quoted => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => word.push(c),
        }
    }
    if quoted {
        return Err(Teach::OpenQuote);
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

/// The command that was probably meant.
fn nearest_name(word: &str) -> Option<Name> {
    let names = TABLE.iter().flat_map(|spec| [spec.text, spec.swedish].into_iter().chain(spec.aliases.iter().copied()));
    nearest(&word.to_lowercase().replace('_', "-"), names).and_then(Name::typed)
}

#[cfg(test)]
mod tests;
