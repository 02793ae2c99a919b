//! What each command does, once it is known who asks and that they may.
//!
//! Every effect is safe to repeat: a command that was carried out, but whose answer was lost, finds its own work done.

use jiff::{SignedDuration, Timestamp};

use super::core::Core;
use super::deciding::{Decided, acknowledge, answer_proposals, last_state, propose_approved, snooze, undo};
use super::listen::refuse;
use super::people::{self, Joined, Refusal, Speaker};
use super::records::Gift;
use super::resolve::{Meant, resolve};
use super::shown::Shown;
use super::{causes, client, consent, pieces, postmortem, proposing, views};
use crate::domain::action::Deed;
use crate::domain::ids::{BoostId, CreatorId, RuleId, Subject};
use crate::domain::money::Money;
use crate::domain::person::{Audience, Person, Reach, Role};
use crate::insight::decomposition::Yardstick;
use crate::outbox::incident::Incident;
use crate::store::records::{Loaded, load};
use crate::store::{StoreError, Table, keys};
use crate::words::answers;
use crate::words::buttons::Composed;
use crate::words::command::{Command, What};
use crate::words::message::Message;
use crate::words::permission::Reason;
use crate::words::replies::{self, Reply};
use crate::words::view::IncidentView;
use crate::words::wording::Reader;

/// Who asks, where, in which language.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who, if it is somebody we know.
    pub person: Option<Person>,
    /// As the platform knows them.
    pub speaker: Speaker,
    /// For whom the answer is: what may be said in it.
    pub audience: Audience,
    /// The reader's language and zone.
    pub reader: Reader,
    /// The answer to "are you sure" was yes.
    pub confirmed: bool,
    /// The platform's reference to a picture or document that came with it.
    pub file: Option<String>,
}

impl Asked {
    /// What to call them.
    #[must_use]
    pub fn name(&self) -> String {
        self.person.as_ref().map_or_else(|| self.speaker.name.clone(), |person| person.name.clone())
    }

    /// How the journal calls them.
    #[must_use]
    pub fn actor(&self) -> String {
        self.person.as_ref().map_or_else(|| self.speaker.identity.to_string(), |person| person.id.to_string())
    }
}

