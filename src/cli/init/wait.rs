//! The second half of `init`: the program listens, people and rooms come in by one-time codes, and a sample alert is shown.
//!
//! Only chats run: no source is asked and no rule is judged. Survives: Ctrl-C at any point, which ends cleanly.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{Report, failed, tell};
use crate::app::config::{Config, terminal_user};
use crate::app::control::{self, Answer, Body, Request, Seat, Text, Wish};
use crate::app::core::Core;
use crate::app::service::Service;
use crate::app::setup::files;
use crate::app::setup::meeting::{End as Ended, Event, Step, meet, show};
use crate::app::setup::{discord, telegram};
use crate::app::{apply, telemetry};
use crate::cli::CliError;
use crate::cli::opened::Opened;
use crate::cli::run::End;
use crate::domain::ids::RoomId;
use crate::domain::person::Chat;

/// Runs the chats until everybody is there and the sample's button was pressed.
pub async fn wait(
    mut config: Config,
    folder: &Path,
    chats: &[Chat],
    most: Duration,
    report: &mut Report,
) -> Result<(), CliError> {
    let mut end = End::listen()?;
    config.store.folder = folder.join(&config.store.folder);
    // Somebody reads this terminal: what is said besides is what went wrong.
    "warn".clone_into(&mut config.log.filter);
    config.sources.clear();
    telemetry::start(&config)?;
    let rooms = rooms(folder, chats)?;
    let opened = Opened::open(config).await?;
    let done = Box::pin(listen(&opened.core, folder, chats, &rooms, (most, &mut end), report)).await;
    report.rooms = rooms.into_iter().map(|(room, _)| room).collect();
    opened.after(done).await
}

/// The rooms of the first document, each with its chat.
fn rooms(folder: &Path, chats: &[Chat]) -> Result<Vec<(RoomId, Chat)>, CliError> {
    let path = folder.join(files::DOCUMENTS);
    let shown = path.display();
    let text = std::fs::read_to_string(&path).map_err(|error| {
        CliError::input(format!("{shown}: cannot be read ({error}); init writes it where there is none"))
    })?;
    let declared = files::declared(&text).map_err(|wrong| CliError::input(format!("{shown}: {wrong}")))?;
    let Some((_, rooms)) = declared else {
        return Err(CliError::input(format!("{shown}: it declares no brand; add a [[brand]], or move the file away")));
    };
    let with = |(room, chat): (RoomId, Option<Chat>)| chat.filter(|chat| chats.contains(chat)).map(|chat| (room, chat));
    let found: Vec<(RoomId, Chat)> = rooms.into_iter().filter_map(with).collect();
    match chats.iter().find(|chat| found.iter().all(|(_, of)| of != *chat)) {
        Some(chat) => Err(CliError::input(format!(
            "{shown}: no internal room for {}; add a [[room]] whose id ends with `-{}`",
            chat.title(),
            chat.as_str()
        ))),
        None => Ok(found),
    }
}

async fn listen(
    core: &std::sync::Arc<Core>,
    folder: &Path,
    chats: &[Chat],
    rooms: &[(RoomId, Chat)],
    (most, end): (Duration, &mut End),
    report: &mut Report,
) -> Result<(), CliError> {
    Box::pin(take_in(core, folder)).await?;
    let service = Service::start(core).map_err(|error| failed(&error, "could not start"))?;
    let stop = CancellationToken::new();
    let pressed = Mutex::new(None);
    let ended = {
        let work = everybody(core, (chats, rooms), (most, &stop), report, &pressed);
        tokio::pin!(work);
        tokio::select! {
            ended = &mut work => ended,
            () = end.come() => {
                stop.cancel();
                work.await
            }
        }
    };
    service.stop().await;
    report.pressed_by = pressed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    match ended? {
        Ended::Done => Ok(()),
        Ended::Stopped => Err(CliError::Failed(anyhow::anyhow!(
            "stopped; what is done stays, run init again and it goes on from here"
        ))),
        Ended::TooLate(missing) => Err(CliError::Failed(anyhow::anyhow!("{}", too_late(&missing)))),
    }
}

fn too_late(missing: &[Step]) -> String {
    let one = |step: &Step| match step {
        Step::Person(chat) => format!("you on {}", chat.title()),
        Step::Room(room, _) => format!("the room {room}"),
    };
    let missing: Vec<String> = missing.iter().map(one).collect();
    let missing = if missing.is_empty() { "a press on “I've got it”".to_owned() } else { missing.join(", ") };
    format!("still missing after the wait: {missing}; run init again and it goes on from here, --wait 3h waits longer")
}

