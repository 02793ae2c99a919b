//! The people of the demo: they join with codes, bind the rooms, look into the chats at their hours, press buttons and
//! type commands. All of it happens on the emulated platforms; the program sees what it would see of anybody.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::documents::{OUTLET, RENTAL};
use super::{Cast, World};
use crate::app::core::Core;
use crate::app::people::make_code;
use crate::app::records::Gift;
use crate::domain::ids::{BrandId, CreatorId, RoomId};
use crate::domain::person::{Reach, Role};
use crate::sim::discord::{DiscordSim, Given, Snowflake};
use crate::sim::telegram::TelegramSim;
use crate::time::{Clock, Held};

/// How often somebody looks into a room during the day, in hours.
const LOOKS_EVERY: i64 = 2;

/// Everybody.
#[derive(Clone)]
pub struct People {
    clock: Clock,
    core: Arc<Core>,
    telegram: TelegramSim,
    discord: DiscordSim,
    cast: Cast,
    start: Timestamp,
}

impl People {
    /// The people of a world.
    #[must_use]
    pub fn new(world: &World) -> Self {
        Self {
            clock: world.clock.clone(),
            core: Arc::clone(world.core()),
            telegram: world.telegram.clone(),
            discord: world.discord.clone(),
            cast: world.cast,
            start: world.clock.now(),
        }
    }

    /// Starts their lives.
    pub fn live(&self) {
        let (one, two, three) = (self.clone(), self.clone(), self.clone());
        drop(self.clock.spawn("people: maja", move |held| one.maja(held)));
        drop(self.clock.spawn("people: jonas", move |held| two.jonas(held)));
        drop(self.clock.spawn("people: alma", move |held| three.alma(held)));
    }

    /// They join and bind the rooms, and do nothing more.
    pub fn join(&self) {
        let (one, two, three) = (self.clone(), self.clone(), self.clone());
        drop(self.clock.spawn("people: maja", |mut held| async move { one.maja_joins(&mut held).await }));
        drop(self.clock.spawn("people: jonas", |mut held| async move { two.jonas_joins(&mut held).await }));
        drop(self.clock.spawn("people: alma", |mut held| async move { three.alma_joins(&mut held).await }));
    }

    fn at(&self, hours: i64, minutes: i64) -> Timestamp {
        self.start.checked_add(SignedDuration::from_mins(hours * 60 + minutes)).unwrap_or(Timestamp::MAX)
    }

    async fn code(&self, gift: Gift) -> Option<String> {
        make_code(&self.core, gift, "terminal:demo").await.ok().map(|made| made.0)
    }

    async fn role(&self, role: Role, name: &str, creator: Option<&str>) -> Option<String> {
        self.role_at("nordbo", role, name, creator).await
    }

    async fn role_at(&self, brand: &str, role: Role, name: &str, creator: Option<&str>) -> Option<String> {
        let creator = creator.and_then(|id| CreatorId::new(id).ok());
        let reach = Reach::Brand(BrandId::new(brand).ok()?);
        self.code(Gift::Role { role, reach, name: Some(name.to_owned()), creator }).await
    }

    async fn room(&self, room: &str) -> Option<String> {
        self.code(Gift::Room { room: RoomId::new(room).ok()? }).await
    }

    async fn maja_joins(&self, held: &mut Held) {
        held.sleep_until(self.at(0, 1)).await;
        if let Some(code) = self.role(Role::Agency, "Maja", None).await {
            drop(self.telegram.user_starts(self.cast.maja, Some(&code.replace('-', ""))));
        }
        held.sleep_until(self.at(0, 2)).await;
        if let Some(code) = self.room("team-telegram").await {
            drop(self.telegram.user_sends(self.cast.team_chat, self.cast.maja, &format!("/bind {code}")));
        }
    }