/// Carries a command out and says what came of it.
#[expect(clippy::too_many_lines, reason = "one arm a command")]
pub async fn execute(core: &Core, asked: &Asked, command: Command) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let reader = &asked.reader;
    if let Some(asks) = consent::twice_typed(core, asked, &command).await? {
        return Ok(asks);
    }
    let said = match command {
        Command::Status { subject } => super::status::status(core, asked, subject.as_deref(), now).await?,
        Command::Me { who } => return super::own::me(core, asked, who.as_deref(), now).await,
        Command::Data { what, who } => return super::held::data(core, asked, what, who.as_deref()).await,
        Command::Numbers { piece, values } => return super::reported::numbers(core, asked, &piece, &values).await,
        Command::Tips { who } => return super::own::tips(core, asked, who.as_deref(), now).await,
        Command::Deal { subject, page } => {
            return super::terms::deal(core, asked, (subject.as_deref(), page), now).await;
        }
        Command::Offer { what, terms } => return super::offers::offer(core, asked, &what, terms.as_deref()).await,
        Command::Accept { offer } => return super::offers::accept(core, asked, offer).await,
        Command::Decline { offer } => return super::offers::decline(core, asked, offer).await,
        Command::Benchmark { subject } => super::benchmarks::say(core, asked, subject.as_deref(), now).await?,
        Command::Rules => super::promotion::rules(core, asked, now).await?,
        Command::Rule { id, mode } => return super::promotion::one(core, asked, &id, mode).await,
        Command::Coverage { subject, page } => {
            return super::coverage::say(core, asked, subject.as_deref(), page).await;
        }
        Command::Criteria { who } => return super::own::criteria(core, asked, who.as_deref(), now).await,
        Command::Appeal { id, text } => return super::levels::appeal(core, asked, &id, &text).await,
        Command::Why { what, against } => why(core, asked, (&what, against), now).await?,
        Command::WhyNot { subject, rule } => why_not(core, asked, &subject, &rule, now).await?,
        Command::Backtest { rule, days } => super::replays::in_chat(core, asked, &rule, days).await?,
        Command::Report { campaign } => return super::reporting::say(core, asked, &campaign, now).await,
        Command::Regret { campaign } => return super::regret::say(core, asked, campaign.as_deref(), now).await,
        Command::Postmortem { campaign } => return postmortem::say(core, asked, &campaign, now).await,
        Command::Portfolio { campaign } => return postmortem::portfolio_in_chat(core, asked, &campaign, now).await,
        Command::Ask { campaign } => return postmortem::answers::ask(core, asked, &campaign).await,
        Command::Answer { campaign, text } => {
            return postmortem::answers::answer(core, asked, &campaign, text.as_deref()).await;
        }
        Command::Step { campaign, text } => {
            return postmortem::steps::write_down(core, asked, &campaign, &text).await;
        }
        Command::Done { step } => return postmortem::steps::done(core, asked, step).await,
        Command::Pause { ref what } => return pause(core, asked, &command, what).await,
        Command::Resume { ref what } => return resume(core, asked, &command, what).await,
        Command::Hold { what, deliverable } => {
            return pieces::hold_or_release(core, asked, &what, deliverable.as_deref(), true).await;
        }
        Command::Release { what, deliverable } => {
            return pieces::hold_or_release(core, asked, &what, deliverable.as_deref(), false).await;
        }
        Command::Adjust { what, to } => return super::adjusting::adjust(core, asked, &what, &to).await,
        Command::Live { url, deliverable } => return pieces::live(core, asked, &url, deliverable.as_deref()).await,
        Command::Note { subject, text } => return pieces::note(core, asked, &subject, &text).await,
        Command::Excuse { ref what, from, to, ref reason } => {
            let said = causes::Said { what, from, to, reason: reason.as_deref() };
            return causes::declare(core, asked, said).await;
        }
        Command::Unexcuse { what } => return causes::lift(core, asked, &what).await,
        Command::Approve { id } => answer_proposals(core, asked, &id, None, None).await?.say(reader, now),
        Command::Reject { id, reason } => {
            answer_proposals(core, asked, &id, None, Some(reason)).await?.say(reader, now)
        }
        Command::Undo { id } => undo(core, asked, &id, None).await?.say(reader, now),
        Command::Ack { id } => acknowledge(core, asked, &id).await?.say(reader, now),
        Command::Snooze { id, duration } => {
            let length = SignedDuration::try_from(duration).unwrap_or(SignedDuration::ZERO);
            snooze(core, asked, &id, length).await?.say(reader, now)
        }
        Command::Show { id } => client::show(core, asked, &id, true).await?,
        Command::Hide { id } => client::show(core, asked, &id, false).await?,
        Command::Link { code: None } => link(core, asked).await?.say(reader, now),
        Command::Link { code: Some(code) } | Command::Bind { code } => {
            use_code(core, asked, &code).await?.say(reader, now)
        }
        Command::Grant { person, role, reach } => {
            let done = people::grant(core, &person, role, reach.clone(), &asked.actor()).await?;
            granted(done, person.as_str(), role, reach, true).say(reader, now)
        }
        Command::Revoke { person, role, reach } => {
            let done = people::revoke(core, &person, role, &reach, &asked.actor()).await?;
            granted(done, person.as_str(), role, reach, false).say(reader, now)
        }
        Command::Desk { page } => return super::desk::desk(core, asked, page, now).await,
        Command::Rooms { page } => return super::rooms::list(core, asked, page, now).await,
        Command::Quiet { wish } => super::rooms::quiet(core, asked, &wish, now).await?,
        Command::Subscribe { topic, loudness } => super::rooms::subscribe(core, asked, topic, loudness).await?,
        Command::Audit { about, page } => {
            return super::audit::in_chat(core, asked, about.as_deref(), page, now).await;
        }
        Command::Help { command } => replies::help(command, reader),
    };
    Ok(Composed::plain(said))
}

fn granted(done: Result<(), Refusal>, person: &str, role: Role, reach: Reach, gave: bool) -> Reply {
    let person = person.to_owned();
    match (done, gave) {
        (Ok(()), true) => Reply::Granted { person, role, reach },
        (Ok(()), false) => Reply::Revoked { person, role, reach },
        (Err(Refusal::NoGrant), _) => Reply::NoSuchGrant { person },
        (Err(_), _) => Reply::UnknownPerson { given: person },
    }
}