/// The documents and rules of the folder into the store.
async fn take_in(core: &Core, folder: &Path) -> Result<(), CliError> {
    let paths = [folder.join(files::DOCUMENTS), folder.join(files::RULES)];
    let files = apply::files_of(&paths).map_err(CliError::Input)?;
    let mut texts = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(&file)
            .map_err(|error| CliError::input(format!("{name}: cannot be read: {error}; make it readable")))?;
        texts.push(Text { name, text });
    }
    let wish = Wish::Apply { files: texts, dry_run: false };
    let request = Request { by: terminal_user(), acting: None, wish };
    match control::answer(core, Seat::Command, &request, &Body::Empty, &|_| {}).await {
        Answer::Done { .. } => Ok(()),
        Answer::Refused { exit: 2, line } => Err(CliError::Input(line)),
        Answer::Refused { line, .. } => Err(CliError::Failed(anyhow::anyhow!(line))),
    }
}

async fn everybody(
    core: &Core,
    (chats, rooms): (&[Chat], &[(RoomId, Chat)]),
    (most, stop): (Duration, &CancellationToken),
    report: &Report,
    pressed: &Mutex<Option<String>>,
) -> Result<Ended, CliError> {
    let mut held = core.clock.hold("init");
    let most = SignedDuration::try_from(most).unwrap_or(SignedDuration::from_hours(1));
    let deadline = core.clock.now().checked_add(most).unwrap_or(Timestamp::MAX);
    let people = chats.iter().map(|chat| Step::Person(*chat));
    let places = rooms.iter().map(|(room, chat)| Step::Room(room.clone(), *chat));
    let steps: Vec<Step> = people.chain(places).collect();
    let there = Mutex::new(0_usize);
    let tell = |event: Event| say(&event, (&there, steps.len()), report, pressed);
    let broken = |error: crate::store::StoreError| failed(&anyhow::Error::new(error), "could not go on");
    match meet(core, &mut held, &steps, (deadline, stop), &tell).await.map_err(broken)? {
        Ended::Done => {}
        early => return Ok(early),
    }
    let rooms: Vec<RoomId> = rooms.iter().map(|(room, _)| room.clone()).collect();
    show(core, &mut held, &rooms, (deadline, stop), &tell).await.map_err(broken)
}

/// Tells the person at the terminal what happened.
fn say(event: &Event, (there, all): (&Mutex<usize>, usize), report: &Report, pressed: &Mutex<Option<String>>) {
    match event {
        Event::Code { step, code, until, again } => {
            if *again {
                tell("The code from before works no longer; here is another.");
            }
            tell(&how(step, code, report));
            tell(&format!("  works once, until {}", until.strftime("%H:%M UTC")));
        }
        Event::There(step) => {
            let mut there = there.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *there += 1;
            let who = match step {
                Step::Person(chat) => format!("you on {}", chat.title()),
                Step::Room(room, _) => format!("the room {room}"),
            };
            tell(&format!("There ({} of {all}): {who}", *there));
        }
        Event::Shown => tell("A sample alert is in every room. Try its buttons, then press “I've got it”."),
        Event::Pressed { by } => {
            *pressed.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(by.clone());
        }
    }
}

/// Where a code is to be sent.
fn how(step: &Step, code: &str, report: &Report) -> String {
    let telegram = report.telegram.as_ref();
    match step {
        Step::Person(Chat::Telegram) => format!(
            "You on Telegram: open {} and press Start, or send the bot `/link {code}`",
            telegram.map_or_else(String::new, |bot: &telegram::Bot| bot.start_link(code))
        ),
        Step::Room(room, Chat::Telegram) => format!(
            "Room {room}: open {} and choose the group; where the bot is in it, say `/bind {code}` there, in the topic it is \
             to use",
            telegram.map_or_else(String::new, |bot: &telegram::Bot| bot.group_link(code))
        ),
        Step::Person(Chat::Discord) => format!(
            "You on Discord: with the bot in your server, open a direct message to {} and send `/link {code}`",
            report.discord.as_ref().map_or("the bot", |bot: &discord::Bot| bot.username.as_str())
        ),
        Step::Room(room, Chat::Discord) => format!("Room {room}: in the channel it is to use, send `/bind {code}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let steps = [Step::Person(Chat::Discord), Step::Room("a-telegram".parse().expect("an id"), Chat::Telegram)];
        assert!(
            too_late(&steps).starts_with("still missing after the wait: you on Discord, the room a-telegram; run init")
        );
        assert!(too_late(&[]).contains("a press on “I've got it”"));
    }
}
