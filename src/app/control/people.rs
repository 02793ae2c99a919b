//! `say`, `code`, `grant` and `revoke`: people, and what they may do.

use serde_json::json;

use super::{Answer, Refusal, Request, actor, person};
use crate::app::catalog::Catalog;
use crate::app::commands::Asked;
use crate::app::core::Core;
use crate::app::listen;
use crate::app::people::{self, Refusal as Unfit, Speaker};
use crate::app::records::Gift;
use crate::domain::document::Running;
use crate::domain::ids::{CreatorId, PersonId};
use crate::domain::person::{Address, Audience, Chat, Identity, Person, Reach, Role};
use crate::words::command::{Command, parse};
use crate::words::permission::{Ask, Decision};
use crate::words::phrase::plain;
use crate::words::replies;
use crate::words::wording::Reader;

/// Carries out what might have been said in a chat.
pub(super) async fn say(core: &Core, request: &Request, text: &str, confirmed: bool) -> Result<Answer, Refusal> {
    let Some(person) = person(core, request).await? else {
        return Err(Refusal::input("who says it? add --as PERSON"));
    };
    let audience = core.state.lock().await.catalog.audience_of(Some(&person));
    let asked = asked_by(person, audience, &request.by, confirmed);
    let command = parse(text)
        .map_err(|teach| Refusal::input(plain(&replies::teach(&teach, &asked.reader)).replace("\n\n", "\n")))?;
    if matches!(command, Command::Bind { .. } | Command::Link { code: Some(_) }) {
        return Err(Refusal::input("a code belongs to the place it is sent from; send it in the chat itself"));
    }
    let answer = carry_out(core, &asked, command).await?;
    Ok(Answer::done(&json!({ "answer": answer }), answer))
}

/// Somebody in a direct message, at the terminal.
pub(super) fn asked_by(person: Person, audience: Audience, terminal: &str, confirmed: bool) -> Asked {
    let identity = person.identities.first().cloned();
    let identity = identity.unwrap_or_else(|| Identity { chat: Chat::Telegram, user: terminal.to_owned() });
    let address = Address { chat: identity.chat, place: terminal.to_owned(), topic: None, guild: None };
    let (name, locale) = (person.name.clone(), person.locale.clone());
    Asked {
        audience,
        reader: Reader::new(locale.as_deref().unwrap_or("en"), "UTC"),
        speaker: Speaker { identity, name, locale, address, direct: true },
        person: Some(person),
        confirmed,
        file: None,
    }
}

/// Does it if they may; a refusal is journaled and is a failure here.
async fn carry_out(core: &Core, asked: &Asked, command: Command) -> Result<String, Refusal> {
    let decision = listen::check(core, None, asked, None, Ask::Command(&command)).await?;
    let composed = listen::permitted(core, None, asked, None, command).await?;
    let text = plain(&composed.message);
    match decision {
        Decision::Allowed => Ok(text),
        Decision::Refused { .. } => Err(Refusal::Failed(text.replace("\n\n", "\n"))),
    }
}

/// Makes a one-time code.
pub(super) async fn code(core: &Core, request: &Request, gift: &Gift) -> Result<Answer, Refusal> {
    let by = actor(core, request).await?;
    fits(&core.state.lock().await.catalog, gift)?;
    let (code, expires_at) = people::make_code(core, gift.clone(), &by).await?;
    let (verb, place) = match gift {
        Gift::Room { .. } => ("bind", "in the group or channel"),
        Gift::Role { .. } | Gift::Identity { .. } => ("link", "to the bot in a direct message"),
    };
    let send = format!("/{verb} {code}");
    let until = expires_at.strftime("%H:%M UTC");
    let text = format!("{code}\nsend `{send}` {place}, once, before {until}");
    Ok(Answer::done(&json!({ "code": code, "expires_at": expires_at, "send": send }), text))
}

/// Invitations made at once, at most: more are made by brand.
const INVITES_MAX: usize = 5_000;

/// A personal invitation for every creator within a reach who has no chat with us: to be sent by whoever knows them.
pub(super) async fn invite(core: &Core, request: &Request, reach: &Reach) -> Result<Answer, Refusal> {
    let by = actor(core, request).await?;
    let creators = {
        let state = core.state.lock().await;
        exists(&state.catalog, reach)?;
        uninvited(&state.catalog, reach)
    };
    let bot = bot_name(core).await;
    let lives = core.config.people.invite.0;
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for (creator, name) in creators.into_iter().take(INVITES_MAX) {
        let gift = Gift::Role {
            role: Role::Creator,
            reach: reach.clone(),
            name: Some(name.clone()),
            creator: Some(creator.clone()),
        };
        let (code, expires_at) = people::make_code_for(core, gift, &by, lives).await?;
        // A deep link takes letters, digits, `_` and `-`: <https://core.telegram.org/bots/features#deep-linking>
        let link = bot.as_ref().map(|bot| format!("https://t.me/{bot}?start={}", code.replace('-', "")));
        let shown = link.clone().unwrap_or_else(|| format!("/link {code}"));
        lines.push(format!("{name}\t{code}\t{shown}"));
        rows.push(json!({
            "creator": creator, "name": name, "code": code, "link": link, "send": format!("/link {code}"),
            "expires_at": expires_at,
        }));
    }
    let text = if lines.is_empty() { "every creator has a chat with me already".to_owned() } else { lines.join("\n") };
    Ok(Answer::done(&json!({ "invitations": rows }), text))
}

