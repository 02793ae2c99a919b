//! A day of each kind of person, told as they see it: everything that arrives in their rooms, in order, with what they press
//! and type in between, once for readers of English and once for readers of Swedish.
//!
//! The same people, places and numbers in both languages, so that the two files lie beside each other line by line.

mod agency;
mod brand;
mod creator;
mod mornings;
mod oncall;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use plimsoll::app::records::Gift;
use plimsoll::app::watch::take_in;
use plimsoll::domain::ids::{BrandId, CampaignId, CreatorId, Platform, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::money::Currency;
use plimsoll::domain::person::{Reach, Role};
use plimsoll::domain::sample::{self, Sample, SeriesKey};
use plimsoll::sim::discord::{Given as Typed, Message, Snowflake};
use plimsoll::sim::telegram::{ChatId, NewUser, Shown, UserId};
use plimsoll::sources::Fetched;

use super::story::{Story, discord_text, telegram_text};

/// Discord's flag for a message without a notification.
const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;

/// The languages of the readers.
pub const LOCALES: [&str; 2] = ["en", "sv"];

/// Somebody on one of the chats.
#[derive(Debug, Clone, Copy)]
pub enum Who {
    Telegram(UserId, &'static str),
    Discord(Snowflake, &'static str),
}

impl Who {
    fn name(self) -> &'static str {
        match self {
            Self::Telegram(_, name) | Self::Discord(_, name) => name,
        }
    }
}

/// Where something can be read.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    Telegram(ChatId, Option<i64>),
    Discord(Snowflake),
}

/// What somebody has in view as one form of a message.
struct Form {
    at: Timestamp,
    place: usize,
    key: String,
    version: usize,
    text: String,
    mark: String,
}

/// A story, and what its people have seen of it so far.
pub struct Scene {
    pub story: Story,
    pub locale: &'static str,
    places: Vec<(&'static str, Place)>,
    seen: BTreeSet<(String, usize)>,
    last: BTreeMap<String, String>,
    text: String,
}

impl Scene {
    /// A world in which nobody of the story has joined yet.
    pub async fn begin(locale: &'static str) -> Self {
        let story = Story::begin(7, &[]).await;
        Self { story, locale, places: Vec::new(), seen: BTreeSet::new(), last: BTreeMap::new(), text: String::new() }
    }

    /// The words of the reader's language.
    pub fn t<'a>(&self, en: &'a str, sv: &'a str) -> &'a str {
        if self.locale == "sv" { sv } else { en }
    }

    /// Applies documents, `LOCALE` in them replaced by the reader's.
    pub async fn apply(&self, text: &str) {
        self.story.apply(&text.replace("LOCALE", self.locale)).await;
    }

    /// Somebody new on Telegram.
    pub fn on_telegram(&self, name: &'static str) -> Who {
        Who::Telegram(self.story.world.telegram.add_user(NewUser::named(name, self.locale)), name)
    }

    /// Somebody new on Discord, in the server of the story.
    pub fn on_discord(&self, name: &'static str) -> Who {
        let (discord, guild) = (&self.story.world.discord, self.story.world.cast.guild);
        let user = discord.create_user(name, self.t("en-GB", "sv-SE"));
        discord.add_member(guild, user, &[]).expect("a member");
        Who::Discord(user, name)
    }

    /// From now on what arrives there is part of the story; what is there already is not.
    pub fn watch(&mut self, name: &'static str, place: Place) {
        self.places.push((name, place));
        let there: Vec<_> = self.forms().into_iter().filter(|form| form.place + 1 == self.places.len()).collect();
        for form in there {
            self.seen.insert((form.key.clone(), form.version));
            self.last.insert(form.key, form.text);
        }
    }

    /// A direct message with the bot.
    pub fn direct(&self, who: Who) -> Place {
        match who {
            Who::Telegram(user, _) => Place::Telegram(self.story.world.telegram.private_chat(user), None),
            Who::Discord(user, _) => Place::Discord(self.story.world.discord.dm(user)),
        }
    }

    /// A heading between two parts of the story.
    pub fn chapter(&mut self, title: &str) {
        let now = Self::time(self.story.world.clock.now());
        write!(self.text, "\n======== {title} ({now}) ========\n").expect("written");
    }

    fn time(at: Timestamp) -> String {
        at.in_tz("Europe/Stockholm").expect("a zone").strftime("%a %-d %b %H:%M").to_string()
    }

    /// A one-time code for a role at a brand.
    pub async fn role_code(&self, role: Role, brand: &str, name: &str, creator: Option<&str>) -> String {
        let creator = creator.map(|id| CreatorId::new(id).expect("an id"));
        let reach = Reach::Brand(BrandId::new(brand).expect("an id"));
        let gift = Gift::Role { role, reach, name: Some(name.to_owned()), creator };
        self.story.world.code(gift).await.expect("a code")
    }

    /// Somebody joins with a one-time code for a role at a brand.
    pub async fn joins(&mut self, who: Who, role: Role, brand: &str, creator: Option<&str>) {
        let code = self.role_code(role, brand, who.name(), creator).await;
        match who {
            Who::Telegram(user, name) => {
                self.says_line(name, "starts the bot by the invitation");
                let sent = self.story.world.telegram.user_starts(user, Some(&code.replace('-', "")));
                sent.expect("started");
                self.passes(2).await;
            }
            Who::Discord(..) => self.asks(self.direct(who), who, "link", &[("code", &code)]).await,
        }
    }

    /// Somebody binds the place to a room.
    pub async fn binds(&mut self, place: Place, who: Who, room: &str) {
        let code = self.story.world.room_code(room).await.expect("a code");
        match place {
            Place::Telegram(..) => self.says(place, who, &format!("/bind {code}")).await,
            Place::Discord(_) => self.asks(place, who, "bind", &[("code", &code)]).await,
        }
    }

    fn says_line(&mut self, name: &str, what: &str) {
        write!(self.text, "\n▸ {name} {what}\n").expect("written");
    }

    fn called(&self, place: Place) -> &'static str {
        let is = |other: &Place| format!("{other:?}") == format!("{place:?}");
        self.places.iter().find(|(_, other)| is(other)).map_or("another room", |(name, _)| name)
    }

    /// Somebody types on Telegram.
    pub async fn says(&mut self, place: Place, who: Who, text: &str) {
        let (Place::Telegram(chat, topic), Who::Telegram(user, name)) = (place, who) else { panic!("not on Telegram") };
        let line = format!("in {}: {}", self.called(place), hide_codes(text));
        self.says_line(name, &line);
        let telegram = &self.story.world.telegram;
        match topic {
            Some(topic) => telegram.user_sends_in(chat, topic, user, text),
            None => telegram.user_sends(chat, user, text),
        }
        .expect("sent");
        self.passes(3).await;
    }

    /// Somebody sends a picture on Telegram.
    pub async fn sends_picture(&mut self, place: Place, who: Who, caption: &str) {
        let (Place::Telegram(chat, _), Who::Telegram(user, name)) = (place, who) else { panic!("not on Telegram") };
        let line = format!("in {}: [a screenshot] {caption}", self.called(place));
        self.says_line(name, &line);
        let sent = self.story.world.telegram.user_sends_photo(chat, user, super::chats::png(), caption);
        sent.expect("sent");
        self.passes(3).await;
    }

    /// Somebody types a slash command on Discord.
    pub async fn asks(&mut self, place: Place, who: Who, command: &str, given: &[(&str, &str)]) {
        let (Place::Discord(channel), Who::Discord(user, name)) = (place, who) else { panic!("not on Discord") };
        let mut line = format!("in {}: /{command}", self.called(place));
        for (key, value) in given {
            write!(line, " {key}:{}", hide_codes(value)).expect("written");
        }
        self.says_line(name, &line);
        let given: Vec<(&str, Typed)> = given.iter().map(|(key, value)| (*key, Typed::Text((*value).into()))).collect();
        self.story.world.discord.slash(user, channel, command, &given).expect("the client sends it");
        self.passes(3).await;
    }

    /// Somebody presses the newest button whose label starts so, in their language.
    pub async fn presses(&mut self, place: Place, who: Who, (en, sv): (&str, &str)) {
        let start = self.t(en, sv).to_owned();
        self.presses_labelled(place, who, &start).await;
    }

    async fn presses_labelled(&mut self, place: Place, who: Who, start: &str) {
        let line = |scene: &Self, label: &str| format!("in {} presses [{label}]", scene.called(place));
        match (place, who) {
            (Place::Telegram(chat, topic), Who::Telegram(user, name)) => {
                let labels = |shown: &Shown| shown.buttons.concat().into_iter().find(|label| label.starts_with(start));
                let all = self.story.world.telegram.messages(chat).into_iter().rev();
                let here = |shown: &Shown| shown.from_bot && shown.deleted_at.is_none() && shown.thread == topic;
                let found = all.filter(here).find_map(|shown| labels(&shown).map(|label| (shown.message_id, label)));
                let (message, label) = found.unwrap_or_else(|| panic!("no `{start}` in\n{}", self.text));
                let line = line(self, &label);
                self.says_line(name, &line);
                let press = self.story.world.telegram.user_presses(chat, user, message, &label).expect("pressed");
                self.wait(3).await;
                if let Some(answer) = self.story.world.telegram.answer(&press).filter(|answer| !answer.text.is_empty())
                {
                    let how = if answer.show_alert { "a dialogue" } else { "a passing line" };
                    writeln!(self.text, "   {how}: {}", answer.text).expect("written");
                }
                self.look();
            }
            (Place::Discord(channel), Who::Discord(user, name)) => {
                let labels = |message: &Message| {
                    message.buttons().into_iter().map(|button| button.label).find(|label| label.starts_with(start))
                };
                let all = self.story.world.discord.messages_seen_by(channel, user).into_iter().rev();
                let found = all.into_iter().find_map(|message| labels(&message).map(|label| (message.id, label)));
                let (message, label) = found.unwrap_or_else(|| panic!("no `{start}` in\n{}", self.text));
                let line = line(self, &label);
                self.says_line(name, &line);
                self.story.world.discord.press(user, message, &label).expect("pressed");
                self.passes(3).await;
            }
            (Place::Telegram(..) | Place::Discord(_), _) => panic!("{who:?} is not in {place:?}"),
        }
    }

    async fn wait(&mut self, secs: i64) {
        self.story.wait(secs).await;
    }

    /// Lets so many seconds go by, and writes down what arrived.
    pub async fn passes(&mut self, secs: i64) {
        self.wait(secs).await;
        self.look();
    }

    /// Everything that stands in the places, each form of each message once.
    fn forms(&self) -> Vec<Form> {
        let mut forms = Vec::new();
        for (number, (_, place)) in self.places.iter().enumerate() {
            match place {
                Place::Telegram(chat, topic) => {
                    let all = self.story.world.telegram.messages(*chat);
                    for shown in all.iter().filter(|shown| shown.from_bot && shown.thread == *topic) {
                        telegram_forms(number, shown, &mut forms);
                    }
                }
                Place::Discord(channel) => {
                    let bot = self.story.world.discord.bot();
                    for message in self.story.world.discord.messages(*channel) {
                        if message.author == bot {
                            discord_forms(number, &message, &self.reads(&message), &mut forms);
                        }
                    }
                }
            }
        }
        forms.sort_by_key(|form| (form.at, form.place, form.key.clone(), form.version));
        forms
    }

    fn reads(&self, message: &Message) -> String {
        let only = message.ephemeral_for.and_then(|user| self.story.world.discord.user(user));
        only.map(|user| format!(", only for {}", user.name)).unwrap_or_default()
    }

    /// Writes down what is new.
    pub fn look(&mut self) {
        for form in self.forms() {
            if !self.seen.insert((form.key.clone(), form.version)) {
                continue;
            }
            let before = self.last.insert(form.key.clone(), form.text.clone());
            if form.text.is_empty() || before.as_ref() == Some(&form.text) {
                continue;
            }
            let name = self.places[form.place].0;
            let time = Self::time(form.at);
            let (how, text) = match before.filter(|before| !before.is_empty()) {
                None => ("", form.text),
                Some(before) => (", edited", changed(&before, &form.text)),
            };
            write!(self.text, "\n┌ {name}, {time}{}{how}\n", form.mark).expect("written");
            for line in text.lines() {
                writeln!(self.text, "{}", format!("│ {line}").trim_end()).expect("written");
            }
        }
    }

    /// What was seen so far is no part of the story.
    pub fn forget(&mut self) {
        self.text.clear();
    }

    /// The short id in the newest message of a place that names somebody.
    pub fn number(&self, name: &str, of: &str) -> String {
        let here = |form: &Form| self.places[form.place].0 == name && form.text.contains(of);
        let mut ids = self.forms().into_iter().rev().filter(here).filter_map(|form| {
            let rest = form.text.rsplit_once('#')?.1;
            rest.split(|c: char| !c.is_ascii_alphanumeric()).next().map(str::to_owned)
        });
        ids.next().expect("an id")
    }

    /// The newest message in a place, as it stands.
    pub fn newest(&self, name: &str) -> String {
        let here = |form: &Form| self.places[form.place].0 == name;
        self.forms().into_iter().rfind(here).map(|form| form.text).expect("a message")
    }

    /// What each creator's days of the last four weeks brought: spend in the smallest unit and orders, a day.
    pub async fn report(&mut self, campaign: &str, currency: &str, rows: &[(&str, i64, i64)]) {
        let now = self.story.world.clock.now();
        let samples = rows.iter().flat_map(|row| days(campaign, currency, *row, now)).collect();
        let source = SourceId::new("tiktok_ads").expect("an id");
        let fetched = Fetched { samples, ..Fetched::default() };
        let held = self.story.world.clock.hold("report");
        take_in(self.story.world.core(), &source, rows.len(), fetched, now).await.expect("taken in");
        drop(held);
    }

    /// Compares everything that was seen with the file of this story and language, and ends the world.
    pub async fn ends(self, name: &str) {
        self.story.assert_polite();
        let requests = self.story.world.telegram.requests();
        // An edit that changes nothing is one that is there already.
        let is_refused = |why: &String| !why.contains("message is not modified");
        let refused = requests.iter().filter(|one| one.description.as_ref().is_some_and(is_refused));
        let refused: Vec<_> = refused.map(|one| (&one.method, &one.description, &one.params)).collect();
        assert!(refused.is_empty(), "{refused:?}");
        for wrong in ["{", "}", "\u{2068}", "FSI", "�"] {
            assert!(!self.text.contains(wrong), "`{wrong}` in\n{}", self.text);
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("{name}_{}", self.locale), self.text));
        self.story.world.stop().await;
    }
}