/// Nothing has that name; what was probably meant, of what its reader may be shown.
pub async fn unknown(core: &Core, asked: &Asked, given: &str) -> Reply {
    let state = core.state.lock().await;
    let nearest = Shown::asked(&state.catalog, asked).and_then(|shown| shown.nearest_subject(given));
    Reply::UnknownSubject { given: given.to_owned(), nearest }
}

/// Open incidents of a subject; of everything for `None`.
pub async fn open_incidents(core: &Core, subject: Option<&Subject>) -> Result<Vec<Loaded<Incident>>, StoreError> {
    let (from, until) = keys::all();
    let rows = core.store.scan(Table::OpenIncidents, &from, &until, 10_000).await?;
    let mut found = Vec::new();
    for (_, kept) in rows {
        let Some(incident) = load::<Incident>(&*core.store, &kept.bytes).await? else { continue };
        if subject.is_none_or(|subject| touches(&incident.value, subject)) {
            found.push(incident);
        }
    }
    Ok(found)
}

/// Whether an incident is about a subject, or about something inside it.
fn touches(incident: &Incident, subject: &Subject) -> bool {
    incident.subject == *subject
        || match subject {
            Subject::Brand(id) => incident.brand.as_ref() == Some(id),
            Subject::Campaign(id) => incident.campaign.as_ref() == Some(id),
            Subject::Creator(id) => incident.creator.as_ref() == Some(id),
            Subject::Partnership(..) | Subject::Post(..) => false,
        }
}

/// The creator that somebody is, where they have no role that lets them see others.
pub(super) fn only_self(state: &super::core::State, asked: &Asked) -> Option<CreatorId> {
    let person = asked.person.as_ref()?;
    let mut roles = state.catalog.grants.iter().filter(|grant| grant.person == person.id).map(|grant| grant.role);
    roles.all(|role| role == Role::Creator).then(|| own_creator(asked)).flatten()
}

/// The brands a person may see; `None` for all of them.
pub(super) fn visible_brands(
    state: &super::core::State,
    asked: &Asked,
) -> Option<std::collections::BTreeSet<crate::domain::ids::BrandId>> {
    let person = asked.person.as_ref()?;
    let mut brands = std::collections::BTreeSet::new();
    for grant in state.catalog.grants.iter().filter(|grant| grant.person == person.id) {
        match &grant.reach {
            Reach::All => return None,
            Reach::Brand(id) => drop(brands.insert(id.clone())),
            Reach::Campaign(id) => brands.extend(state.catalog.campaigns.get(id).map(|one| one.brand.clone())),
        }
    }
    Some(brands)
}

pub(super) fn own_creator(asked: &Asked) -> Option<CreatorId> {
    asked.person.as_ref().and_then(|person| person.creator.clone())
}

async fn why(
    core: &Core,
    asked: &Asked,
    (what, against): (&What, Option<Yardstick>),
    now: Timestamp,
) -> Result<Message, StoreError> {
    if let Some(id) = &what.incident
        && let Some(kept) = load::<Incident>(&*core.store, &keys::incident(id)).await?
    {
        return why_incident(core, asked, (kept.value, against), now).await;
    }
    let found = resolve(&core.state.lock().await.catalog, &what.typed);
    let Some(Meant::Subject(subject)) = found else {
        return Ok(unknown(core, asked, &what.typed).await.say(&asked.reader, now));
    };
    if let Some(kept) = open_incidents(core, Some(&subject)).await?.into_iter().next() {
        return why_incident(core, asked, (kept.value, against), now).await;
    }
    Ok(Reply::NoIncidents { subject: what.typed.clone() }.say(&asked.reader, now))
}

/// The receipt of an incident, for whoever asks; its number held against what they ask for, where they do.
pub async fn why_incident(
    core: &Core,
    asked: &Asked,
    (incident, against): (Incident, Option<Yardstick>),
    now: Timestamp,
) -> Result<Message, StoreError> {
    let view: IncidentView = views::incident_for(core, incident, views::For::Why(against)).await?;
    if view.level.is_some() && asked.audience == Audience::Creator {
        // Their receipt is the notice: the same numbers, without the rule's own words.
        let notice = crate::words::level::whole(&view, &asked.reader, now);
        // Its buttons stay with the notice itself.
        let notice = notice.map(|notice| Message { buttons: Vec::new(), ..notice });
        return or_refused(core, asked, "why", notice).await;
    }
    or_refused(core, asked, "why", answers::why(&view, &asked.reader, asked.audience, now)).await
}