/// Creators within a reach who cannot be written to, by name.
fn uninvited(catalog: &Catalog, reach: &Reach) -> Vec<(CreatorId, String)> {
    let within = |creator: &CreatorId| match reach {
        Reach::All => true,
        Reach::Brand(brand) => catalog.brands_of(creator).any(|one| one == brand),
        Reach::Campaign(campaign) => {
            catalog.partnerships.keys().any(|at| at.campaign == *campaign && at.creator == *creator)
        }
    };
    let runs = catalog.creators.values().filter(|one| one.state == Running::Active);
    let unreached = runs.filter(|one| within(&one.id) && catalog.creator_rooms(&one.id).is_empty());
    let mut found: Vec<_> = unreached.map(|one| (one.id.clone(), catalog.creator_name(&one.id))).collect();
    found.sort_by(|one, other| one.1.cmp(&other.1));
    found
}

/// What the Telegram bot is called, where there is one and it answers; without it a code is typed.
async fn bot_name(core: &Core) -> Option<String> {
    let chats = crate::app::service::chats(&core.config, &core.clock).ok()?;
    chats.telegram.as_ref()?.get_me().await.ok().map(|me| me.username)
}

/// Whether everything that a code gives is there.
fn fits(catalog: &Catalog, gift: &Gift) -> Result<(), Refusal> {
    match gift {
        Gift::Room { room } if !catalog.rooms.contains_key(room) => Err(missing("room", room.as_str())),
        Gift::Identity { person } if !catalog.people.contains_key(person) => Err(missing("person", person.as_str())),
        Gift::Room { .. } | Gift::Identity { .. } => Ok(()),
        Gift::Role { role, reach, creator, .. } => {
            exists(catalog, reach)?;
            match creator {
                Some(creator) if !catalog.creators.contains_key(creator) => Err(missing("creator", creator.as_str())),
                None if *role == Role::Creator => Err(Refusal::input("which creator are they? add --creator ID")),
                Some(_) | None => Ok(()),
            }
        }
    }
}

fn missing(kind: &str, id: &str) -> Refusal {
    Refusal::input(format!("there is no {kind} `{id}`; `plimsoll apply` takes it in from a document"))
}

fn exists(catalog: &Catalog, reach: &Reach) -> Result<(), Refusal> {
    match reach {
        Reach::Brand(id) if !catalog.brands.contains_key(id) => Err(missing("brand", id.as_str())),
        Reach::Campaign(id) if !catalog.campaigns.contains_key(id) => Err(missing("campaign", id.as_str())),
        Reach::Brand(_) | Reach::Campaign(_) | Reach::All => Ok(()),
    }
}

fn reach_text(reach: &Reach) -> String {
    match reach {
        Reach::Brand(id) => format!("brand/{id}"),
        Reach::Campaign(id) => format!("campaign/{id}"),
        Reach::All => "all".to_owned(),
    }
}

/// Gives a role, or takes it.
pub(super) async fn change(
    core: &Core,
    request: &Request,
    (person, role, reach): (&PersonId, Role, &Reach),
    gives: bool,
) -> Result<Answer, Refusal> {
    change_role(core, request, (person, role, reach), gives).await?;
    let at = reach_text(reach);
    let (done, text) = if gives {
        ("granted", format!("{person} is {role} of {at}"))
    } else {
        ("revoked", format!("{person} is no longer {role} of {at}"))
    };
    Ok(Answer::done(&json!({ "person": person, "role": role, "reach": at, "done": done }), text))
}

async fn change_role(
    core: &Core,
    request: &Request,
    (id, role, reach): (&PersonId, Role, &Reach),
    gives: bool,
) -> Result<(), Refusal> {
    exists(&core.state.lock().await.catalog, reach)?;
    if !core.state.lock().await.catalog.people.contains_key(id) {
        return Err(Refusal::input(format!("there is no person `{id}`; `plimsoll code --role …` invites them")));
    }
    if let Some(acting) = person(core, request).await? {
        let asked = asked_by(acting, Audience::Internal, &request.by, true);
        let (person, reach) = (id.clone(), reach.clone());
        let command =
            if gives { Command::Grant { person, role, reach } } else { Command::Revoke { person, role, reach } };
        return carry_out(core, &asked, command).await.map(drop);
    }
    let done = if gives {
        people::grant(core, id, role, reach.clone(), &request.by).await?
    } else {
        people::revoke(core, id, role, reach, &request.by).await?
    };
    done.map_err(|unfit| match unfit {
        Unfit::NoGrant => Refusal::input(format!(
            "{id} is not {role} of {}; `plimsoll say status --as {id}` shows what they see",
            reach_text(reach)
        )),
        Unfit::NoPerson | Unfit::BadCode | Unfit::Taken | Unfit::SecondIdentity | Unfit::WrongPlace => {
            Refusal::input(format!("there is no person `{id}`"))
        }
    })
}