/// One-time codes are made by chance; what matters is that one was typed.
fn hide_codes(text: &str) -> String {
    let is_code = |word: &str| {
        word.len() == 9
            && word.as_bytes()[4] == b'-'
            && word.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric())
    };
    text.split(' ').map(|word| if is_code(word) { "••••-••••" } else { word }).collect::<Vec<_>>().join(" ")
}

/// A name of an id, where the documents give none.
pub fn name_of(id: &str) -> String {
    let (first, rest) = id.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

fn telegram_forms(place: usize, shown: &Shown, forms: &mut Vec<Form>) {
    let key = format!("telegram {place} {:08}", shown.message_id);
    let mark = if shown.silent { ", without a sound" } else { "" };
    let mut at = shown.sent_at;
    for (version, before) in shown.history.iter().enumerate() {
        let then = Shown {
            text: before.text.clone(),
            buttons: before.buttons.clone(),
            photo: shown.photo.clone().filter(|_| before.has_photo),
            ..shown.clone()
        };
        forms.push(Form { at, place, key: key.clone(), version, text: of_telegram(&then), mark: mark.to_owned() });
        at = before.until;
    }
    let version = shown.history.len();
    forms.push(Form { at, place, key: key.clone(), version, text: of_telegram(shown), mark: mark.to_owned() });
    if let Some(at) = shown.deleted_at {
        forms.push(Form { at, place, key, version: version + 1, text: "(deleted)".to_owned(), mark: String::new() });
    }
}

fn of_telegram(shown: &Shown) -> String {
    let file = shown.document.as_ref().map(|(name, _)| format!("[file {name}]\n")).unwrap_or_default();
    file + &telegram_text(shown)
}

fn discord_forms(place: usize, message: &Message, only: &str, forms: &mut Vec<Form>) {
    let key = format!("discord {place} {:>20}", message.id.get());
    let silent = if message.flags & SUPPRESS_NOTIFICATIONS == 0 { "" } else { ", without a sound" };
    let mark = format!("{silent}{only}");
    let mut at = message.created;
    for (version, before) in message.edits.iter().enumerate() {
        let then = Message {
            content: before.content.clone(),
            embeds: before.embeds.clone(),
            components: before.components.clone(),
            ..message.clone()
        };
        forms.push(Form { at, place, key: key.clone(), version, text: of_discord(&then), mark: mark.clone() });
        at = before.at;
    }
    let version = message.edits.len();
    forms.push(Form { at, place, key: key.clone(), version, text: of_discord(message), mark });
    if let Some(at) = message.deleted {
        forms.push(Form { at, place, key, version: version + 1, text: "(deleted)".to_owned(), mark: String::new() });
    }
}

/// With the words that stand for the picture where it cannot be seen.
fn of_discord(message: &Message) -> String {
    let alt = message.attachments.first().and_then(|one| one.description.clone()).unwrap_or_default();
    let shown = discord_text(message).replace("[picture]", &format!("[picture: {alt}]"));
    // A backslash before a sign is not seen: it says that the sign is meant as it is.
    let (mut text, mut signs) = (String::new(), shown.chars().peekable());
    while let Some(sign) = signs.next() {
        if sign != '\\' || !signs.peek().is_some_and(char::is_ascii_punctuation) {
            text.push(sign);
        }
    }
    text
}

/// The lines that went and came, under the line that everybody sees first.
fn changed(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut longest = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for (i, one) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            longest[i][j] = if one == other {
                longest[i + 1][j + 1] + 1
            } else {
                std::cmp::max(longest[i + 1][j], longest[i][j + 1])
            };
        }
    }
    let mut text = String::new();
    let first = |lines: &[&str]| lines.iter().find(|line| **line != "[picture]").map(|line| (*line).to_owned());
    if let (Some(one), Some(other)) = (first(&old), first(&new))
        && one == other
    {
        writeln!(text, "  {one}").expect("written");
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || longest[i][j + 1] <= longest[i + 1][j]) {
            writeln!(text, "- {}", old[i]).expect("written");
            i += 1;
        } else {
            writeln!(text, "+ {}", new[j]).expect("written");
            j += 1;
        }
    }
    text
}