/// What somebody may read of something, or the refusal where nothing of it is for them.
async fn or_refused(core: &Core, asked: &Asked, command: &str, said: Option<Message>) -> Result<Message, StoreError> {
    match said {
        Some(said) => Ok(said),
        None => refuse(core, asked, &format!("command/{command}"), Reason::NotReleased).await,
    }
}

/// No rule in force has that name; what was probably meant.
pub(super) fn unknown_rule(state: &super::core::State, asked: &Asked, rule: &RuleId, now: Timestamp) -> Message {
    let rules = state.rules.keys().map(RuleId::as_str);
    let shown = Shown::asked(&state.catalog, asked);
    let nearest = shown.and_then(|shown| shown.nearest_rule(rule.as_str(), rules));
    Reply::UnknownRule { given: rule.to_string(), nearest }.say(&asked.reader, now)
}

async fn why_not(
    core: &Core,
    asked: &Asked,
    subject: &str,
    rule: &RuleId,
    now: Timestamp,
) -> Result<Message, StoreError> {
    let state = core.state.lock().await;
    let found = resolve(&state.catalog, subject);
    let Some(Meant::Subject(meant)) = found else {
        drop(state);
        return Ok(unknown(core, asked, subject).await.say(&asked.reader, now));
    };
    let Some((view, _)) = views::judged_view(&state, rule, &meant, now) else {
        return Ok(unknown_rule(&state, asked, rule, now));
    };
    drop(state);
    or_refused(core, asked, "why-not", answers::why_not(&view, &asked.reader, asked.audience, now)).await
}

/// What can be stopped in what something typed names; `stops` false: what can be started again.
async fn deeds_meant(core: &Core, asked: &Asked, what: &str, stops: bool) -> Result<Vec<Deed>, Reply> {
    let state = core.state.lock().await;
    let of_boost = |boost: BoostId| {
        if stops { Deed::StopBoost { boost } } else { Deed::ResumeBoost { boost } }
    };
    match resolve(&state.catalog, what) {
        Some(Meant::Boost(id)) => Ok(vec![of_boost(id)]),
        Some(Meant::Code(partnership, code)) if stops => Ok(vec![Deed::EndCode { partnership, code }]),
        Some(Meant::Code(partnership, code)) => Ok(vec![Deed::ReviveCode { partnership, code }]),
        Some(Meant::Link(partnership, link)) if stops => Ok(vec![Deed::CutLink { partnership, link }]),
        Some(Meant::Link(partnership, link)) => Ok(vec![Deed::ReviveLink { partnership, link }]),
        // Asked about by itself, before it comes to this.
        Some(Meant::Deliverable(..)) => Ok(Vec::new()),
        Some(Meant::Subject(subject)) => {
            Ok(state.catalog.boosts_of(&subject).into_iter().map(|boost| of_boost(boost.id.clone())).collect())
        }
        None => {
            drop(state);
            Err(unknown(core, asked, what).await)
        }
    }
}