    /// The campaign manager, on Telegram: approves what is proposed, takes one thing back, asks why.
    async fn maja(self, mut held: Held) {
        self.maja_joins(&mut held).await;
        let mut answered: BTreeSet<(i64, &'static str)> = BTreeSet::new();
        let mut undone = 0;
        for look in 1.. {
            held.sleep_until(self.at(look * LOOKS_EVERY, 20)).await;
            if look % 12 == 5 {
                drop(self.telegram.user_sends(self.cast.team_chat, self.cast.maja, "/status"));
                held.sleep_until(self.at(look * LOOKS_EVERY, 22)).await;
            }
            for (nth, shown) in
                self.telegram.messages(self.cast.team_chat).into_iter().filter(|shown| shown.from_bot).enumerate()
            {
                let labels: Vec<&String> = shown.buttons.iter().flatten().collect();
                let Some(wanted) = wish(&labels, nth, undone) else { continue };
                if !answered.insert((shown.message_id, kind(wanted))) {
                    continue;
                }
                undone += usize::from(kind(wanted) == "Undo");
                drop(self.telegram.user_presses(self.cast.team_chat, self.cast.maja, shown.message_id, wanted));
                let now = self.clock.now();
                held.sleep_until(now.checked_add(SignedDuration::from_secs(40)).unwrap_or(now)).await;
            }
        }
    }

    async fn jonas_joins(&self, held: &mut Held) {
        held.sleep_until(self.at(0, 3)).await;
        let direct = self.discord.dm(self.cast.jonas);
        if let Some(code) = self.role(Role::Manager, "Jonas", None).await {
            drop(self.discord.slash(self.cast.jonas, direct, "link", &[("code", Given::Text(code))]));
        }
        held.sleep_until(self.at(0, 4)).await;
        for (minute, channel, room) in
            [(5, self.cast.team_channel, "team-discord"), (6, self.cast.operator_channel, "operators")]
        {
            if let Some(code) = self.room(room).await {
                drop(self.discord.slash(self.cast.jonas, channel, "bind", &[("code", Given::Text(code))]));
            }
            held.sleep_until(self.at(0, minute)).await;
        }
        // The other brands of the house are his too.
        let channels = [(OUTLET, self.cast.outlet_channel), (RENTAL, self.cast.rental_channel)];
        for (minute, (side, channel)) in (7..).zip(channels) {
            if let Some(code) = self.role_at(side.brand, Role::Manager, "Jonas", None).await {
                drop(self.discord.slash(self.cast.jonas, direct, "link", &[("code", Given::Text(code))]));
            }
            held.sleep_until(self.at(0, minute)).await;
            if let Some(code) = self.room(side.room).await {
                drop(self.discord.slash(self.cast.jonas, channel, "bind", &[("code", Given::Text(code))]));
            }
        }
        held.sleep_until(self.at(0, 9)).await;
    }

    /// The analyst turned manager, on Discord: takes alerts, asks why, types commands.
    async fn jonas(self, mut held: Held) {
        self.jonas_joins(&mut held).await;
        let mut answered: BTreeSet<Snowflake> = BTreeSet::new();
        for look in 1.. {
            held.sleep_until(self.at(look * LOOKS_EVERY, 50)).await;
            if look % 12 == 4 {
                drop(self.discord.slash(self.cast.jonas, self.cast.team_channel, "status", &[]));
                held.sleep_until(self.at(look * LOOKS_EVERY, 51)).await;
            }
            for message in self.discord.messages(self.cast.team_channel) {
                let labels: Vec<String> = message.buttons().into_iter().map(|button| button.label).collect();
                let Some(label) = labels.iter().find(|label| label.starts_with("I've got it")) else { continue };
                if !answered.insert(message.id) {
                    continue;
                }
                drop(self.discord.press(self.cast.jonas, message.id, label));
                let now = self.clock.now();
                held.sleep_until(now.checked_add(SignedDuration::from_secs(30)).unwrap_or(now)).await;
                drop(self.discord.press(self.cast.jonas, message.id, "Why"));
                held.sleep_until(now.checked_add(SignedDuration::from_secs(60)).unwrap_or(now)).await;
            }
        }
    }

    async fn alma_joins(&self, held: &mut Held) {
        held.sleep_until(self.at(0, 8)).await;
        if let Some(code) = self.role(Role::Creator, "Alma", Some("alma")).await {
            drop(self.telegram.user_starts(self.cast.alma, Some(&code.replace('-', ""))));
        }
    }

    /// A creator, in a direct message on Telegram: her own numbers and tips, twice a week, and an answer to what she is
    /// asked.
    async fn alma(self, mut held: Held) {
        self.alma_joins(&mut held).await;
        let direct = self.telegram.private_chat(self.cast.alma);
        let mut answered: BTreeSet<(i64, &'static str)> = BTreeSet::new();
        for look in 1.. {
            held.sleep_until(self.at(look * LOOKS_EVERY, 10)).await;
            for shown in self.telegram.messages(direct).into_iter().filter(|shown| shown.from_bot) {
                let mut labels = shown.buttons.iter().flatten();
                let Some(label) = labels.find(|label| ANSWERS.contains(&label.as_str())) else { continue };
                if answered.insert((shown.message_id, if label == ANSWERS[0] { ANSWERS[0] } else { ANSWERS[1] })) {
                    drop(self.telegram.user_presses(direct, self.cast.alma, shown.message_id, label));
                }
            }
            if look * LOOKS_EVERY % 84 == 0 {
                drop(self.telegram.user_sends(direct, self.cast.alma, "/me"));
                held.sleep_until(self.at(look * LOOKS_EVERY, 12)).await;
                drop(self.telegram.user_sends(direct, self.cast.alma, "/tips"));
            }
        }
    }
}

/// What Alma presses: that it is mended, and that a notice is unfair.
const ANSWERS: [&str; 2] = ["Fixed", "Something is wrong"];

/// What Maja wants to press on a message: most proposals she approves, every fifth she turns down, and once in a while she
/// takes a stop back.
fn wish<'a>(labels: &[&'a String], nth: usize, undone: usize) -> Option<&'a str> {
    let with = |start: &str| labels.iter().find(|label| label.starts_with(start)).map(|label| label.as_str());
    if let Some(first) = FIRST.into_iter().find_map(with) {
        return Some(first);
    }
    if nth % 5 == 4 {
        return with("Keep it running");
    }
    match with("Undo: start boost") {
        Some(undo) if undone < 1 => Some(undo),
        _ => with("Stop boost"),
    }
}

/// What she presses before all else: a creator is asked, a leaked code ended, an objection heard.
const FIRST: [&str; 3] = ["Ask", "End code", "Keep Gold"];

fn kind(label: &str) -> &'static str {
    let known = FIRST.into_iter().chain(["Stop", "Keep", "Undo"]);
    known.into_iter().find(|start| label.starts_with(start)).unwrap_or("other")
}