/// Days that are told of.
const DAYS: i64 = 28;

fn days(campaign: &str, currency: &str, (creator, spend, orders): (&str, i64, i64), now: Timestamp) -> Vec<Sample> {
    let today = now.in_tz("Europe/Stockholm").expect("a zone").start_of_day().expect("a day");
    let day = |back: i64| today.checked_sub(jiff::Span::new().days(back)).expect("in range").timestamp();
    let campaign = CampaignId::new(campaign).expect("an id");
    let subject = Subject::Partnership(campaign, CreatorId::new(creator).expect("an id"));
    let currency: Currency = currency.parse().expect("a currency");
    let one = |metric, value, currency, back| Sample {
        series: SeriesKey { subject: subject.clone(), metric, platform: Platform::TiktokAds },
        value,
        currency,
        form: sample::Form::Amount { from: day(back), until: day(back - 1) },
        known_at: now,
        provisional: false,
        self_reported: false,
    };
    let usual = |back: i64| if back <= 7 { orders } else { 4 };
    (1..=DAYS)
        .rev()
        .flat_map(|back| {
            [one(Metric::Spend, spend, Some(currency), back), one(Metric::Orders, usual(back), None, back)]
        })
        .collect()
}

/// An hour in seconds.
pub const HOUR: i64 = 3_600;

#[test]
fn an_edit_shows_what_went_and_what_came() {
    assert_eq!(changed("a\nb\nc", "a\nc\nd"), "  a\n- b\n+ d\n");
    assert_eq!(changed("a\nb", "x\nb"), "- a\n+ x\n");
}