async fn pause(core: &Core, asked: &Asked, command: &Command, what: &str) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let meant = resolve(&core.state.lock().await.catalog, what);
    match meant {
        Some(Meant::Deliverable(..)) => return pieces::hold_or_release(core, asked, what, None, true).await,
        Some(Meant::Subject(subject)) if !asked.confirmed => {
            if let Some(choices) = pieces::stoppable(core, asked, &subject).await? {
                return Ok(choices);
            }
        }
        Some(_) | None => {}
    }
    let plain = |reply: Reply| Ok(Composed::plain(reply.say(&asked.reader, now)));
    let deeds = match deeds_meant(core, asked, what, true).await {
        Ok(found) => found,
        Err(reply) => return plain(reply),
    };
    let mut wanted = Vec::new();
    let mut saves: Option<Money> = None;
    for deed in deeds {
        if last_state(core, &deed.object()).await? == Some(deed.desired()) {
            continue;
        }
        let state = core.state.lock().await;
        let stake = proposing::stake_of(&state, &deed, now);
        let told = match asked.audience {
            Audience::Client => client::billed(&state, &deed, now),
            Audience::Internal | Audience::Creator | Audience::Operator => stake.map(|stake| stake.saves),
        };
        drop(state);
        saves = match (saves, told) {
            (Some(sum), Some(more)) => sum.checked_add(more).ok(),
            (sum, more) => sum.or(more),
        };
        wanted.push((deed, stake.map(|stake| stake.saves)));
    }
    let Some(first) = wanted.first().map(|wanted| wanted.0.clone()) else {
        return plain(Reply::NothingToStop { subject: what.to_owned() });
    };
    let name = name_of(core, what).await;
    if !asked.confirmed {
        return Ok(replies::confirm(command, &first, &name, &format!("pause {what}"), saves, &asked.reader));
    }
    let (mut asked_for, mut lacks) = (0, None);
    for (deed, saves) in wanted {
        match propose_approved(core, asked, deed, saves, None).await? {
            Some(Decided::Not(why)) => lacks = Some(why),
            Some(Decided::Done | Decided::Beaten) => asked_for += 1,
            None => {}
        }
    }
    if let Some(why) = lacks {
        return plain(Reply::Consent(why));
    }
    plain(if asked_for == 0 { Reply::NothingToStop { subject: name } } else { Reply::PauseAsked { name } })
}

async fn resume(core: &Core, asked: &Asked, command: &Command, what: &str) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let meant = resolve(&core.state.lock().await.catalog, what);
    if matches!(meant, Some(Meant::Deliverable(..))) {
        return pieces::hold_or_release(core, asked, what, None, false).await;
    }
    let plain = |reply: Reply| Ok(Composed::plain(reply.say(&asked.reader, now)));
    let deeds = match deeds_meant(core, asked, what, false).await {
        Ok(found) => found,
        Err(reply) => return plain(reply),
    };
    let mut stopped = Vec::new();
    for deed in deeds {
        if last_state(core, &deed.object()).await?.is_some_and(|state| state != deed.desired()) {
            stopped.push(deed);
        }
    }
    let Some(first) = stopped.first().cloned() else {
        return plain(Reply::NothingToResume { subject: what.to_owned() });
    };
    let name = name_of(core, what).await;
    if !asked.confirmed {
        return Ok(replies::confirm(command, &first, &name, &format!("resume {what}"), None, &asked.reader));
    }
    let mut lacks = None;
    for deed in stopped {
        if let Some(Decided::Not(why)) = propose_approved(core, asked, deed, None, None).await? {
            lacks = Some(why);
        }
    }
    if let Some(why) = lacks {
        return plain(Reply::Consent(why));
    }
    plain(Reply::ResumeAsked { name })
}

async fn name_of(core: &Core, what: &str) -> String {
    let state = core.state.lock().await;
    match resolve(&state.catalog, what) {
        Some(Meant::Subject(subject)) => {
            let names = views::names(&state, &subject);
            names.creator.or(names.campaign).or(names.brand).unwrap_or_else(|| what.to_owned())
        }
        Some(Meant::Boost(_) | Meant::Code(..) | Meant::Link(..) | Meant::Deliverable(..)) | None => what.to_owned(),
    }
}

async fn link(core: &Core, asked: &Asked) -> Result<Reply, StoreError> {
    let Some(person) = &asked.person else { return Ok(Reply::CodeRefused) };
    let (code, _) = people::make_code(core, Gift::Identity { person: person.id.clone() }, &asked.actor()).await?;
    Ok(Reply::LinkCode { code, minutes: core.config.people.code_minutes })
}

async fn use_code(core: &Core, asked: &Asked, code: &str) -> Result<Reply, StoreError> {
    Ok(match people::use_code(core, code, &asked.speaker).await? {
        Ok(Joined::Role { person, .. } | Joined::Identity { person }) => {
            let state = core.state.lock().await;
            let name = state.catalog.people.get(&person).map_or_else(|| person.to_string(), |one| one.name.clone());
            Reply::Linked { name }
        }
        Ok(Joined::Room { room }) => Reply::Bound { room: room.to_string() },
        Err(_) => Reply::CodeRefused,
    })
}
